//! Keyboards checked and brought into the form that is sent.

use heliogram_api::{enums, types};

use super::button::{Kind, SwitchTo};
use super::{Button, ButtonStyle, Form, Keyboard, KeyboardError as E, Look};
use crate::{Client, Result, UsageError};

/// Longest data of a callback button, in bytes.
const MAX_DATA: usize = 64;
/// Longest text that is copied, in characters.
const MAX_COPIED: usize = 256;
/// Longest hint in the input field, in characters.
const MAX_PLACEHOLDER: usize = 64;

impl Keyboard {
    /// The keyboard in the form that raw calls take, checked.
    ///
    /// The server is asked for those only whom buttons name by username.
    ///
    /// # Errors
    /// [`UsageError::Keyboard`] if it cannot be sent, and the errors of finding users.
    #[doc(alias = "build_reply_markup")]
    pub async fn to_raw(&self, client: &Client) -> Result<enums::ReplyMarkup> {
        let look = &self.look;
        let rows = match &self.form {
            Form::Raw(markup) => return Ok(markup.clone()),
            Form::Clear => {
                let selective = look.selective;
                return Ok(types::ReplyKeyboardHide { selective }.into());
            }
            Form::ForceReply => {
                return Ok(types::ReplyKeyboardForceReply {
                    single_use: look.single_use,
                    selective: look.selective,
                    placeholder: placeholder(look)?,
                }
                .into());
            }
            Form::Buttons(rows) => rows,
        };
        check(rows)?;
        if rows.iter().flatten().any(|b| b.place() == Place::Message) {
            if *look != Look::default() {
                return Err(bad(E::Behaviour));
            }
            return inline(client, rows).await;
        }
        if *look == Look::default() && !rows.iter().flatten().any(|b| b.place() == Place::Keys) {
            // Web apps alone: below the message, where they can be told who opened them.
            return inline(client, rows).await;
        }
        keys(rows, look)
    }

    /// As [`to_raw`](Self::to_raw), for messages below which only buttons can be.
    pub(crate) async fn to_raw_inline(&self, client: &Client) -> Result<enums::ReplyMarkup> {
        match self.to_raw(client).await? {
            it @ enums::ReplyMarkup::ReplyInlineMarkup(_) => Ok(it),
            _ => Err(bad(E::InlineOnly)),
        }
    }
}

/// Where a button can be.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Message,
    Keys,
    Both,
}

impl Button {
    fn place(&self) -> Place {
        match self.kind {
            Kind::WebApp(_) => Place::Both,
            Kind::Text | Kind::Phone | Kind::Location | Kind::Poll { .. } | Kind::Peers { .. } => {
                Place::Keys
            }
            _ => Place::Message,
        }
    }

    fn check(&self, first: bool) -> std::result::Result<(), E> {
        if self.text.is_empty() {
            return Err(E::NoText);
        }
        match &self.kind {
            Kind::Callback { data, .. } if !(1..=MAX_DATA).contains(&data.len()) => {
                Err(E::Data { len: data.len() })
            }
            Kind::Url(url) if url.trim().is_empty() => Err(E::Url),
            Kind::WebApp(url) if !is_https(url) => Err(E::Url),
            Kind::Login(login) if !is_https(&login.url) => Err(E::Url),
            Kind::Copy(text) => match text.chars().count() {
                1..=MAX_COPIED => Ok(()),
                len => Err(E::Copied { len }),
            },
            Kind::Game | Kind::Buy if !first => Err(E::NotFirst),
            _ => Ok(()),
        }
    }

    fn raw_style(&self) -> Option<types::KeyboardButtonStyle> {
        let is = |style| self.style == Some(style);
        (self.style.is_some() || self.icon.is_some()).then(|| types::KeyboardButtonStyle {
            bg_primary: is(ButtonStyle::Primary),
            bg_danger: is(ButtonStyle::Danger),
            bg_success: is(ButtonStyle::Success),
            icon: self.icon,
        })
    }
}

fn bad(why: E) -> crate::Error {
    UsageError::Keyboard(why).into()
}

fn is_https(url: &str) -> bool {
    let rest = url.get(8..).filter(|rest| !rest.is_empty());
    rest.is_some()
        && url
            .get(..8)
            .is_some_and(|s| s.eq_ignore_ascii_case("https://"))
}

fn check(rows: &[Vec<Button>]) -> Result<()> {
    let mut buttons = rows.iter().flatten().peekable();
    if buttons.peek().is_none() {
        return Err(bad(E::Empty));
    }
    let has = |place| rows.iter().flatten().any(|b| b.place() == place);
    if has(Place::Message) && has(Place::Keys) {
        return Err(bad(E::Mixed));
    }
    for (at, button) in buttons.enumerate() {
        button.check(at == 0).map_err(bad)?;
    }
    Ok(())
}

fn placeholder(look: &Look) -> Result<Option<String>> {
    let Some(text) = &look.placeholder else {
        return Ok(None);
    };
    match text.chars().count() {
        1..=MAX_PLACEHOLDER => Ok(Some(text.clone())),
        len => Err(bad(E::Placeholder { len })),
    }
}

/// Buttons below a message.
async fn inline(client: &Client, rows: &[Vec<Button>]) -> Result<enums::ReplyMarkup> {
    let mut raw = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| !row.is_empty()) {
        let mut buttons = Vec::with_capacity(row.len());
        for button in row {
            buttons.push(types::KeyboardInlineButton {
                style: button.raw_style(),
                text: button.text.clone(),
                r#type: inline_kind(client, &button.kind).await?,
            });
        }
        raw.push(types::KeyboardInlineButtonRow { buttons });
    }
    Ok(types::ReplyInlineMarkup::new(raw).into())
}

async fn inline_kind(client: &Client, kind: &Kind) -> Result<enums::InlineButtonType> {
    Ok(match kind {
        Kind::Callback { data, password } => types::InlineButtonTypeCallback {
            requires_password: *password,
            data: data.clone().into(),
        }
        .into(),
        Kind::Url(url) => types::InlineButtonTypeUrl::new(url.clone()).into(),
        Kind::Login(login) => types::InputInlineButtonTypeUrlAuth {
            request_write_access: login.write_access,
            fwd_text: login.forward_text.clone(),
            url: login.url.clone(),
            bot: match &login.bot {
                Some(bot) => Some(Box::new(client.find_user(bot).await?)),
                None => None,
            },
        }
        .into(),
        Kind::Switch { query, to } => types::InlineButtonTypeSwitchInline {
            same_peer: *to == SwitchTo::Here,
            query: query.clone(),
            peer_types: match to {
                SwitchTo::One(kinds) => Some(kinds.iter().map(|k| k.to_raw()).collect()),
                _ => None,
            },
        }
        .into(),
        Kind::Game => enums::InlineButtonType::Game,
        Kind::Buy => enums::InlineButtonType::Buy,
        Kind::Profile(who) => {
            types::InputInlineButtonTypeUserProfile::new(client.find_user(who).await?).into()
        }
        Kind::Copy(text) => types::InlineButtonTypeCopy::new(text.clone()).into(),
        Kind::WebApp(url) => types::InlineButtonTypeWebView::new(url.clone()).into(),
        Kind::Text | Kind::Phone | Kind::Location | Kind::Poll { .. } | Kind::Peers { .. } => {
            return Err(bad(E::Mixed));
        }
    })
}

/// Buttons in place of the keyboard.
fn keys(rows: &[Vec<Button>], look: &Look) -> Result<enums::ReplyMarkup> {
    let row = |row: &Vec<Button>| {
        let buttons = row.iter().map(|button| {
            Ok(types::KeyboardButton {
                style: button.raw_style(),
                text: button.text.clone(),
                r#type: keys_kind(&button.kind)?,
            })
        });
        let buttons = buttons.collect::<Result<Vec<_>>>()?;
        Ok(types::KeyboardButtonRow { buttons })
    };
    let rows = rows.iter().filter(|row| !row.is_empty()).map(row);
    Ok(types::ReplyKeyboardMarkup {
        resize: look.resize,
        single_use: look.single_use,
        selective: look.selective,
        persistent: look.persistent,
        placeholder: placeholder(look)?,
        ..types::ReplyKeyboardMarkup::new(rows.collect::<Result<Vec<_>>>()?)
    }
    .into())
}

fn keys_kind(kind: &Kind) -> Result<enums::ButtonType> {
    Ok(match kind {
        Kind::Text => enums::ButtonType::Default,
        Kind::Phone => enums::ButtonType::RequestPhone,
        Kind::Location => enums::ButtonType::RequestGeoLocation,
        Kind::Poll { quiz } => types::ButtonTypeRequestPoll { quiz: *quiz }.into(),
        Kind::Peers { id, wanted, most } => {
            types::InputButtonTypeRequestPeer::new(*id, wanted.clone(), *most).into()
        }
        Kind::WebApp(url) => types::ButtonTypeSimpleWebView::new(url.clone()).into(),
        _ => return Err(bad(E::Mixed)),
    })
}
