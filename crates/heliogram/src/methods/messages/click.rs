//! Pressing the buttons of messages.

mod pick;

use std::fmt;

use heliogram_api::{enums, functions as f, types as raw};
use zeroize::Zeroizing;

pub use pick::Pick;
use pick::Target;

use super::answer::{self, Sent};
use crate::{
    Client, Result, Text, UsageError, auth,
    peers::Peer,
    random,
    types::{Message, MessageButton, RawButton},
};

/// A button about to be pressed; made by [`Message::click`] and [`MessageButton::click`], pressed
/// when awaited.
///
/// What comes of it depends on the button: see [`Clicked`]. Callback buttons wait for their bot,
/// for as long as the server does.
///
/// Raw `messages.getBotCallbackAnswer` for callback and game buttons, `messages.sendMessage` and
/// `messages.sendMedia` for those in place of the keyboard, `messages.sendVote` for polls.
///
/// # Errors
/// When awaited: [`UsageError::Button`] if there is no such button, or it asks for something that
/// was not given; `BOT_RESPONSE_TIMEOUT` if the bot does not answer.
#[must_use = "a button is pressed when this is awaited"]
#[derive(Clone)]
pub struct Click {
    message: Message,
    pick: Pick,
    password: Option<Zeroizing<String>>,
    phone: bool,
    geo: Option<(f64, f64)>,
}

/// What came of pressing a button.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Clicked {
    /// The bot was told, and this is its answer.
    Answer(Answer),
    /// A message was sent: the text of the button, or what it asks for.
    Sent(Message),
    /// The button opens this address. Nothing was sent.
    Url(String),
    /// The button begins an inline query. Nothing was sent.
    InlineQuery {
        /// What is to be asked of the bot.
        query: String,
        /// In this chat, not in one that the user chooses.
        same_chat: bool,
    },
    /// The button copies this text. Nothing was sent.
    Copy(String),
    /// The button shows the profile of the user with this id. Nothing was sent.
    Profile(i64),
    /// The vote in the poll is given.
    Voted,
}

/// What a bot answers when its button is pressed.
///
/// Raw `messages.botCallbackAnswer`.
#[derive(Clone, PartialEq)]
#[doc(alias = "BotCallbackAnswer")]
pub struct Answer {
    raw: raw::messages::BotCallbackAnswer,
}

impl Answer {
    /// The text to be shown, if any.
    #[must_use]
    #[doc(alias = "message")]
    pub fn text(&self) -> Option<&str> {
        self.raw.message.as_deref()
    }

    /// Whether the text is to be shown until it is closed.
    #[must_use]
    #[doc(alias = "show_alert")]
    pub fn is_alert(&self) -> bool {
        self.raw.alert
    }

    /// The address to be opened, if any.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.raw.url.as_deref()
    }

    /// The raw value.
    #[must_use]
    pub fn raw(&self) -> &raw::messages::BotCallbackAnswer {
        &self.raw
    }
}

/// Shows what kind of answer it is, not what it says.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("alert", &self.is_alert())
            .finish_non_exhaustive()
    }
}

impl Click {
    pub(crate) fn new(message: &Message, pick: Pick) -> Self {
        Self {
            message: message.clone(),
            pick,
            password: None,
            phone: false,
            geo: None,
        }
    }

    pub(crate) fn on(button: &MessageButton) -> Self {
        Self::new(button.message(), (button.row(), button.column()).into())
    }

    /// The account's password, which buttons ask for that give something away for good.
    ///
    /// It does not leave this machine, and it is used for buttons that need it only.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Zeroizing::new(password.into()));
        self
    }

    /// Agrees to send the account's phone number, for buttons that ask for it.
    pub fn share_phone(mut self) -> Self {
        self.phone = true;
        self
    }

    /// Agrees to send this place, in degrees north and east, for buttons that ask for one.
    #[doc(alias = "share_geo")]
    pub fn share_location(mut self, latitude: f64, longitude: f64) -> Self {
        self.geo = Some((latitude, longitude));
        self
    }

    /// Presses it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Click`].
    pub async fn send(self) -> Result<Clicked> {
        match self.pick.find(&self.message)? {
            Target::Option(option) => self.vote(option).await,
            Target::Button(button) => match &button.raw {
                RawButton::Inline(b) => self.press_inline(&b.r#type).await,
                RawButton::Reply(b) => self.press_reply(&b.text, &b.r#type).await,
            },
        }
    }

    async fn press_inline(&self, button: &enums::InlineButtonType) -> Result<Clicked> {
        use enums::InlineButtonType as Kind;
        match button {
            Kind::Callback(b) => self.ask_bot(Some(b.clone())).await,
            Kind::Game => self.ask_bot(None).await,
            Kind::Url(b) => Ok(Clicked::Url(b.url.clone())),
            Kind::UrlAuth(b) => Ok(Clicked::Url(b.url.clone())),
            Kind::WebView(b) => Ok(Clicked::Url(b.url.clone())),
            Kind::SwitchInline(b) => Ok(Clicked::InlineQuery {
                query: b.query.clone(),
                same_chat: b.same_peer,
            }),
            Kind::Copy(b) => Ok(Clicked::Copy(b.copy_text.clone())),
            Kind::UserProfile(b) => Ok(Clicked::Profile(b.user_id)),
            Kind::Buy => Err(UsageError::Button("it pays; use the raw payments methods").into()),
            _ => Err(UsageError::Button("it is of a kind that cannot be pressed").into()),
        }
    }

    /// Tells the bot; without data it is asked for its game.
    async fn ask_bot(&self, callback: Option<raw::InlineButtonTypeCallback>) -> Result<Clicked> {
        let client = self.client();
        let peer = self.peer().await?;
        let password = match &callback {
            Some(b) if b.requires_password => Some(self.proof().await?),
            _ => None,
        };
        let call = f::messages::GetBotCallbackAnswer {
            game: callback.is_none(),
            data: callback.map(|b| b.data),
            password,
            ..f::messages::GetBotCallbackAnswer::new(peer.input, self.message.id())
        };
        let raw = client.invoke(call).await?;
        Ok(Clicked::Answer(Answer { raw }))
    }

    async fn proof(&self) -> Result<enums::InputCheckPasswordSRP> {
        let missing = "it asks for the account's password; give it with `password`";
        let password = self.password.as_ref().ok_or(UsageError::Button(missing))?;
        let known = self.client().invoke(f::account::GetPassword {}).await?;
        auth::prove(&known, password).await
    }

    async fn press_reply(&self, text: &str, button: &enums::ButtonType) -> Result<Clicked> {
        use enums::ButtonType as Kind;
        match button {
            Kind::Default => {
                let text = Text::plain(text);
                let send = self.client().send_message(&self.message, text);
                let send = match self.answered() {
                    Some(id) => send.reply_to(id),
                    None => send,
                };
                Ok(Clicked::Sent(send.await?))
            }
            Kind::RequestPhone if self.phone => self.send_phone().await,
            Kind::RequestPhone => Err(UsageError::Button(
                "it asks for the account's phone number; agree with `share_phone`",
            )
            .into()),
            Kind::RequestGeoLocation => {
                let missing = "it asks for a place; give one with `share_location`";
                let (lat, long) = self.geo.ok_or(UsageError::Button(missing))?;
                let point = raw::InputGeoPoint::new(lat, long);
                let media = raw::InputMediaGeoPoint::new(point.into());
                self.send_media(media.into()).await
            }
            Kind::SimpleWebView(b) => Ok(Clicked::Url(b.url.clone())),
            _ => Err(UsageError::Button("it asks for something that cannot be given here").into()),
        }
    }

    async fn send_phone(&self) -> Result<Clicked> {
        let me = self.client().me().await?;
        let phone = me.phone().unwrap_or_default().to_owned();
        let contact = raw::InputMediaContact::new(
            phone,
            me.first_name().to_owned(),
            me.last_name().unwrap_or_default().to_owned(),
            String::new(),
        );
        self.send_media(contact.into()).await
    }

    async fn send_media(&self, media: enums::InputMedia) -> Result<Clicked> {
        let client = self.client();
        let peer = self.peer().await?;
        let random_id = random::id()?;
        let reply_to = self.answered();
        let call = f::messages::SendMedia {
            reply_to: reply_to.map(|id| Box::new(raw::InputReplyToMessage::new(id).into())),
            ..f::messages::SendMedia::new(peer.input.clone(), media, String::new(), random_id)
        };
        let answer = answer::send_once(client, call).await?;
        let sent = Sent {
            peer: &peer,
            random_id,
            text: "",
            entities: &[],
            reply_to,
        };
        let sent = answer::sent_message(client, "messages.sendMedia", answer, sent).await?;
        Ok(Clicked::Sent(sent))
    }

    async fn vote(&self, option: bytes::Bytes) -> Result<Clicked> {
        let peer = self.peer().await?;
        let call = f::messages::SendVote::new(peer.input, self.message.id(), vec![option]);
        self.client().invoke(call).await?;
        Ok(Clicked::Voted)
    }

    /// In groups a bot may see answers to its messages only.
    fn answered(&self) -> Option<i32> {
        let group = !self.message.peer_id().is_user();
        group.then(|| self.message.id())
    }

    async fn peer(&self) -> Result<Peer> {
        self.client().find_peer(&(&self.message).into()).await
    }

    fn client(&self) -> &Client {
        self.message.client()
    }
}

awaitable!(Click => Clicked);

/// Shows which button, not the password.
impl fmt::Debug for Click {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Click")
            .field("message", &self.message)
            .field("pick", &self.pick)
            .finish_non_exhaustive()
    }
}
