use heliogram_api::{enums, types as raw};

use super::Message;
use crate::types::{Document, File, Media, MediaKind, Photo, media::FileSource};

/// Methods that answer the raw value of one kind of media.
macro_rules! raw_media {
    ($( $(#[$doc:meta])* $name:ident: $kind:ident($type:ident); )*) => {
        impl Message { $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> Option<&raw::$type> {
                match self.raw_media()? {
                    enums::MessageMedia::$kind(m) => Some(m),
                    _ => None,
                }
            }
        )* }
    };
}

raw_media! {
    /// Somebody's phone number that was shared.
    #[doc(alias = "MessageMediaContact")]
    contact: Contact(MessageMediaContact);
    /// The game it offers.
    #[doc(alias = "MessageMediaGame")]
    game: Game(MessageMediaGame);
    /// What is to be paid for.
    #[doc(alias = "MessageMediaInvoice")]
    invoice: Invoice(MessageMediaInvoice);
    /// The poll and its results.
    #[doc(alias = "MessageMediaPoll")]
    poll: Poll(MessageMediaPoll);
    /// The place with its name and address.
    #[doc(alias = "MessageMediaVenue")]
    venue: Venue(MessageMediaVenue);
    /// The place that moves along with the sender.
    #[doc(alias = "MessageMediaGeoLive")]
    live_location: GeoLive(MessageMediaGeoLive);
    /// The die and its outcome.
    #[doc(alias = "MessageMediaDice")]
    dice: Dice(MessageMediaDice);
    /// The story that was forwarded.
    #[doc(alias = "MessageMediaStory")]
    story: Story(MessageMediaStory);
    /// The giveaway that was started.
    #[doc(alias = "MessageMediaGiveaway")]
    giveaway: Giveaway(MessageMediaGiveaway);
    /// Who won a giveaway.
    #[doc(alias = "MessageMediaGiveawayResults")]
    giveaway_winners: GiveawayResults(MessageMediaGiveawayResults);
    /// What is to be paid for with Stars.
    #[doc(alias = "MessageMediaPaidMedia")]
    paid_media: PaidMedia(MessageMediaPaidMedia);
    /// The list of tasks.
    #[doc(alias = "MessageMediaToDo")]
    #[doc(alias = "todo")]
    checklist: ToDo(MessageMediaToDo);
}

/// Methods that answer the file if it is of one kind.
macro_rules! files {
    ($( $(#[$doc:meta])* $name:ident: $kind:ident; )*) => {
        impl Message { $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> Option<Document> {
                self.document().filter(|d| d.kind() == MediaKind::$kind)
            }
        )* }
    };
}

files! {
    /// The song.
    audio: Audio;
    /// The voice message.
    voice: Voice;
    /// The video with sound.
    video: Video;
    /// The round video message.
    #[doc(alias = "round")]
    video_note: VideoNote;
    /// The GIF, or the video without sound.
    #[doc(alias = "animation")]
    gif: Animation;
    /// The sticker.
    sticker: Sticker;
}

impl Message {
    /// What it carries besides text.
    #[must_use]
    pub fn media(&self) -> Option<Media> {
        Media::new(self.raw_media()?, self.source())
    }

    /// The kind of what it carries besides text.
    #[must_use]
    #[doc(alias = "MessageMediaType")]
    pub fn media_kind(&self) -> Option<MediaKind> {
        self.raw_media().and_then(MediaKind::of)
    }

    /// The file it carries, also in the preview of a link, and what is known of it.
    #[must_use]
    pub fn file(&self) -> Option<File> {
        let photo = || self.photo().map(Into::into);
        self.document().map(Into::into).or_else(photo)
    }

    /// The photo: what was sent, the new photo of a chat, or that in the preview of a link.
    #[must_use]
    pub fn photo(&self) -> Option<Photo> {
        if let Some(Media::Photo(photo)) = self.media() {
            return Some(photo);
        }
        let raw = match self.action() {
            Some(enums::MessageAction::ChatEditPhoto(a)) => &a.photo,
            Some(enums::MessageAction::SuggestProfilePhoto(a)) => &a.photo,
            _ => self.web_preview()?.photo.as_ref()?,
        };
        Photo::found(raw, self.source())
    }

    /// The file of any kind: video, audio, sticker or anything else, also in the preview of a link.
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        if let Some(Media::Document(document)) = self.media() {
            return Some(document);
        }
        let raw = self.web_preview()?.document.as_ref()?;
        Document::found(raw, self.source())
    }

    /// The preview of a link in it.
    #[must_use]
    #[doc(alias = "web_page")]
    #[doc(alias = "MessageMediaWebPage")]
    pub fn web_preview(&self) -> Option<&raw::WebPage> {
        match self.raw_media()? {
            enums::MessageMedia::WebPage(m) => match &m.webpage {
                enums::WebPage::WebPage(page) => Some(page),
                _ => None,
            },
            _ => None,
        }
    }

    /// The place on the map, of locations, live locations and venues.
    #[must_use]
    #[doc(alias = "location")]
    pub fn geo(&self) -> Option<&raw::GeoPoint> {
        let point = match self.raw_media()? {
            enums::MessageMedia::Geo(m) => &m.geo,
            enums::MessageMedia::GeoLive(m) => &m.geo,
            enums::MessageMedia::Venue(m) => &m.geo,
            _ => return None,
        };
        match point {
            enums::GeoPoint::GeoPoint(point) => Some(point),
            _ => None,
        }
    }

    /// Whether its photo or video is hidden until it is tapped.
    #[must_use]
    #[doc(alias = "has_media_spoiler")]
    pub fn has_spoiler(&self) -> bool {
        match self.raw_media() {
            Some(enums::MessageMedia::Photo(m)) => m.spoiler,
            Some(enums::MessageMedia::Document(m)) => m.spoiler,
            _ => false,
        }
    }

    /// Whether its photo, video or voice is gone some time after it was opened.
    #[must_use]
    #[doc(alias = "ttl_seconds")]
    pub fn is_self_destructing(&self) -> bool {
        match self.raw_media() {
            Some(enums::MessageMedia::Photo(m)) => m.ttl_seconds.is_some(),
            Some(enums::MessageMedia::Document(m)) => m.ttl_seconds.is_some(),
            _ => false,
        }
    }

    /// The raw value of what it carries besides text.
    #[must_use]
    #[doc(alias = "MessageMedia")]
    pub fn raw_media(&self) -> Option<&enums::MessageMedia> {
        self.plain()?.media.as_deref()
    }

    fn source(&self) -> Option<FileSource> {
        Some(FileSource {
            chat: self.peer_id(),
            message: self.id(),
        })
    }
}
