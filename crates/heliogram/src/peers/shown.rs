use heliogram_api::{enums, types};

use super::PeerId;

/// The number of a message, its chat, and whom it shows.
pub(super) fn in_message(message: &enums::Message) -> Option<(i32, PeerId, Vec<PeerId>)> {
    let (id, chat, shown) = match message {
        enums::Message::Message(m) => (m.id, &m.peer_id, mentioned(m).collect()),
        enums::Message::Service(m) => (m.id, &m.peer_id, concerned(m).collect()),
        _ => return None,
    };
    Some((id, PeerId::from_peer(chat)?, shown))
}

/// Everybody a message shows: who wrote it, whom it is from, through which bot, and who is named.
fn mentioned(m: &types::Message) -> impl Iterator<Item = PeerId> + '_ {
    let forward = m.fwd_from.as_ref().and_then(|f| f.from_id.as_ref());
    let peers = m.from_id.iter().chain(forward);
    let named = m.entities.iter().flatten().filter_map(|e| match e {
        enums::MessageEntity::MentionName(e) => Some(e.user_id),
        _ => None,
    });
    let users = named.chain(m.via_bot_id).filter_map(PeerId::user);
    peers.filter_map(PeerId::from_peer).chain(users)
}

/// Everybody a service message shows: who did it, and who came or went.
fn concerned(m: &types::MessageService) -> impl Iterator<Item = PeerId> + '_ {
    use enums::MessageAction as A;
    let users = match &m.action {
        A::ChatCreate(a) => &a.users[..],
        A::ChatAddUser(a) => &a.users,
        A::InviteToGroupCall(a) => &a.users,
        A::ChatDeleteUser(a) => std::slice::from_ref(&a.user_id),
        A::ChatJoinedByLink(a) => std::slice::from_ref(&a.inviter_id),
        _ => &[],
    };
    let from = m.from_id.iter().filter_map(PeerId::from_peer);
    from.chain(users.iter().copied().filter_map(PeerId::user))
}
