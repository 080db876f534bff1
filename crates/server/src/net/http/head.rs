//! The head of an HTTP/1 request.

/// Longest head, in bytes.
pub(crate) const HEAD_MAX: usize = 8 << 10;
/// Most fields of a head.
const FIELDS_MAX: usize = 64;

/// The first line and the fields of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    /// What is asked for, without a query.
    pub(crate) path: &'a str,
    /// What stands behind the question mark.
    pub(crate) query: &'a str,
    /// Whether the version is 1.1, not 1.0.
    modern: bool,
    fields: Vec<(&'a str, &'a str)>,
}

/// The status a request with a wrong head is refused with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadHead(pub(crate) u16);

/// The head a request begins with and its length, once all of it came.
pub(crate) fn parse(input: &[u8]) -> Result<Option<(Head<'_>, usize)>, BadHead> {
    let searched = input.get(..HEAD_MAX).unwrap_or(input);
    let Some(len) = searched.windows(4).position(|four| four == b"\r\n\r\n") else {
        return match input.len() {
            HEAD_MAX.. => Err(BadHead(431)),
            _ => Ok(None),
        };
    };
    let text = searched.get(..len).unwrap_or_default();
    let printable = |b: &u8| matches!(b, b'\t' | b'\r' | b'\n' | b' '..=b'~');
    let text = std::str::from_utf8(text)
        .ok()
        .filter(|_| text.iter().all(printable));
    let mut lines = text.ok_or(BadHead(400))?.split("\r\n");
    let mut head = first_line(lines.next().unwrap_or_default())?;
    for line in lines {
        if head.fields.len() == FIELDS_MAX {
            return Err(BadHead(431));
        }
        head.fields.push(field(line).ok_or(BadHead(400))?);
    }
    Ok(Some((head, len + 4)))
}

fn first_line(line: &str) -> Result<Head<'_>, BadHead> {
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(BadHead(400));
    };
    let modern = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err(BadHead(505)),
    };
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(BadHead(400));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Head {
        method,
        path,
        query,
        modern,
        fields: Vec::new(),
    })
}

/// Name and value of a field. A line that goes on with the last one, as was allowed once, has no
/// name and is refused.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let value = value.trim_matches([' ', '\t']);
    let clean = !value.contains(['\r', '\n']);
    (!name.is_empty() && name.bytes().all(in_name) && clean).then_some((name, value))
}

impl Head<'_> {
    /// Every value of a field.
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let same = move |(other, value): &(&'a str, &'a str)| {
            other.eq_ignore_ascii_case(name).then_some(*value)
        };
        self.fields.iter().filter_map(same)
    }

    /// The value of a field that may be there once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, BadHead> {
        let mut all = self.fields.iter();
        let mut next = || all.find(|(other, _)| other.eq_ignore_ascii_case(name));
        let first = next().map(|(_, value)| *value);
        match next() {
            None => Ok(first),
            Some(_) => Err(BadHead(400)),
        }
    }

    /// Whether a field that is a list has this word in it.
    pub(crate) fn lists(&self, name: &str, word: &str) -> bool {
        self.all(name)
            .flat_map(|value| value.split(','))
            .any(|item| item.trim().eq_ignore_ascii_case(word))
    }

    /// Whether the connection goes on after the answer.
    pub(super) fn keeps_alive(&self) -> bool {
        match self.modern {
            true => !self.lists("connection", "close"),
            false => self.lists("connection", "keep-alive"),
        }
    }

    /// Length of the body, if the head tells it.
    pub(crate) fn body_len(&self) -> Result<Option<usize>, BadHead> {
        if self.all("transfer-encoding").next().is_some() {
            // The length has to be told before.
            return Err(BadHead(411));
        }
        let Some(text) = self.one("content-length")? else {
            return Ok(None);
        };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(BadHead(400));
        }
        text.parse().map(Some).map_err(|_| BadHead(413))
    }

    /// Whether the client waits for a word before it sends the body.
    pub(super) fn waits_to_continue(&self) -> bool {
        self.lists("expect", "100-continue")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn status(text: &str) -> u16 {
        parse(text.as_bytes()).unwrap_err().0
    }

    #[test]
    fn a_head_is_read_once_all_of_it_came() {
        let text = b"POST /api?x=1 HTTP/1.1\r\nHost: a\r\nContent-LENGTH: \t12 \r\n\r\nbody";
        for len in 0..text.len() - 4 {
            assert_eq!(parse(&text[..len]), Ok(None), "{len}");
        }
        let (head, len) = parse(text).unwrap().unwrap();
        assert_eq!(&text[len..], b"body");
        assert_eq!(
            (head.method, head.path, head.query),
            ("POST", "/api", "x=1")
        );
        assert_eq!(head.body_len(), Ok(Some(12)));
        assert!(head.keeps_alive() && !head.waits_to_continue());
    }

    #[test]
    fn lists_are_searched_in_every_field_of_the_name() {
        let text = b"GET / HTTP/1.0\r\nConnection: Upgrade , x\r\nconnection: KEEP-alive\r\n\r\n";
        let (head, _) = parse(text).unwrap().unwrap();
        assert!(head.lists("connection", "upgrade") && head.keeps_alive());
        assert!(!head.lists("connection", "close"));
    }

    #[test]
    fn what_breaks_a_rule_has_its_status() {
        assert_eq!(status("POST /api HTTP/2\r\n\r\n"), 505);
        for text in [
            "POST /api\r\n\r\n",
            "post /api HTTP/1.1\r\n\r\n",
            "POST /a b HTTP/1.1\r\n\r\n",
            "POST /api HTTP/1.1\r\nno colon\r\n\r\n",
            "POST /api HTTP/1.1\r\nA: b\r\n folded: c\r\n\r\n",
            "POST /api HTTP/1.1\r\nA : b\r\n\r\n",
            "POST /api HTTP/1.1\r\nA: \u{e9}\r\n\r\n",
            "POST /api HTTP/1.1\r\nA: b\nB: c\r\n\r\n",
        ] {
            assert_eq!(status(text), 400, "{text:?}");
        }
        let long = format!("GET /{} HTTP/1.1", "a".repeat(HEAD_MAX));
        assert_eq!(status(&long), 431);
        let many = format!(
            "GET / HTTP/1.1\r\n{}\r\n",
            "a: b\r\n".repeat(FIELDS_MAX + 1)
        );
        assert_eq!(status(&many), 431);
    }

    #[test]
    fn a_length_is_told_once_and_in_digits() {
        let with = |fields: &str| {
            let text = format!("POST / HTTP/1.1\r\n{fields}\r\n\r\n");
            parse(text.as_bytes()).unwrap().unwrap().0.body_len()
        };
        assert_eq!(with("a: b"), Ok(None));
        assert_eq!(with("content-length: 0"), Ok(Some(0)));
        assert_eq!(with("content-length: +4"), Err(BadHead(400)));
        assert_eq!(with("content-length: 4, 4"), Err(BadHead(400)));
        assert_eq!(
            with("content-length: 4\r\ncontent-length: 4"),
            Err(BadHead(400))
        );
        assert_eq!(
            with("content-length: 99999999999999999999"),
            Err(BadHead(413))
        );
        assert_eq!(with("transfer-encoding: chunked"), Err(BadHead(411)));
    }

    proptest! {
        #[test]
        fn random_heads_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            text in "(GET|POST) /[a-z]{0,9} HTTP/1.[01]\r\n([A-Za-z: \t]{0,20}\r\n){0,5}\r\n",
        ) {
            for input in [&bytes[..], text.as_bytes()] {
                if let Ok(Some((head, len))) = parse(input) {
                    prop_assert!(len <= input.len());
                    let _ = (head.body_len(), head.keeps_alive(), head.one("upgrade"));
                }
            }
        }
    }
}
