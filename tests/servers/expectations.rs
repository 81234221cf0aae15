//! What is expected of each server: everything works, but for the rows of this table.
//!
//! A row is a claim, not an excuse: a server that does better than its row fails the suite, and so does one that does worse.

/// What a feature's test is expected to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It does what blobctl promises.
    Works,
    /// The program ends with an error that says so; nothing is changed.
    Refused(&'static str),
    /// Something else happens than elsewhere, for this reason.
    Differs(&'static str),
}

use Expected::{Differs, Refused, Works};

/// Server (or a family of servers, or all of a protocol), feature, what is expected instead of [`Expected::Works`].
const TABLE: &[(&str, &str, Expected)] = &[];

/// What is expected: the row of the server, of its family (`vsftpd` for `vsftpd-tls`), of its protocol, or that it works.
pub fn of(server: &str, protocol: &str, feature: &str) -> Expected {
    let family = server.split('-').next().unwrap_or(server);
    [server, family, protocol]
        .into_iter()
        .find_map(|name| row(name, feature))
        .unwrap_or(Works)
}

fn row(name: &str, feature: &str) -> Option<Expected> {
    TABLE
        .iter()
        .find(|(server, of, _)| *server == name && *of == feature)
        .map(|(_, _, expected)| *expected)
}
