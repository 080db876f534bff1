//! Values as text and JSON, and random values of everything the schema defines.

use heliogram_api::{enums, functions, types};
use heliogram_tl::{Bytes, Call, Constructor, from_bytes, reflect, to_bytes};

#[test]
fn the_table_knows_what_the_code_knows() {
    let table = heliogram_api::table();
    let message = table.by_name("message").unwrap();
    assert_eq!(message.id(), types::Message::ID);
    let send = table.by_name("messages.sendMessage").unwrap();
    assert_eq!(send.id(), functions::messages::SendMessage::ID);
    assert!(table.len() > 2500, "{}", table.len());
}

#[test]
fn json_goes_there_and_back_exactly() {
    let user = types::User {
        access_hash: Some(i64::MIN),
        first_name: Some("Ann \u{1f31e} \"quoted\"\n".into()),
        bot: true,
        bot_info_version: Some(3),
        ..types::User::new(9_007_199_254_740_993)
    };
    let value = enums::User::from(user);
    let json = heliogram_api::to_json(&value).unwrap();
    assert!(json.contains("9007199254740993"), "{json}");
    assert_eq!(
        heliogram_api::from_json::<enums::User>(&json).unwrap(),
        value
    );
}

#[test]
fn json_of_another_type_is_refused() {
    let json = r#"{"_":"peerUser","user_id":1}"#;
    let error = heliogram_api::from_json::<enums::InputPeer>(json).unwrap_err();
    assert!(error.to_string().contains("peerUser"), "{error}");
}

#[test]
fn whole_answers_survive_json() {
    let data = include_bytes!("../../../bench/fixtures/messages-rich.bin");
    let value: enums::messages::Messages = from_bytes(&Bytes::from_static(data)).unwrap();
    let json = heliogram_api::to_json(&value).unwrap();
    assert_eq!(
        heliogram_api::from_json::<enums::messages::Messages>(&json).unwrap(),
        value
    );
}

#[test]
fn debug_names_fields_and_keeps_secrets() {
    let call = functions::auth::CheckRecoveryPassword::new("hunter2".into());
    assert!(!format!("{call:?}").contains("hunter2"), "{call:?}");
    let call = functions::auth::SignIn {
        phone_code: Some("12345".into()),
        ..functions::auth::SignIn::new("15550100".into(), "hash-of-code".into())
    };
    let shown = format!("{call:?} {}", heliogram_api::pretty(&call));
    for secret in ["12345", "15550100", "hash-of-code"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let peer = enums::Peer::from(types::PeerUser::new(42));
    assert!(format!("{peer:?}").contains("42"), "{peer:?}");
}

/// Values made up from the table, decoded by the generated code and encoded again.
#[test]
fn random_values_survive_the_generated_code() {
    let table = heliogram_api::table();
    let generator = reflect::Generator::new(table);
    let mut state = 1u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    macro_rules! check {
        ($($name:literal as $ty:ty),* $(,)?) => {$(
            for _ in 0..60 {
                let expected = reflect::Expected::Name($name);
                let bytes = Bytes::from(generator.value(expected, &mut random, 150).unwrap());
                let value = from_bytes::<$ty>(&bytes).expect($name);
                assert_eq!(to_bytes(&value), bytes, "{}", reflect::pretty(table, &bytes));
            }
        )*};
    }
    check!(
        "Message" as enums::Message,
        "Update" as enums::Update,
        "User" as enums::User,
        "Chat" as enums::Chat,
        "ChatFull" as enums::ChatFull,
        "MessageMedia" as enums::MessageMedia,
        "MessageEntity" as enums::MessageEntity,
        "MessageAction" as enums::MessageAction,
        "ReplyMarkup" as enums::ReplyMarkup,
        "InputPeer" as enums::InputPeer,
        "InputMedia" as enums::InputMedia,
        "WebPage" as enums::WebPage,
        "PageBlock" as enums::PageBlock,
        "RichText" as enums::RichText,
        "StarGift" as enums::StarGift,
        "Document" as enums::Document,
        "Config" as enums::Config,
        "updates.Difference" as enums::updates::Difference,
        "messages.Messages" as enums::messages::Messages,
        "auth.SentCode" as enums::auth::SentCode,
    );
}
