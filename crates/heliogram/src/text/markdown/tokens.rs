//! What the marks of a source mean, and the text and spans that follow from it.

use std::ops::Range;

use super::super::span::{Kind, Span, Spanned, Style};

/// A piece of the source and what it means.
pub(super) enum Token {
    /// Plain text, as it stands in the source.
    Text(Range<usize>),
    /// A doubled mark; plain text unless a partner was found.
    Mark {
        style: Style,
        range: Range<usize>,
        role: Role,
    },
    /// `[` or `![`; plain text unless its link was found.
    Bracket {
        range: Range<usize>,
        matched: bool,
    },
    /// `](url)` and the token of its bracket.
    LinkEnd {
        open: usize,
        kind: Kind,
    },
    /// Code with its marks and escapes taken away.
    Code {
        text: String,
        kind: Kind,
    },
    QuoteStart {
        folded: bool,
    },
    QuoteEnd,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Opens,
    Closes { open: usize },
}

/// Writes the text of the tokens and notes where their formatting begins and ends.
pub(super) fn emit(source: &str, tokens: Vec<Token>) -> Spanned {
    let mut out = Spanned::default();
    let mut starts = vec![0; tokens.len()];
    let mut quote = (0, false);
    let literal = |range: Range<usize>| source.get(range).unwrap_or_default();
    for (i, token) in tokens.into_iter().enumerate() {
        let here = out.text.units();
        let start_of = |open: usize| starts.get(open).copied().unwrap_or(here);
        match token {
            Token::Text(range) => out.text.push(literal(range)),
            Token::Mark {
                range,
                role: Role::Plain,
                ..
            } => out.text.push(literal(range)),
            Token::Mark {
                role: Role::Opens, ..
            } => {}
            Token::Mark {
                style,
                role: Role::Closes { open },
                ..
            } => {
                let start = start_of(open);
                out.spans.push(Span {
                    start,
                    end: here,
                    kind: Kind::Style(style),
                });
            }
            Token::Bracket { range, .. } => out.text.push(literal(range)),
            Token::LinkEnd { open, kind } => {
                out.spans.push(Span {
                    start: start_of(open),
                    end: here,
                    kind,
                });
            }
            Token::Code { text, kind } => {
                out.text.push(&text);
                out.spans.push(Span {
                    start: here,
                    end: out.text.units(),
                    kind,
                });
            }
            Token::QuoteStart { folded } => quote = (here, folded),
            Token::QuoteEnd => {
                let (start, folded) = quote;
                out.spans.push(Span {
                    start,
                    end: here,
                    kind: Kind::Quote { folded },
                });
            }
        }
        if let Some(start) = starts.get_mut(i) {
            // Of a bracket: behind the exclamation mark that may be left of it.
            *start = out.text.units();
        }
    }
    out
}
