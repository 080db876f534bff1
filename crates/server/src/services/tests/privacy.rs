//! Privacy: what is asked for is kept, told to other sessions, and kept from others.

use std::sync::Arc;
use std::time::Duration;

use heliogram_api::functions::{account, channels, contacts, messages, users};
use heliogram_api::{enums, types};

use super::{Program, server};
use crate::shared::Shared;
use crate::world::Kind;

type Key = enums::InputPrivacyKey;
type Rule = enums::InputPrivacyRule;

fn three() -> (Arc<Shared>, Program, Program, Program) {
    let shared = server();
    let person = |n: i32, name: &str| Program::logged_in(&shared, &format!("999661000{n}"), name);
    let (alice, bob, carol) = (person(1, "Alice"), person(2, "Bob"), person(3, "Carol"));
    (shared, alice, bob, carol)
}

fn set(of: &Program, key: Key, rules: Vec<Rule>) {
    of.call(account::SetPrivacy::new(key, rules)).unwrap();
}

fn nobody(of: &Program, key: Key) {
    set(of, key, vec![Rule::InputPrivacyValueDisallowAll]);
}

/// Nobody but one.
fn only(of: &Program, key: Key, other: &Program) {
    let allowed = types::InputPrivacyValueAllowUsers::new(vec![of.user(other)]);
    set(
        of,
        key,
        vec![allowed.into(), Rule::InputPrivacyValueDisallowAll],
    );
}

fn seen(by: &Program, other: &Program) -> types::User {
    let call = users::GetUsers::new(vec![by.user(other)]);
    match by.call(call).unwrap().remove(0) {
        enums::User::User(user) => *user,
        other => panic!("{other:?}"),
    }
}

fn full(by: &Program, other: &Program) -> types::UserFull {
    let call = users::GetFullUser::new(by.user(other));
    *by.call(call).unwrap().full_user
}

#[test]
fn rules_are_kept_and_told_to_other_sessions() {
    let (_shared, alice, bob, _) = three();
    let tablet = alice.second();
    let get = |key| alice.call(account::GetPrivacy::new(key)).unwrap().rules;
    assert_eq!(
        get(Key::StatusTimestamp),
        [enums::PrivacyRule::PrivacyValueAllowAll]
    );
    assert_eq!(
        get(Key::PhoneNumber),
        [enums::PrivacyRule::PrivacyValueAllowContacts]
    );
    only(&alice, Key::PhoneNumber, &bob);
    let expected = vec![
        types::PrivacyValueAllowUsers::new(vec![bob.me]).into(),
        enums::PrivacyRule::PrivacyValueDisallowAll,
    ];
    assert_eq!(get(Key::PhoneNumber), expected);
    let told = types::UpdatePrivacy::new(enums::PrivacyKey::PhoneNumber, expected);
    assert_eq!(tablet.heard(), [told.into()]);
    let none = account::SetPrivacy::new(Key::About, vec![]);
    assert_eq!(alice.refusal(none), "PRIVACY_VALUE_INVALID");
}

#[test]
fn who_hides_when_it_was_there_does_not_see_it_of_others() {
    let (shared, alice, bob, carol) = three();
    for one in [&alice, &bob, &carol] {
        one.call(account::UpdateStatus::new(true)).unwrap();
    }
    only(&alice, Key::StatusTimestamp, &carol);
    let recently = |by_me| Some(types::UserStatusRecently { by_me }.into());
    assert_eq!(seen(&bob, &alice).status, recently(false));
    assert_eq!(seen(&alice, &bob).status, recently(true));
    let exact = |status| matches!(status, Some(enums::UserStatus::Offline(_)));
    assert!(exact(seen(&carol, &alice).status) && exact(seen(&alice, &carol).status));
    let days = |n: u64| shared.clock.advance(Duration::from_secs(n * 86_400));
    days(5);
    assert!(matches!(
        seen(&bob, &alice).status,
        Some(enums::UserStatus::LastWeek(_))
    ));
    days(10);
    assert!(matches!(
        seen(&bob, &alice).status,
        Some(enums::UserStatus::LastMonth(_))
    ));
    days(30);
    assert_eq!(seen(&bob, &alice).status, Some(enums::UserStatus::Empty));
}

#[test]
fn who_comes_is_told_to_those_who_may_know() {
    let (shared, alice, bob, carol) = three();
    alice.say(&bob, "hi");
    alice.say(&carol, "hi");
    only(&alice, Key::StatusTimestamp, &carol);
    bob.listen();
    carol.listen();
    alice.call(account::UpdateStatus::new(false)).unwrap();
    assert!(bob.heard().is_empty());
    let [enums::Update::UserStatus(told)] = &carol.heard()[..] else {
        panic!()
    };
    assert!(matches!(told.status, enums::UserStatus::Online(_)));
    let online =
        |by: &Program| matches!(seen(by, &alice).status, Some(enums::UserStatus::Online(_)));
    assert!(online(&carol) && !online(&bob));
    shared.clock.advance(Duration::from_secs(400));
    assert!(!online(&carol), "nobody is there for ever");
    let add =
        contacts::AddContact::new(carol.user(&alice), "A".into(), String::new(), String::new());
    carol.call(add).unwrap();
    let all = carol.call(contacts::GetStatuses::new()).unwrap();
    assert!(matches!(all[0].status, enums::UserStatus::Offline(_)));
}

#[test]
fn a_phone_number_is_for_contacts_unless_said_otherwise() {
    let (_shared, alice, bob, carol) = three();
    assert_eq!(seen(&bob, &alice).phone, None);
    let add = contacts::AddContact::new(alice.user(&bob), "B".into(), String::new(), String::new());
    alice.call(add).unwrap();
    assert!(seen(&bob, &alice).phone.is_some());
    nobody(&alice, Key::PhoneNumber);
    assert_eq!(seen(&bob, &alice).phone, None);
    // Unless one shows it to somebody one adds.
    let add = contacts::AddContact {
        add_phone_privacy_exception: true,
        ..contacts::AddContact::new(alice.user(&carol), "C".into(), String::new(), String::new())
    };
    alice.call(add).unwrap();
    assert!(seen(&carol, &alice).phone.is_some());
}

#[test]
fn who_is_not_to_be_found_by_its_number_is_not() {
    let (_shared, alice, bob, _) = three();
    let find = || bob.refusal(contacts::ResolvePhone::new("9996610001".into()));
    assert_eq!(find(), "");
    nobody(&alice, Key::AddedByPhone);
    assert_eq!(find(), "PHONE_NOT_OCCUPIED");
    let contact = types::InputPhoneContact::new(1, "9996610001".into(), "A".into(), "".into());
    let imported = bob
        .call(contacts::ImportContacts::new(vec![contact]))
        .unwrap();
    assert!(imported.imported.is_empty());
}

#[test]
fn what_is_passed_on_links_to_its_author_only_if_that_wants_it() {
    let (_shared, alice, bob, carol) = three();
    alice.say(&bob, "mine");
    nobody(&alice, Key::Forwards);
    let forward =
        messages::ForwardMessages::new(bob.peer(&alice), vec![1], vec![7], bob.peer(&carol));
    let enums::Updates::Updates(sent) = bob.call(forward).unwrap() else {
        panic!()
    };
    let header = sent.updates.iter().find_map(|update| match update {
        enums::Update::NewMessage(new) => match &new.message {
            enums::Message::Message(message) => message.fwd_from.clone(),
            _ => None,
        },
        _ => None,
    });
    let header = header.unwrap();
    assert_eq!(header.from_name.as_deref(), Some("Alice"));
    assert_eq!(header.from_id, None);
    let named = |user: &enums::User| matches!(user, enums::User::User(user) if user.id == alice.me);
    assert!(!sent.users.iter().any(named), "nor is it shown beside");
    assert_eq!(
        full(&bob, &alice).private_forward_name.as_deref(),
        Some("Alice")
    );
}

#[test]
fn who_does_not_want_to_be_brought_into_groups_is_a_missing_member() {
    let (_shared, alice, bob, carol) = three();
    nobody(&carol, Key::ChatInvite);
    let users = vec![alice.user(&bob), alice.user(&carol)];
    let made = alice
        .call(messages::CreateChat::new(users, "Friends".into()))
        .unwrap();
    let missing: Vec<i64> = made.missing_invitees.iter().map(|m| m.user_id).collect();
    assert_eq!(missing, [carol.me]);
    let enums::Updates::Updates(made) = made.updates else {
        panic!()
    };
    let enums::Chat::Chat(group) = &made.chats[0] else {
        panic!()
    };
    let add = messages::AddChatUser::new(group.id, alice.user(&carol), 0);
    let added = alice.call(add).unwrap();
    assert_eq!(added.missing_invitees.len(), 1);

    let channel = channels::CreateChannel {
        megagroup: true,
        ..channels::CreateChannel::new("Group".into(), String::new())
    };
    let enums::Updates::Updates(made) = alice.call(channel).unwrap() else {
        panic!()
    };
    let enums::Chat::Channel(channel) = &made.chats[0] else {
        panic!()
    };
    let hash = alice
        .shared
        .world()
        .access_hash(alice.me, Kind::Channel, channel.id);
    let named = types::InputChannel::new(channel.id, hash);
    let invite = channels::InviteToChannel::new(named.into(), vec![alice.user(&carol)]);
    assert_eq!(alice.call(invite).unwrap().missing_invitees.len(), 1);
}

#[test]
fn the_text_about_oneself_is_kept_from_those_it_is_not_for() {
    let (_shared, alice, bob, carol) = three();
    let about = account::UpdateProfile {
        about: Some("hello".into()),
        ..account::UpdateProfile::new()
    };
    alice.call(about).unwrap();
    only(&alice, Key::About, &carol);
    assert_eq!(full(&bob, &alice).about, None);
    assert_eq!(full(&carol, &alice).about.as_deref(), Some("hello"));
    nobody(&alice, Key::VoiceMessages);
    assert!(full(&bob, &alice).voice_messages_forbidden);
    assert!(!full(&alice, &alice).voice_messages_forbidden);
}

#[test]
fn what_holds_for_everything_is_kept_but_not_what_has_to_be_paid_for() {
    let (_shared, alice, ..) = three();
    let settings = |change: fn(&mut types::GlobalPrivacySettings)| {
        let mut settings = types::GlobalPrivacySettings::new();
        change(&mut settings);
        account::SetGlobalPrivacySettings::new(settings)
    };
    alice
        .call(settings(|all| all.keep_archived_unmuted = true))
        .unwrap();
    let kept = alice
        .call(account::GetGlobalPrivacySettings::new())
        .unwrap();
    assert!(kept.keep_archived_unmuted);
    assert_eq!(
        alice.refusal(settings(|all| {
            all.archive_and_mute_new_noncontact_peers = true;
        })),
        "AUTOARCHIVE_NOT_AVAILABLE"
    );
    assert_eq!(
        alice.refusal(settings(|all| {
            all.new_noncontact_peers_require_premium = true;
        })),
        "PREMIUM_ACCOUNT_REQUIRED"
    );
}
