use heliogram_api::functions::{account, auth, help, messages, upload};
use heliogram_api::{LAYER, enums, types};
use heliogram_crypto::srp::Algorithm;
use heliogram_tl::to_bytes;

use super::{Program, hello, served, server, sign_in, user_of};
use crate::Server;
use crate::world::password_group;

const ALICE: &str = "9996620001";

#[test]
fn a_new_phone_number_signs_up_and_an_old_one_signs_in() {
    let shared = server();
    let first = Program::logged_in(&shared, ALICE, "Alice");
    let again = Program::logged_in(&shared, ALICE, "Somebody");
    assert_eq!(first.me, again.me);
    assert_eq!(shared.world().user(first.me).unwrap().first_name, "Alice");
    assert_eq!(shared.world().keys_of(first.me).len(), 2);
}

#[test]
fn wrong_codes_phones_and_apps_are_named() {
    let shared = server();
    let program = Program::new(&shared, 2);
    let settings = types::CodeSettings::new;
    let send = |phone: &str, id, hash: &str| {
        program.refusal(auth::SendCode::new(
            phone.into(),
            id,
            hash.into(),
            settings(),
        ))
    };
    assert_eq!(send("12", 1, "x"), "PHONE_NUMBER_INVALID");
    assert_eq!(send(ALICE, 0, "x"), "API_ID_INVALID");
    assert_eq!(send(ALICE, 1, ""), "API_ID_INVALID");
    assert_eq!(send("9996611111", 1, "x"), "PHONE_MIGRATE_1");
    let hash = program.send_code(ALICE);
    assert_eq!(
        program.refusal(sign_in(ALICE, &hash, "00000")),
        "PHONE_CODE_INVALID"
    );
    assert_eq!(
        program.refusal(sign_in(ALICE, &hash, "")),
        "PHONE_CODE_EMPTY"
    );
    let early = auth::SignUp::new(ALICE.into(), hash.clone(), "A".into(), String::new());
    assert_eq!(program.refusal(early.clone()), "PHONE_CODE_INVALID");
    program.call(sign_in(ALICE, &hash, "22222")).unwrap();
    let unnamed = auth::SignUp {
        first_name: " ".into(),
        ..early
    };
    assert_eq!(program.refusal(unnamed), "FIRSTNAME_INVALID");
}

#[test]
fn what_needs_a_login_says_so() {
    let shared = server();
    let raw = Program::raw(&shared, 2);
    assert_eq!(raw.refusal(help::GetConfig::new()), "CONNECTION_NOT_INITED");
    let program = Program::new(&shared, 2);
    assert_eq!(program.get_me().unwrap_err().code, 401);
    assert_eq!(
        program.refusal(messages::GetAllDrafts::new()),
        "AUTH_KEY_UNREGISTERED"
    );
    let part = upload::SaveFilePart::new(1, 0, bytes::Bytes::new());
    assert_eq!(program.refusal(part), "AUTH_KEY_UNREGISTERED");
}

#[test]
fn a_password_is_set_asked_for_changed_and_removed() {
    let shared = server();
    let alice = Program::logged_in(&shared, ALICE, "Alice");
    set_password(&alice, None, Some("secret"));

    // The next login has to give it.
    let second = Program::new(&shared, 2);
    let hash = second.send_code(ALICE);
    let refused = second.call(sign_in(ALICE, &hash, "22222")).unwrap_err();
    assert_eq!(refused.name, "SESSION_PASSWORD_NEEDED");
    assert_eq!(
        second.refusal(messages::GetAllDrafts::new()),
        "SESSION_PASSWORD_NEEDED"
    );
    let wrong = auth::CheckPassword::new(proof(&second, "other"));
    assert_eq!(second.refusal(wrong), "PASSWORD_HASH_INVALID");
    let stale = auth::CheckPassword::new(proof(&second, "secret"));
    second.call(stale.clone()).unwrap();
    assert_eq!(second.refusal(stale), "SRP_ID_INVALID");
    assert_eq!(second.get_me().unwrap().len(), 1);

    set_password(&alice, Some("secret"), Some("changed"));
    set_password(&alice, Some("changed"), None);
    let plain = alice.call(account::GetPassword::new()).unwrap();
    assert!(!plain.has_password);
}

/// Answers the question for a password.
pub(super) fn proof(program: &Program, words: &str) -> enums::InputCheckPasswordSRP {
    let asked = program.call(account::GetPassword::new()).unwrap();
    let Some(enums::PasswordKdfAlgo::SHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(algorithm)) =
        asked.current_algo
    else {
        return enums::InputCheckPasswordSRP::InputCheckPasswordEmpty;
    };
    let algorithm = Algorithm {
        salt1: algorithm.salt1.to_vec(),
        salt2: algorithm.salt2.to_vec(),
        group: password_group().unwrap(),
    };
    let mut world = program.shared.world();
    let answer = algorithm
        .answer(words, &asked.srp_b.unwrap(), &mut world.rng)
        .unwrap();
    let (a, m1) = (answer.a.to_vec().into(), answer.m1.to_vec().into());
    types::InputCheckPasswordSRP::new(asked.srp_id.unwrap(), a, m1).into()
}

/// Sets, changes or removes a password the way a client does.
fn set_password(program: &Program, old: Option<&str>, new: Option<&str>) {
    let offered = program.call(account::GetPassword::new()).unwrap();
    let settings = match new {
        Some(words) => {
            let enums::PasswordKdfAlgo::SHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(offered) =
                offered.new_algo
            else {
                panic!("no algorithm is offered")
            };
            let algorithm = Algorithm {
                salt1: offered.salt1.to_vec(),
                salt2: offered.salt2.to_vec(),
                group: password_group().unwrap(),
            };
            let algorithm = algorithm.with_new_salt(&mut program.shared.world().rng);
            let verifier = algorithm.verifier(words).to_vec();
            let mut chosen = (*offered).clone();
            chosen.salt1 = algorithm.salt1.into();
            types::account::PasswordInputSettings {
                new_algo: Some(chosen.into()),
                new_password_hash: Some(verifier.into()),
                hint: Some("the usual".into()),
                ..types::account::PasswordInputSettings::new()
            }
        }
        None => types::account::PasswordInputSettings {
            new_algo: Some(enums::PasswordKdfAlgo::Unknown),
            new_password_hash: Some(bytes::Bytes::new()),
            hint: Some(String::new()),
            ..types::account::PasswordInputSettings::new()
        },
    };
    let shown = match old {
        Some(words) => proof(program, words),
        None => enums::InputCheckPasswordSRP::InputCheckPasswordEmpty,
    };
    assert!(
        program
            .call(account::UpdatePasswordSettings::new(shown, settings.into()))
            .unwrap()
    );
}

#[test]
fn a_bot_logs_in_with_its_token_at_home() {
    let shared = server();
    let bot = shared.change(|w| w.add_bot("echo", 2)).unwrap();
    let token = shared.world().token_of(bot).unwrap().to_owned();
    let import =
        |token: &str| auth::ImportBotAuthorization::new(0, 1, "hash".into(), token.to_owned());
    let elsewhere = Program::new(&shared, 1);
    assert_eq!(elsewhere.refusal(import(&token)), "USER_MIGRATE_2");
    let program = Program::new(&shared, 2);
    assert_eq!(program.refusal(import("1:x")), "ACCESS_TOKEN_INVALID");
    assert_eq!(user_of(&program.call(import(&token)).unwrap()), bot);
}

#[test]
fn logging_out_ends_one_login_alone() {
    let shared = server();
    let one = Program::logged_in(&shared, ALICE, "Alice");
    let two = Program::logged_in(&shared, ALICE, "Alice");
    let list = one.call(account::GetAuthorizations::new()).unwrap();
    assert_eq!(list.authorizations.len(), 2);
    one.call(auth::LogOut::new()).unwrap();
    assert_eq!(one.get_me().unwrap_err().name, "AUTH_KEY_UNREGISTERED");
    assert!(two.get_me().is_ok());
    let third = Program::logged_in(&shared, ALICE, "Alice");
    assert_eq!(
        two.refusal(account::ResetAuthorization::new(two.key)),
        "HASH_INVALID"
    );
    two.call(account::ResetAuthorization::new(third.key))
        .unwrap();
    assert!(third.get_me().is_err());
}

#[test]
fn methods_nobody_answers_are_refused_and_counted() {
    let shared = server();
    let alice = Program::logged_in(&shared, ALICE, "Alice");
    let call = heliogram_api::functions::payments::GetStarsTopupOptions::new();
    assert_eq!(alice.refusal(call), "METHOD_NOT_IMPLEMENTED");
    let calls = shared.all_calls();
    assert_eq!(calls.get("payments.getStarsTopupOptions"), Some(&1));
}

#[test]
fn a_client_of_an_older_layer_is_answered_in_it() {
    let shared = server();
    let program = Program::raw(&shared, 2);
    program.call_bytes(to_bytes(&hello(229))).unwrap();
    let hash = program.send_code(ALICE);
    program.call(sign_in(ALICE, &hash, "22222")).unwrap();
    let sign_up = auth::SignUp::new(ALICE.into(), hash, "Alice".into(), String::new());
    let answer = program.call_bytes(to_bytes(&sign_up)).unwrap();
    let schema = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schema/api-229.tl"
    ));
    let user = schema
        .lines()
        .find(|line| line.starts_with("user#"))
        .unwrap();
    let id = u32::from_str_radix(&user[5..13], 16).unwrap();
    assert!(
        answer.windows(4).any(|w| w == id.to_le_bytes()),
        "the user is written with the id it has in layer 229"
    );
}

#[test]
fn a_client_of_a_layer_that_was_added_is_answered_in_it() {
    let own = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/api.tl"));
    let (number, line) = (
        format!("// LAYER {LAYER}"),
        "nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc;",
    );
    assert!(own.contains(&number) && own.contains(line));
    let next =
        "nearestDc#66b66b49 country:string this_dc:int nearest_dc:int sea:string = NearestDc;";
    let added = own
        .replace(&number, &format!("// LAYER {}", LAYER + 1))
        .replace(line, next);
    let shared = served(Server::builder().schema(added));
    for (layer, id) in [(LAYER, 0x8e1a_1775_u32), (LAYER + 1, 0x66b6_6b49)] {
        let program = Program::new(&shared, 2);
        program.call_bytes(to_bytes(&hello(layer))).unwrap();
        let call = to_bytes(&help::GetNearestDc::new());
        assert_eq!(program.call_bytes(call).unwrap()[..4], id.to_le_bytes());
    }
}

#[test]
fn nobody_hears_of_a_bot_that_it_is_there_or_left() {
    let shared = server();
    let (alice, bot) = (
        Program::logged_in(&shared, ALICE, "Alice"),
        Program::bot(&shared, "helper_bot"),
    );
    alice.say(&bot, "hi");
    alice.listen();
    assert_eq!(
        bot.refusal(account::UpdateStatus::new(false)),
        "BOT_METHOD_INVALID"
    );
    bot.call(auth::LogOut::new()).unwrap();
    assert_eq!(alice.heard(), []);
    // Of a person it is told.
    let bob = Program::logged_in(&shared, "9996620002", "Bob");
    alice.say(&bob, "hi");
    alice.listen();
    bob.call(auth::LogOut::new()).unwrap();
    assert!(matches!(
        alice.heard()[..],
        [enums::Update::UserStatus(_), ..]
    ));
}
