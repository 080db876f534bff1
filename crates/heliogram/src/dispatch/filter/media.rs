//! By what a message carries besides text.

use super::{Filter, message_filters, on_message};
use crate::{Message, types::MediaKind};

/// The test whether a message carries one kind of media.
macro_rules! is {
    ($kind:ident) => {
        |m: &Message| m.media_kind() == Some(MediaKind::$kind)
    };
}

message_filters! { MEDIA;
    /// Passes photos.
    photo = is!(Photo);
    /// Passes videos; GIFs and round messages are not among them.
    video = is!(Video);
    /// Passes round video messages.
    #[doc(alias = "round")]
    video_note = is!(VideoNote);
    /// Passes GIFs and videos without sound.
    #[doc(alias = "gif")]
    animation = is!(Animation);
    /// Passes songs.
    audio = is!(Audio);
    /// Passes voice messages.
    voice = is!(Voice);
    /// Passes stickers.
    sticker = is!(Sticker);
    /// Passes files that are none of the other kinds.
    document = is!(Document);
    /// Passes phone numbers that are shared.
    contact = is!(Contact);
    /// Passes places on the map; those that move or have a name are not among them.
    #[doc(alias = "geo")]
    location = is!(Location);
    /// Passes places that move along with their sender.
    live_location = is!(LiveLocation);
    /// Passes places with a name and an address.
    venue = is!(Venue);
    /// Passes games.
    game = is!(Game);
    /// Passes what is to be paid for.
    invoice = is!(Invoice);
    /// Passes polls and quizzes.
    poll = is!(Poll);
    /// Passes dice, darts, slot machines and the like.
    dice = is!(Dice);
    /// Passes text with the preview of a link.
    #[doc(alias = "web_preview")]
    #[doc(alias = "web_page_preview")]
    web_page = is!(WebPage);
    /// Passes stories that are forwarded.
    story = is!(Story);
    /// Passes giveaways.
    giveaway = is!(Giveaway);
    /// Passes the winners of giveaways.
    giveaway_winners = is!(GiveawayWinners);
    /// Passes photos and videos to be paid for with Stars.
    paid_media = is!(PaidMedia);
    /// Passes lists of tasks.
    #[doc(alias = "todo")]
    checklist = is!(Checklist);
    /// Passes live broadcasts.
    video_stream = is!(VideoStream);
    /// Passes whatever is more than text and a preview of its links.
    media = |m| m.media_kind().is_some_and(|k| k != MediaKind::WebPage);
    /// Passes photos and videos that are hidden until they are tapped.
    #[doc(alias = "has_media_spoiler")]
    media_spoiler = Message::has_spoiler;
    /// Passes photos, videos and voices that are gone some time after they were opened.
    #[doc(alias = "self_destruction")]
    self_destructing = Message::is_self_destructing;
}
