//! One line of `--json`.

use std::io;
use std::io::Write;

use serde_core::ser::{Serialize, Serializer};
use serde_json::ser::{CharEscape, Formatter};

use super::outcome::Subject;
use crate::error::is_unprintable;
use crate::exit::Exit;

/// One JSON object, flat except for metadata, whose fields keep the order in which they are added.
pub struct Json(Vec<(&'static str, FieldValue)>);

enum FieldValue {
    Bool(bool),
    Number(u64),
    Seconds(f64),
    Text(String),
    Object(Vec<(String, String)>),
}

impl Json {
    /// The result of one blob.
    pub fn about(op: &str, subject: &Subject, exit: Exit) -> Self {
        let mut json = Self::begin(op);
        json.text("key", Some(&subject.key));
        json.text("url", Some(subject.url.as_str()));
        json.with_exit(exit)
    }

    /// The result of a whole command.
    pub fn without_subject(op: &str, exit: Exit) -> Self {
        Self::begin(op).with_exit(exit)
    }

    /// The last line of a batch.
    pub fn summary(command: &str, exit: Exit) -> Self {
        let mut json = Self::begin("summary");
        json.text("command", Some(command));
        json.with_exit(exit)
    }

    fn begin(op: &str) -> Self {
        let mut json = Self(Vec::with_capacity(16));
        json.number("v", Some(1));
        json.text("op", Some(op));
        json
    }

    fn with_exit(mut self, exit: Exit) -> Self {
        self.bool("ok", Some(exit == Exit::Ok));
        self.number("code", Some(exit.code().into()));
        self
    }

    pub fn number(&mut self, name: &'static str, value: Option<u64>) {
        self.add(name, value.map(FieldValue::Number));
    }

    /// Seconds, written with three decimals.
    pub fn seconds(&mut self, name: &'static str, value: Option<f64>) {
        self.add(name, value.map(FieldValue::Seconds));
    }

    pub fn bool(&mut self, name: &'static str, value: Option<bool>) {
        self.add(name, value.map(FieldValue::Bool));
    }

    pub fn text(&mut self, name: &'static str, value: Option<&str>) {
        self.add(name, value.map(|value| FieldValue::Text(value.to_owned())));
    }

    /// An object of its own for names that the user chose, so that none of them can collide with a field of ours.
    pub fn object(&mut self, name: &'static str, pairs: &[(String, String)]) {
        let pairs = Some(pairs).filter(|pairs| !pairs.is_empty());
        self.add(name, pairs.map(|pairs| FieldValue::Object(pairs.to_vec())));
    }

    fn add(&mut self, name: &'static str, value: Option<FieldValue>) {
        self.0.extend(value.map(|value| (name, value)));
    }

    /// The object on one line, without a line end.
    pub fn finish(&self) -> String {
        let mut line = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut line, ForTerminals);
        // Neither writing to a Vec nor serializing these types fails, and serde_json writes UTF-8.
        let result = self.serialize(&mut serializer);
        debug_assert!(result.is_ok());
        String::from_utf8_lossy(&line).into_owned()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_u64(*value),
            Self::Seconds(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Object(pairs) => {
                serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// Compact JSON (RFC 8259, section 7) in which DEL, the C1 controls and the marks that reorder text are escaped too, since
/// terminals obey them.
struct ForTerminals;

impl Formatter for ForTerminals {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value:.3}")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for part in fragment.split_inclusive(is_unprintable) {
            let last = part
                .chars()
                .next_back()
                .filter(|last| is_unprintable(*last));
            let plain = last.map_or(part, |last| &part[..part.len() - last.len_utf8()]);
            writer.write_all(plain.as_bytes())?;
            if let Some(last) = last {
                // All of them are below U+10000, so that one escape represents each.
                write!(writer, "\\u{:04x}", u32::from(last))?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let control = match escape {
            CharEscape::Quote => return writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => return writer.write_all(b"\\\\"),
            CharEscape::Solidus => return writer.write_all(b"/"),
            CharEscape::Backspace => 0x08,
            CharEscape::Tab => 0x09,
            CharEscape::LineFeed => 0x0a,
            CharEscape::FormFeed => 0x0c,
            CharEscape::CarriageReturn => 0x0d,
            CharEscape::AsciiControl(control) => control,
        };
        write!(writer, "\\u{control:04x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::Url;

    #[test]
    fn json_is_flat_escaped_and_in_order() {
        let subject = Subject {
            key: "a\"\\\n\u{7f}\u{202e}ü".to_owned(),
            url: Url::new("s3://b/a"),
        };
        let mut json = Json::about("put", &subject, Exit::NotFound);
        json.number("bytes", Some(1));
        json.text("etag", None);
        json.seconds("seconds", Some(0.3));
        json.object("metadata", &[]);
        assert_eq!(
            json.finish(),
            r#"{"v":1,"op":"put","key":"a\"\\\u000a\u007f\u202eü","url":"s3://b/a","ok":false,"code":1,"bytes":1,"seconds":0.300}"#
        );
    }

    #[test]
    fn metadata_keeps_its_order_and_is_escaped() {
        let mut json = Json::without_subject("stat", Exit::Ok);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        json.object("metadata", &[pair("z", "\u{85}\r"), pair("ok", "no\t")]);
        assert_eq!(
            json.finish(),
            r#"{"v":1,"op":"stat","ok":true,"code":0,"metadata":{"z":"\u0085\u000d","ok":"no\u0009"}}"#
        );
    }

    #[test]
    fn every_character_survives_a_json_parser() {
        let text: String = ('\0'..='\u{2100}').collect();
        let mut json = Json::without_subject("ls", Exit::Ok);
        json.text("message", Some(&text));
        let line = json.finish();
        assert!(!line.chars().any(is_unprintable));
        let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(parsed["message"].as_str(), Some(text.as_str()));
    }
}
