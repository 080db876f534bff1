//! Changes to who is in a group or channel and as what, with those who have to hear of them.

use heliogram_api::types;

use super::{Actor, Member, Peer, World};
use crate::rpc::Answer;

impl World {
    /// Sets an account's place in a group or channel: bots that administer it are told, and a
    /// request to be let in is settled.
    pub(crate) fn place(&mut self, by: Actor, chat: i64, user: i64, member: Member) -> Answer<()> {
        let before = self.chat(chat)?.members.get(user).cloned();
        let came = member.is_in() && !before.as_ref().is_some_and(Member::is_in);
        let after = member.clone();
        self.set_member(chat, user, member)?;
        if came {
            self.drop_request(by, chat, user)?;
            if after.link != 0 {
                self.count_use(chat, after.link);
            }
        }
        self.tell_bots_of_place(by, chat, user, (before.as_ref(), &after), came)?;
        self.note_place(by.user, chat, user, before, after);
        Ok(())
    }

    /// Tells the bots among the administrators, and the bot whose place it is.
    fn tell_bots_of_place(
        &mut self,
        by: Actor,
        chat: i64,
        user: i64,
        (before, after): (Option<&Member>, &Member),
        came: bool,
    ) -> Answer<()> {
        let mut bots: Vec<i64> = self.chat(chat)?.members.admins().collect();
        if !bots.contains(&user) {
            bots.push(user);
        }
        bots.retain(|bot| self.is_bot(*bot));
        for bot in bots {
            let invite = (came && (after.link != 0 || after.approved_by != 0))
                .then(|| self.invite_used(chat, after.link));
            let found = self.chat(chat)?;
            let (number, date) = (Peer::of(chat).id(), self.now());
            let about = [chat, by.user, user, after.inviter, after.promoted_by];
            if found.is_channel() {
                let place = |member: &Member| self.channel_place(bot, found, user, member);
                let (old, new) = (before.and_then(place), place(after));
                self.tell_in_order(bot, by, &about, |qts| {
                    types::UpdateChannelParticipant {
                        prev_participant: old.map(Box::new),
                        new_participant: new.map(Box::new),
                        invite,
                        ..types::UpdateChannelParticipant::new(number, date, by.user, user, qts)
                    }
                    .into()
                });
            } else {
                let place = |member: &Member| {
                    let inside = member.is_in();
                    inside.then(|| self.group_member(found, user, member))
                };
                let (old, new) = (before.and_then(place), place(after));
                self.tell_in_order(bot, by, &about, |qts| {
                    types::UpdateChatParticipant {
                        prev_participant: old.map(Box::new),
                        new_participant: new.map(Box::new),
                        invite,
                        ..types::UpdateChatParticipant::new(number, date, by.user, user, qts)
                    }
                    .into()
                });
            }
        }
        Ok(())
    }
}
