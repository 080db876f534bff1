use std::fmt;

use heliogram_api::{enums, types};

use super::{PeerError, PeerId};
use crate::types::{Chat, Message, User};

/// Anything that names a chat: methods take `impl Into<PeerLike>`.
///
/// It is resolved when the request is sent, never before, so making one cannot fail:
///
/// - `"me"` (or `"self"`): the account itself, which is Saved Messages;
/// - `"@durov"` or `"durov"`;
/// - links: `"https://t.me/durov"`, `"t.me/durov/42"`, `"t.me/c/1234567890/5"`,
///   `"tg://resolve?domain=durov"`, `"tg://user?id=42"`;
/// - `"+1 555 0100"`: the phone number of a contact;
/// - `42`, `-42`, `-1001234567890` (numbers or text): ids marked as in [`PeerId`];
/// - a [`Message`] (its chat), a [`User`], a [`Chat`], or a raw `InputPeer` or `Peer`.
///
/// ```
/// use heliogram::PeerLike;
///
/// let by_name: PeerLike = "@durov".into();
/// let by_link: PeerLike = "https://t.me/durov/1".into();
/// assert_eq!(by_name, by_link);
/// ```
#[derive(Clone, PartialEq)]
#[doc(alias = "get_input_entity")]
#[doc(alias = "resolve_peer")]
#[doc(alias = "EntityLike")]
pub struct PeerLike(pub(crate) Like);

/// What a [`PeerLike`] was made from.
#[derive(Clone, PartialEq)]
pub(crate) enum Like {
    Me,
    Username(String),
    /// Digits alone.
    Phone(String),
    Id(PeerId),
    Input(enums::InputPeer),
    Bad(PeerError),
}

impl PeerLike {
    /// The account itself: Saved Messages.
    #[must_use]
    pub fn me() -> Self {
        Self(Like::Me)
    }

    /// Whether this is the name of nobody, as can be told without asking.
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self.0, Like::Bad(_))
    }

    /// Reads what a person or a program may write for a peer.
    fn parse(text: &str) -> Like {
        let text = text.trim();
        if let "me" | "self" = text {
            return Like::Me;
        }
        if let Ok(id) = text.parse::<i64>()
            && !text.starts_with('+')
        {
            return PeerId::try_from(id).map_or_else(Like::Bad, Like::Id);
        }
        parse_phone(text)
            .or_else(|| parse_link(text))
            .or_else(|| username(text.strip_prefix('@').unwrap_or(text)))
            .unwrap_or_else(|| Like::Bad(PeerError::BadText(text.chars().take(64).collect())))
    }
}

/// `+` and digits, with the spaces, dots, dashes and brackets people put between them.
fn parse_phone(text: &str) -> Option<Like> {
    let rest = text.strip_prefix('+')?;
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let clean = rest
        .chars()
        .all(|c| c.is_ascii_digit() || " -.()\u{a0}".contains(c));
    (clean && (5..=20).contains(&digits.len())).then_some(Like::Phone(digits))
}

fn username(text: &str) -> Option<Like> {
    let good = (1..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    good.then(|| Like::Username(text.to_ascii_lowercase()))
}

fn parse_link(text: &str) -> Option<Like> {
    if let Some(rest) = strip_prefix_ignore_case(text, "tg://") {
        return parse_tg_link(rest);
    }
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| strip_prefix_ignore_case(text, scheme))
        .unwrap_or(text);
    let rest = strip_prefix_ignore_case(rest, "www.").unwrap_or(rest);
    let (host, path) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    if let Some(name) = host.strip_suffix(".t.me") {
        return username(name);
    }
    if !matches!(host.as_str(), "t.me" | "telegram.me" | "telegram.dog") {
        return None;
    }
    let mut parts = path.split(['/', '?', '#']);
    let first = parts.next().unwrap_or_default();
    match first {
        "joinchat" => Some(Like::Bad(PeerError::Invite)),
        "c" => {
            let id = parts.next()?.parse().ok().and_then(PeerId::channel)?;
            Some(Like::Id(id))
        }
        // Preview pages of public channels.
        "s" => username(parts.next()?),
        _ if first.starts_with('+') => {
            Some(parse_phone(first).unwrap_or(Like::Bad(PeerError::Invite)))
        }
        _ => username(first.strip_prefix('@').unwrap_or(first)),
    }
}

fn parse_tg_link(rest: &str) -> Option<Like> {
    let (action, query) = rest.split_once('?')?;
    let action = action.trim_end_matches('/').to_ascii_lowercase();
    let value = |key: &str| {
        query.split('&').find_map(|pair| {
            let (k, v) = pair.split_once('=')?;
            (k == key).then_some(v)
        })
    };
    match action.as_str() {
        "resolve" => match (value("domain"), value("phone")) {
            (Some(name), _) => username(name),
            (None, Some(phone)) => parse_phone(&format!("+{}", phone.trim_start_matches('+'))),
            (None, None) => None,
        },
        "user" => value("id")?
            .parse()
            .ok()
            .and_then(PeerId::user)
            .map(Like::Id),
        "privatepost" => value("channel")?
            .parse()
            .ok()
            .and_then(PeerId::channel)
            .map(Like::Id),
        "join" => Some(Like::Bad(PeerError::Invite)),
        _ => None,
    }
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

impl From<&str> for PeerLike {
    fn from(text: &str) -> Self {
        Self(Self::parse(text))
    }
}

impl From<String> for PeerLike {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for PeerLike {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<i64> for PeerLike {
    fn from(id: i64) -> Self {
        Self(PeerId::try_from(id).map_or_else(Like::Bad, Like::Id))
    }
}

impl From<PeerId> for PeerLike {
    fn from(id: PeerId) -> Self {
        Self(Like::Id(id))
    }
}

impl From<&Self> for PeerLike {
    fn from(like: &Self) -> Self {
        like.clone()
    }
}

impl From<&Message> for PeerLike {
    fn from(message: &Message) -> Self {
        message.chat().into()
    }
}

impl From<&Chat> for PeerLike {
    fn from(chat: &Chat) -> Self {
        chat.input_peer()
            .map_or_else(|| chat.id().into(), Into::into)
    }
}

impl From<Chat> for PeerLike {
    fn from(chat: Chat) -> Self {
        (&chat).into()
    }
}

impl From<&User> for PeerLike {
    fn from(user: &User) -> Self {
        user.input_peer()
            .map_or_else(|| user.id().into(), Into::into)
    }
}

impl From<User> for PeerLike {
    fn from(user: User) -> Self {
        (&user).into()
    }
}

impl From<enums::InputPeer> for PeerLike {
    fn from(peer: enums::InputPeer) -> Self {
        Self(match peer {
            enums::InputPeer::InputPeerSelf => Like::Me,
            enums::InputPeer::Empty => Like::Bad(PeerError::Empty),
            peer => Like::Input(peer),
        })
    }
}

impl From<enums::Peer> for PeerLike {
    fn from(peer: enums::Peer) -> Self {
        Self(PeerId::from_peer(&peer).map_or(Like::Bad(PeerError::Empty), Like::Id))
    }
}

impl From<types::InputPeerUser> for PeerLike {
    fn from(peer: types::InputPeerUser) -> Self {
        Self(Like::Input(peer.into()))
    }
}

impl From<types::InputPeerChannel> for PeerLike {
    fn from(peer: types::InputPeerChannel) -> Self {
        Self(Like::Input(peer.into()))
    }
}

/// Shows what was asked for, without phone numbers and access hashes.
impl fmt::Debug for PeerLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Like::Me => f.write_str("me"),
            Like::Username(name) => write!(f, "@{name}"),
            Like::Phone(_) => f.write_str("+<phone>"),
            Like::Id(id) => id.fmt(f),
            Like::Input(peer) => match super::input_id(peer) {
                Some(id) => id.fmt(f),
                None => f.write_str("InputPeer"),
            },
            Like::Bad(e) => e.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str) -> Like {
        PeerLike::from(text).0
    }

    fn id(id: i64) -> Like {
        Like::Id(PeerId::try_from(id).unwrap())
    }

    fn bad(like: &Like) -> bool {
        matches!(like, Like::Bad(_))
    }

    #[test]
    fn names_in_every_spelling_are_the_same_peer() {
        let spellings = [
            "durov",
            "@durov",
            " @Durov ",
            "t.me/durov",
            "http://t.me/durov",
            "HTTPS://T.ME/durov",
            "https://www.telegram.me/durov?start=x",
            "https://t.me/durov/42?single",
            "https://t.me/s/durov/42",
            "durov.t.me",
            "https://durov.t.me/",
            "tg://resolve?domain=durov&post=3",
        ];
        for text in spellings {
            assert!(like(text) == Like::Username("durov".into()), "{text}");
        }
    }

    #[test]
    fn ids_are_read_as_marked() {
        assert!(like("42") == id(42));
        assert!(like("-42") == id(-42));
        assert!(like("-1001234567890") == id(-1_001_234_567_890));
        assert!(like("https://t.me/c/1234567890/5") == id(-1_001_234_567_890));
        assert!(like("tg://user?id=42") == id(42));
        assert!(bad(&like("0")));
    }

    #[test]
    fn phones_keep_their_digits_and_stay_out_of_debug() {
        let phone = Like::Phone("15550100123".into());
        for text in ["+15550100123", "+1 (555) 010-01.23", "t.me/+15550100123"] {
            assert!(like(text) == phone, "{text}");
        }
        assert!(!format!("{:?}", PeerLike::from("+15550100123")).contains("555"));
        assert!(bad(&like("+12")));
        assert!(bad(&like("+1555x0100")));
    }

    #[test]
    fn what_names_nobody_is_refused_with_the_text() {
        for text in [
            "",
            "@",
            "two words",
            "1abc",
            "https://example.org/durov",
            "t.me/",
            "tg://x",
        ] {
            assert!(bad(&like(text)), "{text}");
        }
        assert!(like("https://t.me/+AbCdEf") == Like::Bad(PeerError::Invite));
        assert!(like("https://t.me/joinchat/AbCdEf") == Like::Bad(PeerError::Invite));
        assert!(
            PeerError::BadText("two words".into())
                .to_string()
                .contains("two words")
        );
    }

    #[test]
    fn empty_input_peers_are_refused() {
        assert!(PeerLike::from(enums::InputPeer::Empty).0 == Like::Bad(PeerError::Empty));
        assert!(PeerLike::from(enums::InputPeer::InputPeerSelf).0 == Like::Me);
    }
}
