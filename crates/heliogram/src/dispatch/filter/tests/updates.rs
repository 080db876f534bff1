//! An event of every update of the schema: filters on chats and people are turned away from no
//! event that tells of one, and from every kind that never does.

use heliogram_api::{enums, table};
use heliogram_tl::{
    Bytes, from_bytes,
    reflect::{Generator, Kind, Type},
};

use super::*;

/// Random values of every update, several of each.
fn updates() -> Vec<enums::Update> {
    let generator = Generator::new(table());
    let updates = table().definitions().filter(|d| {
        d.kind() == Kind::Constructor
            && matches!(d.result(), Type::Boxed(t) if t.name() == "Update")
    });
    let mut state = 1_u64;
    let mut random = move || {
        // What comes out are small numbers: those that ids can be.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) & 0xff_ffff
    };
    let mut made = Vec::new();
    for update in updates {
        for _ in 0..64 {
            let value = generator.definition(update, &mut random, 60);
            let value = value.and_then(|v| from_bytes(&Bytes::from(v)).ok());
            made.extend(value);
        }
    }
    made
}

#[tokio::test]
async fn filters_on_chats_and_people_know_which_events_tell_of_them() {
    let room = Room::enter().await;
    let (mut placed, mut caused) = (Kinds::NONE, Kinds::NONE);
    for update in updates() {
        let event = room.event(update);
        if event.chat_peer().is_some() {
            placed = placed | event.kind();
        }
        if event.sender_peer().is_some() || message_of(&event).is_some() {
            caused = caused | event.kind();
        }
    }
    // Albums are made of messages, not of updates.
    assert_eq!(placed | Kinds::ALBUM, PLACED);
    assert_eq!(caused | Kinds::ALBUM, CAUSED);
}
