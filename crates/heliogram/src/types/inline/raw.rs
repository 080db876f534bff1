//! Results in the form that is sent.

use heliogram_api::{enums, types as raw};

use super::{
    InlineContent, InlineQueryResult,
    content::Content,
    file::{Ready, web},
    result::Shown,
};
use crate::{Client, Keyboard, Result, Text, UsageError, methods::messages::sendable};

impl InlineQueryResult {
    /// The result as it is sent, the `at`th of a list.
    pub(crate) async fn into_raw(
        self,
        client: &Client,
        at: usize,
    ) -> Result<enums::InputBotInlineResult> {
        let id = self.id.unwrap_or_else(|| at.to_string());
        let message = self.sends.into_raw(client, self.keyboard).await?;
        let kind = self.kind.to_owned();
        let file = match self.shown {
            Shown::Game(short_name) => {
                return Ok(raw::InputBotInlineResultGame::new(id, short_name, message).into());
            }
            Shown::File(file) => Some(file.ready(client, self.kind).await?),
            Shown::Nothing => None,
        };
        let content = match file {
            Some(Ready::Photo(photo)) => {
                return Ok(raw::InputBotInlineResultPhoto::new(id, kind, photo, message).into());
            }
            Some(Ready::Document(document)) => {
                return Ok(raw::InputBotInlineResultDocument {
                    title: self.title,
                    description: self.description,
                    ..raw::InputBotInlineResultDocument::new(id, kind, document, message)
                }
                .into());
            }
            Some(Ready::Web(content)) => Some(Box::new(content)),
            None => None,
        };
        // What shows a picture anyway can show itself.
        let own = content.as_deref().filter(|_| self.kind == "photo");
        let thumb = self
            .thumb
            .map(|url| web(url, Some("image/jpeg".to_owned())));
        let thumb = thumb.or_else(|| own.cloned());
        Ok(raw::InputBotInlineResult {
            title: self.title,
            description: self.description,
            url: self.url,
            thumb: thumb.map(Box::new),
            content,
            ..raw::InputBotInlineResult::new(id, kind, message)
        }
        .into())
    }
}

impl InlineContent {
    async fn into_raw(
        self,
        client: &Client,
        keyboard: Option<Keyboard>,
    ) -> Result<enums::InputBotInlineMessage> {
        let reply_markup = match keyboard {
            Some(keyboard) => Some(Box::new(keyboard.to_raw_inline(client).await?)),
            None => None,
        };
        Ok(match self.0 {
            Content::File(text) => {
                let (message, entities) = words(client, text).await?;
                raw::InputBotInlineMessageMediaAuto {
                    entities,
                    reply_markup,
                    ..raw::InputBotInlineMessageMediaAuto::new(message)
                }
                .into()
            }
            Content::Text { text, no_preview } => {
                let (message, entities) = words(client, text).await?;
                raw::InputBotInlineMessageText {
                    no_webpage: no_preview,
                    entities,
                    reply_markup,
                    ..raw::InputBotInlineMessageText::new(message)
                }
                .into()
            }
            Content::Location { at, live } => raw::InputBotInlineMessageMediaGeo {
                period: live,
                reply_markup,
                ..raw::InputBotInlineMessageMediaGeo::new(at.into())
            }
            .into(),
            Content::Venue { at, title, address } => {
                let none = String::new;
                let at = at.into();
                let venue = raw::InputBotInlineMessageMediaVenue::new(
                    at,
                    title,
                    address,
                    none(),
                    none(),
                    none(),
                );
                raw::InputBotInlineMessageMediaVenue {
                    reply_markup,
                    ..venue
                }
                .into()
            }
            Content::Contact {
                phone,
                first_name,
                last_name,
            } => {
                let vcard = String::new();
                let contact = raw::InputBotInlineMessageMediaContact::new(
                    phone, first_name, last_name, vcard,
                );
                raw::InputBotInlineMessageMediaContact {
                    reply_markup,
                    ..contact
                }
                .into()
            }
            Content::Game => raw::InputBotInlineMessageGame { reply_markup }.into(),
            Content::Raw(content) if reply_markup.is_none() => *content,
            Content::Raw(_) => {
                let why = "raw content of an inline result brings its own keyboard. Put the \
                           buttons into its `reply_markup`";
                return Err(UsageError::Other(why.into()).into());
            }
        })
    }
}

async fn words(client: &Client, text: Text) -> Result<(String, Option<Vec<enums::MessageEntity>>)> {
    let (text, entities) = sendable(client, text).await?;
    Ok((text, Some(entities).filter(|e| !e.is_empty())))
}
