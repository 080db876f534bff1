use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::{Arc, Mutex},
};

use heliogram_api::{enums, types};
use tokio::sync::Notify;

use super::{PeerId, PeerKind, places::Places, shown};
use crate::{
    Result,
    net::lock,
    storage::{Changes, FromMessage, PeerRow, Records, Storage, StoredKind, normalize_username},
    types::{Chat, ChatKind, Entities},
};

/// How many peers are kept in memory; the storage keeps the rest.
const MAX_CACHED: usize = 4096;

/// What the account knows about other peers.
pub(crate) struct Peers {
    pub(super) records: Records,
    cache: Mutex<Cache>,
    /// Woken when something waits to be stored.
    pub(crate) unsaved: Arc<Notify>,
    /// Where messages were seen.
    pub(crate) places: Places,
    /// One lock per question that is on its way to the server.
    pub(super) flights: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Default)]
struct Cache {
    chats: HashMap<PeerId, Cached>,
    /// Ids from the one learnt first on.
    order: VecDeque<PeerId>,
    names: HashMap<String, PeerId>,
    phones: HashMap<String, PeerId>,
    unsaved: HashMap<PeerId, PeerRow>,
}

struct Cached {
    chat: Chat,
    /// How to address it, of the last value that was not `min`.
    input: Option<enums::InputPeer>,
    /// A message that shows a peer known only as `min`.
    seen_in: Option<FromMessage>,
}

impl Peers {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        Self {
            records: Records::new(storage),
            cache: Mutex::default(),
            unsaved: Arc::default(),
            places: Places::default(),
            flights: Mutex::default(),
        }
    }

    /// Takes note of users and chats that the server sent.
    pub(crate) fn learn(&self, entities: &Entities) {
        let mut cache = lock(&self.cache);
        for chat in entities.iter() {
            cache.learn(chat);
        }
        if !cache.unsaved.is_empty() {
            self.unsaved.notify_one();
        }
    }

    /// Takes note of which messages show peers known only as `min`, which is how they are addressed.
    pub(crate) fn learn_senders<'a>(&self, messages: impl Iterator<Item = &'a enums::Message>) {
        let mut cache = lock(&self.cache);
        for (message, chat, shown) in messages.filter_map(shown::in_message) {
            let chat = chat.as_i64();
            for peer in shown {
                if let Some(cached) = cache.chats.get_mut(&peer)
                    && cached.input.is_none()
                {
                    cached.seen_in = Some(FromMessage { chat, message });
                }
            }
        }
    }

    /// What is known of a chat, in memory.
    pub(crate) fn chat(&self, id: PeerId) -> Option<Chat> {
        lock(&self.cache).chats.get(&id).map(|c| c.chat.clone())
    }

    /// The id that goes by a username, in memory.
    pub(super) fn by_username(&self, name: &str) -> Option<PeerId> {
        lock(&self.cache)
            .names
            .get(&normalize_username(name))
            .copied()
    }

    /// The id that goes by a phone number in digits, in memory.
    pub(super) fn by_phone(&self, digits: &str) -> Option<PeerId> {
        lock(&self.cache).phones.get(digits).copied()
    }

    /// How to address a peer, as far as memory and storage tell.
    pub(crate) async fn input(&self, id: PeerId) -> Result<Option<enums::InputPeer>> {
        if let PeerKind::Group(chat_id) = id.kind() {
            return Ok(Some(types::InputPeerChat { chat_id }.into()));
        }
        let seen_in = {
            let cache = lock(&self.cache);
            match cache.chats.get(&id) {
                Some(Cached {
                    input: Some(input), ..
                }) => return Ok(Some(input.clone())),
                Some(cached) => cached.seen_in,
                None => None,
            }
        };
        let row = self.records.peer(id.as_i64()).await?;
        if let Some(hash) = row.as_ref().filter(|r| !r.min).and_then(|r| r.access_hash) {
            return Ok(with_hash(id, hash));
        }
        Ok(seen_in.and_then(|at| self.by_message(id, at)))
    }

    /// Addresses a `min` peer by a message it wrote.
    fn by_message(&self, id: PeerId, at: FromMessage) -> Option<enums::InputPeer> {
        let chat = PeerId::try_from(at.chat).ok()?;
        let cached = lock(&self.cache)
            .chats
            .get(&chat)
            .and_then(|c| c.input.clone());
        let peer = match chat.kind() {
            PeerKind::Group(chat_id) => types::InputPeerChat { chat_id }.into(),
            _ => cached?,
        };
        Some(match id.kind() {
            PeerKind::User(user_id) => {
                types::InputPeerUserFromMessage::new(peer.into(), at.message, user_id).into()
            }
            PeerKind::Channel(channel_id) => {
                types::InputPeerChannelFromMessage::new(peer.into(), at.message, channel_id).into()
            }
            _ => return None,
        })
    }

    /// Whether a peer can be addressed by what memory holds.
    pub(crate) fn is_addressable(&self, id: PeerId) -> bool {
        let cache = lock(&self.cache);
        let known = cache.chats.get(&id);
        known.is_some_and(|c| c.input.is_some() || c.seen_in.is_some())
    }

    /// Takes what waits to be stored.
    pub(crate) fn take_unsaved(&self) -> Vec<PeerRow> {
        let mut cache = lock(&self.cache);
        cache.unsaved.drain().map(|(_, row)| row).collect()
    }

    /// Puts back what could not be stored; what was learnt since is newer.
    pub(crate) fn put_back(&self, rows: Vec<PeerRow>) {
        let mut cache = lock(&self.cache);
        for row in rows {
            if let Ok(id) = PeerId::try_from(row.id) {
                cache.unsaved.entry(id).or_insert(row);
            }
        }
    }

    /// Stores what was learnt.
    pub(crate) async fn save(&self) -> Result<()> {
        let rows = self.take_unsaved();
        let mut changes = Changes::new();
        for row in &rows {
            changes.peer(row.clone());
        }
        if let Err(e) = self.records.commit(changes).await {
            self.put_back(rows);
            return Err(e.into());
        }
        Ok(())
    }

    /// Forgets everything in memory: another account signs in.
    pub(crate) fn clear(&self) {
        *lock(&self.cache) = Cache::default();
        self.places.clear();
    }
}

impl Cache {
    fn learn(&mut self, chat: &Chat) {
        let id = chat.peer_id();
        let input = chat.input_peer();
        let min = chat.is_min();
        match self.chats.entry(id) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                // A `min` value knows less and carries a hash for photos only.
                if min && !known.chat.is_min() || known.chat == *chat {
                    return;
                }
                known.input = input.or_else(|| known.input.take());
                known.chat = chat.clone();
            }
            Entry::Vacant(free) => {
                free.insert(Cached {
                    chat: chat.clone(),
                    input,
                    seen_in: None,
                });
                self.order.push_back(id);
            }
        }
        if !min {
            let row = row(chat);
            for name in &row.usernames {
                self.names.insert(normalize_username(name), id);
            }
            if let Some(phone) = &row.phone {
                self.phones.insert(phone.clone(), id);
            }
            self.unsaved.insert(id, row);
        }
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.chats.len() > MAX_CACHED {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            let Some(gone) = self.chats.remove(&oldest) else {
                continue;
            };
            for name in gone.chat.usernames() {
                let name = normalize_username(name);
                if self.names.get(&name) == Some(&oldest) {
                    self.names.remove(&name);
                }
            }
            if let Some(phone) = gone.chat.as_user().and_then(|u| u.phone())
                && self.phones.get(phone) == Some(&oldest)
            {
                self.phones.remove(phone);
            }
        }
    }
}

/// Addresses a user or channel by its access hash.
pub(super) fn with_hash(id: PeerId, access_hash: i64) -> Option<enums::InputPeer> {
    Some(match id.kind() {
        PeerKind::User(user_id) => types::InputPeerUser {
            user_id,
            access_hash,
        }
        .into(),
        PeerKind::Channel(channel_id) => types::InputPeerChannel {
            channel_id,
            access_hash,
        }
        .into(),
        PeerKind::Group(chat_id) => types::InputPeerChat { chat_id }.into(),
        PeerKind::Secret(_) => return None,
    })
}

/// What the storage keeps of a fully known chat.
fn row(chat: &Chat) -> PeerRow {
    let user = chat.as_user();
    let kind = match chat.kind() {
        ChatKind::Private if user.is_some_and(crate::types::User::is_bot) => StoredKind::Bot,
        ChatKind::Private | ChatKind::Secret => StoredKind::User,
        ChatKind::Group => StoredKind::Group,
        ChatKind::Supergroup => StoredKind::Supergroup,
        ChatKind::Channel => StoredKind::Channel,
    };
    let hash = user.and_then(|u| u.raw().access_hash);
    let hash = hash.or_else(|| match chat.input_peer() {
        Some(enums::InputPeer::Channel(c)) => Some(c.access_hash),
        _ => None,
    });
    PeerRow {
        access_hash: hash,
        usernames: chat.usernames().map(str::to_owned).collect(),
        phone: user.and_then(|u| u.phone()).map(str::to_owned),
        name: Some(chat.title()),
        ..PeerRow::new(chat.id(), kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Memory;

    fn user(change: impl FnOnce(&mut types::User)) -> Entities {
        let mut user = types::User::new(7);
        user.first_name = Some("Ann".to_owned());
        change(&mut user);
        Entities::new(&[enums::User::User(Box::new(user))], &[])
    }

    fn ann() -> PeerId {
        PeerId::user(7).unwrap()
    }

    fn hash(input: Option<enums::InputPeer>) -> Option<i64> {
        match input {
            Some(enums::InputPeer::User(p)) => Some(p.access_hash),
            _ => None,
        }
    }

    #[tokio::test]
    async fn min_values_never_replace_a_full_hash() {
        let storage: Arc<dyn Storage> = Arc::new(Memory::default());
        let peers = Peers::new(Arc::clone(&storage));
        peers.learn(&user(|u| u.access_hash = Some(11)));
        let min = user(|u| {
            u.min = true;
            u.access_hash = Some(99);
        });
        peers.learn(&min);
        assert_eq!(hash(peers.input(ann()).await.unwrap()), Some(11));
        peers.save().await.unwrap();
        // The same after a restart, where only the storage knows the full value.
        let peers = Peers::new(storage);
        peers.learn(&min);
        peers.save().await.unwrap();
        assert_eq!(hash(peers.input(ann()).await.unwrap()), Some(11));
    }

    #[tokio::test]
    async fn a_min_peer_is_addressed_by_its_message() {
        let peers = Peers::new(Arc::new(Memory::default()));
        peers.learn(&user(|u| u.min = true));
        assert_eq!(peers.input(ann()).await.unwrap(), None);
        let message = types::Message {
            from_id: Some(types::PeerUser { user_id: 7 }.into()),
            ..types::Message::new(5, types::PeerChat { chat_id: 3 }.into(), 0, String::new())
        };
        let named = types::MessageEntityMentionName::new(0, 3, 7);
        let naming = types::Message {
            entities: Some(vec![named.into()]),
            ..types::Message::new(6, types::PeerChat { chat_id: 3 }.into(), 0, "Ann".into())
        };
        for (message, id) in [(message, 5), (naming, 6)] {
            let message = enums::Message::Message(Box::new(message));
            peers.learn_senders([&message].into_iter());
            let input = peers.input(ann()).await.unwrap();
            assert!(matches!(input, Some(enums::InputPeer::UserFromMessage(p)) if p.msg_id == id));
        }
    }

    #[tokio::test]
    async fn a_min_peer_who_was_added_is_addressed_by_the_note_that_says_so() {
        let peers = Peers::new(Arc::new(Memory::default()));
        peers.learn(&user(|u| u.min = true));
        let added = types::MessageActionChatAddUser::new(vec![7]).into();
        let note = types::MessageService::new(6, types::PeerChat { chat_id: 3 }.into(), 0, added);
        let note = enums::Message::Service(Box::new(note));
        peers.learn_senders([&note].into_iter());
        let input = peers.input(ann()).await.unwrap();
        assert!(matches!(input, Some(enums::InputPeer::UserFromMessage(p)) if p.msg_id == 6));
    }

    #[tokio::test]
    async fn names_and_numbers_lead_to_the_peer_even_after_a_restart() {
        let storage: Arc<dyn Storage> = Arc::new(Memory::default());
        let peers = Peers::new(Arc::clone(&storage));
        peers.learn(&user(|u| {
            u.access_hash = Some(11);
            u.username = Some("Ann".into());
            u.phone = Some("15550100".to_owned());
        }));
        assert_eq!(peers.by_username("@aNN"), Some(ann()));
        assert_eq!(peers.by_phone("15550100"), Some(ann()));
        peers.save().await.unwrap();
        let records = Records::new(storage);
        assert_eq!(
            records.peer_by_username("ann").await.unwrap().unwrap().id,
            7
        );
        assert_eq!(
            records.peer_by_phone("15550100").await.unwrap().unwrap().id,
            7
        );
    }

    #[test]
    fn memory_stays_bounded() {
        let peers = Peers::new(Arc::new(Memory::default()));
        for id in 1..=10_000 {
            let mut user = types::User::new(id);
            user.username = Some(format!("user{id}"));
            peers.learn(&Entities::new(&[enums::User::User(Box::new(user))], &[]));
        }
        let cache = lock(&peers.cache);
        assert_eq!(
            (cache.chats.len(), cache.names.len()),
            (MAX_CACHED, MAX_CACHED)
        );
    }
}
