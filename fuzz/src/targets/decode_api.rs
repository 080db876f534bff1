//! Any bytes as the body of any constructor or function of the API, and of the protocol itself.

use std::fmt::Debug;

use heliogram_api::{LAYER, enums, functions as f, types};
use heliogram_mtproto::tl::types::{FutureSalt, FutureSalts, ResPQ};
use heliogram_tl::{
    Bytes, Constructor, Decode, Encode, from_bytes,
    reflect::{Expected, to_json, to_json_as},
    to_bytes,
};

use crate::{Input, Seed};

// ALL: a reader for each type and function, and what each is called; OF_API and PROTOCOL.
include!(concat!(env!("OUT_DIR"), "/all.rs"));

fn check<T: Decode + Encode + Debug>(bytes: &Bytes) {
    let Ok(value) = from_bytes::<T>(bytes) else {
        return;
    };
    let written = to_bytes(&value);
    let back = from_bytes::<T>(&written).expect("what was written can be read");
    assert!(to_bytes(&back) == written, "{value:?}");
    let _ = format!("{value:#?}");
}

/// Which reader, which definition's id comes first (most inputs would never hit one otherwise),
/// and the body.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (reader, definition) = (usize::from(input.u16()), usize::from(input.u16()));
    let reader = reader % ALL.len();
    let id = match reader < OF_API {
        true => id_of(definition),
        false => PROTOCOL[definition % PROTOCOL.len()],
    };
    let mut bytes = id.to_le_bytes().to_vec();
    bytes.extend_from_slice(input.rest());
    if reader < OF_API {
        reflect(id, &bytes);
    }
    (ALL[reader].1)(&Bytes::from(bytes));
}

fn id_of(definition: usize) -> u32 {
    let table = heliogram_api::table();
    let mut definitions = table.definitions();
    let def = definitions.nth(definition % table.len());
    def.expect("it is below their number").id()
}

fn reflect(id: u32, bytes: &[u8]) {
    let table = heliogram_api::table();
    let name = table.by_id(id).expect("it is one of the table").name();
    let _ = to_json(table, bytes);
    let _ = to_json_as(table, bytes, Expected::Answer(name));
}

/// Values as the API has them: what they are read as, and their bytes.
pub(super) fn values() -> Vec<(&'static str, Bytes)> {
    let text = || "text".to_owned();
    let peer = || enums::Peer::from(types::PeerUser::new(7));
    let short = types::UpdateShortMessage::new(1, 7, text(), 3, 1, 1_800_000_000);
    let init = f::InitConnection::new(
        1,
        text(),
        text(),
        text(),
        text(),
        String::new(),
        text(),
        f::help::GetConfig {},
    );
    let contact = types::InputPhoneContact::new(9, "+9996612345".into(), text(), text());
    let bold = types::MessageEntityBold::new(0, 4);
    let send = f::messages::SendMessage {
        entities: Some(vec![bold.into()]),
        ..f::messages::SendMessage::new(enums::InputPeer::InputPeerSelf, text(), 5)
    };
    vec![
        ("enums::Updates", to_bytes(&enums::Updates::TooLong)),
        ("enums::Updates", to_bytes(&enums::Updates::from(short))),
        ("enums::Peer", to_bytes(&peer())),
        ("functions::messages::SendMessage", to_bytes(&send)),
        (
            "functions::help::GetConfig",
            to_bytes(&f::help::GetConfig {}),
        ),
        (
            "functions::InvokeWithLayer::<heliogram_tl::Rest>",
            to_bytes(&f::InvokeWithLayer::new(LAYER, init)),
        ),
        (
            "functions::contacts::ImportContacts",
            to_bytes(&f::contacts::ImportContacts::new(vec![contact.into()])),
        ),
        (
            "enums::messages::Messages",
            Bytes::from_static(include_bytes!("../../../bench/fixtures/messages-100.bin")),
        ),
    ]
}

/// Values of the API, the long ones cut to a length that is quick to go through, and the first
/// words of the protocol.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    const LONGEST: usize = 4096;
    let table = heliogram_api::table();
    let seed = |(n, (reader, bytes)): (usize, (&str, Bytes))| {
        let (id, body) = bytes
            .split_first_chunk()
            .expect("a value begins with its id");
        let id = u32::from_le_bytes(*id);
        let definition = table.definitions().position(|def| def.id() == id);
        let body = &body[..body.len().min(LONGEST)];
        written(reader, definition, body).named(format!("value-{n:02}"))
    };
    let api = values().into_iter().enumerate().map(seed);
    let res_pq = ResPQ {
        nonce: [1; 16],
        server_nonce: [2; 16],
        pq: Bytes::from_static(&[3; 8]),
        server_public_key_fingerprints: vec![4, 5],
    };
    let salts = FutureSalts {
        req_msg_id: 1,
        now: 2,
        salts: vec![FutureSalt {
            valid_since: 1,
            valid_until: 2,
            salt: 3,
        }],
    };
    let protocol = [
        ("enums::ResPQ", ResPQ::ID, to_bytes(&res_pq)),
        ("enums::FutureSalts", FutureSalts::ID, to_bytes(&salts)),
    ];
    let protocol = protocol.into_iter().map(|(reader, id, body)| {
        let definition = PROTOCOL.iter().position(|other| *other == id);
        let name = reader.trim_start_matches("enums::").to_lowercase();
        written(reader, definition, &body[4..]).named(name)
    });
    api.chain(protocol).collect()
}

fn written(reader: &str, definition: Option<usize>, body: &[u8]) -> Seed {
    let reader = ALL.iter().position(|(name, _)| *name == reader);
    let number = |n: Option<usize>| u16::try_from(n.expect("it is there")).expect("not so many");
    Seed::new()
        .u16(number(reader))
        .u16(number(definition))
        .raw(body)
}
