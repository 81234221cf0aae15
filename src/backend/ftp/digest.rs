//! Digests that the server computes, for servers that say in FEAT that they do.
//!
//! HASH is draft-bryan-ftpext-hash; XSHA256, XSHA1, XMD5, XCRC and MD5 are older and written down nowhere. Their answers agree
//! in one thing: the digest is a word of its own, of the length that its algorithm has.

use super::hash::{HashCommand, HashCommands, read};
use super::session::Session;
use crate::digest::{Algorithm, Digest};
use crate::error::Result;

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
            features.sums = HashCommands::default();
            self.server().facts().features = Some(features);
        }
        found
    }

    fn told(
        &mut self,
        path: &str,
        algorithm: Algorithm,
        means: HashCommand,
    ) -> Result<Option<Digest>> {
        let verb = match means {
            HashCommand::Command(verb) => verb,
            HashCommand::Hash => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::ftp::config::Digests;
    use crate::backend::ftp::reply::Reply;

    #[test]
    fn features_name_algorithms_in_many_ways() {
        let sums = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            HashCommands::parse(&lines).choose(Digests::Auto)
        };
        assert_eq!(
            sums(&["SIZE", " HASH SHA-1;sha-256*;MD5;CRC32"]),
            Some((Algorithm::Sha256, HashCommand::Hash))
        );
        assert_eq!(
            sums(&["XCRC", "XMD5 filename;start;end"]),
            Some((Algorithm::Md5, HashCommand::Command("XMD5")))
        );
        assert_eq!(
            sums(&["XCRC filename"]),
            Some((Algorithm::Crc32, HashCommand::Command("XCRC")))
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
