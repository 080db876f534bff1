//! The secondary box: what bots are told in order.

use heliogram_api::functions::{channels, contacts, messages, updates};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, input, peer, three};

/// What a bot missed since a qts.
fn missed(bot: &Program, qts: i32) -> (Vec<enums::Update>, types::updates::State) {
    let state = bot.call(updates::GetState::new()).unwrap();
    let call = updates::GetDifference::new(state.pts, i32::MAX, qts);
    match bot.call(call).unwrap() {
        enums::updates::Difference::Difference(missed) => (missed.other_updates, missed.state),
        enums::updates::Difference::Empty(_) => (Vec::new(), state),
        other => panic!("{other:?}"),
    }
}

fn promote(alice: &Program, id: i64, bot: &Program) {
    let rights = types::ChatAdminRights {
        invite_users: true,
        ..types::ChatAdminRights::new()
    };
    let call = channels::EditAdmin::new(input(alice, id), alice.user(bot), rights);
    alice.call(call).unwrap();
}

#[test]
fn a_bot_that_administers_is_told_of_every_change_with_what_was_before() {
    let (alice, bob, _) = three();
    let bot = Program::bot(&alice.shared, "guard");
    let id = channel(&alice, false);
    promote(&alice, id, &bot);
    let (told, state) = missed(&bot, 1);
    assert_eq!(state.qts, 2);
    let enums::Update::ChannelParticipant(own) = &told[0] else {
        panic!("{told:?}");
    };
    assert_eq!((own.actor_id, own.user_id, own.qts), (alice.me, bot.me, 2));
    assert!(own.prev_participant.is_none());
    assert!(matches!(
        own.new_participant.as_deref(),
        Some(enums::ChannelParticipant::Admin(_))
    ));

    let call = channels::InviteToChannel::new(input(&alice, id), vec![alice.user(&bob)]);
    alice.call(call).unwrap();
    let leave = channels::LeaveChannel::new(input(&bob, id));
    bob.call(leave).unwrap();
    let (told, state) = missed(&bot, 2);
    assert_eq!((told.len(), state.qts), (2, 4));
    let enums::Update::ChannelParticipant(left) = &told[1] else {
        panic!("{told:?}");
    };
    assert!(left.prev_participant.is_some() && left.new_participant.is_none());
    assert_eq!(missed(&bot, 4).0, []);
    let bad = updates::GetDifference::new(1, 0, 5);
    assert_eq!(bot.refusal(bad), "PERSISTENT_TIMESTAMP_INVALID");
}

#[test]
fn a_bot_hears_of_requests_and_of_being_stopped() {
    let (alice, bob, _) = three();
    let bot = Program::bot(&alice.shared, "guard");
    let id = channel(&alice, false);
    promote(&alice, id, &bot);
    let call = messages::ExportChatInvite {
        request_needed: true,
        ..messages::ExportChatInvite::new(peer(&alice, id))
    };
    let enums::ExportedChatInvite::ChatInviteExported(door) = alice.call(call).unwrap() else {
        panic!()
    };
    let call = messages::ImportChatInvite::new(door.link.clone());
    assert_eq!(bob.refusal(call), "INVITE_REQUEST_SENT");
    bob.call(contacts::Block::new(bob.peer(&bot))).unwrap();
    let (told, _) = missed(&bot, 2);
    let [
        enums::Update::BotChatInviteRequester(asked),
        enums::Update::BotStopped(stopped),
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(asked.user_id, bob.me);
    assert!(matches!(
        &asked.invite,
        enums::ExportedChatInvite::ChatInviteExported(invite) if invite.link == door.link
    ));
    assert!(stopped.stopped && stopped.user_id == bob.me);
    // Bots may write to those who wait for them, for some minutes.
    let write = |n| messages::SendMessage::new(bot.peer(&bob), "who are you?".into(), n);
    assert_eq!(bot.refusal(write(1)), "USER_IS_BLOCKED");
    bob.call(contacts::Unblock::new(bob.peer(&bot))).unwrap();
    let carol = Program::logged_in(&alice.shared, "9996610077", "Carol");
    let stranger = messages::SendMessage::new(bot.peer(&carol), "hi".into(), 2);
    assert_eq!(bot.refusal(stranger), "PEER_ID_INVALID");
    alice
        .shared
        .clock
        .advance(std::time::Duration::from_secs(301));
    assert_eq!(bot.refusal(write(3)), "PEER_ID_INVALID");
    bob.refusal(messages::ImportChatInvite::new(door.link.clone()));
    bot.call(write(4)).unwrap();
    let approve = messages::HideChatJoinRequest {
        approved: true,
        ..messages::HideChatJoinRequest::new(peer(&bot, id), bot.user(&bob))
    };
    bot.listen();
    bot.call(approve).unwrap();
    // The answer does not tell of it, so that the session has to be.
    let came = |update: &enums::Update| matches!(update, enums::Update::ChannelParticipant(_));
    assert_eq!(bot.heard().iter().filter(|update| came(update)).count(), 1);
    assert!(alice.shared.world().chats_of(bob.me).len() == 1);
}
