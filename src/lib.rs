//! blobctl: puts a blob where it has to be, whole, and tells a script whether it is there.
//!
//! The modules stand on floors, and imports go downwards only:
//!
//! | floor | modules |
//! |---|---|
//! | 5 | `main` (the binary) |
//! | 4 | [`cli`], [`settings`], [`command`], [`terminal`], [`report`] |
//! | 3 | [`transfer`] |
//! | 2 | [`backend`] |
//! | 1 | [`payload`], [`memory`], [`progress`], [`staged`], [`local_path`], [`standard_streams`], [`child`] |
//! | 0 | [`error`], [`exit`], [`key`], [`url`], [`secret`], [`digest`], [`units`] |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::needless_pass_by_value,
        reason = "a test that cannot go on fails"
    )
)]

pub mod aws;
pub mod backend;
pub mod cancel;
pub mod cli;
pub mod command;
pub mod digest;
pub mod error;
pub mod events;
pub mod exit;
pub mod http;
pub mod io;
pub mod key;
pub mod net;
pub mod report;
pub mod secret;
pub mod settings;
pub mod store;
pub mod terminal;
pub mod transfer;
pub mod units;
pub mod url;
