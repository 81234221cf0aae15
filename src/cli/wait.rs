//! The wait for blobs, the same for get and exists.

use std::time::Duration;

use clap::Args;

use super::bounds::{TIMEOUT, WAIT};

/// The wait for blobs.
#[derive(Debug, Clone, Default, Args)]
pub struct WaitOptions {
    /// Wait until the blobs exist, at most this long
    ///
    /// The exit code is 1 if they still do not exist then. Without a value it waits as long as it takes. An error ends the wait, after --retry-for if it is temporary. --deadline ends it with exit 7.
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        value_parser = |text: &str| WAIT.parse(text)
    )]
    pub wait: Option<Option<Duration>>,
    /// With --wait, look again after this long [default: 5s]
    #[arg(long, value_name = "DURATION", requires = "wait", value_parser = |text: &str| TIMEOUT.parse(text))]
    pub poll: Option<Duration>,
}
