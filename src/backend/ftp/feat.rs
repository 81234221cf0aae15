//! The reply to FEAT (RFC 2389). No I/O.

use super::hash::HashCommands;
use super::reply::Reply;

/// The commands that the server supports, or may support if it does not list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of FEAT")]
pub struct Features {
    /// MLST and MLSD (RFC 3659, section 7).
    pub mlst: bool,
    /// MDTM (RFC 3659, section 3).
    pub mdtm: bool,
    /// MFMT (draft-somers-ftp-mfxx), which sets the time of the last modification.
    pub mfmt: bool,
    /// UTF8, which has to be switched on (RFC 2640).
    pub utf8: bool,
    /// Checksum commands.
    pub hash_commands: HashCommands,
}

impl Features {
    /// Parses the reply to FEAT, which is only a hint: servers omit lines and their leading space, and use either case.
    pub fn parse(reply: &Reply) -> Self {
        if reply.code != 211 {
            return Self {
                mlst: true,
                mdtm: false,
                mfmt: false,
                utf8: true,
                hash_commands: HashCommands::default(),
            };
        }
        let has = |name: &str| {
            let first = |line: &String| {
                let word = line.split_whitespace().next().unwrap_or_default();
                word.eq_ignore_ascii_case(name)
            };
            reply.lines.iter().any(first)
        };
        Self {
            mlst: has("MLST") || has("MLSD"),
            mdtm: has("MDTM"),
            mfmt: has("MFMT"),
            utf8: has("UTF8"),
            hash_commands: HashCommands::parse(&reply.lines),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Reply {
        Reply::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn features_are_parsed_in_either_case_and_without_leading_spaces() {
        for text in [
            "211-Features:\r\n MLST type*;size*;\r\n UTF8\r\n MDTM\r\n MFMT\r\n211 End\r\n",
            "211-Extensions\r\nmlst size*\r\nutf8\r\nMdtm\r\nmfmt\r\n211 END\r\n",
            "211-x\r\n211-MLST a;\r\n211-MDTM\r\n211-MFMT\r\n\r\n211-UTF8\r\n211 end\r\n",
        ] {
            let all = Features {
                mlst: true,
                mdtm: true,
                mfmt: true,
                utf8: true,
                hash_commands: HashCommands::default(),
            };
            assert_eq!(Features::parse(&reply(text)), all, "{text}");
        }
        assert!(!Features::parse(&reply("211-x\r\n SIZE\r\n211 end")).mlst);
        assert!(Features::parse(&reply("502 no FEAT")).mlst);
    }
}
