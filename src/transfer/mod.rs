//! The transfer engine: how often, how many at a time, and what is verified.
//!
//! It names only the contract of [`crate::backend`] and never a store.

pub mod copy;
pub mod download;
pub mod list;
pub mod parts;
pub mod plan;
pub mod pool;
pub mod ranges;
pub mod retry;
pub mod upload;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::backend::Backend;
use crate::error::Result;
use crate::progress::{Cancel, Observer};

/// What every transfer of one store shares.
#[derive(Clone)]
pub struct Engine {
    /// The store.
    pub backend: Arc<dyn Backend>,
    /// Temporary failures are repeated for this long, counted anew whenever an attempt got further.
    pub retry_for: Duration,
    /// Whether an upload that broke goes on where it broke.
    pub resume: Resume,
    /// The wish to stop.
    pub cancel: Arc<Cancel>,
    /// Told what happens.
    pub observer: Arc<dyn Observer>,
    /// What a store that asks for mercy asks of one worker, it asks of all.
    brake: Arc<Mutex<Option<Instant>>>,
}

/// Whether an upload that broke goes on where it broke, on a store that can continue an unfinished file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Each attempt begins from the start.
    Never,
    /// The attempts of one run continue each other.
    Run,
}

impl Engine {
    /// Nothing is under way.
    pub fn new(
        backend: Arc<dyn Backend>,
        retry_for: Duration,
        cancel: &Arc<Cancel>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            backend,
            retry_for,
            resume: Resume::Run,
            cancel: Arc::clone(cancel),
            observer,
            brake: Arc::default(),
        }
    }

    /// Lets no worker begin another attempt for `wait`.
    fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut brake = self.brake.lock().unwrap_or_else(PoisonError::into_inner);
        *brake = Some(brake.map_or(until, |earlier| earlier.max(until)));
    }

    /// Waits as long as the brake is on.
    fn wait_for_brake(&self) -> Result<()> {
        let until = *self.brake.lock().unwrap_or_else(PoisonError::into_inner);
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(left) if !left.is_zero() => self.cancel.sleep(left),
            _ => self.cancel.check(),
        }
    }
}
