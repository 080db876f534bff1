use super::World;
use crate::rpc::{Answer, Refusal};

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
        self.put_username(made, username)?;
        Ok(made)
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
