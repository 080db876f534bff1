//! Photos in messages, of people and of chats.

use std::io::Cursor;

use bytes::Bytes;
use heliogram_api::functions::{channels, messages, photos, upload, users};
use heliogram_api::{enums, types};

use super::groups::{company, group, input, peer, three};
use super::{Program, server};

pub(super) fn png(width: u32, height: u32) -> Bytes {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x % 256) as u8, (y % 256) as u8, 0])
    });
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::from(picture)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner().into()
}

pub(super) fn uploaded(by: &Program, id: i64, bytes: Bytes) -> enums::InputFile {
    by.call(upload::SaveFilePart::new(id, 0, bytes)).unwrap();
    types::InputFile::new(id, 1, "p.png".into(), String::new()).into()
}

fn alice() -> Program {
    Program::logged_in(&server(), "9996610001", "Alice")
}

/// Fetches a size, which is a JPEG whatever it was made of.
pub(super) fn jpeg_at(by: &Program, location: enums::InputFileLocation) -> Bytes {
    let call = upload::GetFile::new(location, 0, 1 << 20);
    match by.call(call).unwrap() {
        enums::upload::File::File(file) => {
            assert_eq!(file.bytes[..2], [0xff, 0xd8], "a JPEG");
            file.bytes
        }
        other => panic!("{other:?}"),
    }
}

fn bytes_of(by: &Program, location: enums::InputFileLocation) -> usize {
    jpeg_at(by, location).len()
}

#[test]
fn a_photo_has_its_sizes_and_each_can_be_fetched() {
    let alice = alice();
    let send = |file: enums::InputFile, id| {
        let media = types::InputMediaUploadedPhoto::new(file);
        let to = enums::InputPeer::InputPeerSelf;
        messages::SendMedia::new(to, media.into(), "look".into(), id)
    };
    let text = uploaded(&alice, 2, Bytes::from_static(b"text"));
    assert_eq!(alice.refusal(send(text, 2)), "IMAGE_PROCESS_FAILED");
    let thin = uploaded(&alice, 3, png(2100, 100));
    assert_eq!(alice.refusal(send(thin, 3)), "PHOTO_INVALID_DIMENSIONS");
    let file = uploaded(&alice, 1, png(512, 256));
    alice.call(send(file, 1)).unwrap();
    let (photo, location) = {
        let world = alice.shared.world();
        let photo = world.photos.values().next().unwrap();
        let sizes: Vec<_> = photo
            .sizes
            .iter()
            .map(|s| (s.kind.clone(), s.width))
            .collect();
        let (id, shown) = (photo.id, world.photo_for(alice.me, photo));
        let enums::Photo::Photo(shown) = shown else {
            panic!()
        };
        let at = move |kind: &str| {
            let reference = shown.file_reference.clone();
            types::InputPhotoFileLocation::new(id, shown.access_hash, reference, kind.into()).into()
        };
        (sizes, at)
    };
    assert_eq!(
        photo,
        [("s".into(), 100), ("m".into(), 320), ("x".into(), 512)]
    );
    assert!(bytes_of(&alice, location("s")) < bytes_of(&alice, location("x")));
}

#[test]
fn profile_photos_come_go_and_are_seen() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    let file = uploaded(&alice, 1, png(700, 500));
    let upload = photos::UploadProfilePhoto {
        file: Some(Box::new(file)),
        ..photos::UploadProfilePhoto::new()
    };
    let set = alice.call(upload).unwrap();
    let enums::Photo::Photo(photo) = set.photo else {
        panic!()
    };
    let seen = bob
        .call(users::GetUsers::new(vec![bob.user(&alice)]))
        .unwrap();
    let enums::User::User(seen) = &seen[0] else {
        panic!()
    };
    let Some(face) = &seen.photo else {
        panic!("no photo is seen")
    };
    assert!(
        matches!(&**face, enums::UserProfilePhoto::UserProfilePhoto(f) if f.photo_id == photo.id)
    );
    let at = |big| types::InputPeerPhotoFileLocation {
        big,
        ..types::InputPeerPhotoFileLocation::new(bob.peer(&alice), photo.id)
    };
    assert!(bytes_of(&bob, at(false).into()) < bytes_of(&bob, at(true).into()));
    let list = photos::GetUserPhotos::new(bob.user(&alice), 0, 0, 10);
    let enums::photos::Photos::Photos(list) = bob.call(list).unwrap() else {
        panic!()
    };
    assert_eq!(list.photos.len(), 1);
    let reference = photo.file_reference.clone();
    let own = types::InputPhoto::new(photo.id, photo.access_hash, reference);
    let gone = alice
        .call(photos::DeletePhotos::new(vec![own.into()]))
        .unwrap();
    assert_eq!(gone, [photo.id]);
    assert_eq!(
        bob.refusal(upload::GetFile::new(at(true).into(), 0, 4096)),
        "LOCATION_INVALID"
    );
}

#[test]
fn an_older_photo_is_set_again_and_everybody_who_should_hears_it() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    bob.say(&alice, "hi");
    bob.listen();
    let set = |id, side| {
        let upload = photos::UploadProfilePhoto {
            file: Some(Box::new(uploaded(&alice, id, png(side, side)))),
            ..photos::UploadProfilePhoto::new()
        };
        match alice.call(upload).unwrap().photo {
            enums::Photo::Photo(photo) => *photo,
            other => panic!("{other:?}"),
        }
    };
    let (first, second) = (set(1, 100), set(2, 200));
    let heard = bob.heard();
    let told = |update: &enums::Update| matches!(update, enums::Update::User(told) if told.user_id == alice.me);
    assert_eq!(heard.iter().filter(|update| told(update)).count(), 2);
    let shown = || {
        let call = users::GetFullUser::new(bob.user(&alice));
        let full = bob.call(call).unwrap().full_user;
        match full.profile_photo {
            Some(enums::Photo::Photo(photo)) => Some(photo.id),
            _ => None,
        }
    };
    assert_eq!(shown(), Some(second.id));
    let reference = first.file_reference.clone();
    let again = types::InputPhoto::new(first.id, first.access_hash, reference);
    let again = photos::UpdateProfilePhoto::new(again.into());
    alice.call(again.clone()).unwrap();
    assert_eq!(shown(), Some(first.id));
    let page = photos::GetUserPhotos::new(bob.user(&alice), 0, 0, 1);
    let enums::photos::Photos::Slice(page) = bob.call(page).unwrap() else {
        panic!()
    };
    assert_eq!((page.count, page.photos.len()), (2, 1));
    let fallback = photos::UpdateProfilePhoto {
        fallback: true,
        ..again
    };
    assert_eq!(alice.refusal(fallback), "PHOTO_INVALID");
    let none = photos::UpdateProfilePhoto::new(enums::InputPhoto::Empty);
    alice.call(none).unwrap();
    assert_eq!(shown(), Some(second.id));
    let moving = photos::UploadProfilePhoto {
        video: Some(Box::new(uploaded(&alice, 3, png(9, 9)))),
        ..photos::UploadProfilePhoto::new()
    };
    assert_eq!(alice.refusal(moving), "PHOTO_FILE_MISSING");
}

#[test]
fn the_photo_of_a_chat_is_a_face_whatever_it_was_made_of() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let file = uploaded(&alice, 1, png(400, 300));
    let photo = types::InputChatUploadedPhoto {
        file: Some(Box::new(file)),
        ..types::InputChatUploadedPhoto::new()
    };
    alice
        .call(channels::EditPhoto::new(input(&alice, id), photo.into()))
        .unwrap();
    let full = bob
        .call(channels::GetFullChannel::new(input(&bob, id)))
        .unwrap();
    let enums::ChatFull::ChannelFull(full) = &full.full_chat else {
        panic!()
    };
    let enums::Photo::Photo(photo) = &full.chat_photo else {
        panic!("no photo is seen")
    };
    let kinds: Vec<&str> = photo
        .sizes
        .iter()
        .filter_map(|size| match size {
            enums::PhotoSize::PhotoSize(size) => Some(size.r#type.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["a", "b", "c"]);
    let at = types::InputPeerPhotoFileLocation::new(peer(&bob, id), photo.id);
    bytes_of(&bob, at.into());
}

#[test]
fn the_photo_of_a_basic_group_is_fetched_in_both_sizes_by_its_members_only() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob]);
    let photo = types::InputChatUploadedPhoto {
        file: Some(Box::new(uploaded(&alice, 1, png(400, 300)))),
        ..types::InputChatUploadedPhoto::new()
    };
    alice
        .call(messages::EditChatPhoto::new(id, photo.into()))
        .unwrap();
    let seen = bob.call(messages::GetChats::new(vec![id])).unwrap();
    let enums::messages::Chats::Chats(seen) = seen else {
        panic!()
    };
    let enums::Chat::Chat(seen) = &seen.chats[0] else {
        panic!()
    };
    let enums::ChatPhoto::ChatPhoto(face) = &seen.photo else {
        panic!("no photo is seen")
    };
    let preview = face.stripped_thumb.as_ref().unwrap();
    assert_eq!(preview[..3], [1, 40, 40]);
    let at = |big| types::InputPeerPhotoFileLocation {
        big,
        ..types::InputPeerPhotoFileLocation::new(
            types::InputPeerChat::new(id).into(),
            face.photo_id,
        )
    };
    assert!(bytes_of(&bob, at(false).into()) < bytes_of(&bob, at(true).into()));
    let outside = upload::GetFile::new(at(true).into(), 0, 4096);
    assert_eq!(carol.refusal(outside), "CHAT_ID_INVALID");
}
