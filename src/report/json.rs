//! One line of `--json`.

use std::fmt::Write as _;

use super::outcome::Subject;
use crate::error::is_unprintable;
use crate::exit::Exit;

/// One JSON object, flat but for metadata.
pub struct Json(String);

impl Json {
    pub fn about(subject: &Subject, exit: Exit) -> Self {
        let mut json = Self::begin(subject.op);
        json.text("key", Some(&subject.key));
        json.text("url", Some(subject.url.as_str()));
        json.end_of_head(exit)
    }

    pub fn without_subject(op: &str, exit: Exit) -> Self {
        Self::begin(op).end_of_head(exit)
    }

    pub fn begin(op: &str) -> Self {
        let mut json = Self(String::from("{\"v\":1"));
        json.text("op", Some(op));
        json
    }

    pub fn end_of_head(mut self, exit: Exit) -> Self {
        self.bool("ok", Some(exit == Exit::Ok));
        self.number("code", Some(exit.code().into()));
        self
    }

    pub fn raw(&mut self, name: &str, value: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, ",\"{name}\":{value}");
    }

    pub fn number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.raw(name, &value.to_string());
        }
    }

    pub fn bool(&mut self, name: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.raw(name, if value { "true" } else { "false" });
        }
    }

    pub fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.raw(name, &quoted(value));
        }
    }

    /// Names and values of somebody else's, none of which may be taken for one of ours.
    pub fn object(&mut self, name: &str, pairs: &[(String, String)]) {
        if !pairs.is_empty() {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), quoted(value)))
                .collect();
            self.raw(name, &format!("{{{}}}", pairs.join(",")));
        }
    }

    pub fn finish(self) -> String {
        self.0 + "}"
    }
}

/// A JSON string (RFC 8259, section 7); DEL, the C1 controls and the marks that reorder text are escaped too, since terminals
/// obey them.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            obeyed if is_unprintable(obeyed) => {
                // All of them are below U+10000, so that one escape says each.
                let _ = write!(out, "\\u{:04x}", u32::from(obeyed));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::Url;

    #[test]
    fn json_is_flat_escaped_and_in_order() {
        let subject = Subject {
            op: "put",
            key: "a\"\\\n\u{7f}\u{202e}ü".to_owned(),
            url: Url::new("s3://b/a"),
        };
        let mut json = Json::about(&subject, Exit::NotFound);
        json.number("bytes", Some(1));
        json.text("etag", None);
        assert_eq!(
            json.finish(),
            r#"{"v":1,"op":"put","key":"a\"\\\u000a\u007f\u202eü","url":"s3://b/a","ok":false,"code":1,"bytes":1}"#
        );
    }
}
