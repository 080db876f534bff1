use heliogram_api::enums;

use super::chats::Form;
use super::{
    Actor, Entry, Forward, Handled, Letter, Media, Peer, Place, Quote, Rec, Rich, What, World,
};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// A message that is about to be sent.
#[derive(Clone, Default)]
pub(crate) struct Draft {
    pub(crate) rich: Rich,
    pub(crate) media: Option<Media>,
    /// What happened, for the server's own notes.
    pub(crate) action: Option<enums::MessageAction>,
    pub(crate) markup: Option<enums::ReplyMarkup>,
    pub(crate) via_bot: Option<i64>,
    /// The message it answers, in the box it is written from.
    pub(crate) reply_to: Option<i32>,
    /// The first message of the thread or topic it is written into.
    pub(crate) thread: Option<i32>,
    pub(crate) quote: Option<Quote>,
    pub(crate) forward: Option<Forward>,
    pub(crate) grouped: Option<i64>,
    /// The channel in whose name it is written, if not in its author's.
    pub(crate) send_as: Option<i64>,
    pub(crate) silent: bool,
    pub(crate) noforwards: bool,
    pub(crate) invert_media: bool,
    pub(crate) random_id: i64,
    /// When it was written, if not now.
    pub(crate) date: Option<i32>,
    /// It waited for its time.
    pub(crate) scheduled: bool,
}

record!(Draft {
    rich,
    media,
    action,
    markup,
    via_bot,
    reply_to,
    thread,
    quote,
    forward,
    grouped,
    send_as,
    silent,
    noforwards,
    invert_media,
    random_id,
    date,
    scheduled
});

/// A message that was sent, as its sender sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Whose box it lies in: the sender's, or the channel's.
    pub(crate) owner: i64,
    pub(crate) id: i32,
    pub(crate) pts: i32,
    pub(crate) date: i32,
    pub(crate) letter: i64,
}

impl World {
    /// Sends a message into a private chat, a group or a channel, or into Saved Messages when
    /// `peer` is the sender.
    pub(crate) fn send(&mut self, by: Actor, peer: i64, draft: Draft) -> Answer<Sent> {
        self.check_draft(by.user, peer, &draft)?;
        self.send_checked(by, peer, draft)
    }

    /// Sends messages, in the order given.
    pub(crate) fn send_each(
        &mut self,
        by: Actor,
        peer: i64,
        drafts: Vec<Draft>,
    ) -> Answer<Vec<Sent>> {
        self.check_drafts(by.user, peer, &drafts)?;
        self.send_each_checked(by, peer, drafts)
    }

    /// Sends messages all of which may be sent.
    pub(super) fn send_each_checked(
        &mut self,
        by: Actor,
        peer: i64,
        drafts: Vec<Draft>,
    ) -> Answer<Vec<Sent>> {
        let drafts = drafts.into_iter();
        drafts
            .map(|draft| self.send_checked(by, peer, draft))
            .collect()
    }

    /// Sends what may be sent.
    pub(super) fn send_checked(&mut self, by: Actor, peer: i64, draft: Draft) -> Answer<Sent> {
        if let Some(wrote) = self.slowed(by.user, peer) {
            let mut member = wrote;
            member.wrote = self.now();
            self.set_member(peer, by.user, member)?;
        }
        let media = draft.media.clone();
        let sent = self.post(by, peer, draft)?;
        if let Some(media) = media {
            self.note_used(by.user, &media)?;
        }
        let chat = self.chats.get(&peer);
        if chat.is_some_and(|chat| chat.form == Form::Broadcast) {
            let place = Place {
                owner: sent.owner,
                id: sent.id,
            };
            self.note_handled(by.user, place, Handled::Sent);
            self.discuss(peer, sent)?;
        }
        Ok(sent)
    }

    /// Puts a message where it belongs without asking whether its author may write there: for what
    /// was checked, and for the server's own notes.
    pub(crate) fn post(&mut self, by: Actor, peer: i64, draft: Draft) -> Answer<Sent> {
        let own = self.box_of(by.user, peer);
        let reply_to = self.check_reply(own, peer, draft.reply_to)?;
        let thread = self.thread_for(own, reply_to, draft.thread);
        let random_id = draft.random_id;
        let unheard = draft
            .media
            .as_ref()
            .is_some_and(|media| self.is_voice(media));
        let replied = reply_to
            .and_then(|id| self.boxes.get(&own)?.entries.get(&id))
            .map(|entry| entry.letter);
        let letter = self.write(by.user, peer, draft);
        let meant = self.letters.get(&letter);
        let meant = meant.map(|letter| self.meant_by(letter, peer, replied));
        if let (Some(letter), Some(meant)) = (self.letters.get_mut(&letter), meant) {
            letter.mentions = meant;
        }
        let date = self.letters.get(&letter).map_or(0, |letter| letter.date);
        let entry = Entry {
            reply_to,
            thread,
            unheard,
            ..Entry::of(letter, peer)
        };
        let id = self.file(own, entry);
        if random_id != 0
            && let Some(mailbox) = self.boxes.get_mut(&own)
        {
            mailbox.random.insert((by.user, random_id), id);
        }
        let pts = self.log(own, 1, What::New(id));
        for (to, shown) in self.receivers(by.user, peer) {
            let reply_to = replied.and_then(|replied| self.copy_of(replied, to));
            let entry = Entry {
                reply_to,
                unheard,
                ..Entry::of(letter, shown)
            };
            self.deliver(by, to, entry);
        }
        self.mark_mentions(letter, peer);
        self.touch(Rec::Letter(letter));
        self.push_step(own, by, pts);
        self.unarchive_channel(by, peer);
        Ok(Sent {
            owner: own,
            id,
            pts,
            date,
            letter,
        })
    }

    /// Who besides the sender gets a copy into its own box, and under which conversation.
    fn receivers(&self, from: i64, peer: i64) -> Vec<(i64, i64)> {
        match Peer::of(peer) {
            Peer::Channel(_) => Vec::new(),
            Peer::User(id) if id == from => Vec::new(),
            Peer::User(id) => {
                let heard = self.users.get(&id);
                let heard = heard.is_some_and(|user| !user.blocked.contains(&from));
                heard.then_some((id, from)).into_iter().collect()
            }
            Peer::Group(_) => {
                let members = self.members_of(peer).into_iter();
                let others = members.filter(|member| *member != from);
                others.map(|member| (member, peer)).collect()
            }
        }
    }

    /// Puts one receiver's copy into its box.
    fn deliver(&mut self, by: Actor, to: i64, entry: Entry) {
        let peer = entry.peer;
        let id = self.file(to, entry);
        if let Some(dialog) = self
            .boxes
            .get_mut(&to)
            .and_then(|b| b.dialogs.get_mut(&peer))
        {
            dialog.unread += 1;
        }
        let pts = self.log(to, 1, What::New(id));
        self.push_step(to, by, pts);
        self.unarchive(by, to, peer);
    }

    /// A member's place, if it has to be noted when it wrote.
    fn slowed(&self, user: i64, peer: i64) -> Option<super::members::Member> {
        let slow = self.is_slowed(user, peer);
        let chat = self.chats.get(&peer).filter(|_| slow)?;
        chat.members.get(user).cloned()
    }

    /// Keeps what a message says and gives its id.
    pub(super) fn write(&mut self, by: i64, peer: i64, draft: Draft) -> i64 {
        let id = self.next_letter;
        self.next_letter += 1;
        let letter = self.compose(id, by, peer, draft);
        self.open_poll(&letter);
        self.letters.insert(id, letter);
        self.await_end(id);
        self.touch_meta();
        id
    }

    /// What a message will say, under that id, if it is written now.
    pub(crate) fn compose(&self, id: i64, by: i64, peer: i64, draft: Draft) -> Letter {
        let (from, signature) = match draft.send_as {
            Some(voice) => (voice, None),
            None => self.author(by, peer),
        };
        let plain = draft.action.is_none();
        let ttl = self.ttl_of(by, peer).filter(|_| plain);
        let date = draft.date.unwrap_or_else(|| self.now());
        Letter {
            id,
            by,
            from,
            signature,
            random_id: draft.random_id,
            date,
            edited: None,
            text: draft.rich.text,
            entities: draft.rich.entities,
            media: draft.media,
            action: draft.action,
            markup: draft.markup,
            via_bot: draft.via_bot,
            forward: draft.forward,
            quote: draft.quote,
            grouped: draft.grouped,
            scheduled: draft.scheduled,
            silent: draft.silent,
            noforwards: draft.noforwards,
            invert_media: draft.invert_media,
            views: i32::from(Peer::of(peer).dialog() != by),
            forwards: 0,
            ttl,
            mentions: Vec::new(),
            reactions: Vec::new(),
            copies: Vec::with_capacity(2),
        }
    }

    /// The message an answer refers to, if it is in the box; one that is gone is left out, as
    /// on the real server.
    pub(super) fn check_reply(
        &self,
        owner: i64,
        peer: i64,
        id: Option<i32>,
    ) -> Answer<Option<i32>> {
        let Some(id) = id.filter(|id| *id != 0) else {
            return Ok(None);
        };
        if id < 0 {
            return Err(Refusal::bad("REPLY_MESSAGE_ID_INVALID"));
        }
        let entry = self.mailbox(owner)?.entries.get(&id);
        Ok(entry.filter(|entry| entry.peer == peer).map(|_| id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, name_of, pair, pushes};
    use super::super::text::TEXT_MAX;
    use super::*;

    #[test]
    fn each_side_has_its_own_id_and_pts() {
        let (mut w, a, b) = pair();
        let saved = w.send(Actor::account(a), a, draft("note", 1)).unwrap();
        let sent = w.send(Actor::account(a), b, draft("hi", 2)).unwrap();
        assert_eq!((saved.id, sent.id, sent.pts), (1, 2, 3));
        assert_eq!(w.copy_of(sent.letter, b), Some(1));
        assert_eq!(w.boxes[&b].pts, 2);
        assert_eq!(w.boxes[&b].dialogs[&a].unread, 1);
        assert_eq!(w.boxes[&a].dialogs[&b].unread, 0);
        assert_eq!(w.boxes[&a].dialogs[&a].unread, 0);
    }

    #[test]
    fn a_random_id_sends_once() {
        let (mut w, a, b) = pair();
        w.send(Actor::account(a), b, draft("hi", 5)).unwrap();
        let again = w.send(Actor::account(a), b, draft("hi", 5));
        assert_eq!(name_of(again), "RANDOM_ID_DUPLICATE");
        assert_eq!(w.boxes[&b].entries.len(), 1);
        // Another account may have drawn the same number.
        w.send(Actor::account(b), a, draft("hi", 5)).unwrap();
    }

    #[test]
    fn texts_have_limits() {
        let (mut w, a, b) = pair();
        let long = "x".repeat(TEXT_MAX + 1);
        assert_eq!(
            name_of(w.send(Actor::account(a), b, draft(&long, 1))),
            "MESSAGE_TOO_LONG"
        );
        assert_eq!(
            name_of(w.send(Actor::account(a), b, draft("", 1))),
            "MESSAGE_EMPTY"
        );
        assert_eq!(
            name_of(w.send(Actor::account(a), b, draft("x", 0))),
            "RANDOM_ID_EMPTY"
        );
    }

    #[test]
    fn the_sending_session_hears_nothing_of_its_own_message() {
        let (mut w, a, b) = pair();
        let origin = Some(super::super::Origin { key: 1, session: 2 });
        w.send(Actor { user: a, origin }, b, draft("hi", 1))
            .unwrap();
        let pushes = pushes(&mut w);
        assert!(
            pushes
                .iter()
                .filter(|p| p.to == a)
                .all(|p| p.except == origin)
        );
        assert!(pushes.iter().any(|p| p.to == b && p.except.is_none()));
    }

    #[test]
    fn a_reply_points_at_each_sides_own_copy() {
        let (mut w, a, b) = pair();
        w.send(Actor::account(a), a, draft("note", 1)).unwrap();
        let question = w.send(Actor::account(a), b, draft("?", 2)).unwrap();
        let theirs = w.copy_of(question.letter, b).unwrap();
        let answer = Draft {
            reply_to: Some(theirs),
            ..draft("!", 3)
        };
        let answer = w.send(Actor::account(b), a, answer).unwrap();
        let mine = w.copy_of(answer.letter, a).unwrap();
        assert_eq!(w.boxes[&a].entries[&mine].reply_to, Some(question.id));
        assert_eq!(w.boxes[&b].entries[&answer.id].reply_to, Some(theirs));
    }

    #[test]
    fn a_blocked_sender_is_not_heard() {
        let (mut w, a, b) = pair();
        w.user_mut(b).unwrap().blocked.insert(a);
        w.send(Actor::account(a), b, draft("hi", 1)).unwrap();
        assert!(w.boxes[&b].entries.is_empty());
        assert_eq!(
            name_of(w.send(Actor::account(b), a, draft("hi", 1))),
            "YOU_BLOCKED_USER"
        );
    }

    #[test]
    fn a_bot_cannot_begin() {
        let (mut w, a, _) = pair();
        let bot = w.add_bot("echo", 1).unwrap();
        assert_eq!(
            name_of(w.send(Actor::account(bot), a, draft("hi", 1))),
            "PEER_ID_INVALID"
        );
        w.send(Actor::account(a), bot, draft("/start", 1)).unwrap();
        w.send(Actor::account(bot), a, draft("hi", 2)).unwrap();
    }
}
