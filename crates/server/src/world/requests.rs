//! Requests to be let into a group or channel.

use heliogram_api::{enums, types};

use super::{Actor, GROUP_MAX, Rec, Sent, Way, World};
use crate::persist::record;
use crate::render::peer;
use crate::rpc::{Answer, Refusal};

/// How many of those who asked last are named.
const RECENT_MAX: usize = 5;
/// For how many seconds bots may write to somebody who asked.
const TALK_TIME: i32 = 300;

/// Somebody's request to be let in.
#[derive(Clone)]
pub(crate) struct JoinRequest {
    pub(crate) date: i32,
    /// What the account says about itself.
    pub(crate) about: String,
    /// The link it used; 0 for the public name.
    pub(crate) link: i64,
}

record!(JoinRequest { date, about, link });

impl World {
    /// Comes into a group or channel by an invite link; where one has to be let in, this asks.
    pub(crate) fn join_by_link(&mut self, by: Actor, link: &str) -> Answer<(i64, Option<Sent>)> {
        let link = self.followed(by.user, link)?;
        let (chat, id, ask) = (link.chat, link.id, link.terms.request_needed);
        let found = self.chat(chat)?;
        if found.members.has(by.user) {
            return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
        }
        if !found.is_channel() && found.members.count() as usize >= GROUP_MAX {
            return Err(Refusal::bad("USERS_TOO_MUCH"));
        }
        if ask {
            return Err(self.ask_to_join(by, chat, id)?);
        }
        let sent = self.enter(by, chat, &[by.user], Way::Link(id))?;
        Ok((chat, sent))
    }

    /// Notes that somebody wants to be let in and tells those who can do that. Gives the refusal
    /// that says so.
    pub(crate) fn ask_to_join(&mut self, by: Actor, chat: i64, link: i64) -> Answer<Refusal> {
        let request = JoinRequest {
            date: self.now(),
            about: self.user(by.user)?.about.clone(),
            link,
        };
        let sent = Refusal::bad("INVITE_REQUEST_SENT");
        let known = self.chat(chat)?.requests.contains_key(&by.user);
        self.chat_mut(chat)?.requests.insert(by.user, request);
        self.touch(Rec::Request(chat, by.user));
        if known {
            return Ok(sent);
        }
        self.push_requests(by, chat)?;
        self.tell_bots_of_request(by, chat)?;
        Ok(sent)
    }

    fn tell_bots_of_request(&mut self, by: Actor, chat: i64) -> Answer<()> {
        let found = self.chat(chat)?;
        let Some(request) = found.requests.get(&by.user).cloned() else {
            return Ok(());
        };
        let invite = self.invite_used(chat, request.link);
        for bot in self.who_lets_in(chat)? {
            if !self.is_bot(bot) {
                continue;
            }
            let (about, invite) = (request.about.clone(), invite.clone());
            self.tell_in_order(bot, by, &[chat, by.user], |qts| {
                let to = peer(chat);
                let date = request.date;
                types::UpdateBotChatInviteRequester::new(to, date, by.user, about, invite, qts)
                    .into()
            });
        }
        Ok(())
    }

    /// The way somebody asked to be let in.
    pub(crate) fn invite_used(&self, chat: i64, link: i64) -> enums::ExportedChatInvite {
        let link = self.link(chat, link);
        link.map_or(
            enums::ExportedChatInvite::ChatInvitePublicJoinRequests,
            |link| self.exported(link),
        )
    }

    /// The administrators who can let people in.
    fn who_lets_in(&self, chat: i64) -> Answer<Vec<i64>> {
        let admins = self.chat(chat)?.administrators();
        let able = |user: &i64| self.check_links(*user, chat).is_ok();
        Ok(admins.into_iter().filter(able).collect())
    }

    /// Whether somebody asked not long ago to be let in where this bot can do that.
    pub(crate) fn waits_for(&self, bot: i64, user: i64) -> bool {
        let since = self.now().saturating_sub(TALK_TIME);
        self.chats.values().any(|chat| {
            let request = chat.requests.get(&user);
            request.is_some_and(|request| request.date >= since)
                && chat.administrators().contains(&bot)
                && self.check_links(bot, chat.id).is_ok()
        })
    }

    /// How many want to be let in, and who asked last.
    pub(crate) fn pending(&self, chat: i64) -> (i32, Vec<i64>) {
        let requests = self.chats.get(&chat).map(|chat| &chat.requests);
        let all = requests.into_iter().flatten();
        let mut all: Vec<(i32, i64)> = all.map(|(user, one)| (one.date, *user)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let recent = all.iter().take(RECENT_MAX).map(|(_, user)| *user).collect();
        (all.len() as i32, recent)
    }

    fn push_requests(&mut self, by: Actor, chat: i64) -> Answer<()> {
        let (count, recent) = self.pending(chat);
        let mut about = recent.clone();
        about.push(chat);
        let update = types::UpdatePendingJoinRequests::new(peer(chat), count, recent);
        for admin in self.who_lets_in(chat)? {
            if !self.is_bot(admin) {
                self.push_one(admin, by, update.clone().into(), &about);
            }
        }
        Ok(())
    }

    /// Forgets a request, because its author came in or went away.
    pub(super) fn drop_request(&mut self, by: Actor, chat: i64, user: i64) -> Answer<bool> {
        let found = self.chats.get_mut(&chat);
        let gone = found.and_then(|chat| chat.requests.remove(&user));
        if gone.is_none() {
            return Ok(false);
        }
        self.touch(Rec::Request(chat, user));
        self.push_requests(by, chat)?;
        Ok(true)
    }

    /// Lets somebody in who asked to be, or does not.
    pub(crate) fn decide(
        &mut self,
        by: Actor,
        chat: i64,
        user: i64,
        approved: bool,
    ) -> Answer<Option<Sent>> {
        self.check_links(by.user, chat)?;
        let found = self.chat(chat)?;
        if found.members.has(user) {
            return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
        }
        let request = found.requests.get(&user);
        let missing = || Refusal::bad("HIDE_REQUESTER_MISSING");
        let link = request.ok_or_else(missing)?.link;
        if !approved {
            self.drop_request(by, chat, user)?;
            return Ok(None);
        }
        if !found.is_channel() && found.members.count() as usize >= GROUP_MAX {
            return Err(Refusal::bad("USERS_TOO_MUCH"));
        }
        self.enter(by, chat, &[user], Way::Approved(link))
    }

    /// The same for all who asked, or all who used one link.
    pub(crate) fn decide_all(
        &mut self,
        by: Actor,
        chat: i64,
        link: Option<i64>,
        approved: bool,
    ) -> Answer<Vec<Sent>> {
        self.check_links(by.user, chat)?;
        let requests = self.chat(chat)?.requests.iter();
        let wanted = requests.filter(|(_, one)| link.is_none_or(|link| one.link == link));
        let users: Vec<i64> = wanted.map(|(user, _)| *user).collect();
        if users.is_empty() {
            return Err(Refusal::bad("HIDE_REQUESTER_MISSING"));
        }
        let mut sent = Vec::new();
        for (done, user) in users.into_iter().enumerate() {
            match self.decide(by, chat, user, approved) {
                Ok(note) => sent.extend(note),
                // The group is full: those who came in are in, the others go on waiting.
                Err(_) if done > 0 => break,
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(sent)
    }
}
