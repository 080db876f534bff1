use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use heliogram_api::types;

use super::Account;
use crate::rpc::{Answer, Refusal};
use crate::shared::Shared;
use crate::world::{Actor, Form, Member, World, all_rights};

/// A group, supergroup or channel, as a test sees it.
#[derive(Clone)]
pub struct Chat {
    shared: Arc<Shared>,
    id: i64,
}

impl Chat {
    /// The group, supergroup or channel with that title or public name.
    pub(crate) fn named(shared: &Arc<Shared>, name: &str) -> Option<Self> {
        let world = shared.world();
        let public = world.by_username(name).filter(|id| *id < 0);
        let titled = || world.chats.values().find(|chat| chat.title == name);
        let id = public.or_else(|| titled().map(|chat| chat.id))?;
        Some(Self {
            shared: Arc::clone(shared),
            id,
        })
    }

    /// The dialog id: negative, and below -10^12 for supergroups and channels, as in the Bot API.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> String {
        let world = self.shared.world();
        world
            .chats
            .get(&self.id)
            .map(|chat| chat.title.clone())
            .unwrap_or_default()
    }

    /// Ids of the accounts that are in it.
    #[must_use]
    pub fn members(&self) -> Vec<i64> {
        self.shared.world().members_of(self.id)
    }
}

impl std::fmt::Debug for Chat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chat")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A group, supergroup or channel that is about to be there; await it.
#[must_use = "nothing is made until it is awaited"]
pub struct ChatBuilder {
    shared: Arc<Shared>,
    form: Form,
    title: String,
    creator: i64,
    about: String,
    username: String,
    members: Vec<i64>,
    admins: Vec<i64>,
    forum: bool,
}

impl ChatBuilder {
    pub(crate) fn new(shared: &Arc<Shared>, form: Form, title: &str, creator: &Account) -> Self {
        Self {
            shared: Arc::clone(shared),
            form,
            title: title.to_owned(),
            creator: creator.id(),
            about: String::new(),
            username: String::new(),
            members: Vec::new(),
            admins: Vec::new(),
            forum: false,
        }
    }

    /// Accounts that are in it.
    pub fn with<'a>(mut self, members: impl IntoIterator<Item = &'a Account>) -> Self {
        self.members.extend(members.into_iter().map(Account::id));
        self
    }

    /// An account that administers it, with every right but that of naming others.
    pub fn admin(mut self, account: &Account) -> Self {
        self.members.push(account.id());
        self.admins.push(account.id());
        self
    }

    /// The description.
    pub fn about(mut self, about: &str) -> Self {
        about.clone_into(&mut self.about);
        self
    }

    /// The public name of a supergroup or channel.
    pub fn username(mut self, username: &str) -> Self {
        username
            .trim_start_matches('@')
            .clone_into(&mut self.username);
        self
    }

    /// A supergroup with topics.
    pub fn forum(mut self) -> Self {
        self.forum = true;
        self
    }

    fn make(self) -> Answer<Chat> {
        let shared = Arc::clone(&self.shared);
        let id = shared.change(|world| self.make_in(world))?;
        Ok(Chat { shared, id })
    }

    fn make_in(&self, world: &mut World) -> Answer<i64> {
        let by = Actor::account(self.creator);
        let id = world.add_chat(self.form, self.creator, &self.title, &self.about)?;
        world.chat_mut(id)?.settings.forum = self.forum;
        if !self.username.is_empty() {
            world.set_chat_username(id, &self.username)?;
        }
        let date = world.now();
        let mut users = vec![self.creator];
        for user in &self.members {
            if users.contains(user) {
                continue;
            }
            world.user(*user)?;
            let mut member = Member::joined(date, self.creator);
            if self.admins.contains(user) {
                member.promoted_by = self.creator;
                member.rights = Some(types::ChatAdminRights {
                    add_admins: false,
                    ..all_rights()
                });
            }
            world.set_member(id, *user, member)?;
            users.push(*user);
        }
        world.begin_chat(by, id, users)?;
        Ok(id)
    }
}

impl IntoFuture for ChatBuilder {
    type Output = Chat;
    type IntoFuture = Pin<Box<dyn Future<Output = Chat> + Send>>;

    /// Makes it.
    ///
    /// # Panics
    /// When it cannot be made, for example because the public name is taken: a test cannot go on
    /// without it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let title = self.title.clone();
            self.make()
                .unwrap_or_else(|refusal| not_made(&title, &refusal))
        })
    }
}

impl std::fmt::Debug for ChatBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChatBuilder")
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

#[allow(clippy::panic, reason = "a test cannot go on without its chat")]
fn not_made(title: &str, refusal: &Refusal) -> ! {
    panic!("the chat \"{title}\" cannot be made: {refusal}")
}
