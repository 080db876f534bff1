//! JSON as text: a strict reader that keeps numbers as they are written, and a writer of strings.

use std::{borrow::Cow, fmt};

/// Arrays and objects may be nested this deep.
const MAX_DEPTH: u32 = 160;
/// Longest text that is read.
pub(super) const MAX_TEXT: usize = 16 << 20;

/// A parsed value; numbers are kept as written, so that 64 bits stay exact.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl Json<'_> {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Why text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextError {
    pub(super) what: &'static str,
    /// Offset in bytes.
    pub(super) at: usize,
}

/// Reads a text that is one JSON value.
pub(super) fn parse(text: &str) -> Result<Json<'_>, TextError> {
    if text.len() > MAX_TEXT {
        return Err(TextError {
            what: "the text is longer than 16 MiB",
            at: MAX_TEXT,
        });
    }
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    let value = parser.value()?;
    parser.space();
    match parser.peek() {
        None => Ok(value),
        Some(_) => parser.fail("the value ends here, but text follows"),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Parser<'a> {
    fn fail<T>(&self, what: &'static str) -> Result<T, TextError> {
        Err(TextError { what, at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Json<'a>, TextError> {
        self.space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(_) => self.fail("a value was expected"),
            None => self.fail("the text ends where a value was expected"),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Json<'a>, TextError>,
    ) -> Result<Json<'a>, TextError> {
        if self.depth >= MAX_DEPTH {
            return self.fail("values are nested too deeply");
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, TextError> {
        if self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
        {
            self.at += word.len();
            return Ok(value);
        }
        self.fail("a value was expected")
    }

    fn array(&mut self) -> Result<Json<'a>, TextError> {
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.take(b']') {
                return Ok(Json::Array(items));
            }
            if !self.take(b',') {
                return self.fail("a comma or ] was expected");
            }
        }
    }

    fn object(&mut self) -> Result<Json<'a>, TextError> {
        let mut entries = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(Json::Object(entries));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.fail("the name of a field, in quotes, was expected");
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return self.fail("a colon was expected");
            }
            entries.push((name, self.value()?));
            self.space();
            if self.take(b'}') {
                return Ok(Json::Object(entries));
            }
            if !self.take(b',') {
                return self.fail("a comma or } was expected");
            }
        }
    }

    fn digits(&mut self) -> Result<(), TextError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fail("a digit was expected");
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Json<'a>, TextError> {
        let from = self.at;
        self.take(b'-');
        if self.take(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.fail("a number does not begin with 0");
            }
        } else {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Json::Number(self.text.get(from..self.at).unwrap_or("")))
    }

    /// A string without escapes is borrowed from the text.
    fn string(&mut self) -> Result<Cow<'a, str>, TextError> {
        self.at += 1;
        let mut from = self.at;
        let mut owned: Option<String> = None;
        loop {
            let byte = self.peek();
            let plain = self.text.get(from..self.at).unwrap_or("");
            match byte {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match owned {
                        Some(owned) => Cow::Owned(owned + plain),
                        None => Cow::Borrowed(plain),
                    });
                }
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(plain);
                    self.at += 1;
                    let c = self.escape()?;
                    text.push(c);
                    from = self.at;
                }
                Some(0..=0x1f) => return self.fail("a control character must be escaped"),
                Some(_) => self.at += 1,
                None => return self.fail("the text ends inside a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, TextError> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return self.fail("there is no such escape"),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex4(&mut self) -> Result<u32, TextError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let mut n = 0;
        for &digit in digits.unwrap_or(b"?") {
            match char::from(digit).to_digit(16) {
                Some(value) => n = n << 4 | value,
                None => return self.fail("four hexadecimal digits were expected"),
            }
        }
        self.at += 4;
        Ok(n)
    }

    /// `\uXXXX`, or two of them that make up a character outside the basic plane.
    fn unicode(&mut self) -> Result<char, TextError> {
        let first = self.hex4()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !(self.take(b'\\') && self.take(b'u')) {
                    return self.fail("the second half of a surrogate pair was expected");
                }
                let second = self.hex4()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return self.fail("the second half of a surrogate pair was expected");
                }
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            code => code,
        };
        match char::from_u32(code) {
            Some(c) => Ok(c),
            None => self.fail("half a surrogate pair is no character"),
        }
    }
}

/// Appends a string in quotes.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => push(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends formatted text.
pub(super) fn push(out: &mut String, args: fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = fmt::Write::write_fmt(out, args);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        match parse(json) {
            Ok(Json::String(s)) => s.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_every_kind_of_value_and_keeps_numbers_as_written() {
        let json = parse(" {\"a\":[1,-0.5e+3,9223372036854775807,true,false,null],\"b\":{}} ");
        let n = |s| Json::Number(s);
        let items = vec![
            n("1"),
            n("-0.5e+3"),
            n("9223372036854775807"),
            Json::Bool(true),
            Json::Bool(false),
            Json::Null,
        ];
        let expected = Json::Object(vec![
            ("a".into(), Json::Array(items)),
            ("b".into(), Json::Object(Vec::new())),
        ]);
        assert_eq!(json, Ok(expected));
    }

    #[test]
    fn reads_escapes_and_surrogate_pairs() {
        assert_eq!(text(r#""a\"\\\/\b\f\n\r\tz""#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(text(r#""\u0041\ud83d\ude00é""#), "A😀é");
    }

    #[test]
    fn refuses_what_is_not_json() {
        for bad in [
            "",
            " ",
            "{",
            "[",
            "[1",
            "[1,]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "tru",
            "nul",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"\n\"",
            "1 2",
            "'a'",
            "NaN",
            "\"\\u12é\"",
            "[1]]",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nesting_is_limited() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(parse(&deep(160)).is_ok());
        assert!(parse(&deep(161)).is_err());
        assert!(parse(&"[".repeat(1 << 20)).is_err());
    }

    #[test]
    fn written_strings_read_back() {
        let all: String = (0..0x250u32)
            .chain(0x1f600..0x1f610)
            .filter_map(char::from_u32)
            .collect();
        let mut out = String::new();
        write_string(&mut out, &all);
        assert_eq!(text(&out), all);
    }
}
