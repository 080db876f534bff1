//! Whom a message speaks of besides its chat and sender.

use heliogram_api::{enums, types as raw};

use crate::PeerId;

/// All of them, in no particular order.
pub(super) fn of_message(message: &enums::Message) -> Vec<PeerId> {
    match message {
        enums::Message::Message(m) => {
            let bots = [m.via_bot_id, m.via_business_bot_id];
            let bots = bots.into_iter().flatten().filter_map(PeerId::user);
            let forwarded = m.fwd_from.iter().flat_map(|h| of_forward(h));
            bots.chain(forwarded).collect()
        }
        enums::Message::Service(m) => of_action(&m.action),
        _ => Vec::new(),
    }
}

/// Where a forwarded message comes from.
fn of_forward(header: &raw::MessageFwdHeader) -> impl Iterator<Item = PeerId> {
    [
        &header.from_id,
        &header.saved_from_peer,
        &header.saved_from_id,
    ]
    .into_iter()
    .filter_map(|peer| peer.as_ref().and_then(PeerId::from_peer))
}

/// Those who are named by what happened in a chat.
pub(super) fn of_action(action: &enums::MessageAction) -> Vec<PeerId> {
    use enums::MessageAction as Action;

    let users = |ids: &[i64]| ids.iter().copied().filter_map(PeerId::user).collect();
    let peers =
        |peers: &[&enums::Peer]| peers.iter().filter_map(|p| PeerId::from_peer(p)).collect();
    match action {
        Action::ChatCreate(a) => users(&a.users),
        Action::ChatAddUser(a) => users(&a.users),
        Action::ChatDeleteUser(a) => users(&[a.user_id]),
        Action::ChatJoinedByLink(a) => users(&[a.inviter_id]),
        Action::InviteToGroupCall(a) => users(&a.users),
        Action::NewCreatorPending(a) => users(&[a.new_creator_id]),
        Action::ChangeCreator(a) => users(&[a.new_creator_id]),
        Action::ManagedBotCreated(a) => users(&[a.bot_id]),
        Action::ChatMigrateTo(a) => PeerId::channel(a.channel_id).into_iter().collect(),
        Action::ChannelMigrateFrom(a) => PeerId::group(a.chat_id).into_iter().collect(),
        Action::GeoProximityReached(a) => peers(&[&a.from_id, &a.to_id]),
        Action::RequestedPeer(a) => a.peers.iter().filter_map(PeerId::from_peer).collect(),
        Action::GiftCode(a) => a.boost_peer.iter().filter_map(PeerId::from_peer).collect(),
        Action::PrizeStars(a) => peers(&[&a.boost_peer]),
        Action::PaymentRefunded(a) => peers(&[&a.peer]),
        _ => Vec::new(),
    }
}
