//! Sets of stickers, and what an account keeps of stickers and GIFs.

use bytes::Bytes;
use heliogram_api::functions::messages as m;
use heliogram_api::functions::stickers as s;
use heliogram_api::{enums, types};
use heliogram_tl::deflate;

use super::photos::{png, uploaded};
use super::{Program, server};

fn pair() -> (Program, Program) {
    let shared = server();
    (
        Program::logged_in(&shared, "9996650001", "Alice"),
        Program::logged_in(&shared, "9996650002", "Bob"),
    )
}

/// A file the account has uploaded, to be named later.
fn file(by: &Program, bytes: Bytes, mime: &str, about: Vec<enums::DocumentAttribute>) -> Doc {
    let file = uploaded(by, 1, bytes);
    let media = types::InputMediaUploadedDocument::new(file, mime.into(), about);
    let call = m::UploadMedia::new(enums::InputPeer::InputPeerSelf, media.into());
    document_in(by.call(call).unwrap())
}

type Doc = types::Document;

fn document_in(media: enums::MessageMedia) -> Doc {
    let enums::MessageMedia::Document(media) = media else {
        panic!("{media:?}")
    };
    let Some(enums::Document::Document(document)) = media.document else {
        panic!()
    };
    *document
}

fn named(document: &Doc) -> enums::InputDocument {
    let reference = document.file_reference.clone();
    types::InputDocument::new(document.id, document.access_hash, reference).into()
}

fn item(document: &Doc, emoji: &str) -> types::InputStickerSetItem {
    types::InputStickerSetItem::new(named(document), emoji.into())
}

fn picture(by: &Program) -> Doc {
    file(by, png(512, 300), "image/png", Vec::new())
}

fn creation(items: Vec<types::InputStickerSetItem>, name: &str) -> s::CreateStickerSet {
    let me = enums::InputUser::InputUserSelf;
    s::CreateStickerSet::new(me, "Cats".into(), name.into(), items)
}

fn added(
    set: &types::messages::StickerSet,
    item: types::InputStickerSetItem,
) -> s::AddStickerToSet {
    s::AddStickerToSet::new(by_id(&set.set), Box::new(item))
}

fn whole(set: enums::messages::StickerSet) -> types::messages::StickerSet {
    match set {
        enums::messages::StickerSet::StickerSet(set) => *set,
        other => panic!("{other:?}"),
    }
}

/// A set with one sticker.
fn cats(by: &Program) -> types::messages::StickerSet {
    let call = creation(vec![item(&picture(by), "😀😺")], "cats");
    whole(by.call(call).unwrap())
}

fn by_name(name: &str) -> enums::InputStickerSet {
    types::InputStickerSetShortName::new(name.into()).into()
}

fn by_id(set: &types::StickerSet) -> enums::InputStickerSet {
    types::InputStickerSetID::new(set.id, set.access_hash).into()
}

fn fetched(by: &Program, set: enums::InputStickerSet) -> types::messages::StickerSet {
    whole(by.call(m::GetStickerSet::new(set, 0)).unwrap())
}

fn documents(list: &[enums::Document]) -> Vec<Doc> {
    let list = list.iter().map(|one| match one {
        enums::Document::Document(document) => (**document).clone(),
        other => panic!("{other:?}"),
    });
    list.collect()
}

/// The set a sticker says it is in.
fn said(document: &Doc) -> (String, enums::InputStickerSet) {
    let mut all = document.attributes.iter();
    let sticker = all.find_map(|one| match one {
        enums::DocumentAttribute::Sticker(sticker) => Some(sticker),
        _ => None,
    });
    let sticker = sticker.unwrap();
    (sticker.alt.clone(), sticker.stickerset.clone())
}

fn sent(by: &Program, to: enums::InputPeer, document: &Doc, random_id: i64) -> Doc {
    let media = types::InputMediaDocument::new(named(document));
    let call = m::SendMedia::new(to, media.into(), String::new(), random_id);
    let enums::Updates::Updates(answer) = by.call(call).unwrap() else {
        panic!()
    };
    let message = answer.updates.into_iter().find_map(|update| match update {
        enums::Update::NewMessage(new) => Some(new.message),
        _ => None,
    });
    let Some(enums::Message::Message(message)) = message else {
        panic!()
    };
    document_in(*message.media.unwrap())
}

#[test]
fn a_set_is_made_found_by_name_and_id_and_its_stickers_are_sent() {
    let (alice, bob) = pair();
    let made = cats(&alice);
    assert!(made.set.creator && made.set.count == 1);
    let packs: Vec<_> = made.packs.iter().map(|p| p.emoticon.as_str()).collect();
    assert_eq!(packs, ["😀", "😺"]);

    let seen = fetched(&bob, by_name("CATS"));
    assert!(!seen.set.creator && seen.set.id == made.set.id);
    assert_ne!(seen.set.access_hash, made.set.access_hash);
    let refused = |set| bob.refusal(m::GetStickerSet::new(set, 0));
    assert_eq!(refused(by_id(&made.set)), "STICKERSET_INVALID");
    assert_eq!(refused(by_name("dogs")), "STICKERSET_INVALID");
    let animated = enums::InputStickerSet::AnimatedEmoji;
    assert_eq!(refused(animated), "STICKERSET_INVALID");
    let known = m::GetStickerSet::new(by_id(&seen.set), seen.set.hash);
    let known = bob.call(known).unwrap();
    assert!(matches!(known, enums::messages::StickerSet::NotModified));

    let sticker = &documents(&seen.documents)[0];
    assert_eq!(sticker.mime_type, "image/webp");
    assert_eq!(said(sticker), ("😀".into(), by_id(&seen.set)));
    let there = sent(&bob, bob.peer(&alice), sticker, 1);
    assert_eq!(said(&there).1, by_id(&seen.set));
    let recent = m::GetRecentStickers::new(0);
    let enums::messages::RecentStickers::RecentStickers(recent) = bob.call(recent).unwrap() else {
        panic!()
    };
    assert_eq!(documents(&recent.stickers)[0].id, sticker.id);
    assert_eq!((recent.packs.len(), recent.dates.len()), (1, 1));
    let again = bob.call(m::GetRecentStickers::new(recent.hash)).unwrap();
    assert!(matches!(
        again,
        enums::messages::RecentStickers::NotModified
    ));
}

#[test]
fn what_cannot_be_a_sticker_is_refused_by_name() {
    let (alice, _) = pair();
    let refused =
        |document: &Doc, emoji: &str| alice.refusal(creation(vec![item(document, emoji)], "cats"));
    let of = |bytes: Bytes, mime: &str| file(&alice, bytes, mime, Vec::new());
    let text = || Bytes::from_static(b"text");
    let good = picture(&alice);
    assert_eq!(refused(&good, "cat"), "STICKER_EMOJI_INVALID");
    assert_eq!(refused(&good, ""), "STICKER_EMOJI_INVALID");
    for (document, name) in [
        (of(png(100, 100), "image/png"), "STICKER_PNG_DIMENSIONS"),
        (of(png(513, 512), "image/png"), "STICKER_PNG_DIMENSIONS"),
        (of(text(), "image/webp"), "STICKER_PNG_NOPNG"),
        (of(text(), "application/x-tgsticker"), "STICKER_TGS_NOTGS"),
        (of(text(), "video/webm"), "STICKER_VIDEO_NOWEBM"),
        (of(text(), "text/plain"), "STICKER_MIME_INVALID"),
    ] {
        assert_eq!(refused(&document, "😀"), name);
    }
    let large = of(Bytes::from(vec![0; 300 << 10]), "video/webm");
    assert_eq!(refused(&large, "😀"), "STICKER_VIDEO_BIG");
    assert_eq!(
        alice.refusal(creation(Vec::new(), "cats")),
        "STICKERS_EMPTY"
    );
    let many = vec![item(&good, "😀"); 121];
    assert_eq!(alice.refusal(creation(many, "cats")), "STICKERS_TOO_MUCH");
    let masks = s::CreateStickerSet {
        masks: true,
        ..creation(vec![item(&good, "😀")], "cats")
    };
    assert_eq!(alice.refusal(masks), "PACK_TYPE_INVALID");
    let covered = s::CreateStickerSet {
        thumb: Some(Box::new(named(&good))),
        ..creation(vec![item(&good, "😀")], "cats")
    };
    assert_eq!(alice.refusal(covered), "STICKER_FILE_INVALID");
    let moving = deflate(&[b' '; 1000]).unwrap();
    let moving = of(moving.into(), "application/x-tgsticker");
    assert_eq!(refused(&moving, "😀"), "");
}

#[test]
fn names_of_sets_follow_the_rules_and_are_taken_once() {
    let (alice, bob) = pair();
    let check = |name: &str| bob.refusal(s::CheckShortName::new(name.into()));
    for bad in ["", "1cats", "_cats", "c__s", "cäts", "c-s", &"c".repeat(65)] {
        assert_eq!(check(bad), "SHORT_NAME_INVALID", "{bad}");
        let made = creation(vec![item(&picture(&bob), "😀")], bad);
        assert_eq!(bob.refusal(made), "PACK_SHORT_NAME_INVALID");
    }
    assert_eq!(check("cats"), "");
    cats(&alice);
    assert_eq!(check("Cats"), "SHORT_NAME_OCCUPIED");
    let made = creation(vec![item(&picture(&bob), "😀")], "Cats");
    assert_eq!(bob.refusal(made), "PACK_SHORT_NAME_OCCUPIED");
    let for_other = s::CreateStickerSet {
        user_id: bob.user(&alice),
        ..creation(vec![item(&picture(&bob), "😀")], "dogs")
    };
    assert_eq!(bob.refusal(for_other), "USER_ID_INVALID");
}

#[test]
fn a_bot_makes_sets_for_people_and_under_its_own_name() {
    let (alice, _) = pair();
    let bot = Program::bot(&alice.shared, "cat_bot");
    alice.say(&bot, "/start");
    let set = |name: &str| s::CreateStickerSet {
        user_id: bot.user(&alice),
        ..creation(vec![item(&picture(&bot), "😀")], name)
    };
    assert_eq!(bot.refusal(set("cats")), "PACK_SHORT_NAME_INVALID");
    let made = whole(bot.call(set("cats_by_Cat_Bot")).unwrap());
    assert!(!made.set.creator);
    let own = alice.call(m::GetMyStickers::new(0, 10)).unwrap();
    assert_eq!((own.count, own.sets.len()), (1, 1));
    let more = added(&made, item(&picture(&bot), "😺"));
    assert_eq!(whole(bot.call(more).unwrap()).set.count, 2);
}

#[test]
fn sets_are_changed_by_their_owners_only_and_end() {
    let (alice, bob) = pair();
    let made = cats(&alice);
    let first = documents(&made.documents).remove(0);
    let seen = fetched(&bob, by_name("cats"));
    let foreign = added(&seen, item(&picture(&bob), "😀"));
    assert_eq!(bob.refusal(foreign), "STICKERSET_INVALID");
    let foreign = s::RemoveStickerFromSet::new(named(&documents(&seen.documents)[0]));
    assert_eq!(bob.refusal(foreign), "STICKER_INVALID");
    let foreign = s::DeleteStickerSet::new(by_id(&seen.set));
    assert_eq!(bob.refusal(foreign), "STICKERSET_INVALID");

    let more = types::InputStickerSetItem {
        keywords: Some("sleepy, cat".into()),
        ..item(&picture(&alice), "😴")
    };
    let more = added(&made, more);
    let set = whole(alice.call(more).unwrap());
    assert_eq!(set.keywords[0].keyword, ["sleepy", "cat"]);
    assert_ne!(set.set.hash, made.set.hash);
    let second = documents(&set.documents).remove(1);
    let up = s::ChangeStickerPosition::new(named(&second), 0);
    let set = whole(alice.call(up).unwrap());
    assert_eq!(documents(&set.documents)[0].id, second.id);
    let other = s::ChangeSticker {
        emoji: Some("💤".into()),
        ..s::ChangeSticker::new(named(&second))
    };
    let set = whole(alice.call(other).unwrap());
    assert_eq!(said(&documents(&set.documents)[0]).0, "💤");
    assert_eq!(set.keywords[0].keyword, ["sleepy", "cat"]);
    let title = s::RenameStickerSet::new(by_id(&made.set), "More cats".into());
    assert_eq!(whole(alice.call(title).unwrap()).set.title, "More cats");

    let there = sent(&alice, alice.peer(&bob), &first, 1);
    let less = s::RemoveStickerFromSet::new(named(&first));
    assert_eq!(whole(alice.call(less).unwrap()).set.count, 1);
    let less = s::RemoveStickerFromSet::new(named(&first));
    assert_eq!(alice.refusal(less), "STICKER_INVALID");
    let alone = sent(&alice, alice.peer(&bob), &there, 2);
    assert_eq!(said(&alone).1, enums::InputStickerSet::Empty);
    alice
        .call(s::DeleteStickerSet::new(by_id(&made.set)))
        .unwrap();
    let gone = m::GetStickerSet::new(by_name("cats"), 0);
    assert_eq!(alice.refusal(gone), "STICKERSET_INVALID");
    assert_eq!(alice.refusal(s::CheckShortName::new("cats".into())), "");
}

fn all(by: &Program, hash: i64) -> Option<(i64, Vec<types::StickerSet>)> {
    match by.call(m::GetAllStickers::new(hash)).unwrap() {
        enums::messages::AllStickers::AllStickers(all) => Some((all.hash, all.sets)),
        _ => None,
    }
}

#[test]
fn sets_are_installed_ordered_archived_and_found_by_emoji() {
    let (alice, bob) = pair();
    cats(&alice);
    let dogs = creation(vec![item(&picture(&alice), "🐶")], "dogs");
    alice.call(dogs).unwrap();
    let (cats, dogs) = (
        fetched(&bob, by_name("cats")).set,
        fetched(&bob, by_name("dogs")).set,
    );
    let other = bob.second();
    let install = |set: &types::StickerSet, archived| {
        let call = m::InstallStickerSet::new(by_id(set), archived);
        let result = bob.call(call).unwrap();
        assert!(matches!(
            result,
            enums::messages::StickerSetInstallResult::Success
        ));
    };
    assert_eq!(all(&bob, 0).unwrap(), (0, Vec::new()));
    install(&cats, false);
    install(&dogs, false);
    let heard = other.heard();
    assert!(matches!(&heard[..], [enums::Update::NewStickerSet(new), _]
        if matches!(&new.stickerset, enums::messages::StickerSet::StickerSet(set) if set.set.id == cats.id)));
    let (hash, sets) = all(&bob, 0).unwrap();
    let ids: Vec<i64> = sets.iter().map(|set| set.id).collect();
    assert_eq!(ids, [dogs.id, cats.id]);
    assert!(sets[0].installed_date.is_some());
    assert_eq!(all(&bob, hash), None);
    let order = m::ReorderStickerSets::new(vec![cats.id, 5, dogs.id]);
    bob.call(order).unwrap();
    assert!(matches!(&other.heard()[..],
        [enums::Update::StickerSetsOrder(new)] if new.order == [cats.id, dogs.id]));
    assert_ne!(all(&bob, hash).unwrap().0, hash);

    let found = |emoji: &str| match bob.call(m::GetStickers::new(emoji.into(), 0)).unwrap() {
        enums::messages::Stickers::Stickers(found) => found.stickers.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!((found("😺"), found("🐶"), found("🐭")), (1, 1, 0));
    install(&dogs, true);
    let archived = bob.call(m::GetArchivedStickers::new(0, 10)).unwrap();
    assert_eq!((archived.count, archived.sets.len()), (1, 1));
    assert_eq!(found("🐶"), 0);
    bob.call(m::UninstallStickerSet::new(by_id(&cats))).unwrap();
    assert_eq!(all(&bob, 0).unwrap().1, []);
}

#[test]
fn favourites_and_recent_stickers_are_kept_in_order_and_told() {
    let (alice, _) = pair();
    let made = cats(&alice);
    let more = added(&made, item(&picture(&alice), "😴"));
    let set = whole(alice.call(more).unwrap());
    let all = documents(&set.documents);
    let other = alice.second();
    for one in &all {
        alice.call(m::FaveSticker::new(named(one), false)).unwrap();
        let used = m::SaveRecentSticker::new(named(one), false);
        alice.call(used).unwrap();
    }
    let heard = other.heard();
    assert_eq!(heard.len(), 4);
    assert!(heard.contains(&enums::Update::FavedStickers));
    assert!(heard.contains(&enums::Update::RecentStickers));
    let faved = || match alice.call(m::GetFavedStickers::new(0)).unwrap() {
        enums::messages::FavedStickers::FavedStickers(all) => documents(&all.stickers),
        other => panic!("{other:?}"),
    };
    assert_eq!(faved()[0].id, all[1].id);
    alice
        .call(m::FaveSticker::new(named(&all[1]), true))
        .unwrap();
    assert_eq!((faved().len(), faved()[0].id), (1, all[0].id));
    let plain = file(&alice, Bytes::from_static(b"x"), "a/b", Vec::new());
    let plain = m::FaveSticker::new(named(&plain), false);
    assert_eq!(alice.refusal(plain), "STICKER_ID_INVALID");
    alice.call(m::ClearRecentStickers::new()).unwrap();
    let recent = alice.call(m::GetRecentStickers::new(0)).unwrap();
    assert!(
        matches!(recent, enums::messages::RecentStickers::RecentStickers(all)
        if all.stickers.is_empty())
    );
}

#[test]
fn gifs_are_kept_when_they_are_sent_or_saved() {
    let (alice, bob) = pair();
    let animated = || vec![enums::DocumentAttribute::Animated];
    let film = || Bytes::from_static(b"film");
    let saved = || match alice.call(m::GetSavedGifs::new(0)).unwrap() {
        enums::messages::SavedGifs::SavedGifs(all) => documents(&all.gifs),
        other => panic!("{other:?}"),
    };
    let gif = file(&alice, film(), "video/mp4", animated());
    sent(&alice, alice.peer(&bob), &gif, 1);
    assert_eq!(saved()[0].id, gif.id);
    let next = file(&alice, film(), "video/mp4", animated());
    alice.call(m::SaveGif::new(named(&next), false)).unwrap();
    assert_eq!(saved().len(), 2);
    assert_eq!(saved()[0].id, next.id);
    alice.call(m::SaveGif::new(named(&next), true)).unwrap();
    assert_eq!(saved().len(), 1);
    let other = file(&alice, film(), "video/mp4", Vec::new());
    let other = m::SaveGif::new(named(&other), false);
    assert_eq!(alice.refusal(other), "GIF_ID_INVALID");
}

#[test]
fn who_uploads_a_sticker_does_not_say_which_set_it_is_in() {
    let (alice, bob) = pair();
    let made = cats(&bob);
    let claim = types::DocumentAttributeSticker::new("😀".into(), by_id(&made.set));
    let claimed = file(&alice, png(512, 512), "image/webp", vec![claim.into()]);
    assert_eq!(said(&claimed).1, enums::InputStickerSet::Empty);
}
