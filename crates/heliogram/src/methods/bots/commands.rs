use heliogram_api::{enums, functions as f, types};

use super::agreed;
use crate::{Client, PeerLike, Result};

impl Client {
    /// Tells people's apps which commands this bot has: names without `/`, with what they do. No
    /// commands at all take earlier ones away.
    ///
    /// ```no_run
    /// # async fn run(bot: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::methods::bots::CommandScope;
    ///
    /// bot.set_bot_commands([("start", "Begin"), ("help", "What I can do")]).await?;
    /// bot.set_bot_commands([("ban", "Remove somebody")])
    ///     .scope(CommandScope::ChatAdmins)
    ///     .lang_code("en")
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `bots.setBotCommands`, `bots.resetBotCommands`.
    ///
    /// # Errors
    /// When awaited: the errors of finding chat and person of the scope, and the server's refusals,
    /// such as [`BOT_COMMAND_INVALID`](crate::errors::BOT_COMMAND_INVALID).
    #[doc(alias = "bots.setBotCommands")]
    #[doc(alias = "bots.resetBotCommands")]
    #[doc(alias = "delete_bot_commands")]
    pub fn set_bot_commands<C: Into<BotCommand>>(
        &self,
        commands: impl IntoIterator<Item = C>,
    ) -> SetBotCommands {
        let commands = commands.into_iter().map(|command| command.into().0);
        SetBotCommands {
            client: self.clone(),
            commands: commands.collect(),
            scope: CommandScope::Everywhere,
            lang_code: String::new(),
        }
    }
}

/// A command that a bot has: made from its name and what it does, or from the raw value, as
/// [`Commands::bot_commands`](crate::dispatch::Commands::bot_commands) gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct BotCommand(types::BotCommand);

impl<N: Into<String>, D: Into<String>> From<(N, D)> for BotCommand {
    fn from((name, description): (N, D)) -> Self {
        Self(types::BotCommand::new(name.into(), description.into()))
    }
}

impl From<types::BotCommand> for BotCommand {
    fn from(command: types::BotCommand) -> Self {
        Self(command)
    }
}

/// Where commands of a bot are shown, and to whom.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[doc(alias = "BotCommandScope")]
pub enum CommandScope {
    /// Wherever no other scope has commands.
    #[default]
    Everywhere,
    /// In all private chats.
    Private,
    /// In all groups.
    Groups,
    /// In all groups, to administrators.
    ChatAdmins,
    /// In one chat.
    Chat(PeerLike),
    /// In one chat, to administrators.
    AdminsOf(PeerLike),
    /// In one chat, to one person.
    Member(PeerLike, PeerLike),
}

/// Commands to be shown; made by [`Client::set_bot_commands`], sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "commands are set when this is awaited"]
pub struct SetBotCommands {
    client: Client,
    commands: Vec<types::BotCommand>,
    scope: CommandScope,
    lang_code: String,
}

impl SetBotCommands {
    /// Shows them there and to those only.
    pub fn scope(mut self, scope: CommandScope) -> Self {
        self.scope = scope;
        self
    }

    /// Shows them to those whose app speaks this language: two letters of ISO 639-1.
    #[doc(alias = "language_code")]
    pub fn lang_code(mut self, code: impl Into<String>) -> Self {
        self.lang_code = code.into();
        self
    }

    /// Sends them; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::set_bot_commands`].
    pub async fn send(self) -> Result<()> {
        let client = &self.client;
        let scope = raw_scope(client, &self.scope).await?;
        if self.commands.is_empty() {
            let call = f::bots::ResetBotCommands::new(scope, self.lang_code);
            return agreed("bots.resetBotCommands", client.invoke(call).await?);
        }
        let call = f::bots::SetBotCommands::new(scope, self.lang_code, self.commands);
        agreed("bots.setBotCommands", client.invoke(call).await?)
    }
}

async fn raw_scope(client: &Client, scope: &CommandScope) -> Result<enums::BotCommandScope> {
    Ok(match scope {
        CommandScope::Everywhere => enums::BotCommandScope::Default,
        CommandScope::Private => enums::BotCommandScope::Users,
        CommandScope::Groups => enums::BotCommandScope::Chats,
        CommandScope::ChatAdmins => enums::BotCommandScope::ChatAdmins,
        CommandScope::Chat(chat) => {
            types::BotCommandScopePeer::new(client.find_peer(chat).await?.input).into()
        }
        CommandScope::AdminsOf(chat) => {
            types::BotCommandScopePeerAdmins::new(client.find_peer(chat).await?.input).into()
        }
        CommandScope::Member(chat, user) => {
            let chat = client.find_peer(chat).await?.input;
            let user = client.find_user(user).await?;
            types::BotCommandScopePeerUser::new(chat, user).into()
        }
    })
}

awaitable!(SetBotCommands => ());
