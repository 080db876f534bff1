use heliogram_api::enums::MessageEntity;
use heliogram_api::types;

use super::World;
use super::entities::{detect, span, span_mut};
use crate::rpc::{Answer, Refusal};

/// Longest text of a message, in characters.
pub(crate) const TEXT_MAX: usize = 4096;
/// Longest text under a file, in characters.
pub(crate) const CAPTION_MAX: usize = 1024;
/// How many entities of one message are kept.
const ENTITIES_MAX: usize = 100;

/// Text with what marks parts of it.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Rich {
    pub(crate) text: String,
    pub(crate) entities: Vec<MessageEntity>,
}

crate::persist::record!(Rich { text, entities });

impl World {
    /// The text of a message as Telegram keeps it: trimmed, with mentions resolved, and with the
    /// links, mentions, hashtags and commands that stand in it marked.
    pub(crate) fn rich(
        &self,
        viewer: i64,
        text: &str,
        entities: Option<Vec<MessageEntity>>,
    ) -> Answer<Rich> {
        let len = utf16_len(text);
        let mut kept = Vec::new();
        for entity in entities.unwrap_or_default() {
            if let Some(entity) = self.resolved(viewer, entity)? {
                let (offset, length) = span(&entity);
                if offset < 0 || length < 0 || i64::from(offset) + i64::from(length) > len {
                    return Err(Refusal::bad("ENTITY_BOUNDS_INVALID"));
                }
                kept.push(entity);
            }
        }
        if kept.len() > ENTITIES_MAX {
            kept.truncate(ENTITIES_MAX);
        }
        let mut rich = trimmed(text, kept);
        detect(&mut rich);
        rich.entities.sort_by_key(|entity| {
            let (offset, length) = span(entity);
            (offset, -length)
        });
        Ok(rich)
    }

    /// An entity a client sent, in the form everybody sees; unknown marks are dropped.
    fn resolved(&self, viewer: i64, entity: MessageEntity) -> Answer<Option<MessageEntity>> {
        Ok(match entity {
            MessageEntity::Unknown(_) => None,
            MessageEntity::InputMessageEntityMentionName(mention) => {
                let user_id = self.input_user(viewer, &mention.user_id)?;
                let entity =
                    types::MessageEntityMentionName::new(mention.offset, mention.length, user_id);
                Some(entity.into())
            }
            entity => Some(entity),
        })
    }
}

/// Length in UTF-16 code units, which is what offsets of entities count.
pub(crate) fn utf16_len(text: &str) -> i64 {
    text.chars().map(|c| c.len_utf16() as i64).sum()
}

/// Cuts white space from both ends and moves the entities with it.
fn trimmed(text: &str, entities: Vec<MessageEntity>) -> Rich {
    let start = text.trim_start();
    let cut = utf16_len(text) - utf16_len(start);
    let text = start.trim_end().to_owned();
    let len = utf16_len(&text);
    let fit = |mut entity: MessageEntity| {
        let (offset, length) = span(&entity);
        let from = (i64::from(offset) - cut).clamp(0, len);
        let to = (i64::from(offset) + i64::from(length) - cut).clamp(0, len);
        if let Some((offset, length)) = span_mut(&mut entity) {
            *offset = from as i32;
            *length = (to - from) as i32;
        }
        (to > from).then_some(entity)
    };
    Rich {
        entities: entities.into_iter().filter_map(fit).collect(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, world};
    use super::*;

    fn bold(offset: i32, length: i32) -> MessageEntity {
        types::MessageEntityBold::new(offset, length).into()
    }

    #[test]
    fn trimming_moves_entities() {
        let mut w = world();
        let a = w.add_user(1, "A");
        let rich = w
            .rich(a, "  \u{1f600}hi  ", Some(vec![bold(2, 5)]))
            .unwrap();
        assert_eq!(rich.text, "\u{1f600}hi");
        assert_eq!(rich.entities, [bold(0, 4)]);
    }

    #[test]
    fn entities_outside_the_text_are_refused() {
        let mut w = world();
        let a = w.add_user(1, "A");
        assert_eq!(
            name_of(w.rich(a, "hi", Some(vec![bold(1, 2)]))),
            "ENTITY_BOUNDS_INVALID"
        );
        assert_eq!(
            name_of(w.rich(a, "hi", Some(vec![bold(-1, 1)]))),
            "ENTITY_BOUNDS_INVALID"
        );
        assert_eq!(
            name_of(w.rich(a, "hi", Some(vec![bold(i32::MAX, i32::MAX)]))),
            "ENTITY_BOUNDS_INVALID"
        );
    }

    #[test]
    fn an_entity_of_white_space_alone_is_dropped() {
        let mut w = world();
        let a = w.add_user(1, "A");
        assert!(
            w.rich(a, "hi  ", Some(vec![bold(2, 2)]))
                .unwrap()
                .entities
                .is_empty()
        );
    }
}
