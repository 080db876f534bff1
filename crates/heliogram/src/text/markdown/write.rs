//! Spans to Markdown.

use std::ops::Range;

use super::{
    super::{
        span::{Kind, Span, Style},
        utf16::Cursor,
    },
    code::is_language,
};

/// Writes `text` with the marks of its normalised spans.
pub(in super::super) fn write(text: &str, spans: &[Span]) -> String {
    let pieces = pieces(text, spans);
    let mut writer = Writer {
        out: String::with_capacity(text.len() + spans.len() * 4),
        text,
        quotes: quoted_lines(text, &pieces),
        next_quote: 0,
        quoted_code: false,
    };
    let mut edges: Vec<Edge<'_>> = Vec::new();
    for piece in &pieces {
        if !matches!(piece.kind, Kind::Quote { .. }) {
            edges.push(Edge {
                at: piece.start,
                opens: true,
                piece,
            });
            edges.push(Edge {
                at: piece.end,
                opens: false,
                piece,
            });
        }
    }
    // Closing before opening, the inner before the outer where both close.
    edges.sort_by_key(|e| {
        let size = e.piece.end - e.piece.start;
        let (size, rank) = if e.opens {
            (usize::MAX - size, e.rank())
        } else {
            (size, 3 - e.rank())
        };
        (e.at, e.opens, size, rank)
    });
    writer.run(&edges);
    writer.out
}

/// A span in bytes of the text.
struct Piece<'a> {
    start: usize,
    end: usize,
    kind: &'a Kind,
}

struct Edge<'a> {
    at: usize,
    opens: bool,
    piece: &'a Piece<'a>,
}

impl Edge<'_> {
    /// Code is innermost, for marks inside of it have no meaning; links are outermost.
    const fn rank(&self) -> u8 {
        match self.piece.kind {
            Kind::Style(_) => 1,
            Kind::Emoji { .. } => 2,
            Kind::Code | Kind::Pre { .. } => 3,
            _ => 0,
        }
    }
}

/// The spans Markdown can express, by bytes: nothing inside of code, no links inside of emoji.
fn pieces<'a>(text: &str, spans: &'a [Span]) -> Vec<Piece<'a>> {
    let mut edges: Vec<usize> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut cursor = Cursor::new(text);
    let bytes: Vec<Option<usize>> = edges.iter().map(|&unit| cursor.seek(unit)).collect();
    let byte = |unit: usize| {
        edges
            .binary_search(&unit)
            .ok()
            .and_then(|i| bytes.get(i).copied().flatten())
    };
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(spans.len());
    let (mut code_end, mut emoji_end) = (0, 0);
    let mut codes = Vec::new();
    for span in spans {
        let Some((start, end)) = byte(span.start).zip(byte(span.end)) else {
            continue;
        };
        // A quote may begin with empty lines of code, which are not counted as its own.
        let leads = |&(code, _): &(usize, usize)| text.get(code..start);
        let blank = codes
            .last()
            .and_then(leads)
            .is_some_and(|t| t.trim().is_empty());
        let quote = matches!(span.kind, Kind::Quote { .. }) && blank;
        let in_code = !span.kind.is_style() && !quote && start < code_end;
        let link = matches!(span.kind, Kind::Link { .. } | Kind::Mention { .. });
        let in_emoji = start < emoji_end && link;
        if in_code || in_emoji || span.kind == Kind::Email {
            continue;
        }
        if span.kind.is_code() {
            code_end = end;
            codes.push((start, end));
        } else if matches!(span.kind, Kind::Emoji { .. }) {
            emoji_end = end;
        }
        pieces.push(Piece {
            start,
            end,
            kind: &span.kind,
        });
    }
    pieces.retain_mut(|p| p.kind.is_code() || clip(p, &codes));
    pieces
}

/// Moves the ends of a style out of code; `false` if nothing is left.
fn clip(piece: &mut Piece<'_>, codes: &[(usize, usize)]) -> bool {
    if piece.kind.is_style() {
        let around = |at: usize| {
            let code = codes.get(codes.partition_point(|&(_, end)| end <= at));
            code.copied().filter(|&(start, _)| start < at)
        };
        if let Some((_, end)) = around(piece.start) {
            piece.start = end;
        }
        if let Some((start, _)) = around(piece.end) {
            piece.end = start;
        }
    }
    piece.start < piece.end
}

/// The lines the quotes touch, for Markdown can quote nothing less: start, end, folded.
fn quoted_lines(text: &str, pieces: &[Piece<'_>]) -> Vec<(usize, usize, bool)> {
    let newlines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut lines: Vec<(usize, usize, bool)> = Vec::new();
    for piece in pieces {
        let Kind::Quote { folded } = piece.kind else {
            continue;
        };
        let line_of = |byte: usize| {
            let before = newlines.partition_point(|&at| at < byte);
            let last = before.checked_sub(1).and_then(|i| newlines.get(i));
            last.map_or(0, |at| at + 1)
        };
        let start = line_of(piece.start);
        // Inside of code there is no mark of a quote: the empty lines that the code begins with are
        // quoted, too.
        let code = pieces
            .iter()
            .find(|c| c.kind.is_code() && (c.start..c.end).contains(&start) && c.start < start);
        let begin = code.map_or(start, |code| line_of(code.start));
        let blank = text.get(begin..start).is_some_and(|t| t.trim().is_empty());
        let start = if blank { begin } else { start };
        let after = newlines.partition_point(|&at| at < piece.end);
        let next = newlines.get(after).copied().unwrap_or(text.len());
        // A line break at the end belongs to the line it ends, unless an empty line follows.
        let last = after.checked_sub(1).and_then(|i| newlines.get(i)).copied();
        let end = match last {
            Some(at) if at + 1 == piece.end && next != piece.end => at,
            _ => next,
        };
        match lines.last_mut() {
            Some(previous) if previous.1 >= start => previous.1 = previous.1.max(end),
            _ => lines.push((start, end, *folded)),
        }
    }
    lines
}

struct Writer<'a> {
    out: String,
    text: &'a str,
    quotes: Vec<(usize, usize, bool)>,
    next_quote: usize,
    /// Whether the code being written stands in a quote from its first line.
    quoted_code: bool,
}

impl Writer<'_> {
    fn run(&mut self, edges: &[Edge<'_>]) {
        let mut at = 0;
        let mut edge_behind = false;
        self.line_start(0);
        for group in edges.chunk_by(|a, b| a.at == b.at) {
            let here = group.first().map_or(at, |e| e.at);
            self.stretch(at..here, edge_behind, true);
            for edge in group {
                match edge.piece.kind {
                    kind if !edge.opens => self.close(kind),
                    kind => {
                        self.quoted_code = kind.is_code() && self.in_quote(here);
                        self.open(kind);
                        if kind.is_code() {
                            self.code(here..edge.piece.end, kind);
                        }
                    }
                }
                // Code is written together with its opening mark.
                at = at.max(if edge.opens && edge.piece.kind.is_code() {
                    edge.piece.end
                } else {
                    here
                });
            }
            edge_behind = true;
        }
        self.stretch(at..self.text.len(), edge_behind, false);
    }

    /// Writes the text from one edge to the next; at its ends, marks may stand.
    fn stretch(&mut self, range: Range<usize>, edge_before: bool, edge_after: bool) {
        let text = self.text;
        let part = text.get(range.clone()).unwrap_or_default();
        let mut before = text.get(..range.start).and_then(|s| s.chars().next_back());
        for (i, c) in part.char_indices() {
            let next = range.start + i + c.len_utf8();
            let first = edge_before && i == 0;
            let last = edge_after && next == range.end;
            let doubled = before == Some(c) || text.get(next..).is_some_and(|s| s.starts_with(c));
            let escape = match c {
                '\\' | '`' | '[' | ']' => true,
                '*' | '_' | '-' | '~' | '|' => doubled || first || last,
                '!' => last,
                '>' => first || matches!(before, None | Some('\n')),
                _ => false,
            };
            if escape {
                self.out.push('\\');
            }
            self.out.push(c);
            if c == '\n' {
                self.line_start(next);
            }
            before = Some(c);
        }
    }

    /// Writes code, where backslashes count only in front of a backtick.
    fn code(&mut self, range: Range<usize>, kind: &Kind) {
        // A block ends on a line of its own.
        let before_backtick = *kind == Kind::Code;
        let mut rest = self.text.get(range.clone()).unwrap_or_default();
        while let Some(c) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches('\\').len();
            let (head, tail) = rest.split_at(run.max(c.len_utf8()));
            self.out.push_str(head);
            match c {
                '\\' if tail.starts_with('`') || (tail.is_empty() && before_backtick) => {
                    self.out.push_str(head);
                }
                '`' => {
                    self.out.pop();
                    self.out.push_str("\\`");
                }
                '\n' if self.quoted_code => self.line_start(range.end - tail.len()),
                _ => {}
            }
            rest = tail;
        }
    }

    fn in_quote(&self, at: usize) -> bool {
        let i = self.quotes.partition_point(|&(_, end, _)| end < at);
        self.quotes.get(i).is_some_and(|&(start, ..)| start <= at)
    }

    /// Writes the mark of a quote where the line that starts at `at` stands in one.
    fn line_start(&mut self, at: usize) {
        while self
            .quotes
            .get(self.next_quote)
            .is_some_and(|&(_, end, _)| end < at)
        {
            self.next_quote += 1;
        }
        match self.quotes.get(self.next_quote) {
            Some(&(start, _, true)) if start == at => self.out.push_str("**> "),
            Some(&(start, ..)) if start <= at => self.out.push_str("> "),
            _ => {}
        }
    }

    /// Starts a new line in the marks where the text has none.
    fn break_line(&mut self) {
        self.out.push('\n');
        if self.quoted_code {
            self.out.push_str("> ");
        }
    }

    fn open(&mut self, kind: &Kind) {
        match kind {
            Kind::Style(style) => self.out.push_str(mark(*style)),
            Kind::Code => self.out.push('`'),
            Kind::Pre { language } => {
                self.out.push_str("```");
                if is_language(language) {
                    self.out.push_str(language);
                }
                self.break_line();
            }
            Kind::Link { .. } | Kind::Mention { .. } => self.out.push('['),
            Kind::Emoji { .. } => self.out.push_str("!["),
            Kind::Quote { .. } | Kind::Email => {}
        }
    }

    fn close(&mut self, kind: &Kind) {
        match kind {
            Kind::Pre { .. } => {
                self.break_line();
                self.out.push_str("```");
            }
            Kind::Link { url } => {
                self.out.push_str("](");
                for c in url.chars() {
                    match c {
                        '\n' => self.out.push_str("%0A"),
                        '\r' => self.out.push_str("%0D"),
                        _ => {
                            if matches!(c, '(' | ')' | '\\') {
                                self.out.push('\\');
                            }
                            self.out.push(c);
                        }
                    }
                }
                self.out.push(')');
            }
            Kind::Mention { user } => {
                self.out.push_str(&format!("](tg://user?id={user})"));
            }
            Kind::Emoji { document } => {
                self.out.push_str(&format!("](tg://emoji?id={document})"));
            }
            _ => self.open(kind),
        }
    }
}

const fn mark(style: Style) -> &'static str {
    match style {
        Style::Bold => "**",
        Style::Italic => "__",
        Style::Underline => "--",
        Style::Strike => "~~",
        Style::Spoiler => "||",
    }
}
