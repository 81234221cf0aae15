//! The lines at the bottom of the terminal. The only file that uses indicatif.

use std::fmt::Write as _;
use std::io::Write as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

/// Lines that are drawn again and again, below those that are printed.
pub struct Screen {
    bar: ProgressBar,
    /// The columns of the terminal when the lines were drawn.
    width: usize,
    /// The columns of each line.
    drawn: Vec<usize>,
}

impl Screen {
    pub fn new() -> Self {
        // Drawn by a clock that is slower than this limit: each change is shown.
        let target = ProgressDrawTarget::stderr_with_hz(20);
        let bar = ProgressBar::with_draw_target(None, target);
        // The template is a valid constant. The default style is a harmless fallback.
        let style =
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: bar.with_style(style),
            width: 0,
            drawn: Vec::new(),
        }
    }

    /// Replaces the lines, which fit into `width` columns.
    pub fn draw(&mut self, lines: &[String], width: usize) {
        if width < self.width {
            self.erase_wrapped(width);
        }
        self.width = width;
        self.drawn = lines.iter().map(|line| line.width()).collect();
        self.bar.set_message(lines.join("\n"));
        // indicatif leaves the cursor in the last column, where the echo of Ctrl-C would begin another row.
        write_quietly("\r");
    }

    /// Prints above the lines.
    pub fn print(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Removes the lines.
    pub fn clear(&mut self) {
        self.bar.finish_and_clear();
        self.drawn.clear();
    }

    /// Erases the rows that a narrower terminal has made of the lines: more than indicatif knows of.
    fn erase_wrapped(&self, width: usize) {
        let rows = |columns: &usize| columns.div_ceil(width.max(1)).max(1) - 1;
        let more: usize = self.drawn.iter().map(rows).sum();
        if more == 0 {
            return;
        }
        let mut sequence = String::new();
        // Writing to a String cannot fail.
        let _ = write!(sequence, "\x1b[{more}A\x1b[J");
        self.bar.suspend(|| write_quietly(&sequence));
    }
}

/// Writes to the terminal. One that has vanished cannot be helped.
fn write_quietly(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The columns and rows of the terminal; 80 and 24 if it does not know them.
pub fn size() -> (usize, usize) {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok();
    let known = |value: u16, default: usize| match value {
        0 => default,
        value => value.into(),
    };
    size.map_or((80, 24), |size| {
        (known(size.ws_col, 80), known(size.ws_row, 24))
    })
}
