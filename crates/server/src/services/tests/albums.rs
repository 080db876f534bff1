//! Albums and other media in groups and channels, and how they are found there.

use bytes::Bytes;
use heliogram_api::functions::messages as m;
use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, company, group, input, peer, three};
use super::photos::{png, uploaded};

fn photo(by: &Program, id: i64) -> enums::InputMedia {
    let file = uploaded(by, id, png(64, 64));
    types::InputMediaUploadedPhoto::new(file).into()
}

fn file(by: &Program, id: i64) -> enums::InputMedia {
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

#[test]
fn albums_are_sent_to_groups_and_channels_and_found_by_filters() {
    let (alice, bob, carol) = three();
    let small = group(&alice, &[&bob]);
    let small = |_: &Program| enums::InputPeer::Chat(types::InputPeerChat::new(small));
    let large = company(&alice, &[&bob], false);
    let news = channel(&alice, true);
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, news),
            vec![alice.user(&bob)],
        ))
        .unwrap();
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
