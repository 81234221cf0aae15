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

use std::sync::Arc;
use std::time::Duration;

use crate::backend::Backend;
use crate::progress::{Cancel, Observer};

/// What every transfer of one store shares.
#[derive(Clone)]
pub struct Engine {
    /// The store.
    pub backend: Arc<dyn Backend>,
    /// Temporary failures are repeated for this long, counted anew whenever an attempt got further.
    pub retry_for: Duration,
    /// The wish to stop.
    pub cancel: Arc<Cancel>,
    /// Told what happens.
    pub observer: Arc<dyn Observer>,
}
