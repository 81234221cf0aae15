//! blobctl: upload, download and check files on S3, FTP and local disk: atomic, verified, with exit codes that scripts can
//! trust.
//!
//! The modules are layered, and imports only point downwards:
//!
//! | layer | modules |
//! |---|---|
//! | command | `main` (the binary), [`command`] |
//! | settings, output | [`settings`], [`report`], [`terminal`] |
//! | command line | [`cli`] |
//! | transfer | [`transfer`] |
//! | backend | [`backend`] |
//! | contract and protocols | [`store`], [`aws`], [`http`] |
//! | local I/O | [`io`], [`net`] |
//! | base | [`error`], [`exit`], [`events`], [`cancel`], [`key`], [`url`], [`secret`], [`digest`], [`units`] |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::needless_pass_by_value,
        reason = "a panic is the failure of a test"
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
