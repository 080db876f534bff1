//! What a bot says about itself, and how its owner set it up.

use std::collections::BTreeMap;

use heliogram_api::{enums, types};

use super::commands::Scope;
use crate::persist::record;
use crate::rpc::{Answer, Refusal};
use crate::world::{Actor, Rec, World, clean_name};

/// Longest text about a bot, in characters.
const ABOUT_MAX: usize = 120;
/// Longest description of a bot, in characters.
const DESCRIPTION_MAX: usize = 512;
/// Most languages a bot describes itself in.
const LANGUAGES_MAX: usize = 200;
/// Longest text of a menu button, in characters.
const BUTTON_MAX: usize = 64;

/// What is kept of a bot beside its account.
#[derive(Default)]
pub(crate) struct BotProfile {
    /// Counts the changes clients have to hear of.
    pub(crate) version: i32,
    /// By whom they are for, and the language they are in.
    pub(super) commands: BTreeMap<(Scope, String), Vec<types::BotCommand>>,
    /// By language; the name and the text about it in no language are the account's own.
    pub(super) texts: BTreeMap<String, BotTexts>,
    /// The menu button for everybody, and the other ones some people have.
    menu: Option<enums::BotMenuButton>,
    menus: BTreeMap<i64, enums::BotMenuButton>,
    /// What an input field shows when the bot is asked inline; nothing if it cannot be.
    pub(crate) placeholder: Option<String>,
    /// It cannot be added to groups.
    pub(crate) no_chats: bool,
    /// What it wants to be allowed as an administrator of groups, and of channels.
    pub(crate) group_rights: Option<types::ChatAdminRights>,
    pub(crate) channel_rights: Option<types::ChatAdminRights>,
}

record!(BotProfile {
    version,
    commands,
    texts,
    menu,
    menus,
    placeholder,
    no_chats,
    group_rights,
    channel_rights,
});

/// How a bot is called and described in one language.
#[derive(Clone, Default)]
pub(crate) struct BotTexts {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) description: String,
}

record!(BotTexts {
    name,
    about,
    description
});

impl World {
    /// What is kept of a bot; nothing for people.
    pub(crate) fn bot(&self, id: i64) -> Option<&BotProfile> {
        self.bots.get(&id)
    }

    /// What is kept of a bot, to be changed.
    pub(crate) fn bot_mut(&mut self, id: i64) -> Answer<&mut BotProfile> {
        if !self.is_bot(id) {
            return Err(Refusal::bad("USER_BOT_REQUIRED"));
        }
        self.touch(Rec::Bot(id));
        Ok(self.bots.entry(id).or_default())
    }

    /// Lets a bot be asked from every chat, or not any more with an empty text; the text is what an
    /// input field shows.
    pub(crate) fn set_inline(&mut self, id: i64, placeholder: &str) -> Answer<()> {
        let new = (!placeholder.is_empty()).then(|| placeholder.to_owned());
        self.bot_mut(id)?.placeholder = new;
        Ok(())
    }

    /// How a bot is called and described in exactly this language.
    pub(crate) fn bot_texts(&self, id: i64, lang: &str) -> BotTexts {
        let kept = self.bot(id).and_then(|bot| bot.texts.get(lang));
        let mut texts = kept.cloned().unwrap_or_default();
        if let Some(user) = self.users.get(&id).filter(|_| lang.is_empty()) {
            texts.name.clone_from(&user.first_name);
            texts.about.clone_from(&user.about);
        }
        texts
    }

    /// How a bot is called and described for one account: in its language as far as the bot is.
    pub(crate) fn bot_texts_for(&self, viewer: i64, id: i64) -> BotTexts {
        let mut texts = self.bot_texts(id, "");
        let translated = self.bot(id).is_some_and(|bot| !bot.texts.is_empty());
        let lang = if translated {
            self.lang_of(viewer)
        } else {
            String::new()
        };
        let own = self.bot(id).and_then(|bot| bot.texts.get(&lang));
        let Some(own) = own.filter(|_| !lang.is_empty()) else {
            return texts;
        };
        for (text, own) in [
            (&mut texts.name, &own.name),
            (&mut texts.about, &own.about),
            (&mut texts.description, &own.description),
        ] {
            if !own.is_empty() {
                text.clone_from(own);
            }
        }
        texts
    }

    /// Changes how a bot is called and described in a language; what is not given stays.
    pub(crate) fn describe_bot(
        &mut self,
        by: Actor,
        lang: &str,
        name: Option<String>,
        about: Option<String>,
        description: Option<String>,
    ) -> Answer<()> {
        let id = by.user;
        check_lang(lang)?;
        let long = |text: &Option<String>, max| {
            text.as_ref().is_some_and(|text| text.chars().count() > max)
        };
        if long(&about, ABOUT_MAX) || long(&description, DESCRIPTION_MAX) {
            return Err(Refusal::bad("ABOUT_TOO_LONG"));
        }
        let name = match name {
            Some(name) if !name.is_empty() || lang.is_empty() => Some(clean_name(&name)?),
            other => other,
        };
        let mut texts = self.bot_texts(id, lang);
        let given = |new: Option<String>, old: &mut String| {
            if let Some(new) = new {
                *old = new;
            }
        };
        given(name, &mut texts.name);
        given(about, &mut texts.about);
        given(description, &mut texts.description);
        if lang.is_empty() {
            let user = self.user_mut(id)?;
            user.first_name.clone_from(&texts.name);
            user.about.clone_from(&texts.about);
        }
        let bot = self.bot_mut(id)?;
        if !bot.texts.contains_key(lang) && bot.texts.len() >= LANGUAGES_MAX {
            return Err(Refusal::bad("LANG_CODE_INVALID"));
        }
        bot.texts.insert(lang.to_owned(), texts);
        bot.version += 1;
        self.push_name(by);
        Ok(())
    }

    /// The menu button of a bot as one account has it; the one for everybody for nobody.
    pub(crate) fn menu_button(&self, bot: i64, user: Option<i64>) -> enums::BotMenuButton {
        let bot = self.bot(bot);
        let own = user.and_then(|user| bot?.menus.get(&user));
        let all = bot.and_then(|bot| bot.menu.as_ref());
        let shown = own.or(all).cloned();
        shown.unwrap_or(enums::BotMenuButton::Default)
    }

    /// Sets the menu button of a bot for one account, or for everybody.
    pub(crate) fn set_menu_button(
        &mut self,
        by: Actor,
        user: Option<i64>,
        button: enums::BotMenuButton,
    ) -> Answer<()> {
        if let enums::BotMenuButton::BotMenuButton(button) = &button {
            check_button(button)?;
        }
        let id = by.user;
        let none = button == enums::BotMenuButton::Default;
        let bot = self.bot_mut(id)?;
        match user {
            Some(user) if none => drop(bot.menus.remove(&user)),
            Some(user) => drop(bot.menus.insert(user, button)),
            None => bot.menu = (!none).then_some(button),
        }
        let to = user.map_or_else(|| self.talking_to(id), |user| vec![user]);
        for user in to {
            let shown = self.menu_button(id, Some(user));
            let update = types::UpdateBotMenuButton::new(id, shown);
            self.push_one(user, by, update.into(), &[id]);
        }
        Ok(())
    }

    /// The accounts a bot has a conversation with.
    pub(super) fn talking_to(&self, bot: i64) -> Vec<i64> {
        let dialogs = self.boxes.get(&bot).map(|mailbox| &mailbox.dialogs);
        let all = dialogs.into_iter().flat_map(|dialogs| dialogs.keys());
        all.copied()
            .filter(|peer| *peer > 0 && *peer != bot)
            .collect()
    }

    /// The language an account's newest session speaks, as two letters; nothing if it did not say.
    pub(crate) fn lang_of(&self, user: i64) -> String {
        let keys = self.keys_of.get(&user).into_iter().flatten();
        let auths = keys.filter_map(|key| self.auths.get(key));
        let said = auths.filter_map(|auth| Some((auth.active, &auth.app.as_ref()?.lang)));
        let newest = said.max_by_key(|(active, _)| *active);
        let lang = newest.and_then(|(_, lang)| lang.split(['-', '_']).next());
        let lang = lang.unwrap_or_default().to_lowercase();
        if check_lang(&lang).is_ok() {
            lang
        } else {
            String::new()
        }
    }
}

/// A language a bot can speak: none in particular, or one of two letters.
pub(super) fn check_lang(lang: &str) -> Answer<()> {
    let named = lang.len() == 2 && lang.bytes().all(|b| b.is_ascii_lowercase());
    if lang.is_empty() || named {
        Ok(())
    } else {
        Err(Refusal::bad("LANG_CODE_INVALID"))
    }
}

fn check_button(button: &types::BotMenuButton) -> Answer<()> {
    if !(1..=BUTTON_MAX).contains(&button.text.chars().count()) {
        return Err(Refusal::bad("BUTTON_TEXT_INVALID"));
    }
    if !button.url.starts_with("https://") {
        return Err(Refusal::bad("BUTTON_URL_INVALID"));
    }
    Ok(())
}
