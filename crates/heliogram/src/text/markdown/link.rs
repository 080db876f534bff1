//! The addresses of links.

/// Takes the backslashes away that take meaning from punctuation.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = chars.next_if(|next| c == '\\' && next.is_ascii_punctuation());
        out.push(escaped.unwrap_or(c));
    }
    out
}

/// The parentheses of each line that belong together, by where they open.
pub(super) struct Parens(Vec<(usize, usize)>);

impl Parens {
    pub(super) fn new(source: &str) -> Self {
        let mut pairs = Vec::new();
        if source.contains("](") {
            let mut open = Vec::new();
            let mut escaped = false;
            for (at, byte) in source.bytes().enumerate() {
                match byte {
                    b'\n' => {
                        open.clear();
                        escaped = false;
                    }
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'(' => open.push(at),
                    b')' => pairs.extend(open.pop().map(|start| (start, at))),
                    _ => {}
                }
            }
            pairs.sort_unstable();
        }
        Self(pairs)
    }

    /// Where what opens at `open` closes, on the same line.
    pub(super) fn close_of(&self, open: usize) -> Option<usize> {
        let i = self
            .0
            .binary_search_by_key(&open, |&(start, _)| start)
            .ok()?;
        self.0.get(i).map(|&(_, end)| end)
    }
}
