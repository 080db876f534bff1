use std::fmt;

/// Longest head of an answer, in bytes.
pub(crate) const HEAD_MAX: usize = 8 << 10;

/// The first line and the fields of an answer.
pub(crate) struct Head<'a> {
    pub(crate) status: u16,
    /// What stands behind the status.
    pub(crate) reason: &'a [u8],
    /// Whether the version is 1.1, not 1.0.
    modern: bool,
    fields: &'a [u8],
}

/// The rules that the head of an answer can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadError {
    /// It is none of HTTP/1.
    NotHttp,
    /// It is longer than 8192 bytes.
    TooLong,
}

/// The head an answer begins with and its length, once all of it came.
pub(crate) fn parse(input: &[u8]) -> Result<Option<(Head<'_>, usize)>, HeadError> {
    if !b"HTTP/1.".iter().zip(input).all(|(a, b)| a == b) {
        return Err(HeadError::NotHttp);
    }
    let searched = input.get(..HEAD_MAX).unwrap_or(input);
    let Some(len) = searched.windows(4).position(|four| four == b"\r\n\r\n") else {
        return match input.len() {
            HEAD_MAX.. => Err(HeadError::TooLong),
            _ => Ok(None),
        };
    };
    let text = searched.get(..len).unwrap_or_default();
    let line_len = text.windows(2).position(|two| two == b"\r\n");
    let (line, fields) = text.split_at(line_len.unwrap_or(len));
    let mut words = line.splitn(3, |b| *b == b' ');
    let (version, status) = (words.next(), words.next());
    let digits = status.filter(|word| word.len() == 3 && word.iter().all(u8::is_ascii_digit));
    let digit = |status, digit: &u8| status * 10 + u16::from(digit - b'0');
    let status = digits.map(|word| word.iter().fold(0, digit));
    let head = Head {
        status: status.ok_or(HeadError::NotHttp)?,
        reason: words.next().unwrap_or_default(),
        modern: version == Some(b"HTTP/1.1"),
        fields,
    };
    Ok(Some((head, len + 4)))
}

impl<'a> Head<'a> {
    /// Every value of a field.
    fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let lines = self.fields.split(|b| *b == b'\n');
        lines.filter_map(move |line| {
            let (field, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The value of a field that is there once.
    pub(crate) fn one(&self, name: &str) -> Option<&'a str> {
        let mut all = self.all(name);
        all.next().filter(|_| all.next().is_none())
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Whether a field that is a list has this word in it.
    pub(crate) fn lists(&self, name: &str, word: &str) -> bool {
        self.all(name)
            .flat_map(|value| value.split(','))
            .any(|item| item.trim().eq_ignore_ascii_case(word))
    }

    /// Whether the connection goes on after the answer.
    pub(crate) fn keeps_alive(&self) -> bool {
        match self.modern {
            true => !self.lists("connection", "close"),
            false => self.lists("connection", "keep-alive"),
        }
    }
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp => f.write_str("it does not speak HTTP"),
            Self::TooLong => write!(f, "the head of its answer is over {HEAD_MAX} bytes"),
        }
    }
}

impl std::error::Error for HeadError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found_whatever_their_case() {
        let text = b"HTTP/1.1 200 OK\r\nContent-length: 7\r\nX: a, B\r\nx: c\r\n\r\nrest";
        let (head, len) = parse(text).unwrap().unwrap();
        assert_eq!(
            (head.status, head.reason, len),
            (200, &b"OK"[..], text.len() - 4)
        );
        assert_eq!(head.one("Content-Length"), Some("7"));
        assert_eq!(head.one("x"), None);
        assert!(head.lists("x", "b") && head.lists("X", "C") && !head.lists("x", "d"));
        assert!(head.has("x") && !head.has("y"));
    }

    #[test]
    fn the_end_of_a_connection_depends_on_the_version() {
        let keeps = |text: &[u8]| parse(text).unwrap().unwrap().0.keeps_alive();
        assert!(keeps(b"HTTP/1.1 200\r\n\r\n"));
        assert!(!keeps(b"HTTP/1.1 200 x\r\nConnection: close\r\n\r\n"));
        assert!(!keeps(b"HTTP/1.0 200 x\r\n\r\n"));
        assert!(keeps(b"HTTP/1.0 200 x\r\nConnection: Keep-Alive\r\n\r\n"));
    }

    #[test]
    fn what_is_no_head_is_named() {
        let error = |text: &[u8]| parse(text).err();
        assert_eq!(error(b"SSH-2.0"), Some(HeadError::NotHttp));
        assert_eq!(error(b"HTTP/1.1\r\n\r\n"), Some(HeadError::NotHttp));
        assert_eq!(error(b"HTTP/1.1 20 OK\r\n\r\n"), Some(HeadError::NotHttp));
        assert_eq!(error(b"HTTP/1.1 2 0 OK\r\n\r\n"), Some(HeadError::NotHttp));
        let endless = [&b"HTTP/1.1 200 OK\r\nX: "[..], &[b'y'; HEAD_MAX]].concat();
        assert_eq!(error(&endless), Some(HeadError::TooLong));
        assert!(parse(b"HTT").unwrap().is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = [b"HTTP/1.1 200 ", &bytes[..], b"\r\n", &bytes, b"\r\n\r\n"].concat();
            if let Ok(Some((head, len))) = parse(&text) {
                prop_assert!(len <= text.len());
                let _ = (head.one("a"), head.lists("b", "c"), head.keeps_alive());
            }
        }
    }
}
