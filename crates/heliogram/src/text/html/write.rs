//! Spans to HTML.

use std::cmp::Reverse;

use super::{
    super::{
        span::{Kind, Span, Style},
        utf16::Cursor,
    },
    LONGEST_ADDRESS,
};

/// Writes `text` with the tags of its normalised spans.
///
/// Tags always nest: where styles overlap, the one that began later is closed and opened again.
pub(in super::super) fn write(text: &str, spans: &[Span]) -> String {
    let mut edges: Vec<usize> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut out = String::with_capacity(text.len() + spans.len() * 8);
    let mut cursor = Cursor::new(text);
    let mut stack: Vec<&Span> = Vec::new();
    let mut coming = spans.iter().peekable();
    let mut written = 0;
    for edge in edges {
        let Some(at) = cursor.seek(edge) else {
            continue;
        };
        escape(&mut out, text.get(written..at).unwrap_or_default());
        written = at;
        let mut starting = Vec::new();
        while let Some(span) = coming.next_if(|s| s.start <= edge) {
            starting.push(span);
        }
        turn(
            &mut out,
            &mut stack,
            starting,
            edge,
            text.get(at..).unwrap_or_default(),
        );
    }
    escape(&mut out, text.get(written..).unwrap_or_default());
    out
}

/// Closes what ends at an edge and opens what begins there; `ahead` is the text behind it.
fn turn<'a>(
    out: &mut String,
    stack: &mut Vec<&'a Span>,
    mut starting: Vec<&'a Span>,
    edge: usize,
    ahead: &str,
) {
    let firm_end = starting
        .iter()
        .filter(|s| !s.kind.is_style())
        .map(|s| s.end)
        .max();
    // A style that ends within something that cannot be cut must not stand around it.
    let must_go =
        |s: &&Span| s.end <= edge || (s.kind.is_style() && firm_end.is_some_and(|end| s.end < end));
    if let Some(lowest) = stack.iter().position(must_go) {
        for span in stack.drain(lowest..).rev().collect::<Vec<_>>() {
            close(out, &span.kind);
            if span.end > edge {
                starting.push(span);
            }
        }
    }
    starting.sort_by_key(|s| (Reverse(s.end), s.kind.is_style(), s.start));
    for span in starting {
        open(out, span, ahead);
        stack.push(span);
    }
}

fn open(out: &mut String, span: &Span, ahead: &str) {
    match &span.kind {
        Kind::Quote { folded: false } => out.push_str("<blockquote>"),
        Kind::Quote { folded: true } => out.push_str("<blockquote expandable>"),
        Kind::Pre { language } if language.is_empty() => out.push_str("<pre>"),
        Kind::Pre { language } => {
            out.push_str("<pre><code class=\"language-");
            // A class ends at a space.
            let name: String = language
                .chars()
                .filter(|c| !c.is_ascii_whitespace())
                .collect();
            escape(out, &name);
            out.push_str("\">");
        }
        Kind::Code => out.push_str("<code>"),
        Kind::Link { url } => anchor(out, url),
        Kind::Mention { user } => anchor(out, &format!("tg://user?id={user}")),
        Kind::Email => {
            let units = (span.end - span.start).min(LONGEST_ADDRESS);
            let address = Cursor::new(ahead).seek(units).and_then(|n| ahead.get(..n));
            anchor(out, &format!("mailto:{}", address.unwrap_or_default()));
        }
        Kind::Emoji { document } => out.push_str(&format!("<tg-emoji emoji-id=\"{document}\">")),
        Kind::Style(style) => out.push_str(&format!("<{}>", tag(*style))),
    }
}

fn close(out: &mut String, kind: &Kind) {
    match kind {
        Kind::Quote { .. } => out.push_str("</blockquote>"),
        Kind::Pre { language } if language.is_empty() => out.push_str("</pre>"),
        Kind::Pre { .. } => out.push_str("</code></pre>"),
        Kind::Code => out.push_str("</code>"),
        Kind::Link { .. } | Kind::Mention { .. } | Kind::Email => out.push_str("</a>"),
        Kind::Emoji { .. } => out.push_str("</tg-emoji>"),
        Kind::Style(style) => out.push_str(&format!("</{}>", tag(*style))),
    }
}

const fn tag(style: Style) -> &'static str {
    match style {
        Style::Bold => "b",
        Style::Italic => "i",
        Style::Underline => "u",
        Style::Strike => "s",
        Style::Spoiler => "tg-spoiler",
    }
}

fn anchor(out: &mut String, url: &str) {
    out.push_str("<a href=\"");
    escape(out, url);
    out.push_str("\">");
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Dropped by the server, and by parsers of HTML.
            '\r' => {}
            _ => out.push(c),
        }
    }
}
