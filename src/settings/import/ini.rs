//! Files of sections with `key = value` lines, as rclone and s3cmd write them.

use std::collections::BTreeMap;

/// The entries of a section.
#[derive(Debug)]
pub struct IniSection {
    pub name: String,
    entries: BTreeMap<String, String>,
}

impl IniSection {
    /// A value without the space around it; empty if it is missing.
    pub fn get(&self, key: &str) -> &str {
        self.entries.get(key).map_or("", String::as_str)
    }

    /// Returns whether a value is one of the words for yes.
    pub fn is_true(&self, key: &str) -> bool {
        ["true", "yes", "1", "on"]
            .iter()
            .any(|word| self.get(key).eq_ignore_ascii_case(word))
    }

    /// Returns whether a value is one of the words for no.
    pub fn is_false(&self, key: &str) -> bool {
        ["false", "no", "0", "off"]
            .iter()
            .any(|word| self.get(key).eq_ignore_ascii_case(word))
    }

    /// The keys that have a value and are not among these.
    pub fn others(&self, known: &[&str]) -> Vec<&str> {
        let entries = self.entries.iter();
        entries
            .filter(|(key, value)| !known.contains(&key.as_str()) && !value.is_empty())
            .map(|(key, _)| key.as_str())
            .collect()
    }
}

/// Parses a file; the error is the number of the line that is not in the format, never its text.
pub fn parse(text: &str) -> Result<Vec<IniSection>, usize> {
    let mut sections: Vec<IniSection> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            sections.push(IniSection {
                name: name.trim().to_owned(),
                entries: BTreeMap::new(),
            });
            continue;
        }
        let (key, value) = line.split_once('=').ok_or(index + 1)?;
        let section = sections.last_mut().ok_or(index + 1)?;
        let value = value.trim();
        section
            .entries
            .insert(key.trim().to_owned(), value.to_owned());
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_their_entries_and_broken_lines_their_number() {
        let sections = parse("# c\n[a b]\nk = v = w \n; c\nempty=\n[c]\nk=on\r\n").unwrap();
        assert_eq!(
            (sections[0].name.as_str(), sections[0].get("k")),
            ("a b", "v = w")
        );
        assert_eq!(sections[0].others(&[]), ["k"]);
        assert!(sections[1].is_true("k") && !sections[1].is_false("k"));
        for (text, line) in [("k = v\n", 1), ("[a]\n\nhunter2\n", 3)] {
            assert_eq!(parse(text).unwrap_err(), line);
        }
    }
}
