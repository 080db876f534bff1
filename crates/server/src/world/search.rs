use heliogram_api::enums::{MessageEntity, MessageMedia, MessagesFilter};

use super::document_forms::{DocumentForm, form_of};
use super::history::PAGE_MAX;
use super::{Entry, Form, GENERAL, Letter, Media, Page, Place, Window, World, is_channel};
use crate::rpc::{Answer, Refusal};

/// What somebody looks for.
pub(crate) struct Query<'a> {
    /// The conversation, or all of them.
    pub(crate) peer: Option<i64>,
    /// Only this thread or topic of it.
    pub(crate) thread: Option<i32>,
    /// Of all conversations, only those of this kind.
    pub(crate) among: Among,
    /// Of all conversations, only what comes after this message, and when that was written should
    /// it be gone by now.
    pub(crate) after: Option<(Place, i32)>,
    pub(crate) text: &'a str,
    pub(crate) from: Option<i64>,
    pub(crate) filter: &'a MessagesFilter,
    pub(crate) min_date: i32,
    pub(crate) max_date: i32,
}

/// Kinds of conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Among {
    #[default]
    All,
    Users,
    Groups,
    Broadcasts,
}

impl<'a> Query<'a> {
    /// Everything of one conversation.
    pub(crate) fn of(peer: i64, filter: &'a MessagesFilter) -> Self {
        Self {
            peer: Some(peer),
            thread: None,
            among: Among::All,
            after: None,
            text: "",
            from: None,
            filter,
            min_date: 0,
            max_date: 0,
        }
    }
}

impl World {
    /// Messages an account can see that fit, newest first.
    pub(crate) fn search(&self, owner: i64, query: &Query<'_>, window: Window) -> Answer<Page> {
        let text = query.text.trim().to_lowercase();
        let unfiltered = matches!(query.filter, MessagesFilter::InputMessagesFilterEmpty);
        if text.is_empty() && unfiltered && query.from.is_none() && query.peer.is_none() {
            return Err(Refusal::bad("SEARCH_QUERY_EMPTY"));
        }
        let fits = |entry: &Entry| {
            let Some(letter) = self.letters.get(&entry.letter) else {
                return false;
            };
            query.from.is_none_or(|from| letter.from == from)
                && (query.min_date <= 0 || letter.date > query.min_date)
                && (query.max_date <= 0 || letter.date < query.max_date)
                && (text.is_empty() || letter.text.to_lowercase().contains(&text))
                && self.passes(owner, entry, letter, query.filter)
        };
        let found = match (query.peer, query.thread) {
            (Some(peer), Some(top)) => self.found_in_thread(owner, peer, top, &fits)?,
            (Some(peer), None) => self.found_in(owner, peer, &fits)?,
            (None, _) => return self.page_anywhere(owner, query, &fits, window),
        };
        Ok(page_of(&found, window))
    }

    /// A page of what fits in all conversations. Ids of different boxes say nothing of what is
    /// older, so it begins after a message and not below an id.
    fn page_anywhere(
        &self,
        viewer: i64,
        query: &Query<'_>,
        fits: &impl Fn(&Entry) -> bool,
        window: Window,
    ) -> Answer<Page> {
        let among = |entry: &Entry| self.is_among(entry.peer, query.among) && fits(entry);
        let mut found = self.found_anywhere(viewer, &among)?;
        let total = found.len();
        let own = Place {
            owner: viewer,
            id: window.offset_id,
        };
        let after = query.after.or_else(|| (own.id > 0).then_some((own, 0)));
        if let Some((place, date)) = after {
            let cut = (self.date_about(place, date), place.id, place.owner);
            found.drain(..found.partition_point(|place| self.order_of(place) >= cut));
        }
        let window = Window {
            offset_id: 0,
            ..window
        };
        let page = page_of(&found, window);
        Ok(Page {
            complete: page.places.len() == total,
            total: total as i32,
            ..page
        })
    }

    /// When a message was written; of one that is gone what was said of it, or when the one before
    /// it was.
    fn date_about(&self, place: Place, said: i32) -> i32 {
        if let Some(letter) = self.letter_at(place) {
            return letter.date;
        }
        if said > 0 {
            return said;
        }
        let entries = self.boxes.get(&place.owner).map(|mailbox| &mailbox.entries);
        let before = entries.and_then(|all| all.range(..place.id).next_back());
        let before = before.and_then(|(_, entry)| self.letters.get(&entry.letter));
        before.map_or(0, |letter| letter.date)
    }

    fn is_among(&self, peer: i64, among: Among) -> bool {
        let form = self.chats.get(&peer).map(|chat| chat.form);
        match among {
            Among::All => true,
            Among::Users => form.is_none(),
            Among::Groups => matches!(form, Some(Form::Group | Form::Supergroup)),
            Among::Broadcasts => form == Some(Form::Broadcast),
        }
    }

    /// What messages of all conversations are sorted by.
    fn order_of(&self, place: &Place) -> (i32, i32, i64) {
        let date = self.letter_at(*place).map_or(0, |letter| letter.date);
        (date, place.id, place.owner)
    }

    /// Messages of one conversation that fit, newest first.
    fn found_in(
        &self,
        viewer: i64,
        peer: i64,
        fits: &impl Fn(&Entry) -> bool,
    ) -> Answer<Vec<Place>> {
        let owner = self.box_of(viewer, peer);
        let mailbox = self.mailbox(owner)?;
        let dialog = mailbox.dialogs.get(&peer);
        let hidden = self.hidden_up_to(viewer, peer);
        let ids = dialog.into_iter().flat_map(|d| d.ids.iter().rev());
        let shown = ids.take_while(|id| **id > hidden);
        let found = shown.filter(|id| mailbox.entries.get(id).is_some_and(fits));
        Ok(found.map(|id| Place { owner, id: *id }).collect())
    }

    /// Messages of one thread or topic that fit, newest first.
    fn found_in_thread(
        &self,
        viewer: i64,
        channel: i64,
        top: i32,
        fits: &impl Fn(&Entry) -> bool,
    ) -> Answer<Vec<Place>> {
        let forum = self.chats.get(&channel).is_some_and(|c| c.settings.forum);
        if forum && top == GENERAL {
            let mut found = self.found_in(viewer, channel, fits)?;
            found.retain(|place| self.is_in_thread(channel, place.id, top));
            return Ok(found);
        }
        let entries = &self.mailbox(self.box_of(viewer, channel))?.entries;
        let hidden = self.hidden_up_to(viewer, channel);
        let below = self.thread_ids(channel, top).into_iter().flatten().rev();
        // The note that made a topic is its first message.
        let first = forum.then_some(&top);
        let ids = below.chain(first).filter(|id| **id > hidden);
        let found = ids.filter(|id| entries.get(id).is_some_and(fits));
        Ok(found
            .map(|id| Place {
                owner: channel,
                id: *id,
            })
            .collect())
    }

    /// Messages of all conversations of an account that fit, newest first.
    fn found_anywhere(&self, viewer: i64, fits: &impl Fn(&Entry) -> bool) -> Answer<Vec<Place>> {
        let own = self.mailbox(viewer)?.entries.iter();
        let own = own.filter(|(_, entry)| fits(entry));
        let mut found: Vec<Place> = own
            .map(|(id, _)| Place {
                owner: viewer,
                id: *id,
            })
            .collect();
        let channels = self.chats_of(viewer).into_iter();
        for channel in channels.filter(|chat| is_channel(*chat)) {
            found.extend(self.found_in(viewer, channel, fits)?);
        }
        found.sort_by_cached_key(|place| std::cmp::Reverse(self.order_of(place)));
        Ok(found)
    }

    fn passes(&self, viewer: i64, entry: &Entry, letter: &Letter, filter: &MessagesFilter) -> bool {
        use MessagesFilter as F;
        let document = match letter.media {
            Some(Media::Document { id, .. }) => self.documents.get(&id),
            _ => None,
        };
        let photo = matches!(letter.media, Some(Media::Photo { .. }));
        let kind = document.map(form_of);
        match filter {
            F::InputMessagesFilterEmpty => true,
            F::InputMessagesFilterPhotos => photo,
            F::InputMessagesFilterVideo => kind == Some(DocumentForm::Video),
            F::InputMessagesFilterPhotoVideo => photo || kind == Some(DocumentForm::Video),
            F::InputMessagesFilterDocument => kind == Some(DocumentForm::File),
            F::InputMessagesFilterGif => kind == Some(DocumentForm::Gif),
            F::InputMessagesFilterVoice => kind == Some(DocumentForm::Voice),
            F::InputMessagesFilterMusic => kind == Some(DocumentForm::Music),
            F::InputMessagesFilterRoundVideo => kind == Some(DocumentForm::Round),
            F::InputMessagesFilterRoundVoice => {
                matches!(kind, Some(DocumentForm::Round | DocumentForm::Voice))
            }
            F::InputMessagesFilterUrl => letter
                .entities
                .iter()
                .any(|e| matches!(e, MessageEntity::Url(_) | MessageEntity::TextUrl(_))),
            F::InputMessagesFilterPinned => entry.pinned,
            F::InputMessagesFilterMyMentions => letter.mentions.contains(&viewer),
            F::InputMessagesFilterPoll => matches!(letter.media, Some(Media::Poll(_))),
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

/// A page of a list that is newest first.
pub(crate) fn page_of(found: &[Place], window: Window) -> Page {
    let cut = if window.offset_id > 0 {
        window.offset_id
    } else {
        i32::MAX
    };
    let first_older = found.partition_point(|place| place.id >= cut) as i64;
    let limit = i64::from(window.limit.clamp(0, PAGE_MAX));
    let start = first_older + i64::from(window.add_offset);
    let end = (start + limit).clamp(0, found.len() as i64);
    let start = start.clamp(0, end);
    let mut places = found
        .get(start as usize..end as usize)
        .unwrap_or_default()
        .to_vec();
    let fits = |id: i32| (window.max_id <= 0 || id < window.max_id) && id > window.min_id;
    places.retain(|place| fits(place.id));
    Page {
        complete: places.len() == found.len(),
        places,
        total: found.len() as i32,
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
            ..Query::of(0, &filter)
        };
        let window = Window {
            limit: 10,
            ..Window::default()
        };
        assert_eq!(
            w.search(a, &query(Some(b), "HELLO", None), window)
                .unwrap()
                .ids(),
            [3, 1]
        );
        assert_eq!(
            w.search(b, &query(None, "hello", Some(a)), window)
                .unwrap()
                .ids(),
            [3, 1]
        );
        assert_eq!(
            w.search(b, &query(None, "hello", Some(b)), window)
                .unwrap()
                .ids(),
            [0; 0]
        );
        assert_eq!(
            name_of(w.search(a, &query(None, "", None), window)),
            "SEARCH_QUERY_EMPTY"
        );
    }

    #[test]
    fn pages_of_a_search() {
        let found = [9, 7, 5, 3].map(|id| Place { owner: 1, id });
        let window = Window {
            limit: 2,
            ..Window::default()
        };
        assert_eq!(page_of(&found, window).ids(), [9, 7]);
        assert_eq!(
            page_of(
                &found,
                Window {
                    offset_id: 7,
                    ..window
                }
            )
            .ids(),
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
            .ids(),
            [7, 5]
        );
        assert_eq!(page_of(&found, window).total, 4);
    }
}
