//! Events made by hand, each with the names of all filters that hold for it.

use heliogram_api::{
    enums::{self, MessageAction as Action},
    types as raw,
};

use crate::{
    Event,
    types::room::{ALICE, BOT, FORUM, GROUP, INBOX, NEWS, OWN, Room, channel, marked, user},
};

pub(super) struct Sample {
    pub(super) what: &'static str,
    pub(super) event: Event,
    pub(super) holds: &'static str,
}

fn sample(what: &'static str, event: Event, holds: &'static str) -> Sample {
    Sample { what, event, holds }
}

pub(super) fn all(room: &Room) -> Vec<Sample> {
    [
        people(room),
        places(room),
        contents(room),
        files(room),
        news(room),
        others(room),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn people(room: &Room) -> Vec<Sample> {
    let me = room.me();
    let note = |change: fn(&mut raw::Message)| Event::NewMessage(room.message(me, change));
    vec![
        sample(
            "a text",
            room.alice_writes(|m| m.message = "hi".into()),
            "incoming private text",
        ),
        sample(
            "one's own",
            room.alice_writes(|m| m.out = true),
            "outgoing me private",
        ),
        sample("a note to oneself", note(|_| ()), "outgoing me private"),
        sample(
            "what one keeps",
            note(|m| m.fwd_from = Some(Box::new(raw::MessageFwdHeader::new(1)))),
            "incoming me private forwarded",
        ),
        sample(
            "a bot's",
            Event::NewMessage(room.message(BOT, |_| ())),
            "incoming bot private",
        ),
        sample(
            "through a bot",
            room.alice_writes(|m| m.via_bot_id = Some(BOT)),
            "incoming private via_bot",
        ),
        sample(
            "by a business bot",
            room.alice_writes(|m| m.via_business_bot_id = Some(BOT)),
            "incoming private business_bot",
        ),
        sample(
            "a mention",
            room.alice_writes(|m| m.mentioned = true),
            "incoming private mentioned",
        ),
    ]
}

fn places(room: &Room) -> Vec<Sample> {
    let at = |peer, from| Event::NewMessage(room.message(peer, |m| m.from_id = from));
    let post = room.message(marked(NEWS), |m| m.post = true);
    let comes_along = room.message(marked(FORUM), |m| {
        m.from_id = channel(NEWS);
        m.fwd_from = Some(Box::new(raw::MessageFwdHeader {
            from_id: channel(NEWS),
            saved_from_peer: channel(NEWS),
            saved_from_msg_id: Some(1),
            ..raw::MessageFwdHeader::new(1)
        }));
    });
    vec![
        sample(
            "in a group",
            at(-GROUP, user(ALICE)),
            "incoming group basic_group",
        ),
        sample(
            "in a forum",
            at(marked(FORUM), user(ALICE)),
            "incoming group supergroup forum",
        ),
        sample(
            "in one's own group",
            at(marked(OWN), user(ALICE)),
            "incoming group supergroup admin creator",
        ),
        sample(
            "direct to a channel",
            at(marked(INBOX), user(ALICE)),
            "incoming group supergroup direct",
        ),
        sample(
            "a post",
            Event::NewMessage(post),
            "incoming channel admin sender_chat",
        ),
        sample(
            "a post in the channel's group",
            Event::NewMessage(comes_along),
            "incoming group supergroup forum sender_chat forwarded linked_channel",
        ),
    ]
}

fn contents(room: &Room) -> Vec<Sample> {
    let reply = |change: fn(&mut raw::MessageReplyHeader)| {
        room.alice_writes(|m| {
            let mut header = raw::MessageReplyHeader::new();
            change(&mut header);
            m.reply_to = Some(Box::new(enums::MessageReplyHeader::MessageReplyHeader(
                Box::new(header),
            )));
        })
    };
    let story = raw::MessageReplyStoryHeader::new(raw::PeerUser::new(ALICE).into(), 3);
    let markup =
        |markup: enums::ReplyMarkup| room.alice_writes(|m| m.reply_markup = Some(Box::new(markup)));
    vec![
        sample(
            "a reply",
            reply(|h| h.reply_to_msg_id = Some(1)),
            "incoming private reply",
        ),
        sample(
            "a reply to a story",
            room.alice_writes(|m| m.reply_to = Some(Box::new(story.into()))),
            "incoming private reply",
        ),
        sample(
            "a quote",
            reply(|h| (h.reply_to_msg_id, h.quote_text) = (Some(1), Some("so".into()))),
            "incoming private reply quote",
        ),
        sample(
            "a forward",
            room.alice_writes(|m| m.fwd_from = Some(Box::new(raw::MessageFwdHeader::new(1)))),
            "incoming private forwarded",
        ),
        sample(
            "part of an album",
            room.alice_writes(|m| m.grouped_id = Some(1)),
            "incoming private media_group",
        ),
        sample(
            "with buttons",
            markup(raw::ReplyInlineMarkup::new(vec![]).into()),
            "incoming private inline_keyboard",
        ),
        sample(
            "with a keyboard",
            markup(raw::ReplyKeyboardMarkup::new(vec![]).into()),
            "incoming private reply_keyboard",
        ),
        sample(
            "written before",
            room.alice_writes(|m| m.from_scheduled = true),
            "incoming private from_scheduled",
        ),
        sample(
            "by itself",
            room.alice_writes(|m| m.offline = true),
            "incoming private automatic",
        ),
        sample(
            "paid",
            room.alice_writes(|m| m.paid_message_stars = Some(1)),
            "incoming private paid_message",
        ),
        sample(
            "protected",
            room.alice_writes(|m| m.noforwards = true),
            "incoming private protected",
        ),
        sample(
            "a command",
            room.alice_writes(|m| m.message = "/START now".into()),
            "incoming private text start",
        ),
    ]
}

fn files(room: &Room) -> Vec<Sample> {
    let file = |attributes, change: fn(&mut raw::MessageMediaDocument)| {
        room.alice_writes(|m| {
            let none = bytes::Bytes::new;
            let file = raw::Document::new(1, 2, none(), 0, "x/y".into(), 3, 2, attributes);
            let mut media = raw::MessageMediaDocument::new();
            media.document = Some(enums::Document::Document(Box::new(file)));
            change(&mut media);
            m.media = Some(Box::new(media.into()));
        })
    };
    let video = |round_message| {
        enums::DocumentAttribute::from(raw::DocumentAttributeVideo {
            round_message,
            ..raw::DocumentAttributeVideo::new(1.0, 2, 3)
        })
    };
    let audio = |voice| {
        enums::DocumentAttribute::from(raw::DocumentAttributeAudio {
            voice,
            ..raw::DocumentAttributeAudio::new(1)
        })
    };
    let sticker = raw::DocumentAttributeSticker::new("🙂".into(), enums::InputStickerSet::Empty);
    let gif = vec![video(false), enums::DocumentAttribute::Animated];
    vec![
        sample(
            "a file",
            file(vec![], |_| ()),
            "incoming private media document",
        ),
        sample(
            "a video",
            file(vec![video(false)], |_| ()),
            "incoming private media video",
        ),
        sample(
            "a round video",
            file(vec![video(true)], |_| ()),
            "incoming private media video_note",
        ),
        sample(
            "a song",
            file(vec![audio(false)], |_| ()),
            "incoming private media audio",
        ),
        sample(
            "a voice",
            file(vec![audio(true)], |_| ()),
            "incoming private media voice",
        ),
        sample(
            "a sticker",
            file(vec![sticker.into()], |_| ()),
            "incoming private media sticker",
        ),
        sample(
            "a GIF",
            file(gif, |_| ()),
            "incoming private media animation",
        ),
        sample(
            "hidden",
            file(vec![], |m| m.spoiler = true),
            "incoming private media document media_spoiler",
        ),
        sample(
            "soon gone",
            file(vec![], |m| m.ttl_seconds = Some(5)),
            "incoming private media document self_destructing",
        ),
        sample(
            "with a caption",
            room.alice_writes(|m| {
                m.message = "see".into();
                m.media = Some(Box::new(raw::MessageMediaPhoto::new().into()));
            }),
            "incoming private media photo caption",
        ),
        sample(
            "text with a link",
            room.alice_writes(|m| {
                m.message = "see t.me".into();
                let page = enums::WebPage::Empty(raw::WebPageEmpty::new(1));
                m.media = Some(Box::new(raw::MessageMediaWebPage::new(page).into()));
            }),
            "incoming private text web_page",
        ),
    ]
}

fn news(room: &Room) -> Vec<Sample> {
    let call = raw::InputGroupCall::new(1, 2);
    let ended = raw::MessageActionGroupCall {
        duration: Some(5),
        ..raw::MessageActionGroupCall::new(call.into())
    };
    let offer = |accepted, declined| {
        let gift = enums::StarGift::from(raw::StarGift::new(
            1,
            enums::Document::from(raw::DocumentEmpty::new(1)),
            1,
            1,
        ));
        let price = raw::StarsAmount::new(1, 0).into();
        Action::from(raw::MessageActionStarGiftPurchaseOffer {
            accepted,
            declined,
            ..raw::MessageActionStarGiftPurchaseOffer::new(gift, price, 1)
        })
    };
    let shared = |peer: Option<enums::Peer>| {
        let peers = peer.into_iter().collect();
        Action::from(raw::MessageActionRequestedPeer::new(1, peers))
    };
    let created = || Action::from(raw::MessageActionChannelCreate::new("title".into()));
    vec![
        sample(
            "a call that ended",
            room.service(ALICE, ended.into()),
            "incoming private service video_chat_ended",
        ),
        sample(
            "an accepted offer",
            room.service(ALICE, offer(true, false)),
            "incoming private service gift_offer gift_offer_accepted",
        ),
        sample(
            "a declined offer",
            room.service(ALICE, offer(false, true)),
            "incoming private service gift_offer gift_offer_rejected",
        ),
        sample(
            "a user that was chosen",
            room.service(ALICE, shared(user(BOT))),
            "incoming private service users_shared",
        ),
        sample(
            "a chat that was chosen",
            room.service(ALICE, shared(channel(NEWS))),
            "incoming private service chat_shared",
        ),
        sample(
            "a new supergroup",
            room.service(marked(FORUM), created()),
            "incoming group supergroup forum service supergroup_chat_created",
        ),
        sample(
            "a new channel",
            room.service(marked(NEWS), created()),
            "incoming channel admin service channel_chat_created",
        ),
    ]
}

fn others(room: &Room) -> Vec<Sample> {
    let message = || {
        let peer = raw::PeerUser::new(ALICE).into();
        enums::Message::Message(Box::new(raw::Message::new(1, peer, 1, "later".into())))
    };
    let brief = raw::EphemeralMessage::new(
        1,
        raw::PeerUser::new(BOT).into(),
        room.me(),
        1,
        "brief".into(),
    );
    let open_at = |user| {
        let peer = raw::PeerUser::new(user).into();
        let message = raw::Message::new(1, peer, 1, "open?".into());
        enums::Message::Message(Box::new(message))
    };
    let typing = enums::SendMessageAction::SendMessageTypingAction;
    let typing = raw::UpdateChannelUserTyping::new(FORUM, user(BOT).unwrap(), typing);
    let unpinned = raw::UpdatePinnedMessages::new(user(ALICE).unwrap(), vec![4], 1, 1);
    let query = raw::UpdateBotInlineQuery::new(1, ALICE, "cat".into(), String::new());
    vec![
        sample(
            "to a business",
            room.event(raw::UpdateBotNewBusinessMessage::new(
                "c".into(),
                open_at(ALICE),
                1,
            )),
            "business incoming private text",
        ),
        sample(
            "to a business, changed",
            room.event(raw::UpdateBotEditBusinessMessage::new(
                "c".into(),
                open_at(ALICE),
                1,
            )),
            "business edited incoming private text",
        ),
        sample(
            "a business that lost messages",
            room.event(raw::UpdateBotDeleteBusinessMessage::new(
                "c".into(),
                user(ALICE).unwrap(),
                vec![1],
                1,
            )),
            "business private",
        ),
        sample(
            "a bot that types",
            room.event(typing),
            "incoming bot group supergroup forum",
        ),
        sample("an unpinned message", room.event(unpinned), "private"),
        sample("an inline query", room.event(query), "incoming"),
        sample(
            "deleted posts",
            room.event(raw::UpdateDeleteChannelMessages::new(NEWS, vec![1], 1, 1)),
            "channel admin",
        ),
        sample(
            "an edit",
            Event::MessageEdited(room.message(ALICE, |m| m.message = "so".into())),
            "edited incoming private text",
        ),
        sample(
            "scheduled",
            room.event(raw::UpdateNewScheduledMessage::new(message())),
            "scheduled incoming private",
        ),
        sample(
            "for one person",
            room.event(raw::UpdateNewEphemeralMessage::new(Box::new(brief))),
            "ephemeral",
        ),
        sample("dropped events", Event::Lagged(1), ""),
    ]
}
