use heliogram_api::{enums, types as raw};

/// What a message carries besides text: each message is of one kind at most.
///
/// ```no_run
/// # fn show(message: &heliogram::Message) {
/// use heliogram::types::MediaKind;
/// match message.media_kind() {
///     Some(MediaKind::Voice) => println!("a voice message"),
///     Some(kind) => println!("something else: {kind:?}"),
///     None => println!("{}", message.text()),
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "MessageMediaType")]
pub enum MediaKind {
    /// A photo, made smaller by Telegram.
    Photo,
    /// A video with sound, shown as one.
    Video,
    /// A round video message.
    #[doc(alias = "round")]
    VideoNote,
    /// A GIF, or a video without sound.
    #[doc(alias = "gif")]
    Animation,
    /// A song.
    Audio,
    /// A voice message.
    Voice,
    /// A sticker.
    Sticker,
    /// Any other file.
    Document,
    /// Somebody's phone number.
    Contact,
    /// A place on the map.
    #[doc(alias = "geo")]
    Location,
    /// A place on the map that moves along with its sender.
    #[doc(alias = "GeoLive")]
    LiveLocation,
    /// A place on the map with a name and an address.
    Venue,
    /// A game.
    Game,
    /// Something to be paid for.
    Invoice,
    /// A poll or quiz.
    Poll,
    /// A die, dart, slot machine or the like with its outcome.
    Dice,
    /// The preview of a link.
    #[doc(alias = "web_page_preview")]
    WebPage,
    /// A story that was forwarded.
    Story,
    /// A giveaway that was started.
    Giveaway,
    /// Who won a giveaway.
    #[doc(alias = "GiveawayResults")]
    GiveawayWinners,
    /// Photos and videos to be paid for with Stars.
    PaidMedia,
    /// A list of tasks.
    #[doc(alias = "todo")]
    Checklist,
    /// A live broadcast.
    VideoStream,
    /// Something that this version does not know.
    Unsupported,
}

impl MediaKind {
    /// The kind of a raw value; `None` if there is nothing in it.
    pub(crate) fn of(media: &enums::MessageMedia) -> Option<Self> {
        use enums::MessageMedia as Raw;
        Some(match media {
            Raw::Empty => return None,
            Raw::Photo(_) => Self::Photo,
            Raw::Document(m) => Self::of_file(m),
            Raw::Contact(_) => Self::Contact,
            Raw::Geo(_) => Self::Location,
            Raw::GeoLive(_) => Self::LiveLocation,
            Raw::Venue(_) => Self::Venue,
            Raw::Game(_) => Self::Game,
            Raw::Invoice(_) => Self::Invoice,
            Raw::Poll(_) => Self::Poll,
            Raw::Dice(_) => Self::Dice,
            Raw::WebPage(_) => Self::WebPage,
            Raw::Story(_) => Self::Story,
            Raw::Giveaway(_) => Self::Giveaway,
            Raw::GiveawayResults(_) => Self::GiveawayWinners,
            Raw::PaidMedia(_) => Self::PaidMedia,
            Raw::ToDo(_) => Self::Checklist,
            Raw::VideoStream(_) => Self::VideoStream,
            _ => Self::Unsupported,
        })
    }

    /// A file that is gone by itself has left only marks of what it was.
    fn of_file(media: &raw::MessageMediaDocument) -> Self {
        match &media.document {
            Some(enums::Document::Document(document)) => Self::of_document(document),
            _ if media.round => Self::VideoNote,
            _ if media.voice => Self::Voice,
            _ if media.video => Self::Video,
            _ => Self::Document,
        }
    }

    /// The kind of a file, by its attributes.
    pub(crate) fn of_document(document: &raw::Document) -> Self {
        use enums::DocumentAttribute as Attribute;
        let mut kind = Self::Document;
        for attribute in &document.attributes {
            match attribute {
                // Stickers and GIFs may be videos, too.
                Attribute::Sticker(_) => return Self::Sticker,
                Attribute::Animated => kind = Self::Animation,
                Attribute::Video(v) if v.round_message => kind = Self::VideoNote,
                Attribute::Video(_) if kind == Self::Document => kind = Self::Video,
                Attribute::Audio(a) if a.voice => kind = Self::Voice,
                Attribute::Audio(_) => kind = Self::Audio,
                _ => {}
            }
        }
        kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(attributes: Vec<enums::DocumentAttribute>) -> raw::Document {
        let none = bytes::Bytes::new();
        raw::Document::new(1, 2, none, 0, "x/y".into(), 3, 2, attributes)
    }

    #[test]
    fn a_gif_is_no_video_and_a_moving_sticker_neither() {
        let video = || enums::DocumentAttribute::from(raw::DocumentAttributeVideo::new(1.0, 2, 3));
        let sticker =
            raw::DocumentAttributeSticker::new("🙂".into(), enums::InputStickerSet::Empty);
        let kinds = [
            (vec![], MediaKind::Document),
            (vec![video()], MediaKind::Video),
            (
                vec![video(), enums::DocumentAttribute::Animated],
                MediaKind::Animation,
            ),
            (
                vec![enums::DocumentAttribute::Animated, video()],
                MediaKind::Animation,
            ),
            (vec![video(), sticker.into()], MediaKind::Sticker),
        ];
        for (attributes, kind) in kinds {
            assert_eq!(MediaKind::of_document(&document(attributes)), kind);
        }
    }

    #[test]
    fn a_file_that_is_gone_is_still_of_its_kind() {
        let gone = |voice, round| {
            let media = raw::MessageMediaDocument {
                voice,
                round,
                ttl_seconds: Some(1),
                ..raw::MessageMediaDocument::new()
            };
            MediaKind::of(&enums::MessageMedia::from(media))
        };
        assert_eq!(gone(true, false), Some(MediaKind::Voice));
        assert_eq!(gone(false, true), Some(MediaKind::VideoNote));
        assert_eq!(gone(false, false), Some(MediaKind::Document));
    }
}
