//! Checksums that the server computes, if FEAT lists a command for them.
//!
//! HASH is draft-bryan-ftpext-hash; XSHA256, XSHA1, XMD5, XCRC and MD5 are older and have no specification. Their replies have
//! one thing in common: the checksum is a separate word of the algorithm's length.

use super::hash::{HashCommand, HashCommands, parse_checksum};
use super::session::FtpSession;
use crate::digest::{Algorithm, Digest};
use crate::error::Result;

impl FtpSession {
    /// The algorithm that both sides compute, if there is one.
    pub fn algorithm(&self) -> Option<Algorithm> {
        let wanted = self.server().config.digests;
        self.features()
            .hash_commands
            .choose(wanted)
            .map(|(algorithm, _)| algorithm)
    }

    /// The server's checksum of a file; `None` if it returns none, and then the server is not asked again.
    pub fn digest_of(&mut self, path: &str) -> Result<Option<Digest>> {
        let chosen = self
            .features()
            .hash_commands
            .choose(self.server().config.digests);
        let Some((algorithm, command)) = chosen else {
            return Ok(None);
        };
        let found = self.query_checksum(path, algorithm, command);
        if !matches!(found, Ok(Some(_))) {
            let mut features = self.features();
            features.hash_commands = HashCommands::default();
            self.server().facts().features = Some(features);
        }
        found
    }

    fn query_checksum(
        &mut self,
        path: &str,
        algorithm: Algorithm,
        command: HashCommand,
    ) -> Result<Option<Digest>> {
        let verb = match command {
            HashCommand::Single(verb) => verb,
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
        Ok(parse_checksum(&reply, path, algorithm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::ftp::config::Digests;
    use crate::backend::ftp::reply::Reply;

    #[test]
    fn the_strongest_checksum_command_of_feat_is_chosen() {
        let choose = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            HashCommands::parse(&lines).choose(Digests::Auto)
        };
        assert_eq!(
            choose(&["SIZE", " HASH SHA-1;sha-256*;MD5;CRC32"]),
            Some((Algorithm::Sha256, HashCommand::Hash))
        );
        assert_eq!(
            choose(&["XCRC", "XMD5 filename;start;end"]),
            Some((Algorithm::Md5, HashCommand::Single("XMD5")))
        );
        assert_eq!(
            choose(&["XCRC filename"]),
            Some((Algorithm::Crc32, HashCommand::Single("XCRC")))
        );
        assert_eq!(choose(&["HASH SHA-512*", "MLST a;"]), None);
    }

    #[test]
    fn a_reply_needs_exactly_one_checksum_in_any_position() {
        let hex = "5d41402abc4b2a76b9719d911017c592";
        let expected = Digest::md5_from_hex(hex);
        let read = |text: &str| {
            let reply = Reply::parse(text.as_bytes())?;
            parse_checksum(&reply, "/data/a b", Algorithm::Md5)
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
