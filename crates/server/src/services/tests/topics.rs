//! Topics of a forum.

use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{company, input, page, peer, say, three, told};
use crate::world::Peer;

fn forum(by: &Program, with: &[&Program]) -> i64 {
    let id = company(by, with, false);
    by.call(channels::ToggleForum::new(input(by, id), true, false))
        .unwrap();
    id
}

fn topic(by: &Program, id: i64, title: &str, n: i64) -> i32 {
    let call = messages::CreateForumTopic::new(peer(by, id), title.into(), n);
    let enums::Updates::Updates(made) = by.call(call).unwrap() else {
        panic!()
    };
    match &made.updates[0] {
        enums::Update::MessageID(update) => update.id,
        other => panic!("{other:?}"),
    }
}

fn topics(of: &Program, id: i64) -> Vec<types::ForumTopic> {
    let call = messages::GetForumTopics::new(peer(of, id), 0, 0, 0, 100);
    let list = of.call(call).unwrap().topics;
    let one = |topic| match topic {
        enums::ForumTopic::ForumTopic(topic) => *topic,
        other => panic!("{other:?}"),
    };
    list.into_iter().map(one).collect()
}

fn say_in(by: &Program, id: i64, (reply, top): (i32, Option<i32>), text: &str, n: i64) -> String {
    let reply = types::InputReplyToMessage {
        top_msg_id: top,
        ..types::InputReplyToMessage::new(reply)
    };
    by.refusal(messages::SendMessage {
        reply_to: Some(Box::new(reply.into())),
        ..messages::SendMessage::new(peer(by, id), text.into(), n)
    })
}

fn inside(of: &Program, id: i64, top: i32) -> Vec<String> {
    let call = messages::GetReplies::new(peer(of, id), top, 0, 0, 0, 100, 0, 0, 0);
    match of.call(call).unwrap() {
        enums::messages::Messages::ChannelMessages(page) => {
            page.messages.iter().map(told).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_topic_has_its_own_messages_and_unread_count() {
    let (alice, bob, _) = three();
    let id = forum(&alice, &[&bob]);
    let cats = topic(&alice, id, "Cats", 1);
    let dogs = topic(&bob, id, "Dogs", 2);
    assert_eq!(say_in(&alice, id, (cats, None), "meow", 3), "");
    let meow = alice.shared.world().boxes[&Peer::Channel(id).dialog()].last_id;
    assert_eq!(say_in(&alice, id, (meow, Some(cats)), "purr", 4), "");
    assert_eq!(say(&alice, peer(&alice, id), "to all", 5), "");
    assert_eq!(
        inside(&bob, id, cats),
        ["purr", "meow", "MessageActionTopicCreate"]
    );
    assert_eq!(inside(&bob, id, dogs), ["MessageActionTopicCreate"]);
    assert_eq!(inside(&bob, id, 1)[0], "to all");
    assert!(!inside(&bob, id, 1).contains(&"MessageActionTopicCreate".to_owned()));

    let seen = topics(&bob, id);
    let names: Vec<&str> = seen.iter().map(|topic| topic.title.as_str()).collect();
    assert_eq!(names, ["General", "Cats", "Dogs"]);
    // "General" has the note of Bob's coming besides.
    assert_eq!((seen[1].unread_count, seen[0].unread_count), (2, 2));
    assert!(seen[2].my && !seen[1].my);
    let read = messages::ReadDiscussion::new(peer(&bob, id), cats, meow);
    let w = alice.shared.clone();
    let heard = alice.hears(|world| {
        let (dialog, bob) = (Peer::Channel(id).dialog(), bob.actor());
        world.read_thread(bob, dialog, cats, meow)
    });
    assert!(heard.iter().any(|update| matches!(
        update,
        enums::Update::ReadChannelDiscussionOutbox(read) if read.read_max_id == meow
    )));
    bob.call(read).unwrap();
    assert_eq!(topics(&bob, id)[1].unread_count, 1);
    assert_eq!(w.world().unread_in(alice.me, Peer::Channel(id).dialog()), 1);

    let found = messages::Search {
        top_msg_id: Some(cats),
        ..messages::Search::new(
            peer(&bob, id),
            "r".into(),
            enums::MessagesFilter::InputMessagesFilterEmpty,
            0,
            0,
            0,
            0,
            10,
            0,
            0,
            0,
        )
    };
    let enums::messages::Messages::ChannelMessages(found) = bob.call(found).unwrap() else {
        panic!()
    };
    assert_eq!(
        found.messages.iter().map(told).collect::<Vec<_>>(),
        ["purr"]
    );
    let enums::Message::Message(purr) = &found.messages[0] else {
        panic!()
    };
    let Some(enums::MessageReplyHeader::MessageReplyHeader(header)) = purr.reply_to.as_deref()
    else {
        panic!("{purr:?}");
    };
    assert!(header.forum_topic);
    assert_eq!(
        (header.reply_to_msg_id, header.reply_to_top_id),
        (Some(meow), Some(cats))
    );
}

#[test]
fn a_closed_topic_is_closed_to_all_but_who_may_manage_it() {
    let (alice, bob, carol) = three();
    let id = forum(&alice, &[&bob, &carol]);
    let own = topic(&bob, id, "Mine", 1);
    let close = |by: &Program| messages::EditForumTopic {
        closed: Some(true),
        ..messages::EditForumTopic::new(peer(by, id), own)
    };
    assert_eq!(carol.refusal(close(&carol)), "CHAT_ADMIN_REQUIRED");
    bob.call(close(&bob)).unwrap();
    assert_eq!(bob.refusal(close(&bob)), "TOPIC_NOT_MODIFIED");
    assert_eq!(say_in(&carol, id, (own, None), "hello?", 2), "TOPIC_CLOSED");
    assert_eq!(say_in(&bob, id, (own, None), "mine", 3), "");
    assert_eq!(say_in(&alice, id, (own, None), "and mine", 4), "");
    assert_eq!(
        say_in(&carol, id, (99, Some(77)), "lost", 5),
        "TOPIC_DELETED"
    );
    assert_eq!(
        inside(&carol, id, own),
        [
            "and mine",
            "mine",
            "MessageActionTopicEdit",
            "MessageActionTopicCreate"
        ]
    );
    let hide = messages::EditForumTopic {
        hidden: Some(true),
        ..messages::EditForumTopic::new(peer(&alice, id), own)
    };
    assert_eq!(
        alice.refusal(hide),
        "TOPIC_ID_INVALID",
        "only General can be hidden"
    );
}

#[test]
fn topics_are_pinned_in_order_and_deleted_with_what_is_in_them() {
    let (alice, bob, _) = three();
    let id = forum(&alice, &[&bob]);
    let (one, two) = (topic(&alice, id, "One", 1), topic(&alice, id, "Two", 2));
    let pin =
        |by: &Program, topic, on| messages::UpdatePinnedForumTopic::new(peer(by, id), topic, on);
    assert_eq!(bob.refusal(pin(&bob, one, true)), "CHAT_ADMIN_REQUIRED");
    alice.call(pin(&alice, one, true)).unwrap();
    alice.call(pin(&alice, 1, true)).unwrap();
    let order = |of: &Program| topics(of, id).iter().map(|t| t.id).collect::<Vec<_>>();
    assert_eq!(order(&bob), [1, one, two]);
    let reorder = messages::ReorderPinnedForumTopics {
        force: true,
        ..messages::ReorderPinnedForumTopics::new(peer(&alice, id), vec![two, one])
    };
    alice.call(reorder).unwrap();
    assert_eq!(order(&bob), [two, one, 1]);

    assert_eq!(say_in(&bob, id, (two, None), "going", 3), "");
    let delete = |by: &Program, top| messages::DeleteTopicHistory::new(peer(by, id), top);
    assert_eq!(bob.refusal(delete(&bob, two)), "CHAT_ADMIN_REQUIRED");
    assert_eq!(alice.refusal(delete(&alice, 1)), "TOPIC_ID_INVALID");
    assert_eq!(alice.call(delete(&alice, two)).unwrap().pts_count, 2);
    assert_eq!(order(&bob), [one, 1]);
    assert!(!page(&bob, peer(&bob, id)).contains(&"going".to_owned()));
    let by_id = messages::GetForumTopicsByID::new(peer(&bob, id), vec![two, one]);
    let answer = bob.call(by_id).unwrap().topics;
    assert!(matches!(answer[0], enums::ForumTopic::Deleted(_)));
    assert!(matches!(answer[1], enums::ForumTopic::ForumTopic(_)));
    let log = channels::GetAdminLog {
        events_filter: Some(types::ChannelAdminLogEventsFilter {
            forums: true,
            ..types::ChannelAdminLogEventsFilter::new()
        }),
        ..channels::GetAdminLog::new(input(&alice, id), String::new(), 0, 0, 100)
    };
    let events = alice.call(log).unwrap().events;
    assert!(matches!(
        events[0].action,
        enums::ChannelAdminLogEventAction::DeleteTopic(_)
    ));
}

#[test]
fn what_is_no_forum_has_no_topics() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let call = messages::CreateForumTopic::new(peer(&alice, id), "No".into(), 1);
    assert_eq!(alice.refusal(call), "CHANNEL_FORUM_MISSING");
}
