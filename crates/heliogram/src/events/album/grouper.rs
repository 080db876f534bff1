//! Which messages make an album, and when it is whole. No clock: the time is an argument.

use std::{collections::HashMap, time::Duration};

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
/// `R` is the receipt of a message. Those of all parts are kept until the album is handed out, and
/// go along with it: if the album was not dealt with, its parts come again, too.
#[derive(Debug)]
pub(crate) struct Grouper<R> {
    open: HashMap<PeerId, Open<R>>,
}

#[derive(Debug)]
struct Open<R> {
    grouped_id: i64,
    parts: Vec<Message>,
    receipts: Vec<R>,
    /// When it began, and when its last part came.
    since: Duration,
    last: Duration,
}

/// An album that is whole, and the receipts of its parts.
#[derive(Debug)]
pub(crate) struct Whole<R> {
    pub(crate) album: Album,
    pub(crate) receipts: Vec<R>,
}

impl<R> Default for Grouper<R> {
    fn default() -> Self {
        Self {
            open: HashMap::new(),
        }
    }
}

impl<R> Grouper<R> {
    /// The album that this event ends; it is handed out before the event.
    pub(crate) fn before(&mut self, event: &Event) -> Option<Whole<R>> {
        if self.open.is_empty() {
            return None;
        }
        let message = message(event)?;
        let chat = message.peer_id();
        let other = self.open.get(&chat)?.grouped_id != message.grouped_id().unwrap_or(0);
        if other { self.close(chat) } else { None }
    }

    /// The album that this event makes whole, or that has to go for want of room; it is handed out
    /// after the event. If the event is a part of an album, its receipt is asked for.
    pub(crate) fn after(
        &mut self,
        now: Duration,
        event: &Event,
        receipt: impl FnOnce() -> R,
    ) -> Option<Whole<R>> {
        let message = message(event)?;
        let grouped_id = message.grouped_id()?;
        let chat = message.peer_id();
        let open = self.open.entry(chat).or_insert_with(|| Open {
            grouped_id,
            parts: Vec::new(),
            receipts: Vec::new(),
            since: now,
            last: now,
        });
        open.parts.push(message.clone());
        open.receipts.push(receipt());
        open.last = now;
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
    pub(crate) fn handle_timeout(&mut self, now: Duration, missing: bool) -> Vec<Whole<R>> {
        let due = |o: &Open<R>| o.due(missing) <= now;
        let mut ripe: Vec<_> = self.open.iter().filter(|(_, o)| due(o)).collect();
        ripe.sort_by_key(|(chat, o)| (o.since, **chat));
        let ripe: Vec<_> = ripe.into_iter().map(|(chat, _)| *chat).collect();
        ripe.into_iter().filter_map(|c| self.close(c)).collect()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub(crate) fn poll_timeout(&self, missing: bool) -> Option<Duration> {
        self.open.values().map(|o| o.due(missing)).min()
    }

    /// Nobody reads any more: gives the receipts of the albums that were not whole.
    pub(crate) fn abandon(&mut self) -> Vec<R> {
        let open = self.open.drain();
        open.flat_map(|(_, open)| open.receipts).collect()
    }

    fn close(&mut self, chat: PeerId) -> Option<Whole<R>> {
        let Open {
            parts, receipts, ..
        } = self.open.remove(&chat)?;
        let album = Album::new(parts)?;
        Some(Whole { album, receipts })
    }
}

/// A message that was written, or one of service: what may belong to an album or end one.
fn message(event: &Event) -> Option<&Message> {
    match event {
        Event::NewMessage(message) => Some(message),
        Event::ChatAction(action) => action.message(),
        _ => None,
    }
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
    use crate::{Client, types::Entities};

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
        let event = Event::NewMessage(message.clone());
        let before = grouper.before(&event);
        let after = grouper.after(now, &event, || message.id());
        before.into_iter().chain(after).map(ids).collect()
    }

    fn ripe(grouper: &mut Grouper<i32>, now: Duration, missing: bool) -> Vec<Vec<i32>> {
        let whole = grouper.handle_timeout(now, missing);
        whole.into_iter().map(ids).collect()
    }

    fn ids(whole: Whole<i32>) -> Vec<i32> {
        let ids = whole.album.ids();
        assert_eq!(whole.receipts, ids, "a receipt for each");
        ids
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
        let ended = |grouper: &mut Grouper<i32>, message: &Message| {
            let event = Event::NewMessage(message.clone());
            let (before, after) = (
                grouper.before(&event),
                grouper.after(NOW, &event, || message.id()),
            );
            (before.map(ids), after.map(ids))
        };
        assert_eq!(
            ended(&mut grouper, &message(&client, 9, 1, 77)),
            (None, None)
        );
        let plain = message(&client, 9, 2, 0);
        assert_eq!(ended(&mut grouper, &plain), (Some(vec![1]), None));
        for id in 3..=11 {
            assert_eq!(
                ended(&mut grouper, &message(&client, 9, id, 78)),
                (None, None)
            );
        }
        let tenth = message(&client, 9, 12, 78);
        assert_eq!(
            ended(&mut grouper, &tenth),
            (None, Some((3..=12).collect()))
        );
        hand(&mut grouper, NOW, &message(&client, 9, 13, 79));
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
