use heliogram_api::enums::{BotInlineMessage, BotInlineResult, MessageMedia, ReplyMarkup};
use heliogram_api::{enums, types};

use crate::world::{InlineAnswer, InlineBody, InlineMessage, InlineResult, Media, Shown, World};

impl World {
    /// What a bot offers, as the account that asked sees it.
    pub(crate) fn bot_results(
        &self,
        viewer: i64,
        query: i64,
        answer: &InlineAnswer,
    ) -> types::messages::BotResults {
        let results = answer.results.iter();
        let results = results
            .map(|result| self.inline_result(viewer, result))
            .collect();
        let named = answer
            .results
            .iter()
            .flat_map(|result| &result.message.rich.entities);
        let named = named.filter_map(|entity| match entity {
            enums::MessageEntity::MentionName(mention) => Some(mention.user_id),
            _ => None,
        });
        let users = self.users_for(viewer, named);
        types::messages::BotResults {
            gallery: answer.gallery,
            next_offset: answer.next_offset.clone(),
            switch_pm: answer.switch_pm.clone(),
            switch_webview: answer.switch_webview.clone(),
            ..types::messages::BotResults::new(query, results, answer.cache_time, users)
        }
    }

    fn inline_result(&self, viewer: i64, result: &InlineResult) -> BotInlineResult {
        let (id, kind) = (result.id.clone(), result.kind.clone());
        let (title, description) = (result.title.clone(), result.description.clone());
        let message = inline_message(&result.message);
        match &result.shown {
            Shown::Link {
                url,
                thumb,
                content,
            } => types::BotInlineResult {
                title,
                description,
                url: url.clone(),
                thumb: thumb.as_ref().map(elsewhere),
                content: content.as_ref().map(elsewhere),
                ..types::BotInlineResult::new(id, kind, message)
            }
            .into(),
            Shown::Media(media) => types::BotInlineMediaResult {
                photo: match media {
                    Media::Photo { id, .. } => self.photos.get(id),
                    _ => None,
                }
                .map(|photo| self.photo_for(viewer, photo)),
                document: match media {
                    Media::Document { id, .. } => self.documents.get(id),
                    _ => None,
                }
                .map(|document| self.document_for(viewer, document)),
                title,
                description,
                ..types::BotInlineMediaResult::new(id, kind, message)
            }
            .into(),
        }
    }
}

/// A file that clients fetch from where it lies: this server never does.
fn elsewhere(file: &types::InputWebDocument) -> enums::WebDocument {
    let (url, mime) = (file.url.clone(), file.mime_type.clone());
    let shown = types::WebDocumentNoProxy::new(url, file.size, mime, file.attributes.clone());
    shown.into()
}

fn inline_message(message: &InlineMessage) -> BotInlineMessage {
    let text = message.rich.text.clone();
    let entities = Some(message.rich.entities.clone()).filter(|entities| !entities.is_empty());
    let reply_markup = message.markup.clone().map(Box::new);
    let invert_media = message.invert_media;
    match &message.body {
        InlineBody::Auto => types::BotInlineMessageMediaAuto {
            invert_media,
            entities,
            reply_markup,
            ..types::BotInlineMessageMediaAuto::new(text)
        }
        .into(),
        InlineBody::Text => types::BotInlineMessageText {
            no_webpage: message.no_webpage,
            invert_media,
            entities,
            reply_markup,
            ..types::BotInlineMessageText::new(text)
        }
        .into(),
        InlineBody::Page(page) => types::BotInlineMessageMediaWebPage {
            invert_media,
            force_large_media: page.force_large_media,
            force_small_media: page.force_small_media,
            manual: true,
            entities,
            reply_markup,
            ..types::BotInlineMessageMediaWebPage::new(text, page.url.clone())
        }
        .into(),
        InlineBody::Plain(media) => plain_message(media, reply_markup),
    }
}

fn plain_message(media: &MessageMedia, reply_markup: Option<Box<ReplyMarkup>>) -> BotInlineMessage {
    match media {
        MessageMedia::Geo(media) => types::BotInlineMessageMediaGeo {
            reply_markup,
            ..types::BotInlineMessageMediaGeo::new(media.geo.clone())
        }
        .into(),
        MessageMedia::GeoLive(media) => types::BotInlineMessageMediaGeo {
            heading: media.heading,
            period: Some(media.period),
            proximity_notification_radius: media.proximity_notification_radius,
            reply_markup,
            ..types::BotInlineMessageMediaGeo::new(media.geo.clone())
        }
        .into(),
        MessageMedia::Venue(media) => types::BotInlineMessageMediaVenue {
            reply_markup,
            ..types::BotInlineMessageMediaVenue::new(
                media.geo.clone(),
                media.title.clone(),
                media.address.clone(),
                media.provider.clone(),
                media.venue_id.clone(),
                media.venue_type.clone(),
            )
        }
        .into(),
        MessageMedia::Contact(media) => types::BotInlineMessageMediaContact {
            reply_markup,
            ..types::BotInlineMessageMediaContact::new(
                media.phone_number.clone(),
                media.first_name.clone(),
                media.last_name.clone(),
                media.vcard.clone(),
            )
        }
        .into(),
        _ => types::BotInlineMessageMediaAuto {
            reply_markup,
            ..types::BotInlineMessageMediaAuto::new(String::new())
        }
        .into(),
    }
}
