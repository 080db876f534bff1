//! What administrators switch on and off, and what that does.

use std::time::Duration;

use heliogram_api::functions::{channels, contacts, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, company, group, input, page, peer, say, three};
use crate::world::Peer;

fn full(of: &Program, id: i64) -> types::ChannelFull {
    let call = channels::GetFullChannel::new(input(of, id));
    match of.call(call).unwrap().full_chat {
        enums::ChatFull::ChannelFull(full) => *full,
        other => panic!("{other:?}"),
    }
}

fn seen(of: &Program, id: i64) -> types::Channel {
    let call = channels::GetChannels::new(vec![input(of, id)]);
    let enums::messages::Chats::Chats(chats) = of.call(call).unwrap() else {
        panic!()
    };
    match chats.chats.into_iter().next() {
        Some(enums::Chat::Channel(chat)) => *chat,
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_are_changed_by_those_who_may_and_only_once() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let slow = |by: &Program, seconds| channels::ToggleSlowMode::new(input(by, id), seconds);
    assert_eq!(bob.refusal(slow(&bob, 10)), "CHAT_ADMIN_REQUIRED");
    assert_eq!(alice.refusal(slow(&alice, 11)), "SECONDS_INVALID");
    alice.call(slow(&alice, 10)).unwrap();
    assert_eq!(alice.refusal(slow(&alice, 10)), "CHAT_NOT_MODIFIED");
    assert_eq!(say(&bob, peer(&bob, id), "one", 1), "");
    assert!(say(&bob, peer(&bob, id), "two", 2).starts_with("SLOWMODE_WAIT_"));
    let full_for_bob = full(&bob, id);
    assert_eq!(full_for_bob.slowmode_seconds, Some(10));
    assert!(full_for_bob.slowmode_next_send_date.is_some());
    assert!(full(&alice, id).slowmode_next_send_date.is_none());
    alice.shared.clock.advance(Duration::from_secs(10));
    assert_eq!(say(&bob, peer(&bob, id), "two", 3), "");

    let sign = channels::ToggleSignatures {
        signatures_enabled: true,
        ..channels::ToggleSignatures::new(input(&alice, id))
    };
    assert_eq!(alice.refusal(sign), "CHAT_ID_INVALID", "it is no channel");
    let hide = channels::ToggleParticipantsHidden::new(input(&alice, id), true);
    assert_eq!(alice.refusal(hide), "PARTICIPANTS_TOO_FEW");
    let ask = channels::ToggleJoinRequest::new(input(&alice, id), true);
    assert_eq!(alice.refusal(ask), "CHAT_PUBLIC_REQUIRED");
    let keep = |by: &Program| messages::ToggleNoForwards::new(peer(by, id), true);
    assert_eq!(bob.refusal(keep(&bob)), "CHAT_ADMIN_REQUIRED");
    alice.call(keep(&alice)).unwrap();
    assert!(seen(&bob, id).noforwards);
    let tabs = channels::ToggleForum::new(input(&alice, id), true, true);
    alice.call(tabs).unwrap();
    let forum = seen(&bob, id);
    assert!(forum.forum && forum.forum_tabs);
}

#[test]
fn the_reactions_of_a_chat_are_kept() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let some: enums::ChatReactions =
        types::ChatReactionsSome::new(vec![types::ReactionEmoji::new("👍".into()).into()]).into();
    let set = messages::SetChatAvailableReactions {
        reactions_limit: Some(3),
        ..messages::SetChatAvailableReactions::new(peer(&alice, id), some.clone())
    };
    alice.call(set.clone()).unwrap();
    assert_eq!(alice.refusal(set), "CHAT_NOT_MODIFIED");
    let sign = |text: &str| types::ReactionEmoji::new(text.into()).into();
    for wrong in [vec![sign("👍"), sign("👍")], vec![sign("no sign")]] {
        let wrong = types::ChatReactionsSome::new(wrong).into();
        let set = messages::SetChatAvailableReactions::new(peer(&alice, id), wrong);
        assert_eq!(alice.refusal(set), "REACTION_INVALID");
    }
    let full = full(&bob, id);
    assert_eq!(full.available_reactions.as_deref(), Some(&some));
    assert_eq!(full.reactions_limit, Some(3));
}

#[test]
fn who_came_late_sees_older_messages_only_while_they_are_not_hidden() {
    let (alice, bob, _) = three();
    let id = channel(&alice, false);
    assert_eq!(say(&alice, peer(&alice, id), "old", 1), "");
    let hide = |on| channels::TogglePreHistoryHidden::new(input(&alice, id), on);
    alice.call(hide(true)).unwrap();
    let call = channels::InviteToChannel::new(input(&alice, id), vec![alice.user(&bob)]);
    alice.call(call).unwrap();
    assert_eq!(page(&bob, peer(&bob, id)), ["MessageActionChatAddUser"]);
    alice.call(hide(false)).unwrap();
    assert!(page(&bob, peer(&bob, id)).contains(&"old".to_owned()));
}

#[test]
fn joining_a_public_group_can_need_an_administrators_word() {
    let (alice, bob, _) = three();
    let id = channel(&alice, false);
    let name = channels::UpdateUsername::new(input(&alice, id), "the_group".into());
    alice.call(name).unwrap();
    let ask = channels::ToggleJoinRequest::new(input(&alice, id), true);
    alice.call(ask).unwrap();
    bob.call(contacts::ResolveUsername::new("the_group".into()))
        .unwrap();
    let join = || channels::JoinChannel::new(input(&bob, id));
    assert_eq!(bob.refusal(join()), "INVITE_REQUEST_SENT");
    assert_eq!(full(&alice, id).recent_requesters, Some(vec![bob.me]));
    let approve = messages::HideChatJoinRequest {
        approved: true,
        ..messages::HideChatJoinRequest::new(peer(&alice, id), alice.user(&bob))
    };
    alice.call(approve).unwrap();
    assert!(!seen(&bob, id).left);
}

#[test]
fn messages_delete_themselves_when_their_time_has_come() {
    let (alice, bob, _) = three();
    let day = 86_400;
    let bad = messages::SetHistoryTTL::new(alice.peer(&bob), 5);
    assert_eq!(alice.refusal(bad), "TTL_PERIOD_INVALID");
    let set = messages::SetHistoryTTL::new(alice.peer(&bob), day);
    alice.call(set.clone()).unwrap();
    assert_eq!(alice.refusal(set), "CHAT_NOT_MODIFIED");
    assert_eq!(say(&bob, bob.peer(&alice), "brief", 1), "");
    let id = company(&alice, &[&bob], false);
    alice
        .call(messages::SetHistoryTTL::new(peer(&alice, id), 2 * day))
        .unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "longer", 2), "");
    let texts = || (page(&alice, alice.peer(&bob)), page(&bob, peer(&bob, id)));
    assert_eq!(texts().0, ["brief", "MessageActionSetMessagesTTL"]);
    alice.shared.clock.advance(Duration::from_secs(86_401));
    let (private, shared) = texts();
    assert_eq!(
        private,
        ["MessageActionSetMessagesTTL"],
        "only the note is left"
    );
    assert_eq!(shared[0], "longer");
    alice.shared.clock.advance(Duration::from_secs(86_400));
    alice.shared.pass_time();
    assert!(!texts().1.contains(&"longer".to_owned()));
    let w = alice.shared.world();
    assert!(w.ends.is_empty() && w.letters.values().all(|letter| letter.text.is_empty()));
}

#[test]
fn messages_of_a_new_chat_live_as_long_as_can_be_set() {
    let (alice, bob, _) = three();
    let chats = || alice.shared.world().chats.len();
    let before = chats();
    let made = |ttl| channels::CreateChannel {
        ttl_period: Some(ttl),
        ..channels::CreateChannel::new("News".into(), String::new())
    };
    let small = |ttl| messages::CreateChat {
        ttl_period: Some(ttl),
        ..messages::CreateChat::new(vec![alice.user(&bob)], "Friends".into())
    };
    for ttl in [5, -86_400, i32::MAX] {
        assert_eq!(alice.refusal(made(ttl)), "TTL_PERIOD_INVALID");
        assert_eq!(alice.refusal(small(ttl)), "TTL_PERIOD_INVALID");
    }
    assert_eq!(chats(), before, "none was made");
    alice.call(made(86_400)).unwrap();
    alice.call(small(86_400)).unwrap();
    let w = alice.shared.world();
    assert!(w.chats.values().all(|chat| chat.settings.ttl == 86_400));
}

#[test]
fn a_channel_of_ones_own_can_speak_in_a_public_group() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob, &carol], false);
    let name = channels::UpdateUsername::new(input(&alice, id), "the_group".into());
    alice.call(name).unwrap();
    let own = channel(&bob, true);
    let name = channels::UpdateUsername::new(input(&bob, own), "bobs_news".into());
    bob.call(name).unwrap();
    let call = channels::GetSendAs::new(peer(&bob, id));
    assert_eq!(bob.call(call).unwrap().peers.len(), 2);
    let as_channel = |by: &Program, n| messages::SendMessage {
        send_as: Some(Box::new(peer(by, own))),
        ..messages::SendMessage::new(peer(by, id), "news".into(), n)
    };
    assert_eq!(carol.refusal(as_channel(&carol, 1)), "SEND_AS_PEER_INVALID");
    bob.call(as_channel(&bob, 1)).unwrap();
    let save = messages::SaveDefaultSendAs::new(peer(&bob, id), peer(&bob, own));
    bob.call(save).unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "again", 2), "");
    let dialog = Peer::Channel(own).dialog();
    {
        let w = alice.shared.world();
        let letters = w.letters.values().filter(|l| !l.text.is_empty());
        assert!(letters.map(|l| (l.by, l.from)).eq([(bob.me, dialog); 2]));
    }
    assert_eq!(
        full(&bob, id).default_send_as,
        Some(types::PeerChannel::new(own).into())
    );
    let at = alice.shared.world().boxes[&Peer::Channel(id).dialog()].last_id;
    let author = |by: &Program| channels::GetMessageAuthor::new(input(by, id), at);
    assert_eq!(carol.refusal(author(&carol)), "CHAT_ADMIN_REQUIRED");
    assert!(matches!(
        alice.call(author(&alice)).unwrap(),
        enums::User::User(user) if user.id == bob.me
    ));
    let link = channels::ExportMessageLink::new(input(&alice, id), at);
    let link = alice.call(link).unwrap().link;
    assert_eq!(link, format!("https://t.me/the_group/{at}"));
}

#[test]
fn a_title_beside_the_name_is_shown_with_messages() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let rank = |by: &Program, of: enums::InputPeer, rank: &str| {
        messages::EditChatParticipantRank::new(peer(by, id), of, rank.into())
    };
    bob.call(rank(&bob, enums::InputPeer::InputPeerSelf, "poet"))
        .unwrap();
    assert_eq!(
        bob.refusal(rank(&bob, bob.peer(&alice), "boss")),
        "CHAT_ADMIN_REQUIRED"
    );
    let long = "x".repeat(17);
    assert_eq!(
        alice.refusal(rank(&alice, alice.peer(&bob), &long)),
        "ADMIN_RANK_INVALID"
    );
    assert_eq!(
        alice.refusal(rank(&alice, alice.peer(&bob), "🙂")),
        "ADMIN_RANK_EMOJI_NOT_ALLOWED"
    );
    assert_eq!(say(&bob, peer(&bob, id), "verse", 1), "");
    let place = crate::world::Place {
        owner: Peer::Channel(id).dialog(),
        id: 3,
    };
    let w = alice.shared.world();
    let enums::Message::Message(message) = w.message_for(alice.me, place) else {
        panic!()
    };
    assert_eq!(message.from_rank.as_deref(), Some("poet"));
}

#[test]
fn a_history_is_cleared_for_oneself_or_wiped_for_all() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob, &carol], false);
    assert_eq!(say(&bob, peer(&bob, id), "bob", 1), "");
    assert_eq!(say(&carol, peer(&carol, id), "carol", 2), "");
    bob.call(channels::DeleteHistory::new(input(&bob, id), 3))
        .unwrap();
    assert_eq!(page(&bob, peer(&bob, id)), ["carol"]);
    assert_eq!(full(&bob, id).available_min_id, Some(3));
    assert_eq!(page(&carol, peer(&carol, id))[..2], ["carol", "bob"]);
    let all = |by: &Program| channels::DeleteHistory {
        for_everyone: true,
        ..channels::DeleteHistory::new(input(by, id), 0)
    };
    assert_eq!(carol.refusal(all(&carol)), "CHAT_ADMIN_REQUIRED");
    let wipe = channels::DeleteParticipantHistory::new(input(&alice, id), alice.peer(&bob));
    assert_eq!(alice.call(wipe).unwrap().pts_count, 1);
    assert!(!page(&carol, peer(&carol, id)).contains(&"bob".to_owned()));
    alice.call(all(&alice)).unwrap();
    assert_eq!(
        page(&carol, peer(&carol, id)),
        ["MessageActionChannelCreate"]
    );
}

#[test]
fn a_cleared_private_chat_stays_in_the_list_with_a_note() {
    let (alice, bob, _) = three();
    assert_eq!(say(&alice, alice.peer(&bob), "hi", 1), "");
    let clear = messages::DeleteHistory {
        just_clear: true,
        ..messages::DeleteHistory::new(alice.peer(&bob), 0)
    };
    alice.call(clear).unwrap();
    assert_eq!(
        page(&alice, alice.peer(&bob)),
        ["MessageActionHistoryClear"]
    );
    assert_eq!(page(&bob, bob.peer(&alice)), ["hi"]);
}

#[test]
fn pins_of_a_group_are_for_those_who_may() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], true);
    assert_eq!(say(&alice, peer(&alice, id), "post", 1), "");
    alice
        .call(messages::UpdatePinnedMessage::new(peer(&alice, id), 2))
        .unwrap();
    let unpin = |by: &Program| messages::UnpinAllMessages::new(peer(by, id));
    assert_eq!(bob.refusal(unpin(&bob)), "CHAT_ADMIN_REQUIRED");
    assert_eq!(alice.call(unpin(&alice)).unwrap().pts_count, 1);
    assert_eq!(
        bob.refusal(unpin(&bob)),
        "CHAT_ADMIN_REQUIRED",
        "even when nothing is pinned"
    );
}

#[test]
fn lists_of_channels_tell_what_can_be_discussed() {
    let (alice, bob, _) = three();
    company(&alice, &[&bob], false);
    group(&alice, &[&bob]);
    let enums::messages::Chats::Chats(fit) =
        alice.call(channels::GetGroupsForDiscussion::new()).unwrap()
    else {
        panic!()
    };
    assert_eq!(fit.chats.len(), 2);
    let quiet = || alice.call(channels::GetInactiveChannels::new()).unwrap();
    assert!(quiet().chats.is_empty());
    alice.shared.clock.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(quiet().chats.len(), 1);
}
