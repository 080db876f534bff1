//! What messages say of themselves.

pub(crate) mod room;

use std::time::Duration;

use heliogram_api::{
    enums::{self, MessageEntity},
    types as raw,
};

use self::room::{ALICE, BOT, FORUM, GROUP, NEWS, Room, channel, marked, user};
use super::*;
use crate::types::{Media, MediaKind, User};

#[tokio::test]
async fn the_parts_of_a_text_are_found_by_their_entities() {
    let room = Room::enter().await;
    let message = room.message(ALICE, |m| {
        m.message = "👍 @bob see #rust and this".into();
        m.entities = Some(vec![
            raw::MessageEntityMention::new(3, 4).into(),
            raw::MessageEntityHashtag::new(12, 5).into(),
            raw::MessageEntityTextUrl::new(22, 4, "https://t.me".into()).into(),
            raw::MessageEntityUrl::new(90, 4).into(),
        ]);
    });
    let parts: Vec<&str> = message.entity_texts().iter().map(|p| p.1).collect();
    assert_eq!(parts, ["@bob", "#rust", "this"]);
    assert!(matches!(
        message.entity_texts()[0].0,
        MessageEntity::Mention(_)
    ));
    assert_eq!(message.mentions().collect::<Vec<_>>(), ["@bob"]);
    assert_eq!(message.hashtags().collect::<Vec<_>>(), ["#rust"]);
    assert_eq!(message.links().collect::<Vec<_>>(), ["https://t.me"]);
}

#[tokio::test]
async fn a_forward_says_where_it_comes_from() {
    let room = Room::enter().await;
    let forwarded = |header: raw::MessageFwdHeader| {
        let message = room.message(ALICE, |m| m.fwd_from = Some(Box::new(header)));
        message.forward().unwrap()
    };
    let post = forwarded(raw::MessageFwdHeader {
        from_id: channel(NEWS),
        channel_post: Some(9),
        post_author: Some("Editor".into()),
        ..raw::MessageFwdHeader::new(60)
    });
    assert_eq!(post.chat_id(), Some(marked(NEWS)));
    assert_eq!(
        (post.post_id(), post.signature()),
        (Some(9), Some("Editor"))
    );
    assert_eq!(
        post.date(),
        SystemTime::UNIX_EPOCH + Duration::from_secs(60)
    );
    assert_eq!(post.sender_name().as_deref(), Some("title"));

    let hidden = forwarded(raw::MessageFwdHeader {
        from_name: Some("Somebody".into()),
        ..raw::MessageFwdHeader::new(60)
    });
    assert_eq!((hidden.sender(), hidden.chat()), (None, None));
    assert_eq!(hidden.sender_name().as_deref(), Some("Somebody"));
    assert!(!format!("{hidden:?}").contains("Somebody"));

    let saved = forwarded(raw::MessageFwdHeader {
        from_id: user(BOT),
        saved_from_peer: channel(FORUM),
        saved_from_msg_id: Some(4),
        saved_from_id: user(ALICE),
        ..raw::MessageFwdHeader::new(60)
    });
    assert!(saved.sender().unwrap().as_user().is_some_and(User::is_bot));
    assert_eq!(saved.chat_id(), Some(marked(FORUM)));
    assert_eq!(saved.saved_id(), Some(4));
    assert_eq!(saved.saved_sender().unwrap().id(), ALICE);
    assert!(!saved.is_automatic());
    assert!(room.message(ALICE, |_| ()).forward().is_none());
}

#[tokio::test]
async fn whom_a_message_speaks_of_is_known_with_it() {
    let room = Room::enter().await;
    let message = room.message(ALICE, |m| m.via_bot_id = Some(BOT));
    assert!(message.via_bot().unwrap().is_known());
    let stranger = room.message(ALICE, |m| m.via_bot_id = Some(99));
    let stranger = stranger.via_bot().unwrap();
    assert_eq!((stranger.id(), stranger.is_known()), (99, false));

    let added = raw::MessageActionChatAddUser::new(vec![ALICE, BOT]);
    let crate::Event::NewMessage(added) = room.service(-GROUP, added.into()) else {
        panic!("a message");
    };
    assert!(added.is_service() && added.text().is_empty());
    let ids: Vec<i64> = added.action_entities().iter().map(Chat::id).collect();
    assert_eq!(ids, [ALICE, BOT]);
}

#[tokio::test]
async fn links_lead_to_messages_that_have_a_place() {
    let room = Room::enter().await;
    let link = |peer, change: fn(&mut raw::Message)| room.message(peer, change).link();
    assert_eq!(link(ALICE, |_| ()), None);
    assert_eq!(link(-GROUP, |_| ()), None);
    assert_eq!(
        link(marked(NEWS), |_| ()).as_deref(),
        Some("https://t.me/c/7005/5")
    );
    assert_eq!(
        link(marked(FORUM), |_| ()).as_deref(),
        Some("https://t.me/c/7004/5")
    );
    let within = link(marked(FORUM), |m| {
        let header = raw::MessageReplyHeader {
            forum_topic: true,
            reply_to_msg_id: Some(3),
            ..raw::MessageReplyHeader::new()
        };
        m.reply_to = Some(Box::new(header.into()));
    });
    assert_eq!(within.as_deref(), Some("https://t.me/c/7004/3/5"));
}

#[tokio::test]
async fn a_reply_may_be_to_another_chat_or_to_a_story() {
    let room = Room::enter().await;
    let message = room.message(ALICE, |m| {
        let header = raw::MessageReplyHeader {
            reply_to_msg_id: Some(3),
            reply_to_peer_id: channel(NEWS),
            quote_text: Some("so".into()),
            ..raw::MessageReplyHeader::new()
        };
        m.reply_to = Some(Box::new(header.into()));
    });
    assert_eq!(message.reply_to(), Some(3));
    assert_eq!(message.reply_chat().unwrap().id(), marked(NEWS));
    assert_eq!(message.quote(), Some("so"));
    let message = room.message(ALICE, |m| {
        let header = raw::MessageReplyStoryHeader::new(user(ALICE).unwrap(), 8);
        m.reply_to = Some(Box::new(header.into()));
    });
    let (whose, story) = message.reply_story().unwrap();
    assert_eq!((whose.id(), story, message.reply_to()), (ALICE, 8, None));
}

#[tokio::test]
async fn buttons_have_their_places_and_their_data() {
    let room = Room::enter().await;
    let button = |text: &str, kind| raw::KeyboardInlineButton::new(text.into(), kind);
    let message = room.message(ALICE, |m| {
        let data = bytes::Bytes::from_static(b"yes");
        let callback = raw::InlineButtonTypeCallback {
            requires_password: true,
            ..raw::InlineButtonTypeCallback::new(data)
        };
        let url = raw::InlineButtonTypeUrl::new("https://t.me".into());
        let query = raw::InlineButtonTypeSwitchInline::new("find".into());
        let rows = vec![
            raw::KeyboardInlineButtonRow::new(vec![
                button("Yes", callback.into()),
                button("Site", url.into()),
            ]),
            raw::KeyboardInlineButtonRow::new(vec![button("Find", query.into())]),
        ];
        m.reply_markup = Some(Box::new(raw::ReplyInlineMarkup::new(rows).into()));
    });
    let buttons = message.buttons();
    assert_eq!((buttons.len(), message.button_count()), (2, 3));
    let yes = &buttons[0][0];
    assert_eq!((yes.text(), yes.data()), ("Yes", Some(&b"yes"[..])));
    assert!(yes.needs_password() && yes.is_inline());
    assert!(!format!("{yes:?}").contains("Yes"));
    assert_eq!(buttons[0][1].url(), Some("https://t.me"));
    let find = &buttons[1][0];
    assert_eq!(find.inline_query(), Some("find"));
    assert_eq!((find.row(), find.column()), (1, 0));
    assert_eq!(room.message(ALICE, |_| ()).button_count(), 0);
}

#[tokio::test]
async fn the_file_of_a_message_is_also_that_in_a_preview() {
    let room = Room::enter().await;
    let none = bytes::Bytes::new;
    let document = || {
        let name = raw::DocumentAttributeFilename::new("a.pdf".into());
        let attributes = vec![name.into()];
        let mime = "application/pdf".into();
        let document = raw::Document::new(1, 2, none(), 0, mime, 3, 2, attributes);
        enums::Document::Document(Box::new(document))
    };
    let sent = room.message(ALICE, |m| {
        let media = raw::MessageMediaDocument {
            document: Some(document()),
            ..raw::MessageMediaDocument::new()
        };
        m.media = Some(Box::new(media.into()));
    });
    assert_eq!(sent.file().unwrap().name(), Some("a.pdf"));
    assert_eq!(sent.media_kind(), Some(MediaKind::Document));
    assert_eq!(sent.media().unwrap().kind(), MediaKind::Document);
    assert!(sent.photo().is_none() && sent.video().is_none());

    let linked = room.message(ALICE, |m| {
        let page = raw::WebPage {
            document: Some(document()),
            ..raw::WebPage::new(1, "https://x".into(), "x".into(), 0)
        };
        let page = enums::WebPage::WebPage(Box::new(page));
        m.media = Some(Box::new(raw::MessageMediaWebPage::new(page).into()));
    });
    assert_eq!(linked.document().unwrap().id(), 1);
    assert!(matches!(linked.media(), Some(Media::Other(_))));
    assert_eq!(linked.web_preview().unwrap().url, "https://x");
}

#[tokio::test]
async fn notes_to_oneself_are_outgoing_unless_forwarded() {
    let room = Room::enter().await;
    assert!(room.message(room.me(), |_| ()).is_outgoing());
    let kept = room.message(room.me(), |m| {
        m.fwd_from = Some(Box::new(raw::MessageFwdHeader::new(1)));
    });
    assert!(!kept.is_outgoing());
}
