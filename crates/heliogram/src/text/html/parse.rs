//! HTML to spans.
//!
//! Tags are counted, not nested: of several open tags of one kind the outermost alone has effect,
//! so that the work for a tag does not grow with their number.

use html5gum::{EndTag, StartTag, Token, Tokenizer};

use super::{
    super::{
        TextError,
        span::{Kind, Span, Spanned, Style},
    },
    LONGEST_ADDRESS,
};

/// Parses text with HTML tags.
pub(in super::super) fn parse(source: &str) -> Result<Spanned, TextError> {
    let mut parser = Parser::default();
    for token in Tokenizer::new(source) {
        let Ok(token) = token;
        match token {
            Token::String(text) => {
                parser
                    .out
                    .text
                    .push(&String::from_utf8_lossy(&text).replace('\r', ""));
                parser.pre_may_get_language = false;
            }
            Token::StartTag(tag) => parser.start(&tag)?,
            Token::EndTag(tag) => parser.end(&tag),
            _ => {}
        }
    }
    Ok(parser.finish())
}

/// One open tag of a kind, and how many more are inside of it.
struct Open {
    start: usize,
    /// The same in bytes.
    byte: usize,
    kind: Kind,
    inner: usize,
}

#[derive(Default)]
struct Parser {
    out: Spanned,
    open: [Option<Open>; SLOTS],
    /// For each open `span`, whether it is a spoiler.
    spans: Vec<bool>,
    /// Directly behind `<pre>`, where `<code>` names its language.
    pre_may_get_language: bool,
    /// How many `<code>` tags are open that belong to a `<pre>`.
    pre_codes: usize,
}

const QUOTE: usize = 5;
const PRE: usize = 6;
const CODE: usize = 7;
const LINK: usize = 8;
const EMOJI: usize = 9;
const SLOTS: usize = 10;

/// What a tag stands for, as far as its name tells.
fn style_of(name: &[u8]) -> Option<Style> {
    Some(match name {
        b"b" | b"strong" => Style::Bold,
        b"i" | b"em" => Style::Italic,
        b"u" | b"ins" => Style::Underline,
        b"s" | b"strike" | b"del" => Style::Strike,
        b"tg-spoiler" => Style::Spoiler,
        _ => return None,
    })
}

impl Parser {
    fn start(&mut self, tag: &StartTag<()>) -> Result<(), TextError> {
        let name: &[u8] = &tag.name;
        if let Some(style) = style_of(name) {
            self.push(style as usize, Kind::Style(style));
            return Ok(());
        }
        let after_pre = std::mem::take(&mut self.pre_may_get_language);
        match name {
            b"br" => self.out.text.push("\n"),
            b"span" => {
                let classes = attribute(tag, b"class").unwrap_or_default();
                let spoiler = classes.split_ascii_whitespace().any(|c| c == "tg-spoiler");
                self.spans.push(spoiler);
                if spoiler {
                    self.push(Style::Spoiler as usize, Kind::Style(Style::Spoiler));
                }
            }
            b"blockquote" => {
                let folded = attribute(tag, b"expandable").is_some();
                self.push(QUOTE, Kind::Quote { folded });
            }
            b"pre" => {
                self.pre_may_get_language = self.open.get(PRE).is_some_and(Option::is_none);
                self.push(
                    PRE,
                    Kind::Pre {
                        language: String::new(),
                    },
                );
            }
            b"code" => self.code(tag, after_pre),
            b"a" => {
                let kind = attribute(tag, b"href").filter(|url| !url.trim().is_empty());
                let kind = kind.map_or(Kind::Link { url: String::new() }, |url| {
                    Kind::of_url(url.trim())
                });
                self.push(LINK, kind);
            }
            b"tg-emoji" => {
                let id = attribute(tag, b"emoji-id").unwrap_or_default();
                self.push(EMOJI, Kind::of_emoji(id.trim())?);
            }
            _ => {}
        }
        Ok(())
    }

    fn code(&mut self, tag: &StartTag<()>, after_pre: bool) {
        let Some(Some(Open {
            kind: Kind::Pre { language },
            ..
        })) = self.open.get_mut(PRE)
        else {
            self.push(CODE, Kind::Code);
            return;
        };
        self.pre_codes += 1;
        if after_pre {
            let class = attribute(tag, b"class").unwrap_or_default();
            let mut names = class.split_ascii_whitespace();
            if let Some(name) = names.find_map(|c| c.strip_prefix("language-")) {
                name.clone_into(language);
            }
        }
    }

    fn end(&mut self, tag: &EndTag<()>) {
        let name: &[u8] = &tag.name;
        self.pre_may_get_language = false;
        if let Some(style) = style_of(name) {
            self.pop(style as usize);
            return;
        }
        match name {
            b"span" => {
                let spoiler = self.spans.pop() == Some(true);
                if spoiler {
                    self.pop(Style::Spoiler as usize);
                }
            }
            b"code" if self.pre_codes > 0 => self.pre_codes -= 1,
            b"code" => self.pop(CODE),
            b"pre" => {
                self.pop(PRE);
                if self.open.get(PRE).is_some_and(Option::is_none) {
                    self.pre_codes = 0;
                }
            }
            b"blockquote" => self.pop(QUOTE),
            b"a" => self.pop(LINK),
            b"tg-emoji" => self.pop(EMOJI),
            _ => {}
        }
    }

    fn push(&mut self, slot: usize, kind: Kind) {
        match self.open.get_mut(slot) {
            Some(Some(open)) => open.inner += 1,
            Some(empty) => {
                *empty = Some(Open {
                    start: self.out.text.units(),
                    byte: self.out.text.text().len(),
                    kind,
                    inner: 0,
                })
            }
            None => {}
        }
    }

    fn pop(&mut self, slot: usize) {
        let Some(place) = self.open.get_mut(slot) else {
            return;
        };
        match place {
            Some(Open { inner, .. }) if *inner > 0 => *inner -= 1,
            _ => {
                let end = self.out.text.units();
                let open = place
                    .take()
                    .filter(|o| o.kind != Kind::Link { url: String::new() });
                let Some(Open {
                    start, byte, kind, ..
                }) = open
                else {
                    return;
                };
                let kind = match kind {
                    Kind::Link { url } if end - start <= LONGEST_ADDRESS => {
                        let text = self.out.text.text().get(byte..).unwrap_or_default();
                        match url.strip_prefix("mailto:") == Some(text) {
                            true => Kind::Email,
                            false => Kind::Link { url },
                        }
                    }
                    kind => kind,
                };
                self.out.spans.push(Span { start, end, kind });
            }
        }
    }

    /// Closes what was left open.
    fn finish(mut self) -> Spanned {
        for slot in 0..SLOTS {
            if let Some(Some(open)) = self.open.get_mut(slot) {
                open.inner = 0;
            }
            self.pop(slot);
        }
        self.out
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.get(name)?;
    Some(String::from_utf8_lossy(value).into_owned())
}
