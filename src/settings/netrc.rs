//! `~/.netrc`: logins by host, as curl and ftp(1) read them.
//!
//! Tokens are separated by white space; `machine HOST` or `default` begins an entry of `login`, `password` and
//! `account`; `macdef` ends at the next empty line; a token can be in double quotes with `\` escapes. `#` begins a
//! comment only in place of a keyword, because a password may begin with it. A value that is a keyword is an error unless
//! it is quoted: the real value is probably missing, and the login of one host would be sent to another.

use crate::secret::Secret;

/// One entry's login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetrcLogin {
    /// NetrcLogin name, if the entry has one.
    pub user: Option<String>,
    /// Password, if the entry has one.
    pub password: Option<Secret>,
}

/// An error in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetrcError {
    /// Counted from 1.
    pub line: usize,
    /// The problem, without any value of the file.
    pub problem: String,
}

const KEYWORDS: [&str; 6] = [
    "machine", "default", "login", "password", "account", "macdef",
];

/// The first entry for `host` that matches `user` (or any user if `None`), or else the `default` entry.
///
/// # Errors
/// A keyword in place of a value.
pub fn find(text: &str, host: &str, user: Option<&str>) -> Result<Option<NetrcLogin>, NetrcError> {
    let fits = |entry: &NetrcEntry| {
        entry
            .login
            .user
            .as_deref()
            .is_none_or(|name| user.is_none_or(|user| user == name))
    };
    let entries = entries(text)?;
    let named = entries.iter().find(|entry| {
        entry
            .host
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(host))
            && fits(entry)
    });
    Ok(named
        .or_else(|| {
            entries
                .iter()
                .find(|entry| entry.host.is_none() && fits(entry))
        })
        .map(|entry| entry.login.clone()))
}

struct NetrcEntry {
    /// `None` for `default`.
    host: Option<String>,
    login: NetrcLogin,
}

fn entries(text: &str) -> Result<Vec<NetrcEntry>, NetrcError> {
    let mut entries: Vec<NetrcEntry> = Vec::new();
    let mut tokens = Tokens { text, rest: text };
    while let Some(keyword) = tokens.keyword() {
        match keyword.as_str() {
            // Without a host, at the end of the file, there is no entry.
            "machine" => {
                if let Some(host) = tokens.value("machine")? {
                    entries.push(entry(Some(host)));
                }
            }
            "default" => entries.push(entry(None)),
            "macdef" => tokens.skip_macro(),
            "login" => {
                let value = tokens.value("login")?;
                if let Some(entry) = entries.last_mut() {
                    entry.login.user = value;
                }
            }
            "password" => {
                let value = tokens.value("password")?;
                if let Some(entry) = entries.last_mut() {
                    entry.login.password = value.map(Secret::new);
                }
            }
            "account" => drop(tokens.value("account")?),
            _ => {}
        }
    }
    Ok(entries)
}

fn entry(host: Option<String>) -> NetrcEntry {
    NetrcEntry {
        host,
        login: NetrcLogin {
            user: None,
            password: None,
        },
    }
}

struct Tokens<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Tokens<'_> {
    /// The next keyword. Comments before it are skipped.
    fn keyword(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        while self.rest.starts_with('#') {
            self.rest = self
                .rest
                .split_once('\n')
                .map_or("", |(_, after)| after)
                .trim_start();
        }
        self.token()
    }

    /// The value of a keyword; `None` at the end of the file.
    fn value(&mut self, keyword: &str) -> Result<Option<String>, NetrcError> {
        self.rest = self.rest.trim_start();
        let start = self.text.len() - self.rest.len();
        let is_quoted = self.rest.starts_with('"');
        let value = self.token();
        match &value {
            Some(text) if !is_quoted && KEYWORDS.contains(&text.as_str()) => Err(NetrcError {
                line: 1 + self.text[..start].matches('\n').count(),
                problem: format!("`{keyword}` has the keyword `{text}` instead of a value"),
            }),
            _ => Ok(value),
        }
    }

    /// Skips a macro, which ends at an empty line.
    fn skip_macro(&mut self) {
        let ends = ["\n\n", "\n\r\n"].map(|end| self.rest.find(end));
        let end = ends.into_iter().flatten().min();
        self.rest = end.map_or("", |end| &self.rest[end..]);
    }

    fn token(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (token, after) = rest.split_at(end);
            self.rest = after;
            return Some(token.to_owned());
        };
        let mut token = String::new();
        let mut characters = quoted.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &quoted[at + 1..];
                    return Some(token);
                }
                '\\' => token.extend(characters.next().map(|(_, escaped)| match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                })),
                other => token.push(other),
            }
        }
        self.rest = "";
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str, password: &str) -> NetrcLogin {
        NetrcLogin {
            user: Some(user.to_owned()),
            password: Some(Secret::new(password)),
        }
    }

    #[test]
    fn entries_are_found_by_host_and_user() {
        let text = "# mine\nmachine a.example login u1 password p1\nmachine a.example\n\tlogin u2\n\tpassword \"p 2\\\"\"\n\
                    macdef init\nmachine evil login x\n\nmachine B.example login u3 account acc password p3\ndefault login anonymous password me@\n";
        let find = |text, host, user| super::find(text, host, user).unwrap();
        assert_eq!(find(text, "a.example", None), Some(login("u1", "p1")));
        assert_eq!(
            find(text, "a.example", Some("u2")),
            Some(login("u2", "p 2\""))
        );
        assert_eq!(find(text, "b.example", None), Some(login("u3", "p3")));
        assert_eq!(find(text, "evil", None), Some(login("anonymous", "me@")));
        assert_eq!(find(text, "a.example", Some("other")), None);
    }

    #[test]
    fn broken_files_are_harmless() {
        for text in [
            "",
            "machine",
            "login x",
            "machine h password",
            "machine \"h",
            "default",
            "macdef",
            "\"\\",
        ] {
            let _ = find(text, "h", Some("u"));
        }
    }

    #[test]
    fn a_value_may_begin_with_a_number_sign() {
        let text = "machine a login alice password #pw1 # mine\nmachine b login #bob password x#y\n#machine c\n";
        assert_eq!(find(text, "a", None), Ok(Some(login("alice", "#pw1"))));
        assert_eq!(find(text, "b", None), Ok(Some(login("#bob", "x#y"))));
        assert_eq!(find(text, "c", None), Ok(None));
    }

    #[test]
    fn a_keyword_in_place_of_a_value_is_a_mistake() {
        for (text, line) in [
            (
                "machine a login alice password\nmachine b login bob password pw\n",
                2,
            ),
            ("machine a login password pw\n", 1),
            ("machine\n\ndefault login x\n", 3),
            ("machine a account macdef\n", 1),
        ] {
            let error = find(text, "a", None).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(!error.problem.contains("pw"), "{error:?}");
        }
        let quoted = "machine a login \"login\" password \"machine\"\n";
        assert_eq!(find(quoted, "a", None), Ok(Some(login("login", "machine"))));
    }
}
