//! Checksum commands (HASH, XSHA256, XMD5, XCRC) and their replies, without a connection.

use super::config::Digests;
use super::reply::Reply;
use crate::digest::{Algorithm, Digest, decode_hex};

/// The command that tells a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashCommand {
    /// `HASH`, after `OPTS HASH` has chosen the algorithm.
    Hash,
    /// A command of one algorithm.
    Command(&'static str),
}

/// What the server computes, for each algorithm that we compute too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HashCommands {
    pub sha256: Option<HashCommand>,
    pub sha1: Option<HashCommand>,
    pub md5: Option<HashCommand>,
    pub crc32: Option<HashCommand>,
}

impl HashCommands {
    /// Reads the lines of FEAT.
    pub fn parse(lines: &[String]) -> Self {
        let mut sums = Self::default();
        for line in lines {
            let line = line.trim().to_ascii_uppercase();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb {
                "HASH" => {
                    let offers = |name: &str| {
                        let names = rest.split(';').map(|one| one.trim().trim_end_matches('*'));
                        names.into_iter().any(|one| one == name)
                    };
                    sums.sha256 = offers("SHA-256")
                        .then_some(HashCommand::Hash)
                        .or(sums.sha256);
                    sums.sha1 = offers("SHA-1").then_some(HashCommand::Hash).or(sums.sha1);
                    sums.md5 = offers("MD5").then_some(HashCommand::Hash).or(sums.md5);
                    sums.crc32 = offers("CRC32").then_some(HashCommand::Hash).or(sums.crc32);
                }
                "XSHA256" => sums.sha256 = sums.sha256.or(Some(HashCommand::Command("XSHA256"))),
                "XSHA1" => sums.sha1 = sums.sha1.or(Some(HashCommand::Command("XSHA1"))),
                "XMD5" => sums.md5 = sums.md5.or(Some(HashCommand::Command("XMD5"))),
                "MD5" => sums.md5 = sums.md5.or(Some(HashCommand::Command("MD5"))),
                "XCRC" => sums.crc32 = sums.crc32.or(Some(HashCommand::Command("XCRC"))),
                _ => {}
            }
        }
        sums
    }

    /// The best that is offered and wanted.
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
            .find_map(|(algorithm, means)| Some((algorithm, means?)))
    }
}

/// The digest in an answer: the only word of its length that is nothing but hex digits, the file's name left out.
pub fn read(reply: &Reply, path: &str, algorithm: Algorithm) -> Option<Digest> {
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
