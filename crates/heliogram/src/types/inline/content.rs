use std::{fmt, time::Duration};

use heliogram_api::{enums, types as raw};

use crate::{Text, methods::bots::seconds};

/// The message that is sent when a result of an inline query is chosen.
///
/// Made from text, or by one of its functions.
///
/// ```
/// use heliogram::types::{InlineContent, InlineQueryResult};
///
/// let place = InlineContent::location(48.8584, 2.2945);
/// let result = InlineQueryResult::article("Eiffel Tower", "").sends(place);
/// # drop(result);
/// ```
///
/// Raw `inputBotInlineMessage..`.
#[derive(Clone)]
#[doc(alias = "InputMessageContent")]
#[doc(alias = "InputTextMessageContent")]
pub struct InlineContent(pub(super) Content);

#[derive(Clone)]
pub(super) enum Content {
    /// The file of the result with this below it.
    File(Text),
    Text {
        text: Text,
        no_preview: bool,
    },
    Location {
        at: raw::InputGeoPoint,
        live: Option<i32>,
    },
    Venue {
        at: raw::InputGeoPoint,
        title: String,
        address: String,
    },
    Contact {
        phone: String,
        first_name: String,
        last_name: String,
    },
    Game,
    Raw(Box<enums::InputBotInlineMessage>),
}

impl InlineContent {
    /// A text: plain, [`md`](crate::md) or [`html`](crate::html).
    pub fn text(text: impl Into<Text>) -> Self {
        Self(Content::Text {
            text: text.into(),
            no_preview: false,
        })
    }

    /// A place, by latitude and longitude in degrees.
    #[must_use]
    #[doc(alias = "geo")]
    #[doc(alias = "InputLocationMessageContent")]
    pub fn location(latitude: f64, longitude: f64) -> Self {
        let at = raw::InputGeoPoint::new(latitude, longitude);
        Self(Content::Location { at, live: None })
    }

    /// A place that the bot moves for so long, in whole seconds.
    #[must_use]
    #[doc(alias = "period")]
    pub fn live_location(latitude: f64, longitude: f64, period: Duration) -> Self {
        let at = raw::InputGeoPoint::new(latitude, longitude);
        let live = Some(seconds(period));
        Self(Content::Location { at, live })
    }

    /// A place with a name and an address.
    #[doc(alias = "InputVenueMessageContent")]
    pub fn venue(
        latitude: f64,
        longitude: f64,
        title: impl Into<String>,
        address: impl Into<String>,
    ) -> Self {
        Self(Content::Venue {
            at: raw::InputGeoPoint::new(latitude, longitude),
            title: title.into(),
            address: address.into(),
        })
    }

    /// Somebody's phone number and name.
    #[doc(alias = "InputContactMessageContent")]
    pub fn contact(
        phone: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
    ) -> Self {
        Self(Content::Contact {
            phone: phone.into(),
            first_name: first_name.into(),
            last_name: last_name.into(),
        })
    }

    /// What the raw API has and has no function here, such as an invoice.
    pub fn raw(content: impl Into<enums::InputBotInlineMessage>) -> Self {
        Self(Content::Raw(Box::new(content.into())))
    }

    /// Shows no preview of the links in the text.
    #[must_use]
    #[doc(alias = "link_preview")]
    pub fn no_preview(mut self) -> Self {
        if let Content::Text { no_preview, .. } = &mut self.0 {
            *no_preview = true;
        }
        self
    }
}

impl<T: Into<Text>> From<T> for InlineContent {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

/// Shows what kind of message it is, not what it says.
impl fmt::Debug for InlineContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Content::File(_) => "InlineContent(file)",
            Content::Text { .. } => "InlineContent(text)",
            Content::Location { .. } => "InlineContent(location)",
            Content::Venue { .. } => "InlineContent(venue)",
            Content::Contact { .. } => "InlineContent(contact)",
            Content::Game => "InlineContent(game)",
            Content::Raw(_) => "InlineContent(raw)",
        })
    }
}
