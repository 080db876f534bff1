//! Discussions: the posts of a channel appear in its group, where they are talked about.

use heliogram_api::types;

use super::{
    Actor, Draft, Form, Forward, Peer, Place, Rec, Rich, Right, Sent, Standing, What, World,
};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Makes a group the discussion of a channel, or takes that back: without a channel the
    /// group's, without a group the channel's.
    pub(crate) fn set_discussion(
        &mut self,
        by: Actor,
        channel: Option<i64>,
        group: Option<i64>,
    ) -> Answer<()> {
        if let Some(channel) = channel {
            let form = self.check_admin(by.user, channel, Right::ChangeInfo)?.form;
            if form != Form::Broadcast {
                return Err(Refusal::bad("BROADCAST_ID_INVALID"));
            }
        }
        if let Some(group) = group {
            let found = self.check_admin(by.user, group, Right::Pin)?;
            if found.form != Form::Supergroup {
                return Err(Refusal::bad("MEGAGROUP_ID_INVALID"));
            }
            if channel.is_some() && found.settings.hidden_history {
                return Err(Refusal::bad("MEGAGROUP_PREHISTORY_HIDDEN"));
            }
            if channel.is_some() && found.settings.forum {
                return Err(Refusal::bad("CHAT_DISCUSSION_UNALLOWED"));
            }
        }
        let linked = |chat: Option<i64>| chat.and_then(|chat| self.chats.get(&chat)?.linked);
        let (old_group, old_channel) = (linked(channel), linked(group));
        let same = match (channel, group) {
            (Some(_), _) => old_group == group,
            (None, Some(_)) => old_channel.is_none(),
            (None, None) => true,
        };
        if same {
            return Err(Refusal::bad("LINK_NOT_MODIFIED"));
        }
        // Whoever was linked before is so no more.
        for (chat, new) in [
            (old_group, None),
            (old_channel, None),
            (channel, group),
            (group, channel),
        ] {
            if let Some(chat) = chat {
                self.link_chat(by, chat, new)?;
            }
        }
        Ok(())
    }

    fn link_chat(&mut self, by: Actor, chat: i64, other: Option<i64>) -> Answer<()> {
        let old = std::mem::replace(&mut self.chat_mut(chat)?.linked, other);
        if old == other {
            return Ok(());
        }
        let id = |chat: Option<i64>| chat.map_or(0, |chat| Peer::of(chat).id());
        let deed = types::ChannelAdminLogEventActionChangeLinkedChat::new(id(old), id(other));
        self.note_change(chat, by.user, deed);
        self.chat_changed(by, chat);
        Ok(())
    }

    /// Puts a post of a channel into its discussion group, where it is pinned.
    pub(super) fn discuss(&mut self, channel: i64, sent: Sent) -> Answer<()> {
        let Some(group) = self.chats.get(&channel).and_then(|chat| chat.linked) else {
            return Ok(());
        };
        let Some(letter) = self.letters.get(&sent.letter).cloned() else {
            return Ok(());
        };
        let source = Forward {
            from: channel,
            name: None,
            post: Some(sent.id),
            signature: letter.signature.clone(),
            date: letter.date,
            letter: letter.id,
        };
        let draft = Draft {
            rich: Rich {
                text: letter.text,
                entities: letter.entities,
            },
            media: letter.media,
            markup: letter.markup,
            via_bot: letter.via_bot,
            forward: Some(source),
            grouped: letter.grouped,
            silent: letter.silent,
            invert_media: letter.invert_media,
            ..Draft::default()
        };
        // The channel itself says it there.
        let copy = self.post(Actor::account(channel), group, draft)?;
        if let Some(mailbox) = self.boxes.get_mut(&channel)
            && let Some(entry) = mailbox.entries.get_mut(&sent.id)
        {
            entry.comments = Some((group, copy.id));
        }
        self.touch(Rec::Entry(channel, sent.id));
        self.pin_in(Actor::account(channel), group, copy.id, true)?;
        Ok(())
    }

    /// The message of the discussion group that a post became.
    pub(crate) fn comments_at(&self, channel: i64, post: i32) -> Option<Place> {
        let entry = self.boxes.get(&channel)?.entries.get(&post)?;
        let (owner, id) = entry.comments?;
        let linked = self.chats.get(&channel)?.linked == Some(owner);
        let there = self.boxes.get(&owner)?.entries.contains_key(&id);
        (linked && there).then_some(Place { owner, id })
    }

    /// The post that a thread of a discussion group is about.
    pub(crate) fn post_of_thread(&self, group: i64, top: i32) -> Option<Place> {
        let letter = self.letter_at(Place {
            owner: group,
            id: top,
        })?;
        let forward = letter.forward.as_ref()?;
        let own = letter.by == forward.from && letter.by < 0;
        let (owner, id) = (forward.from, forward.post?);
        own.then_some(Place { owner, id })
    }

    /// Where the answers to a message are: for a post in the discussion group.
    pub(crate) fn thread_at(&self, viewer: i64, chat: i64, id: i32) -> Answer<Place> {
        let invalid = || Refusal::bad("MSG_ID_INVALID");
        let found = self.visible_chat(viewer, chat)?;
        match found.form {
            Form::Broadcast => {
                let place = self.comments_at(chat, id).ok_or_else(invalid)?;
                self.check_not_removed(viewer, place.owner)?;
                Ok(place)
            }
            Form::Supergroup if found.settings.forum => match found.topic(id) {
                Some(_) => Ok(Place { owner: chat, id }),
                None => Err(Refusal::bad("TOPIC_ID_INVALID")),
            },
            Form::Supergroup => {
                self.message_of(viewer, chat, id).map_err(|_| invalid())?;
                let entry = self.boxes.get(&chat).and_then(|b| b.entries.get(&id));
                let top = entry.and_then(|entry| entry.thread).unwrap_or(id);
                Ok(Place {
                    owner: chat,
                    id: top,
                })
            }
            Form::Group => Err(Refusal::bad("PEER_ID_INVALID")),
        }
    }

    /// Whoever sees a post reads what is said about it, but for those the group does not want.
    fn check_not_removed(&self, viewer: i64, group: i64) -> Answer<()> {
        let place = self.chat(group)?.members.get(viewer);
        match place.is_some_and(|member| member.standing == Standing::Kicked) {
            true => Err(Refusal::bad("CHANNEL_PRIVATE")),
            false => Ok(()),
        }
    }

    /// Brings the copy of a post in the discussion group to what the post says now.
    pub(super) fn edit_comments_copy(&mut self, by: Actor, channel: i64, post: i32) {
        let Some(copy) = self.comments_at(channel, post) else {
            return;
        };
        let place = Place {
            owner: channel,
            id: post,
        };
        let Some(new) = self.letter_at(place).cloned() else {
            return;
        };
        let Some(entry) = self
            .boxes
            .get(&copy.owner)
            .and_then(|b| b.entries.get(&copy.id))
        else {
            return;
        };
        let id = entry.letter;
        if let Some(letter) = self.letters.get_mut(&id) {
            letter.text = new.text;
            letter.entities = new.entities;
            letter.media = new.media;
            letter.markup = new.markup;
            letter.edited = new.edited;
        }
        self.touch(Rec::Letter(id));
        let pts = self.log(copy.owner, 1, What::Edited(copy.id));
        self.push_step(copy.owner, by, pts);
    }
}
