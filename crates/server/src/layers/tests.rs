//! Random values of everything go down and up again; the irregular cases one by one.

use std::collections::HashSet;

use heliogram_tl::reflect::{
    Event, Expected, Flow, Generator, Visitor, from_json, to_json, to_json_as, walk,
};
use pair::Way;
use value::{Bridge, Value};

use super::*;

const LAYERS: [i32; 5] = [216, 222, 227, 229, 230];

/// Methods that take a kind of passkey the newest layer does not have any more.
const WITH_GONE_CREDENTIAL: [&str; 2] = ["auth.finishPasskeyLogin", "account.registerPasskey"];

fn random(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

struct Ignore;

impl<'t, 'b> Visitor<'t, 'b> for Ignore {
    fn event(&mut self, _: Event<'t, 'b>) -> Flow {
        Flow::Go
    }
}

fn assert_walks(table: &Table, bytes: &[u8], what: &str) {
    assert_eq!(
        walk(table, bytes, Expected::Any, &mut Ignore),
        Ok(()),
        "{what}"
    );
}

/// The type a definition's value is expected as, in each of two layers.
fn context<'t>(def: Definition<'t>, other: &'t Table) -> (Type<'t>, Type<'t>) {
    let Type::Boxed(ty) = def.result() else {
        return (Type::Any, Type::Any);
    };
    match (def.kind(), other.by_type(ty.name())) {
        (Kind::Constructor, Some(other)) => (def.result(), Type::Boxed(other)),
        _ => (Type::Any, Type::Any),
    }
}

fn rewrite(way: Way<'_>, bytes: &[u8], types: (Type<'_>, Type<'_>)) -> Option<Vec<u8>> {
    match way.rewrite(bytes, types) {
        Ok(bytes) => Some(bytes),
        Err(LayerError::Inexpressible { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

/// The fields that two definitions have in common and that hold no other value, as text.
fn plain_fields(table: &Table, bytes: &[u8], other: Definition<'_>) -> Vec<String> {
    let none = Bridge {
        same_types: Vec::new(),
        same_defs: Vec::new(),
        twins: Vec::new(),
    };
    let value = value::read(table, &none, bytes, Type::Any).unwrap();
    let Value::Object(object) = value else {
        return Vec::new();
    };
    let own = table.by_name(&object.name).unwrap();
    let plain = object.fields.iter().filter(|(name, value)| {
        let same_type = |a: Definition<'_>, b: Definition<'_>| {
            let ty = |def: Definition<'_>| def.field(name).map(|f| f.ty.to_string());
            ty(a) == ty(b)
        };
        let holds_others = matches!(value, Value::Object(_) | Value::Vector(_) | Value::Same(_));
        !holds_others && same_type(own, other)
    });
    plain.map(|field| format!("{field:?}")).collect()
}

#[test]
fn everything_goes_down_and_up_and_keeps_what_both_layers_say() {
    let layers = Layers::built_in();
    let mut next = random(0x5eed);
    let generator = Generator::new(layers.table);
    for layer in LAYERS {
        let pair = layers.pair(layer).unwrap().unwrap();
        let (mut said, mut lost) = (0, HashSet::new());
        for def in layers.table.definitions() {
            let (new, old) = context(def, pair.old());
            for round in 0..4 {
                let Some(value) = generator.definition(def, &mut next, round * 12) else {
                    continue;
                };
                let Some(down) = rewrite(pair.down(), &value, (new, old)) else {
                    lost.insert(def.name());
                    continue;
                };
                said += 1;
                assert_walks(pair.old(), &down, def.name());
                let up = rewrite(pair.up(), &down, (old, new)).unwrap();
                assert_walks(layers.table, &up, def.name());
                let again = rewrite(pair.down(), &up, (new, old)).unwrap();
                let show = |bytes: &[u8]| to_json(pair.old(), bytes).unwrap();
                assert_eq!(show(&again), show(&down), "{layer} {def}");
                assert!(again == down, "{layer} {def}");
                if let Some(old) = pair.old().by_name(def.name()) {
                    let of = |bytes: &[u8]| plain_fields(layers.table, bytes, old);
                    // What the older layer requires, `up` may have in addition.
                    let (before, mut after) = (of(&value), of(&up));
                    after.retain(|field| before.contains(field));
                    assert_eq!(after, before, "{layer} {def}");
                }
            }
        }
        assert!(said > 8000, "{layer}: {said}");
        // In the layers that clients of today speak, nothing they know is ever lost.
        let known = lost
            .iter()
            .filter(|name| pair.old().by_name(name).is_some());
        let known: Vec<_> = known.collect();
        assert!(layer < 229 || known.is_empty(), "{layer}: {known:?}");
    }
}

#[test]
fn everything_of_an_older_layer_goes_up() {
    let layers = Layers::built_in();
    let mut next = random(0xc0ffee);
    for layer in LAYERS {
        let pair = layers.pair(layer).unwrap().unwrap();
        let generator = Generator::new(pair.old());
        let mut lost = HashSet::new();
        for def in pair.old().definitions() {
            let (old, new) = context(def, layers.table);
            for round in 0..4 {
                let Some(value) = generator.definition(def, &mut next, round * 12) else {
                    continue;
                };
                match rewrite(pair.up(), &value, (old, new)) {
                    Some(up) => assert_walks(layers.table, &up, def.name()),
                    None => drop(lost.insert(def.name())),
                }
            }
        }
        let gone = |name: &&str| WITH_GONE_CREDENTIAL.contains(name);
        let known = lost
            .into_iter()
            .filter(|name| layers.table.by_name(name).is_some());
        let known: Vec<_> = known.filter(|name| !gone(name)).collect();
        assert!(layer < 229 || known.is_empty(), "{layer}: {known:?}");
    }
}

#[test]
fn damaged_values_are_errors_and_nothing_worse() {
    let layers = Layers::built_in();
    let pair = layers.pair(229).unwrap().unwrap();
    let generator = Generator::new(pair.old());
    let mut next = random(4);
    for def in pair.old().definitions() {
        let Some(mut bytes) = generator.definition(def, &mut next, 10) else {
            continue;
        };
        let at = (next() % bytes.len() as u64) as usize;
        bytes[at] ^= next() as u8;
        bytes.truncate((next() % (bytes.len() as u64 + 1)) as usize);
        if let Ok(up) = layers.up(229, &bytes) {
            assert_walks(layers.table, &up, def.name());
        }
    }
}

/// What JSON of the newest layer becomes in an older one.
fn down(layer: i32, json: &str, expected: &str) -> String {
    let layers = Layers::built_in();
    let pair = layers.pair(layer).unwrap().unwrap();
    let bytes = from_json(layers.table, json, Expected::Any).unwrap_or_else(|e| panic!("{e}"));
    let ty = |table: &'_ Table| table.by_type(expected).is_some();
    assert!(ty(layers.table) && ty(pair.old()), "{expected}");
    let types = (
        Type::Boxed(layers.table.by_type(expected).unwrap()),
        Type::Boxed(pair.old().by_type(expected).unwrap()),
    );
    let down = pair
        .down()
        .rewrite(&bytes, types)
        .unwrap_or_else(|e| panic!("{e}"));
    let up = pair
        .up()
        .rewrite(&down, (types.1, types.0))
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(pair.down().rewrite(&up, types).unwrap() == down);
    to_json(pair.old(), &down).unwrap()
}

#[test]
fn what_is_meant_is_understood_where_another_type_is_said() {
    let layers = Layers::built_in();
    let old = layers.pair(229).unwrap().unwrap();
    let mention = |user: &str| {
        let json = format!(
            r#"{{"_":"messages.sendMessage","peer":{{"_":"inputPeerSelf"}},"message":"Ann","random_id":1,"entities":[{{"_":"inputMessageEntityMentionName","offset":0,"length":3,"user_id":{user}}}]}}"#
        );
        from_json(old.old(), &json, Expected::Any).unwrap()
    };
    let good = mention(r#"{"_":"inputUser","user_id":5,"access_hash":6}"#);
    let peer = r#"{"_":"inputPeerUser","user_id":5,"access_hash":6}"#;
    let peer = from_json(old.old(), peer, Expected::Any).unwrap();
    let mut said = good.clone();
    let at = said.len() - peer.len();
    said[at..].copy_from_slice(&peer);
    assert_ne!(said, good);
    assert_eq!(layers.up(229, &said), layers.up(229, &good));
    // What has other fields is no slip.
    said[at..at + 4].copy_from_slice(&0x3567_9e6d_u32.to_le_bytes());
    assert!(layers.up(229, &said).is_err());
}

#[test]
fn unknown_actions_media_and_entities_have_a_nearest_one() {
    let action = r#"{"_":"messageActionNoPaidMessagesTokenUsed"}"#;
    let layers = Layers::built_in();
    let generator = Generator::new(layers.table);
    let mut next = random(8);
    let name = "messageActionNoPaidMessagesTokenUsed";
    let value = generator.value(Expected::Name(name), &mut next, 0).unwrap();
    let json = to_json(layers.table, &value).unwrap();
    assert!(json.starts_with(action.trim_end_matches('}')), "{json}");
    assert_eq!(
        down(230, &json, "MessageAction"),
        r#"{"_":"messageActionEmpty"}"#
    );
    assert_eq!(
        down(
            229,
            r#"{"_":"messageEntityTonAddress","offset":3,"length":4}"#,
            "MessageEntity"
        ),
        r#"{"_":"messageEntityUnknown","offset":3,"length":4}"#
    );
    let value = generator
        .value(Expected::Name("messageMediaVideoStream"), &mut next, 0)
        .unwrap();
    let json = to_json(layers.table, &value).unwrap();
    assert_eq!(
        down(216, &json, "MessageMedia"),
        r#"{"_":"messageMediaUnsupported"}"#
    );
}

#[test]
fn unknown_updates_leave_the_rest_in_place() {
    let json = r#"{"_":"updates","updates":[{"_":"updateConfig"},{"_":"updateWalletState","state":{"_":"walletStateEmpty"}},{"_":"updatePtsChanged"}],"users":[],"chats":[],"date":5,"seq":6}"#;
    assert_eq!(
        down(229, json, "Updates"),
        r#"{"_":"updates","updates":[{"_":"updateConfig"},{"_":"updatePtsChanged"}],"users":[],"chats":[],"date":5,"seq":6}"#
    );
    let layers = Layers::built_in();
    let alone = r#"{"_":"updateShort","update":{"_":"updateWalletState","state":{"_":"walletStateEmpty"}},"date":5}"#;
    let bytes = from_json(layers.table, alone, Expected::Any).unwrap();
    let name = "updateShort".to_owned();
    assert_eq!(
        layers.down(229, &bytes, Of::Value),
        Err(LayerError::Inexpressible { name })
    );
    assert_eq!(layers.down(232, &bytes, Of::Value), Ok(bytes));
}

#[test]
fn text_with_entities_was_a_string() {
    let json = r#"{"_":"botVerification","bot_id":1,"icon":2,"description":{"_":"textWithEntities","text":"hi","entities":[]}}"#;
    assert_eq!(
        down(229, json, "BotVerification"),
        r#"{"_":"botVerification","bot_id":1,"icon":2,"description":"hi"}"#
    );
}

#[test]
fn keyboard_buttons_were_constructors_of_their_own() {
    let json = r#"{"_":"replyInlineMarkup","rows":[{"_":"keyboardInlineButtonRow","buttons":[{"_":"keyboardInlineButton","text":"a","type":{"_":"inlineButtonTypeUrl","url":"u"}},{"_":"keyboardInlineButton","text":"b","type":{"_":"inlineButtonTypeCallback","requires_password":true,"data":"AA=="}},{"_":"keyboardInlineButton","text":"c","type":{"_":"inlineButtonTypeDisabled"}}]}]}"#;
    assert_eq!(
        down(227, json, "ReplyMarkup"),
        r#"{"_":"replyInlineMarkup","rows":[{"_":"keyboardButtonRow","buttons":[{"_":"keyboardButtonUrl","text":"a","url":"u"},{"_":"keyboardButtonCallback","requires_password":true,"text":"b","data":"AA=="},{"_":"keyboardButton","text":"c"}]}]}"#
    );
    let json = r#"{"_":"replyKeyboardMarkup","rows":[{"_":"keyboardButtonRow","buttons":[{"_":"keyboardButton","text":"a","type":{"_":"buttonTypeDefault"}},{"_":"keyboardButton","text":"b","type":{"_":"buttonTypeRequestPhone"}}]}]}"#;
    assert_eq!(
        down(227, json, "ReplyMarkup"),
        r#"{"_":"replyKeyboardMarkup","rows":[{"_":"keyboardButtonRow","buttons":[{"_":"keyboardButton","text":"a"},{"_":"keyboardButtonRequestPhone","text":"b"}]}]}"#
    );
}

#[test]
fn renamed_fields_keep_their_meaning() {
    let json = r#"{"_":"messageActionGiftPremium","currency":"XTR","amount":7,"days":90}"#;
    assert_eq!(
        down(216, json, "MessageAction"),
        r#"{"_":"messageActionGiftPremium","currency":"XTR","amount":7,"months":3}"#
    );
}

#[test]
fn right_answers_of_a_quiz_were_keys() {
    let layers = Layers::built_in();
    let pair = layers.pair(216).unwrap().unwrap();
    let old = pair.old();
    let poll = |right: &str| {
        format!(
            r#"{{"_":"inputMediaPoll","poll":{{"_":"poll","id":0,"quiz":true,"question":{{"_":"textWithEntities","text":"?","entities":[]}},"answers":[{{"_":"pollAnswer","text":{{"_":"textWithEntities","text":"a","entities":[]}},"option":"AA=="}},{{"_":"pollAnswer","text":{{"_":"textWithEntities","text":"b","entities":[]}},"option":"AQ=="}}]}},"correct_answers":{right}}}"#
        )
    };
    let places = |right: &str| {
        let said = from_json(old, &poll(right), Expected::Any).unwrap();
        let up = to_json(layers.table, &layers.up(216, &said).unwrap()).unwrap();
        let (_, right) = up.split_once(r#""correct_answers":"#).unwrap();
        right.split_once(']').unwrap().0.to_owned()
    };
    assert_eq!(places(r#"["AQ=="]"#), "[1");
    assert_eq!(places(r#"["AQ==","AA=="]"#), "[1,0");
    assert_eq!(places(r#"["Ag=="]"#), "[-1", "there is no such answer");
    // And back.
    let said = from_json(old, &poll(r#"["AQ=="]"#), Expected::Any).unwrap();
    let up = layers.up(216, &said).unwrap();
    assert_eq!(layers.down(216, &up, Of::Value).unwrap(), said);
}

#[test]
fn answers_go_by_the_type_their_method_has() {
    let layers = Layers::built_in();
    let table = layers.table;
    let answer = |layer, method: &str, json: &str| {
        let id = table.by_name(method).unwrap().id();
        let bytes = from_json(table, json, Expected::Answer(method)).unwrap();
        let down = layers.down(layer, &bytes, Of::Answer(id)).unwrap();
        let pair = layers.pair(layer).unwrap().unwrap();
        to_json_as(pair.old(), &down, Expected::Answer(method)).unwrap()
    };
    assert_eq!(answer(229, "account.updateStatus", "true"), "true");
    assert_eq!(
        answer(
            229,
            "channels.getInactiveChannels",
            r#"{"_":"messages.inactiveChats","dates":[1,2],"chats":[],"users":[]}"#
        ),
        r#"{"_":"messages.inactiveChats","dates":[1,2],"chats":[],"users":[]}"#
    );
    assert_eq!(
        answer(229, "users.getUsers", r#"[{"_":"userEmpty","id":5}]"#),
        r#"[{"_":"userEmpty","id":5}]"#
    );
    assert_eq!(
        answer(
            229,
            "messages.getMessagesViews",
            r#"{"_":"messages.messageViews","views":[],"chats":[],"users":[]}"#
        ),
        r#"{"_":"messages.messageViews","views":[],"chats":[],"users":[]}"#
    );
    assert_eq!(
        answer(
            216,
            "stories.getPeerMaxIDs",
            r#"[{"_":"recentStory","max_id":3}]"#
        ),
        "[3]"
    );
    let joined = r#"{"_":"messages.chatInviteJoinResultOk","updates":{"_":"updatesTooLong"}}"#;
    assert_eq!(
        answer(222, "channels.joinChannel", joined),
        r#"{"_":"updatesTooLong"}"#
    );
    assert!(layers.down(229, &[], Of::Answer(1)).is_err());
}

#[test]
fn layers_between_known_ones_use_the_nearest_that_is_not_newer() {
    let layers = Layers::built_in();
    let by = |layer| layers.pair(layer).unwrap().map(|pair| pair.old().len());
    let known = |layer| by(layer).unwrap();
    assert_eq!(known(228), known(227));
    assert_eq!(known(231), known(230));
    assert_eq!(known(1), known(216));
    assert_ne!(known(229), known(230));
    assert_eq!((by(232), by(999)), (None, None));
    assert!(layers.is_newest(232) && !layers.is_newest(229));
}

#[test]
fn a_further_schema_can_be_added() {
    let mut layers = Layers::built_in();
    let text = known::SCHEMAS[4].1.replace("// LAYER 230", "// LAYER 231");
    assert_eq!(layers.add_schema(&text), Ok(231));
    assert!(layers.pair(231).unwrap().is_some());
    assert!(matches!(
        layers.add_schema("boolFalse#1 = Bool;"),
        Err(LayerError::Schema(_))
    ));
    assert!(matches!(layers.add_schema(""), Err(LayerError::Schema(_))));
}

#[test]
fn a_further_schema_may_be_newer_than_the_server() {
    let mut layers = Layers::built_in();
    let own = include_str!("../../../../schema/api.tl");
    let line = "nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc;";
    let next =
        "nearestDc#66b66b49 country:string this_dc:int nearest_dc:int sea:string = NearestDc;";
    assert!(own.contains(line));
    let text = own
        .replace("// LAYER 232", "// LAYER 234")
        .replace(line, next);
    assert_eq!(layers.add_schema(&text), Ok(234));
    let served: Vec<_> = [1, 230, 232, 233, 234, 999]
        .map(|layer| layers.serving(layer).map(|known| known.layer))
        .into();
    let (some, newer) = (Some, Some(234));
    assert_eq!(served, [some(216), some(230), None, None, newer, newer]);

    let json = r#"{"_":"nearestDc","country":"ZZ","this_dc":1,"nearest_dc":2}"#;
    let bytes = from_json(layers.table, json, Expected::Any).unwrap();
    let down = layers.down(234, &bytes, Of::Value).unwrap();
    assert_eq!(down[..4], 0x66b6_6b49_u32.to_le_bytes());
    assert_eq!(down.len(), bytes.len() + 4, "an empty string more");
    assert_eq!(layers.up(234, &down).unwrap(), bytes);
    assert_eq!(layers.down(233, &bytes, Of::Value).unwrap(), bytes);
}

#[test]
fn polls_and_how_they_stand_can_be_said_in_every_layer() {
    let poll = r#"{"_":"messageMediaPoll","poll":{"_":"poll","id":"7","quiz":true,"shuffle_answers":true,"question":{"_":"textWithEntities","text":"Tea?","entities":[]},"answers":[{"_":"pollAnswer","text":{"_":"textWithEntities","text":"yes","entities":[]},"option":"MQ=="}],"hash":"1"},"results":{"_":"pollResults","results":[{"_":"pollAnswerVoters","chosen":true,"correct":true,"option":"MQ==","voters":3,"recent_voters":[]}],"total_voters":3,"solution":"why","solution_entities":[]}}"#;
    for layer in LAYERS {
        let said = down(layer, poll, "MessageMedia");
        for part in ["Tea?", "yes", r#""voters":3"#, r#""correct":true"#, "why"] {
            assert!(said.contains(part), "{layer}: {part} in {said}");
        }
    }
}
