use heliogram_api::enums::{DocumentAttribute, MessageEntity, MessageMedia, MessagesFilter};

use super::history::PAGE_MAX;
use super::{Document, Entry, Letter, Media, Page, Window, World};
use crate::rpc::{Answer, Refusal};

/// What somebody looks for.
pub(crate) struct Query<'a> {
    /// The conversation, or all of them.
    pub(crate) peer: Option<i64>,
    pub(crate) text: &'a str,
    pub(crate) from: Option<i64>,
    pub(crate) filter: &'a MessagesFilter,
    pub(crate) min_date: i32,
    pub(crate) max_date: i32,
}

impl World {
    /// Messages an account can see that fit, newest first.
    pub(crate) fn search(&self, owner: i64, query: &Query<'_>, window: Window) -> Answer<Page> {
        let text = query.text.trim().to_lowercase();
        let unfiltered = matches!(query.filter, MessagesFilter::InputMessagesFilterEmpty);
        if text.is_empty() && unfiltered && query.from.is_none() && query.peer.is_none() {
            return Err(Refusal::bad("SEARCH_QUERY_EMPTY"));
        }
        let mailbox = self.mailbox(owner)?;
        let fits = |id: &i32| {
            let Some(entry) = mailbox.entries.get(id) else {
                return false;
            };
            let Some(letter) = self.letters.get(&entry.letter) else {
                return false;
            };
            query.from.is_none_or(|from| letter.from == from)
                && (query.min_date <= 0 || letter.date > query.min_date)
                && (query.max_date <= 0 || letter.date < query.max_date)
                && (text.is_empty() || letter.text.to_lowercase().contains(&text))
                && self.passes(entry, letter, query.filter)
        };
        let found: Vec<i32> = match query.peer {
            Some(peer) => {
                let dialog = mailbox.dialogs.get(&peer);
                dialog.map(|d| d.ids.iter().rev().copied().filter(fits).collect())
            }
            None => Some(mailbox.entries.keys().rev().copied().filter(fits).collect()),
        }
        .unwrap_or_default();
        Ok(page_of(&found, window))
    }

    fn passes(&self, entry: &Entry, letter: &Letter, filter: &MessagesFilter) -> bool {
        use MessagesFilter as F;
        let document = match letter.media {
            Some(Media::Document { id, .. }) => self.documents.get(&id),
            _ => None,
        };
        let photo = matches!(letter.media, Some(Media::Photo { .. }));
        let kind = document.map(kind_of);
        match filter {
            F::InputMessagesFilterEmpty => true,
            F::InputMessagesFilterPhotos => photo,
            F::InputMessagesFilterVideo => kind == Some(Form::Video),
            F::InputMessagesFilterPhotoVideo => photo || kind == Some(Form::Video),
            F::InputMessagesFilterDocument => kind == Some(Form::File),
            F::InputMessagesFilterGif => kind == Some(Form::Gif),
            F::InputMessagesFilterVoice => kind == Some(Form::Voice),
            F::InputMessagesFilterMusic => kind == Some(Form::Music),
            F::InputMessagesFilterRoundVideo => kind == Some(Form::Round),
            F::InputMessagesFilterRoundVoice => {
                matches!(kind, Some(Form::Round | Form::Voice))
            }
            F::InputMessagesFilterUrl => letter
                .entities
                .iter()
                .any(|e| matches!(e, MessageEntity::Url(_) | MessageEntity::TextUrl(_))),
            F::InputMessagesFilterPinned => entry.pinned,
            F::InputMessagesFilterGeo => {
                matches!(&letter.media, Some(Media::Plain(m)) if matches!(**m, MessageMedia::Geo(_)))
            }
            F::InputMessagesFilterContacts => {
                matches!(&letter.media, Some(Media::Plain(m)) if matches!(**m, MessageMedia::Contact(_)))
            }
            _ => false,
        }
    }
}

/// What a document is to whoever looks for one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    File,
    Video,
    Round,
    Gif,
    Voice,
    Music,
    Sticker,
}

fn kind_of(document: &Document) -> Form {
    let mut form = Form::File;
    for attribute in &document.attributes {
        match attribute {
            DocumentAttribute::Sticker(_) | DocumentAttribute::CustomEmoji(_) => {
                return Form::Sticker;
            }
            DocumentAttribute::Animated => return Form::Gif,
            DocumentAttribute::Video(video) if video.round_message => form = Form::Round,
            DocumentAttribute::Video(_) => form = Form::Video,
            DocumentAttribute::Audio(audio) if audio.voice => form = Form::Voice,
            DocumentAttribute::Audio(_) => form = Form::Music,
            _ => {}
        }
    }
    form
}

/// A page of a list that is newest first.
fn page_of(found: &[i32], window: Window) -> Page {
    let cut = if window.offset_id > 0 {
        window.offset_id
    } else {
        i32::MAX
    };
    let first_older = found.partition_point(|id| *id >= cut) as i64;
    let limit = i64::from(window.limit.clamp(0, PAGE_MAX));
    let start = first_older + i64::from(window.add_offset);
    let end = (start + limit).clamp(0, found.len() as i64);
    let start = start.clamp(0, end);
    let mut ids = found
        .get(start as usize..end as usize)
        .unwrap_or_default()
        .to_vec();
    ids.retain(|id| (window.max_id <= 0 || *id < window.max_id) && *id > window.min_id);
    let complete = ids.len() == found.len();
    Page {
        ids,
        total: found.len() as i32,
        complete,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Actor;
    use super::super::testing::{draft, name_of, pair};
    use super::*;

    #[test]
    fn words_are_found_in_any_case() {
        let (mut w, a, b) = pair();
        for (n, text) in ["Hello world", "other", "hello again"].iter().enumerate() {
            w.send(Actor::account(a), b, draft(text, n as i64 + 1))
                .unwrap();
        }
        let filter = MessagesFilter::InputMessagesFilterEmpty;
        let query = |peer, text, from| Query {
            peer,
            text,
            from,
            filter: &filter,
            min_date: 0,
            max_date: 0,
        };
        let window = Window {
            limit: 10,
            ..Window::default()
        };
        assert_eq!(
            w.search(a, &query(Some(b), "HELLO", None), window)
                .unwrap()
                .ids,
            [3, 1]
        );
        assert_eq!(
            w.search(b, &query(None, "hello", Some(a)), window)
                .unwrap()
                .ids,
            [3, 1]
        );
        assert_eq!(
            w.search(b, &query(None, "hello", Some(b)), window)
                .unwrap()
                .ids,
            []
        );
        assert_eq!(
            name_of(w.search(a, &query(None, "", None), window)),
            "SEARCH_QUERY_EMPTY"
        );
    }

    #[test]
    fn pages_of_a_search() {
        let found = [9, 7, 5, 3];
        let window = Window {
            limit: 2,
            ..Window::default()
        };
        assert_eq!(page_of(&found, window).ids, [9, 7]);
        assert_eq!(
            page_of(
                &found,
                Window {
                    offset_id: 7,
                    ..window
                }
            )
            .ids,
            [5, 3]
        );
        assert_eq!(
            page_of(
                &found,
                Window {
                    offset_id: 5,
                    add_offset: -2,
                    ..window
                }
            )
            .ids,
            [7, 5]
        );
        assert_eq!(page_of(&found, window).total, 4);
    }
}
