//! Login by QR code.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heliogram_api::functions::auth as f;
use heliogram_api::{enums, types};

use super::{Program, server};
use crate::shared::Shared;

const ALICE: &str = "9996620001";

/// Somebody with an account on data centre 2, and a program without one.
fn scene(dc: i32) -> (Arc<Shared>, Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, ALICE, "Alice");
    let screen = Program::new(&shared, dc);
    (shared, alice, screen)
}

fn export(screen: &Program) -> Result<enums::auth::LoginToken, crate::Refusal> {
    screen.call(f::ExportLoginToken::new(1, "hash".into(), Vec::new()))
}

fn token(screen: &Program) -> Bytes {
    match export(screen).unwrap() {
        enums::auth::LoginToken::LoginToken(shown) => shown.token,
        other => panic!("{other:?}"),
    }
}

fn user_in(answer: enums::auth::LoginToken) -> i64 {
    match answer {
        enums::auth::LoginToken::Success(done) => super::user_of(&done.authorization),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_program_that_was_let_in_hears_so_and_is_logged_in() {
    let (_shared, alice, screen) = scene(2);
    alice.listen();
    let shown = token(&screen);
    assert_ne!(token(&screen), shown, "each code is new");
    let session = alice.call(f::AcceptLoginToken::new(shown.clone())).unwrap();
    assert_eq!(session.device_model, "test");
    assert_eq!(screen.heard(), [enums::Update::LoginToken]);
    assert_eq!(user_in(export(&screen).unwrap()), alice.me);
    assert_eq!(screen.get_me().unwrap().len(), 1);
    assert!(
        alice
            .heard()
            .iter()
            .any(|update| matches!(update, enums::Update::NewAuthorization(_)))
    );
    // Once in, there is nothing to show; and nobody comes in with it again.
    assert_eq!(user_in(export(&screen).unwrap()), alice.me);
    let again = f::ImportLoginToken::new(shown.clone());
    assert_eq!(screen.refusal(again), "AUTH_TOKEN_ALREADY_ACCEPTED");
    let again = f::AcceptLoginToken::new(shown);
    assert_eq!(alice.refusal(again), "AUTH_TOKEN_ALREADY_ACCEPTED");
}

#[test]
fn an_account_of_another_data_centre_sends_the_program_there() {
    let (shared, alice, screen) = scene(1);
    alice
        .call(f::AcceptLoginToken::new(token(&screen)))
        .unwrap();
    let enums::auth::LoginToken::MigrateTo(go) = export(&screen).unwrap() else {
        panic!()
    };
    assert_eq!(go.dc_id, 2);
    let there = Program::new(&shared, go.dc_id);
    let answer = there.call(f::ImportLoginToken::new(go.token)).unwrap();
    assert_eq!(user_in(answer), alice.me);
    assert_eq!(there.get_me().unwrap().len(), 1);
}

#[test]
fn a_password_is_still_asked_for() {
    let (shared, alice, screen) = scene(2);
    shared
        .change(|w| w.protect(alice.me, "secret", ""))
        .unwrap();
    alice
        .call(f::AcceptLoginToken::new(token(&screen)))
        .unwrap();
    let refusal = export(&screen).unwrap_err();
    assert_eq!(
        (refusal.code, &*refusal.name),
        (401, "SESSION_PASSWORD_NEEDED")
    );
    let answer = f::CheckPassword::new(super::auth::proof(&screen, "secret"));
    screen.call(answer).unwrap();
    assert_eq!(screen.get_me().unwrap().len(), 1);
}

#[test]
fn tokens_that_are_wrong_late_or_not_for_this_account_are_named() {
    let (shared, alice, screen) = scene(2);
    let accept = |token: Bytes| alice.refusal(f::AcceptLoginToken::new(token));
    assert_eq!(accept(Bytes::new()), "AUTH_TOKEN_INVALID");
    assert_eq!(
        screen.refusal(f::ImportLoginToken::new(Bytes::from_static(b"x"))),
        "AUTH_TOKEN_INVALID"
    );
    let mine = f::ExportLoginToken::new(1, "hash".into(), vec![alice.me]);
    let enums::auth::LoginToken::LoginToken(mine) = screen.call(mine).unwrap() else {
        panic!()
    };
    assert_eq!(accept(mine.token), "AUTH_TOKEN_EXCEPTION");
    let late = token(&screen);
    shared.clock.advance(Duration::from_secs(31));
    assert_eq!(accept(late), "AUTH_TOKEN_EXPIRED");
    let unknown = f::ExportLoginToken::new(0, "hash".into(), Vec::new());
    assert_eq!(screen.refusal(unknown), "API_ID_INVALID");
    assert_eq!(
        screen.refusal(f::AcceptLoginToken::new(token(&screen))),
        "AUTH_KEY_UNREGISTERED"
    );
    // A token that nobody accepted yet is shown on.
    let shown = token(&screen);
    let same = screen
        .call(f::ImportLoginToken::new(shown.clone()))
        .unwrap();
    let enums::auth::LoginToken::LoginToken(same) = same else {
        panic!()
    };
    assert_eq!(same, types::auth::LoginToken::new(same.expires, shown));
}
