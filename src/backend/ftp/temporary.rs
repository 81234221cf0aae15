//! Names of temporary files on the server.

use std::str::FromStr;

use crate::io::temp_name::{TEMPORARY_PREFIX, is_temporary_name};

/// The place of 16 hex digits in a pattern.
const RANDOM: &str = "{random}";

/// The end of the usual names.
const SUFFIX: &str = ".part";

/// The longest pattern in bytes: with the digits, a name stays within the 255 bytes of most file systems.
const LONGEST: usize = 200;

/// The form of temporary names: text around 16 hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryPattern {
    before: String,
    after: String,
}

impl Default for TemporaryPattern {
    fn default() -> Self {
        Self {
            before: TEMPORARY_PREFIX.to_owned(),
            after: SUFFIX.to_owned(),
        }
    }
}

impl FromStr for TemporaryPattern {
    type Err = String;

    /// Parses text like `upload-{random}.tmp`.
    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = |why: &str| {
            Err(format!(
                "`{}` is not a file name with {RANDOM} in it, like upload-{RANDOM}.tmp: {why}",
                crate::error::printable(text)
            ))
        };
        let Some((before, after)) = text.split_once(RANDOM) else {
            return invalid("{random} is missing");
        };
        if after.contains(RANDOM) {
            return invalid("{random} occurs twice");
        }
        if text.contains('/') {
            return invalid("the file is in the directory of the blob");
        }
        if text.contains(char::is_control) {
            return invalid("a control character cannot be sent");
        }
        if text.len() > LONGEST {
            return invalid("it is too long");
        }
        Ok(Self {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }
}

impl std::fmt::Display for TemporaryPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{RANDOM}{}", self.before, self.after)
    }
}

impl TemporaryPattern {
    /// The name on the server of a file with this usual temporary name.
    pub fn apply(&self, usual: &str) -> String {
        let digits = usual
            .strip_prefix(TEMPORARY_PREFIX)
            .and_then(|rest| rest.strip_suffix(SUFFIX));
        match digits {
            Some(digits) => format!("{}{digits}{}", self.before, self.after),
            None => usual.to_owned(),
        }
    }

    /// Returns whether a file is a temporary one: by this pattern, or by the usual one.
    pub fn matches(&self, name: &str) -> bool {
        let digits = name
            .strip_prefix(&self.before)
            .and_then(|rest| rest.strip_suffix(&self.after));
        let is_usual =
            |digits: &str| is_temporary_name(&format!("{TEMPORARY_PREFIX}{digits}{SUFFIX}"));
        is_temporary_name(name) || digits.is_some_and(is_usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_files_and_recognises_them() {
        let pattern: TemporaryPattern = "up-{random}.tmp".parse().unwrap();
        let name = pattern.apply(".blobctl-00000000deadbeef.part");
        assert_eq!(name, "up-00000000deadbeef.tmp");
        assert!(pattern.matches(&name) && pattern.matches(".blobctl-00000000deadbeef.part"));
        for other in [
            "up-x.tmp",
            "up-00000000deadbeef",
            "up-.tmp",
            "00000000deadbeef",
        ] {
            assert!(!pattern.matches(other), "{other}");
        }
        assert_eq!(pattern.to_string(), "up-{random}.tmp");
        let usual = TemporaryPattern::default();
        assert_eq!(usual.to_string().parse(), Ok(usual));
    }

    #[test]
    fn invalid_patterns_are_rejected() {
        for text in ["", "x.tmp", "{random}{random}", "a/{random}", "a\n{random}"] {
            assert!(text.parse::<TemporaryPattern>().is_err(), "{text:?}");
        }
    }
}
