use heliogram_api::enums::MessageEntity;

use super::{span::range_mut, utf16::Cursor};

/// Every entity with the part of the text it covers; those that do not fit the text are left out.
///
/// ```
/// use heliogram::text::{entity_texts, md};
///
/// let text = md("**a** and __b__");
/// let parts: Vec<&str> = entity_texts(text.text(), text.entities()).iter().map(|(_, part)| *part).collect();
/// assert_eq!(parts, ["a", "b"]);
/// ```
#[must_use]
#[doc(alias = "get_inner_text")]
#[doc(alias = "get_entities_text")]
pub fn entity_texts<'a>(
    text: &'a str,
    entities: &'a [MessageEntity],
) -> Vec<(&'a MessageEntity, &'a str)> {
    let ranges: Vec<_> = entities.iter().map(range).collect();
    let mut units: Vec<usize> = ranges.iter().flatten().flat_map(|r| [r.0, r.1]).collect();
    units.sort_unstable();
    units.dedup();
    // One pass over the text, however many entities there are.
    let mut cursor = Cursor::new(text);
    let places: Vec<_> = units.iter().map(|unit| cursor.seek(*unit)).collect();
    let byte = |unit| places.get(units.binary_search(&unit).ok()?).copied()?;
    let part = |(start, end): (usize, usize)| text.get(byte(start)?..byte(end)?);
    entities
        .iter()
        .zip(ranges)
        .filter_map(|(entity, range)| Some((entity, part(range?)?)))
        .collect()
}

/// Where an entity begins and ends, in UTF-16 units.
fn range(entity: &MessageEntity) -> Option<(usize, usize)> {
    let mut entity = entity.clone();
    let (&mut offset, &mut length) = range_mut(&mut entity)?;
    let start = usize::try_from(offset).ok()?;
    Some((start, start.checked_add(usize::try_from(length).ok()?)?))
}

#[cfg(test)]
mod tests {
    use heliogram_api::types::{MessageEntityBold, MessageEntityItalic};

    use super::*;

    #[test]
    fn entities_that_overlap_or_do_not_fit_harm_no_others() {
        let bold = |offset, length| MessageEntity::from(MessageEntityBold::new(offset, length));
        let inner = MessageEntity::from(MessageEntityItalic::new(2, 1));
        let entities = [
            bold(0, 4),
            inner,
            bold(1, 1),
            bold(3, 9),
            bold(-1, 2),
            bold(4, 0),
            bold(i32::MAX, i32::MAX),
        ];
        let parts: Vec<&str> = entity_texts("👍ab", &entities)
            .iter()
            .map(|p| p.1)
            .collect();
        assert_eq!(parts, ["👍ab", "a", ""]);
    }
}
