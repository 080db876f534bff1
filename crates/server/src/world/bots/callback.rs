//! Callback queries: what follows when somebody presses a button below a bot's message.

use bytes::Bytes;
use heliogram_api::types;

use super::markup::callback_button;
use super::questions::{Asked, CallbackAnswer};
use crate::render::peer;
use crate::rpc::{Answer, Refusal};
use crate::world::{Actor, Edit, Letter, World, is_channel};

/// Longest text a bot shows for a button, in characters.
const MESSAGE_MAX: usize = 200;
/// How addresses begin that lead to an account, before its public name.
const SELF_LINKS: &[&str] = &[
    "https://t.me/",
    "http://t.me/",
    "t.me/",
    "tg://resolve?domain=",
];

/// A button below a message.
pub(crate) struct Button {
    /// The bot that is asked when it is pressed.
    pub(crate) bot: i64,
    /// Whoever presses it has to show that they know their password.
    pub(crate) asks_password: bool,
    letter: i64,
    /// The message was sent by somebody else, through the bot.
    inline: bool,
}

impl World {
    /// The button of a message that gives its bot this data.
    pub(crate) fn button(&self, user: i64, dialog: i64, id: i32, data: &Bytes) -> Answer<Button> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter_id = self.message_of(user, dialog, id)?;
        let letter = self.letters.get(&letter_id).ok_or_else(missing)?;
        let inline = letter.via_bot.is_some_and(|bot| bot != letter.by);
        let bot = letter.via_bot.unwrap_or(letter.by);
        let markup = letter.markup.as_ref().filter(|_| self.is_bot(bot));
        let asks = callback_button(markup.ok_or_else(missing)?, data);
        Ok(Button {
            bot,
            asks_password: asks.ok_or_else(|| Refusal::bad("DATA_INVALID"))?,
            letter: letter_id,
            inline,
        })
    }

    /// Tells a bot that its button was pressed, and gives the id of the question that is.
    pub(crate) fn press(
        &mut self,
        by: Actor,
        dialog: i64,
        button: &Button,
        data: Bytes,
    ) -> Answer<i64> {
        let bot = button.bot;
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let chat = self.chat_instance(by.user, dialog);
        let data = Some(data);
        if button.inline {
            let msg = self.inline_id(bot, button.letter).ok_or_else(missing)?;
            let id = self.ask(bot, by.user, Asked::Callback(None))?;
            let update = types::UpdateInlineBotCallbackQuery {
                data,
                ..types::UpdateInlineBotCallbackQuery::new(id, by.user, msg.into(), chat)
            };
            self.push_one(bot, by, update.into(), &[by.user]);
            return Ok(id);
        }
        let owner = if is_channel(dialog) { dialog } else { bot };
        let msg = self.copy_of(button.letter, owner).ok_or_else(missing)?;
        let shown = if dialog > 0 { by.user } else { dialog };
        let id = self.ask(bot, by.user, Asked::Callback(None))?;
        let update = types::UpdateBotCallbackQuery {
            data,
            ..types::UpdateBotCallbackQuery::new(id, by.user, peer(shown), msg, chat)
        };
        self.push_one(bot, by, update.into(), &[by.user, shown]);
        Ok(id)
    }

    /// A bot's answer to a button.
    pub(crate) fn answer_callback(
        &mut self,
        bot: i64,
        id: i64,
        answer: CallbackAnswer,
    ) -> Answer<()> {
        let text = answer.message.as_deref().unwrap_or_default();
        if text.chars().count() > MESSAGE_MAX {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        if let Some(url) = &answer.url
            && !self.leads_to(bot, url)
        {
            return Err(Refusal::bad("URL_INVALID"));
        }
        let question = self.questions.waiting(id, bot)?;
        let Asked::Callback(given) = &mut question.what else {
            return Err(Refusal::bad("QUERY_ID_INVALID"));
        };
        *given = Some(answer);
        self.answered.push(id);
        Ok(())
    }

    /// Takes the answer to a question of an account. A question that has none by now never gets one.
    pub(crate) fn callback_answer(&mut self, id: i64) -> Answer<CallbackAnswer> {
        match self.questions.forget(id).map(|question| question.what) {
            Some(Asked::Callback(Some(answer))) => Ok(answer),
            _ => Err(Refusal::bad("BOT_RESPONSE_TIMEOUT")),
        }
    }

    /// Whether an address leads to a bot itself, which is all that may be opened unasked.
    fn leads_to(&self, bot: i64, url: &str) -> bool {
        let name = self.users.get(&bot).and_then(|user| user.username.clone());
        let Some(name) = name.map(|name| name.to_lowercase()) else {
            return false;
        };
        let url = url.to_lowercase();
        let mut starts = SELF_LINKS.iter();
        let named = starts.find_map(|start| url.strip_prefix(start));
        let rest = named.and_then(|named| named.strip_prefix(&name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '&', '/']))
    }

    /// A number that is the same for everybody who presses buttons in the same chat.
    fn chat_instance(&self, user: i64, dialog: i64) -> i64 {
        let (low, high) = (user.min(dialog), user.max(dialog));
        let of = if dialog > 0 { (low, high) } else { (dialog, 0) };
        let seal = self.seal(&[b"chat", &of.0.to_le_bytes(), &of.1.to_le_bytes()]);
        first_number(&seal)
    }

    /// How a bot calls a message that was sent through it, if anybody still has the message.
    pub(crate) fn inline_id(
        &self,
        bot: i64,
        letter: i64,
    ) -> Option<types::InputBotInlineMessageID64> {
        let sent = self.letters.get(&letter)?;
        let (owner, id) = sent.copies.first().copied()?;
        // It is changed where whoever sent it is at home.
        let by = self.users.get(&sent.by);
        let home = by.or_else(|| self.users.get(&bot))?.home;
        let hash = self.inline_hash(bot, letter);
        Some(types::InputBotInlineMessageID64::new(home, owner, id, hash))
    }

    fn inline_hash(&self, bot: i64, letter: i64) -> i64 {
        let seal = self.seal(&[b"inline", &bot.to_le_bytes(), &letter.to_le_bytes()]);
        first_number(&seal)
    }

    /// Changes a message that was sent through a bot.
    pub(crate) fn edit_inline(
        &mut self,
        by: Actor,
        id: &types::InputBotInlineMessageID64,
        edit: Edit,
    ) -> Answer<()> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let entry = self.boxes.get(&id.owner_id);
        let entry = entry.and_then(|mailbox| mailbox.entries.get(&id.id));
        let letter = entry.map(|entry| entry.letter).ok_or_else(missing)?;
        if id.access_hash != self.inline_hash(by.user, letter) {
            return Err(missing());
        }
        let sent_through = |letter: &Letter| letter.via_bot == Some(by.user);
        if !self.letters.get(&letter).is_some_and(sent_through) {
            return Err(missing());
        }
        self.rewrite(by, letter, edit)
    }
}

fn first_number(seal: &[u8; 32]) -> i64 {
    let mut number = [0; 8];
    number.copy_from_slice(&seal[..8]);
    i64::from_le_bytes(number)
}
