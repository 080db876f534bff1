use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use heliogram_api::{enums, functions as f};

use super::Found;
use crate::{
    Client, PeerLike, Result,
    paging::{Page, PageSource, Paged},
    peers::Peer,
    types::Message,
};

/// How many messages one call gives.
const MAX_PAGE: usize = 100;

impl Client {
    /// The messages of a chat, the newest first, as a stream.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let mut found = client.history("@telegram").search("mtproto").limit(500);
    /// println!("{} in all", found.total().await?);
    /// while let Some(message) = found.try_next().await? {
    ///     println!("{}: {}", message.id(), message.text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.getHistory`; with a search or a sender `messages.search`.
    #[doc(alias = "iter_messages")]
    #[doc(alias = "get_chat_history")]
    #[doc(alias = "search_messages")]
    #[doc(alias = "messages.getHistory")]
    #[doc(alias = "messages.search")]
    pub fn history(&self, chat: impl Into<PeerLike>) -> History {
        History {
            source: Some(Source {
                client: self.clone(),
                chat: chat.into(),
                by: None,
                search: None,
                filter: None,
                before: 0,
                after: 0,
                oldest_first: false,
                peers: None,
                cursor: None,
            }),
            limit: None,
            list: None,
        }
    }
}

/// The messages of a chat; made by [`Client::history`].
///
/// A [`Stream`] that fetches as it is read.
#[must_use = "a history fetches nothing until it is read"]
pub struct History {
    /// Until it is read.
    source: Option<Source>,
    limit: Option<usize>,
    list: Option<Paged<Source>>,
}

impl History {
    /// Ends after this many.
    pub fn limit(mut self, messages: usize) -> Self {
        self.limit = Some(messages);
        self
    }

    /// Only those with these words.
    #[doc(alias = "query")]
    pub fn search(self, words: impl Into<String>) -> Self {
        self.with(|s| s.search = Some(words.into()))
    }

    /// Only those of one sender.
    #[doc(alias = "from_user")]
    pub fn by(self, sender: impl Into<PeerLike>) -> Self {
        self.with(|s| s.by = Some(sender.into()))
    }

    /// Only those of one kind, such as photos.
    pub fn filter(self, filter: enums::MessagesFilter) -> Self {
        self.with(|s| s.filter = Some(filter))
    }

    /// Only those older than the message with this id.
    #[doc(alias = "offset_id")]
    #[doc(alias = "max_id")]
    pub fn before(self, id: i32) -> Self {
        self.with(|s| s.before = id.max(0))
    }

    /// Only those newer than the message with this id.
    #[doc(alias = "min_id")]
    pub fn after(self, id: i32) -> Self {
        self.with(|s| s.after = id.max(0))
    }

    /// Starts with the oldest.
    #[doc(alias = "reverse")]
    pub fn oldest_first(self) -> Self {
        self.with(|s| s.oldest_first = true)
    }

    /// How many messages there are, without regard to the limit; fetches the first page if need be.
    ///
    /// # Errors
    /// The errors of finding the chat, and the server's refusals.
    pub async fn total(&mut self) -> Result<usize> {
        if self.limit == Some(0)
            && let Some(source) = self.source.clone()
        {
            let (_, page) = source.fetch(Some(1)).await?;
            return Ok(page.total.unwrap_or(0));
        }
        let total = self.started().map(Paged::total);
        Ok(match total {
            Some(total) => total.await?.unwrap_or(0),
            None => 0,
        })
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// The errors of finding the chat, and the server's refusals. The stream ends with them.
    pub async fn try_next(&mut self) -> Result<Option<Message>> {
        match self.started() {
            Some(list) => list.try_next().await,
            None => Ok(None),
        }
    }

    /// All messages at once.
    ///
    /// # Errors
    /// As [`try_next`](Self::try_next).
    #[doc(alias = "get_messages")]
    pub async fn collect(mut self) -> Result<Vec<Message>> {
        let mut all = Vec::new();
        while let Some(message) = self.try_next().await? {
            all.push(message);
        }
        Ok(all)
    }

    fn with(mut self, set: impl FnOnce(&mut Source)) -> Self {
        if let Some(source) = &mut self.source {
            set(source);
        }
        self
    }

    fn started(&mut self) -> Option<&mut Paged<Source>> {
        if let Some(source) = self.source.take() {
            self.list = Some(Paged::new(source, self.limit));
        }
        self.list.as_mut()
    }
}

impl Stream for History {
    type Item = Result<Message>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.started() {
            Some(list) => Pin::new(list).poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Where the pages of a history come from.
#[derive(Clone)]
struct Source {
    client: Client,
    chat: PeerLike,
    by: Option<PeerLike>,
    search: Option<String>,
    filter: Option<enums::MessagesFilter>,
    /// 0 for the newest.
    before: i32,
    /// 0 for the oldest.
    after: i32,
    oldest_first: bool,
    /// The chat and the sender, once they are found.
    peers: Option<(Peer, Option<Peer>)>,
    /// The id to go on from.
    cursor: Option<i32>,
}

impl PageSource for Source {
    type Item = Message;

    async fn fetch(mut self, want: Option<usize>) -> Result<(Self, Page<Message>)> {
        if self.peers.is_none() {
            let chat = self.client.find_peer(&self.chat).await?;
            let by = match &self.by {
                Some(by) => Some(self.client.find_peer(by).await?),
                None => None,
            };
            self.peers = Some((chat, by));
        }
        let limit = want.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let found = self.ask(i32::try_from(limit).unwrap_or(1)).await?;
        let got = found.messages.len();
        let ids = || found.messages.iter().filter_map(message_id);
        let next = if self.oldest_first {
            ids().max().map(|id| id.saturating_add(1))
        } else {
            ids().min()
        };
        // A page that leads nowhere, or back, would come again and again.
        let stuck = match (next, self.cursor) {
            (Some(next), Some(here)) if self.oldest_first => next <= here,
            (Some(next), Some(here)) => next >= here,
            (next, _) => next.is_none(),
        };
        let first = self.cursor.is_none();
        let complete = found.complete && first && self.before == 0;
        // A later page that is the last may tell no total but its own length.
        let total = (first || !found.complete).then_some(found.total);
        self.cursor = next;
        let mut items: Vec<Message> = found
            .messages
            .into_iter()
            .filter_map(|raw| Message::new(&self.client, raw, &found.entities))
            .filter(|m| self.before == 0 || m.id() < self.before)
            .filter(|m| m.id() > self.after)
            .collect();
        items.sort_by_key(Message::id);
        if !self.oldest_first {
            items.reverse();
        }
        let last = stuck || complete || got < limit;
        Ok((self, Page { items, total, last }))
    }
}

impl Source {
    async fn ask(&self, limit: i32) -> Result<Found> {
        let Some((chat, by)) = &self.peers else {
            return Ok(Found::new(enums::messages::Messages::NotModified(
                heliogram_api::types::messages::MessagesNotModified { count: 0 },
            )));
        };
        let peer = chat.input.clone();
        let (offset_id, add_offset) = if self.oldest_first {
            (
                self.cursor.unwrap_or_else(|| self.after.saturating_add(1)),
                -limit,
            )
        } else {
            (self.cursor.unwrap_or(self.before), 0)
        };
        let (min, max) = (self.after, if self.oldest_first { self.before } else { 0 });
        let answer = if self.search.is_some() || by.is_some() || self.filter.is_some() {
            let words = self.search.clone().unwrap_or_default();
            let every = enums::MessagesFilter::InputMessagesFilterEmpty;
            let filter = self.filter.clone().unwrap_or(every);
            let call = f::messages::Search {
                from_id: by.as_ref().map(|p| p.input.clone().into()),
                ..f::messages::Search::new(
                    peer, words, filter, 0, 0, offset_id, add_offset, limit, max, min, 0,
                )
            };
            self.client.invoke(call).await?
        } else {
            let call =
                f::messages::GetHistory::new(peer, offset_id, 0, add_offset, limit, max, min, 0);
            self.client.invoke(call).await?
        };
        Ok(Found::new(answer))
    }
}

fn message_id(message: &enums::Message) -> Option<i32> {
    match message {
        enums::Message::Message(m) => Some(m.id),
        enums::Message::Service(m) => Some(m.id),
        enums::Message::Empty(m) => Some(m.id),
        _ => None,
    }
}
