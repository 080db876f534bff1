//! Which messages make an album, and when it is whole. No clock: the time is an argument.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use super::Album;
use crate::{Event, Message, PeerId};

/// After how long without another part an album counts as whole. Parts are sent together; between
/// them may lie the half second in which a gap is waited for.
const WAIT: Duration = Duration::from_secs(1);
/// How long the end of a difference is waited for, which may bring more parts.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// How many messages an album has at most.
const MAX_PARTS: usize = 10;
/// How many albums may be open; beyond, the oldest is closed.
const MAX_OPEN: usize = 256;

/// Puts messages that have a `grouped_id` together.
///
/// A chat has at most one open album. It is whole with its tenth message, when the next message of
/// the chat does not belong to it, or when nothing came for a while. So every message with a
/// `grouped_id` is in exactly one album, and the same messages make the same albums whatever the
/// pace they come at, unless a part is late by more than that while.
///
/// `R` is the receipt of a message. Those of all parts are kept until the album is handed out, and go
/// along with it: it is whole again if it has to come again.
#[derive(Debug)]
pub(crate) struct Grouper<R> {
    open: HashMap<PeerId, Open<R>>,
}

/// Receipts that can be made one.
pub(crate) trait Join {
    /// Adds another one, to share the fate of this.
    fn join(&mut self, other: Self);
}

#[derive(Debug)]
struct Open<R> {
    grouped_id: i64,
    parts: Vec<Message>,
    receipt: R,
    /// When it began, and when its last part came.
    since: Duration,
    last: Duration,
}

/// An album that is whole, with the receipt of its parts.
type Whole<R> = (Album, R);

impl<R> Default for Grouper<R> {
    fn default() -> Self {
        Self {
            open: HashMap::new(),
        }
    }
}

impl<R: Clone + Join> Grouper<R> {
    /// Takes an event that is about to be handed out: gives it back, between the album that it ends
    /// and the one that it makes whole.
    pub(crate) fn pass(
        &mut self,
        now: Duration,
        event: Event,
        receipt: R,
    ) -> impl Iterator<Item = (Event, R)> + use<R> {
        let message = match &event {
            Event::NewMessage(message) => Some(message),
            Event::ChatAction(action) => action.message(),
            _ => None,
        };
        let ended = message.and_then(|m| self.ended_by(m));
        let filled = message.and_then(|m| self.filled_by(now, m, &receipt));
        [
            ended.map(as_event),
            Some((event, receipt)),
            filled.map(as_event),
        ]
        .into_iter()
        .flatten()
    }

    /// The open album of a chat, if this message is not a part of it.
    fn ended_by(&mut self, message: &Message) -> Option<Whole<R>> {
        let chat = message.peer_id();
        let other = self.open.get(&chat)?.grouped_id != message.grouped_id().unwrap_or(0);
        if other { self.close(chat) } else { None }
    }

    /// Adds a part: gives the album that it makes whole, or that has to go for want of room.
    fn filled_by(&mut self, now: Duration, message: &Message, receipt: &R) -> Option<Whole<R>> {
        let grouped_id = message.grouped_id()?;
        let chat = message.peer_id();
        let open = match self.open.entry(chat) {
            Entry::Vacant(free) => free.insert(Open {
                grouped_id,
                parts: Vec::new(),
                receipt: receipt.clone(),
                since: now,
                last: now,
            }),
            Entry::Occupied(open) => {
                let open = open.into_mut();
                open.receipt.join(receipt.clone());
                open.last = now;
                open
            }
        };
        open.parts.push(message.clone());
        if open.parts.len() >= MAX_PARTS {
            return self.close(chat);
        }
        if self.open.len() > MAX_OPEN {
            let oldest = self.open.iter().min_by_key(|(chat, o)| (o.since, **chat));
            return oldest.map(|(chat, _)| *chat).and_then(|c| self.close(c));
        }
        None
    }

    /// The albums that are whole because nothing more came. While something is `missing`, for
    /// which a difference is fetched, they are waited for longer.
    pub(crate) fn handle_timeout(&mut self, now: Duration, missing: bool) -> Vec<(Event, R)> {
        let due = |o: &Open<R>| o.due(missing) <= now;
        let mut ripe: Vec<_> = self.open.iter().filter(|(_, o)| due(o)).collect();
        ripe.sort_by_key(|(chat, o)| (o.since, **chat));
        let ripe: Vec<_> = ripe.into_iter().map(|(chat, _)| *chat).collect();
        let whole = ripe.into_iter().filter_map(|c| self.close(c));
        whole.map(as_event).collect()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub(crate) fn poll_timeout(&self, missing: bool) -> Option<Duration> {
        self.open.values().map(|o| o.due(missing)).min()
    }

    /// Nobody reads any more: gives the receipts of the albums that were not whole.
    pub(crate) fn abandon(&mut self) -> Vec<R> {
        self.open.drain().map(|(_, open)| open.receipt).collect()
    }

    fn close(&mut self, chat: PeerId) -> Option<Whole<R>> {
        let Open { parts, receipt, .. } = self.open.remove(&chat)?;
        Some((Album::new(parts)?, receipt))
    }
}

fn as_event<R>((album, receipt): Whole<R>) -> (Event, R) {
    (Event::Album(album), receipt)
}

impl<R> Open<R> {
    fn due(&self, missing: bool) -> Duration {
        if missing {
            self.since + MAX_WAIT
        } else {
            self.last + WAIT
        }
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::{enums, types as raw};

    use super::*;
    use crate::{Client, events::Kinds, types::Entities};

    /// Keeps the first.
    impl Join for i32 {
        fn join(&mut self, _: Self) {}
    }

    const NOW: Duration = Duration::from_secs(100);

    /// A message of channel `chat` in the album `group`, 0 for none.
    fn message(client: &Client, chat: i64, id: i32, group: i64) -> Message {
        let peer: enums::Peer = raw::PeerChannel { channel_id: chat }.into();
        let message = raw::Message {
            grouped_id: Some(group).filter(|g| *g != 0),
            ..raw::Message::new(id, peer, 0, String::new())
        };
        Message::new(client, message.into(), &Entities::default()).unwrap()
    }

    /// Hands out a message; gives the ids of each album that is handed out around it.
    fn hand(grouper: &mut Grouper<i32>, now: Duration, message: &Message) -> Vec<Vec<i32>> {
        let out = grouper.pass(now, Event::NewMessage(message.clone()), message.id());
        out.filter_map(album_ids).collect()
    }

    fn ripe(grouper: &mut Grouper<i32>, now: Duration, missing: bool) -> Vec<Vec<i32>> {
        let out = grouper.handle_timeout(now, missing).into_iter();
        out.filter_map(album_ids).collect()
    }

    fn album_ids((event, receipt): (Event, i32)) -> Option<Vec<i32>> {
        let Event::Album(album) = event else {
            return None;
        };
        assert_eq!(Some(&receipt), album.ids().first(), "the first receipt");
        Some(album.ids())
    }

    #[tokio::test]
    async fn the_next_message_of_the_chat_ends_an_album() {
        let client = Client::offline().await;
        let mut grouper = Grouper::default();
        for id in 1..=3 {
            assert!(hand(&mut grouper, NOW, &message(&client, 9, id, 77)).is_empty());
        }
        // Another chat's album does not end it.
        assert!(hand(&mut grouper, NOW, &message(&client, 8, 1, 77)).is_empty());
        assert!(hand(&mut grouper, NOW, &message(&client, 8, 2, 77)).is_empty());
        let next = message(&client, 9, 4, 78);
        assert_eq!(hand(&mut grouper, NOW, &next), [[1, 2, 3]]);
        let plain = message(&client, 9, 5, 0);
        assert_eq!(hand(&mut grouper, NOW, &plain), [[4]]);
        assert_eq!(
            hand(&mut grouper, NOW, &message(&client, 8, 3, 0)),
            [[1, 2]]
        );
        assert_eq!(grouper.poll_timeout(false), None);
    }

    #[tokio::test]
    async fn the_tenth_message_makes_an_album_whole() {
        let client = Client::offline().await;
        let mut grouper = Grouper::default();
        for id in 1..=9 {
            assert!(hand(&mut grouper, NOW, &message(&client, 9, id, 77)).is_empty());
        }
        let tenth = message(&client, 9, 10, 77);
        assert_eq!(
            hand(&mut grouper, NOW, &tenth),
            [(1..=10).collect::<Vec<_>>()]
        );
        assert!(hand(&mut grouper, NOW, &message(&client, 9, 11, 0)).is_empty());
    }

    #[tokio::test]
    async fn an_album_is_whole_when_nothing_more_comes() {
        let client = Client::offline().await;
        let mut grouper = Grouper::default();
        hand(&mut grouper, NOW, &message(&client, 9, 1, 77));
        let later = NOW + WAIT / 2;
        hand(&mut grouper, later, &message(&client, 9, 2, 77));
        let due = grouper.poll_timeout(false).unwrap();
        assert_eq!(due, later + WAIT);
        assert!(grouper.handle_timeout(due - WAIT / 4, false).is_empty());
        assert_eq!(ripe(&mut grouper, due, false), [[1, 2]]);
    }

    #[tokio::test]
    async fn a_difference_under_way_is_waited_for_but_not_for_ever() {
        let client = Client::offline().await;
        let mut grouper = Grouper::default();
        hand(&mut grouper, NOW, &message(&client, 9, 1, 77));
        assert!(grouper.handle_timeout(NOW + WAIT * 5, true).is_empty());
        hand(&mut grouper, NOW + WAIT * 6, &message(&client, 9, 2, 77));
        assert_eq!(grouper.poll_timeout(true), Some(NOW + MAX_WAIT));
        assert_eq!(ripe(&mut grouper, NOW + MAX_WAIT, true), [[1, 2]]);
    }

    #[tokio::test]
    async fn an_album_comes_before_what_ends_it_and_after_its_last_part() {
        let client = Client::offline().await;
        let mut grouper = Grouper::default();
        let mut order = Vec::new();
        let mut pass = |message: Message, receipt| {
            let out = grouper.pass(NOW, Event::NewMessage(message), receipt);
            order.extend(out.map(|(event, receipt)| (event.kind(), receipt)));
        };
        pass(message(&client, 9, 1, 77), 1);
        pass(message(&client, 9, 2, 0), 2);
        for id in 3..=12 {
            pass(message(&client, 9, id, 78), id);
        }
        let (new, album) = (Kinds::NEW_MESSAGE, Kinds::ALBUM);
        let mut expected = vec![(new, 1), (album, 1), (new, 2)];
        expected.extend((3..=12).map(|id| (new, id)));
        expected.push((album, 3));
        pass(message(&client, 9, 13, 79), 13);
        expected.push((new, 13));
        assert_eq!(order, expected);
        assert_eq!(grouper.abandon(), [13]);
        assert_eq!(grouper.poll_timeout(false), None);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_nothing_is_lost() {
        let client = Client::offline().await;
        let mut grouper = Grouper::default();
        let mut closed = 0;
        let chats = 2000_i64;
        for chat in 1..=chats {
            let now = NOW + Duration::from_millis(chat.unsigned_abs());
            closed += hand(&mut grouper, now, &message(&client, chat, 1, 77)).len();
            assert!(grouper.open.len() <= MAX_OPEN);
        }
        closed += grouper.handle_timeout(NOW * 2, false).len();
        assert_eq!(i64::try_from(closed), Ok(chats));
    }

    /// Whatever is mixed in, each message with a group is in one album, in order.
    #[tokio::test]
    async fn the_same_messages_make_the_same_albums_at_any_pace() {
        let client = Client::offline().await;
        let history: Vec<_> = (1..=60)
            .map(|id| message(&client, i64::from(id % 3) + 1, id, i64::from(id / 13) % 4))
            .collect();
        let albums = |step: Duration| {
            let mut grouper = Grouper::default();
            let mut now = NOW;
            let mut albums = Vec::new();
            for message in &history {
                albums.extend(hand(&mut grouper, now, message));
                now += step;
            }
            albums.extend(ripe(&mut grouper, now + WAIT * 2, false));
            albums.sort();
            albums
        };
        let fast = albums(Duration::ZERO);
        assert_eq!(fast, albums(Duration::from_millis(10)));
        let mut all: Vec<_> = fast.into_iter().flatten().collect();
        all.sort_unstable();
        let grouped = history.iter().filter(|m| m.grouped_id().is_some());
        assert_eq!(all, grouped.map(Message::id).collect::<Vec<_>>());
    }
}
