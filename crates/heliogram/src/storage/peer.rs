use std::fmt;

use super::{
    Error, Table,
    record::{RecordReader, RecordWriter},
};

/// Version of the bytes of a row.
const VERSION: u8 = 1;

/// What is known about a user, group or channel between two runs.
///
/// The phone number, the name and the usernames are private: the debug text shows none of them.
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "entity")]
#[doc(alias = "InputPeer")]
pub struct PeerRow {
    /// The id, marked: users as they are, groups negative, channels below `-1000000000000`.
    pub id: i64,
    /// What kind of peer it is.
    pub kind: StoredKind,
    /// The number that proves this account has seen the peer; groups have none.
    pub access_hash: Option<i64>,
    /// The usernames, the main one first, without `@`.
    pub usernames: Vec<String>,
    /// The phone number, in any notation.
    pub phone: Option<String>,
    /// The title, or first and last name.
    pub name: Option<String>,
    /// Whether the access hash is of a `min` object: good for photos, not for addressing.
    pub min: bool,
    /// A message that shows the peer, by which one known only as `min` can be addressed.
    pub from_message: Option<FromMessage>,
}

/// Where a `min` peer was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "inputPeerUserFromMessage")]
pub struct FromMessage {
    /// Marked id of the chat.
    pub chat: i64,
    /// Id of the message in it.
    pub message: i32,
}

/// The kind of a stored peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoredKind {
    /// A person.
    User,
    /// A bot.
    Bot,
    /// A basic group.
    Group,
    /// A broadcast channel.
    Channel,
    /// A supergroup, with or without topics.
    Supergroup,
}

impl StoredKind {
    const fn code(self) -> u8 {
        match self {
            Self::User => 0,
            Self::Bot => 1,
            Self::Group => 2,
            Self::Channel => 3,
            Self::Supergroup => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::User,
            1 => Self::Bot,
            2 => Self::Group,
            3 => Self::Channel,
            4 => Self::Supergroup,
            _ => return None,
        })
    }
}

impl PeerRow {
    /// A peer of which nothing else is known.
    #[must_use]
    pub const fn new(id: i64, kind: StoredKind) -> Self {
        Self {
            id,
            kind,
            access_hash: None,
            usernames: Vec::new(),
            phone: None,
            name: None,
            min: false,
            from_message: None,
        }
    }

    /// The key of a peer in [`Table::Peers`]: eight bytes that sort like the ids.
    #[must_use]
    pub const fn key(id: i64) -> [u8; 8] {
        (id ^ i64::MIN).to_be_bytes()
    }

    /// The id of a [`Self::key`]; `None` if it is none.
    #[must_use]
    pub fn id_of(key: &[u8]) -> Option<i64> {
        Some(i64::from_be_bytes(key.try_into().ok()?) ^ i64::MIN)
    }

    /// The row as backends store it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = RecordWriter::new(VERSION);
        let has = |bit: u8, yes: bool| if yes { 1 << bit } else { 0 };
        w.i64(self.id)
            .u8(self.kind.code())
            .u8(has(0, self.access_hash.is_some())
                | has(1, self.phone.is_some())
                | has(2, self.name.is_some())
                | has(3, self.min)
                | has(4, self.from_message.is_some()));
        if let Some(hash) = self.access_hash {
            w.i64(hash);
        }
        if let Some(phone) = &self.phone {
            w.text(phone);
        }
        if let Some(name) = &self.name {
            w.text(name);
        }
        if let Some(at) = self.from_message {
            w.i64(at.chat).i32(at.message);
        }
        w.count(self.usernames.len());
        for username in &self.usernames {
            w.text(username);
        }
        w.finish()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::Record`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::parse(bytes).ok_or(Error::Record {
            table: Table::Peers,
            what: "a peer",
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let mut row = Self::new(r.i64()?, StoredKind::from_code(r.u8()?)?);
        let flags = r.u8()?;
        let has = |bit: u8| flags & (1 << bit) != 0;
        if has(0) {
            row.access_hash = Some(r.i64()?);
        }
        if has(1) {
            row.phone = Some(r.text()?.to_owned());
        }
        if has(2) {
            row.name = Some(r.text()?.to_owned());
        }
        row.min = has(3);
        if has(4) {
            row.from_message = Some(FromMessage {
                chat: r.i64()?,
                message: r.i32()?,
            });
        }
        for _ in 0..r.count(4)? {
            row.usernames.push(r.text()?.to_owned());
        }
        r.end(row)
    }

    /// The usernames as an index keeps them.
    pub(super) fn index_names(&self) -> impl Iterator<Item = String> + '_ {
        self.usernames
            .iter()
            .map(|u| normalize_username(u))
            .filter(|u| !u.is_empty())
    }

    /// The phone number as an index keeps it.
    pub(super) fn index_phone(&self) -> Option<String> {
        self.phone
            .as_deref()
            .map(normalize_phone)
            .filter(|p| !p.is_empty())
    }
}

impl fmt::Debug for PeerRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerRow")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("min", &self.min)
            .finish_non_exhaustive()
    }
}

/// A username as indexes compare it: lower case, without spaces around it and a leading `@`.
#[must_use]
pub fn normalize_username(username: &str) -> String {
    let name = username.trim();
    name.strip_prefix('@').unwrap_or(name).to_lowercase()
}

/// A phone number as indexes compare it: its ASCII digits.
#[must_use]
pub fn normalize_phone(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> PeerRow {
        PeerRow {
            access_hash: Some(-5),
            usernames: vec!["One".into(), "two".into()],
            phone: Some("+1 555 0100".into()),
            name: Some("Zoë".into()),
            min: true,
            from_message: Some(FromMessage {
                chat: -1_000_000_000_007,
                message: 12,
            }),
            ..PeerRow::new(i64::MIN, StoredKind::Supergroup)
        }
    }

    #[test]
    fn rows_come_back_whole_and_cut_ones_not_at_all() {
        for row in [full(), PeerRow::new(1, StoredKind::Bot)] {
            let bytes = row.to_bytes();
            assert_eq!(PeerRow::from_bytes(&bytes).ok(), Some(row));
            for n in 0..bytes.len() {
                assert!(PeerRow::from_bytes(&bytes[..n]).is_err(), "cut at {n}");
            }
        }
    }

    #[test]
    fn keys_sort_like_ids() {
        let ids = [i64::MIN, -1_000_000_000_001, -1, 0, 1, i64::MAX];
        assert!(
            ids.windows(2)
                .all(|w| PeerRow::key(w[0]) < PeerRow::key(w[1]))
        );
        assert!(
            ids.iter()
                .all(|&id| PeerRow::id_of(&PeerRow::key(id)) == Some(id))
        );
        assert_eq!(PeerRow::id_of(b"short"), None);
    }

    #[test]
    fn names_and_numbers_are_normalised() {
        assert_eq!(normalize_username(" @DuRov "), "durov");
        assert_eq!(normalize_phone("+49 (30) 123-45"), "493012345");
    }

    #[test]
    fn debug_text_shows_no_private_field() {
        let text = format!("{:?}", full());
        assert!(
            !text.contains("555") && !text.contains("Zo") && !text.contains("-5"),
            "{text}"
        );
    }
}
