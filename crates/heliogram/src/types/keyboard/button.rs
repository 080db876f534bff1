use std::fmt;

use heliogram_api::enums;

use crate::{PeerLike, types::InlineChatKind};

/// A button of a [`Keyboard`](super::Keyboard).
///
/// ```
/// use heliogram::{Button, types::ButtonStyle};
///
/// let no = Button::callback("Remove it", "remove:17").style(ButtonStyle::Danger);
/// # drop(no);
/// ```
///
/// Raw `keyboardInlineButton` and `keyboardButton`.
#[derive(Clone, PartialEq)]
#[doc(alias = "InlineKeyboardButton")]
#[doc(alias = "KeyboardButton")]
pub struct Button {
    pub(super) text: String,
    pub(super) kind: Kind,
    pub(super) style: Option<ButtonStyle>,
    pub(super) icon: Option<i64>,
}

/// What a button does.
#[derive(Clone, PartialEq)]
pub(super) enum Kind {
    Callback {
        data: Vec<u8>,
        password: bool,
    },
    Url(String),
    Login(LoginUrl),
    Switch {
        query: String,
        to: SwitchTo,
    },
    Game,
    Buy,
    Profile(PeerLike),
    Copy(String),
    /// Fits keyboards of both kinds.
    WebApp(String),
    Text,
    Phone,
    Location,
    Poll {
        quiz: Option<bool>,
    },
    Peers {
        id: i32,
        wanted: enums::RequestPeerType,
        most: i32,
    },
}

/// Where a button to begin an inline query leads.
#[derive(Clone, PartialEq)]
pub(super) enum SwitchTo {
    Here,
    Anywhere,
    One(Vec<InlineChatKind>),
}

/// The colour of a [`Button`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ButtonStyle {
    /// That of what is to be done first.
    Primary,
    /// That of what cannot be undone.
    Danger,
    /// That of what is good.
    Success,
}

impl Button {
    fn new(text: impl Into<String>, kind: Kind) -> Self {
        Self {
            text: text.into(),
            kind,
            style: None,
            icon: None,
        }
    }

    /// Sends the bot these 1 to 64 bytes, as a [`CallbackQuery`](crate::events::CallbackQuery).
    ///
    /// Raw `inlineButtonTypeCallback`.
    #[must_use]
    #[doc(alias = "inline")]
    #[doc(alias = "callback_data")]
    #[doc(alias = "inlineButtonTypeCallback")]
    pub fn callback(text: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        let data = data.into();
        Self::new(
            text,
            Kind::Callback {
                data,
                password: false,
            },
        )
    }

    /// As [`callback`](Self::callback), for those only who know the password of their account.
    #[must_use]
    #[doc(alias = "requires_password")]
    #[doc(alias = "callback_data_with_password")]
    pub fn callback_with_password(text: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        let data = data.into();
        Self::new(
            text,
            Kind::Callback {
                data,
                password: true,
            },
        )
    }

    /// Opens a link: `https://`, `http://` or `tg://`.
    ///
    /// Raw `inlineButtonTypeUrl`.
    #[must_use]
    #[doc(alias = "inlineButtonTypeUrl")]
    pub fn url(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(text, Kind::Url(url.into()))
    }

    /// Opens a website and logs the person in there; an `https://` address, or a [`LoginUrl`].
    ///
    /// Raw `inputInlineButtonTypeUrlAuth`.
    #[must_use]
    #[doc(alias = "auth")]
    #[doc(alias = "login_url")]
    #[doc(alias = "inputInlineButtonTypeUrlAuth")]
    pub fn login(text: impl Into<String>, url: impl Into<LoginUrl>) -> Self {
        Self::new(text, Kind::Login(url.into()))
    }

    /// Lets the person choose a chat, and begins an inline query to the bot there.
    ///
    /// Raw `inlineButtonTypeSwitchInline`.
    #[must_use]
    #[doc(alias = "switch_inline_query")]
    #[doc(alias = "inlineButtonTypeSwitchInline")]
    pub fn switch_inline(text: impl Into<String>, query: impl Into<String>) -> Self {
        let (query, to) = (query.into(), SwitchTo::Anywhere);
        Self::new(text, Kind::Switch { query, to })
    }

    /// Begins an inline query to the bot in the same chat.
    #[must_use]
    #[doc(alias = "same_peer")]
    #[doc(alias = "switch_inline_query_current_chat")]
    pub fn switch_inline_here(text: impl Into<String>, query: impl Into<String>) -> Self {
        let (query, to) = (query.into(), SwitchTo::Here);
        Self::new(text, Kind::Switch { query, to })
    }

    /// As [`switch_inline`](Self::switch_inline), with a choice of these kinds of chats only.
    #[must_use]
    #[doc(alias = "switch_inline_query_chosen_chat")]
    pub fn switch_inline_to(
        text: impl Into<String>,
        query: impl Into<String>,
        chats: impl IntoIterator<Item = InlineChatKind>,
    ) -> Self {
        let to = SwitchTo::One(chats.into_iter().collect());
        let query = query.into();
        Self::new(text, Kind::Switch { query, to })
    }

    /// Opens a web app at this `https://` address; fits keyboards of both kinds.
    ///
    /// Raw `inlineButtonTypeWebView` and `buttonTypeSimpleWebView`.
    #[must_use]
    #[doc(alias = "WebAppInfo")]
    #[doc(alias = "inlineButtonTypeWebView")]
    #[doc(alias = "buttonTypeSimpleWebView")]
    pub fn web_app(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(text, Kind::WebApp(url.into()))
    }

    /// Plays the game of the message; the first button.
    ///
    /// Raw `inlineButtonTypeGame`.
    #[must_use]
    #[doc(alias = "callback_game")]
    #[doc(alias = "inlineButtonTypeGame")]
    pub fn game(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Game)
    }

    /// Pays the invoice of the message; the first button.
    ///
    /// Raw `inlineButtonTypeBuy`.
    #[must_use]
    #[doc(alias = "pay")]
    #[doc(alias = "inlineButtonTypeBuy")]
    pub fn buy(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Buy)
    }

    /// Opens somebody's profile.
    ///
    /// Raw `inputInlineButtonTypeUserProfile`.
    #[must_use]
    #[doc(alias = "mention")]
    #[doc(alias = "user_id")]
    #[doc(alias = "inputInlineButtonTypeUserProfile")]
    pub fn user_profile(text: impl Into<String>, user: impl Into<PeerLike>) -> Self {
        Self::new(text, Kind::Profile(user.into()))
    }

    /// Copies a text of 1 to 256 characters.
    ///
    /// Raw `inlineButtonTypeCopy`.
    #[must_use]
    #[doc(alias = "copy_text")]
    #[doc(alias = "inlineButtonTypeCopy")]
    pub fn copy(text: impl Into<String>, copied: impl Into<String>) -> Self {
        Self::new(text, Kind::Copy(copied.into()))
    }

    /// Writes its text, in place of typing it.
    ///
    /// Raw `buttonTypeDefault`.
    #[must_use]
    #[doc(alias = "buttonTypeDefault")]
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Text)
    }

    /// Sends the person's phone number; in private chats only.
    ///
    /// Raw `buttonTypeRequestPhone`.
    #[must_use]
    #[doc(alias = "request_contact")]
    #[doc(alias = "buttonTypeRequestPhone")]
    pub fn request_phone(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Phone)
    }

    /// Sends where the person is; in private chats only.
    ///
    /// Raw `buttonTypeRequestGeoLocation`.
    #[must_use]
    #[doc(alias = "buttonTypeRequestGeoLocation")]
    pub fn request_location(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Location)
    }

    /// Lets the person make a poll of any kind and send it; in private chats only.
    ///
    /// Raw `buttonTypeRequestPoll`.
    #[must_use]
    #[doc(alias = "buttonTypeRequestPoll")]
    pub fn request_poll(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Poll { quiz: None })
    }

    /// As [`request_poll`](Self::request_poll), for a quiz, or for a poll that is none.
    #[must_use]
    #[doc(alias = "KeyboardButtonPollType")]
    pub fn request_poll_kind(text: impl Into<String>, quiz: bool) -> Self {
        Self::new(text, Kind::Poll { quiz: Some(quiz) })
    }

    /// Lets the person choose up to `most` users or chats and tell the bot; `id` comes back with
    /// them in the message.
    ///
    /// Raw `inputButtonTypeRequestPeer`.
    #[must_use]
    #[doc(alias = "KeyboardButtonRequestUsers")]
    #[doc(alias = "KeyboardButtonRequestChat")]
    #[doc(alias = "inputButtonTypeRequestPeer")]
    pub fn request_peers(
        text: impl Into<String>,
        id: i32,
        wanted: impl Into<enums::RequestPeerType>,
        most: i32,
    ) -> Self {
        let wanted = wanted.into();
        Self::new(text, Kind::Peers { id, wanted, most })
    }

    /// Gives it this colour.
    #[must_use]
    pub fn style(mut self, style: ButtonStyle) -> Self {
        self.style = Some(style);
        self
    }

    /// Shows the custom emoji with this id in it.
    #[must_use]
    #[doc(alias = "icon_custom_emoji_id")]
    pub fn icon(mut self, custom_emoji: i64) -> Self {
        self.icon = Some(custom_emoji);
        self
    }
}

/// Shows neither what it says nor what it does.
impl fmt::Debug for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Button").finish_non_exhaustive()
    }
}

/// A website that a [`Button::login`] logs people in at.
///
/// ```
/// use heliogram::{Button, types::LoginUrl};
///
/// let site = LoginUrl::new("https://example.org/login").forward_text("Visit").write_access();
/// let button = Button::login("Log in", site);
/// # drop(button);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LoginUrl {
    pub(super) url: String,
    pub(super) forward_text: Option<String>,
    pub(super) bot: Option<PeerLike>,
    pub(super) write_access: bool,
}

impl LoginUrl {
    /// An `https://` address of a domain that is linked with the bot.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            forward_text: None,
            bot: None,
            write_access: false,
        }
    }

    /// What the button says in forwarded messages.
    #[must_use]
    #[doc(alias = "fwd_text")]
    pub fn forward_text(mut self, text: impl Into<String>) -> Self {
        self.forward_text = Some(text.into());
        self
    }

    /// Logs in with this bot; that which sends the button if it is left out.
    #[must_use]
    #[doc(alias = "bot_username")]
    pub fn bot(mut self, bot: impl Into<PeerLike>) -> Self {
        self.bot = Some(bot.into());
        self
    }

    /// Asks whether the bot may write to the person.
    #[must_use]
    #[doc(alias = "request_write_access")]
    pub fn write_access(mut self) -> Self {
        self.write_access = true;
        self
    }
}

impl<T: Into<String>> From<T> for LoginUrl {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}
