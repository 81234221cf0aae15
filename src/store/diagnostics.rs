//! The access to a store, checked step by step.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::key::Key;

/// A store that can report the step at which an access fails.
pub trait Diagnostics: Send + Sync {
    /// Takes the steps of an access up to the lookup of `absent`, a key that does not exist. Each step is reported before the
    /// next one begins. Ends after a step without which the others are pointless, and returns whether it was the last one.
    fn check_access(&self, absent: &Key, report: &mut dyn FnMut(Step)) -> Result<(), Stopped>;

    /// Takes further steps about `scratch`, a blob that exists.
    fn check_scratch(&self, _scratch: &Key, _report: &mut dyn FnMut(Step)) {}

    /// The features that are known without a request: name and value.
    fn features(&self) -> Vec<(&'static str, String)>;

    /// Removes the scratch blob, if there is one. Works also after the run was asked to stop, within about two seconds.
    fn remove_scratch(&self, scratch: &Key) -> Result<()>;
}

/// The diagnosis ended at a step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// A step of a diagnosis.
#[derive(Debug)]
pub struct Step {
    /// One word.
    pub name: &'static str,
    /// The result.
    pub outcome: StepOutcome,
    /// The time that the step took.
    pub elapsed: Duration,
}

/// The result of a step.
#[derive(Debug)]
pub enum StepOutcome {
    /// It succeeded, with this finding.
    Passed(String),
    /// It succeeded, with a finding that may cause trouble, and advice.
    Warning {
        /// The finding.
        detail: String,
        /// The advice.
        hint: String,
    },
    /// It failed.
    Failed(Error),
    /// It was not taken, for this reason.
    Skipped(&'static str),
}

impl StepOutcome {
    /// One word for people and scripts: `ok`, `warn`, `fail` or `skip`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed(_) => "ok",
            Self::Warning { .. } => "warn",
            Self::Failed(_) => "fail",
            Self::Skipped(_) => "skip",
        }
    }

    /// The finding, the error or the reason.
    pub fn detail(&self) -> String {
        match self {
            Self::Passed(detail) | Self::Warning { detail, .. } => detail.clone(),
            Self::Failed(error) => error.to_string(),
            Self::Skipped(reason) => (*reason).to_owned(),
        }
    }

    /// The advice, if there is one.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Warning { hint, .. } => Some(hint),
            Self::Failed(error) => error.hint(),
            Self::Passed(_) | Self::Skipped(_) => None,
        }
    }

    /// The exit code of a command that ends with this step.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Failed(error) => error.exit(),
            _ => Exit::Ok,
        }
    }
}

/// Takes a step: does `work`, and reports how it ended and how long it took.
pub fn step<T>(
    report: &mut dyn FnMut(Step),
    name: &'static str,
    work: impl FnOnce() -> Result<(T, StepOutcome)>,
) -> Result<T, Stopped> {
    let begin = Instant::now();
    let result = work();
    let elapsed = begin.elapsed();
    let (value, outcome) = match result {
        Ok((value, outcome)) => (Ok(value), outcome),
        Err(error) => (Err(Stopped), StepOutcome::Failed(error)),
    };
    report(Step {
        name,
        outcome,
        elapsed,
    });
    value
}

/// The outcome of a step that succeeded.
pub fn passed<T>(value: T, detail: impl Into<String>) -> Result<(T, StepOutcome)> {
    Ok((value, StepOutcome::Passed(detail.into())))
}

/// The outcome of a step that succeeded with a doubt.
pub fn warning<T>(
    value: T,
    detail: impl Into<String>,
    hint: impl Into<String>,
) -> Result<(T, StepOutcome)> {
    let outcome = StepOutcome::Warning {
        detail: detail.into(),
        hint: hint.into(),
    };
    Ok((value, outcome))
}
