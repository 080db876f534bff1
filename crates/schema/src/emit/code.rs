/// Source text that grows line by line, indented by the braces that are open.
#[derive(Debug, Default)]
pub(crate) struct Code {
    text: String,
    indent: usize,
}

impl Code {
    /// Adds a line; one that starts with `}` closes a level, one that ends in `{` opens one.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if line.starts_with('}') {
            self.indent = self.indent.saturating_sub(1);
        }
        if !line.is_empty() {
            for _ in 0..self.indent {
                self.text.push_str("    ");
            }
            self.text.push_str(line);
        }
        self.text.push('\n');
        if line.ends_with('{') {
            self.indent += 1;
        }
    }

    /// Adds several lines, each by the rule of [`Code::line`].
    pub(crate) fn lines(&mut self, lines: &[&str]) {
        for line in lines {
            self.line(line);
        }
    }

    /// Adds doc comment lines; empty ones part paragraphs.
    pub(crate) fn doc(&mut self, lines: &[String]) {
        for line in lines {
            for _ in 0..self.indent {
                self.text.push_str("    ");
            }
            self.text.push_str(format!("/// {line}").trim_end());
            self.text.push('\n');
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
