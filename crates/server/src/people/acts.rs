//! What accounts do in conversations.

use super::{Account, Said, Talk};
use crate::rpc::{Answer, Refusal};
use crate::world::{Actor, Draft, Edit, Form, How, Place, Standing, Way, Window, World};

impl Account {
    /// The account writes to another, or into a group or channel; every session of those who see it
    /// hears of it. Gives the message's id in the writer's numbering, or the channel's.
    ///
    /// # Errors
    /// The refusal a client would get, for example for an empty text.
    pub async fn says(&self, to: &impl Talk, text: &str) -> Result<i32, Refusal> {
        self.write(to.dialog(), text, None)
    }

    /// The account answers a message.
    ///
    /// # Errors
    /// The refusal a client would get.
    pub async fn replies(&self, to: &Said, text: &str) -> Result<i32, Refusal> {
        self.write(to.chat, text, Some(to.id))
    }

    fn write(&self, dialog: i64, text: &str, reply_to: Option<i32>) -> Result<i32, Refusal> {
        let sent = self.acts(|world, by| {
            let rich = world.rich(by.user, text, None)?;
            let random_id = world.random_id();
            let draft = Draft {
                rich,
                reply_to,
                random_id,
                ..Draft::default()
            };
            world.send(by, dialog, draft)
        })?;
        Ok(sent.id)
    }

    /// The account changes the text of a message it wrote.
    ///
    /// # Errors
    /// The refusal a client would get, for example for a message of somebody else.
    pub async fn edits(&self, message: &Said, text: &str) -> Result<(), Refusal> {
        self.acts(|world, by| {
            let rich = world.rich(by.user, text, None)?;
            let edit = Edit {
                rich: Some(rich),
                ..Edit::default()
            };
            world.edit(by, message.chat, message.id, edit).map(drop)
        })
    }

    /// The account deletes a message for everybody.
    ///
    /// # Errors
    /// The refusal a client would get.
    pub async fn deletes(&self, message: &Said) -> Result<(), Refusal> {
        self.acts(|world, by| {
            let chat = world.chats.get(&message.chat);
            if chat.is_some_and(|chat| chat.is_channel()) {
                world.delete_in(by, message.chat, &[message.id]).map(drop)
            } else {
                world.delete(by, &[message.id], true).map(drop)
            }
        })
    }

    /// The account passes a message on.
    ///
    /// # Errors
    /// The refusal a client would get.
    pub async fn forwards(&self, message: &Said, to: &impl Talk) -> Result<i32, Refusal> {
        let sent = self.acts(|world, by| {
            let ids = [(message.id, world.random_id())];
            world.forward(by, message.chat, to.dialog(), &ids, How::default())
        })?;
        Ok(sent.first().map_or(0, |sent| sent.id))
    }

    /// The account has read everything in a conversation.
    ///
    /// # Errors
    /// The refusal a client would get.
    pub async fn reads(&self, with: &impl Talk) -> Result<(), Refusal> {
        self.acts(|world, by| world.read(by, with.dialog(), 0).map(drop))
    }

    /// The account pins a message for everybody.
    ///
    /// # Errors
    /// The refusal a client would get.
    pub async fn pins(&self, message: &Said) -> Result<(), Refusal> {
        self.acts(|world, by| {
            world
                .pin(by, message.chat, message.id, true, false)
                .map(drop)
        })
    }

    /// The account joins a public group or channel.
    ///
    /// # Errors
    /// The refusal a client would get, for example because it is banned there.
    pub async fn joins(&self, chat: &super::Chat) -> Result<(), Refusal> {
        self.acts(|world, by| {
            let found = world.visible_chat(by.user, chat.id())?;
            if found.members.has(by.user) {
                return Ok(());
            }
            if found.form == Form::Group {
                return Err(Refusal::bad("CHAT_ID_INVALID"));
            }
            world
                .enter(by, chat.id(), &[by.user], Way::Joined)
                .map(drop)
        })
    }

    /// The account brings another into a group or channel.
    ///
    /// # Errors
    /// The refusal a client would get.
    pub async fn invites(&self, other: &Self, to: &super::Chat) -> Result<(), Refusal> {
        self.acts(|world, by| {
            world.check_invite(by.user, to.id(), other.id())?;
            world
                .enter(by, to.id(), &[other.id()], Way::Invited)
                .map(drop)
        })
    }

    /// The account leaves a group or channel.
    ///
    /// # Errors
    /// The refusal a client would get, for example because it is not in it.
    pub async fn leaves(&self, chat: &super::Chat) -> Result<(), Refusal> {
        self.acts(|world, by| {
            world
                .leave(by, chat.id(), by.user, Standing::Left)
                .map(drop)
        })
    }

    /// Up to 100 newest messages of a conversation as the account sees it, oldest first.
    #[must_use]
    pub fn messages_with(&self, other: &impl Talk) -> Vec<Said> {
        let world = self.shared.world();
        let places = newest(&world, self.id(), other.dialog());
        let said = places.iter().rev();
        said.filter_map(|place| Said::of(&world, self.id(), *place))
            .collect()
    }

    /// How many messages of a conversation the account has not read.
    #[must_use]
    pub fn unread_in(&self, with: &impl Talk) -> i32 {
        self.shared.world().unread_in(self.id(), with.dialog())
    }

    /// Does something as the account, from no session of its own.
    pub(super) fn acts<T>(&self, act: impl FnOnce(&mut World, Actor) -> Answer<T>) -> Answer<T> {
        let by = Actor::account(self.id());
        self.shared.change(|world| act(world, by))
    }
}

/// Where the newest messages of a conversation lie, newest first.
pub(super) fn newest(world: &World, viewer: i64, dialog: i64) -> Vec<Place> {
    let window = Window {
        limit: 100,
        ..Window::default()
    };
    let page = world.history(viewer, dialog, window);
    page.unwrap_or_default().places
}
