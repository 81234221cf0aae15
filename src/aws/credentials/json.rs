//! Parser of the JSON in which commands, containers and instances return credentials.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Credentials;
use crate::secret::Secret;

/// The names of the fields: commands use `SessionToken`, the metadata services `Token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `credential_process`: `Version` must be 1.
    Command,
    /// Containers and instances.
    Metadata,
}

/// The reason for rejecting a text. It never contains the text, which may hold a secret.
pub type Flaw = &'static str;

/// Parses a JSON object.
pub fn object(text: &str) -> Result<Value, Flaw> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("is not a JSON object"),
        Err(_) => Err("is not JSON"),
    }
}

/// Extracts the credentials from an object. `origin` names the source.
pub fn credentials(object: &Value, dialect: Dialect, origin: &str) -> Result<Credentials, Flaw> {
    if dialect == Dialect::Command && object.get("Version").and_then(Value::as_u64) != Some(1) {
        return Err("does not have the `Version` 1");
    }
    let (token_name, without_token) = match dialect {
        Dialect::Command => ("SessionToken", "has a `SessionToken` that is not a string"),
        Dialect::Metadata => ("Token", "has a `Token` that is not a string"),
    };
    let id =
        text(object, "AccessKeyId").map_err(|()| "has an `AccessKeyId` that is not a string")?;
    let secret = text(object, "SecretAccessKey")
        .map_err(|()| "has a `SecretAccessKey` that is not a string")?;
    let token = text(object, token_name).map_err(|()| without_token)?;
    let expires =
        text(object, "Expiration").map_err(|()| "has an `Expiration` that is not a string")?;
    let credentials = Credentials {
        access_key_id: id.ok_or("has no `AccessKeyId`")?.to_owned(),
        secret_access_key: Secret::new(secret.ok_or("has no `SecretAccessKey`")?),
        session_token: token.map(Secret::new),
        expires: expires.map(time).transpose()?,
        origin: origin.to_owned(),
    };
    if credentials.is_sendable() {
        Ok(credentials)
    } else {
        Err("has a key or token that no header can hold")
    }
}

/// Parses a time as services write it: `2026-05-24T00:00:00Z`.
pub fn time(text: &str) -> Result<OffsetDateTime, Flaw> {
    OffsetDateTime::parse(text.trim(), &Rfc3339).map_err(|_| "has a time that is not RFC 3339")
}

/// The text of a field. Null and the empty text count as missing.
fn text<'a>(object: &'a Value, name: &str) -> Result<Option<&'a str>, ()> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, dialect: Dialect) -> Result<Credentials, Flaw> {
        credentials(&object(text)?, dialect, "the test")
    }

    #[test]
    fn both_dialects_are_read() {
        let text = r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"s\u002f","SessionToken":"t","Expiration":"2026-05-24T01:02:03+02:00"}"#;
        let read = of(text, Dialect::Command).unwrap();
        assert_eq!(read.access_key_id, "AK");
        assert_eq!(read.secret_access_key.expose(), "s/");
        assert_eq!(read.session_token.unwrap().expose(), "t");
        assert_eq!(read.expires.unwrap().unix_timestamp(), 1_779_577_323);
        let text = r#"{"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"s","Token":"t","Expiration":null,"More":[{}]}"#;
        let read = of(text, Dialect::Metadata).unwrap();
        assert_eq!(read.session_token.unwrap().expose(), "t");
        assert_eq!(read.expires, None);
    }

    #[test]
    fn whatever_is_missing_or_odd_is_named_and_not_shown() {
        let deep = "[".repeat(100_000);
        for (text, flaw) in [
            ("", "is not JSON"),
            ("hunter2", "is not JSON"),
            (deep.as_str(), "is not JSON"),
            (r#"{"Version":1} x"#, "is not JSON"),
            ("[]", "is not a JSON object"),
            ("{}", "does not have the `Version` 1"),
            (r#"{"Version":"1"}"#, "does not have the `Version` 1"),
            (r#"{"Version":2}"#, "does not have the `Version` 1"),
            (r#"{"Version":1}"#, "has no `AccessKeyId`"),
            (
                r#"{"Version":1,"AccessKeyId":7}"#,
                "has an `AccessKeyId` that is not a string",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"AK"}"#,
                "has no `SecretAccessKey`",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":""}"#,
                "has no `SecretAccessKey`",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"s","Expiration":"tomorrow"}"#,
                "has a time that is not RFC 3339",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"AK\r\nx: y","SecretAccessKey":"s"}"#,
                "has a key or token that no header can hold",
            ),
        ] {
            let found = of(text, Dialect::Command).unwrap_err();
            assert_eq!(found, flaw, "{}", &text[..text.len().min(60)]);
        }
    }
}
