use std::fmt;

use heliogram_api::{enums, types as raw};

use super::Message;
use crate::{Client, methods::messages::Click};

/// A button of a message: below it, or in place of the keyboard.
///
/// ```no_run
/// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
/// for row in message.buttons() {
///     for button in row {
///         if button.url().is_none() && button.text().starts_with("Next") {
///             button.click().await?;
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `keyboardButton` and `keyboardInlineButton`.
#[derive(Clone, PartialEq)]
#[doc(alias = "KeyboardButton")]
#[doc(alias = "InlineKeyboardButton")]
pub struct MessageButton {
    message: Message,
    row: usize,
    column: usize,
    pub(crate) raw: RawButton,
}

/// The two kinds of buttons.
#[derive(Clone, PartialEq)]
pub(crate) enum RawButton {
    /// Below a message.
    Inline(raw::KeyboardInlineButton),
    /// In place of the keyboard.
    Reply(raw::KeyboardButton),
}

impl Message {
    /// The buttons below it, or those it puts in place of the keyboard, in rows.
    #[must_use]
    #[doc(alias = "get_buttons")]
    pub fn buttons(&self) -> Vec<Vec<MessageButton>> {
        let rows: Vec<Vec<RawButton>> = match self.reply_markup() {
            Some(enums::ReplyMarkup::ReplyInlineMarkup(m)) => {
                let row = |r: &raw::KeyboardInlineButtonRow| {
                    r.buttons.iter().cloned().map(RawButton::Inline).collect()
                };
                m.rows.iter().map(row).collect()
            }
            Some(enums::ReplyMarkup::ReplyKeyboardMarkup(m)) => {
                let row = |r: &raw::KeyboardButtonRow| {
                    r.buttons.iter().cloned().map(RawButton::Reply).collect()
                };
                m.rows.iter().map(row).collect()
            }
            _ => Vec::new(),
        };
        let place = |row, column, raw| MessageButton {
            message: self.clone(),
            row,
            column,
            raw,
        };
        let numbered = rows.into_iter().enumerate();
        numbered
            .map(|(row, buttons)| {
                let buttons = buttons.into_iter().enumerate();
                buttons
                    .map(|(column, raw)| place(row, column, raw))
                    .collect()
            })
            .collect()
    }

    /// How many buttons it has.
    #[must_use]
    pub fn button_count(&self) -> usize {
        match self.reply_markup() {
            Some(enums::ReplyMarkup::ReplyInlineMarkup(m)) => {
                m.rows.iter().map(|r| r.buttons.len()).sum()
            }
            Some(enums::ReplyMarkup::ReplyKeyboardMarkup(m)) => {
                m.rows.iter().map(|r| r.buttons.len()).sum()
            }
            _ => 0,
        }
    }

    /// The raw value of its buttons, or of what it does to the keyboard.
    #[must_use]
    #[doc(alias = "ReplyMarkup")]
    pub fn reply_markup(&self) -> Option<&enums::ReplyMarkup> {
        self.plain()?.reply_markup.as_deref()
    }
}

impl MessageButton {
    /// What is written on it.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.raw {
            RawButton::Inline(b) => &b.text,
            RawButton::Reply(b) => &b.text,
        }
    }

    /// What the bot is told when it is pressed, of callback buttons.
    #[must_use]
    #[doc(alias = "callback_data")]
    pub fn data(&self) -> Option<&[u8]> {
        match self.inline()? {
            enums::InlineButtonType::Callback(b) => Some(&b.data),
            _ => None,
        }
    }

    /// The address it opens.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match &self.raw {
            RawButton::Inline(b) => match &b.r#type {
                enums::InlineButtonType::Url(b) => Some(&b.url),
                enums::InlineButtonType::UrlAuth(b) => Some(&b.url),
                enums::InlineButtonType::WebView(b) => Some(&b.url),
                _ => None,
            },
            RawButton::Reply(b) => match &b.r#type {
                enums::ButtonType::SimpleWebView(b) => Some(&b.url),
                _ => None,
            },
        }
    }

    /// The inline query it begins.
    #[must_use]
    #[doc(alias = "switch_inline_query")]
    #[doc(alias = "switch_inline_query_current_chat")]
    pub fn inline_query(&self) -> Option<&str> {
        match self.inline()? {
            enums::InlineButtonType::SwitchInline(b) => Some(&b.query),
            _ => None,
        }
    }

    /// The text it copies.
    #[must_use]
    pub fn copy_text(&self) -> Option<&str> {
        match self.inline()? {
            enums::InlineButtonType::Copy(b) => Some(&b.copy_text),
            _ => None,
        }
    }

    /// Whether the owner's password is needed to press it; see [`Click::password`].
    #[must_use]
    #[doc(alias = "requires_password")]
    pub fn needs_password(&self) -> bool {
        matches!(self.inline(), Some(enums::InlineButtonType::Callback(b)) if b.requires_password)
    }

    /// Whether it is below its message, not in place of the keyboard.
    #[must_use]
    pub fn is_inline(&self) -> bool {
        self.inline().is_some()
    }

    /// In which row it is, counted from 0.
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// Its place in its row, counted from 0.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The message it belongs to.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The client it came through.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.message.client()
    }

    /// Presses it; see [`Click`] for what comes of that.
    pub fn click(&self) -> Click {
        Click::on(self)
    }

    pub(crate) fn inline(&self) -> Option<&enums::InlineButtonType> {
        match &self.raw {
            RawButton::Inline(b) => Some(&b.r#type),
            RawButton::Reply(_) => None,
        }
    }
}

/// Shows where it is, not what it says.
impl fmt::Debug for MessageButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageButton")
            .field("row", &self.row)
            .field("column", &self.column)
            .field("inline", &self.is_inline())
            .finish_non_exhaustive()
    }
}
