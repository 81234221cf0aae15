//! Shows the progress of transfers: rows at the bottom of the terminal, a line every few seconds, or nothing.
//!
//! All output goes to stderr. Lines that are printed while rows are shown go through [`Terminal::line`], so that neither
//! corrupts the other.

mod progress;
mod rate;
mod row;
mod screen;

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use self::progress::{Line, ProgressState};
use self::screen::Screen;
use crate::cli::Progress;
use crate::events::{Event, Observer};
use crate::units::{format_bytes, format_duration};

/// The amount of output in addition to errors and progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Errors and warnings.
    Normal,
    /// One line per blob, notes and retries.
    Verbose,
    /// Each request as well.
    Trace,
}

/// The interval between two updates of the rows.
const TICK: Duration = Duration::from_millis(100);

/// Transfers that end sooner never show a row.
const FIRST_TICK: Duration = Duration::from_millis(300);

/// The interval between two lines of `--progress lines`.
const LINES: Duration = Duration::from_secs(10);

/// stderr with the progress of running transfers.
pub struct Terminal {
    verbosity: Verbosity,
    interactive: bool,
    shared: Arc<Shared>,
    ticker: Mutex<Option<JoinHandle<()>>>,
    show: Show,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Bar,
    Lines,
    Nothing,
}

/// The state that the observer and the drawing thread share. The order of locking: `state`, then `screen`.
struct Shared {
    state: Mutex<ProgressState>,
    screen: Mutex<Screen>,
    stop: AtomicBool,
}

impl Terminal {
    /// Creates a terminal. `interactive` means that stderr is a terminal that supports cursor movements.
    pub fn new(progress: Progress, verbosity: Verbosity, interactive: bool) -> Self {
        let show = match progress {
            _ if verbosity == Verbosity::Quiet => Show::Nothing,
            Progress::Bar | Progress::Auto if interactive => Show::Bar,
            Progress::Bar | Progress::Lines => Show::Lines,
            Progress::Auto | Progress::None => Show::Nothing,
        };
        let terminal = Self {
            verbosity,
            interactive,
            shared: Arc::new(Shared {
                state: Mutex::new(ProgressState::new(Instant::now())),
                screen: Mutex::new(Screen::new()),
                stop: AtomicBool::new(false),
            }),
            ticker: Mutex::new(None),
            show,
        };
        if progress == Progress::Bar && show == Show::Lines {
            let text = "stderr is not a terminal that can show a bar; --progress lines is used";
            terminal.notify(&Event::Warning(text));
        }
        terminal
    }

    /// The amount of output.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Prints one line on stderr, above the rows.
    pub fn line(&self, text: &str) {
        // A stderr that is closed cannot be helped.
        let print = || drop(writeln!(std::io::stderr().lock(), "{text}"));
        if self.show == Show::Bar {
            lock(&self.shared.screen).print(print);
        } else {
            print();
        }
    }

    /// Prints the last line of a batch, which is silent in cron.
    pub fn summary(&self, text: &str) {
        let is_shown = match self.verbosity {
            Verbosity::Quiet => false,
            Verbosity::Normal => self.interactive,
            Verbosity::Verbose | Verbosity::Trace => true,
        };
        if is_shown {
            self.line(text);
        }
    }

    /// Starts the drawing thread with the first transfer.
    fn start_ticker(&self) {
        let mut ticker = lock(&self.ticker);
        if ticker.is_none() {
            let shared = Arc::clone(&self.shared);
            let show = self.show;
            let draw = move || shared.tick_until_stopped(show);
            // Without the thread nothing is drawn, and the transfer is not affected.
            *ticker = std::thread::Builder::new()
                .name("progress".to_owned())
                .spawn(draw)
                .ok();
        }
    }

    /// Removes the rows and stops drawing.
    pub fn finish(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(ticker) = lock(&self.ticker).take() {
            ticker.thread().unpark();
            // The panic hook has reported a panic of the drawing thread. The result of the run does not depend on it.
            let _ = ticker.join();
        }
    }
}

impl Observer for Terminal {
    fn notify(&self, event: &Event<'_>) {
        if self.show != Show::Nothing {
            lock(&self.shared.state).note(event, Instant::now());
            if matches!(event, Event::Started { .. } | Event::Found { .. }) {
                self.start_ticker();
            }
        }
        match event {
            Event::Retrying {
                error,
                attempt,
                wait,
            } if self.verbosity >= Verbosity::Verbose
                || self.interactive
                    && self.verbosity == Verbosity::Normal
                    && self.show != Show::Bar =>
            {
                self.line(&format!(
                    "blobctl: attempt {attempt} failed: {error}; retrying in {}",
                    format_duration(*wait)
                ));
            }
            Event::Warning(text) if self.verbosity >= Verbosity::Normal => {
                self.line(&format!("blobctl: warning: {text}"));
            }
            Event::Note(text) if self.verbosity >= Verbosity::Verbose => {
                self.line(&format!("blobctl: {text}"));
            }
            Event::Trace(text) if self.verbosity >= Verbosity::Trace => self.line(text),
            _ => {}
        }
    }

    fn verbosity(&self) -> u8 {
        match self.verbosity {
            Verbosity::Quiet | Verbosity::Normal => 0,
            Verbosity::Verbose => 1,
            Verbosity::Trace => 2,
        }
    }

    fn counts_ahead(&self) -> bool {
        self.show != Show::Nothing
    }
}

impl Shared {
    fn tick_until_stopped(&self, show: Show) {
        let wait = |time| {
            std::thread::park_timeout(time);
            !self.stop.load(Ordering::Relaxed)
        };
        match show {
            Show::Bar => {
                let mut time = FIRST_TICK;
                while wait(time) {
                    self.draw();
                    time = TICK;
                }
                lock(&self.screen).clear();
            }
            Show::Lines => {
                while wait(LINES) {
                    let row = lock(&self.state).summary(Instant::now());
                    if let Some(row) = row {
                        print_line(&row.for_log());
                    }
                }
                self.print_result();
            }
            Show::Nothing => {}
        }
    }

    fn draw(&self) {
        let (width, height) = screen::size();
        // The last column stays free: some terminals wrap when it is written.
        let columns = width.saturating_sub(1);
        let lines = lock(&self.state).rows(Instant::now(), height);
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| match line {
                Line::Row(row) => row.fitted(columns),
                Line::Text(text) => row::cut(&text, columns),
                Line::Empty => String::new(),
            })
            .collect();
        lock(&self.screen).draw(&lines, width);
    }

    fn print_result(&self) {
        let result = lock(&self.state).result(Instant::now());
        if let Some((blobs, bytes, time)) = result {
            let rate = u128::from(bytes) * 1000 / time.as_millis().max(1);
            let rate = u64::try_from(rate).unwrap_or(u64::MAX);
            let files = if blobs == 1 { "file" } else { "files" };
            print_line(&format!(
                "{blobs} {files}, {} in {}, {}/s",
                format_bytes(bytes),
                format_duration(time),
                format_bytes(rate)
            ));
        }
    }
}

fn print_line(text: &str) {
    // A stderr that is closed cannot be helped.
    let _ = writeln!(std::io::stderr().lock(), "blobctl: {text}");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
