//! Code and quotes, which have rules of their own.

use std::ops::Range;

use super::super::span::Kind;

/// The mark of a quote at the start of a line, and whether the quote is folded.
pub(super) fn quote_mark(line: &str) -> Option<(usize, bool)> {
    let folded = line.starts_with("**>");
    let mark = if folded {
        3
    } else {
        usize::from(line.starts_with('>'))
    };
    let space = usize::from(line.as_bytes().get(mark) == Some(&b' '));
    (mark > 0).then_some((mark + space, folded))
}

/// The code up to its end mark, without escapes and marks of quotes, and how much source that is.
///
/// Where there is no end: how far was searched.
pub(super) fn code_body(
    source: &str,
    width: usize,
    in_quote: bool,
) -> Result<(String, usize), usize> {
    let bytes = source.as_bytes();
    let mut body = String::new();
    let (mut at, mut copied) = (0, 0);
    let copy = |body: &mut String, range: Range<usize>| {
        body.push_str(source.get(range).unwrap_or_default());
    };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => {
                let run = source
                    .get(at..)
                    .map_or(0, |s| s.bytes().take_while(|&b| b == b'\\').count());
                if bytes.get(at + run) == Some(&b'`') {
                    copy(&mut body, copied..at + run / 2);
                    copied = at + run;
                    at += run + run % 2;
                } else {
                    at += run;
                }
            }
            b'`' if bytes
                .get(at..at + width)
                .is_some_and(|m| m.iter().all(|&b| b == b'`')) =>
            {
                copy(&mut body, copied..at);
                return Ok((body, at + width));
            }
            b'\n' if in_quote => {
                at += 1;
                let Some((mark, false)) = source.get(at..).and_then(quote_mark) else {
                    return Err(at);
                };
                copy(&mut body, copied..at);
                at += mark;
                copied = at;
            }
            _ => at += 1,
        }
    }
    Err(source.len())
}

/// Takes the language from the first line of a block of code.
pub(super) fn block(body: String) -> (String, Kind) {
    let head = body
        .split_once('\n')
        .filter(|(first, _)| is_language(first));
    let Some((language, code)) = head else {
        return (
            body,
            Kind::Pre {
                language: String::new(),
            },
        );
    };
    let kind = Kind::Pre {
        language: language.to_owned(),
    };
    (code.strip_suffix('\n').unwrap_or(code).to_owned(), kind)
}

/// Whether a text can stand behind the backticks that open a block; the empty one can.
pub(super) fn is_language(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || "_+-#.".contains(c))
}
