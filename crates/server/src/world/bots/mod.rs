//! Bots: their accounts, what they say about themselves, and what they are asked.

mod callback;
mod commands;
mod inline;
mod markup;
mod profile;
mod questions;
mod reacted;

pub(crate) use commands::Scope;
pub(crate) use inline::{
    InlineAnswer, InlineBody, InlineMessage, InlineQuery, InlineResult, Shown,
};
pub(crate) use profile::BotProfile;
pub(crate) use questions::{CallbackAnswer, Questions};

use super::World;
use crate::rpc::{Answer, Refusal};

/// Names of the bots that search for pictures and places.
pub(crate) const GIF_SEARCH: &str = "gif";
pub(crate) const IMAGE_SEARCH: &str = "pic";
pub(crate) const VENUE_SEARCH: &str = "foursquare";

/// Characters of the secret part of a bot token.
const SECRET: usize = 35;

impl World {
    /// Creates a bot; its token is the account's.
    pub(crate) fn add_bot(&mut self, username: &str, home: i32) -> Answer<i64> {
        let username = username.trim_start_matches('@');
        if let Some(id) = self.by_username(username) {
            let taken = || Refusal::bad("USERNAME_OCCUPIED");
            return self.is_bot(id).then_some(id).ok_or_else(taken);
        }
        let id = self.add_user(home, username);
        let secret = self.random_text(SECRET);
        let user = self.user_mut(id)?;
        user.token = Some(format!("{id}:{secret}"));
        self.bot_mut(id)?;
        self.put_username(id, username)?;
        Ok(id)
    }

    /// Creates a bot with a token of its own; the number in it becomes the bot's id.
    pub(crate) fn add_bot_with_token(
        &mut self,
        username: &str,
        home: i32,
        token: &str,
    ) -> Answer<i64> {
        let invalid = || Refusal::bad("ACCESS_TOKEN_INVALID");
        let (number, secret) = token.split_once(':').ok_or_else(invalid)?;
        let id: i64 = number.parse().map_err(|_| invalid())?;
        if id <= 0 || secret.is_empty() || self.users.contains_key(&id) {
            return Err(invalid());
        }
        if self.by_username(username).is_some() {
            return Err(Refusal::bad("USERNAME_OCCUPIED"));
        }
        let next = std::mem::replace(&mut self.next_user, id);
        let made = self.add_user(home, username);
        self.next_user = next.max(if next == id { id + 1 } else { next });
        self.user_mut(made)?.token = Some(token.to_owned());
        self.bot_mut(made)?;
        self.put_username(made, username)?;
        Ok(made)
    }

    /// Whether this is one of the bots that search for pictures and places, whose results need not
    /// say where they come from: those the configuration names.
    pub(crate) fn is_search_bot(&self, id: i64) -> bool {
        let names = [GIF_SEARCH, IMAGE_SEARCH, VENUE_SEARCH];
        names.iter().any(|name| self.search_bot(name) == Some(id))
    }

    /// The bot that searches under a name, if there is one.
    pub(crate) fn search_bot(&self, name: &str) -> Option<i64> {
        self.by_username(name).filter(|id| self.is_bot(*id))
    }

    /// The token of a bot.
    pub(crate) fn token_of(&self, id: i64) -> Option<&str> {
        self.users.get(&id)?.token.as_deref()
    }

    /// The bot a token belongs to.
    pub(crate) fn by_token(&self, token: &str) -> Answer<i64> {
        let invalid = || Refusal::bad("ACCESS_TOKEN_INVALID");
        let (id, _) = token.split_once(':').ok_or_else(invalid)?;
        let id: i64 = id.parse().map_err(|_| invalid())?;
        let known = self.token_of(id).is_some_and(|known| known == token);
        if known { Ok(id) } else { Err(invalid()) }
    }
}

/// What a link to a bot may tell it.
pub(crate) fn check_start(param: &str) -> Answer<()> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match param.len() {
        0 => Err(Refusal::bad("START_PARAM_EMPTY")),
        65.. => Err(Refusal::bad("START_PARAM_TOO_LONG")),
        _ if !param.chars().all(word) => Err(Refusal::bad("START_PARAM_INVALID")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, world};

    #[test]
    fn a_token_opens_its_bot_only() {
        let mut w = world();
        let bot = w.add_bot("@echo", 1).unwrap();
        let token = w.token_of(bot).unwrap().to_owned();
        assert_eq!(w.by_token(&token), Ok(bot));
        for wrong in [
            "",
            "5",
            ":",
            "x:y",
            &format!("{token}x"),
            &token.replace(':', ";"),
        ] {
            assert_eq!(
                name_of(w.by_token(wrong)),
                "ACCESS_TOKEN_INVALID",
                "{wrong}"
            );
        }
        assert_eq!(
            w.add_bot("echo", 1),
            Ok(bot),
            "asking again gives the same bot"
        );
        let person = w.add_user(1, "P");
        w.put_username(person, "taken").unwrap();
        assert_eq!(name_of(w.add_bot("taken", 1)), "USERNAME_OCCUPIED");
    }
}
