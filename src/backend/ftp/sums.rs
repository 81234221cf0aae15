//! Digests that the server computes, for servers that say in FEAT that they do.
//!
//! HASH is draft-bryan-ftpext-hash; XSHA256, XSHA1, XMD5, XCRC and MD5 are older and written down nowhere. Their answers agree
//! in one thing: the digest is a word of its own, of the length that its algorithm has.

use super::Digests;
use super::replies::Reply;
use super::session::Session;
use crate::digest::{Algorithm, Digest, decode_hex};
use crate::error::Result;

/// The command that tells a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// `HASH`, after `OPTS HASH` has chosen the algorithm.
    Hash,
    /// A command of one algorithm.
    Command(&'static str),
}

/// What the server computes, for each algorithm that we compute too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub sha256: Option<Means>,
    pub sha1: Option<Means>,
    pub md5: Option<Means>,
    pub crc32: Option<Means>,
}

impl Sums {
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
                    sums.sha256 = offers("SHA-256").then_some(Means::Hash).or(sums.sha256);
                    sums.sha1 = offers("SHA-1").then_some(Means::Hash).or(sums.sha1);
                    sums.md5 = offers("MD5").then_some(Means::Hash).or(sums.md5);
                    sums.crc32 = offers("CRC32").then_some(Means::Hash).or(sums.crc32);
                }
                "XSHA256" => sums.sha256 = sums.sha256.or(Some(Means::Command("XSHA256"))),
                "XSHA1" => sums.sha1 = sums.sha1.or(Some(Means::Command("XSHA1"))),
                "XMD5" => sums.md5 = sums.md5.or(Some(Means::Command("XMD5"))),
                "MD5" => sums.md5 = sums.md5.or(Some(Means::Command("MD5"))),
                "XCRC" => sums.crc32 = sums.crc32.or(Some(Means::Command("XCRC"))),
                _ => {}
            }
        }
        sums
    }

    /// The best that is offered and wanted.
    fn choose(self, wanted: Digests) -> Option<(Algorithm, Means)> {
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

impl Session {
    /// The algorithm whose digests can be compared with the server's.
    pub fn algorithm(&self) -> Option<Algorithm> {
        let wanted = self.server().config.digests;
        self.features()
            .sums
            .choose(wanted)
            .map(|(algorithm, _)| algorithm)
    }

    /// The server's digest of a file; `None` where it has no answer that can be understood, and then it is asked no more.
    pub fn digest_of(&mut self, path: &str) -> Result<Option<Digest>> {
        let chosen = self.features().sums.choose(self.server().config.digests);
        let Some((algorithm, means)) = chosen else {
            return Ok(None);
        };
        let found = self.told(path, algorithm, means);
        if !matches!(found, Ok(Some(_))) {
            let mut features = self.features();
            features.sums = Sums::default();
            self.server().facts().features = Some(features);
        }
        found
    }

    fn told(&mut self, path: &str, algorithm: Algorithm, means: Means) -> Result<Option<Digest>> {
        let verb = match means {
            Means::Command(verb) => verb,
            Means::Hash => {
                if self.hash != Some(algorithm) {
                    let name = match algorithm {
                        Algorithm::Sha256 => "SHA-256",
                        Algorithm::Sha1 => "SHA-1",
                        Algorithm::Md5 => "MD5",
                        _ => "CRC32",
                    };
                    if !self.ask(&format!("OPTS HASH {name}"))?.is_done() {
                        return Ok(None);
                    }
                    self.hash = Some(algorithm);
                }
                "HASH"
            }
        };
        let reply = self.ask_patiently(&format!("{verb} {path}"))?;
        Ok(read(&reply, path, algorithm))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_name_algorithms_in_many_ways() {
        let sums = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            Sums::parse(&lines).choose(Digests::Auto)
        };
        assert_eq!(
            sums(&["SIZE", " HASH SHA-1;sha-256*;MD5;CRC32"]),
            Some((Algorithm::Sha256, Means::Hash))
        );
        assert_eq!(
            sums(&["XCRC", "XMD5 filename;start;end"]),
            Some((Algorithm::Md5, Means::Command("XMD5")))
        );
        assert_eq!(
            sums(&["XCRC filename"]),
            Some((Algorithm::Crc32, Means::Command("XCRC")))
        );
        assert_eq!(sums(&["HASH SHA-512*", "MLST a;"]), None);
    }

    #[test]
    fn answers_are_read_in_many_forms_and_strictly() {
        let hex = "5d41402abc4b2a76b9719d911017c592";
        let expected = Digest::md5_from_hex(hex);
        let read = |text: &str| {
            let reply = Reply::parse(text.as_bytes())?;
            read(&reply, "/data/a b", Algorithm::Md5)
        };
        for text in [
            format!("250 {hex}"),
            format!("251 \"/data/a b\" {}", hex.to_uppercase()),
            format!("213 MD5 0-4 {hex} a b"),
            format!("250-Computing MD5 digest\r\n250 {hex}"),
        ] {
            assert_eq!(read(&text), expected, "{text}");
        }
        let two = format!("250 {hex} 00000000000000000000000000000000");
        for text in [
            format!("550 {hex}"),
            format!("250 {hex}0"),
            "250 ok".to_owned(),
            two,
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
