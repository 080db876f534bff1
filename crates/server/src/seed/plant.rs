//! Puts a described world into an empty one.

use heliogram_api::types;

use super::{Seed, SeedBot, SeedChat, SeedError, SeedKind, SeedMessage, SeedUser};
use crate::rpc::{Answer, Refusal};
use crate::world::{
    Actor, Contact, Draft, Form, Member, Scope, World, all_rights, is_name, phone_digits,
};

type Done = Result<(), SeedError>;

impl Seed {
    /// Makes the people, bots and chats that are described. What is there already by its name is
    /// left as it is, so that a data file can be started again with the same description.
    pub(crate) fn plant(&self, w: &mut World) -> Done {
        for user in &self.users {
            said(format!("user {:?}", user.username), user.plant(w))?;
        }
        for bot in &self.bots {
            said(format!("bot {:?}", bot.username), bot.plant(w))?;
        }
        for user in &self.users {
            said(format!("user {:?}", user.username), user.acquaint(w))?;
        }
        for chat in &self.chats {
            said(format!("chat {:?}", chat.title), chat.plant(w))?;
        }
        w.out.clear();
        Ok(())
    }

    /// Lets be said what is described, and fills the world: both have no names by which they could
    /// be found again, so this is done once.
    pub(crate) fn plant_past(&self, w: &mut World) -> Done {
        for message in &self.messages {
            let what = format!("the message of {:?} to {:?}", message.from, message.to);
            said(what, message.plant(w))?;
        }
        said("what fills the world".to_owned(), self.fill.grow(w))?;
        w.out.clear();
        Ok(())
    }
}

fn said(what: String, done: Answer<()>) -> Done {
    done.map_err(|refusal| SeedError::Impossible {
        what,
        reason: refusal.name.into_owned(),
    })
}

fn reason(text: String) -> Refusal {
    Refusal::new(400, text)
}

/// An account, group or channel by its public name, or a chat by its title.
fn named(w: &World, name: &str) -> Answer<i64> {
    let by_title = || {
        let mut chats = w.chats.values();
        chats.find(|chat| chat.title == name).map(|chat| chat.id)
    };
    w.by_username(name)
        .or_else(by_title)
        .ok_or_else(|| reason(format!("nobody is called {name:?}")))
}

fn account(w: &World, name: &str) -> Answer<i64> {
    let id = named(w, name)?;
    w.user(id).map(|user| user.id)
}

fn check_name(name: &str) -> Answer<()> {
    let invalid = || Refusal::bad("USERNAME_INVALID");
    is_name(name).then_some(()).ok_or_else(invalid)
}

impl SeedUser {
    fn plant(&self, w: &mut World) -> Answer<()> {
        if let Some(id) = w.by_username(&self.username) {
            return w.user(id).map(drop);
        }
        let dc = self.dc.unwrap_or(2).clamp(1, w.dcs);
        let (phone, home) = match &self.phone {
            Some(phone) => {
                let phone = phone_digits(phone)?;
                let home = w.home_of(&phone).unwrap_or(dc);
                (phone, home)
            }
            None => w.free_test_number(dc),
        };
        if w.by_phone.contains_key(&phone) {
            return Err(reason(
                "its phone number belongs to somebody else".to_owned(),
            ));
        }
        let name = if self.name.is_empty() {
            &self.username
        } else {
            &self.name
        };
        let id = w.add_person(&phone, home, name);
        let last = Some(self.last_name.clone());
        w.set_profile(id, None, last, Some(self.about.clone()))?;
        check_name(&self.username)?;
        w.put_username(id, &self.username)?;
        match &self.password {
            Some(password) => w.protect(id, password, ""),
            None => Ok(()),
        }
    }

    /// Contacts and blocks, once everybody is there.
    fn acquaint(&self, w: &mut World) -> Answer<()> {
        let id = account(w, &self.username)?;
        for name in &self.contacts {
            let other = account(w, name)?;
            let user = w.user(other)?;
            let contact = Contact {
                first_name: user.first_name.clone(),
                last_name: user.last_name.clone(),
                knows_phone: true,
            };
            w.add_contact(id, other, contact)?;
        }
        for name in &self.blocked {
            let other = account(w, name)?;
            w.user_mut(id)?.blocked.insert(other);
        }
        Ok(())
    }
}

impl SeedBot {
    fn plant(&self, w: &mut World) -> Answer<()> {
        if w.by_username(&self.username).is_some() {
            return account(w, &self.username).map(drop);
        }
        check_name(&self.username)?;
        let id = match &self.token {
            Some(token) => w.add_bot_with_token(&self.username, w.dcs.min(2), token)?,
            None => w.add_bot(&self.username, w.dcs.min(2))?,
        };
        let by = Actor::account(id);
        let name = (!self.name.is_empty()).then(|| self.name.clone());
        let (about, description) = (self.about.clone(), self.description.clone());
        w.describe_bot(by, "", name, Some(about), Some(description))?;
        let commands = self.commands.iter();
        let commands = commands
            .map(|(name, about)| types::BotCommand::new(name.clone(), about.clone()))
            .collect();
        w.set_commands(by, Scope::Default, "", commands)?;
        w.set_inline(id, &self.inline)
    }
}

impl SeedChat {
    fn plant(&self, w: &mut World) -> Answer<()> {
        if named(w, &self.title).is_ok() {
            return Ok(());
        }
        let form = match self.kind {
            SeedKind::Group => Form::Group,
            SeedKind::Supergroup => Form::Supergroup,
            SeedKind::Channel => Form::Broadcast,
        };
        let creator = account(w, &self.creator)?;
        let id = w.add_chat(form, creator, &self.title, &self.about)?;
        w.chat_mut(id)?.settings.forum = self.forum;
        if !self.username.is_empty() {
            w.set_chat_username(id, &self.username)?;
        }
        let mut users = vec![creator];
        for name in self.members.iter().chain(&self.admins) {
            let user = account(w, name)?;
            if !users.contains(&user) {
                w.set_member(id, user, Member::joined(w.now(), creator))?;
                users.push(user);
            }
        }
        for name in &self.admins {
            let rights = types::ChatAdminRights {
                add_admins: false,
                ..all_rights()
            };
            let user = account(w, name)?;
            w.promote(Actor::account(creator), id, user, Some(rights), None)?;
        }
        w.begin_chat(Actor::account(creator), id, users)
    }
}

impl SeedMessage {
    fn plant(&self, w: &mut World) -> Answer<()> {
        let (from, to) = (account(w, &self.from)?, named(w, &self.to)?);
        let date = w.now() - seconds(&self.ago)?;
        let rich = w.rich(from, &self.text, None)?;
        let random_id = w.random_id();
        let draft = Draft {
            rich,
            random_id,
            date: Some(date),
            ..Draft::default()
        };
        let sent = w.send(Actor::account(from), to, draft)?;
        if self.pinned {
            w.pin(Actor::account(from), to, sent.id, true, false)?;
        }
        Ok(())
    }
}

/// A span of time such as `2 h`, in seconds.
fn seconds(text: &str) -> Answer<i32> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    let wrong = || {
        reason(format!(
            "{text:?} is no time span such as \"90 s\", \"5 m\", \"2 h\", \"3 d\""
        ))
    };
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
    let number: i32 = number.parse().map_err(|_| wrong())?;
    let unit = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::testing::world;

    fn planted(text: &str) -> Result<World, SeedError> {
        let mut w = world();
        let seed = text.parse::<Seed>()?;
        seed.plant(&mut w)?;
        seed.plant_past(&mut w)?;
        Ok(w)
    }

    const DESCRIBED: &str = r#"
        [[users]]
        username = "alice"
        phone = "9996621001"
        contacts = ["bobby"]
        [[users]]
        username = "bobby"
        name = "Bob"
        password = "correct horse"
        [[bots]]
        username = "echo_bot"
        token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
        commands = { start = "Begin" }
        [[chats]]
        kind = "supergroup"
        title = "Team"
        creator = "alice"
        members = ["echo_bot"]
        admins = ["bobby"]
        [[messages]]
        from = "alice"
        to = "Team"
        text = "Hello"
        ago = "2 d"
        pinned = true
    "#;

    #[test]
    fn a_described_world_is_there() {
        let w = planted(DESCRIBED).unwrap();
        let (alice, bob) = (
            w.by_username("alice").unwrap(),
            w.by_username("bobby").unwrap(),
        );
        assert_eq!(w.user(alice).unwrap().phone.as_deref(), Some("9996621001"));
        assert!(w.user(alice).unwrap().contacts.contains_key(&bob));
        assert!(w.user(bob).unwrap().password.is_some());
        assert_eq!(
            w.by_token("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"),
            Ok(110_201_543)
        );
        let team = named(&w, "Team").unwrap();
        assert_eq!(w.members_of(team).len(), 3);
        assert!(w.chat(team).unwrap().is_admin(bob));
        let (date, _) = w.top_of(bob, team).unwrap();
        assert!(w.now() - date >= 2 * 86_400);
    }

    #[test]
    fn the_same_description_can_be_planted_again() {
        let mut w = planted(DESCRIBED).unwrap();
        let (users, letters) = (w.users.len(), w.letters.len());
        DESCRIBED.parse::<Seed>().unwrap().plant(&mut w).unwrap();
        assert_eq!((w.users.len(), w.letters.len()), (users, letters));
    }

    #[test]
    fn mistakes_are_told_with_what_is_wrong() {
        let error = |text: &str| {
            planted(text)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        assert!(error("[[users]]\nname = \"x\"").contains("username"));
        assert!(error("[[user]]\nusername = \"alice\"").contains("unknown field `user`"));
        let nobody = error("[[messages]]\nfrom = \"x\"\nto = \"y\"\ntext = \"z\"");
        assert_eq!(
            nobody,
            "the message of \"x\" to \"y\" cannot be made: nobody is called \"x\""
        );
        let bad = error("[[users]]\nusername = \"1\"");
        assert_eq!(bad, "user \"1\" cannot be made: USERNAME_INVALID");
        let bad = error("[[bots]]\nusername = \"a bot\"");
        assert_eq!(bad, "bot \"a bot\" cannot be made: USERNAME_INVALID");
    }

    #[test]
    fn a_filled_world_is_the_same_each_time() {
        let text = "[fill]\nusers = 40\nchats = 2\nmessages = 400";
        let (a, b) = (planted(text).unwrap(), planted(text).unwrap());
        assert_eq!(a.users.len(), 40);
        assert_eq!(a.chats.len(), 2);
        let words = |w: &World| {
            let mut all: Vec<_> = w.letters.values().map(|l| (l.id, l.text.clone())).collect();
            all.sort();
            all
        };
        assert_eq!(words(&a), words(&b));
        assert!(words(&a).len() >= 400);
    }
}
