use heliogram_api::{enums, types};

use super::peer;
use crate::world::{Entry, Letter, World};

impl World {
    /// A message as the owner of a box sees it.
    pub(crate) fn message_for(&self, owner: i64, id: i32) -> enums::Message {
        let entry = self
            .boxes
            .get(&owner)
            .and_then(|mailbox| mailbox.entries.get(&id));
        let found = entry.and_then(|entry| Some((entry, self.letters.get(&entry.letter)?)));
        match found {
            Some((entry, letter)) => self.full_message(owner, id, entry, letter).into(),
            None => types::MessageEmpty::new(id).into(),
        }
    }

    fn full_message(&self, owner: i64, id: i32, entry: &Entry, letter: &Letter) -> types::Message {
        let out = letter.from == owner && (entry.peer != owner || letter.forward.is_none());
        let saved = entry.peer == owner;
        let text = letter.text.clone();
        types::Message {
            out,
            media_unread: entry.unheard,
            silent: letter.silent,
            pinned: entry.pinned,
            noforwards: letter.noforwards,
            invert_media: letter.invert_media,
            from_id: (letter.from == owner).then(|| peer(owner)),
            saved_peer_id: saved.then(|| {
                peer(
                    letter
                        .forward
                        .as_ref()
                        .map_or(owner, |forward| forward.from),
                )
            }),
            fwd_from: self.forward_header(owner, entry, letter).map(Box::new),
            reply_to: reply_header(entry, letter).map(|header| Box::new(header.into())),
            media: letter
                .media
                .as_ref()
                .map(|media| Box::new(self.media_for(owner, media))),
            reply_markup: letter.markup.clone().map(Box::new),
            entities: (!letter.entities.is_empty()).then(|| letter.entities.clone()),
            edit_date: letter.edited,
            grouped_id: letter.grouped,
            ..types::Message::new(id, peer(entry.peer), letter.date, text)
        }
    }

    /// Where a message came from, with a link to the original in Saved Messages.
    fn forward_header(
        &self,
        owner: i64,
        entry: &Entry,
        letter: &Letter,
    ) -> Option<types::MessageFwdHeader> {
        let forward = letter.forward.as_ref()?;
        let mut header = types::MessageFwdHeader {
            from_id: Some(peer(forward.from)),
            ..types::MessageFwdHeader::new(forward.date)
        };
        let original = self
            .boxes
            .get(&owner)
            .filter(|_| entry.peer == owner)
            .and_then(|mailbox| {
                let id = self.copy_of(forward.letter, owner)?;
                Some((mailbox.entries.get(&id)?.peer, id))
            });
        if let Some((from, id)) = original {
            header.saved_from_peer = Some(peer(from));
            header.saved_from_msg_id = Some(id);
        }
        Some(header)
    }

    /// The accounts a message mentions, apart from its viewer.
    pub(crate) fn people_in(&self, owner: i64, id: i32) -> Vec<i64> {
        let entry = self
            .boxes
            .get(&owner)
            .and_then(|mailbox| mailbox.entries.get(&id));
        let Some(entry) = entry else {
            return Vec::new();
        };
        let mut people = vec![entry.peer];
        if let Some(letter) = self.letters.get(&entry.letter) {
            people.push(letter.from);
            people.extend(letter.forward.as_ref().map(|forward| forward.from));
            people.extend(letter.entities.iter().filter_map(|entity| match entity {
                enums::MessageEntity::MentionName(mention) => Some(mention.user_id),
                _ => None,
            }));
        }
        people
    }

    /// Messages as an answer, with the accounts they mention.
    pub(crate) fn messages_for(
        &self,
        owner: i64,
        ids: &[i32],
    ) -> (Vec<enums::Message>, Vec<enums::User>) {
        let messages = ids.iter().map(|id| self.message_for(owner, *id)).collect();
        let people = ids.iter().flat_map(|id| self.people_in(owner, *id));
        (messages, self.users_for(owner, people))
    }
}

/// Which message is answered, and the words that were quoted.
pub(super) fn reply_header(entry: &Entry, letter: &Letter) -> Option<types::MessageReplyHeader> {
    let id = entry.reply_to?;
    let quote = letter.quote.as_ref();
    Some(types::MessageReplyHeader {
        quote: quote.is_some(),
        reply_to_msg_id: Some(id),
        quote_text: quote.map(|quote| quote.text.clone()),
        quote_entities: quote
            .map(|quote| quote.entities.clone())
            .filter(|entities| !entities.is_empty()),
        quote_offset: quote.and_then(|quote| quote.offset),
        ..types::MessageReplyHeader::new()
    })
}
