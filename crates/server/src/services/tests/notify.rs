//! Settings of what rings.

use heliogram_api::functions::{account, messages, users};
use heliogram_api::{enums, types};

use super::{Program, server};

fn two() -> (Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    bob.say(&alice, "hi");
    (alice, bob)
}

fn muted() -> types::InputPeerNotifySettings {
    types::InputPeerNotifySettings {
        mute_until: Some(i32::MAX),
        sound: Some(Box::new(enums::NotificationSound::None)),
        ..types::InputPeerNotifySettings::new()
    }
}

#[test]
fn settings_are_kept_shown_and_told_to_other_sessions() {
    let (alice, bob) = two();
    let tablet = alice.second();
    let peer = || types::InputNotifyPeer::new(alice.peer(&bob)).into();
    let unset = alice.call(account::GetNotifySettings::new(peer())).unwrap();
    assert_eq!(unset, types::PeerNotifySettings::new());
    alice
        .call(account::UpdateNotifySettings::new(peer(), muted()))
        .unwrap();
    let set = alice.call(account::GetNotifySettings::new(peer())).unwrap();
    assert_eq!(set.mute_until, Some(i32::MAX));
    assert_eq!(
        set.other_sound.as_deref(),
        Some(&enums::NotificationSound::None)
    );
    let [enums::Update::NotifySettings(told)] = &tablet.heard()[..] else {
        panic!()
    };
    assert_eq!(told.notify_settings, set);

    let full = alice
        .call(users::GetFullUser::new(alice.user(&bob)))
        .unwrap();
    assert_eq!(full.full_user.notify_settings, set);
    // A conversation is shown once, however often it is named.
    let named = vec![types::InputDialogPeer::new(alice.peer(&bob)).into(); 3];
    let dialogs = alice.call(messages::GetPeerDialogs::new(named)).unwrap();
    let [enums::Dialog::Dialog(dialog)] = &dialogs.dialogs[..] else {
        panic!()
    };
    assert_eq!(dialog.notify_settings, set);
    // They are Alice's, and nobody else's.
    let theirs = types::InputNotifyPeer::new(bob.peer(&alice)).into();
    let theirs = bob.call(account::GetNotifySettings::new(theirs)).unwrap();
    assert_eq!(theirs, types::PeerNotifySettings::new());
}

#[test]
fn kinds_of_conversations_have_settings_and_all_of_them_can_be_reset() {
    let (alice, bob) = two();
    let kinds = [
        enums::InputNotifyPeer::InputNotifyUsers,
        enums::InputNotifyPeer::InputNotifyChats,
        enums::InputNotifyPeer::InputNotifyBroadcasts,
    ];
    let get = |kind: &enums::InputNotifyPeer| {
        let call = account::GetNotifySettings::new(kind.clone());
        alice.call(call).unwrap()
    };
    for kind in &kinds {
        assert_eq!(get(kind).mute_until, Some(0));
    }
    let call = account::UpdateNotifySettings::new(kinds[1].clone(), muted());
    alice.call(call).unwrap();
    assert_eq!(get(&kinds[1]).mute_until, Some(i32::MAX));
    assert_eq!(get(&kinds[0]).mute_until, Some(0));
    let peer = types::InputNotifyPeer::new(alice.peer(&bob));
    let call = account::UpdateNotifySettings::new(peer.into(), muted());
    alice.call(call).unwrap();

    let tablet = alice.second();
    alice.call(account::ResetNotifySettings::new()).unwrap();
    assert_eq!(get(&kinds[1]).mute_until, Some(0));
    assert_eq!(tablet.heard().len(), 4, "one conversation and three kinds");
}

#[test]
fn conversations_that_are_set_apart_are_listed() {
    let (alice, bob) = two();
    let listed = |call: account::GetNotifyExceptions| match alice.call(call).unwrap() {
        enums::Updates::Updates(all) => all.updates.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(listed(account::GetNotifyExceptions::new()), 0);
    let only_sound = types::InputPeerNotifySettings {
        mute_until: None,
        ..muted()
    };
    let peer = || enums::InputNotifyPeer::from(types::InputNotifyPeer::new(alice.peer(&bob)));
    alice
        .call(account::UpdateNotifySettings::new(peer(), only_sound))
        .unwrap();
    assert_eq!(listed(account::GetNotifyExceptions::new()), 0);
    let with_sound = account::GetNotifyExceptions {
        compare_sound: true,
        ..account::GetNotifyExceptions::new()
    };
    assert_eq!(listed(with_sound.clone()), 1);
    let of = |kind| account::GetNotifyExceptions {
        peer: Some(Box::new(kind)),
        ..with_sound.clone()
    };
    assert_eq!(listed(of(enums::InputNotifyPeer::InputNotifyUsers)), 1);
    assert_eq!(listed(of(enums::InputNotifyPeer::InputNotifyChats)), 0);
}
