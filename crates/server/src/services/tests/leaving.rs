//! Accounts that go, change their number, or come back.

use std::sync::Arc;
use std::time::Duration;

use heliogram_api::functions::{account, auth, contacts, messages, users};
use heliogram_api::{enums, types};

use super::auth::proof;
use super::{Program, server, sign_in};
use crate::shared::Shared;

const ALICE: &str = "9996620001";
const DAY: Duration = Duration::from_secs(86_400);

fn two() -> (Arc<Shared>, Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, ALICE, "Alice");
    let bob = Program::logged_in(&shared, "9996620002", "Bob");
    (shared, alice, bob)
}

fn delete() -> account::DeleteAccount {
    account::DeleteAccount::new("enough".into())
}

/// A program that gave the code of Alice's number, and owes her password.
fn owing(shared: &Arc<Shared>) -> Program {
    let program = Program::new(shared, 2);
    let hash = program.send_code(ALICE);
    assert_eq!(
        program.refusal(sign_in(ALICE, &hash, "22222")),
        "SESSION_PASSWORD_NEEDED"
    );
    program
}

#[test]
fn a_deleted_account_is_seen_as_that_and_what_it_wrote_stays() {
    let (shared, alice, bob) = two();
    let tablet = alice.second();
    alice
        .call(account::UpdateUsername::new("alice_x".into()))
        .unwrap();
    let made = alice
        .call(messages::CreateChat::new(
            vec![alice.user(&bob)],
            "Friends".into(),
        ))
        .unwrap();
    let enums::Updates::Updates(made) = made.updates else {
        panic!()
    };
    let enums::Chat::Chat(group) = &made.chats[0] else {
        panic!()
    };
    alice.say(&bob, "farewell");
    bob.listen();
    assert!(alice.call(delete()).unwrap());

    for gone in [&alice, &tablet] {
        assert_eq!(
            gone.refusal(messages::GetAllDrafts::new()),
            "AUTH_KEY_UNREGISTERED"
        );
    }
    assert!(tablet.is_cut());
    assert!(
        bob.heard()
            .iter()
            .any(|update| matches!(update, enums::Update::User(gone) if gone.user_id == alice.me))
    );
    let seen = bob
        .call(users::GetUsers::new(vec![bob.user(&alice)]))
        .unwrap();
    let enums::User::User(seen) = &seen[0] else {
        panic!()
    };
    assert!(seen.deleted && seen.first_name.is_none() && seen.username.is_none());
    let page = messages::GetHistory::new(bob.peer(&alice), 0, 0, 0, 9, 0, 0, 0);
    let enums::messages::Messages::Messages(page) = bob.call(page).unwrap() else {
        panic!()
    };
    let enums::Message::Message(last) = &page.messages[0] else {
        panic!()
    };
    assert_eq!(last.message, "farewell");
    let send = messages::SendMessage::new(bob.peer(&alice), "hello?".into(), 9);
    assert_eq!(bob.refusal(send), "INPUT_USER_DEACTIVATED");
    let full = bob.call(messages::GetFullChat::new(group.id)).unwrap();
    let enums::ChatFull::ChatFull(full) = full.full_chat else {
        panic!()
    };
    let enums::ChatParticipants::ChatParticipants(inside) = &full.participants else {
        panic!()
    };
    assert_eq!(inside.participants.len(), 1);
    // Its number and its name are free.
    bob.call(account::UpdateUsername::new("alice_x".into()))
        .unwrap();
    let again = Program::logged_in(&shared, ALICE, "Alice the second");
    assert_ne!(again.me, alice.me);
}

#[test]
fn an_account_with_a_password_goes_with_it_or_a_week_later() {
    let (shared, alice, _bob) = two();
    shared
        .change(|w| w.protect(alice.me, "secret", ""))
        .unwrap();
    let stranger = owing(&shared);
    let refusal = stranger.call(delete()).unwrap_err();
    assert_eq!(
        (refusal.code, &*refusal.name),
        (420, "2FA_CONFIRM_WAIT_604800")
    );
    let wrong = account::DeleteAccount {
        password: Some(proof(&alice, "other")),
        ..delete()
    };
    assert_eq!(alice.refusal(wrong), "PASSWORD_HASH_INVALID");
    shared.clock.advance(DAY * 8);
    assert!(stranger.call(delete()).unwrap());
    assert!(shared.world().user(alice.me).unwrap().deleted);
}

#[test]
fn with_its_password_an_account_goes_at_once() {
    let (shared, alice, _bob) = two();
    shared
        .change(|w| w.protect(alice.me, "secret", ""))
        .unwrap();
    let right = account::DeleteAccount {
        password: Some(proof(&alice, "secret")),
        ..delete()
    };
    assert!(alice.call(right).unwrap());
    assert!(shared.world().user(alice.me).unwrap().deleted);
}

#[test]
fn a_number_is_changed_with_a_code_sent_to_the_new_one() {
    let (shared, alice, bob) = two();
    let settings = types::CodeSettings::new;
    let ask = |phone: &str| account::SendChangePhoneCode::new(phone.into(), settings());
    assert_eq!(alice.refusal(ask("9996620002")), "PHONE_NUMBER_OCCUPIED");
    assert_eq!(alice.refusal(ask("12")), "PHONE_NUMBER_INVALID");
    let enums::auth::SentCode::SentCode(sent) = alice.call(ask("9996621111")).unwrap() else {
        panic!()
    };
    let add =
        contacts::AddContact::new(alice.user(&bob), "Bob".into(), String::new(), String::new());
    alice.call(add).unwrap();
    alice.say(&bob, "hi");
    bob.listen();
    let change = |code: &str| {
        let hash = sent.phone_code_hash.clone();
        account::ChangePhone::new("9996621111".into(), hash, code.into())
    };
    assert_eq!(alice.refusal(change("11111")), "PHONE_CODE_INVALID");
    let enums::User::User(now) = alice.call(change("22222")).unwrap() else {
        panic!()
    };
    assert_eq!(now.phone.as_deref(), Some("9996621111"));
    let [enums::Update::UserPhone(told)] = &bob.heard()[..] else {
        panic!()
    };
    assert_eq!(told.phone, "9996621111");
    let w = shared.world();
    assert_eq!(w.by_phone.get("9996621111"), Some(&alice.me));
    assert!(!w.by_phone.contains_key(ALICE));
}

#[test]
fn a_forgotten_password_goes_after_a_week_unless_its_owner_objects() {
    let (shared, alice, _bob) = two();
    assert_eq!(
        alice.refusal(account::ResetPassword::new()),
        "PASSWORD_EMPTY"
    );
    assert_eq!(
        alice.refusal(account::DeclinePasswordReset::new()),
        "RESET_REQUEST_MISSING"
    );
    shared
        .change(|w| w.protect(alice.me, "secret", ""))
        .unwrap();
    let stranger = owing(&shared);
    let reset = || stranger.call(account::ResetPassword::new()).unwrap();
    use enums::account::ResetPasswordResult as R;
    let R::ResetPasswordRequestedWait(wait) = reset() else {
        panic!()
    };
    let asked = alice.call(account::GetPassword::new()).unwrap();
    assert_eq!(asked.pending_reset_date, Some(wait.until_date));
    alice.call(account::DeclinePasswordReset::new()).unwrap();
    assert!(matches!(reset(), R::ResetPasswordFailedWait(_)));
    shared.clock.advance(DAY * 2);
    assert!(matches!(reset(), R::ResetPasswordRequestedWait(_)));
    shared.clock.advance(DAY * 8);
    assert!(matches!(reset(), R::ResetPasswordOk));
    let free = alice.call(account::GetPassword::new()).unwrap();
    assert!(!free.has_password);
    let code = auth::CheckRecoveryPassword::new("123456".into());
    assert_eq!(stranger.refusal(code), "PASSWORD_RECOVERY_EXPIRED");
}

#[test]
fn a_program_that_logged_out_comes_back_without_a_code_once() {
    let (shared, alice, bob) = two();
    let left = alice.call(auth::LogOut::new()).unwrap();
    let token = left.future_auth_token.unwrap();
    let come = |phone: &str| {
        let program = Program::new(&shared, 2);
        let settings = types::CodeSettings {
            logout_tokens: Some(vec![token.clone()]),
            ..types::CodeSettings::new()
        };
        let call = auth::SendCode::new(phone.into(), 1, "hash".into(), settings);
        program.call(call)
    };
    // It is good for Alice alone.
    assert!(matches!(
        come("9996620002"),
        Ok(enums::auth::SentCode::SentCode(_))
    ));
    let Ok(enums::auth::SentCode::Success(back)) = come(ALICE) else {
        panic!()
    };
    assert_eq!(super::user_of(&back.authorization), alice.me);
    assert!(matches!(
        come(ALICE),
        Ok(enums::auth::SentCode::SentCode(_))
    ));
    drop(bob);
}

#[test]
fn who_left_an_account_with_a_password_still_has_to_give_it() {
    let (shared, alice, _bob) = two();
    shared
        .change(|w| w.protect(alice.me, "secret", ""))
        .unwrap();
    let token = alice.call(auth::LogOut::new()).unwrap().future_auth_token;
    let program = Program::new(&shared, 2);
    let settings = types::CodeSettings {
        logout_tokens: Some(vec![token.unwrap()]),
        ..types::CodeSettings::new()
    };
    let call = auth::SendCode::new(ALICE.into(), 1, "hash".into(), settings);
    assert_eq!(program.refusal(call), "SESSION_PASSWORD_NEEDED");
    let answer = auth::CheckPassword::new(proof(&program, "secret"));
    program.call(answer).unwrap();
    assert_eq!(program.get_me().unwrap().len(), 1);
}

#[test]
fn too_many_codes_that_nobody_uses_are_too_many() {
    let (shared, _alice, _bob) = two();
    let program = Program::new(&shared, 2);
    let ask = || auth::SendCode::new(ALICE.into(), 1, "hash".into(), types::CodeSettings::new());
    for _ in 0..20 {
        program.call(ask()).unwrap();
    }
    assert_eq!(program.refusal(ask()), "PHONE_NUMBER_FLOOD");
    shared.clock.advance(DAY);
    let hash = program.send_code(ALICE);
    program.call(sign_in(ALICE, &hash, "22222")).unwrap();
}

#[test]
fn birthdays_are_for_contacts_and_names_are_kept_in_order() {
    let (_shared, alice, bob) = two();
    let day = types::Birthday::new(5, 11);
    let set = account::UpdateBirthday {
        birthday: Some(day.clone()),
    };
    alice.call(set).unwrap();
    let shown = |by: &Program| {
        let full = by.call(users::GetFullUser::new(by.user(&alice))).unwrap();
        full.full_user.birthday.clone()
    };
    assert_eq!((shown(&alice), shown(&bob)), (Some(day.clone()), None));
    let add =
        contacts::AddContact::new(alice.user(&bob), "Bob".into(), String::new(), String::new());
    alice.call(add).unwrap();
    assert_eq!(shown(&bob), Some(day));

    alice
        .call(account::UpdateUsername::new("alice_x".into()))
        .unwrap();
    let order = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        alice.refusal(account::ReorderUsernames::new(names))
    };
    assert_eq!(
        (order(&["alice_x"]), order(&[])),
        (String::new(), "ORDER_INVALID".into())
    );
    let toggle = |name: &str| alice.refusal(account::ToggleUsername::new(name.into(), true));
    assert_eq!(toggle("alice_x"), "USERNAME_NOT_MODIFIED");
    assert_eq!(toggle("somebody"), "USERNAME_INVALID");
}
