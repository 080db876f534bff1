use crate::SchemaError;

/// A piece of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Letters, digits, `_` and `.`.
    Word(&'a str),
    /// `---functions---` or another line of that form, without the dashes.
    Section(&'a str),
    /// One of the punctuation marks.
    Mark(char),
}

/// A piece and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) line: usize,
    /// Whether nothing stands between this piece and the one before.
    pub(crate) joined: bool,
}

/// What the comments of a file say about it.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) layer: Option<i32>,
    pub(crate) source: Option<String>,
}

/// Cuts a file into its pieces; comments are dropped, save for what they say of layer and source.
pub(crate) fn tokens(text: &str) -> Result<(Vec<Token<'_>>, Header), SchemaError> {
    let mut lexer = Lexer {
        text,
        pos: 0,
        line: 1,
        out: Vec::new(),
        header: Header::default(),
    };
    lexer.run()?;
    Ok((lexer.out, lexer.header))
}

struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    line: usize,
    out: Vec<Token<'a>>,
    header: Header,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) -> Result<(), SchemaError> {
        let mut end_of_last = usize::MAX;
        while let Some(c) = self.rest().chars().next() {
            let joined = end_of_last == self.pos;
            if c == '\n' {
                self.line += 1;
                self.pos += 1;
            } else if c.is_whitespace() || c == '\u{feff}' {
                self.pos += c.len_utf8();
            } else if self.rest().starts_with("//") {
                self.line_comment();
            } else if self.rest().starts_with("/*") {
                self.block_comment()?;
            } else {
                let kind = self.piece(c)?;
                self.out.push(Token {
                    kind,
                    line: self.line,
                    joined,
                });
                end_of_last = self.pos;
            }
        }
        Ok(())
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or("")
    }

    fn take(&mut self, len: usize) -> &'a str {
        let taken = self.rest().get(..len).unwrap_or("");
        self.pos += taken.len();
        taken
    }

    fn line_comment(&mut self) {
        let rest = self.rest();
        let comment = self.take(rest.find('\n').unwrap_or(rest.len()));
        let said = comment.trim_start_matches('/').trim();
        if let Some(layer) = said.strip_prefix("LAYER ") {
            self.header.layer = layer.trim().parse().ok().or(self.header.layer);
        } else if let Some(source) = said.strip_prefix("SOURCE ") {
            self.header.source = Some(source.trim().to_owned());
        }
    }

    fn block_comment(&mut self) -> Result<(), SchemaError> {
        let Some(end) = self.rest().find("*/") else {
            return Err(SchemaError::new(
                self.line,
                "the comment that starts here has no end",
            ));
        };
        let comment = self.take(end + 2);
        self.line += comment.matches('\n').count();
        Ok(())
    }

    fn piece(&mut self, first: char) -> Result<Kind<'a>, SchemaError> {
        if self.rest().starts_with("---") {
            let rest = self.rest();
            let line = self.take(rest.find('\n').unwrap_or(rest.len())).trim();
            return match line.strip_prefix("---").and_then(|l| l.strip_suffix("---")) {
                Some(name) if !name.is_empty() => Ok(Kind::Section(name)),
                _ => Err(self.error("a section line must read ---types--- or ---functions---")),
            };
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if is_word(first) {
            let rest = self.rest();
            return Ok(Kind::Word(
                self.take(rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            ));
        }
        if "#:?=;<>{}[]!%*".contains(first) {
            self.pos += 1;
            return Ok(Kind::Mark(first));
        }
        Err(self.error(format!("the character {first:?} has no meaning here")))
    }

    fn error(&self, reason: impl Into<String>) -> SchemaError {
        SchemaError::new(self.line, reason)
    }
}
