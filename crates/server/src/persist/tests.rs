use heliogram_api::{enums, types};

use super::Store;
use crate::clock::Clock;
use crate::render::sign;
use crate::world::testing::{draft, key, world};
use crate::world::{
    Actor, Blob, Document, Form, LinkTerms, Member, NewSticker, Private, Rung, Scope, Words, World,
    all_rights,
};

fn lived_in(store: &mut Store) -> (World, i64, i64) {
    let mut w = world();
    store.load(&mut w).unwrap();
    let a = w.add_person("9996610001", 1, "Alice");
    let b = w.add_person("9996610002", 2, "Bob");
    w.put_username(a, "alice").unwrap();
    w.add_document(Document {
        id: 77,
        date: 5,
        dc: 2,
        mime: "text/plain".into(),
        attributes: Vec::new(),
        blob: Blob {
            name: "f".into(),
            size: 9,
            part: 4,
            places: vec![4, 0, 8],
        },
        thumb: None,
    });
    for n in 1..=3 {
        w.send(Actor::account(a), b, draft("hi", n)).unwrap();
    }
    w.delete(Actor::account(a), &[2], true).unwrap();
    w.read(Actor::account(b), a, 1).unwrap();
    w.pin_dialog(a, b, true).unwrap();
    let group = w.add_chat(Form::Supergroup, a, "Group", "").unwrap();
    w.set_chat_username(group, "the_group").unwrap();
    w.set_member(group, b, Member::joined(3, a)).unwrap();
    w.open_dialog(b, group);
    w.move_dialogs(Actor::account(b), &[(group, 1)]).unwrap();
    let muted = types::PeerNotifySettings {
        mute_until: Some(i32::MAX),
        ..types::PeerNotifySettings::new()
    };
    w.set_notify(b, Rung::Peer(group), muted);
    let nobody = vec![enums::PrivacyRule::PrivacyValueDisallowAll];
    w.set_privacy(b, Private::About, nobody).unwrap();
    w.set_birthday(b, Some(types::Birthday::new(5, 11)))
        .unwrap();
    w.set_session_days(b, 9).unwrap();
    w.note_recent_signs(b, &[sign("🔥")]);
    w.set_default_reaction(b, sign("❤")).unwrap();
    w.save_contact(b, "15550100".into(), "C".into(), String::new());
    w.pin_saved(b, vec![b]).unwrap();
    w.protect(b, "secret", "").unwrap();
    w.reset_password(b).unwrap();
    w.send(Actor::account(a), group, draft("to all", 9))
        .unwrap();
    let bot = w.add_bot("kept_bot", 1).unwrap();
    w.set_inline(bot, "Search...").unwrap();
    let commands = vec![types::BotCommand::new("help".into(), "Helps".into())];
    w.set_commands(Actor::account(bot), Scope::Users, "de", commands)
        .unwrap();
    let login = key(&mut w, 1);
    w.log_in(login, a).unwrap();
    store.write(&mut w).unwrap();
    (w, a, b)
}

#[test]
fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let mut store = Store::open(&path).unwrap();
    let (old, a, b) = lived_in(&mut store);
    drop(store);

    let mut new = World::new(Clock::default(), 3, [9; 32]);
    Store::open(&path).unwrap().load(&mut new).unwrap();
    assert_eq!(new.secret, old.secret);
    assert_eq!(new.by_username("alice"), Some(a));
    assert_eq!(new.by_phone.get("9996610002"), Some(&b));
    for id in [a, b] {
        let (old, new) = (&old.boxes[&id], &new.boxes[&id]);
        assert_eq!((old.pts, old.last_id), (new.pts, new.last_id));
        assert!(old.entries.keys().eq(new.entries.keys()));
        assert_eq!(old.log.len(), new.log.len());
        // That of a message which is gone need not be remembered.
        assert!(
            new.random
                .iter()
                .all(|(random, id)| old.random[random] == *id)
        );
        assert_eq!(new.random.len(), if id == a { 2 } else { 0 });
        assert_eq!(old.unread(), new.unread());
    }
    let group = new.by_username("the_group").unwrap();
    assert_eq!(new.chats[&group].members.count(), 2);
    assert_eq!(new.chats_of(b), [group]);
    assert_eq!(new.unread_in(b, group), 1);
    assert_eq!(new.boxes[&group].pts, old.boxes[&group].pts);
    let bot = new.by_username("kept_bot").unwrap();
    assert_eq!(new.token_of(bot), old.token_of(bot));
    let kept = new.bot(bot).unwrap();
    assert_eq!(kept.placeholder.as_deref(), Some("Search..."));
    let commands = new.commands_at(bot, Scope::Users, "de").unwrap();
    assert_eq!(commands[0].command, "help");
    assert_eq!(new.boxes[&a].dialogs[&b].pinned, Some(0));
    assert_eq!(new.folder_of(b, group), 1);
    assert!(new.archived[&group].contains(&b) && new.is_muted(b, group));
    assert!(!new.allows(b, Private::About, a) && new.allows(a, Private::About, b));
    assert_eq!(new.birthday(b), Some(types::Birthday::new(5, 11)));
    assert_eq!((new.session_days(b), new.saved_contacts(b).len()), (9, 1));
    let set = new.preferences(b).unwrap();
    assert_eq!(set.recent_reactions, [sign("🔥")]);
    assert_eq!(set.default_reaction, Some(sign("❤")));
    assert_eq!((new.saved_pins(b), new.saved_pins(a)), (vec![b], vec![]));
    assert_eq!(new.reset_date(b), old.reset_date(b));
    assert!(new.reset_date(b).is_some());
    assert_eq!(new.boxes[&a].dialogs[&b].read_out, 1);
    assert_eq!(new.keys_of(a), old.keys_of(a));
    assert_eq!(new.documents[&77].blob.places, [4, 0, 8]);
    assert_eq!(new.add_user(1, "next"), bot + 1);
}

#[test]
fn what_groups_are_administered_with_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let mut store = Store::open(&path).unwrap();
    let (mut old, a, b) = lived_in(&mut store);
    let group = old.by_username("the_group").unwrap();
    let bot = old.add_bot("guard", 1).unwrap();
    old.promote(Actor::account(a), group, bot, Some(all_rights()), None)
        .unwrap();
    let terms = LinkTerms {
        request_needed: true,
        ..LinkTerms::default()
    };
    let door = old.new_link(a, group, terms).unwrap();
    let c = old.add_user(1, "Carol");
    assert!(old.join_by_link(Actor::account(c), &door.link()).is_err());
    let brief = draft("brief", 72);
    old.set_forum(Actor::account(a), group, true, false)
        .unwrap();
    let topic = old
        .add_topic(Actor::account(a), group, "Cats", (None, None), 70)
        .unwrap();
    old.put_username(b, "bobby").unwrap();
    let mut draft = draft("@bobby", 71);
    draft.rich = old.rich(a, "@bobby", None).unwrap();
    draft.thread = Some(topic.id);
    let meant = old.send(Actor::account(a), group, draft).unwrap();
    old.read_thread(Actor::account(b), group, topic.id, meant.id)
        .unwrap();
    old.set_ttl(Actor::account(a), b, 86_400).unwrap();
    old.send(Actor::account(b), a, brief).unwrap();
    store.write(&mut old).unwrap();
    drop(store);

    let mut new = World::new(Clock::default(), 3, [9; 32]);
    Store::open(&path).unwrap().load(&mut new).unwrap();
    assert!(new.chats[&group].has_topic(topic.id));
    assert_eq!(new.last_of_thread(group, topic.id), Some(meant.id));
    assert_eq!(new.thread_read(b, group, topic.id).inbox, meant.id);
    assert_eq!(new.unread_mentions_in(b, group, Some(topic.id)).len(), 1);
    assert_eq!((new.ttl_between(b, a), new.ends.len()), (86_400, 1));
    assert_eq!(new.links_of(group).len(), 2);
    assert_eq!(new.followed(b, &door.link()).unwrap().id, door.id);
    assert_eq!(new.pending(group), (1, vec![c]));
    assert_eq!(new.chats[&group].deeds.len(), old.chats[&group].deeds.len());
    assert_eq!(new.chats[&group].administrators(), [a, bot]);
    let missed = new.missed_in_order(bot, 1, None).unwrap();
    assert_eq!((missed.updates.len(), missed.qts), (2, 3));
}

#[test]
fn stickers_and_photos_of_accounts_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let mut store = Store::open(&path).unwrap();
    let (mut old, a, b) = lived_in(&mut store);
    let sticker = || NewSticker {
        blob: Blob::default(),
        dc: 2,
        mime: "image/webp".into(),
        thumb: None,
        shape: types::DocumentAttributeImageSize::new(512, 512).into(),
        words: Words::read("😀", Some("smile")).unwrap(),
    };
    let by = Actor::account(a);
    let make = |old: &mut World, name| old.make_set(by, a, ("Cats", name), vec![sticker()]);
    let set = make(&mut old, "cats").unwrap();
    let gone = make(&mut old, "dogs").unwrap();
    let document = old.sticker_sets.get(set).unwrap().stickers[0].document;
    old.install_set(b, set, false);
    old.fave_sticker(b, document, false).unwrap();
    old.use_sticker(b, document, false, false).unwrap();
    old.set_face(by, a, Some(5)).unwrap();
    store.write(&mut old).unwrap();
    old.delete_set(by, gone).unwrap();
    store.write(&mut old).unwrap();
    drop(store);

    let mut new = World::new(Clock::default(), 3, [9; 32]);
    Store::open(&path).unwrap().load(&mut new).unwrap();
    let found = new.sticker_sets.named("CATS").unwrap();
    let before = old.sticker_sets.get(set).unwrap();
    assert_eq!((found.id, found.hash()), (set, before.hash()));
    assert!(new.sticker_sets.named("dogs").is_none());
    assert_eq!(new.installed_sets(b, false), [set]);
    assert_eq!(new.shelf(b).unwrap().faved, [document]);
    assert_eq!(new.shelf(b).unwrap().recent[0].document, document);
    assert_eq!(new.stickers_for(b, "😀"), [document]);
    assert_eq!(new.users[&a].photos, [5]);
}
