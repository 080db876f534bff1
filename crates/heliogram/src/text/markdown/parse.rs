//! Markdown to spans, in one pass over the marks and one over the tokens they make.
//!
//! Every scan ahead is bounded: brackets are matched beforehand, and a search for the end of code
//! that fails is not repeated. The time is therefore linear whatever the input.

use std::borrow::Cow;

use super::{
    super::{
        TextError,
        span::{Kind, Spanned, Style},
    },
    code::{block, code_body, quote_mark},
    link::{Parens, unescape},
    tokens::{Role, Token, emit},
};

/// Parses text with Markdown marks.
pub(in super::super) fn parse(source: &str) -> Result<Spanned, TextError> {
    // The server drops carriage returns; without them lines have one kind of end.
    let source: Cow<'_, str> = if source.contains('\r') {
        source.replace('\r', "").into()
    } else {
        source.into()
    };
    let mut parser = Parser::new(&source);
    parser.run()?;
    Ok(emit(&source, parser.tokens))
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    /// Where the plain text before `at` begins that is not yet a token.
    plain: usize,
    tokens: Vec<Token>,
    /// The open mark of each style.
    open: [Option<usize>; Style::ALL.len()],
    /// Open brackets: their tokens, and whether they belong to an emoji.
    brackets: Vec<(usize, bool)>,
    parens: Parens,
    in_quote: bool,
    /// No code mark (of one and of three backticks) ends between here and there.
    no_code_end: [usize; 2],
}

impl<'a> Parser<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            at: 0,
            plain: 0,
            tokens: Vec::new(),
            open: [None; Style::ALL.len()],
            brackets: Vec::new(),
            parens: Parens::new(source),
            in_quote: false,
            no_code_end: [0; 2],
        }
    }

    fn run(&mut self) -> Result<(), TextError> {
        self.line_start();
        while let Some(&byte) = self.source.as_bytes().get(self.at) {
            match byte {
                b'\n' => self.newline(),
                b'\\' => self.escape(),
                b'`' => self.backticks(),
                b'[' => self.bracket(1),
                b'!' if self.rest().starts_with("![") => self.bracket(2),
                b']' => self.link_end()?,
                b'*' | b'_' | b'-' | b'~' | b'|' => self.marks(byte),
                _ => self.at += 1,
            }
        }
        self.flush();
        if self.in_quote {
            self.tokens.push(Token::QuoteEnd);
        }
        Ok(())
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Makes a token of the plain text up to here.
    fn flush(&mut self) {
        if self.plain < self.at {
            self.tokens.push(Token::Text(self.plain..self.at));
        }
        self.plain = self.at;
    }

    /// Leaves `n` bytes of marks out of the text.
    fn skip(&mut self, n: usize) {
        self.at += n;
        self.plain = self.at;
    }

    /// Starts a quote if the line that begins here is one.
    fn line_start(&mut self) {
        if let Some((mark, folded)) = quote_mark(self.rest()) {
            let line = self.rest().get(mark..).unwrap_or_default();
            if !line
                .split('\n')
                .next()
                .unwrap_or_default()
                .trim()
                .is_empty()
            {
                self.flush();
                self.skip(mark);
                self.tokens.push(Token::QuoteStart { folded });
                self.in_quote = true;
            }
        }
    }

    fn newline(&mut self) {
        if self.in_quote {
            let next = self.source.get(self.at + 1..).unwrap_or_default();
            if let Some((mark, false)) = quote_mark(next) {
                self.at += 1;
                self.flush();
                self.skip(mark);
                return;
            }
            self.flush();
            self.tokens.push(Token::QuoteEnd);
            self.in_quote = false;
        }
        self.at += 1;
        self.line_start();
    }

    fn escape(&mut self) {
        let next = self.source.as_bytes().get(self.at + 1);
        if next.is_some_and(u8::is_ascii_punctuation) {
            self.flush();
            self.skip(1);
        }
        self.at += 1;
    }

    /// A run of one mark: what closes, what opens, and what is plain text.
    fn marks(&mut self, byte: u8) {
        let run = self.rest().bytes().take_while(|&b| b == byte).count();
        let style = match byte {
            b'*' => Style::Bold,
            b'_' => Style::Italic,
            b'-' => Style::Underline,
            b'~' => Style::Strike,
            _ => Style::Spoiler,
        };
        let mut left = run;
        if left >= 2
            && let Some(open) = self.open.get_mut(style as usize).and_then(Option::take)
        {
            if let Some(Token::Mark { role, .. }) = self.tokens.get_mut(open) {
                *role = Role::Opens;
            }
            self.mark(style, Role::Closes { open });
            left -= 2;
        }
        if left == 2 || left == 3 {
            self.flush();
            if let Some(slot) = self.open.get_mut(style as usize) {
                *slot = Some(self.tokens.len());
            }
            self.mark(style, Role::Plain);
            left -= 2;
        }
        self.at += left;
    }

    fn mark(&mut self, style: Style, role: Role) {
        self.flush();
        self.tokens.push(Token::Mark {
            style,
            range: self.at..self.at + 2,
            role,
        });
        self.skip(2);
    }

    fn bracket(&mut self, width: usize) {
        self.flush();
        self.brackets.push((self.tokens.len(), width == 2));
        let range = self.at..self.at + width;
        self.tokens.push(Token::Bracket {
            range,
            matched: false,
        });
        self.skip(width);
    }

    fn link_end(&mut self) -> Result<(), TextError> {
        self.flush();
        let Some((url, end, (open, emoji))) = self.link() else {
            self.at += 1;
            return Ok(());
        };
        let id = url.strip_prefix("tg://emoji?id=").filter(|_| emoji);
        let kind = match id {
            Some(id) => Kind::of_emoji(id)?,
            None => Kind::of_url(&url),
        };
        if let Some(Token::Bracket { range, matched }) = self.tokens.get_mut(open) {
            *matched = true;
            // `![text](url)` of anything but an emoji is an exclamation mark and a link.
            if emoji && id.is_none() {
                range.end = range.start + 1;
            } else {
                range.end = range.start;
            }
        }
        if id.is_some() {
            self.brackets.pop();
        } else {
            // Links do not nest: what is open further out can be none.
            self.brackets.clear();
        }
        self.tokens.push(Token::LinkEnd { open, kind });
        self.skip(end - self.at);
        Ok(())
    }

    /// The address behind `](` here, where it ends, and the bracket it belongs to.
    fn link(&self) -> Option<(String, usize, (usize, bool))> {
        let &(open, emoji) = self.brackets.last()?;
        // `[]` covers nothing.
        if open + 1 == self.tokens.len() || !self.rest().starts_with("](") {
            return None;
        }
        let close = self.parens.close_of(self.at + 1)?;
        let url = unescape(self.source.get(self.at + 2..close)?.trim());
        (!url.is_empty()).then_some((url, close + 1, (open, emoji)))
    }

    fn backticks(&mut self) {
        let run = self
            .rest()
            .bytes()
            .take(3)
            .take_while(|&b| b == b'`')
            .count();
        let (width, slot) = if run == 3 { (3, 1) } else { (1, 0) };
        let dead_until = self.no_code_end.get(slot).copied().unwrap_or(0);
        if run == 2 || self.at < dead_until {
            self.at += run;
            return;
        }
        match code_body(
            self.rest().get(width..).unwrap_or_default(),
            width,
            self.in_quote,
        ) {
            Ok((text, _)) if text.is_empty() => self.at += run,
            Ok((body, used)) => {
                let (text, kind) = if width == 3 {
                    block(body)
                } else {
                    (body, Kind::Code)
                };
                if text.is_empty() {
                    self.at += run;
                    return;
                }
                self.flush();
                self.tokens.push(Token::Code { text, kind });
                self.skip(width + used);
            }
            Err(searched) => {
                if let Some(dead) = self.no_code_end.get_mut(slot) {
                    *dead = self.at + width + searched;
                }
                self.at += run;
            }
        }
    }
}
