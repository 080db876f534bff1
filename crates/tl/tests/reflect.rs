//! Reflection over a small schema: text, JSON both ways, hostile bytes, hostile text.
#![allow(missing_docs, clippy::panic, clippy::unwrap_used)]

use std::fmt;

use heliogram_tl::{
    MAX_DEPTH, VECTOR, Writer,
    reflect::{
        Expected, FieldSpec, Generator, JsonErrorKind, Kind, Table, TableBuilder, TableError, Type,
        TypeSpec, WalkError, debug, from_json, pretty, pretty_as, random_value, to_json,
        to_json_as,
    },
};

fn field(name: &str, ty: TypeSpec) -> FieldSpec {
    FieldSpec::new(name, ty)
}

fn optional(name: &str, ty: TypeSpec, bit: u8) -> FieldSpec {
    FieldSpec::optional(name, ty, "flags", bit)
}

fn table() -> Table {
    use TypeSpec as T;
    let mut b = TableBuilder::new();
    let constructor = Kind::Constructor;
    let peer = || T::boxed("Peer");
    b.define(constructor, 0x9972_75b5, "boolTrue", T::boxed("Bool"), []);
    b.define(constructor, 0xbc79_9737, "boolFalse", T::boxed("Bool"), []);
    b.define(constructor, 1, "peerSelf", peer(), []);
    b.define(
        constructor,
        2,
        "peerUser",
        peer(),
        [field("user_id", T::Long), field("access_hash", T::Long)],
    );
    b.define(
        constructor,
        3,
        "peerFrom",
        peer(),
        [field("peer", peer()), field("msg_id", T::Int)],
    );
    let all = [
        field("flags", T::Flags),
        optional("silent", T::True, 0),
        optional("photo", peer(), 1),
        optional("caption", T::String, 2),
        optional("entities", T::vector(peer()), 2),
        field("d", T::Double),
        field("data", T::Bytes),
        field("nonce", T::Int128),
        field("big", T::Int256),
        field("yes", T::Bool),
        field("ids", T::vector(T::Long)),
        field("salts", T::bare_vector(T::bare("salt"))),
        field("flags2", T::Flags),
        FieldSpec::optional("late", T::Int, "flags2", 31),
    ];
    b.define(constructor, 4, "ns.every_thing", T::boxed("ns.Every"), all);
    b.define(
        constructor,
        5,
        "salt",
        T::boxed("Salt"),
        [field("salt", T::Long)],
    );
    let sign_in = [
        field("phone_number", T::String),
        field("phone_code_hash", T::String),
        field("count", T::Int),
        field("phone_code", T::String),
        field("password", peer()),
    ];
    b.define(Kind::Function, 6, "auth.signIn", peer(), sign_in);
    b.define(Kind::Function, 7, "getPeers", T::vector(peer()), []);
    b.define(
        Kind::Function,
        8,
        "getIds",
        T::vector(T::Int),
        [field("ids", T::vector(T::Int))],
    );
    b.define(
        Kind::Function,
        9,
        "invoke",
        T::Any,
        [field("layer", T::Int), field("query", T::Any)],
    );
    b.define(
        constructor,
        10,
        "endless",
        T::boxed("Endless"),
        [field("e", T::boxed("Endless"))],
    );
    b.build().unwrap()
}

struct Shown<'a>(&'a Table, &'a [u8]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(self.0, self.1, f)
    }
}

fn random(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

fn encode(table: &Table, json: &str) -> Vec<u8> {
    from_json(table, json, Expected::Any).unwrap_or_else(|e| panic!("{json}: {e}"))
}

const EVERY: &str = r#"{"_":"ns.every_thing","silent":true,"caption":"a\"b\n😀","entities":[{"_":"peerSelf"},{"_":"peerFrom","peer":{"_":"peerUser","user_id":9223372036854775807,"access_hash":-9223372036854775808},"msg_id":-1}],"d":0.1,"data":"AP8=","nonce":"AAECAwQFBgcICQoLDA0ODw==","big":"AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=","yes":false,"ids":[1,-9007199254740993],"salts":[{"_":"salt","salt":5}],"late":7}"#;

#[test]
fn json_reads_back_to_the_same_bytes_and_text() {
    let table = table();
    let bytes = encode(&table, EVERY);
    assert_eq!(to_json(&table, &bytes).unwrap(), EVERY);
}

#[test]
fn the_bytes_are_those_of_the_wire_form() {
    let table = table();
    let bytes = encode(
        &table,
        r#"{"_":"peerFrom","msg_id":"9","peer":{"_":"peerUser","access_hash":"3","user_id":2}}"#,
    );
    let mut w = Writer::new();
    w.u32(3);
    w.u32(2);
    w.i64(2);
    w.i64(3);
    w.i32(9);
    assert_eq!(bytes, w.into_vec());
}

#[test]
fn json_takes_null_false_and_missing_names_where_they_are_clear() {
    let table = table();
    let short = r#"{"silent":false,"photo":null,"d":1,"data":"","nonce":"AAECAwQFBgcICQoLDA0ODw","big":"AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=","yes":true,"ids":[],"salts":[{"salt":5}]}"#;
    let by_name = from_json(&table, short, Expected::Name("ns.every_thing")).unwrap();
    assert_eq!(
        from_json(&table, short, Expected::Name("ns.Every")),
        Ok(by_name.clone())
    );
    let json = to_json(&table, &by_name).unwrap();
    assert!(
        json.starts_with(r#"{"_":"ns.every_thing","d":1.0,"data":"","#),
        "{json}"
    );
    let call = from_json(
        &table,
        r#"{"layer":1,"query":{"_":"getPeers"}}"#,
        Expected::Name("invoke"),
    );
    assert_eq!(
        to_json(&table, &call.unwrap()).unwrap(),
        r#"{"_":"invoke","layer":1,"query":{"_":"getPeers"}}"#
    );
}

#[test]
fn doubles_survive_json_exactly() {
    let table = table();
    let edge = [
        0.0,
        -0.0,
        0.1,
        1e300,
        5e-324,
        f64::MAX,
        f64::MIN_POSITIVE,
        1.0 / 3.0,
    ];
    for v in edge.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY]) {
        let bytes = v.to_le_bytes();
        let json = to_json_as(&table, &bytes, Expected::Type(Type::Double)).unwrap();
        let back = from_json(&table, &json, Expected::Type(Type::Double)).unwrap();
        assert_eq!(back, bytes, "{json}");
    }
    let nan = to_json_as(
        &table,
        &f64::NAN.to_le_bytes(),
        Expected::Type(Type::Double),
    )
    .unwrap();
    let back = from_json(&table, &nan, Expected::Type(Type::Double)).unwrap();
    assert!(f64::from_le_bytes(back.try_into().unwrap()).is_nan());
}

#[test]
fn answers_of_bare_vectors_and_bools_need_the_method_alone() {
    let table = table();
    let ids = from_json(&table, "[100,2,-3]", Expected::Answer("getIds")).unwrap();
    assert_eq!(ids.len(), 8 + 12);
    assert_eq!(
        to_json_as(&table, &ids, Expected::Answer("getIds")).unwrap(),
        "[100,2,-3]"
    );
    assert_eq!(
        to_json(&table, &ids),
        Err(WalkError::UntypedVector { at: 0 })
    );
    let peers = from_json(
        &table,
        r#"[{"_":"peerSelf"}]"#,
        Expected::Answer("getPeers"),
    )
    .unwrap();
    assert_eq!(to_json(&table, &peers).unwrap(), r#"[{"_":"peerSelf"}]"#);
    let yes = from_json(&table, "true", Expected::Any).unwrap();
    assert_eq!(yes, 0x9972_75b5u32.to_le_bytes());
    assert_eq!(to_json(&table, &yes).unwrap(), "true");
    let unknown = to_json_as(&table, &yes, Expected::Answer("nothing"));
    assert_eq!(
        unknown,
        Err(WalkError::UnknownName {
            name: "nothing".to_owned()
        })
    );
}

#[test]
fn text_is_like_rust_and_like_stringify() {
    let table = table();
    let bytes = encode(&table, EVERY);
    let line = format!("{:?}", Shown(&table, &bytes));
    assert!(line.starts_with("ns::EveryThing { silent: true, caption: \"a\\\"b\\n😀\", entities: [PeerSelf, PeerFrom { peer: PeerUser { user_id: 9223372036854775807, "), "{line}");
    assert!(
        line.ends_with("salts: [Salt { salt: 5 }], late: 7 }"),
        "{line}"
    );
    let bytes = encode(
        &table,
        r#"{"_":"peerFrom","peer":{"_":"peerSelf"},"msg_id":3}"#,
    );
    let lines = format!("{:#?}", Shown(&table, &bytes));
    assert_eq!(lines, "PeerFrom {\n    peer: PeerSelf,\n    msg_id: 3,\n}");
    assert_eq!(
        pretty(&table, &bytes),
        "peerFrom(\n    peer=peerSelf(),\n    msg_id=3\n)"
    );
    let ids = from_json(&table, "[1,2]", Expected::Answer("getIds")).unwrap();
    assert_eq!(
        pretty_as(&table, &ids, Expected::Answer("getIds")),
        "[\n    1,\n    2\n]"
    );
}

#[test]
fn secrets_are_in_json_but_not_in_text() {
    let table = table();
    let json = r#"{"_":"auth.signIn","phone_number":"+123","phone_code_hash":"hush","count":42,"phone_code":"hush","password":{"_":"peerUser","user_id":1,"access_hash":2}}"#;
    let bytes = encode(&table, json);
    assert_eq!(to_json(&table, &bytes).unwrap(), json);
    let line = format!("{:?}", Shown(&table, &bytes));
    assert_eq!(
        line,
        "auth::SignIn { phone_number: <redacted>, phone_code_hash: <redacted>, count: 42, \
         phone_code: <redacted>, password: <redacted> }"
    );
    assert!(!pretty(&table, &bytes).contains("hush"));
}

#[test]
fn unreadable_bytes_are_shown_as_such() {
    let table = table();
    let mut bytes = encode(
        &table,
        r#"{"_":"peerFrom","peer":{"_":"peerSelf"},"msg_id":3}"#,
    );
    bytes[4] = 0x77;
    let line = format!("{:?}", Shown(&table, &bytes));
    assert_eq!(
        line,
        "PeerFrom { peer: <unreadable: constructor 0x00000077 is not one of Peer (at byte 4)>"
    );
    let error = to_json(&table, &bytes).unwrap_err();
    let expected = "Peer".to_owned();
    assert_eq!(
        error,
        WalkError::UnknownConstructor {
            id: 0x77,
            expected,
            at: 4
        }
    );
    assert!(matches!(
        to_json(&table, &[1, 0, 0, 0, 0]),
        Err(WalkError::Decode(_))
    ));
    assert!(matches!(to_json(&table, &[]), Err(WalkError::Decode(_))));
}

#[test]
fn mistakes_in_json_name_the_place_and_the_remedy() {
    let table = table();
    let cases = [
        (
            r#"{"_":"peerFrom","peer":{"_":"peerUser","user_id":1},"msg_id":1}"#,
            "$.peer.access_hash: constructor peerUser needs this field, of type long; required together: user_id, access_hash",
        ),
        (
            r#"{"_":"peerFrom","peer":{"_":"peerUser","user_idd":1}}"#,
            "$.peer.user_idd: peerUser has no such field; did you mean user_id",
        ),
        (
            r#"{"_":"peerFrom","zzz":1}"#,
            "$.zzz: peerFrom has no such field; its fields are peer, msg_id",
        ),
        (
            r#"{"_":"peerUsr"}"#,
            "$._: the schema has no peerUsr; did you mean peerUser",
        ),
        (
            r#"{"_":"signin"}"#,
            "$._: the schema has no signin; did you mean auth.signIn",
        ),
        (
            r#"{"_":"peerFrom","peer":{"_":"salt"}}"#,
            "$.peer._: salt cannot stand here, Peer is expected: peerSelf, peerUser, peerFrom",
        ),
        (
            r#"{"_":"peerFrom","peer":{}}"#,
            "$.peer: \"_\" must name a constructor of Peer: peerSelf, peerUser, peerFrom",
        ),
        (
            r#"{"_":"peerFrom","peer":{"_":"peerSelf"},"msg_id":2147483648}"#,
            "$.msg_id: 2147483648 does not fit int",
        ),
        (
            r#"{"_":"peerFrom","peer":{"_":"peerSelf"},"msg_id":1.5}"#,
            "$.msg_id: 1.5 is not a whole number (int)",
        ),
        (
            r#"{"_":"peerFrom","peer":{"_":"peerSelf"},"msg_id":true}"#,
            "$.msg_id: int was expected, but a boolean stands here",
        ),
        (
            r#"{"_":"peerFrom","peer":7,"msg_id":1}"#,
            "$.peer: an object (Peer) was expected, but a number stands here",
        ),
        (
            r#"{"_":"peerFrom","peer":null,"msg_id":1}"#,
            "$.peer: an object (Peer) was expected, but null stands here",
        ),
        (
            r#"{"_":"getIds","ids":[1,"x"]}"#,
            "$.ids[1]: int was expected, but a string stands here",
        ),
        (
            r#"{"_":"salt","salt":1,"salt":2}"#,
            "$.salt: the field is given twice",
        ),
        (
            r#"{"_":"salt","_":"salt","salt":1}"#,
            "$._: the field is given twice",
        ),
        (
            r#"{"_":"ns.every_thing","flags":1}"#,
            "$.flags: ns.every_thing has no such field; its fields are silent, photo, caption, entities, d, data, nonce, big, yes, ids, salts, late",
        ),
        (
            r#"{"_":"ns.every_thing","caption":"x"}"#,
            "$.entities: constructor ns.every_thing needs this field, of type Vector<Peer>; required together: caption",
        ),
        (
            r#"{"_":"ns.every_thing","d":1,"data":"?"}"#,
            "$.data: the string is not base64",
        ),
        (
            r#"{"_":"ns.every_thing","d":1,"data":"","nonce":"AA=="}"#,
            "$.nonce: 16 bytes were expected, the base64 holds 1",
        ),
        (
            "3",
            "$: an object (any constructor or method) was expected, but a number stands here",
        ),
        (
            "{",
            "$: not JSON: the name of a field, in quotes, was expected (at byte 1)",
        ),
    ];
    for (json, expected) in cases {
        let error = from_json(&table, json, Expected::Any).unwrap_err();
        assert_eq!(error.to_string(), expected, "{json}");
    }
    let error = from_json(&table, "{}", Expected::Name("missing")).unwrap_err();
    assert!(matches!(error.kind, JsonErrorKind::UnknownName { .. }));
}

#[test]
fn nesting_is_limited_both_ways() {
    let table = table();
    let levels = MAX_DEPTH as usize;
    let nested = |n: usize| {
        let open = r#"{"_":"peerFrom","msg_id":0,"peer":"#.repeat(n - 1);
        open + r#"{"_":"peerSelf"}"# + &"}".repeat(n - 1)
    };
    let bytes = encode(&table, &nested(levels));
    assert!(to_json(&table, &bytes).is_ok());
    let error = from_json(&table, &nested(levels + 1), Expected::Any).unwrap_err();
    assert_eq!(error.kind, JsonErrorKind::TooDeep);

    let mut w = Writer::new();
    for _ in 0..levels {
        w.u32(3);
    }
    w.u32(1);
    for _ in 0..levels {
        w.i32(0);
    }
    assert!(matches!(
        to_json(&table, w.as_slice()),
        Err(WalkError::Decode(_))
    ));
    let endless = 10u32.to_le_bytes().repeat(100_000);
    assert!(to_json(&table, &endless).is_err());
    let vectors = [VECTOR, 1].map(u32::to_le_bytes).concat().repeat(10_000);
    assert!(to_json(&table, &vectors).is_err());
}

#[test]
fn random_values_of_everything_walk_and_survive_json() {
    let table = table();
    let generator = Generator::new(&table);
    let mut next = random(0x1234_5678_9abc_def1);
    for round in 0..400 {
        for def in table.definitions().filter(|def| def.name() != "endless") {
            let bytes = generator.definition(def, &mut next, round % 60).unwrap();
            let json = to_json(&table, &bytes).unwrap();
            assert_eq!(
                from_json(&table, &json, Expected::Any),
                Ok(bytes.clone()),
                "{json}"
            );
            assert!(!pretty(&table, &bytes).contains("unreadable"));
        }
    }
    let endless = random_value(&table, Expected::Name("endless"), &mut next, 10);
    assert_eq!(endless, None, "a type without a finite value has none");
}

#[test]
fn damaged_values_never_panic() {
    let table = table();
    let generator = Generator::new(&table);
    let every = table.by_name("ns.every_thing").unwrap();
    let mut next = random(77);
    for _ in 0..3000 {
        let mut bytes = generator.definition(every, &mut next, 20).unwrap();
        for _ in 0..=next() % 3 {
            let at = (next() % bytes.len() as u64) as usize;
            bytes[at] = next() as u8;
        }
        bytes.truncate((next() % (bytes.len() as u64 + 1)) as usize);
        let _ = to_json(&table, &bytes);
        let _ = pretty(&table, &bytes);
        let _ = format!("{:#?}", Shown(&table, &bytes));
    }
}

#[test]
fn damaged_json_never_panics() {
    let table = table();
    let mut next = random(99);
    for _ in 0..5000 {
        let mut text = EVERY.as_bytes().to_vec();
        for _ in 0..=next() % 3 {
            let at = (next() % text.len() as u64) as usize;
            text[at] = b"{}[]\",:0-e\\u_ x"[(next() % 15) as usize];
        }
        let _ = from_json(&table, &String::from_utf8_lossy(&text), Expected::Any);
    }
}

#[test]
fn a_table_survives_its_binary_form() {
    let table = table();
    let blob = table.to_blob();
    let back = Table::from_blob(&blob).unwrap();
    let lines = |t: &Table| {
        t.definitions()
            .map(|d| format!("{:?} {d}", d.kind()))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&back), lines(&table));
    assert_eq!(
        lines(&table)[3],
        "Constructor peerUser#00000002 user_id:long access_hash:long = Peer;"
    );
    assert!(
        lines(&table)[5].contains("late:flags2.31?int"),
        "{}",
        lines(&table)[5]
    );
    let constructors = |t: &Table| t.by_type("Peer").map(|ty| ty.constructors().count());
    assert_eq!(
        (constructors(&back), constructors(&table)),
        (Some(3), Some(3))
    );
    assert_eq!(back.name_of(6), Some("auth.signIn"));
    assert_eq!(back.to_blob(), blob);
    let bytes = encode(&back, EVERY);
    assert_eq!(to_json(&back, &bytes).unwrap(), EVERY);
}

#[test]
fn a_damaged_binary_form_is_an_error_or_a_table_but_no_panic() {
    let blob = table().to_blob();
    for cut in 0..blob.len() {
        assert!(Table::from_blob(&blob[..cut]).is_err(), "cut at {cut}");
    }
    let mut next = random(5);
    for _ in 0..20_000 {
        let mut damaged = blob.clone();
        let at = (next() % blob.len() as u64) as usize;
        damaged[at] = next() as u8;
        if let Ok(table) = Table::from_blob(&damaged) {
            let shown: usize = table.definitions().map(|d| d.to_string().len()).sum();
            assert!(shown > 0);
            let _ = to_json(&table, &4u32.to_le_bytes().repeat(20));
        }
    }
}

#[test]
fn mistakes_in_definitions_are_named() {
    let define = |defs: &[(u32, &str, FieldSpec)]| {
        let mut b = TableBuilder::new();
        for (id, name, field) in defs {
            b.define(
                Kind::Constructor,
                *id,
                *name,
                TypeSpec::boxed("T"),
                [field.clone()],
            );
        }
        b.build().map(|_| ()).unwrap_err()
    };
    let int = || field("a", TypeSpec::Int);
    let name = || "b".to_owned();
    assert_eq!(
        define(&[(1, "a", int()), (1, "b", int())]),
        TableError::DuplicateId {
            id: 1,
            name: name()
        }
    );
    assert_eq!(
        define(&[(1, "b", int()), (2, "b", int())]),
        TableError::DuplicateName { name: name() }
    );
    let bad_flag = TableError::BadFlag {
        definition: name(),
        field: "x".to_owned(),
    };
    assert_eq!(
        define(&[(1, "b", optional("x", TypeSpec::Int, 0))]),
        bad_flag
    );
    let unknown = TableError::UnknownBare {
        definition: name(),
        name: "c".to_owned(),
    };
    assert_eq!(
        define(&[(1, "b", field("x", TypeSpec::bare("c")))]),
        unknown
    );
}
