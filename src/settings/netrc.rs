//! `~/.netrc`: logins by host, as curl and ftp(1) read them.
//!
//! Tokens are separated by white space; `machine HOST` or `default` begins an entry of `login`, `password` and
//! `account`; `macdef` runs to the next empty line; a token may stand in double quotes with `\` escapes; `#` at
//! the start of a token begins a comment, as newer writers have it.

use crate::secret::Secret;

/// One entry's login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Login name, if the entry has one.
    pub user: Option<String>,
    /// Password, if the entry has one.
    pub password: Option<Secret>,
}

/// The first entry for `host` that fits `user` (any, if none was asked for), or else the `default` entry.
pub fn find(text: &str, host: &str, user: Option<&str>) -> Option<Login> {
    let fits = |entry: &Entry| {
        entry
            .login
            .user
            .as_deref()
            .is_none_or(|name| user.is_none_or(|user| user == name))
    };
    let entries = entries(text);
    let named = entries.iter().find(|entry| {
        entry
            .host
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(host))
            && fits(entry)
    });
    named
        .or_else(|| {
            entries
                .iter()
                .find(|entry| entry.host.is_none() && fits(entry))
        })
        .map(|entry| entry.login.clone())
}

struct Entry {
    /// `None` for `default`.
    host: Option<String>,
    login: Login,
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut rest = text;
    while let Some(token) = token(&mut rest) {
        match token.as_str() {
            "machine" => entries.push(entry(self::token(&mut rest))),
            "default" => entries.push(entry(None)),
            "macdef" => rest = rest.find("\n\n").map_or("", |end| &rest[end..]),
            "login" => set(&mut entries, self::token(&mut rest), |login, value| {
                login.user = Some(value);
            }),
            "password" => set(&mut entries, self::token(&mut rest), |login, value| {
                login.password = Some(Secret::new(value));
            }),
            "account" => drop(self::token(&mut rest)),
            _ => {}
        }
    }
    entries
}

fn entry(host: Option<String>) -> Entry {
    Entry {
        host,
        login: Login {
            user: None,
            password: None,
        },
    }
}

fn set(entries: &mut [Entry], value: Option<String>, store: impl Fn(&mut Login, String)) {
    if let (Some(entry), Some(value)) = (entries.last_mut(), value) {
        store(&mut entry.login, value);
    }
}

fn token(rest: &mut &str) -> Option<String> {
    *rest = rest.trim_start();
    while rest.starts_with('#') {
        *rest = rest
            .split_once('\n')
            .map_or("", |(_, after)| after)
            .trim_start();
    }
    if rest.is_empty() {
        return None;
    }
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        *rest = after;
        return Some(token.to_owned());
    };
    let mut token = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                *rest = &quoted[at + 1..];
                return Some(token);
            }
            '\\' => token.extend(letters.next().map(|(_, escaped)| match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            })),
            other => token.push(other),
        }
    }
    *rest = "";
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str, password: &str) -> Login {
        Login {
            user: Some(user.to_owned()),
            password: Some(Secret::new(password)),
        }
    }

    #[test]
    fn entries_are_found_by_host_and_user() {
        let text = "# mine\nmachine a.example login u1 password p1\nmachine a.example\n\tlogin u2\n\tpassword \"p 2\\\"\"\n\
                    macdef init\nmachine evil login x\n\nmachine B.example login u3 account acc password p3\ndefault login anonymous password me@\n";
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
}
