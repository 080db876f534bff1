use heliogram_api::{enums, types};

use super::{Cast, peer};
use crate::world::{Entry, Form, Forward, Letter, Media, Peer, Place, World};

impl World {
    /// A message as an account sees it.
    pub(crate) fn message_for(&self, viewer: i64, place: Place) -> enums::Message {
        let mailbox = self.boxes.get(&place.owner);
        let entry = mailbox.and_then(|mailbox| mailbox.entries.get(&place.id));
        let found = entry.and_then(|entry| Some((entry, self.letters.get(&entry.letter)?)));
        match found {
            Some((entry, letter)) if letter.action.is_some() => {
                self.note(viewer, place, entry, letter).into()
            }
            Some((entry, letter)) => self.full_message(viewer, place, entry, letter).into(),
            None => types::MessageEmpty::new(place.id).into(),
        }
    }

    fn full_message(
        &self,
        viewer: i64,
        place: Place,
        entry: &Entry,
        letter: &Letter,
    ) -> types::Message {
        let saved = entry.peer == viewer;
        let post = letter.from == entry.peer && self.is_broadcast(entry.peer);
        let text = letter.text.clone();
        let author = Forward::shown_from;
        types::Message {
            out: is_out(viewer, entry, letter),
            post,
            media_unread: entry.unheard,
            silent: letter.silent,
            pinned: entry.pinned,
            noforwards: letter.noforwards,
            invert_media: letter.invert_media,
            from_id: shown_author(viewer, entry, letter).filter(|_| !post),
            saved_peer_id: saved.then(|| peer(letter.forward.as_ref().map_or(viewer, author))),
            fwd_from: self
                .forward_header(place.owner, entry, letter)
                .map(Box::new),
            via_bot_id: letter.via_bot,
            reply_to: self
                .reply_header(entry, letter)
                .map(|header| Box::new(header.into())),
            media: letter
                .media
                .as_ref()
                .map(|media| Box::new(self.media_for(viewer, media))),
            reply_markup: letter.markup.clone().map(Box::new),
            entities: (!letter.entities.is_empty()).then(|| letter.entities.clone()),
            views: post.then_some(letter.views),
            forwards: post.then_some(letter.forwards),
            post_author: letter.signature.clone(),
            edit_date: letter.edited,
            grouped_id: letter.grouped,
            ..types::Message::new(place.id, peer(entry.peer), letter.date, text)
        }
    }

    /// The server's own note of something that happened.
    fn note(
        &self,
        viewer: i64,
        place: Place,
        entry: &Entry,
        letter: &Letter,
    ) -> types::MessageService {
        let post = self.is_broadcast(entry.peer);
        let action = match (&letter.action, &letter.media) {
            (Some(enums::MessageAction::ChatEditPhoto(_)), Some(Media::Photo { id, .. })) => {
                let photo = self
                    .photos
                    .get(id)
                    .map(|photo| self.photo_for(viewer, photo));
                let gone = || types::PhotoEmpty::new(*id).into();
                types::MessageActionChatEditPhoto::new(photo.unwrap_or_else(gone)).into()
            }
            (Some(action), _) => action.clone(),
            (None, _) => enums::MessageAction::Empty,
        };
        types::MessageService {
            out: is_out(viewer, entry, letter),
            post,
            silent: letter.silent,
            from_id: shown_author(viewer, entry, letter).filter(|_| !post),
            reply_to: self
                .reply_header(entry, letter)
                .map(|header| Box::new(header.into())),
            ..types::MessageService::new(place.id, peer(entry.peer), letter.date, action)
        }
    }

    fn is_broadcast(&self, dialog: i64) -> bool {
        let chat = self.chats.get(&dialog);
        chat.is_some_and(|chat| chat.form == Form::Broadcast)
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
            from_id: forward.name.is_none().then(|| peer(forward.from)),
            from_name: forward.name.clone(),
            channel_post: forward.post,
            post_author: forward.signature.clone(),
            ..types::MessageFwdHeader::new(forward.date)
        };
        let original = self
            .boxes
            .get(&owner)
            .filter(|_| entry.peer == owner)
            .and_then(|mailbox| match forward.post {
                Some(post) => Some((forward.from, post)),
                None => {
                    let id = self.copy_of(forward.letter, owner)?;
                    Some((mailbox.entries.get(&id)?.peer, id))
                }
            });
        if let Some((from, id)) = original {
            header.saved_from_peer = Some(peer(from));
            header.saved_from_msg_id = Some(id);
        }
        Some(header)
    }

    /// The accounts, groups and channels a message mentions, by dialog id.
    pub(crate) fn mentioned_in(&self, viewer: i64, place: Place) -> Vec<i64> {
        let mailbox = self.boxes.get(&place.owner);
        let entry = mailbox.and_then(|mailbox| mailbox.entries.get(&place.id));
        let Some(entry) = entry.filter(|entry| self.can_see(viewer, entry.peer, place.id)) else {
            return Vec::new();
        };
        let mut all = vec![entry.peer];
        if let Some(letter) = self.letters.get(&entry.letter) {
            all.push(letter.from);
            all.extend(letter.via_bot);
            all.extend(letter.forward.as_ref().map(Forward::shown_from));
            all.extend(letter.entities.iter().filter_map(|entity| match entity {
                enums::MessageEntity::MentionName(mention) => Some(mention.user_id),
                _ => None,
            }));
            all.extend(letter.action.iter().flat_map(named_in));
        }
        all
    }

    /// Messages as an answer, with who appears in them.
    pub(crate) fn messages_for(
        &self,
        viewer: i64,
        places: &[Place],
    ) -> (Vec<enums::Message>, Cast) {
        let messages = places.iter().map(|place| self.message_for(viewer, *place));
        let messages = messages.collect();
        let mentioned = places
            .iter()
            .flat_map(|place| self.mentioned_in(viewer, *place));
        (messages, self.cast(viewer, mentioned))
    }

    /// Which message is answered, and the words that were quoted.
    pub(super) fn reply_header(
        &self,
        entry: &Entry,
        letter: &Letter,
    ) -> Option<types::MessageReplyHeader> {
        let id = entry.reply_to.or(entry.thread)?;
        let quote = letter.quote.as_ref();
        let forum = self.chats.get(&entry.peer);
        let forum = forum.is_some_and(|chat| chat.settings.forum);
        Some(types::MessageReplyHeader {
            forum_topic: forum && entry.thread.is_some(),
            quote: quote.is_some(),
            reply_to_msg_id: Some(id),
            reply_to_top_id: entry.thread.filter(|top| *top != id),
            quote_text: quote.map(|quote| quote.text.clone()),
            quote_entities: quote
                .map(|quote| quote.entities.clone())
                .filter(|entities| !entities.is_empty()),
            quote_offset: quote.and_then(|quote| quote.offset),
            ..types::MessageReplyHeader::new()
        })
    }
}

/// Whether a message counts as sent by whoever looks at it: one passed on into Saved Messages does
/// not.
fn is_out(viewer: i64, entry: &Entry, letter: &Letter) -> bool {
    letter.by == viewer && (entry.peer != viewer || letter.forward.is_none())
}

/// Who wrote a message, where the conversation itself does not say so.
fn shown_author(viewer: i64, entry: &Entry, letter: &Letter) -> Option<enums::Peer> {
    let said = entry.peer < 0 || letter.by == viewer;
    said.then(|| peer(letter.from))
}

/// The accounts and channels that a note names, by dialog id.
fn named_in(action: &enums::MessageAction) -> Vec<i64> {
    use enums::MessageAction as A;
    match action {
        A::ChatCreate(action) => action.users.clone(),
        A::ChatAddUser(action) => action.users.clone(),
        A::ChatDeleteUser(action) => vec![action.user_id],
        A::ChatJoinedByLink(action) => vec![action.inviter_id],
        A::ChatMigrateTo(action) => vec![Peer::Channel(action.channel_id).dialog()],
        A::ChannelMigrateFrom(action) => vec![Peer::Group(action.chat_id).dialog()],
        _ => Vec::new(),
    }
}
