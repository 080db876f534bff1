//! The sessions of an account: listed, ended from elsewhere, and told of.

use heliogram_api::functions::{account, auth, messages};
use heliogram_api::{enums, types};

use super::{Program, server};

const ALICE: &str = "9996620001";

fn listed(of: &Program) -> Vec<types::Authorization> {
    let all = of.call(account::GetAuthorizations::new()).unwrap();
    all.authorizations
}

fn other_hash(of: &Program) -> i64 {
    let all = listed(of);
    let other = all.iter().find(|session| !session.current);
    other.unwrap().hash
}

#[test]
fn a_session_ended_from_elsewhere_is_told_so_and_its_connection_ends() {
    let shared = server();
    let phone = Program::logged_in(&shared, ALICE, "Alice");
    let stolen = Program::logged_in(&shared, ALICE, "Alice");
    stolen.listen();
    assert_eq!(listed(&phone).len(), 2);
    let hash = other_hash(&phone);
    phone.call(account::ResetAuthorization::new(hash)).unwrap();
    assert!(stolen.is_cut());
    let refusal = stolen.call(messages::GetAllDrafts::new()).unwrap_err();
    assert_eq!((refusal.code, &*refusal.name), (401, "SESSION_REVOKED"));
    assert_eq!(listed(&phone).len(), 1);
    assert_eq!(
        phone.refusal(account::ResetAuthorization::new(hash)),
        "HASH_INVALID"
    );
    assert_eq!(
        phone.refusal(account::ResetAuthorization::new(0)),
        "HASH_INVALID"
    );
    // The key is free for a new login.
    let code = stolen.send_code(ALICE);
    stolen.call(super::sign_in(ALICE, &code, "22222")).unwrap();
    assert_eq!(stolen.get_me().unwrap().len(), 1);
}

#[test]
fn all_others_end_at_once_with_what_they_reached_on_other_data_centres() {
    let shared = server();
    let phone = Program::logged_in(&shared, ALICE, "Alice");
    let (tablet, desktop) = (phone.second(), phone.second());
    let abroad = Program::new(&shared, 3);
    let exported = desktop.call(auth::ExportAuthorization::new(3)).unwrap();
    let import = auth::ImportAuthorization::new(exported.id, exported.bytes);
    abroad.call(import).unwrap();
    assert_eq!(listed(&phone).len(), 3, "the login abroad is no session");
    phone.call(auth::ResetAuthorizations::new()).unwrap();
    for ended in [&tablet, &desktop] {
        assert_eq!(
            ended.refusal(messages::GetAllDrafts::new()),
            "SESSION_REVOKED"
        );
    }
    let part = heliogram_api::functions::upload::SaveFilePart::new(1, 0, bytes::Bytes::new());
    assert_eq!(abroad.refusal(part), "SESSION_REVOKED");
    assert_eq!(phone.get_me().unwrap().len(), 1);
}

#[test]
fn who_logs_out_itself_is_only_logged_out() {
    let shared = server();
    let phone = Program::logged_in(&shared, ALICE, "Alice");
    phone.call(auth::LogOut::new()).unwrap();
    let refusal = phone.call(messages::GetAllDrafts::new()).unwrap_err();
    assert_eq!(
        (refusal.code, &*refusal.name),
        (401, "AUTH_KEY_UNREGISTERED")
    );
}

#[test]
fn a_new_login_is_told_to_the_others_and_can_be_confirmed() {
    let shared = server();
    let phone = Program::logged_in(&shared, ALICE, "Alice");
    phone.listen();
    assert!(!listed(&phone)[0].unconfirmed, "nobody could object");
    let desktop = Program::logged_in(&shared, ALICE, "Alice");
    let heard = phone.heard();
    let [
        enums::Update::NewMessage(code),
        enums::Update::NewAuthorization(new),
    ] = &heard[..]
    else {
        panic!("{heard:?}")
    };
    let enums::Message::Message(code) = &code.message else {
        panic!()
    };
    assert_eq!(code.peer_id, types::PeerUser::new(777_000).into());
    assert!(code.message.starts_with("Login code: 22222."));
    assert!(new.unconfirmed && new.device.as_deref() == Some("test"));
    let all = phone.call(messages::GetDialogs::new(
        0,
        0,
        enums::InputPeer::Empty,
        9,
        0,
    ));
    let enums::messages::Dialogs::Dialogs(all) = all.unwrap() else {
        panic!()
    };
    let enums::Message::Message(told) = &all.messages[0] else {
        panic!()
    };
    assert!(told.message.starts_with("New login. Dear Alice,"));

    assert!(listed(&desktop).iter().any(|session| session.unconfirmed));
    let confirm = account::ChangeAuthorizationSettings {
        confirmed: true,
        call_requests_disabled: Some(true),
        ..account::ChangeAuthorizationSettings::new(new.hash)
    };
    phone.call(confirm).unwrap();
    let all = listed(&desktop);
    let own = all.iter().find(|session| session.current).unwrap();
    assert!(!own.unconfirmed && own.call_requests_disabled && !own.encrypted_requests_disabled);
    let wrong = account::ChangeAuthorizationSettings::new(5);
    assert_eq!(phone.refusal(wrong), "HASH_INVALID");
}

#[test]
fn sessions_that_are_not_used_end_when_the_account_wants() {
    let shared = server();
    let phone = Program::logged_in(&shared, ALICE, "Alice");
    let desktop = phone.second();
    let days = |days| account::SetAuthorizationTTL::new(days);
    assert_eq!(phone.refusal(days(0)), "TTL_DAYS_INVALID");
    phone.call(days(7)).unwrap();
    let day = std::time::Duration::from_secs(86_400);
    shared.clock.advance(day * 6);
    phone.get_me().unwrap();
    shared.clock.advance(day * 2);
    assert_eq!(phone.get_me().unwrap().len(), 1);
    assert_eq!(
        desktop.refusal(messages::GetAllDrafts::new()),
        "AUTH_KEY_UNREGISTERED"
    );
    let all = phone.call(account::GetAuthorizations::new()).unwrap();
    assert_eq!(
        (all.authorization_ttl_days, all.authorizations.len()),
        (7, 1)
    );
}

#[test]
fn how_long_an_account_lasts_is_kept_within_bounds() {
    let shared = server();
    let alice = Program::logged_in(&shared, ALICE, "Alice");
    let set = |days| account::SetAccountTTL::new(types::AccountDaysTTL::new(days));
    assert_eq!(alice.refusal(set(29)), "TTL_DAYS_INVALID");
    alice.call(set(30)).unwrap();
    let kept = alice.call(account::GetAccountTTL::new()).unwrap();
    assert_eq!(kept.days, 30);
}
