//! The admin log.

use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, input, peer, say, three};

/// What the log says, newest first, by the names of what was done.
fn log(of: &Program, id: i64, change: impl FnOnce(&mut channels::GetAdminLog)) -> Vec<String> {
    let mut call = channels::GetAdminLog::new(input(of, id), String::new(), 0, 0, 100);
    change(&mut call);
    let events = of.call(call).unwrap().events;
    let name = |event: &types::ChannelAdminLogEvent| {
        let shown = format!("{:?}", event.action);
        let name = shown.split([' ', '(', '{']).next().unwrap_or_default();
        name.trim_start_matches("ChannelAdminLogEventAction")
            .to_owned()
    };
    events.iter().map(name).collect()
}

#[test]
fn what_administrators_do_is_written_down() {
    let (alice, bob, carol) = three();
    let id = channel(&alice, false);
    let both = vec![alice.user(&bob), alice.user(&carol)];
    alice
        .call(channels::InviteToChannel::new(input(&alice, id), both))
        .unwrap();
    alice
        .call(channels::EditTitle::new(input(&alice, id), "Other".into()))
        .unwrap();
    alice
        .call(messages::EditChatAbout::new(
            peer(&alice, id),
            "what".into(),
        ))
        .unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "secret words", 1), "");
    let at = alice.shared.world().boxes[&crate::world::Peer::Channel(id).dialog()].last_id;
    bob.call(messages::EditMessage {
        message: Some("changed".into()),
        ..messages::EditMessage::new(peer(&bob, id), at)
    })
    .unwrap();
    alice
        .call(messages::UpdatePinnedMessage::new(peer(&alice, id), at))
        .unwrap();
    alice
        .call(channels::DeleteMessages::new(input(&alice, id), vec![at]))
        .unwrap();
    let rights = types::ChatAdminRights {
        ban_users: true,
        ..types::ChatAdminRights::new()
    };
    alice
        .call(channels::EditAdmin::new(
            input(&alice, id),
            alice.user(&bob),
            rights,
        ))
        .unwrap();
    let banned = types::ChatBannedRights {
        view_messages: true,
        ..types::ChatBannedRights::new(0)
    };
    bob.call(channels::EditBanned::new(
        input(&bob, id),
        bob.peer(&carol),
        banned,
    ))
    .unwrap();
    bob.call(channels::LeaveChannel::new(input(&bob, id)))
        .unwrap();
    let all = [
        "ParticipantLeave",
        "ParticipantToggleBan",
        "ParticipantToggleAdmin",
        "DeleteMessage",
        "UpdatePinned",
        "EditMessage",
        "ChangeAbout",
        "ChangeTitle",
        "ParticipantInvite",
        "ParticipantInvite",
    ];
    assert_eq!(log(&alice, id, |_| ()), all);
    let only = |filter| log(&alice, id, |call| call.events_filter = Some(filter));
    let kicks = types::ChannelAdminLogEventsFilter {
        kick: true,
        info: true,
        ..types::ChannelAdminLogEventsFilter::new()
    };
    assert_eq!(
        only(kicks),
        ["ParticipantToggleBan", "ChangeAbout", "ChangeTitle"]
    );
    let by_bob = log(&alice, id, |call| {
        call.admins = Some(vec![alice.user(&bob)])
    });
    assert_eq!(
        by_bob,
        ["ParticipantLeave", "ParticipantToggleBan", "EditMessage"]
    );
    let found = log(&alice, id, |call| call.q = "SECRET".into());
    assert_eq!(found, ["EditMessage"]);
    let first = log(&alice, id, |call| call.limit = 2);
    assert_eq!(first, all[..2]);
}

#[test]
fn the_log_is_for_administrators_and_for_two_days() {
    let (alice, bob, _) = three();
    let id = channel(&alice, true);
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, id),
            vec![alice.user(&bob)],
        ))
        .unwrap();
    let call = channels::GetAdminLog::new(input(&bob, id), String::new(), 0, 0, 10);
    assert_eq!(bob.refusal(call), "CHAT_ADMIN_REQUIRED");
    alice
        .shared
        .clock
        .advance(std::time::Duration::from_secs(49 * 3600));
    assert_eq!(say(&alice, peer(&alice, id), "post", 1), "");
    assert_eq!(log(&alice, id, |_| ()), ["SendMessage"]);
}

#[test]
fn an_entry_of_the_log_shows_a_message_as_it_was() {
    let (alice, bob, _) = three();
    let id = channel(&alice, false);
    let call = channels::InviteToChannel::new(input(&alice, id), vec![alice.user(&bob)]);
    alice.call(call).unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "gone", 1), "");
    alice
        .call(channels::DeleteMessages::new(input(&alice, id), vec![3]))
        .unwrap();
    let call = channels::GetAdminLog::new(input(&alice, id), String::new(), 0, 0, 1);
    let answer = alice.call(call).unwrap();
    let enums::ChannelAdminLogEventAction::DeleteMessage(deleted) = &answer.events[0].action else {
        panic!("{answer:?}");
    };
    let enums::Message::Message(message) = &deleted.message else {
        panic!("{answer:?}");
    };
    assert_eq!((message.id, message.message.as_str()), (3, "gone"));
    assert!(
        answer
            .users
            .iter()
            .any(|user| matches!(user, enums::User::User(user) if user.id == bob.me))
    );
}
