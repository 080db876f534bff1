use heliogram_api::enums::DocumentAttribute;

use super::{Document, Media, World};
use crate::rpc::{Answer, Refusal};

/// What a document is to whoever sees or looks for one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentForm {
    File,
    Video,
    Round,
    Gif,
    Voice,
    Music,
    Sticker,
}

/// Told by the document's attributes.
pub(super) fn form_of(document: &Document) -> DocumentForm {
    let mut form = DocumentForm::File;
    for attribute in &document.attributes {
        match attribute {
            DocumentAttribute::Sticker(_) | DocumentAttribute::CustomEmoji(_) => {
                return DocumentForm::Sticker;
            }
            DocumentAttribute::Animated => return DocumentForm::Gif,
            DocumentAttribute::Video(video) if video.round_message => form = DocumentForm::Round,
            DocumentAttribute::Video(_) => form = DocumentForm::Video,
            DocumentAttribute::Audio(audio) if audio.voice => form = DocumentForm::Voice,
            DocumentAttribute::Audio(_) => form = DocumentForm::Music,
            _ => {}
        }
    }
    form
}

/// What lies side by side in one album.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shelf {
    Visual,
    Music,
    Files,
}

impl World {
    /// Voice messages and round videos, which somebody may not want to be sent.
    pub(super) fn is_voice(&self, media: &Media) -> bool {
        let form = self.form(media);
        matches!(form, Some(DocumentForm::Voice | DocumentForm::Round))
    }

    /// Photos go with videos, music with music and files with files; nothing else makes an album.
    pub(crate) fn check_album<'a>(&self, media: impl Iterator<Item = &'a Media>) -> Answer<()> {
        let shelves: Vec<_> = media.map(|media| self.shelf_of(media)).collect();
        let together = shelves
            .iter()
            .all(|shelf| shelf.is_some() && shelf == &shelves[0]);
        match together || shelves.len() == 1 {
            true => Ok(()),
            false => Err(Refusal::bad("MEDIA_GROUPED_INVALID")),
        }
    }

    fn shelf_of(&self, media: &Media) -> Option<Shelf> {
        match media {
            Media::Photo { .. } => Some(Shelf::Visual),
            media => match self.form(media)? {
                DocumentForm::Video => Some(Shelf::Visual),
                DocumentForm::Music => Some(Shelf::Music),
                DocumentForm::File => Some(Shelf::Files),
                DocumentForm::Round
                | DocumentForm::Gif
                | DocumentForm::Voice
                | DocumentForm::Sticker => None,
            },
        }
    }

    fn form(&self, media: &Media) -> Option<DocumentForm> {
        match media {
            Media::Document { id, .. } => self.documents.get(id).map(form_of),
            _ => None,
        }
    }
}
