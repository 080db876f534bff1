use heliogram_api::{enums, types};

use super::{Cast, peer};
use crate::world::{Entry, Form, Forward, Letter, Media, Peer, Place, World, is_channel};

impl World {
    /// A message as an account sees it.
    pub(crate) fn message_for(&self, viewer: i64, place: Place) -> enums::Message {
        let mailbox = self.boxes.get(&place.owner);
        let entry = mailbox.and_then(|mailbox| mailbox.entries.get(&place.id));
        let found = entry.and_then(|entry| Some((entry, self.letters.get(&entry.letter)?)));
        match found {
            Some((entry, letter)) => self.message_from(viewer, place, entry, letter),
            None => types::MessageEmpty::new(place.id).into(),
        }
    }

    /// The same for one that is known already, or is not there any more.
    pub(crate) fn message_from(
        &self,
        viewer: i64,
        place: Place,
        entry: &Entry,
        letter: &Letter,
    ) -> enums::Message {
        match letter.action {
            Some(_) => self.note(viewer, place, entry, letter).into(),
            None => self.full_message(viewer, place, entry, letter).into(),
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
        types::Message {
            out: is_out(viewer, entry, letter),
            post,
            mentioned: letter.mentions.contains(&viewer),
            media_unread: self.is_unseen(viewer, place.id, entry),
            from_scheduled: letter.scheduled,
            silent: letter.silent,
            pinned: entry.pinned,
            noforwards: letter.noforwards,
            invert_media: letter.invert_media,
            from_id: shown_author(viewer, entry, letter).filter(|_| !post),
            saved_peer_id: saved.then(|| peer(self.saved_under(viewer, letter))),
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
            ttl_period: letter.ttl,
            replies: self.replies_of(viewer, place, entry).map(Box::new),
            reactions: self
                .reactions_of(viewer, place, entry.peer, letter)
                .map(Box::new),
            from_rank: self.rank_of(entry.peer, letter.from),
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
            mentioned: letter.mentions.contains(&viewer),
            media_unread: self.is_unseen(viewer, place.id, entry),
            silent: letter.silent,
            from_id: shown_author(viewer, entry, letter).filter(|_| !post),
            reply_to: self
                .reply_header(entry, letter)
                .map(|header| Box::new(header.into())),
            ..types::MessageService::new(place.id, peer(entry.peer), letter.date, action)
        }
    }

    /// Whether a voice was not listened to, or a message means somebody who has not looked.
    fn is_unseen(&self, viewer: i64, id: i32, entry: &Entry) -> bool {
        let mentions = self.unread_mentions(viewer, entry.peer);
        entry.unheard || mentions.is_some_and(|ids| ids.contains(&id))
    }

    /// The title beside an author's name.
    fn rank_of(&self, chat: i64, author: i64) -> Option<String> {
        let member = self.chats.get(&chat)?.members.get(author)?;
        Some(member.rank.clone()).filter(|rank| !rank.is_empty())
    }

    /// Whether a dialog id is that of a broadcast channel.
    pub(super) fn is_broadcast(&self, dialog: i64) -> bool {
        let chat = self.chats.get(&dialog);
        chat.is_some_and(|chat| chat.form == Form::Broadcast)
    }

    /// The conversation a message was forwarded from and its id there, as far as the owner of a box
    /// can see it.
    fn original(&self, owner: i64, forward: &Forward) -> Option<(i64, i32)> {
        if let Some(post) = forward.post {
            return Some((forward.from, post));
        }
        if let Some(id) = self.copy_of(forward.letter, owner) {
            let entry = self.boxes.get(&owner)?.entries.get(&id)?;
            return Some((entry.peer, id));
        }
        let copies = &self.letters.get(&forward.letter)?.copies;
        copies.iter().copied().find(|(owner, _)| is_channel(*owner))
    }

    /// The conversation a saved message is listed under: where it came from, or the owner's own.
    pub(crate) fn saved_under(&self, owner: i64, letter: &Letter) -> i64 {
        let Some(forward) = &letter.forward else {
            return owner;
        };
        let original = self.original(owner, forward);
        original.map_or_else(|| forward.shown_from(), |(dialog, _)| dialog)
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
        // Saved Messages link to where a message was, discussion groups to the post.
        let links =
            entry.peer == owner && !is_channel(owner) || letter.by == forward.from && letter.by < 0;
        let original = self.original(owner, forward);
        if let Some((from, id)) = original.filter(|_| links) {
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
        let mut all = match self.letters.get(&entry.letter) {
            Some(letter) => {
                let mut named = self.named_by(entry, letter);
                named.extend(self.voters_in(viewer, letter.media.as_ref()));
                named
            }
            None => vec![entry.peer],
        };
        all.extend(self.repliers_of(place));
        all
    }

    /// The same for a message that is known already.
    pub(crate) fn named_by(&self, entry: &Entry, letter: &Letter) -> Vec<i64> {
        let mut all = vec![entry.peer, letter.from];
        all.extend(letter.via_bot);
        all.extend(letter.forward.as_ref().map(Forward::shown_from));
        all.extend(letter.entities.iter().filter_map(|entity| match entity {
            enums::MessageEntity::MentionName(mention) => Some(mention.user_id),
            _ => None,
        }));
        all.extend(self.reactors_in(entry.peer, letter));
        all.extend(letter.action.iter().flat_map(named_in));
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

/// Whether a message counts as sent by whoever looks at it: those in Saved Messages do not.
fn is_out(viewer: i64, entry: &Entry, letter: &Letter) -> bool {
    letter.by == viewer && entry.peer != viewer
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
