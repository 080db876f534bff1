//! Short forms of messages, made whole.

use heliogram_api::{enums, types};

use crate::PeerId;

/// Makes a message of a private chat whole; `None` if somebody in it is not known.
pub(super) fn message(
    u: types::UpdateShortMessage,
    me: Option<i64>,
    knows: impl Fn(PeerId) -> bool,
) -> Option<enums::Update> {
    let peer: enums::Peer = types::PeerUser { user_id: u.user_id }.into();
    let known = PeerId::user(u.user_id).is_some_and(&knows)
        && others_known(
            u.via_bot_id,
            u.fwd_from.as_deref(),
            u.reply_to.as_deref(),
            u.entities.as_deref(),
            &knows,
        );
    let from = if u.out {
        types::PeerUser { user_id: me? }.into()
    } else {
        peer.clone()
    };
    let message = types::Message {
        out: u.out,
        mentioned: u.mentioned,
        media_unread: u.media_unread,
        silent: u.silent,
        from_id: Some(from),
        fwd_from: u.fwd_from,
        via_bot_id: u.via_bot_id,
        reply_to: u.reply_to,
        entities: u.entities,
        ttl_period: u.ttl_period,
        ..types::Message::new(u.id, peer, u.date, u.message)
    };
    known.then(|| types::UpdateNewMessage::new(message.into(), u.pts, u.pts_count).into())
}

/// Makes a message of a basic group whole; `None` if somebody in it is not known.
pub(super) fn chat_message(
    u: types::UpdateShortChatMessage,
    knows: impl Fn(PeerId) -> bool,
) -> Option<enums::Update> {
    let peer: enums::Peer = types::PeerChat { chat_id: u.chat_id }.into();
    let known = PeerId::user(u.from_id).is_some_and(&knows)
        && PeerId::group(u.chat_id).is_some_and(&knows)
        && others_known(
            u.via_bot_id,
            u.fwd_from.as_deref(),
            u.reply_to.as_deref(),
            u.entities.as_deref(),
            &knows,
        );
    let message = types::Message {
        out: u.out,
        mentioned: u.mentioned,
        media_unread: u.media_unread,
        silent: u.silent,
        from_id: Some(types::PeerUser { user_id: u.from_id }.into()),
        fwd_from: u.fwd_from,
        via_bot_id: u.via_bot_id,
        reply_to: u.reply_to,
        entities: u.entities,
        ttl_period: u.ttl_period,
        ..types::Message::new(u.id, peer, u.date, u.message)
    };
    known.then(|| types::UpdateNewMessage::new(message.into(), u.pts, u.pts_count).into())
}

/// Whether everybody is known whom a short message speaks of, besides those it is from and to.
fn others_known(
    bot: Option<i64>,
    forward: Option<&types::MessageFwdHeader>,
    reply: Option<&enums::MessageReplyHeader>,
    entities: Option<&[enums::MessageEntity]>,
    knows: impl Fn(PeerId) -> bool,
) -> bool {
    let mut peers = Vec::new();
    let mut forwarded = |header: &types::MessageFwdHeader| {
        peers.extend(header.from_id.as_ref().map(PeerId::from_peer));
        peers.extend(header.saved_from_peer.as_ref().map(PeerId::from_peer));
    };
    if let Some(header) = forward {
        forwarded(header);
    }
    match reply {
        Some(enums::MessageReplyHeader::MessageReplyHeader(r)) => {
            r.reply_from.as_deref().into_iter().for_each(&mut forwarded);
            peers.extend(r.reply_to_peer_id.as_ref().map(PeerId::from_peer));
        }
        Some(enums::MessageReplyHeader::MessageReplyStoryHeader(r)) => {
            peers.push(PeerId::from_peer(&r.peer));
        }
        _ => {}
    }
    peers.extend(bot.map(PeerId::user));
    peers.extend(entities.unwrap_or_default().iter().filter_map(|e| match e {
        enums::MessageEntity::MentionName(m) => Some(PeerId::user(m.user_id)),
        _ => None,
    }));
    peers.into_iter().all(|peer| peer.is_some_and(&knows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_messages_are_made_whole() {
        for (out, from) in [(false, 7), (true, 1)] {
            let Some(enums::Update::NewMessage(u)) = message(short(out), Some(1), |_| true) else {
                panic!("not a new message")
            };
            assert_eq!((u.pts, u.pts_count), (12, 1));
            let enums::Message::Message(m) = u.message else {
                panic!("{:?}", u.message)
            };
            assert_eq!(
                (m.id, m.message.as_str(), m.date, m.out),
                (3, "hi", 99, out)
            );
            assert_eq!(m.peer_id, types::PeerUser { user_id: 7 }.into());
            assert_eq!(m.from_id, Some(types::PeerUser { user_id: from }.into()));
        }
    }

    #[test]
    fn short_messages_of_strangers_are_fetched_instead() {
        assert_eq!(message(short(false), Some(1), |_| false), None);
        // One stranger is enough, wherever it stands.
        let mention = types::MessageEntityMentionName::new(0, 2, 50);
        let reply = types::MessageReplyHeader {
            reply_to_peer_id: Some(types::PeerChannel { channel_id: 50 }.into()),
            ..types::MessageReplyHeader::new()
        };
        let forward = types::MessageFwdHeader {
            saved_from_peer: Some(types::PeerUser { user_id: 50 }.into()),
            ..types::MessageFwdHeader::new(1)
        };
        let strange = [
            types::UpdateShortMessage {
                entities: Some(vec![mention.into()]),
                ..short(false)
            },
            types::UpdateShortMessage {
                reply_to: Some(Box::new(reply.into())),
                ..short(false)
            },
            types::UpdateShortMessage {
                fwd_from: Some(Box::new(forward)),
                ..short(false)
            },
            types::UpdateShortMessage {
                via_bot_id: Some(50),
                ..short(false)
            },
        ];
        for u in strange {
            let knows =
                |id: PeerId| Some(id) != PeerId::user(50) && Some(id) != PeerId::channel(50);
            assert_eq!(message(u.clone(), Some(1), knows), None, "{u:?}");
            assert!(message(u, Some(1), |_| true).is_some());
        }
    }

    fn short(out: bool) -> types::UpdateShortMessage {
        types::UpdateShortMessage {
            out,
            ..types::UpdateShortMessage::new(3, 7, "hi".into(), 12, 1, 99)
        }
    }
}
