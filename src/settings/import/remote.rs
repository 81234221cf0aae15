//! A remote of another tool in blobctl's terms.

use super::obscure;
use crate::secret::Secret;

/// A store that another tool knows.
#[derive(Debug)]
pub struct ForeignRemote {
    /// The other tool's name for it.
    pub name: String,
    /// `s3` or `ftp`.
    pub backend: &'static str,
    /// Key and value of each setting, secrets excluded.
    pub entries: Vec<(&'static str, ImportedValue)>,
    /// The secret and what belongs to it.
    pub secret: Option<ForeignSecret>,
    /// Comments.
    pub notes: Vec<String>,
}

/// A value of the config file.
#[derive(Debug)]
pub enum ImportedValue {
    /// A string.
    Text(String),
    /// A whole number.
    Number(u16),
    /// True.
    True,
}

/// A secret in another tool's file.
#[derive(Debug, Clone)]
pub enum ForeignSecret {
    /// An access key.
    Keys {
        id: String,
        secret_access_key: Secret,
        session_token: Option<Secret>,
    },
    /// A password.
    Password(Secret),
    /// A password in rclone's obscured form.
    Obscured(Secret),
}

impl ForeignSecret {
    /// The secret in clear.
    pub fn reveal(&self) -> Result<Self, &'static str> {
        match self {
            Self::Obscured(text) => obscure::reveal(text.expose()).map(Self::Password),
            clear => Ok(clear.clone()),
        }
    }
}

impl ForeignRemote {
    /// A remote without settings.
    pub fn new(name: &str, backend: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            backend,
            entries: Vec::new(),
            secret: None,
            notes: Vec::new(),
        }
    }

    /// Adds a text setting, unless it is empty.
    pub fn text(&mut self, key: &'static str, value: &str) {
        if !value.is_empty() {
            self.entries
                .push((key, ImportedValue::Text(value.to_owned())));
        }
    }

    /// Adds a setting that is `true`.
    pub fn flag(&mut self, key: &'static str) {
        self.entries.push((key, ImportedValue::True));
    }

    /// Adds the host of an FTP server, without the login that it may hold.
    pub fn host(&mut self, host: &str) {
        let host = self.without_login("host", host);
        self.text("host", &host);
    }

    /// The URL or host without a user name and password in front of an `@`, which a note reports.
    fn without_login(&mut self, key: &str, text: &str) -> String {
        let Some((before, host)) = text.rsplit_once('@') else {
            return text.to_owned();
        };
        let note = format!("WARNING: the user name or password in `{key}` was left out");
        self.notes.push(note);
        match before.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://{host}"),
            None => host.to_owned(),
        }
    }

    /// Adds the endpoint, without the login that it may hold; https is used where the other tool's file names no scheme.
    pub fn endpoint(&mut self, endpoint: &str) {
        let endpoint = self.without_login("endpoint_url", endpoint.trim_end_matches('/'));
        let endpoint = endpoint.as_str();
        let has_scheme = endpoint.contains("://");
        match (endpoint.is_empty(), has_scheme) {
            (true, _) => {}
            (false, true) => self.text("endpoint_url", endpoint),
            (false, false) => self.text("endpoint_url", &format!("https://{endpoint}")),
        }
    }

    /// Sets the access key, or unsigned requests if there is none.
    pub fn keys(&mut self, id: &str, secret: &str, token: &str) {
        if id.is_empty() || secret.is_empty() {
            self.flag("no_sign_request");
            return;
        }
        self.secret = Some(ForeignSecret::Keys {
            id: id.to_owned(),
            secret_access_key: Secret::new(secret),
            session_token: Some(token)
                .filter(|token| !token.is_empty())
                .map(Secret::new),
        });
    }
}
