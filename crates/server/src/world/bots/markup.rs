//! Keyboards: what bots send, in the form that everybody is shown.

use bytes::Bytes;
use heliogram_api::enums::{ButtonType, InlineButtonType, ReplyMarkup};
use heliogram_api::types;

use crate::rpc::{Answer, Refusal};
use crate::world::World;

/// Most buttons of one keyboard.
const BUTTONS_MAX: usize = 300;
/// Longest text on a button, in characters.
const TEXT_MAX: usize = 256;
/// Longest data of a button, in bytes.
const DATA_MAX: usize = 64;
/// Longest address a button opens, in bytes.
const URL_MAX: usize = 2048;
/// Longest text a button copies or asks with, in characters.
const QUERY_MAX: usize = 256;

impl World {
    /// A keyboard as it is kept with a message; people's are left out, as on the real server.
    pub(crate) fn markup(
        &self,
        sender: i64,
        dialog: i64,
        markup: Option<ReplyMarkup>,
    ) -> Answer<Option<ReplyMarkup>> {
        let Some(markup) = markup.filter(|_| self.is_bot(sender)) else {
            return Ok(None);
        };
        Ok(match markup {
            ReplyMarkup::ReplyInlineMarkup(_) => self.inline_markup(sender, Some(markup))?,
            ReplyMarkup::ReplyKeyboardMarkup(mut keyboard) => {
                let buttons = keyboard.rows.iter_mut().flat_map(|row| &mut row.buttons);
                let count = self.check_each(buttons, |button| keys_button(button, dialog > 0))?;
                (count > 0).then_some(keyboard.into())
            }
            other => Some(other),
        })
    }

    /// A keyboard below a message, which is the only kind some messages can have.
    pub(crate) fn inline_markup(
        &self,
        sender: i64,
        markup: Option<ReplyMarkup>,
    ) -> Answer<Option<ReplyMarkup>> {
        let mut keyboard = match markup {
            None => return Ok(None),
            Some(ReplyMarkup::ReplyInlineMarkup(keyboard)) => keyboard,
            Some(_) => return Err(Refusal::bad("REPLY_MARKUP_INVALID")),
        };
        keyboard.rows.retain(|row| !row.buttons.is_empty());
        let mut ids = 0..;
        let buttons = keyboard.rows.iter_mut().flat_map(|row| &mut row.buttons);
        let count = self.check_each(buttons, |button| {
            let id = ids.next().unwrap_or_default();
            self.inline_button(sender, id, button)
        })?;
        Ok((count > 0).then_some(keyboard.into()))
    }

    /// Checks the buttons of a keyboard one by one, and counts them.
    fn check_each<B>(
        &self,
        buttons: impl Iterator<Item = B>,
        mut check: impl FnMut(B) -> Answer<()>,
    ) -> Answer<usize> {
        let mut count = 0;
        for button in buttons {
            count += 1;
            if count > BUTTONS_MAX {
                return Err(Refusal::bad("REPLY_MARKUP_TOO_LONG"));
            }
            check(button)?;
        }
        Ok(count)
    }

    /// Checks a button below a message and turns what only bots write into what everybody reads.
    fn inline_button(
        &self,
        bot: i64,
        id: i32,
        button: &mut types::KeyboardInlineButton,
    ) -> Answer<()> {
        use InlineButtonType as T;
        check_text(&button.text)?;
        let kept = match &button.r#type {
            T::Url(link) => return check_url(&link.url, &["http://", "https://", "tg://"]),
            T::WebView(page) => return check_url(&page.url, &["https://"]),
            T::Callback(call) => {
                return match (1..=DATA_MAX).contains(&call.data.len()) {
                    true => Ok(()),
                    false => Err(Refusal::bad("BUTTON_DATA_INVALID")),
                };
            }
            T::SwitchInline(switch) => {
                return match switch.query.chars().count() <= QUERY_MAX {
                    true => Ok(()),
                    false => Err(Refusal::bad("BUTTON_DATA_INVALID")),
                };
            }
            T::Copy(copy) => {
                return match (1..=QUERY_MAX).contains(&copy.copy_text.chars().count()) {
                    true => Ok(()),
                    false => Err(Refusal::bad("BUTTON_DATA_INVALID")),
                };
            }
            T::UserProfile(profile) => return self.user(profile.user_id).map(drop),
            T::Disabled => return Ok(()),
            T::InputInlineButtonTypeUserProfile(profile) => {
                let user = self.input_user(bot, &profile.user_id)?;
                types::InlineButtonTypeUserProfile::new(user).into()
            }
            T::InputInlineButtonTypeUrlAuth(login) => {
                check_url(&login.url, &["https://"])?;
                types::InlineButtonTypeUrlAuth {
                    fwd_text: login.fwd_text.clone(),
                    ..types::InlineButtonTypeUrlAuth::new(login.url.clone(), id)
                }
                .into()
            }
            // There are no games and no shops here that these could open.
            T::Game => return Err(Refusal::bad("REPLY_MARKUP_GAME_EMPTY")),
            T::Buy => return Err(Refusal::bad("REPLY_MARKUP_BUY_EMPTY")),
            _ => return Err(Refusal::bad("BUTTON_TYPE_INVALID")),
        };
        button.r#type = kept;
        Ok(())
    }
}

/// Checks a button of a keyboard that takes the place of the real one.
fn keys_button(button: &mut types::KeyboardButton, private: bool) -> Answer<()> {
    use ButtonType as T;
    check_text(&button.text)?;
    match &button.r#type {
        T::Default | T::RequestPeer(_) => Ok(()),
        T::InputButtonTypeRequestPeer(asked) => {
            let kept = types::ButtonTypeRequestPeer::new(
                asked.button_id,
                asked.peer_type.clone(),
                asked.max_quantity,
            );
            button.r#type = kept.into();
            Ok(())
        }
        T::SimpleWebView(page) => check_url(&page.url, &["https://"]),
        // What these give away is nothing to show a group.
        T::RequestPhone | T::RequestGeoLocation | T::RequestPoll(_) if private => Ok(()),
        _ => Err(Refusal::bad("BUTTON_TYPE_INVALID")),
    }
}

fn check_text(text: &str) -> Answer<()> {
    if (1..=TEXT_MAX).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(Refusal::bad("BUTTON_TEXT_INVALID"))
    }
}

fn check_url(url: &str, schemes: &[&str]) -> Answer<()> {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
    if good && url.len() <= URL_MAX {
        Ok(())
    } else {
        Err(Refusal::bad("BUTTON_URL_INVALID"))
    }
}

/// What a button says that gives a bot this data: whether the password is asked for. Nothing if the
/// keyboard has no such button.
pub(super) fn callback_button(markup: &ReplyMarkup, data: &Bytes) -> Option<bool> {
    let ReplyMarkup::ReplyInlineMarkup(keyboard) = markup else {
        return None;
    };
    let mut buttons = keyboard.rows.iter().flat_map(|row| &row.buttons);
    buttons.find_map(|button| match &button.r#type {
        InlineButtonType::Callback(call) if call.data == *data => Some(call.requires_password),
        _ => None,
    })
}
