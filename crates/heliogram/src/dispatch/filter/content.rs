//! By how a message came and what hangs on it.

use heliogram_api::enums;

use super::{Filter, message_filters, on_message};
use crate::{Message, types::MediaKind};

message_filters! { CONTENT;
    /// Passes messages that are text and nothing else; previews of links do not count.
    text = |m| !m.text().is_empty() && !carries(m);
    /// Passes photos, files and the like that come with text.
    caption = |m| !m.text().is_empty() && carries(m);
    /// Passes replies to messages and stories.
    #[doc(alias = "is_reply")]
    reply = Message::is_reply;
    /// Passes replies that quote a part of what they reply to.
    quote = |m| m.quote().is_some();
    /// Passes messages that were forwarded from somewhere.
    #[doc(alias = "forwards")]
    forwarded = Message::is_forwarded;
    /// Passes messages that are part of an album.
    #[doc(alias = "grouped_id")]
    #[doc(alias = "album")]
    media_group = |m| m.grouped_id().is_some();
    /// Passes messages with buttons below them.
    inline_keyboard = |m| matches!(m.reply_markup(), Some(enums::ReplyMarkup::ReplyInlineMarkup(_)));
    /// Passes messages that put buttons in place of the keyboard, take them away or ask for a reply.
    reply_keyboard = |m| m.reply_markup().is_some_and(|r| !matches!(r, enums::ReplyMarkup::ReplyInlineMarkup(_)));
    /// Passes messages that were scheduled and are sent now.
    from_scheduled = Message::is_from_scheduled;
    /// Passes messages that were sent because their author is away.
    #[doc(alias = "is_from_offline")]
    automatic = Message::is_automatic;
    /// Passes messages that Stars were paid for to send them.
    paid_message = |m| m.paid_stars().is_some();
    /// Passes messages that must not be forwarded or saved.
    #[doc(alias = "has_protected_content")]
    #[doc(alias = "noforwards")]
    protected = Message::is_protected;
    /// Passes messages that a bot wrote in the name of the person whose business it manages.
    #[doc(alias = "via_business_bot_id")]
    business_bot = |m| m.business_bot().is_some();
}

/// Whether there is more to it than text and a preview of its links.
fn carries(message: &Message) -> bool {
    message
        .media_kind()
        .is_some_and(|k| k != MediaKind::WebPage)
}
