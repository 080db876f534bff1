//! Any bytes as the body of any constructor or function of the API.

use std::fmt::Debug;

use heliogram_api::{LAYER, enums, functions as f, types};
use heliogram_tl::{
    Bytes, Decode, Encode, from_bytes,
    reflect::{Expected, to_json, to_json_as},
    to_bytes,
};

use crate::{Input, Seed};

// ALL: a reader for each type and function, and what each is called.
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
    let table = heliogram_api::table();
    let at = definition % table.definitions().len();
    let Some(def) = table.definitions().nth(at) else {
        return;
    };
    let mut bytes = def.id().to_le_bytes().to_vec();
    bytes.extend_from_slice(input.rest());
    let _ = to_json(table, &bytes);
    let _ = to_json_as(table, &bytes, Expected::Answer(def.name()));
    let bytes = Bytes::from(bytes);
    (ALL[reader % ALL.len()].1)(&bytes);
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

/// Values of the API, the long ones cut to a length that is quick to go through.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    const LONGEST: usize = 4096;
    let table = heliogram_api::table();
    let seed = |(n, (reader, bytes)): (usize, (&str, Bytes))| {
        let at = ALL.iter().position(|(name, _)| *name == reader);
        let at = at.expect("the reader is there");
        let (id, body) = bytes
            .split_first_chunk()
            .expect("a value begins with its id");
        let id = u32::from_le_bytes(*id);
        let definition = table.definitions().position(|def| def.id() == id);
        let definition = definition.expect("the definition is there");
        let body = &body[..body.len().min(LONGEST)];
        Seed::new()
            .u16(u16::try_from(at).expect("not so many"))
            .u16(u16::try_from(definition).expect("not so many"))
            .raw(body)
            .named(format!("value-{n:02}"))
    };
    values().into_iter().enumerate().map(seed).collect()
}
