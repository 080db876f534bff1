//! The small pictures of documents.

use std::io::Cursor;

use bytes::Bytes;
use heliogram_api::functions::messages::UploadMedia;
use heliogram_api::{enums, types};

use super::photos::{jpeg_at, png, uploaded};
use super::{Program, server};

fn alice() -> Program {
    Program::logged_in(&server(), "9996640001", "Alice")
}

/// A document as the server has it, with or without a small picture of the sender's own.
fn kept(by: &Program, file: Bytes, thumb: Option<Bytes>) -> types::Document {
    let media = types::InputMediaUploadedDocument {
        thumb: thumb.map(|bytes| Box::new(uploaded(by, 2, bytes))),
        ..types::InputMediaUploadedDocument::new(uploaded(by, 1, file), "a/b".into(), Vec::new())
    };
    let call = UploadMedia::new(enums::InputPeer::InputPeerSelf, media.into());
    let enums::MessageMedia::Document(media) = by.call(call).unwrap() else {
        panic!()
    };
    match media.document {
        Some(enums::Document::Document(document)) => *document,
        other => panic!("{other:?}"),
    }
}

fn sizes(document: &types::Document) -> Vec<(&str, i32, i32)> {
    let sizes = document.thumbs.iter().flatten();
    sizes
        .map(|size| match size {
            enums::PhotoSize::PhotoStrippedSize(size) => {
                assert_eq!(size.bytes[0], 1);
                (
                    size.r#type.as_str(),
                    size.bytes[2].into(),
                    size.bytes[1].into(),
                )
            }
            enums::PhotoSize::PhotoSize(size) => (size.r#type.as_str(), size.w, size.h),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn thumb(by: &Program, document: &types::Document) -> Bytes {
    let reference = document.file_reference.clone();
    let (id, hash) = (document.id, document.access_hash);
    let at = types::InputDocumentFileLocation::new(id, hash, reference, "m".into());
    jpeg_at(by, at.into())
}

fn jpeg(width: u32, height: u32) -> Bytes {
    let picture = image::load_from_memory(&png(width, height)).unwrap();
    let mut out = Cursor::new(Vec::new());
    let written = picture.write_to(&mut out, image::ImageFormat::Jpeg);
    written.unwrap();
    out.into_inner().into()
}

#[test]
fn a_picture_sent_as_a_file_gets_a_small_one() {
    let alice = alice();
    let document = kept(&alice, png(640, 480), None);
    assert_eq!(sizes(&document), [("i", 40, 30), ("m", 320, 240)]);
    let small = image::load_from_memory(&thumb(&alice, &document)).unwrap();
    assert_eq!((small.width(), small.height()), (320, 240));
}

#[test]
fn what_is_no_picture_or_a_broken_one_is_a_file_all_the_same() {
    let alice = alice();
    let whole = png(640, 480);
    for bytes in [
        Bytes::from_static(b"text"),
        whole.slice(..40),
        png(4000, 20),
    ] {
        let document = kept(&alice, bytes.clone(), None);
        assert_eq!(document.size, bytes.len() as i64);
        assert_eq!(document.thumbs, None);
    }
}

#[test]
fn the_small_picture_of_the_sender_is_kept_or_made_to_fit() {
    let alice = alice();
    let file = || Bytes::from_static(b"text");
    let own = jpeg(200, 100);
    let document = kept(&alice, file(), Some(own.clone()));
    assert_eq!(sizes(&document), [("i", 40, 20), ("m", 200, 100)]);
    assert_eq!(thumb(&alice, &document), own);
    for too_much in [jpeg(800, 400), png(800, 400)] {
        let document = kept(&alice, file(), Some(too_much));
        assert_eq!(sizes(&document), [("i", 40, 20), ("m", 320, 160)]);
        thumb(&alice, &document);
    }
    assert_eq!(kept(&alice, file(), Some(file())).thumbs, None);
}
