//! Checksum commands (HASH, XSHA256, XMD5, XCRC) and their replies. No I/O.

use super::config::Digests;
use super::reply::Reply;
use crate::digest::{Algorithm, Digest, decode_hex};

/// A command that returns the checksum of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashCommand {
    /// `HASH`, after `OPTS HASH` has selected the algorithm.
    Hash,
    /// A command for a single algorithm.
    Single(&'static str),
}

/// The server's checksum commands for the algorithms that blobctl computes too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HashCommands {
    pub sha256: Option<HashCommand>,
    pub sha1: Option<HashCommand>,
    pub md5: Option<HashCommand>,
    pub crc32: Option<HashCommand>,
}

impl HashCommands {
    /// Parses the lines of FEAT.
    pub fn parse(lines: &[String]) -> Self {
        let mut commands = Self::default();
        for line in lines {
            let line = line.trim().to_ascii_uppercase();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb {
                "HASH" => {
                    let offers = |name: &str| {
                        let names = rest.split(';').map(|one| one.trim().trim_end_matches('*'));
                        names.into_iter().any(|one| one == name)
                    };
                    commands.sha256 = offers("SHA-256")
                        .then_some(HashCommand::Hash)
                        .or(commands.sha256);
                    commands.sha1 = offers("SHA-1")
                        .then_some(HashCommand::Hash)
                        .or(commands.sha1);
                    commands.md5 = offers("MD5").then_some(HashCommand::Hash).or(commands.md5);
                    commands.crc32 = offers("CRC32")
                        .then_some(HashCommand::Hash)
                        .or(commands.crc32);
                }
                "XSHA256" => {
                    commands.sha256 = commands.sha256.or(Some(HashCommand::Single("XSHA256")));
                }
                "XSHA1" => commands.sha1 = commands.sha1.or(Some(HashCommand::Single("XSHA1"))),
                "XMD5" => commands.md5 = commands.md5.or(Some(HashCommand::Single("XMD5"))),
                "MD5" => commands.md5 = commands.md5.or(Some(HashCommand::Single("MD5"))),
                "XCRC" => commands.crc32 = commands.crc32.or(Some(HashCommand::Single("XCRC"))),
                _ => {}
            }
        }
        commands
    }

    /// The strongest checksum that the server offers and the settings allow.
    pub(super) fn choose(self, wanted: Digests) -> Option<(Algorithm, HashCommand)> {
        let all = [
            (Algorithm::Sha256, self.sha256),
            (Algorithm::Sha1, self.sha1),
            (Algorithm::Md5, self.md5),
            (Algorithm::Crc32, self.crc32),
        ];
        all.into_iter()
            .filter(|(algorithm, _)| match wanted {
                Digests::Auto => true,
                Digests::Only(only) => only == *algorithm,
                Digests::None => false,
            })
            .find_map(|(algorithm, command)| Some((algorithm, command?)))
    }
}

/// The checksum in a reply: the only word of its length that consists of hex digits, apart from the file's name.
pub fn parse_checksum(reply: &Reply, path: &str, algorithm: Algorithm) -> Option<Digest> {
    if !reply.is_done() {
        return None;
    }
    let text = reply.lines.join(" ");
    let name = path.rsplit('/').next().unwrap_or(path);
    let text = text.replacen(path, " ", 1);
    let mut found = text.split_whitespace().filter_map(|word| {
        let word = word.trim_matches('"');
        (word != name).then(|| from_hex(algorithm, word)).flatten()
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn from_hex(algorithm: Algorithm, word: &str) -> Option<Digest> {
    let mut bytes = vec![0; word.len() / 2];
    decode_hex(word, &mut bytes)
        .then(|| Digest::from_bytes(algorithm, &bytes))
        .flatten()
}
