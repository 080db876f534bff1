use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::rpc::Refusal;
use crate::shared::Shared;
use crate::world::Kind;

/// An account on a server, as a test sees it.
#[derive(Clone)]
pub struct Account {
    pub(super) shared: Arc<Shared>,
    id: i64,
    username: String,
    phone: Option<String>,
    token: Option<String>,
    /// Per conversation, the newest message this account was given by waiting for it.
    pub(super) heard: Arc<Mutex<HashMap<i64, i32>>>,
}

impl Account {
    pub(crate) fn person(shared: &Arc<Shared>, username: &str) -> Self {
        let name = username.trim_start_matches('@');
        let id = shared.change(|world| {
            if let Some(id) = world.by_username(name) {
                let taken = || Refusal::bad("USERNAME_OCCUPIED");
                let person = id > 0 && !world.is_bot(id);
                return person.then_some(id).ok_or_else(taken);
            }
            let (phone, home) = world.free_test_number(2);
            let id = world.add_person(&phone, home, &capitalised(name));
            world.put_username(id, name)?;
            Ok(id)
        });
        Self::of(
            shared,
            id.unwrap_or_else(|refusal| not_made(username, &refusal)),
        )
    }

    pub(crate) fn bot(shared: &Arc<Shared>, username: &str) -> Self {
        let id = shared.change(|world| {
            let home = world.dcs.min(2);
            world.add_bot(username, home)
        });
        Self::of(
            shared,
            id.unwrap_or_else(|refusal| not_made(username, &refusal)),
        )
    }

    fn of(shared: &Arc<Shared>, id: i64) -> Self {
        let world = shared.world();
        let user = world.users.get(&id);
        Self {
            shared: Arc::clone(shared),
            id,
            username: user
                .and_then(|user| user.username.clone())
                .unwrap_or_default(),
            phone: user.and_then(|user| user.phone.clone()),
            token: user.and_then(|user| user.token.clone()),
            heard: Arc::default(),
        }
    }

    /// The account's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The account's public name, without `@`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The account's phone number; empty for a bot.
    #[must_use]
    pub fn phone(&self) -> &str {
        self.phone.as_deref().unwrap_or_default()
    }

    /// What a bot logs in with.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Lets a bot be asked from every chat by typing its name; the text is what an input field shows
    /// then, and an empty one ends it.
    ///
    /// # Errors
    /// [`Refusal`] for an account that is no bot.
    pub fn set_inline(&self, placeholder: &str) -> Result<(), Refusal> {
        self.shared
            .change(|world| world.set_inline(self.id, placeholder))
    }

    /// Keeps a bot out of groups, or lets it in again.
    ///
    /// # Errors
    /// [`Refusal`] for an account that is no bot.
    pub fn set_kept_out_of_groups(&self, out: bool) -> Result<(), Refusal> {
        self.shared.change(|world| {
            world.bot_mut(self.id)?.no_chats = out;
            Ok(())
        })
    }

    /// The access hash by which another account has to name this one, for those who call methods
    /// themselves.
    #[must_use]
    pub fn access_hash_for(&self, viewer: &Self) -> i64 {
        let world = self.shared.world();
        world.access_hash(viewer.id, Kind::User, self.id)
    }

    /// The login code that is out for the account's phone number.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        self.shared.world().code_for(self.phone())
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// A name with a capital at its beginning.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[allow(clippy::panic, reason = "a test cannot go on without its account")]
fn not_made(username: &str, refusal: &Refusal) -> ! {
    panic!("there is no account @{username} to give: {refusal}")
}
