use std::fmt;

use super::{InlineContent, InlineFile, content::Content};
use crate::{Keyboard, Text, methods::messages::send_options::keyboard_setter};

/// One thing that may be chosen in answer to an inline query.
///
/// ```no_run
/// # async fn run(query: heliogram::events::InlineQuery) -> heliogram::Result<()> {
/// use heliogram::{Button, md, types::{InlineFile, InlineQueryResult}};
///
/// let hello = InlineQueryResult::article("Greeting", md("**Hello!**"))
///     .description("Says hello")
///     .keyboard(Button::callback("Wave", "wave"));
/// let cat = InlineQueryResult::photo(InlineFile::url("https://example.org/cat.jpg"))
///     .caption("A cat");
/// query.answer().results([hello, cat]).await?;
/// # Ok(())
/// # }
/// ```
///
/// Raw `inputBotInlineResult`, `inputBotInlineResultPhoto`, `inputBotInlineResultDocument`,
/// `inputBotInlineResultGame`.
#[must_use = "a result is offered by an answer"]
#[doc(alias = "InlineBuilder")]
#[doc(alias = "InlineQueryResultArticle")]
#[doc(alias = "inputBotInlineResult")]
pub struct InlineQueryResult {
    pub(super) id: Option<String>,
    /// The kind by the name the raw API has for it.
    pub(super) kind: &'static str,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) url: Option<String>,
    pub(super) thumb: Option<String>,
    pub(super) shown: Shown,
    pub(super) sends: InlineContent,
    pub(super) keyboard: Option<Keyboard>,
}

/// What is shown of a result besides words.
#[derive(Debug)]
pub(super) enum Shown {
    Nothing,
    File(Box<InlineFile>),
    /// A game of the bot, by its short name.
    Game(String),
}

impl InlineQueryResult {
    fn new(kind: &'static str, shown: Shown, sends: Content) -> Self {
        Self {
            id: None,
            kind,
            title: None,
            description: None,
            url: None,
            thumb: None,
            shown,
            sends: InlineContent(sends),
            keyboard: None,
        }
    }

    fn file(kind: &'static str, file: InlineFile) -> Self {
        Self::new(
            kind,
            Shown::File(Box::new(file)),
            Content::File(Text::default()),
        )
    }

    /// A title in a list, for which this is sent.
    #[doc(alias = "InlineQueryResultArticle")]
    pub fn article(title: impl Into<String>, sends: impl Into<InlineContent>) -> Self {
        Self::new("article", Shown::Nothing, sends.into().0).title(title)
    }

    /// A photo.
    #[doc(alias = "InlineQueryResultPhoto")]
    #[doc(alias = "InlineQueryResultCachedPhoto")]
    pub fn photo(file: impl Into<InlineFile>) -> Self {
        Self::file("photo", file.into())
    }

    /// An animation without sound.
    #[doc(alias = "InlineQueryResultAnimation")]
    #[doc(alias = "InlineQueryResultCachedAnimation")]
    pub fn gif(file: impl Into<InlineFile>) -> Self {
        Self::file("gif", file.into())
    }

    /// A sticker, which has no caption.
    #[doc(alias = "InlineQueryResultCachedSticker")]
    pub fn sticker(file: impl Into<InlineFile>) -> Self {
        Self::file("sticker", file.into())
    }

    /// A video.
    #[doc(alias = "InlineQueryResultVideo")]
    #[doc(alias = "InlineQueryResultCachedVideo")]
    pub fn video(title: impl Into<String>, file: impl Into<InlineFile>) -> Self {
        Self::file("video", file.into()).title(title)
    }

    /// Music.
    #[doc(alias = "InlineQueryResultAudio")]
    #[doc(alias = "InlineQueryResultCachedAudio")]
    pub fn audio(title: impl Into<String>, file: impl Into<InlineFile>) -> Self {
        Self::file("audio", file.into()).title(title)
    }

    /// A voice message.
    #[doc(alias = "InlineQueryResultVoice")]
    #[doc(alias = "InlineQueryResultCachedVoice")]
    pub fn voice(title: impl Into<String>, file: impl Into<InlineFile>) -> Self {
        Self::file("voice", file.into()).title(title)
    }

    /// A file of any kind.
    #[doc(alias = "InlineQueryResultDocument")]
    #[doc(alias = "InlineQueryResultCachedDocument")]
    pub fn document(title: impl Into<String>, file: impl Into<InlineFile>) -> Self {
        Self::file("file", file.into()).title(title)
    }

    /// A place, by latitude and longitude in degrees.
    #[doc(alias = "InlineQueryResultLocation")]
    pub fn location(title: impl Into<String>, latitude: f64, longitude: f64) -> Self {
        let sends = InlineContent::location(latitude, longitude);
        Self::new("geo", Shown::Nothing, sends.0).title(title)
    }

    /// A place with a name and an address.
    #[doc(alias = "InlineQueryResultVenue")]
    pub fn venue(
        title: impl Into<String>,
        address: impl Into<String>,
        latitude: f64,
        longitude: f64,
    ) -> Self {
        let (title, address) = (title.into(), address.into());
        let sends = InlineContent::venue(latitude, longitude, &title, &address);
        Self::new("venue", Shown::Nothing, sends.0)
            .title(title)
            .description(address)
    }

    /// Somebody's phone number and name.
    #[doc(alias = "InlineQueryResultContact")]
    pub fn contact(
        phone: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
    ) -> Self {
        let (first_name, last_name) = (first_name.into(), last_name.into());
        let title = format!("{first_name} {last_name}");
        let sends = InlineContent::contact(phone, first_name, last_name);
        Self::new("contact", Shown::Nothing, sends.0).title(title.trim())
    }

    /// A game of the bot, by its short name.
    #[doc(alias = "InlineQueryResultGame")]
    #[doc(alias = "inputBotInlineResultGame")]
    pub fn game(short_name: impl Into<String>) -> Self {
        Self::new("game", Shown::Game(short_name.into()), Content::Game)
    }

    keyboard_setter!();

    /// Calls it so in what is told when it was chosen, in 1 to 64 bytes; its place in the list from
    /// 0 on otherwise.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The title in the list.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What stands below the title.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// The address of what it is about.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// The address of a small picture to show in the list.
    #[doc(alias = "thumb_url")]
    pub fn thumb(mut self, url: impl Into<String>) -> Self {
        self.thumb = Some(url.into());
        self
    }

    /// What is written below the file that is sent.
    pub fn caption(mut self, text: impl Into<Text>) -> Self {
        self.sends = InlineContent(Content::File(text.into()));
        self
    }

    /// Sends this in place of the file.
    #[doc(alias = "input_message_content")]
    #[doc(alias = "include_media")]
    pub fn sends(mut self, content: impl Into<InlineContent>) -> Self {
        self.sends = content.into();
        self
    }
}

/// Shows what kind of result it is, not what it says.
impl fmt::Debug for InlineQueryResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InlineQueryResult")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
