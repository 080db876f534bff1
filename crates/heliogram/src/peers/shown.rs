use heliogram_api::{enums, types};

use super::PeerId;

/// The number of a message, its chat, and whom it shows: who wrote it, whom it is forwarded from,
/// through which bot, who is named, and who came or went.
pub(super) fn in_message(message: &enums::Message) -> Option<(i32, PeerId, Vec<PeerId>)> {
    let mut shown = Vec::new();
    let (id, chat, from) = match message {
        enums::Message::Message(m) => {
            let forwarded = m.fwd_from.as_ref().and_then(|f| f.from_id.as_ref());
            shown.extend(forwarded.and_then(PeerId::from_peer));
            let named = m.entities.iter().flatten().filter_map(|e| match e {
                enums::MessageEntity::MentionName(e) => Some(e.user_id),
                _ => None,
            });
            shown.extend(named.chain(m.via_bot_id).filter_map(PeerId::user));
            (m.id, &m.peer_id, m.from_id.as_ref())
        }
        enums::Message::Service(m) => {
            let users = named(m).iter().copied();
            shown.extend(users.filter_map(PeerId::user));
            (m.id, &m.peer_id, m.from_id.as_ref())
        }
        _ => return None,
    };
    shown.extend(from.and_then(PeerId::from_peer));
    Some((id, PeerId::from_peer(chat)?, shown))
}

/// The users that a service message speaks of.
fn named(message: &types::MessageService) -> &[i64] {
    use enums::MessageAction as A;
    match &message.action {
        A::ChatCreate(a) => &a.users,
        A::ChatAddUser(a) => &a.users,
        A::InviteToGroupCall(a) => &a.users,
        A::ChatDeleteUser(a) => std::slice::from_ref(&a.user_id),
        A::ChatJoinedByLink(a) => std::slice::from_ref(&a.inviter_id),
        _ => &[],
    }
}
