//! Takeouts.

use heliogram_api::functions::{
    InvokeWithMessagesRange, InvokeWithTakeout, account, channels, contacts, messages,
};
use heliogram_api::{enums, types};
use heliogram_tl::Call;

use super::{Program, server};
use crate::Refusal;

fn within<C: Call>(of: &Program, takeout: i64, call: C) -> Result<C::Output, Refusal> {
    of.call(InvokeWithTakeout::new(takeout, call))
}

fn two() -> (Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    bob.say(&alice, "1");
    alice.say(&bob, "2");
    alice.say(&bob, "3");
    (alice, bob)
}

#[test]
fn a_takeout_is_begun_used_and_finished() {
    let (alice, bob) = two();
    let takeout = alice.call(account::InitTakeoutSession::new()).unwrap();
    let me =
        || heliogram_api::functions::users::GetUsers::new(vec![enums::InputUser::InputUserSelf]);
    assert_eq!(within(&alice, takeout.id, me()).unwrap().len(), 1);
    let invalid = |of: &Program, id| within(of, id, me()).unwrap_err().name;
    assert_eq!(invalid(&alice, takeout.id + 1), "TAKEOUT_INVALID");
    assert_eq!(invalid(&bob, takeout.id), "TAKEOUT_INVALID");

    let finish = account::FinishTakeoutSession::new;
    assert_eq!(alice.refusal(finish()), "TAKEOUT_REQUIRED");
    assert!(within(&alice, takeout.id, finish()).unwrap());
    assert_eq!(invalid(&alice, takeout.id), "TAKEOUT_INVALID");
}

#[test]
fn a_takeout_can_be_put_off_by_a_fault() {
    let (alice, _bob) = two();
    let later = Refusal::new(420, "TAKEOUT_INIT_DELAY_86400");
    crate::Faults::new(&alice.shared).refuse("account.initTakeoutSession", later);
    let refusal = alice.call(account::InitTakeoutSession::new()).unwrap_err();
    assert_eq!(
        (refusal.code, &*refusal.name),
        (420, "TAKEOUT_INIT_DELAY_86400")
    );
    alice.call(account::InitTakeoutSession::new()).unwrap();
}

#[test]
fn messages_are_taken_range_by_range() {
    let (alice, bob) = two();
    let takeout = alice.call(account::InitTakeoutSession::new()).unwrap().id;
    let ranges = within(&alice, takeout, messages::GetSplitRanges::new()).unwrap();
    assert_eq!(ranges, [types::MessageRange::new(1, 3)]);
    let page = |min, max| {
        let call = messages::GetHistory::new(alice.peer(&bob), 0, 0, 0, 10, 0, 0, 0);
        let range = types::MessageRange::new(min, max);
        let call = InvokeWithMessagesRange::new(range, call);
        match within(&alice, takeout, call).unwrap() {
            enums::messages::Messages::Messages(all) => all.messages.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((page(1, 3), page(2, 2), page(4, 9)), (3, 1, 0));
    let dialogs = |min, max| {
        let call = messages::GetDialogs::new(0, 0, enums::InputPeer::Empty, 10, 0);
        let range = types::MessageRange::new(min, max);
        let call = InvokeWithMessagesRange::new(range, call);
        match within(&alice, takeout, call).unwrap() {
            enums::messages::Dialogs::Dialogs(all) => all.dialogs.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((dialogs(1, 3), dialogs(4, 9)), (1, 0));
    let call = messages::GetSplitRanges::new();
    let wrong = InvokeWithMessagesRange::new(types::MessageRange::new(3, 1), call);
    assert_eq!(alice.refusal(wrong), "RANGES_INVALID");
}

#[test]
fn the_address_book_and_left_channels_are_for_takeouts_alone() {
    let (alice, bob) = two();
    let contact = |phone: &str, name: &str, id| {
        types::InputPhoneContact::new(id, phone.into(), name.into(), String::new())
    };
    let book = vec![
        contact("+9996610002", "Bobby", 1),
        contact("15550100", "Nobody", 2),
    ];
    let imported = alice.call(contacts::ImportContacts::new(book)).unwrap();
    assert_eq!(imported.imported.len(), 1);
    let channel = channels::CreateChannel {
        megagroup: true,
        ..channels::CreateChannel::new("Gone".into(), String::new())
    };
    let enums::Updates::Updates(made) = bob.call(channel).unwrap() else {
        panic!()
    };
    let enums::Chat::Channel(made) = &made.chats[0] else {
        panic!()
    };
    let named = |of: &Program| {
        let hash = of
            .shared
            .world()
            .access_hash(of.me, crate::world::Kind::Channel, made.id);
        enums::InputChannel::from(types::InputChannel::new(made.id, hash))
    };
    bob.call(channels::InviteToChannel::new(
        named(&bob),
        vec![bob.user(&alice)],
    ))
    .unwrap();
    alice
        .call(channels::LeaveChannel::new(named(&alice)))
        .unwrap();

    assert_eq!(alice.refusal(contacts::GetSaved::new()), "TAKEOUT_REQUIRED");
    assert_eq!(
        alice.refusal(channels::GetLeftChannels::new(0)),
        "TAKEOUT_REQUIRED"
    );
    let takeout = alice.call(account::InitTakeoutSession::new()).unwrap().id;
    let saved = within(&alice, takeout, contacts::GetSaved::new()).unwrap();
    let names: Vec<_> = saved.iter().map(|one| one.first_name.as_str()).collect();
    assert_eq!(names, ["Nobody", "Bobby"]);
    let left = within(&alice, takeout, channels::GetLeftChannels::new(0)).unwrap();
    let enums::messages::Chats::Chats(left) = left else {
        panic!()
    };
    assert_eq!(left.chats.len(), 1);
}
