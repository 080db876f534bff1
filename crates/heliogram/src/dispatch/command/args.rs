use std::{fmt, sync::Arc};

use super::{ArgError, CommandArg, CommandError, CommandSyntax, Described, Words, describe};

/// A command and what follows it.
///
/// Arguments are separated by white space; quotes (`"..."`, `'...'` and the curly ones of phones)
/// keep them together, a backslash in them before a quote or a backslash takes its meaning away. A
/// quote that is never closed is an ordinary character.
///
/// ```
/// use heliogram::dispatch::CommandSyntax;
///
/// let args = CommandSyntax::new().read("/remind 5 \"feed the cat\" now").unwrap();
/// assert_eq!(args.iter().collect::<Vec<_>>(), ["5", "feed the cat", "now"]);
/// assert_eq!(args.rest(), "5 \"feed the cat\" now");
/// assert_eq!(args.parse::<u32>(0).unwrap(), 5);
/// ```
///
/// As an argument of a handler it is there whenever the message is a command.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandArgs {
    inner: Arc<Inner>,
}

#[derive(PartialEq, Eq)]
struct Inner {
    prefix: String,
    name: String,
    bot: Option<String>,
    rest: String,
    words: Vec<Word>,
}

/// An argument, and where in the rest it begins.
#[derive(PartialEq, Eq)]
struct Word {
    at: usize,
    text: String,
}

impl CommandArgs {
    pub(super) fn new(prefix: &str, name: &str, bot: Option<&str>, rest: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                prefix: prefix.to_owned(),
                name: name.to_owned(),
                bot: bot.map(str::to_owned),
                rest: rest.to_owned(),
                words: split(rest),
            }),
        }
    }

    /// The name of the command, as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The mark it begins with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.inner.prefix
    }

    /// The bot it is for, if it says so: what follows `@`.
    #[must_use]
    pub fn bot(&self) -> Option<&str> {
        self.inner.bot.as_deref()
    }

    /// All that follows the name, as it was written.
    #[must_use]
    pub fn rest(&self) -> &str {
        &self.inner.rest
    }

    /// All from the argument with this number on, counted from 0, as it was written.
    ///
    /// ```
    /// use heliogram::dispatch::CommandSyntax;
    ///
    /// let args = CommandSyntax::new().read("/note shop:  two \"green\" apples").unwrap();
    /// assert_eq!(args.rest_from(1), Some("two \"green\" apples"));
    /// assert_eq!(args.rest_from(4), None);
    /// ```
    #[must_use]
    pub fn rest_from(&self, index: usize) -> Option<&str> {
        let word = self.inner.words.get(index)?;
        self.inner.rest.get(word.at..).map(str::trim_end)
    }

    /// The argument with this number, counted from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        self.inner.words.get(index).map(|word| &*word.text)
    }

    /// The arguments in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.inner.words.iter().map(|word| &*word.text)
    }

    /// How many arguments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.words.len()
    }

    /// Whether nothing follows the name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.words.is_empty()
    }

    /// The argument with this number, counted from 0, as a value.
    ///
    /// # Errors
    /// [`CommandError`] if it is not there, or is something else; its text can be shown to the user.
    pub fn parse<T: CommandArg>(&self, index: usize) -> Result<T, CommandError> {
        let mut words = Words::from(self, index);
        T::take(&mut words).map_err(|e: ArgError| CommandError::new(self, None, &words, e))
    }

    /// Reads all arguments of a command; for [`commands!`](crate::commands).
    ///
    /// # Errors
    /// What `take` fails with, and more arguments than it takes.
    #[doc(hidden)]
    pub fn read<T>(
        &self,
        syntax: &CommandSyntax,
        command: &Described<'_>,
        take: impl FnOnce(&mut Words<'_>) -> Result<T, ArgError>,
    ) -> Result<T, CommandError> {
        let mut words = Words::from(self, 0);
        let value = take(&mut words).and_then(|value| words.finish().map(|()| value));
        value.map_err(|e| {
            let usage = describe(syntax, command).usage;
            CommandError::new(self, Some(usage), &words, e)
        })
    }
}

/// Shows which command it is, not what was written behind it.
impl fmt::Debug for CommandArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandArgs")
            .field("name", &self.name())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// Splits arguments at white space that is in no quotes.
fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    // A quote without its other half makes all later ones of its kind plain, too.
    let mut open: Vec<char> = Vec::new();
    while let Some(first) = rest.chars().next() {
        let quoted = closing(first)
            .filter(|end| !open.contains(end))
            .and_then(|end| {
                let found = quoted(&rest[first.len_utf8()..], end);
                if found.is_none() {
                    open.push(end);
                }
                found
            });
        let (word, after) = quoted.unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (rest[..end].to_owned(), &rest[end..])
        });
        let at = text.len() - rest.len();
        words.push(Word { at, text: word });
        rest = after.trim_start();
    }
    words
}

/// What ends a text that begins with this quote.
fn closing(quote: char) -> Option<char> {
    match quote {
        '"' | '\'' => Some(quote),
        '“' => Some('”'),
        '«' => Some('»'),
        '„' => Some('“'),
        _ => None,
    }
}

/// The text up to the closing quote, after which the word must end.
fn quoted(text: &str, end: char) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let after = &text[at + c.len_utf8()..];
        if c == '\\' && after.starts_with([end, '\\']) {
            word.extend(chars.next().map(|(_, c)| c));
        } else if c == end && after.chars().next().is_none_or(char::is_whitespace) {
            return Some((word, after));
        } else {
            word.push(c);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_together() {
        let cases: [(&str, &[&str]); 12] = [
            ("", &[]),
            ("  a  b\tc\nd ", &["a", "b", "c", "d"]),
            (r#""a b" 'c d'"#, &["a b", "c d"]),
            ("“a b” «c d» „e f“", &["a b", "c d", "e f"]),
            (r#""" x"#, &["", "x"]),
            (r#""a \"b\" \\ \n" c"#, &[r#"a "b" \ \n"#, "c"]),
            (r#"it's "fine"#, &["it's", "\"fine"]),
            (r#"a"b c"d"#, &["a\"b", "c\"d"]),
            (r#""a"b" c"#, &["a\"b", "c"]),
            ("'tis the 'end'", &["tis the 'end"]),
            (r"\", &["\\"]),
            ("\"", &["\""]),
        ];
        for (text, words) in cases {
            let found: Vec<_> = split(text).into_iter().map(|word| word.text).collect();
            assert_eq!(found, words, "{text:?}");
        }
    }

    #[test]
    fn many_quotes_take_no_longer_than_many_words() {
        let text = "\" ".repeat(200_000) + &"'a ".repeat(200_000);
        assert!(split(&text).len() <= 400_000);
    }
}
