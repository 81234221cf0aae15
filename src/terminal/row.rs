//! One line of the progress, fitted to the width of the terminal.

use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::units::{format_bytes, format_duration};

/// Wider lines are harder to read, not better filled.
const WIDEST: usize = 110;

/// The columns of a name that is worth more than another field.
const LEAST_NAME: usize = 12;

/// Columns of the drawn bar, without its brackets.
const BAR: usize = 20;

/// The progress of one blob or of all of them.
#[derive(Debug, Clone)]
pub struct Row {
    /// The name of the blob, or the number of files.
    pub name: String,
    /// Bytes moved.
    pub done: u64,
    /// Bytes to move, if known.
    pub size: Option<u64>,
    /// More blobs may follow: `size` is the least.
    pub is_size_least: bool,
    /// Bytes per second.
    pub rate: Option<u64>,
    /// The estimated time to the end.
    pub left: Option<Duration>,
    /// The step that takes place instead of moving bytes.
    pub state: Option<&'static str>,
}

impl Row {
    /// The line, at most `width` columns wide.
    pub fn fitted(&self, width: usize) -> String {
        let width = width.min(WIDEST);
        if self.moves_nothing() {
            return cut(&self.name, width);
        }
        let layouts = [
            vec![
                self.bar(),
                self.percent(),
                self.amount(),
                self.speed(),
                self.end(),
            ],
            vec![self.percent(), self.amount(), self.speed(), self.end()],
            vec![self.percent(), self.speed(), self.end()],
            vec![self.percent(), self.end()],
            vec![self.percent()],
        ];
        let wanted = self.name.width().min(LEAST_NAME);
        let fields = layouts
            .into_iter()
            .map(|fields| fields.concat())
            .find(|fields| fields.width() + wanted <= width);
        let least = Some(self.percent()).filter(|percent| percent.width() <= width);
        let fields = fields.or(least).unwrap_or_default();
        let room = width.saturating_sub(fields.width());
        let name = cut(&self.name, room);
        let padding = room - name.width();
        format!("{name}{}{fields}", " ".repeat(padding))
    }

    /// Returns whether only the name has something to say, as for the removal of blobs.
    fn moves_nothing(&self) -> bool {
        self.done == 0 && self.size.is_none() && self.state.is_none()
    }

    /// The line for a log, of any length.
    pub fn for_log(&self) -> String {
        let fields = [self.percent(), self.amount(), self.speed(), self.end()];
        let fields = fields.iter().map(|field| field.trim());
        let fields: Vec<&str> = fields.filter(|field| !field.is_empty()).collect();
        match fields.is_empty() {
            true => self.name.clone(),
            false => format!("{}: {}", self.name, fields.join(", ")),
        }
    }

    fn share(&self) -> Option<f64> {
        let size = self.size.filter(|_| !self.is_size_least)?;
        #[expect(clippy::cast_precision_loss, reason = "for display")]
        Some(match size {
            0 => 1.0,
            size => (self.done as f64 / size as f64).min(1.0),
        })
    }

    fn bar(&self) -> String {
        let Some(share) = self.share() else {
            return " ".repeat(BAR + 4);
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and BAR"
        )]
        let filled = (share * BAR as f64) as usize;
        format!("  [{:<BAR$}]", "=".repeat(filled))
    }

    fn percent(&self) -> String {
        match self.share() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 100"
            )]
            Some(share) => format!("  {:>3} %", (share * 100.0) as u64),
            None => String::new(),
        }
    }

    fn amount(&self) -> String {
        let text = match self.size {
            None if self.done == 0 => String::new(),
            None => format_bytes(self.done),
            Some(size) => {
                let (done, size) = (format_bytes(self.done), format_bytes(size));
                let least = if self.is_size_least { "at least " } else { "" };
                match (done.split_once(' '), size.split_once(' ')) {
                    (Some((number, unit)), Some((_, same))) if unit == same => {
                        format!("{number} of {least}{size}")
                    }
                    _ => format!("{done} of {least}{size}"),
                }
            }
        };
        format!("  {text:>20}")
    }

    fn speed(&self) -> String {
        let text = match (self.state, self.rate) {
            (None, Some(rate)) if self.done > 0 || rate > 0 => format!("{}/s", format_bytes(rate)),
            _ => String::new(),
        };
        match self.state {
            Some(_) => text,
            None => format!("  {text:>10}"),
        }
    }

    fn end(&self) -> String {
        match (self.state, self.left) {
            (Some(state), _) => format!("  {state}"),
            (None, Some(left)) => format!("  {:>11}", format!("{} left", format_duration(left))),
            (None, None) => format!("  {:>11}", ""),
        }
    }
}

/// Cuts the middle out of a name that is wider than `width` columns. Characters that belong together stay together.
pub fn cut(name: &str, width: usize) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    // The end of a path is more specific than its beginning.
    let room = width - 1;
    let head = take(name.graphemes(true), room / 3);
    let tail = take(name.graphemes(true).rev(), room - width_of(&head));
    let tail = tail.iter().rev().copied();
    format!("{}…{}", head.concat(), tail.collect::<String>())
}

/// The first of these characters that fit into `width` columns.
fn take<'a>(characters: impl Iterator<Item = &'a str>, width: usize) -> Vec<&'a str> {
    let mut left = width;
    characters
        .take_while(|character| {
            let fits = character.width() <= left;
            left = left.saturating_sub(character.width());
            fits
        })
        .collect()
}

fn width_of(characters: &[&str]) -> usize {
    characters.iter().map(|character| character.width()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn row() -> Row {
        Row {
            name: "backups/2026/database.dump".to_owned(),
            done: 62 * MIB,
            size: Some(164 * MIB),
            is_size_least: false,
            rate: Some(9_020_000),
            left: Some(Duration::from_secs(12)),
            state: None,
        }
    }

    #[test]
    fn fields_are_left_out_as_the_terminal_narrows() {
        let at = |width| row().fitted(width);
        assert_eq!(
            at(110),
            "backups/2026/database.dump        [=======             ]   37 %       62.0 of 164 MiB   8.6 MiB/s    12 s left"
        );
        assert_eq!(at(200), at(110));
        assert_eq!(
            at(80),
            "backups/2026/database.dump   37 %       62.0 of 164 MiB   8.6 MiB/s    12 s left"
        );
        assert_eq!(at(50), "backu…atabase.dump   37 %   8.6 MiB/s    12 s left");
        assert_eq!(at(35), "back…abase.dump   37 %    12 s left");
        assert_eq!(at(10), "…mp   37 %");
        assert_eq!((at(4).as_str(), at(0).as_str()), ("b…mp", ""));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let names = [
            "a",
            "日本語のとても長いファイル名.txt",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "e\u{301}e\u{301}e\u{301}",
        ];
        for name in names.map(|name| name.repeat(40)) {
            for width in 0..150 {
                for size in [None, Some(0), Some(u64::MAX)] {
                    let row = Row {
                        name: name.clone(),
                        size,
                        ..row()
                    };
                    assert!(
                        row.fitted(width).width() <= width,
                        "{width}: {}",
                        row.fitted(width)
                    );
                }
            }
        }
    }

    #[test]
    fn an_unknown_end_is_not_invented() {
        let row = Row {
            size: None,
            left: None,
            ..row()
        };
        assert_eq!(
            row.for_log(),
            "backups/2026/database.dump: 62.0 MiB, 8.6 MiB/s"
        );
        let row = Row {
            is_size_least: true,
            size: Some(164 * MIB),
            ..row
        };
        assert_eq!(
            row.for_log(),
            "backups/2026/database.dump: 62.0 of at least 164 MiB, 8.6 MiB/s"
        );
    }

    #[test]
    fn a_wait_takes_the_place_of_the_rate() {
        let row = Row {
            done: 164 * MIB,
            state: Some("waiting for the store"),
            ..row()
        };
        assert_eq!(
            row.fitted(80),
            "backups/2026/database.dump    100 %        164 of 164 MiB  waiting for the store"
        );
    }

    #[test]
    fn names_are_cut_in_the_middle_by_width() {
        assert_eq!(cut("abcdefghij", 10), "abcdefghij");
        assert_eq!(cut("abcdefghij", 7), "ab…ghij");
        assert_eq!(cut("日本語日本語", 6), "…本語");
        assert_eq!(cut("e\u{301}xxxxxxxe\u{301}", 4), "e\u{301}…xe\u{301}");
        assert_eq!(
            (cut("ab", 1), cut("ab", 0)),
            ("…".to_owned(), String::new())
        );
    }
}
