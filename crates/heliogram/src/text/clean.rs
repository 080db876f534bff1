//! What the server does to texts and their entities, and what it refuses.

use heliogram_api::enums::MessageEntity;

use super::{TextError, span::range_mut, utf16};

/// The first entity that does not fit the text.
pub(super) fn first_misfit(text: &str, entities: &[MessageEntity]) -> Option<TextError> {
    let mut edges = Vec::with_capacity(entities.len() * 2);
    for (index, entity) in entities.iter().enumerate() {
        let mut entity = entity.clone();
        let Some((&mut offset, &mut length)) = range_mut(&mut entity) else {
            continue;
        };
        let misfit = TextError::Entity {
            index,
            offset,
            length,
        };
        let start = usize::try_from(offset).ok();
        let length = usize::try_from(length).ok().filter(|&n| n > 0);
        let Some((start, length)) = start.zip(length) else {
            return Some(misfit);
        };
        edges.push((start, index));
        edges.push((start.saturating_add(length), index));
    }
    edges.sort_unstable();
    let mut cursor = utf16::Cursor::new(text);
    let wrong = edges
        .iter()
        .filter(|(unit, _)| cursor.seek(*unit).is_none());
    let index = wrong.map(|&(_, index)| index).min()?;
    let mut entity = entities.get(index)?.clone();
    let (&mut offset, &mut length) = range_mut(&mut entity)?;
    Some(TextError::Entity {
        index,
        offset,
        length,
    })
}

/// Cuts white space around the text, as the server does, and lets the entities follow.
///
/// The entities fit the text. Leading space goes up to the first entity only.
pub(super) fn trim(text: &mut String, entities: &mut Vec<MessageEntity>) {
    drop_blank(text, entities);
    text.truncate(text.trim_end().len());
    let end = unit(utf16::len(text));
    entities.retain_mut(|entity| match range_mut(entity) {
        Some((offset, length)) => {
            *length = (*length).min(end - *offset);
            *length > 0
        }
        None => true,
    });
    let first = entities
        .iter_mut()
        .filter_map(range_mut)
        .map(|(offset, _)| *offset)
        .min();
    let first = first.unwrap_or(end);
    let (mut bytes, mut units) = (0, 0);
    for c in text.chars() {
        if units >= first || !c.is_whitespace() {
            break;
        }
        bytes += c.len_utf8();
        units += unit(c.len_utf16());
    }
    text.drain(..bytes);
    for (offset, _) in entities.iter_mut().filter_map(range_mut) {
        *offset -= units;
    }
}

/// Removes entities that cover nothing but white space.
fn drop_blank(text: &str, entities: &mut Vec<MessageEntity>) {
    // UTF-16 offsets of everything that is not white space, ascending.
    let mut at = 0;
    let mut inked = Vec::new();
    for c in text.chars() {
        if !c.is_whitespace() {
            inked.push(at);
        }
        at += unit(c.len_utf16());
    }
    entities.retain_mut(|entity| match range_mut(entity) {
        Some((offset, length)) => {
            let next = inked.get(inked.partition_point(|at| at < offset));
            next.is_some_and(|&at| at < offset.saturating_add(*length))
        }
        None => true,
    });
}

/// Texts are checked to be shorter than this when they are parsed.
fn unit(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
