//! Text in columns: paragraphs wrapped at a width, and tables of names and descriptions.

/// The widest column of names: longer ones have their description on the next line.
const NAME_COLUMNS: usize = 24;

/// A text of lines that fit a width.
pub struct Layout {
    columns: usize,
    text: String,
}

impl Layout {
    /// Starts an empty text. A width of less than 40 columns counts as 40.
    pub fn new(columns: usize) -> Self {
        let columns = columns.max(40);
        let text = String::new();
        Self { columns, text }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    /// Appends an empty line, except at the beginning.
    pub fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Appends one line as it is, which may be wider than the width.
    pub fn line(&mut self, indent: usize, line: &str) {
        let line = format!("{:indent$}{line}", "");
        self.text = std::mem::take(&mut self.text) + line.trim_end() + "\n";
    }

    /// Appends paragraphs, each wrapped and indented.
    pub fn paragraphs(&mut self, indent: usize, text: &str) {
        for paragraph in text.split('\n') {
            let words = paragraph.split_whitespace();
            self.wrapped(indent, indent, "", words);
        }
    }

    /// Appends units that are not broken, separated by commas.
    pub fn list<'a>(&mut self, indent: usize, units: impl Iterator<Item = &'a str>) {
        let mut units: Vec<String> = units.map(|unit| format!("{unit},")).collect();
        if let Some(last) = units.last_mut() {
            last.pop();
        }
        self.wrapped(indent, indent, "", units.iter().map(String::as_str));
    }

    /// Appends rows of a name and a description, the descriptions in one column.
    pub fn table(&mut self, rows: &[(String, String)]) {
        let width = |name: &String| name.chars().count();
        let names = rows.iter().map(|(name, _)| width(name));
        let names = names.filter(|width| *width <= NAME_COLUMNS).max();
        let indent = 4 + names.unwrap_or(NAME_COLUMNS);
        for (name, description) in rows {
            let mut first = format!("  {name}");
            if width(name) + 4 > indent {
                self.line(0, &first);
                first.clear();
            }
            self.wrapped(indent, indent, &first, description.split_whitespace());
        }
    }

    /// Appends words in lines. The first line begins with `first`, which is filled up to `begin` columns.
    fn wrapped<'a>(
        &mut self,
        begin: usize,
        indent: usize,
        first: &str,
        words: impl Iterator<Item = &'a str>,
    ) {
        let mut line = format!("{first:begin$}");
        let mut used = line.chars().count();
        let mut is_new = true;
        for word in words {
            let width = word.chars().count();
            if !is_new && used + 1 + width > self.columns {
                self.line(0, &line);
                line = " ".repeat(indent);
                used = indent;
                is_new = true;
            }
            if !is_new {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += width;
            is_new = false;
        }
        self.line(0, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_the_width_and_a_long_word_stands_alone() {
        let mut layout = Layout::new(40);
        let long = "x".repeat(60);
        layout.paragraphs(4, &format!("{} {long} end", "word ".repeat(12)));
        let text = layout.finish();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "    word word word word word word word");
        assert_eq!(lines[2], format!("    {long}"));
        assert_eq!(lines[3], "    end");
    }

    #[test]
    fn a_long_name_has_its_description_on_the_next_line() {
        let row = |name: &str| (name.to_owned(), "what it does".to_owned());
        let mut layout = Layout::new(40);
        layout.table(&[row("short"), row("much-longer-than-24-columns")]);
        assert_eq!(
            layout.finish(),
            "  short  what it does\n  much-longer-than-24-columns\n         what it does\n"
        );
    }
}
