//! Updates of every kind with any contents, on their way to events, and all that can be asked of
//! those.

use std::sync::{Mutex, OnceLock};

use heliogram::testing;
use heliogram_api::{enums, types};
use heliogram_tl::{
    Bytes, Decode, from_bytes,
    reflect::{Definition, Generator},
};

use super::{host, look};
use crate::{Input, Seed};

/// Constructors in one value.
const BUDGET: usize = 60;

static PLACE: host::Place = Mutex::new(None);

/// Makes values of the API.
pub(super) fn generator() -> &'static Generator<'static> {
    static GENERATOR: OnceLock<Generator<'static>> = OnceLock::new();
    GENERATOR.get_or_init(|| Generator::new(heliogram_api::table()))
}

/// Constructors of a type, in the order of the schema.
fn constructors(of: &str) -> Vec<Definition<'static>> {
    let found = heliogram_api::table().by_type(of);
    found.into_iter().flat_map(|ty| ty.constructors()).collect()
}

fn value<T: Decode>(def: Definition<'static>, input: &mut Input<'_>) -> Option<T> {
    let bytes = generator().definition(def, &mut input.words(), BUDGET)?;
    Some(from_bytes(&Bytes::from(bytes)).expect("what was generated can be read"))
}

/// How the update comes (with users and chats, or in one of the short forms), which one, and what
/// all of them say.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(updates) = container(&mut input) else {
        return;
    };
    host::with(
        &PLACE,
        |builder| builder.receive_updates(false),
        |host| {
            for event in testing::events(&host.client, updates) {
                look::event(&event);
            }
            true
        },
    );
}

fn container(input: &mut Input<'_>) -> Option<enums::Updates> {
    static KINDS: OnceLock<[Vec<Definition<'static>>; 2]> = OnceLock::new();
    let [updates, containers] = KINDS.get_or_init(|| ["Update", "Updates"].map(constructors));
    let (short, which) = (input.byte().is_multiple_of(4), usize::from(input.byte()));
    if short {
        return value(*containers.get(which % containers.len())?, input);
    }
    let update: enums::Update = value(*updates.get(which % updates.len())?, input)?;
    let mut users = Vec::new();
    for _ in 0..input.byte() % 3 {
        users.push(value(heliogram_api::table().by_name("user")?, input)?);
    }
    let mut chats = Vec::new();
    for _ in 0..input.byte() % 3 {
        let name = ["channel", "chat"][usize::from(input.byte() % 2)];
        chats.push(value(heliogram_api::table().by_name(name)?, input)?);
    }
    Some(types::Updates::new(vec![update], users, chats, 1_800_000_000, 0).into())
}

/// One of each kind of update, as it comes by chance.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (n, def) in constructors("Update").into_iter().enumerate() {
        // Each byte tells of the place it stands at, so that fields differ.
        let body: Vec<u8> = (0..64_u8).map(|at| at.wrapping_mul(37) ^ n as u8).collect();
        let seed = Seed::new().byte(1).byte(n as u8).raw(&body);
        all.push(seed.named(def.name()));
    }
    for (n, def) in constructors("Updates").into_iter().enumerate() {
        let body: Vec<u8> = (0..64_u8).map(|at| at.wrapping_mul(41) ^ n as u8).collect();
        all.push(
            Seed::new()
                .byte(0)
                .byte(n as u8)
                .raw(&body)
                .named(def.name()),
        );
    }
    all
}
