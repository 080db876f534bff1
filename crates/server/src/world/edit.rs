use heliogram_api::enums;

use super::checks::check_text;
use super::{Act, Actor, Media, Place, Rec, Rich, What, World, is_channel};
use crate::rpc::{Answer, Refusal};

/// What is to be different about a message; what is not given stays.
#[derive(Clone, Default)]
pub(crate) struct Edit {
    pub(crate) rich: Option<Rich>,
    pub(crate) media: Option<Media>,
    /// `None` inside takes the buttons away.
    pub(crate) markup: Option<Option<enums::ReplyMarkup>>,
    /// Whether the media stands above the words or below.
    pub(crate) invert_media: Option<bool>,
}

impl World {
    /// Changes a message the account wrote, for everybody who has it; gives the pts of
    /// the box it lies in.
    pub(crate) fn edit(&mut self, by: Actor, peer: i64, id: i32, edit: Edit) -> Answer<i32> {
        let letter_id = self.editable(by.user, peer, id)?;
        let own_box = self.box_of(by.user, peer);
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter = self.letters.get(&letter_id).ok_or_else(missing)?;
        if letter.forward.is_some() || letter.action.is_some() {
            return Err(missing());
        }
        if matches!(letter.media, Some(Media::Poll(_))) && edit.media.is_some() {
            return Err(Refusal::bad("MEDIA_PREV_INVALID"));
        }
        // A restricted member may not put in what it may not send.
        if edit.media.is_some() && edit.media != letter.media {
            self.check_kind(by.user, peer, edit.media.as_ref())?;
        }
        self.rewrite(by, letter_id, edit)?;
        let pts = self.boxes.get(&own_box).map_or(0, |mailbox| mailbox.pts);
        Ok(pts)
    }

    /// A message that an account may change.
    pub(crate) fn editable(&self, by: i64, peer: i64, id: i32) -> Answer<i64> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter_id = self.message_of(by, peer, id)?;
        let letter = self.letters.get(&letter_id).ok_or_else(missing)?;
        self.check_edits(by, peer, letter)?;
        Ok(letter_id)
    }

    /// Changes a message for everybody who has it.
    pub(super) fn rewrite(&mut self, by: Actor, letter_id: i64, edit: Edit) -> Answer<()> {
        let now = self.now();
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter = self.letters.get_mut(&letter_id).ok_or_else(missing)?;
        let media = edit.media.or_else(|| letter.media.clone());
        let rich = edit.rich.unwrap_or_else(|| Rich {
            text: letter.text.clone(),
            entities: letter.entities.clone(),
        });
        let markup = edit.markup.unwrap_or_else(|| letter.markup.clone());
        let invert_media = edit.invert_media.unwrap_or(letter.invert_media);
        check_text(&rich.text, media.is_some())?;
        let same = letter.text == rich.text
            && letter.entities == rich.entities
            && letter.media == media
            && letter.markup == markup
            && letter.invert_media == invert_media;
        if same {
            return Err(Refusal::bad("MESSAGE_NOT_MODIFIED"));
        }
        // Only channels keep a log.
        let mut copies = letter.copies.iter().copied();
        let channel = copies.find(|(owner, _)| is_channel(*owner));
        let place = channel.map(|(owner, id)| Place { owner, id });
        let before = place.and_then(|place| self.snapshot(place));
        let letter = self.letters.get_mut(&letter_id).ok_or_else(missing)?;
        letter.text = rich.text;
        letter.entities = rich.entities;
        letter.media = media;
        letter.markup = markup;
        letter.invert_media = invert_media;
        letter.edited = Some(now);
        let copies = letter.copies.clone();
        if let (Some(place), Some(before)) = (place, before)
            && let Some(after) = self.snapshot(place)
        {
            self.note_deed(place.owner, by.user, Act::Edited(before, after));
        }
        self.touch(Rec::Letter(letter_id));
        for (owner, id) in copies {
            let pts = self.log(owner, 1, What::Edited(id));
            self.push_step(owner, by, pts);
        }
        if let Some((owner, id)) = channel {
            self.edit_comments_copy(by, owner, id);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, name_of, pair};
    use super::*;

    fn text(text: &str) -> Edit {
        let rich = Rich {
            text: text.to_owned(),
            entities: Vec::new(),
        };
        Edit {
            rich: Some(rich),
            ..Edit::default()
        }
    }

    #[test]
    fn an_edit_reaches_both_sides() {
        let (mut w, a, b) = pair();
        let sent = w.send(Actor::account(a), b, draft("hi", 1)).unwrap();
        let (pa, pb) = (w.boxes[&a].pts, w.boxes[&b].pts);
        assert_eq!(
            w.edit(Actor::account(a), b, sent.id, text("hello")),
            Ok(pa + 1)
        );
        assert_eq!(w.boxes[&b].pts, pb + 1);
        assert_eq!(
            w.letter_at(Place { owner: b, id: 1 }).unwrap().text,
            "hello"
        );
    }

    #[test]
    fn edits_that_may_not_be_are_refused() {
        let (mut w, a, b) = pair();
        let sent = w.send(Actor::account(a), b, draft("hi", 1)).unwrap();
        let mut edit =
            |who, peer, id, new: &str| name_of(w.edit(Actor::account(who), peer, id, text(new)));
        assert_eq!(edit(a, b, sent.id, "hi"), "MESSAGE_NOT_MODIFIED");
        assert_eq!(edit(a, b, sent.id, ""), "MESSAGE_EMPTY");
        assert_eq!(edit(a, b, 99, "x"), "MESSAGE_ID_INVALID");
        assert_eq!(edit(a, a, sent.id, "x"), "MESSAGE_ID_INVALID");
        assert_eq!(edit(b, a, 1, "x"), "MESSAGE_AUTHOR_REQUIRED");
    }
}
