//! The archive, and the folders conversations are sorted into.

use heliogram_api::functions::{account, folders, messages, updates};
use heliogram_api::{enums, types};

use super::{Program, server};

fn people(n: usize) -> Vec<Program> {
    let shared = server();
    let person = |n: usize| Program::logged_in(&shared, &format!("99966100{n:02}"), "P");
    (1..=n).map(person).collect()
}

fn archive(of: &Program, other: &Program, folder: i32) -> Result<enums::Updates, crate::Refusal> {
    let peer = types::InputFolderPeer::new(of.peer(other), folder);
    of.call(folders::EditPeerFolders::new(vec![peer]))
}

/// The accounts in a list, from the top, and the folder each says it is in.
fn list(of: &Program, folder: Option<i32>) -> Vec<(i64, Option<i32>)> {
    let call = messages::GetDialogs {
        folder_id: folder,
        ..messages::GetDialogs::new(0, 0, enums::InputPeer::Empty, 100, 0)
    };
    let dialogs = match of.call(call).unwrap() {
        enums::messages::Dialogs::Dialogs(all) => all.dialogs,
        other => panic!("{other:?}"),
    };
    dialogs.iter().map(plain).collect()
}

fn plain(dialog: &enums::Dialog) -> (i64, Option<i32>) {
    match dialog {
        enums::Dialog::Dialog(dialog) => match &dialog.peer {
            enums::Peer::User(user) => (user.user_id, dialog.folder_id),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn above(of: &Program) -> Option<types::DialogFolder> {
    let pinned = of.call(messages::GetPinnedDialogs::new(0)).unwrap();
    pinned.dialogs.into_iter().find_map(|dialog| match dialog {
        enums::Dialog::Folder(folder) => Some(*folder),
        _ => None,
    })
}

#[test]
fn an_archived_conversation_moves_to_the_other_list_with_a_pts() {
    let all = people(3);
    let [alice, bob, carol] = &all[..] else {
        panic!()
    };
    bob.say(alice, "hi");
    carol.say(alice, "hi");
    let tablet = alice.second();
    let before = alice.call(updates::GetState::new()).unwrap();
    let enums::Updates::Updates(moved) = archive(alice, bob, 1).unwrap() else {
        panic!()
    };
    let expected = types::UpdateFolderPeers::new(
        vec![types::FolderPeer::new(
            types::PeerUser::new(bob.me).into(),
            1,
        )],
        before.pts + 1,
        1,
    );
    let expected: enums::Update = expected.into();
    let expected = [expected];
    assert_eq!(moved.updates, expected);
    assert_eq!(tablet.heard(), expected);
    assert_eq!(list(alice, Some(0)), [(carol.me, None)]);
    assert_eq!(list(alice, Some(1)), [(bob.me, Some(1))]);
    // Without a folder both lists are meant.
    assert_eq!(list(alice, None).len(), 2);

    let call = updates::GetDifference::new(before.pts, before.date, before.qts);
    let enums::updates::Difference::Difference(missed) = tablet.call(call).unwrap() else {
        panic!()
    };
    assert_eq!(missed.other_updates, expected);

    // A second time nothing moves, and other folders do not exist.
    let enums::Updates::Updates(again) = archive(alice, bob, 1).unwrap() else {
        panic!()
    };
    assert!(again.updates.is_empty());
    assert_eq!(
        archive(alice, bob, 2).unwrap_err().name,
        "FOLDER_ID_INVALID"
    );
    let wrong = messages::GetPinnedDialogs::new(7);
    assert_eq!(alice.refusal(wrong), "FOLDER_ID_INVALID");
}

#[test]
fn the_archive_is_one_entry_that_counts_what_is_unread() {
    let all = people(3);
    let [alice, bob, carol] = &all[..] else {
        panic!()
    };
    bob.say(alice, "1");
    carol.say(alice, "1");
    assert!(above(alice).is_none());
    archive(alice, bob, 1).unwrap();
    archive(alice, carol, 1).unwrap();
    mute(alice, carol, i32::MAX);
    carol.say(alice, "2");
    let entry = above(alice).unwrap();
    assert_eq!(entry.peer, types::PeerUser::new(carol.me).into());
    let unmuted = (
        entry.unread_unmuted_peers_count,
        entry.unread_unmuted_messages_count,
    );
    let muted = (
        entry.unread_muted_peers_count,
        entry.unread_muted_messages_count,
    );
    assert_eq!((unmuted, muted), ((1, 1), (1, 2)));
}

fn mute(of: &Program, other: &Program, until: i32) {
    let peer = types::InputNotifyPeer::new(of.peer(other));
    let settings = types::InputPeerNotifySettings {
        mute_until: Some(until),
        ..types::InputPeerNotifySettings::new()
    };
    let call = account::UpdateNotifySettings::new(peer.into(), settings);
    of.call(call).unwrap();
}

#[test]
fn a_new_message_brings_a_conversation_back_unless_it_is_muted() {
    let all = people(3);
    let [alice, bob, carol] = &all[..] else {
        panic!()
    };
    bob.say(alice, "1");
    carol.say(alice, "1");
    archive(alice, bob, 1).unwrap();
    archive(alice, carol, 1).unwrap();
    mute(alice, carol, i32::MAX);
    alice.say(bob, "what one writes oneself leaves it where it is");
    assert_eq!(list(alice, Some(1)).len(), 2);
    bob.say(alice, "2");
    carol.say(alice, "2");
    assert_eq!(list(alice, Some(0)), [(bob.me, None)]);
    assert_eq!(list(alice, Some(1)), [(carol.me, Some(1))]);
}

#[test]
fn each_list_has_pins_of_its_own() {
    let all = people(4);
    let [alice, bob, carol, dave] = &all[..] else {
        panic!()
    };
    for other in [bob, carol, dave] {
        other.say(alice, "hi");
    }
    let pin = |other: &Program| {
        let peer = types::InputDialogPeer::new(alice.peer(other));
        let call = messages::ToggleDialogPin {
            pinned: true,
            ..messages::ToggleDialogPin::new(peer.into())
        };
        alice.call(call).unwrap();
    };
    pin(bob);
    pin(carol);
    archive(alice, bob, 1).unwrap();
    let pinned = |folder| {
        let answer = alice.call(messages::GetPinnedDialogs::new(folder)).unwrap();
        let plain = answer.dialogs.iter().filter_map(|dialog| match dialog {
            enums::Dialog::Dialog(_) => Some(plain(dialog).0),
            _ => None,
        });
        plain.collect::<Vec<i64>>()
    };
    // Who is moved is pinned no more.
    assert_eq!((pinned(0), pinned(1)), (vec![carol.me], vec![]));
    pin(bob);
    assert_eq!((pinned(0), pinned(1)), (vec![carol.me], vec![bob.me]));
    let order = vec![types::InputDialogPeer::new(alice.peer(dave)).into()];
    let call = messages::ReorderPinnedDialogs {
        force: true,
        ..messages::ReorderPinnedDialogs::new(0, order)
    };
    alice.call(call).unwrap();
    assert_eq!((pinned(0), pinned(1)), (vec![dave.me], vec![bob.me]));
}

fn filter(title: &str) -> types::DialogFilter {
    let title = types::TextWithEntities::new(title.into(), Vec::new());
    types::DialogFilter::new(0, title, Vec::new(), Vec::new(), Vec::new())
}

fn put(of: &Program, id: i32, filter: types::DialogFilter) -> String {
    of.refusal(messages::UpdateDialogFilter {
        filter: Some(filter.into()),
        ..messages::UpdateDialogFilter::new(id)
    })
}

#[test]
fn folders_are_made_put_in_order_and_removed_and_other_sessions_hear_of_it() {
    let all = people(2);
    let [alice, bob] = &all[..] else { panic!() };
    let tablet = alice.second();
    let friends = types::DialogFilter {
        include_peers: vec![alice.peer(bob), alice.peer(bob)],
        ..filter("Friends")
    };
    let bots = types::DialogFilter {
        bots: true,
        ..filter("Bots")
    };
    assert_eq!(put(alice, 2, friends), "");
    assert_eq!(put(alice, 3, bots), "");
    let ids = || {
        let all = alice.call(messages::GetDialogFilters::new()).unwrap();
        let id = |filter: &enums::DialogFilter| match filter {
            enums::DialogFilter::DialogFilter(filter) => filter.id,
            _ => 0,
        };
        all.filters.iter().map(id).collect::<Vec<i32>>()
    };
    assert_eq!(ids(), [0, 2, 3]);
    let kept = &alice
        .call(messages::GetDialogFilters::new())
        .unwrap()
        .filters[1];
    let enums::DialogFilter::DialogFilter(kept) = kept else {
        panic!()
    };
    assert_eq!(kept.include_peers, [alice.peer(bob)], "each once");
    let order = messages::UpdateDialogFiltersOrder::new(vec![3, 2]);
    alice.call(order).unwrap();
    assert_eq!(ids(), [0, 3, 2]);
    alice.call(messages::UpdateDialogFilter::new(3)).unwrap();
    assert_eq!(ids(), [0, 2]);
    let heard = tablet.heard();
    assert!(
        matches!(
            &heard[..],
            [
                enums::Update::DialogFilter(_),
                enums::Update::DialogFilter(_),
                enums::Update::DialogFilterOrder(_),
                enums::Update::DialogFilter(gone),
            ] if gone.id == 3 && gone.filter.is_none()
        ),
        "{heard:?}"
    );
}

#[test]
fn folders_without_sense_are_refused_by_name() {
    let all = people(2);
    let [alice, bob] = &all[..] else { panic!() };
    let good = || types::DialogFilter {
        groups: true,
        ..filter("Groups")
    };
    assert_eq!(put(alice, 1, good()), "FILTER_ID_INVALID");
    assert_eq!(put(alice, 256, good()), "FILTER_ID_INVALID");
    assert_eq!(put(alice, 2, filter("Nothing")), "FILTER_INCLUDE_EMPTY");
    let unnamed = types::DialogFilter {
        groups: true,
        ..filter(" ")
    };
    assert_eq!(put(alice, 2, unnamed), "FILTER_TITLE_EMPTY");
    let foreign = types::DialogFilter {
        include_peers: vec![bob.peer(alice)],
        ..filter("Foreign")
    };
    assert_eq!(put(bob, 2, foreign.clone()), "");
    let stolen = types::DialogFilter {
        include_peers: vec![types::InputPeerUser::new(bob.me, 1).into()],
        ..foreign
    };
    assert_eq!(put(alice, 2, stolen), "PEER_ID_INVALID");
    for id in 2..12 {
        assert_eq!(put(alice, id, good()), "");
    }
    assert_eq!(put(alice, 12, good()), "DIALOG_FILTERS_TOO_MUCH");
    let gone = messages::UpdateDialogFilter::new(99);
    assert_eq!(alice.refusal(gone), "FILTER_ID_INVALID");
    let tags = messages::ToggleDialogFilterTags::new(true);
    assert_eq!(alice.refusal(tags), "PREMIUM_ACCOUNT_REQUIRED");
}
