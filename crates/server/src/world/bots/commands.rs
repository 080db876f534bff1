//! The commands of bots: for whom, where, and in which language.

use heliogram_api::{enums, types};

use super::profile::check_lang;
use crate::persist::Field;
use crate::render::peer;
use crate::rpc::{Answer, Refusal};
use crate::world::{Actor, Told, World};

/// Most commands of one list.
const COMMANDS_MAX: usize = 100;
/// Most lists of one bot.
const LISTS_MAX: usize = 1000;

/// Whom a list of commands is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// Everybody, everywhere.
    Default,
    /// Everybody, in private.
    Users,
    /// Everybody in groups.
    Chats,
    /// The administrators of groups.
    ChatAdmins,
    /// Everybody in one conversation, by dialog id.
    Peer(i64),
    /// The administrators of one group.
    PeerAdmins(i64),
    /// One member of one group.
    PeerUser(i64, i64),
}

impl Field for Scope {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        let (kind, peer, user) = match *self {
            Self::Default => (0, 0, 0),
            Self::Users => (1, 0, 0),
            Self::Chats => (2, 0, 0),
            Self::ChatAdmins => (3, 0, 0),
            Self::Peer(peer) => (4, peer, 0),
            Self::PeerAdmins(peer) => (5, peer, 0),
            Self::PeerUser(peer, user) => (6, peer, user),
        };
        w.i32(kind);
        (peer, user).put(w);
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        let kind = r.i32();
        let (peer, user) = <(i64, i64)>::get(r);
        match kind {
            0 => Self::Default,
            1 => Self::Users,
            2 => Self::Chats,
            3 => Self::ChatAdmins,
            4 => Self::Peer(peer),
            5 => Self::PeerAdmins(peer),
            _ => Self::PeerUser(peer, user),
        }
    }
}

impl World {
    /// The scope a bot names.
    pub(crate) fn scope(&self, bot: i64, scope: &enums::BotCommandScope) -> Answer<Scope> {
        use enums::BotCommandScope as S;
        let group = |peer| match self.peer(bot, peer)? {
            dialog if dialog < 0 => Ok(dialog),
            _ => Err(Refusal::bad("PEER_ID_INVALID")),
        };
        Ok(match scope {
            S::Default => Scope::Default,
            S::Users => Scope::Users,
            S::Chats => Scope::Chats,
            S::ChatAdmins => Scope::ChatAdmins,
            S::Peer(scope) => Scope::Peer(self.peer(bot, &scope.peer)?),
            S::PeerAdmins(scope) => Scope::PeerAdmins(group(&scope.peer)?),
            S::PeerUser(scope) => {
                let user = self.input_user(bot, &scope.user_id)?;
                Scope::PeerUser(group(&scope.peer)?, user)
            }
            _ => return Err(Refusal::bad("PEER_ID_INVALID")),
        })
    }

    /// Sets the commands of a bot for a scope and a language; none takes the list away.
    pub(crate) fn set_commands(
        &mut self,
        by: Actor,
        scope: Scope,
        lang: &str,
        commands: Vec<types::BotCommand>,
    ) -> Answer<()> {
        check_lang(lang)?;
        check_commands(&commands)?;
        let bot = self.bot_mut(by.user)?;
        let key = (scope, lang.to_owned());
        if commands.is_empty() {
            bot.commands.remove(&key);
        } else if bot.commands.len() >= LISTS_MAX && !bot.commands.contains_key(&key) {
            return Err(Refusal::bad("BOT_COMMAND_INVALID"));
        } else {
            bot.commands.insert(key, commands);
        }
        bot.version += 1;
        self.push_commands(by, scope);
        Ok(())
    }

    /// The commands that were set for exactly this scope and language.
    pub(crate) fn commands_at(
        &self,
        bot: i64,
        scope: Scope,
        lang: &str,
    ) -> Answer<Vec<types::BotCommand>> {
        check_lang(lang)?;
        let lists = self.bot(bot).map(|bot| &bot.commands);
        let list = lists.and_then(|lists| lists.get(&(scope, lang.to_owned())));
        Ok(list.cloned().unwrap_or_default())
    }

    /// The commands an account is shown in a conversation: of all lists that are for it, the one for
    /// the fewest, and there the one in its language.
    pub(crate) fn commands_for(
        &self,
        bot: i64,
        viewer: i64,
        dialog: i64,
    ) -> Vec<types::BotCommand> {
        let Some(profile) = self.bot(bot).filter(|bot| !bot.commands.is_empty()) else {
            return Vec::new();
        };
        let admin = self
            .chats
            .get(&dialog)
            .is_some_and(|chat| chat.is_admin(viewer));
        let scopes = if dialog > 0 {
            vec![Scope::Peer(viewer), Scope::Users]
        } else {
            let mut scopes = vec![Scope::PeerUser(dialog, viewer)];
            scopes.extend(admin.then_some(Scope::PeerAdmins(dialog)));
            scopes.push(Scope::Peer(dialog));
            scopes.extend(admin.then_some(Scope::ChatAdmins));
            scopes.push(Scope::Chats);
            scopes
        };
        let lang = self.lang_of(viewer);
        let scopes = scopes.into_iter().chain([Scope::Default]);
        let mut keys = scopes.flat_map(|scope| [(scope, lang.clone()), (scope, String::new())]);
        let list = keys.find_map(|key| profile.commands.get(&key));
        list.cloned().unwrap_or_default()
    }

    /// Tells those who may be shown other commands now.
    fn push_commands(&mut self, by: Actor, scope: Scope) {
        let bot = by.user;
        let mut to = match scope {
            Scope::Peer(dialog) | Scope::PeerAdmins(dialog) => vec![dialog],
            Scope::PeerUser(dialog, _) => vec![dialog],
            Scope::Users => self.talking_to(bot),
            Scope::Default => [self.talking_to(bot), self.chats_of(bot)].concat(),
            Scope::Chats | Scope::ChatAdmins => self.chats_of(bot),
        };
        to.retain(|dialog| *dialog != bot);
        for dialog in to {
            self.tell(dialog, by, Told::Commands(bot));
        }
    }

    /// The commands of a bot in the words of one who hears of them.
    pub(crate) fn commands_update(&self, viewer: i64, owner: i64, bot: i64) -> enums::Updates {
        let dialog = if owner > 0 { bot } else { owner };
        let commands = self.commands_for(bot, viewer, dialog);
        let update = types::UpdateBotCommands::new(peer(dialog), bot, commands);
        self.updates(viewer, vec![update.into()], &[bot, dialog])
    }
}

fn check_commands(commands: &[types::BotCommand]) -> Answer<()> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    for command in commands {
        let name = &command.command;
        if !(1..=32).contains(&name.len()) || !name.chars().all(letter) {
            return Err(Refusal::bad("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&command.description.chars().count()) {
            return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    if commands.len() > COMMANDS_MAX {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    Ok(())
}
