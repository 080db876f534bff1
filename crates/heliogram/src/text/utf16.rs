//! Offsets of entities: Telegram counts text in UTF-16 units, Rust in bytes.
//!
//! All arithmetic between the two is in this file.

/// The length of a text in UTF-16 units.
///
/// ```
/// assert_eq!(heliogram::text::utf16::len("a👍"), 3);
/// ```
#[must_use]
pub fn len(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().map(char::len_utf16).sum()
    }
}

/// The part of `text` that an entity covers.
///
/// `None` if the range is not within the text, or begins or ends inside of a character.
///
/// ```
/// use heliogram::text::utf16;
///
/// assert_eq!(utf16::slice("a👍b", 1, 2), Some("👍"));
/// assert_eq!(utf16::slice("a👍b", 1, 1), None);
/// ```
#[must_use]
pub fn slice(text: &str, offset: i32, length: i32) -> Option<&str> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    let mut cursor = Cursor::new(text);
    let from = cursor.seek(start)?;
    let to = cursor.seek(end)?;
    text.get(from..to)
}

/// Turns ascending UTF-16 offsets into byte offsets, in one pass over the text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    byte: usize,
    unit: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            unit: 0,
        }
    }

    /// The byte offset of `unit`, which must not be below the one asked for before.
    ///
    /// `None` beyond the text and inside of a character; the cursor stands at the next one then.
    pub(super) fn seek(&mut self, unit: usize) -> Option<usize> {
        while self.unit < unit {
            let next = self.text.get(self.byte..)?.chars().next()?;
            self.byte += next.len_utf8();
            self.unit += next.len_utf16();
        }
        (self.unit == unit).then_some(self.byte)
    }
}

/// A text that is written from its start, and its length in UTF-16 units.
#[derive(Default)]
pub(super) struct Builder {
    text: String,
    units: usize,
}

impl Builder {
    pub(super) fn push(&mut self, part: &str) {
        self.text.push_str(part);
        self.units += len(part);
    }

    /// Where the next part will begin.
    pub(super) const fn units(&self) -> usize {
        self.units
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_agree_with_the_standard_library() {
        for text in ["", "abc", "é", "👍", "a👨‍👩‍👧b", "\u{ffff}\u{10000}"] {
            assert_eq!(len(text), text.encode_utf16().count());
            let mut b = Builder::default();
            text.chars()
                .for_each(|c| b.push(c.encode_utf8(&mut [0; 4])));
            assert_eq!((b.units(), b.into_text().as_str()), (len(text), text));
        }
    }

    #[test]
    fn slices_lie_on_the_borders_of_characters() {
        let text = "é👍x";
        assert_eq!(slice(text, 0, 1), Some("é"));
        assert_eq!(slice(text, 1, 2), Some("👍"));
        assert_eq!(slice(text, 0, 4), Some(text));
        assert_eq!(slice(text, 4, 0), Some(""));
        for (offset, length) in [
            (2, 1),
            (1, 1),
            (0, 5),
            (5, 0),
            (-1, 2),
            (1, -1),
            (i32::MAX, i32::MAX),
        ] {
            assert_eq!(slice(text, offset, length), None, "{offset}+{length}");
        }
    }
}
