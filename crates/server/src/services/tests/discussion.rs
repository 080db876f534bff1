//! Posts of a channel and what is said about them in its group.

use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, company, input, page, peer, say, three, told};
use crate::world::{Peer, Place};

pub(super) fn link(by: &Program, news: i64, talk: i64) -> String {
    by.refusal(channels::SetDiscussionGroup::new(
        input(by, news),
        input(by, talk),
    ))
}

fn message(of: &Program, id: i64, message: i32) -> types::Message {
    let place = Place {
        owner: Peer::Channel(id).dialog(),
        id: message,
    };
    match of.shared.world().message_for(of.me, place) {
        enums::Message::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

pub(super) fn comment(by: &Program, talk: i64, to: i32, text: &str, n: i64) -> String {
    let reply = types::InputReplyToMessage::new(to);
    by.refusal(messages::SendMessage {
        reply_to: Some(Box::new(reply.into())),
        ..messages::SendMessage::new(peer(by, talk), text.into(), n)
    })
}

fn replies(of: &types::Message) -> types::MessageReplies {
    of.replies.as_deref().cloned().unwrap()
}

#[test]
fn a_post_appears_in_the_group_and_is_talked_about_there() {
    let (alice, bob, carol) = three();
    let news = company(&alice, &[&bob, &carol], true);
    let talk = company(&alice, &[&bob], false);
    assert_eq!(link(&alice, news, talk), "");
    assert_eq!(link(&alice, news, talk), "LINK_NOT_MODIFIED");
    assert_eq!(say(&alice, peer(&alice, news), "big news", 1), "");
    let post = message(&bob, news, 2);
    assert_eq!(replies(&post).replies, 0);
    assert_eq!(replies(&post).channel_id, Some(talk));

    let call = messages::GetDiscussionMessage::new(peer(&bob, news), 2);
    let found = bob.call(call).unwrap();
    let [enums::Message::Message(copy)] = &found.messages[..] else {
        panic!("{found:?}");
    };
    assert!(copy.pinned && !copy.out);
    let from: enums::Peer = types::PeerChannel::new(news).into();
    assert_eq!(copy.from_id.as_ref(), Some(&from));
    let header = copy.fwd_from.as_deref().unwrap();
    assert_eq!(header.saved_from_peer.as_ref(), Some(&from));
    assert_eq!(
        (header.channel_post, header.saved_from_msg_id),
        (Some(2), Some(2))
    );

    // Carol is in the channel alone, and may talk all the same.
    assert_eq!(comment(&bob, talk, copy.id, "wow", 2), "");
    assert_eq!(comment(&carol, talk, copy.id, "indeed", 3), "");
    let counted = replies(&message(&bob, news, 2));
    assert_eq!((counted.replies, counted.comments), (2, true));
    let repliers: Vec<enums::Peer> = [&carol, &bob]
        .map(|one| types::PeerUser::new(one.me).into())
        .into();
    assert_eq!(counted.recent_repliers, Some(repliers));
    let call = messages::GetReplies::new(peer(&carol, news), 2, 0, 0, 0, 10, 0, 0, 0);
    let enums::messages::Messages::ChannelMessages(page) = carol.call(call).unwrap() else {
        panic!()
    };
    assert_eq!(
        page.messages.iter().map(told).collect::<Vec<_>>(),
        ["indeed", "wow"]
    );
    let views = messages::GetMessagesViews::new(peer(&bob, news), vec![2], false);
    let views = bob.call(views).unwrap();
    assert_eq!(views.views[0].replies.as_ref().unwrap().replies, 2);

    let read = messages::ReadDiscussion::new(peer(&bob, talk), copy.id, counted.max_id.unwrap());
    let told = bob.call(messages::GetDiscussionMessage::new(peer(&bob, news), 2));
    assert_eq!(told.unwrap().unread_count, 1);
    bob.call(read).unwrap();
    let told = bob.call(messages::GetDiscussionMessage::new(peer(&bob, news), 2));
    assert_eq!(told.unwrap().unread_count, 0);
}

#[test]
fn an_edited_post_is_edited_in_the_group() {
    let (alice, bob, _) = three();
    let (news, talk) = (channel(&alice, true), company(&alice, &[&bob], false));
    assert_eq!(link(&alice, news, talk), "");
    assert_eq!(say(&alice, peer(&alice, news), "typo", 1), "");
    let edit = messages::EditMessage {
        message: Some("fixed".into()),
        ..messages::EditMessage::new(peer(&alice, news), 2)
    };
    alice.call(edit).unwrap();
    assert_eq!(page(&bob, peer(&bob, talk))[0], "fixed");
}

#[test]
fn only_fitting_chats_are_linked_and_only_by_their_administrators() {
    let (alice, bob, _) = three();
    let news = company(&alice, &[&bob], true);
    let talk = company(&alice, &[&bob], false);
    assert_eq!(link(&bob, news, talk), "CHAT_ADMIN_REQUIRED");
    assert_eq!(link(&alice, talk, news), "BROADCAST_ID_INVALID");
    assert_eq!(link(&alice, news, news), "MEGAGROUP_ID_INVALID");
    let hide = channels::TogglePreHistoryHidden::new(input(&alice, talk), true);
    alice.call(hide).unwrap();
    assert_eq!(link(&alice, news, talk), "MEGAGROUP_PREHISTORY_HIDDEN");
    let show = channels::TogglePreHistoryHidden::new(input(&alice, talk), false);
    alice.call(show).unwrap();
    assert_eq!(link(&alice, news, talk), "");
    let other = company(&alice, &[&bob], false);
    assert_eq!(link(&alice, news, other), "");
    {
        let w = alice.shared.world();
        let linked = |id: i64| w.chats[&Peer::Channel(id).dialog()].linked;
        assert_eq!(linked(talk), None);
        assert_eq!(linked(other), Some(Peer::Channel(news).dialog()));
    }
    let none = channels::SetDiscussionGroup::new(input(&alice, news), enums::InputChannel::Empty);
    alice.call(none.clone()).unwrap();
    assert_eq!(alice.refusal(none), "LINK_NOT_MODIFIED");
}

#[test]
fn answers_in_a_group_make_a_thread_of_their_own() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    assert_eq!(say(&alice, peer(&alice, id), "question", 1), "");
    assert_eq!(comment(&bob, id, 3, "answer", 2), "");
    assert_eq!(comment(&alice, id, 4, "thanks", 3), "");
    let counted = replies(&message(&bob, id, 3));
    assert_eq!(
        (counted.replies, counted.comments, counted.max_id),
        (2, false, Some(5))
    );
    assert!(message(&bob, id, 4).replies.is_none());
    let call = messages::GetReplies::new(peer(&bob, id), 3, 0, 0, 0, 10, 0, 0, 0);
    let enums::messages::Messages::ChannelMessages(page) = bob.call(call).unwrap() else {
        panic!()
    };
    assert_eq!(
        page.messages.iter().map(told).collect::<Vec<_>>(),
        ["thanks", "answer"]
    );
    let call = messages::GetDiscussionMessage::new(peer(&bob, id), 5);
    let found = bob.call(call).unwrap();
    assert_eq!(told(&found.messages[0]), "question");
    let bad = messages::GetDiscussionMessage::new(peer(&bob, id), 99);
    assert_eq!(bob.refusal(bad), "MSG_ID_INVALID");
}
