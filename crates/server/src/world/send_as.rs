//! In whose name a message is written: one's own, that of the group, or that of a channel.

use super::chats::Form;
use super::{Right, User, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// As whom an account can write into a group or channel, itself or the usual choice first.
    pub(crate) fn voices(&self, user: i64, chat: i64) -> Answer<Vec<i64>> {
        let found = self.visible_chat(user, chat)?;
        if found.form == Form::Broadcast {
            return Ok(vec![chat]);
        }
        let rights = found.admin_rights(user);
        if rights.is_some_and(|rights| rights.anonymous) {
            return Ok(vec![chat]);
        }
        let mut all = vec![user];
        if !found.is_public() && found.linked.is_none() || self.is_bot(user) {
            return Ok(all);
        }
        let speaks = |channel: &i64| {
            let channel = self.chats.get(channel);
            channel.is_some_and(|channel| {
                let own = channel.is_public() && channel.creator == user;
                let linked = found.linked == Some(channel.id) && channel.may(user, Right::Post);
                channel.form == Form::Broadcast && (own || linked)
            })
        };
        all.extend(self.chats_of(user).into_iter().filter(speaks));
        Ok(all)
    }

    /// As whom an account writes unless it says otherwise.
    pub(crate) fn usual_voice(&self, user: i64, chat: i64) -> Option<i64> {
        let voices = self.voices(user, chat).ok()?;
        let chosen = self.chats.get(&chat)?.members.get(user)?.send_as;
        let chosen = voices.iter().find(|voice| **voice == chosen);
        chosen.or_else(|| voices.first()).copied()
    }

    /// Keeps as whom an account wants to write.
    pub(crate) fn set_usual_voice(&mut self, user: i64, chat: i64, voice: i64) -> Answer<()> {
        if !self.voices(user, chat)?.contains(&voice) {
            return Err(Refusal::bad("SEND_AS_PEER_INVALID"));
        }
        let mut member = self.chat(chat)?.member(user)?.clone();
        member.send_as = voice;
        self.set_member(chat, user, member)
    }

    /// As whom a message is written, if not as the account itself.
    pub(crate) fn voice(&self, user: i64, chat: i64, asked: Option<i64>) -> Answer<Option<i64>> {
        if !self.chats.contains_key(&chat) {
            return match asked.is_none_or(|asked| asked == user) {
                true => Ok(None),
                false => Err(Refusal::bad("SEND_AS_PEER_INVALID")),
            };
        }
        let voice = match asked {
            Some(asked) if !self.voices(user, chat)?.contains(&asked) => {
                return Err(Refusal::bad("SEND_AS_PEER_INVALID"));
            }
            Some(asked) => Some(asked),
            None => self.usual_voice(user, chat),
        };
        // A channel's own posts and a group's anonymous administrators are told apart elsewhere.
        Ok(voice.filter(|voice| *voice != user && *voice != chat))
    }

    /// Whom a message is shown to be from, and the name under it: channels speak for those who
    /// post in them, and anonymous administrators are their group.
    pub(super) fn author(&self, by: i64, peer: i64) -> (i64, Option<String>) {
        let Some(chat) = self.chats.get(&peer) else {
            return (by, None);
        };
        let rights = chat.admin_rights(by);
        match chat.form {
            Form::Broadcast => {
                let signed = chat.settings.signatures;
                (
                    peer,
                    self.users.get(&by).filter(|_| signed).map(User::full_name),
                )
            }
            Form::Supergroup if rights.as_ref().is_some_and(|rights| rights.anonymous) => {
                let rank = chat.members.get(by).map(|member| member.rank.clone());
                (peer, rank.filter(|rank| !rank.is_empty()))
            }
            _ => (by, None),
        }
    }
}
