//! Albums and other media in groups and channels, and how they are found there.

use bytes::Bytes;
use heliogram_api::functions::messages as m;
use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, company, group, input, peer, three};
use super::photos::{png, uploaded};

pub(super) fn photo(by: &Program, id: i64) -> enums::InputMedia {
    let file = uploaded(by, id, png(64, 64));
    types::InputMediaUploadedPhoto::new(file).into()
}

pub(super) fn file(by: &Program, id: i64) -> enums::InputMedia {
    let file = uploaded(by, id, Bytes::from_static(b"text"));
    types::InputMediaUploadedDocument::new(file, "text/plain".into(), Vec::new()).into()
}

/// An album of two photos, the first uploaded before, with the second one's caption.
fn album(by: &Program, to: &enums::InputPeer) -> m::SendMultiMedia {
    let before = m::UploadMedia::new(to.clone(), photo(by, 1));
    let enums::MessageMedia::Photo(before) = by.call(before).unwrap() else {
        panic!()
    };
    let Some(enums::Photo::Photo(known)) = before.photo else {
        panic!()
    };
    let reference = known.file_reference.clone();
    let known = types::InputPhoto::new(known.id, known.access_hash, reference);
    let known = types::InputMediaPhoto::new(known.into());
    let items = [(known.into(), ""), (photo(by, 2), "caption")];
    let items = items.into_iter().zip(1..);
    let items =
        items.map(|((media, text), id)| types::InputSingleMedia::new(media, id, text.into()));
    m::SendMultiMedia::new(to.clone(), items.collect())
}

fn found(
    by: &Program,
    at: &enums::InputPeer,
    filter: enums::MessagesFilter,
) -> Vec<types::Message> {
    let call = messages::Search::new(at.clone(), String::new(), filter, 0, 0, 0, 0, 100, 0, 0, 0);
    let list = match by.call(call).unwrap() {
        enums::messages::Messages::Messages(page) => page.messages,
        enums::messages::Messages::Slice(page) => page.messages,
        enums::messages::Messages::ChannelMessages(page) => page.messages,
        other => panic!("{other:?}"),
    };
    let list = list.into_iter().map(|message| match message {
        enums::Message::Message(message) => *message,
        other => panic!("{other:?}"),
    });
    list.collect()
}

fn send(by: &Program, to: &enums::InputPeer, media: enums::InputMedia, id: i64) -> String {
    by.refusal(m::SendMedia::new(to.clone(), media, String::new(), id))
}

fn invite(by: &Program, to: i64, whom: &Program) {
    let call = channels::InviteToChannel::new(input(by, to), vec![by.user(whom)]);
    by.call(call).unwrap();
}

#[test]
fn albums_are_sent_to_groups_and_channels_and_found_by_filters() {
    let (alice, bob, carol) = three();
    let small = group(&alice, &[&bob]);
    let small = |_: &Program| enums::InputPeer::Chat(types::InputPeerChat::new(small));
    let large = company(&alice, &[&bob], false);
    let news = channel(&alice, true);
    invite(&alice, news, &bob);
    let places: [&dyn Fn(&Program) -> enums::InputPeer; 3] =
        [&small, &|of| peer(of, large), &|of| peer(of, news)];
    for (n, place) in places.iter().enumerate() {
        let (to, at) = (place(&alice), place(&bob));
        alice.call(album(&alice, &to)).unwrap();
        assert_eq!(send(&alice, &to, file(&alice, 3), 30 + n as i64), "");
        let photos = found(&bob, &at, enums::MessagesFilter::InputMessagesFilterPhotos);
        let texts: Vec<&str> = photos.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(texts, ["caption", ""], "place {n}");
        assert!(photos[0].grouped_id.is_some());
        assert_eq!(photos[0].grouped_id, photos[1].grouped_id);
        let both = enums::MessagesFilter::InputMessagesFilterPhotoVideo;
        assert_eq!(found(&bob, &at, both).len(), 2);
        let files = enums::MessagesFilter::InputMessagesFilterDocument;
        assert_eq!(found(&bob, &at, files).len(), 1);
        let voices = enums::MessagesFilter::InputMessagesFilterVoice;
        assert_eq!(found(&bob, &at, voices).len(), 0);
    }
    let foreign = peer(&bob, news);
    assert_eq!(
        bob.refusal(album(&bob, &foreign)),
        "CHAT_WRITE_FORBIDDEN",
        "who only reads a channel sends nothing there"
    );
    let outside = m::UploadMedia::new(peer(&carol, large), photo(&carol, 5));
    assert_eq!(carol.refusal(outside), "CHANNEL_PRIVATE");
}

pub(super) fn items(all: Vec<(enums::InputMedia, i64)>) -> Vec<types::InputSingleMedia> {
    let item = |(media, id)| types::InputSingleMedia::new(media, id, String::new());
    all.into_iter().map(item).collect()
}

#[test]
fn an_album_is_of_one_sort_and_of_different_messages() {
    let (alice, _, _) = three();
    let to = enums::InputPeer::InputPeerSelf;
    let mixed = items(vec![(photo(&alice, 1), 1), (file(&alice, 2), 2)]);
    let mixed = m::SendMultiMedia::new(to.clone(), mixed);
    assert_eq!(alice.refusal(mixed), "MEDIA_GROUPED_INVALID");
    let places = types::InputMediaGeoPoint::new(types::InputGeoPoint::new(1.0, 2.0).into());
    let places = items(vec![(places.clone().into(), 3), (places.into(), 4)]);
    let places = m::SendMultiMedia::new(to.clone(), places);
    assert_eq!(alice.refusal(places), "MEDIA_GROUPED_INVALID");
    let twice = items(vec![(file(&alice, 5), 5), (file(&alice, 6), 5)]);
    let twice = m::SendMultiMedia::new(to.clone(), twice);
    assert_eq!(alice.refusal(twice), "RANDOM_ID_DUPLICATE");
    let none = m::SendMultiMedia::new(to.clone(), Vec::new());
    assert_eq!(alice.refusal(none), "MEDIA_EMPTY");
    assert!(found(&alice, &to, enums::MessagesFilter::InputMessagesFilterEmpty).is_empty());
}

#[test]
fn what_may_not_be_sent_leaves_its_parts_and_makes_no_file() {
    let (alice, bob, _) = three();
    let news = channel(&alice, true);
    invite(&alice, news, &bob);
    let before = bob.shared.world().documents.len();
    let files = |media: &enums::InputMedia| items(vec![(media.clone(), 1)]);
    let sent = file(&bob, 9);
    let forbidden = m::SendMultiMedia::new(peer(&bob, news), files(&sent));
    assert_eq!(bob.refusal(forbidden), "CHAT_WRITE_FORBIDDEN");
    assert_eq!(bob.shared.world().documents.len(), before);
    let to_self = m::SendMultiMedia::new(enums::InputPeer::InputPeerSelf, files(&sent));
    bob.call(to_self).unwrap();
    assert_eq!(bob.shared.world().documents.len(), before + 1);
}

#[test]
fn an_edit_moves_the_words_above_the_media() {
    let (alice, _, _) = three();
    let to = enums::InputPeer::InputPeerSelf;
    assert_eq!(send(&alice, &to, photo(&alice, 1), 1), "");
    let inverted = || {
        let all = enums::MessagesFilter::InputMessagesFilterPhotos;
        found(&alice, &to, all)[0].invert_media
    };
    assert!(!inverted());
    let edit = m::EditMessage {
        message: Some("above".into()),
        invert_media: true,
        ..m::EditMessage::new(to.clone(), 1)
    };
    alice.call(edit.clone()).unwrap();
    assert!(inverted());
    assert_eq!(alice.refusal(edit), "MESSAGE_NOT_MODIFIED");
}

#[test]
fn stickers_and_photos_are_forbidden_apart() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let rights = types::ChatBannedRights {
        send_stickers: true,
        ..types::ChatBannedRights::new(0)
    };
    let call = m::EditChatDefaultBannedRights::new(peer(&alice, id), rights);
    alice.call(call).unwrap();
    let at = peer(&bob, id);
    assert_eq!(send(&bob, &at, photo(&bob, 1), 1), "");
    let set = enums::InputStickerSet::Empty;
    let sticker = types::DocumentAttributeSticker::new("😀".into(), set);
    let upload = uploaded(&bob, 2, png(512, 512));
    let sticker =
        types::InputMediaUploadedDocument::new(upload, "image/webp".into(), vec![sticker.into()]);
    let name = send(&bob, &at, sticker.into(), 2);
    assert_eq!(name, "CHAT_SEND_STICKERS_FORBIDDEN");
}

#[test]
fn where_no_words_may_be_written_photos_with_words_are_sent() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let rights = types::ChatBannedRights {
        send_plain: true,
        ..types::ChatBannedRights::new(0)
    };
    let call = m::EditChatDefaultBannedRights::new(peer(&alice, id), rights);
    alice.call(call).unwrap();
    let at = peer(&bob, id);
    let words = m::SendMessage::new(at.clone(), "words".into(), 1);
    assert_eq!(bob.refusal(words), "CHAT_SEND_PLAIN_FORBIDDEN");
    let with_words = m::SendMedia::new(at, photo(&bob, 1), "words".into(), 2);
    bob.call(with_words).unwrap();
}

#[test]
fn what_lies_elsewhere_is_not_fetched() {
    let (alice, _, _) = three();
    let url = || "https://example.org/a.png".to_owned();
    let to = enums::InputPeer::InputPeerSelf;
    let photo = types::InputMediaPhotoExternal::new(url());
    let file = types::InputMediaDocumentExternal::new(url());
    for (id, media) in [(1, photo.into()), (2, file.into())] {
        assert_eq!(send(&alice, &to, media, id), "WEBPAGE_CURL_FAILED");
    }
}
