//! What Telegram itself writes to an account.

use super::letters::HIDDEN_AUTHOR;
use super::{Actor, Draft, Rich, World};
use crate::rpc::Answer;

/// The account Telegram's own messages come from.
pub(crate) const TELEGRAM: i64 = 777_000;

impl World {
    /// Makes the account that stands for everybody who does not want to be linked to.
    pub(crate) fn make_hidden_author(&mut self) {
        if !self.users.contains_key(&HIDDEN_AUTHOR) {
            self.put_user(HIDDEN_AUTHOR, 1, "Author Hidden");
        }
    }

    /// Writes to an account in Telegram's name.
    pub(crate) fn notify(&mut self, user: i64, text: String) -> Answer<()> {
        if !self.users.contains_key(&TELEGRAM) {
            self.put_user(TELEGRAM, 1, "Telegram");
        }
        let rich = Rich {
            text,
            entities: Vec::new(),
        };
        let draft = Draft {
            rich,
            ..Draft::default()
        };
        self.post(Actor::account(TELEGRAM), user, draft).map(drop)
    }

    /// Brings a login code to the programs an account is logged in with.
    pub(crate) fn send_code_to(&mut self, user: i64, code: &str) -> Answer<()> {
        self.notify(
            user,
            format!(
                "Login code: {code}. Do not give this code to anyone, even if they say they are \
                 from Telegram!\n\nIf you didn't request this code by trying to log in on another \
                 device, simply ignore this message."
            ),
        )
    }

    /// Tells an account that a further program has logged in.
    pub(crate) fn note_login(&mut self, user: i64, device: &str) -> Answer<()> {
        let name = self.user(user)?.first_name.clone();
        self.notify(
            user,
            format!(
                "New login. Dear {name}, we detected a login into your account from a new \
                 device.\n\nDevice: {device}\n\nIf this wasn't you, you can terminate that session \
                 in Settings > Devices."
            ),
        )
    }
}
