use super::{Actor, Draft, Forward, Private, Rec, Rich, Sent, User, World, is_channel};
use crate::rpc::{Answer, Refusal};

/// How messages are passed on.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    /// The channel in whose name it is done, if not in the account's own.
    pub(crate) send_as: Option<i64>,
    /// The message it answers, and the thread or topic it goes into.
    pub(crate) reply_to: Option<i32>,
    pub(crate) thread: Option<i32>,
    pub(crate) drop_author: bool,
    pub(crate) drop_captions: bool,
    pub(crate) silent: bool,
    pub(crate) noforwards: bool,
}

impl World {
    /// Passes messages on, in the order given; either all of them or none.
    pub(crate) fn forward(
        &mut self,
        by: Actor,
        from: i64,
        to: i64,
        ids: &[(i32, i64)],
        how: How,
    ) -> Answer<Vec<Sent>> {
        let drafts = self.forward_drafts(by, from, to, ids, how)?;
        let sent = self.send_each_checked(by, to, drafts)?;
        for (id, _) in ids {
            self.count_forward(by.user, from, *id);
        }
        Ok(sent)
    }

    /// What passing messages on will say, if all of them may be.
    pub(crate) fn forward_drafts(
        &mut self,
        by: Actor,
        from: i64,
        to: i64,
        ids: &[(i32, i64)],
        how: How,
    ) -> Answer<Vec<Draft>> {
        if ids.is_empty() {
            return Err(Refusal::bad("MESSAGE_IDS_EMPTY"));
        }
        let mut groups = std::collections::HashMap::new();
        let mut drafts = Vec::with_capacity(ids.len());
        for (id, random_id) in ids {
            let mut draft = self.forwarded(by.user, from, *id, *random_id, how)?;
            if let Some(old) = draft.grouped {
                // An album stays an album, under a number of its own.
                let group = groups.entry(old).or_insert_with(|| self.random_id());
                draft.grouped = Some(*group);
            }
            drafts.push(draft);
        }
        self.check_drafts(by.user, to, &drafts)?;
        let hidden = |draft: &Draft| draft.forward.as_ref().is_some_and(|of| of.name.is_some());
        if drafts.iter().any(hidden) {
            self.make_hidden_author();
        }
        Ok(drafts)
    }

    /// Counts that a channel's post was passed on.
    pub(super) fn count_forward(&mut self, viewer: i64, from: i64, id: i32) {
        let Ok(letter) = self.message_of(viewer, from, id) else {
            return;
        };
        if let Some(letter) = self.letters.get_mut(&letter) {
            letter.forwards += 1;
        }
        self.touch(Rec::Letter(letter));
    }

    /// What stands for an author who does not want a link under what this account passes on.
    fn name_instead(&self, author: i64, by: i64) -> Option<String> {
        let hides = author > 0 && !self.allows(author, Private::Forwards, by);
        let author = self.users.get(&author).filter(|_| hides);
        author.map(User::full_name)
    }

    fn forwarded(
        &self,
        viewer: i64,
        from: i64,
        id: i32,
        random_id: i64,
        how: How,
    ) -> Answer<Draft> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter = self.message_of(viewer, from, id)?;
        let letter = self.letters.get(&letter).ok_or_else(missing)?;
        if letter.action.is_some() {
            return Err(missing());
        }
        let kept = self
            .chats
            .get(&from)
            .is_some_and(|chat| chat.settings.noforwards);
        if kept || letter.noforwards && letter.by != viewer {
            return Err(Refusal::bad("CHAT_FORWARDS_RESTRICTED"));
        }
        let post = letter.from == from && is_channel(from);
        let source = Forward {
            from: letter.from,
            name: self.name_instead(letter.from, viewer),
            post: post.then_some(id),
            signature: letter.signature.clone(),
            date: letter.date,
            letter: letter.id,
        };
        let drop_text = how.drop_captions && letter.media.is_some();
        let rich = Rich {
            text: letter.text.clone(),
            entities: letter.entities.clone(),
        };
        Ok(Draft {
            rich: if drop_text { Rich::default() } else { rich },
            media: letter.media.clone(),
            forward: (!how.drop_author).then(|| letter.forward.clone().unwrap_or(source)),
            grouped: letter.grouped,
            via_bot: letter.via_bot,
            send_as: how.send_as,
            reply_to: how.reply_to,
            thread: how.thread,
            silent: how.silent,
            noforwards: how.noforwards,
            invert_media: letter.invert_media,
            random_id,
            ..Draft::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, name_of, pair};
    use super::*;

    #[test]
    fn a_forward_names_who_wrote_first() {
        let (mut w, a, b) = pair();
        let c = w.add_user(1, "C");
        let first = w.send(Actor::account(a), b, draft("news", 1)).unwrap();
        let theirs = w.copy_of(first.letter, b).unwrap();
        let on = w
            .forward(Actor::account(b), a, c, &[(theirs, 2)], How::default())
            .unwrap();
        assert_eq!(w.letters[&on[0].letter].forward.as_ref().unwrap().from, a);
        let third = w.copy_of(on[0].letter, c).unwrap();
        let again = w
            .forward(Actor::account(c), b, c, &[(third, 3)], How::default())
            .unwrap();
        assert_eq!(
            w.letters[&again[0].letter].forward.as_ref().unwrap().from,
            a
        );
        let how = How {
            drop_author: true,
            ..How::default()
        };
        let plain = w
            .forward(Actor::account(c), b, c, &[(third, 4)], how)
            .unwrap();
        assert!(w.letters[&plain[0].letter].forward.is_none());
    }

    #[test]
    fn one_wrong_id_stops_all_of_them() {
        let (mut w, a, b) = pair();
        let sent = w.send(Actor::account(a), b, draft("x", 1)).unwrap();
        let ids = [(sent.id, 2), (999, 3)];
        let result = w.forward(Actor::account(a), b, a, &ids, How::default());
        assert_eq!(name_of(result), "MESSAGE_ID_INVALID");
        assert_eq!(w.boxes[&a].entries.len(), 1);
    }
}
