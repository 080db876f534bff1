use heliogram_api::enums;

use super::Message;
use crate::text;

impl Message {
    /// The text without marks, or the caption of a file; empty if there is none.
    #[must_use]
    #[doc(alias = "raw_text")]
    #[doc(alias = "caption")]
    #[doc(alias = "message")]
    #[doc(alias = "content")]
    pub fn text(&self) -> &str {
        self.plain().map_or("", |m| &m.message)
    }

    /// The formatting of the text, offsets counted in UTF-16 units.
    #[must_use]
    #[doc(alias = "caption_entities")]
    pub fn entities(&self) -> &[enums::MessageEntity] {
        self.plain()
            .and_then(|m| m.entities.as_ref())
            .map_or(&[], |v| v.as_slice())
    }

    /// Every entity with the part of the text it covers; those that do not fit the text are left
    /// out.
    ///
    /// ```no_run
    /// # fn show(message: &heliogram::Message) {
    /// use heliogram::api::enums::MessageEntity;
    /// for (entity, part) in message.entity_texts() {
    ///     if let MessageEntity::Url(_) = entity {
    ///         println!("a link: {part}");
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    #[doc(alias = "get_entities_text")]
    #[doc(alias = "get_inner_text")]
    pub fn entity_texts(&self) -> Vec<(&enums::MessageEntity, &str)> {
        text::entity_texts(self.text(), self.entities())
    }

    /// The names that are mentioned in the text, with their `@`.
    pub fn mentions(&self) -> impl Iterator<Item = &str> {
        self.parts(|e| matches!(e, enums::MessageEntity::Mention(_)))
    }

    /// The hashtags in the text, with their `#`.
    pub fn hashtags(&self) -> impl Iterator<Item = &str> {
        self.parts(|e| matches!(e, enums::MessageEntity::Hashtag(_)))
    }

    /// The links in the text: those that are written out, and those behind a text.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        let pieces = self.entity_texts().into_iter();
        pieces.filter_map(|(entity, part)| match entity {
            enums::MessageEntity::Url(_) => Some(part),
            enums::MessageEntity::TextUrl(e) => Some(e.url.as_str()),
            _ => None,
        })
    }

    fn parts(&self, kind: fn(&enums::MessageEntity) -> bool) -> impl Iterator<Item = &str> {
        let pieces = self.entity_texts().into_iter();
        pieces.filter_map(move |(entity, part)| kind(entity).then_some(part))
    }

    /// The text with Markdown marks, which [`md`](crate::md) reads back.
    #[must_use]
    #[doc(alias = "markdown")]
    pub fn text_md(&self) -> String {
        text::to_markdown(self.text(), self.entities())
    }

    /// The text with HTML tags, which [`html`](crate::html) reads back.
    #[must_use]
    #[doc(alias = "html")]
    pub fn text_html(&self) -> String {
        text::to_html(self.text(), self.entities())
    }
}
