use heliogram_api::types as raw;

use super::*;
use crate::conversation::{seat::Place, transcript::Transcript};

fn seat(chat: i64, person: Option<i64>, exclusive: bool) -> Arc<Seat> {
    let place = Place {
        chat: PeerId::try_from(chat).unwrap(),
        person: person.and_then(PeerId::user),
        topic: None,
        exclusive,
    };
    Arc::new(Seat::new(place, Transcript::new(9, true)))
}

fn already_open(outcome: &Result<()>) -> bool {
    let Err(Error::Conversation(e)) = outcome else {
        return false;
    };
    matches!(**e, ConversationError::AlreadyOpen { chat: -5 })
}

#[test]
fn a_chat_has_one_exclusive_conversation_or_one_for_each_person() {
    let desk = Desk::default();
    let (all, other) = (seat(-5, None, true), seat(-6, None, true));
    assert!(desk.sit(&all).is_ok() && desk.sit(&other).is_ok());
    assert!(already_open(&desk.sit(&seat(-5, None, true))));
    assert!(already_open(&desk.sit(&seat(-5, Some(1), true))));
    assert!(desk.sit(&seat(-5, None, false)).is_ok());
    desk.leave(&all);
    // The one that listens along is still there.
    assert!(already_open(&desk.sit(&seat(-5, None, true))));
    assert_eq!(desk.cancel(PeerId::try_from(-5).ok()), 1);
    assert!(desk.sit(&seat(-5, Some(1), true)).is_ok());
    assert!(desk.sit(&seat(-5, Some(2), true)).is_ok());
    assert!(already_open(&desk.sit(&seat(-5, Some(2), true))));
}

#[test]
fn a_closed_desk_takes_nobody_and_has_nobody() {
    let desk = Desk::default();
    assert!(!desk.is_open());
    desk.sit(&seat(5, None, true)).unwrap();
    assert!(desk.is_open());
    desk.close();
    assert!(!desk.is_open());
    assert!(matches!(desk.sit(&seat(5, None, true)), Err(Error::Closed)));
}

#[test]
fn topics_of_a_forum_are_apart_and_all_of_them_are_none_of_them() {
    let desk = Desk::default();
    let in_topic = |topic| {
        let mut seat = seat(-5, None, true);
        if let Some(seat) = Arc::get_mut(&mut seat) {
            seat.place.topic = topic;
        }
        seat
    };
    assert!(desk.sit(&in_topic(Some(7))).is_ok());
    assert!(desk.sit(&in_topic(Some(1))).is_ok());
    assert!(already_open(&desk.sit(&in_topic(Some(7)))));
    assert!(already_open(&desk.sit(&in_topic(None))));
}

#[tokio::test]
async fn what_belongs_to_no_chat_belongs_to_the_one_with_who_did_it() {
    let client = crate::Client::offline().await;
    let event = |update: enums::Update| {
        let cx = Context::new(&client, update, Arc::default());
        Event::from_update(&cx)
    };
    let typing = || enums::SendMessageAction::SendMessageTypingAction;
    let online = event(raw::UpdateUserStatus::new(5, enums::UserStatus::Empty).into());
    let here = event(raw::UpdateUserTyping::new(5, typing()).into());
    assert!(seat(5, None, true).place.covers(&online));
    assert!(seat(5, None, true).place.covers(&here));
    assert!(!seat(9, None, true).place.covers(&here));
    let by_one = raw::UpdateChatUserTyping::new(5, raw::PeerUser::new(1).into(), typing());
    let by_one = event(by_one.into());
    assert!(seat(-5, Some(1), true).place.covers(&by_one));
    assert!(!seat(-5, Some(2), true).place.covers(&by_one));
    // What tells a topic belongs to that one, and the rest may belong to any.
    let of_topic = |top_msg_id| raw::UpdateUserTyping {
        top_msg_id,
        ..raw::UpdateUserTyping::new(5, typing())
    };
    let mut place = seat(5, None, true).place;
    place.topic = Some(7);
    assert!(place.covers(&event(of_topic(Some(7)).into())));
    assert!(!place.covers(&event(of_topic(Some(8)).into())));
    assert!(place.covers(&event(of_topic(None).into())));
}

/// Somebody writes in a private chat: the event, and what it is made of.
fn said(client: &crate::Client, id: i32) -> (Context, Event) {
    let peer = raw::PeerUser::new(5).into();
    let message = raw::Message::new(id, peer, 0, id.to_string());
    let update = raw::UpdateNewMessage::new(message.into(), 0, 0);
    let cx = Context::new(client, update.into(), Arc::default());
    let event = Event::from_update(&cx);
    (cx, event)
}

#[tokio::test]
async fn each_event_is_opened_once_whoever_has_it_in_the_end() {
    let client = crate::Client::offline().await;
    let desk = Desk::default();
    let offered = |room, id| {
        let (mut opened, (cx, event)) = (0, said(&client, id));
        let mut open = || {
            opened += 1;
            Receipt::default()
        };
        let mut receipts = Receipts::new(room, &mut open);
        let taken = desk.offer(&cx, &event, &mut receipts);
        if !taken {
            drop(receipts.rest());
        }
        (taken, opened)
    };
    assert_eq!(offered(true, 1), (false, 1), "nobody listens");
    let seat = seat(5, None, true);
    desk.sit(&seat).unwrap();
    let watch = Arc::new(Watch::new(&seat, crate::filter::any(), Reach::Here));
    desk.watch(&watch);
    assert_eq!(offered(true, 2), (true, 1), "both have it");
    assert!(watch.take().is_some_and(|caught| caught.is_ok()));
    assert_eq!(offered(false, 3), (false, 1), "too much is not dealt with");
    assert_eq!(offered(true, 4), (false, 1), "it hears nothing more");
    desk.leave(&seat);
    let left = std::iter::from_fn(|| desk.take_returned());
    let left: Vec<_> = left
        .filter_map(|(event, _)| Some(event.message()?.id()))
        .collect();
    assert_eq!(left, [2]);
}
