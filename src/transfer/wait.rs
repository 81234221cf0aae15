//! `--wait`: looks for a blob again and again until it is there.

use std::time::{Duration, Instant};

use super::retry::Done;
use super::{Engine, retry};
use crate::cancel::Cancel;
use crate::error::Result;
use crate::events::Event;
use crate::units::format_duration;

/// The time to look for a blob, and the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The end of the wait; `None` waits until the run is stopped.
    pub until: Option<Instant>,
    /// The pause between two looks.
    pub poll: Duration,
}

impl Wait {
    /// Pauses until the next look. Returns false if the wait is over.
    fn pause(self, cancel: &Cancel) -> Result<bool> {
        let left = self
            .until
            .map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
        // The last look is at the end of the wait.
        let pause = left.map_or(self.poll, |left| left.min(self.poll));
        cancel.sleep(pause).map(|()| true)
    }
}

/// Calls `look` until its result `is_enough` or the wait is over, and returns the last result. Each look is retried like any
/// other request; an error that retries do not cure ends the wait.
pub fn look_until<T>(
    engine: &Engine,
    wait: Option<Wait>,
    look: impl Fn() -> Result<T>,
    is_enough: impl Fn(&T) -> bool,
) -> Result<Done<T>> {
    let mut is_first = true;
    loop {
        let found = retry::run(engine, &look, || 0)?;
        let Some(wait) = wait.filter(|_| !is_enough(&found.value)) else {
            return Ok(found);
        };
        if std::mem::take(&mut is_first) {
            let pause = format_duration(wait.poll);
            let text = format!("waiting for the blob: looking again every {pause}");
            engine.observer.notify(&Event::Note(&text));
        }
        if !wait.pause(&engine.cancel)? {
            return Ok(found);
        }
    }
}
