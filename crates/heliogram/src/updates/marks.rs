//! What updates are known by when they come again.

use bytes::Bytes;
use heliogram_api::{enums, types};
use heliogram_crypto::hash::sha256;
use heliogram_tl::to_bytes;

use super::{engine::Place, normalize::place};
use crate::storage::{UpdateMark, UpdatePlace};

/// The mark of an update; `None` for what is counted by nothing of its own.
pub(super) fn mark(update: &enums::Update) -> Option<UpdateMark> {
    let place = update_place(update)?;
    // Of a message only what it says counts: the pts is not told with a difference.
    let bytes = match new_message(update) {
        Some(message) => said(message),
        None => to_bytes(update),
    };
    marked(place, &bytes)
}

/// The mark that the message of an edit would have if it came as a new one.
pub(super) fn edited(update: &enums::Update) -> Option<UpdateMark> {
    let message = match update {
        enums::Update::EditMessage(u) => &u.message,
        enums::Update::EditChannelMessage(u) => &u.message,
        _ => return None,
    };
    marked(place_of(message)?, &said(message))
}

fn marked(place: UpdatePlace, bytes: &Bytes) -> Option<UpdateMark> {
    let content = sha256(&[bytes]).first_chunk().copied()?;
    Some(UpdateMark {
        place,
        content: u64::from_le_bytes(content),
    })
}

/// Where an update is counted.
pub(super) fn update_place(update: &enums::Update) -> Option<UpdatePlace> {
    message_place(update).or_else(|| match place(update) {
        Place::Common { pts, .. } if pts > 0 => Some(UpdatePlace::Pts(0, pts)),
        Place::Channel { id, pts, .. } if pts > 0 => Some(UpdatePlace::Pts(id, pts)),
        Place::Qts { qts } if qts > 0 => Some(UpdatePlace::Qts(qts)),
        _ => None,
    })
}

/// What tells a new message from all others of the account.
pub(super) fn message_place(update: &enums::Update) -> Option<UpdatePlace> {
    place_of(new_message(update)?)
}

/// What tells this message from all others of the account.
pub(super) fn place_of(message: &enums::Message) -> Option<UpdatePlace> {
    let (peer, id) = match message {
        enums::Message::Message(m) => (&m.peer_id, m.id),
        enums::Message::Service(m) => (&m.peer_id, m.id),
        _ => return None,
    };
    Some(match peer {
        enums::Peer::Channel(p) => UpdatePlace::Message(p.channel_id, id),
        _ => UpdatePlace::Message(0, id),
    })
}

/// The edit that leads to a message which was told of before it was changed; anything else as it is.
pub(super) fn as_edit(update: enums::Update) -> enums::Update {
    match update {
        enums::Update::NewMessage(u) => {
            types::UpdateEditMessage::new(u.message, u.pts, u.pts_count).into()
        }
        enums::Update::NewChannelMessage(u) => {
            types::UpdateEditChannelMessage::new(u.message, u.pts, u.pts_count).into()
        }
        other => other,
    }
}

/// The bytes of a message without what depends on the way it came. Who wrote in a private chat is
/// told by the chat and the direction; whether it is told once more differs between the short form
/// and the whole.
fn said(message: &enums::Message) -> Bytes {
    match message {
        enums::Message::Message(m)
            if m.from_id.is_some() && matches!(m.peer_id, enums::Peer::User(_)) =>
        {
            let mut message = m.clone();
            message.from_id = None;
            to_bytes(&enums::Message::Message(message))
        }
        other => to_bytes(other),
    }
}

fn new_message(update: &enums::Update) -> Option<&enums::Message> {
    match update {
        enums::Update::NewMessage(u) => Some(&u.message),
        enums::Update::NewChannelMessage(u) => Some(&u.message),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::short, *};

    fn new(text: &str, pts: i32) -> enums::Update {
        let peer = types::PeerUser { user_id: 7 }.into();
        let message = types::Message::new(5, peer, 1, text.to_owned());
        types::UpdateNewMessage::new(message.into(), pts, 1).into()
    }

    #[test]
    fn a_message_is_known_again_however_it_comes_and_its_change_is_an_edit() {
        assert_eq!(mark(&new("a", 9)), mark(&new("a", 0)));
        let changed = mark(&new("b", 0)).unwrap();
        assert_ne!(mark(&new("a", 0)).unwrap().content, changed.content);
        assert_eq!(changed.place, UpdatePlace::Message(0, 5));
        assert!(matches!(
            as_edit(new("b", 0)),
            enums::Update::EditMessage(_)
        ));
        assert_eq!(mark(&enums::Update::Config), None);
    }

    #[test]
    fn a_private_message_is_known_again_whether_its_short_form_comes_or_the_whole() {
        for out in [false, true] {
            let short = types::UpdateShortMessage {
                out,
                ..types::UpdateShortMessage::new(5, 7, "a".into(), 12, 1, 1)
            };
            let short = short::message(short, Some(1), |_| true).unwrap();
            let peer = types::PeerUser { user_id: 7 }.into();
            let message = types::Message {
                out,
                ..types::Message::new(5, peer, 1, "a".to_owned())
            };
            let whole = types::UpdateNewMessage::new(message.into(), 0, 0).into();
            assert_eq!(mark(&short), mark(&whole));
        }
        // Elsewhere the sender is part of what is said.
        let by = |id| {
            let peer = types::PeerChat { chat_id: 7 }.into();
            let message = types::Message {
                from_id: Some(types::PeerUser { user_id: id }.into()),
                ..types::Message::new(5, peer, 1, "a".to_owned())
            };
            types::UpdateNewMessage::new(message.into(), 0, 0).into()
        };
        assert_ne!(mark(&by(1)), mark(&by(2)));
    }
}
