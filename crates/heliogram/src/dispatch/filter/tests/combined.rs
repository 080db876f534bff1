//! Filters with settings, and filters made of others.

use super::*;
use crate::{
    Error, Event, PeerLike, UsageError,
    dispatch::{CommandArgs, CommandSyntax},
    types::room::{ALICE, BOT, FORUM, NEWS, channel, marked, user},
};
use heliogram_api::types as raw;

fn holds(room: &Room, filter: &Filter, event: &Event) -> bool {
    filter.holds(&UpdateCx::new(room.client.clone(), event.clone()))
}

fn text(room: &Room, text: &str) -> Event {
    room.alice_writes(|m| m.message = text.into())
}

#[tokio::test]
async fn chats_and_people_are_told_apart_by_id() {
    let room = Room::enter().await;
    let in_forum = |from| Event::NewMessage(room.message(marked(FORUM), |m| m.from_id = from));
    let hers = in_forum(user(ALICE));
    assert!(holds(&room, &chat(marked(FORUM)), &hers));
    assert!(!holds(&room, &chat(ALICE), &hers));
    assert!(holds(&room, &user_(ALICE), &hers));
    assert!(holds(&room, &users([BOT, ALICE]), &hers));
    assert!(!holds(&room, &!users([BOT, ALICE]), &hers));
    assert!(holds(
        &room,
        &users([marked(NEWS)]),
        &in_forum(channel(NEWS))
    ));
    let link = PeerLike::from("https://t.me/c/7004/5");
    assert!(holds(&room, &chat(link), &hers));
}

fn user_(who: impl Into<PeerLike>) -> Filter {
    super::user(who)
}

#[tokio::test]
async fn me_is_whoever_looks() {
    let room = Room::enter().await;
    let note = Event::NewMessage(room.message(room.me(), |_| ()));
    let hers = text(&room, "hi");
    let filter = chat("me");
    assert!(holds(&room, &filter, &note) && !holds(&room, &filter, &hers));
    let filter = user_("self");
    assert!(holds(&room, &filter, &note) && !holds(&room, &filter, &hers));
}

#[tokio::test]
async fn names_are_looked_up_once_and_a_name_nobody_has_names_the_filter() {
    let room = Room::enter().await;
    let bob = room.server.user("bob").await;
    let his = Event::NewMessage(room.message(bob.id(), |_| ()));
    let filter = incoming() & !(chats(["@bob", "me"]) & !reply());
    assert!(holds(&room, &filter, &his), "nobody has looked yet");
    filter.prepare(&room.client).await.unwrap();
    assert!(!holds(&room, &filter, &his));

    let filter = incoming() & !(users(["@nobody_at_all"]) | photo());
    let e = filter.prepare(&room.client).await.unwrap_err();
    let told = e.to_string();
    assert!(matches!(e, Error::Usage(UsageError::Filter(_))), "{e:?}");
    assert!(told.contains("users(@nobody_at_all)"), "{told}");
    let e = chat("two words").prepare(&room.client).await.unwrap_err();
    assert!(e.to_string().contains("two words"), "{e}");
}

#[tokio::test]
async fn texts_are_chosen_whole_by_their_beginning_and_by_closures() {
    let room = Room::enter().await;
    let event = text(&room, "ping 5");
    assert!(holds(&room, &text_starts("ping"), &event));
    assert!(!holds(&room, &text_is("ping"), &event));
    assert!(holds(&room, &text_is("ping 5"), &event));
    assert!(holds(&room, &text_where(|t| t.ends_with('5')), &event));
}

#[cfg(feature = "regex")]
#[tokio::test]
async fn patterns_leave_what_they_found_and_wrong_ones_are_told_at_the_start() {
    let room = Room::enter().await;
    let filter = regex(r"^order (?<n>\d+)") & incoming();
    filter.prepare(&room.client).await.unwrap();
    let cx = UpdateCx::new(room.client.clone(), text(&room, "order 12 cakes"));
    assert!(filter.holds(&cx));
    let found: crate::dispatch::Captures = cx.get().unwrap();
    assert_eq!(found.name("n"), Some("12"));
    assert!(!holds(&room, &filter, &text(&room, "an order")));

    let e = (incoming() & regex("(")).prepare(&room.client).await;
    let e = e.unwrap_err().to_string();
    assert!(e.contains(r#"regex("(")"#), "{e}");
}

#[tokio::test]
async fn commands_for_other_bots_are_not_ours() {
    let room = Room::enter().await;
    let filter = command("help");
    filter.prepare(&room.client).await.unwrap();
    for (written, ours) in [
        ("/help", true),
        ("/HELP me", true),
        ("/help@me_myself", true),
        ("/help@Me_Myself now", true),
        ("/help@other_bot", false),
        ("/helpme", false),
        ("help", false),
        ("see /help", false),
    ] {
        assert_eq!(
            holds(&room, &filter, &text(&room, written)),
            ours,
            "{written}"
        );
    }
    let strict = CommandSyntax::new().case_sensitive().prefixes(["!"]);
    let strict = strict.command(["ban", "b"]);
    assert!(holds(&room, &strict, &text(&room, "!b x")));
    assert!(!holds(&room, &strict, &text(&room, "!Ban x")));
    assert!(!holds(&room, &strict, &text(&room, "/ban x")));
}

#[tokio::test]
async fn what_follows_a_command_is_left_for_the_handler() {
    let room = Room::enter().await;
    let cx = UpdateCx::new(room.client.clone(), text(&room, "/start ref_42"));
    assert!(deep_link("ref_").holds(&cx) && deep_link("").holds(&cx));
    assert!(!deep_link("other").holds(&cx));
    assert_eq!(cx.get::<CommandArgs>().unwrap().rest(), "ref_42");
    assert!(!holds(&room, &deep_link(""), &text(&room, "/start")));
}

#[tokio::test]
async fn topics_are_told_by_the_message_that_began_them() {
    let room = Room::enter().await;
    let within = |top: Option<i32>, reply| {
        let message = room.message(marked(FORUM), |m| {
            let header = raw::MessageReplyHeader {
                forum_topic: true,
                reply_to_top_id: top,
                reply_to_msg_id: Some(reply),
                ..raw::MessageReplyHeader::new()
            };
            m.reply_to = Some(Box::new(header.into()));
        });
        Event::NewMessage(message)
    };
    assert!(holds(&room, &topic(42), &within(None, 42)));
    assert!(!holds(&room, &reply(), &within(None, 42)));
    assert!(holds(&room, &topic(42), &within(Some(42), 50)));
    assert!(holds(&room, &reply(), &within(Some(42), 50)));
    let general = Event::NewMessage(room.message(marked(FORUM), |_| ()));
    assert!(holds(&room, &topic(1), &general) && !holds(&room, &topic(42), &general));
}

#[tokio::test]
async fn raw_updates_are_chosen_by_name() {
    let room = Room::enter().await;
    let event = room.event(heliogram_api::enums::Update::Config);
    assert!(holds(
        &room,
        &raw_named(["updateUserTyping", "updateConfig"]),
        &event
    ));
    assert!(!holds(&room, &raw_named(["updateUserTyping"]), &event));
    for wrong in ["updateNothing", "message"] {
        let e = raw_named([wrong]).prepare(&room.client).await.unwrap_err();
        assert!(e.to_string().contains(wrong), "{e}");
    }
}

#[tokio::test]
async fn questions_to_a_bot_are_chosen_by_what_they_say() {
    let room = Room::enter().await;
    let press = |data: &'static [u8]| {
        let peer = raw::PeerUser::new(ALICE).into();
        room.event(raw::UpdateBotCallbackQuery {
            data: Some(bytes::Bytes::from_static(data)),
            ..raw::UpdateBotCallbackQuery::new(1, ALICE, peer, 5, 7)
        })
    };
    let yes = press(b"vote:yes");
    assert!(holds(&room, &callback("vote:"), &yes) && holds(&room, &callback(""), &yes));
    assert!(holds(&room, &callback_is("vote:yes"), &yes));
    assert!(!holds(&room, &callback_is("vote:"), &yes));
    assert!(holds(&room, &text_starts("vote"), &yes));
    assert!(holds(&room, &(user_(ALICE) & private() & incoming()), &yes));
    let bytes = press(b"\xff\x00");
    assert!(holds(&room, &callback(b"\xff"), &bytes));
    assert!(!holds(&room, &text_starts(""), &bytes), "this is no text");

    let query = raw::UpdateBotInlineQuery::new(1, ALICE, "gif cat".into(), String::new());
    let query = room.event(query);
    assert!(holds(&room, &inline_query("gif "), &query));
    assert!(!holds(&room, &inline_query("cat"), &query));
    assert!(!holds(&room, &callback(""), &query));
    assert!(holds(&room, &users([ALICE]), &query) && !holds(&room, &private(), &query));
    #[cfg(feature = "regex")]
    assert!(holds(&room, &regex("cat$"), &query) && holds(&room, &regex("yes$"), &yes));
}

#[test]
fn contradictions_have_no_kind_of_event() {
    assert!((edited() & of_kind(Kinds::NEW_MESSAGE)).kinds().is_empty());
    assert!((photo() & scheduled()).kinds().is_empty());
    assert!(
        (photo() & !scheduled())
            .kinds()
            .contains(Kinds::NEW_MESSAGE)
    );
    assert_eq!((photo() | ephemeral()).kinds(), CONTENTS | Kinds::RAW);
    assert!((service() & of_kind(Kinds::NEW_MESSAGE)).kinds().is_empty());
}
