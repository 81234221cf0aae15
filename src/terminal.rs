//! Draws the progress of transfers: bars, a line every few seconds, or nothing. The only file that uses indicatif.
//!
//! All output goes to stderr. Lines that are printed while bars are shown go through [`Terminal::line`], so that neither
//! corrupts the other.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Progress;
use crate::error::printable;
use crate::events::{Event, Meter, Observer};
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

/// The interval between two updates of the bars.
const TICK: Duration = Duration::from_millis(100);

/// Transfers that end sooner never show a bar.
const FIRST_TICK: Duration = Duration::from_millis(300);

/// The interval between two lines of `--progress lines`.
const LINES: Duration = Duration::from_secs(10);

/// stderr with the progress of running transfers.
pub struct Terminal {
    verbosity: Verbosity,
    interactive: bool,
    shared: Arc<DrawState>,
    ticker: Mutex<Option<JoinHandle<()>>>,
    show: Show,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Bar,
    Lines,
    Nothing,
}

#[derive(Default)]
struct DrawState {
    running: Mutex<Vec<RunningTransfer>>,
    /// Bytes of the transfers that have ended.
    ended: AtomicU64,
    /// The number of transfers that have begun.
    begun: AtomicU64,
    stop: AtomicBool,
    bars: MultiProgress,
    total: Mutex<Option<ProgressBar>>,
}

struct RunningTransfer {
    name: String,
    size: Option<u64>,
    meter: Meter,
    begin: Instant,
    /// Created at the first tick.
    bar: Option<ProgressBar>,
}

impl Terminal {
    /// Creates a terminal. `interactive` means that stderr is a terminal that supports cursor movements.
    pub fn new(progress: Progress, verbosity: Verbosity, interactive: bool) -> Self {
        let show = match progress {
            _ if verbosity == Verbosity::Quiet => Show::Nothing,
            Progress::Bar => Show::Bar,
            Progress::Auto if interactive => Show::Bar,
            Progress::Lines => Show::Lines,
            Progress::Auto | Progress::None => Show::Nothing,
        };
        let shared = Arc::new(DrawState::default());
        shared
            .bars
            .set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Self {
            verbosity,
            interactive,
            shared,
            ticker: Mutex::new(None),
            show,
        }
    }

    /// The amount of output.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Prints one line on stderr, above the bars.
    pub fn line(&self, text: &str) {
        // A stderr that is closed cannot be helped.
        let print = || drop(writeln!(std::io::stderr().lock(), "{text}"));
        if self.show == Show::Bar {
            self.shared.bars.suspend(print);
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

    fn started(&self, name: &str, size: Option<u64>, meter: &Meter) {
        if self.show == Show::Nothing {
            return;
        }
        self.shared.begun.fetch_add(1, Ordering::Relaxed);
        let running = RunningTransfer {
            name: printable(name),
            size,
            meter: meter.clone(),
            begin: Instant::now(),
            bar: None,
        };
        lock(&self.shared.running).push(running);
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

    fn ended(&self, meter: &Meter) {
        let mut running = lock(&self.shared.running);
        if let Some(at) = running.iter().position(|one| one.meter.same_counter(meter)) {
            let one = running.swap_remove(at);
            self.shared
                .ended
                .fetch_add(one.meter.get(), Ordering::Relaxed);
            if let Some(bar) = one.bar {
                bar.finish_and_clear();
                self.shared.bars.remove(&bar);
            }
        }
    }

    /// Removes the bars and stops drawing.
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
        match event {
            Event::Started { name, total, meter } => self.started(name, *total, meter),
            Event::Ended { meter } => self.ended(meter),
            Event::Retrying {
                error,
                attempt,
                wait,
            } if self.verbosity >= Verbosity::Verbose
                || self.interactive && self.verbosity == Verbosity::Normal =>
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
            Event::Retrying { .. } | Event::Warning(_) | Event::Note(_) | Event::Trace(_) => {}
        }
    }

    fn verbosity(&self) -> u8 {
        match self.verbosity {
            Verbosity::Quiet | Verbosity::Normal => 0,
            Verbosity::Verbose => 1,
            Verbosity::Trace => 2,
        }
    }
}

impl DrawState {
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
                let _ = self.bars.clear();
            }
            Show::Lines => {
                while wait(LINES) {
                    self.print_lines();
                }
            }
            Show::Nothing => {}
        }
    }

    fn draw(&self) {
        let mut running = lock(&self.running);
        for one in running.iter_mut() {
            let bar = one
                .bar
                .get_or_insert_with(|| self.bars.add(new_bar(&one.name, one.size, one.begin)));
            bar.set_position(one.meter.get());
        }
        if self.begun.load(Ordering::Relaxed) > 1 {
            let bytes = self.ended.load(Ordering::Relaxed)
                + running.iter().map(|one| one.meter.get()).sum::<u64>();
            let mut total = lock(&self.total);
            total
                .get_or_insert_with(|| self.bars.add(new_bar("total", None, Instant::now())))
                .set_position(bytes);
        }
    }

    fn print_lines(&self) {
        for one in lock(&self.running).iter() {
            let done = one.meter.get();
            let rate = done / one.begin.elapsed().as_secs().max(1);
            let of = one
                .size
                .map_or(String::new(), |size| format!(" of {}", format_bytes(size)));
            let text = format!(
                "blobctl: {}: {}{of}, {}/s",
                one.name,
                format_bytes(done),
                format_bytes(rate)
            );
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }
}

fn new_bar(name: &str, size: Option<u64>, begin: Instant) -> ProgressBar {
    let template = match size {
        Some(_) => {
            "{prefix:24!} {bar:24} {binary_bytes:>11} / {binary_total_bytes} {binary_bytes_per_sec:>13} {eta:>4}"
        }
        None => "{prefix:24!} {binary_bytes:>11} {binary_bytes_per_sec:>13} {elapsed:>4}",
    };
    let bar = size.map_or_else(ProgressBar::no_length, ProgressBar::new);
    // The templates are valid constants. The default style is a harmless fallback.
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style.progress_chars("=> "))
        .with_prefix(short(name))
        .with_elapsed(begin.elapsed())
}

/// Shortens a name to 24 characters. The end is kept, because it is more specific than the beginning.
fn short(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    if characters.len() <= 24 {
        name.to_owned()
    } else {
        std::iter::once('…')
            .chain(characters[characters.len() - 23..].iter().copied())
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
