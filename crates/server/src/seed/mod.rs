//! A world that is there when the server starts, described in TOML.
//!
//! ```toml
//! [[users]]
//! username = "alice"
//! name = "Alice"
//! phone = "9996621001"
//! contacts = ["bob"]
//!
//! [[users]]
//! username = "bob"
//! password = "correct horse"
//!
//! [[bots]]
//! username = "echo_bot"
//! token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
//! commands = { start = "Begin" }
//!
//! [[chats]]
//! kind = "supergroup"
//! title = "Team"
//! username = "team_room"
//! creator = "alice"
//! members = ["bob", "echo_bot"]
//! admins = ["bob"]
//!
//! [[messages]]
//! from = "alice"
//! to = "team_room"
//! text = "Hello, all"
//! ago = "2 d"
//!
//! [fill]
//! users = 1000
//! chats = 50
//! messages = 20000
//! ```
//!
//! Everything but the names of users and chats may be left out. `[fill]` makes up people who talk:
//! the same numbers make the same world.

mod fill;
mod plant;

use std::collections::BTreeMap;

use serde::Deserialize;

/// A world that is there when the server starts; see [`crate::Builder::seed`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub(crate) users: Vec<SeedUser>,
    pub(crate) bots: Vec<SeedBot>,
    pub(crate) chats: Vec<SeedChat>,
    pub(crate) messages: Vec<SeedMessage>,
    pub(crate) fill: Fill,
}

/// A person.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedUser {
    username: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    last_name: String,
    /// A test number of the account's data centre unless given.
    phone: Option<String>,
    password: Option<String>,
    #[serde(default)]
    about: String,
    /// The data centre it lives on, if the phone number does not say.
    dc: Option<i32>,
    #[serde(default)]
    contacts: Vec<String>,
    #[serde(default)]
    blocked: Vec<String>,
}

/// A bot.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedBot {
    username: String,
    #[serde(default)]
    name: String,
    /// What it logs in with; its number is the bot's id. Made up unless given.
    token: Option<String>,
    #[serde(default)]
    about: String,
    /// What a conversation with it begins with.
    #[serde(default)]
    description: String,
    /// What an input field shows when it is asked inline; it cannot be asked so unless given.
    #[serde(default)]
    inline: String,
    #[serde(default)]
    commands: BTreeMap<String, String>,
}

/// What a chat is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SeedKind {
    Group,
    Supergroup,
    Channel,
}

/// A group, supergroup or channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedChat {
    kind: SeedKind,
    title: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    about: String,
    creator: String,
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    admins: Vec<String>,
    #[serde(default)]
    forum: bool,
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedMessage {
    from: String,
    /// A user name, or the user name or title of a chat.
    to: String,
    text: String,
    /// How long ago it was written, such as `"90 s"`, `"5 m"`, `"2 h"` or `"3 d"`.
    #[serde(default)]
    ago: String,
    #[serde(default)]
    pinned: bool,
}

/// People who are made up, and what they say.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fill {
    users: u32,
    /// Supergroups of up to 50 of them.
    chats: u32,
    /// Messages, half in private chats and half in the supergroups, if there are any.
    messages: u32,
}

impl std::fmt::Debug for SeedUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedUser")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SeedBot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedBot")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Why a described world cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The text is no TOML of this form.
    #[error("the description of the world cannot be read: {0}")]
    Text(String),
    /// Something that is described cannot be.
    #[error("{what} cannot be made: {reason}")]
    Impossible {
        /// What, such as `user "alice"`.
        what: String,
        /// Why, in a sentence or as the name of the error a client would get.
        reason: String,
    },
}

impl std::str::FromStr for Seed {
    type Err = SeedError;

    /// Reads a description.
    fn from_str(text: &str) -> Result<Self, SeedError> {
        toml::from_str(text).map_err(|error| SeedError::Text(error.to_string()))
    }
}
