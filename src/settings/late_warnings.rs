//! Warnings about files that are read only when a store is opened.

use std::sync::{Mutex, PoisonError};

/// Each warning is returned once.
#[derive(Debug, Default)]
pub(super) struct LateWarnings(Mutex<LateWarningsState>);

#[derive(Debug, Default)]
struct LateWarningsState {
    new: Vec<String>,
    returned: Vec<String>,
}

impl LateWarnings {
    /// Adds a warning, unless it is there or was returned already.
    pub(super) fn add(&self, warning: String) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.new.contains(&warning) && !state.returned.contains(&warning) {
            state.new.push(warning);
        }
    }

    /// The warnings that were added since the last call.
    pub(super) fn take(&self) -> Vec<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = std::mem::take(&mut state.new);
        state.returned.extend(new.iter().cloned());
        new
    }
}
