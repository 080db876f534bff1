//! Raw containers of updates in the form the engine takes.

use std::sync::Arc;

use heliogram_api::{enums, types};
use tokio::time::Instant;

use super::{
    engine::{Batch, ChannelDifference, Content, Difference, Place, State, Update},
    short,
};
use crate::{PeerId, types::Entities};

/// An update on its way to become an event, with the peers that came with it.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    pub(super) update: enums::Update,
    pub(super) entities: Arc<Entities>,
    /// When it came in.
    pub(super) arrived: Instant,
}

impl Content for Payload {
    fn message_id(&self) -> Option<i32> {
        let enums::Update::NewChannelMessage(u) = &self.update else {
            return None;
        };
        match &u.message {
            enums::Message::Message(m) => Some(m.id),
            enums::Message::Service(m) => Some(m.id),
            _ => None,
        }
    }

    fn date(&self) -> Option<i32> {
        let (message, edited) = match &self.update {
            enums::Update::NewChannelMessage(u) => (&u.message, false),
            enums::Update::EditChannelMessage(u) => (&u.message, true),
            _ => return None,
        };
        match message {
            // A change that is not shown as one, such as of reactions, has no date.
            enums::Message::Message(m) if edited => m.edit_date.filter(|_| !m.edit_hide),
            enums::Message::Message(m) => Some(m.date),
            enums::Message::Service(m) if !edited => Some(m.date),
            _ => None,
        }
    }
}

/// What a container says.
pub(super) enum Container {
    Batch(Batch<Payload>),
    /// Only that there is more than could be sent.
    TooLong,
    /// That the server counts anew.
    PtsChanged,
}

/// The users and chats that a container brings.
pub(super) fn entities(updates: &enums::Updates) -> Entities {
    match updates {
        enums::Updates::Combined(u) => Entities::new(&u.users, &u.chats),
        enums::Updates::Updates(u) => Entities::new(&u.users, &u.chats),
        _ => Entities::default(),
    }
}

/// Brings a container into one form. `knows` tells whether a peer of a short message is known; if
/// not, the message must be fetched with its peers. `me` is the account.
pub(super) fn container(
    updates: enums::Updates,
    entities: Arc<Entities>,
    me: Option<i64>,
    knows: impl Fn(PeerId) -> bool,
) -> Container {
    let (seq, date, updates) = match updates {
        enums::Updates::Updates(u) => (Some((u.seq, u.seq)), Some(u.date), u.updates),
        enums::Updates::Combined(u) => (Some((u.seq_start, u.seq)), Some(u.date), u.updates),
        enums::Updates::UpdateShort(u) => (None, Some(u.date), vec![u.update]),
        enums::Updates::UpdateShortMessage(u) => match short::message(*u, me, &knows) {
            Some(update) => (None, None, vec![update]),
            None => return Container::TooLong,
        },
        enums::Updates::UpdateShortChatMessage(u) => match short::chat_message(*u, &knows) {
            Some(update) => (None, None, vec![update]),
            None => return Container::TooLong,
        },
        enums::Updates::UpdateShortSentMessage(u) => {
            let place = Place::Common {
                pts: u.pts,
                count: u.pts_count,
            };
            let updates = vec![Update { place, value: None }];
            return Container::Batch(Batch {
                seq: None,
                date: None,
                updates,
            });
        }
        _ => return Container::TooLong,
    };
    if updates
        .iter()
        .any(|u| matches!(u, enums::Update::PtsChanged))
    {
        return Container::PtsChanged;
    }
    let updates = updates.into_iter().map(|u| placed(u, &entities)).collect();
    Container::Batch(Batch { seq, date, updates })
}

/// The answer to `updates.getDifference`.
pub(super) fn difference(answer: enums::updates::Difference) -> Option<Difference<Payload>> {
    use enums::updates::Difference as Raw;
    Some(match answer {
        Raw::Empty(d) => Difference::Empty {
            date: d.date,
            seq: d.seq,
        },
        Raw::TooLong(d) => Difference::TooLong { pts: d.pts },
        Raw::Difference(d) => {
            let entities = Arc::new(Entities::new(&d.users, &d.chats));
            Difference::Part {
                consumed: consumed(d.new_messages, d.new_encrypted_messages, &entities),
                others: d
                    .other_updates
                    .into_iter()
                    .map(|u| placed(u, &entities))
                    .collect(),
                state: state(&d.state),
                last: true,
            }
        }
        Raw::Slice(d) => {
            let entities = Arc::new(Entities::new(&d.users, &d.chats));
            Difference::Part {
                consumed: consumed(d.new_messages, d.new_encrypted_messages, &entities),
                others: d
                    .other_updates
                    .into_iter()
                    .map(|u| placed(u, &entities))
                    .collect(),
                state: state(&d.intermediate_state),
                last: false,
            }
        }
        _ => return None,
    })
}

/// The answer to `updates.getChannelDifference` for the channel with this bare id, asked with `pts`.
pub(super) fn channel_difference(
    answer: enums::updates::ChannelDifference,
    id: i64,
    pts: i32,
) -> Option<ChannelDifference<Payload>> {
    use enums::updates::ChannelDifference as Raw;
    let (consumed, others) = (Vec::new(), Vec::new());
    Some(match answer {
        Raw::Empty(d) => ChannelDifference {
            pts: d.pts,
            consumed,
            others,
            last: d.r#final,
            too_long: false,
            joined: None,
        },
        Raw::TooLong(d) => {
            let entities = Arc::new(Entities::new(&d.users, &d.chats));
            ChannelDifference {
                pts: d_pts(&d.dialog).unwrap_or(pts),
                consumed: channel_messages(d.messages, &entities),
                others,
                last: d.r#final,
                too_long: true,
                joined: joined(&d.chats, id),
            }
        }
        Raw::ChannelDifference(d) => {
            let entities = Arc::new(Entities::new(&d.users, &d.chats));
            ChannelDifference {
                pts: d.pts,
                consumed: channel_messages(d.new_messages, &entities),
                others: d
                    .other_updates
                    .into_iter()
                    .map(|u| placed(u, &entities))
                    .collect(),
                last: d.r#final,
                too_long: false,
                joined: joined(&d.chats, id),
            }
        }
        _ => return None,
    })
}

/// Since when the account is in the channel with this bare id.
fn joined(chats: &[enums::Chat], id: i64) -> Option<i32> {
    chats.iter().find_map(|chat| match chat {
        // Who is not in it is told when it was made.
        enums::Chat::Channel(c) if c.id == id && !c.left && !c.min => Some(c.date),
        _ => None,
    })
}

/// A raw state in the engine's form.
pub(super) fn state(state: &types::updates::State) -> State {
    State {
        pts: state.pts,
        qts: state.qts,
        date: state.date,
        seq: state.seq,
    }
}

fn d_pts(dialog: &enums::Dialog) -> Option<i32> {
    match dialog {
        enums::Dialog::Dialog(d) => d.pts,
        _ => None,
    }
}

fn consumed(
    messages: Vec<enums::Message>,
    secret: Vec<enums::EncryptedMessage>,
    entities: &Arc<Entities>,
) -> Vec<Payload> {
    let messages = messages
        .into_iter()
        .map(|m| types::UpdateNewMessage::new(m, 0, 0).into());
    let secret = secret
        .into_iter()
        .map(|m| types::UpdateNewEncryptedMessage::new(m, 0).into());
    let payload = |update| Payload {
        update,
        entities: Arc::clone(entities),
        arrived: Instant::now(),
    };
    messages.chain(secret).map(payload).collect()
}

fn channel_messages(messages: Vec<enums::Message>, entities: &Arc<Entities>) -> Vec<Payload> {
    let payload = |message| Payload {
        update: types::UpdateNewChannelMessage::new(message, 0, 0).into(),
        entities: Arc::clone(entities),
        arrived: Instant::now(),
    };
    messages.into_iter().map(payload).collect()
}

fn placed(update: enums::Update, entities: &Arc<Entities>) -> Update<Payload> {
    let place = place(&update);
    Update {
        place,
        value: Some(Payload {
            update,
            entities: Arc::clone(entities),
            arrived: Instant::now(),
        }),
    }
}

/// The counter that a raw update moves.
pub(super) fn place(update: &enums::Update) -> Place {
    use enums::Update as U;
    let common = |pts, count| Place::Common { pts, count };
    let qts = |qts| Place::Qts { qts };
    let channel = |id, pts, count| Place::Channel { id, pts, count };
    match update {
        U::NewMessage(u) => common(u.pts, u.pts_count),
        U::EditMessage(u) => common(u.pts, u.pts_count),
        U::DeleteMessages(u) => common(u.pts, u.pts_count),
        U::ReadHistoryInbox(u) => common(u.pts, u.pts_count),
        U::ReadHistoryOutbox(u) => common(u.pts, u.pts_count),
        U::ReadMessagesContents(u) => common(u.pts, u.pts_count),
        U::WebPage(u) => common(u.pts, u.pts_count),
        U::FolderPeers(u) => common(u.pts, u.pts_count),
        U::PinnedMessages(u) => common(u.pts, u.pts_count),
        U::NewChannelMessage(u) => in_channel(&u.message, u.pts, u.pts_count),
        U::EditChannelMessage(u) => in_channel(&u.message, u.pts, u.pts_count),
        U::DeleteChannelMessages(u) => channel(u.channel_id, u.pts, u.pts_count),
        U::ChannelWebPage(u) => channel(u.channel_id, u.pts, u.pts_count),
        U::PinnedChannelMessages(u) => channel(u.channel_id, u.pts, u.pts_count),
        U::ChannelTooLong(u) => Place::ChannelTooLong {
            id: u.channel_id,
            pts: u.pts,
        },
        U::NewEncryptedMessage(u) => qts(u.qts),
        U::MessagePollVote(u) => qts(u.qts),
        U::ChatParticipant(u) => qts(u.qts),
        U::ChannelParticipant(u) => qts(u.qts),
        U::BotStopped(u) => qts(u.qts),
        U::BotChatInviteRequester(u) => qts(u.qts),
        U::BotChatBoost(u) => qts(u.qts),
        U::BotMessageReaction(u) => qts(u.qts),
        U::BotMessageReactions(u) => qts(u.qts),
        U::BotBusinessConnect(u) => qts(u.qts),
        U::BotNewBusinessMessage(u) => qts(u.qts),
        U::BotEditBusinessMessage(u) => qts(u.qts),
        U::BotDeleteBusinessMessage(u) => qts(u.qts),
        U::BotPurchasedPaidMedia(u) => qts(u.qts),
        U::ManagedBot(u) => qts(u.qts),
        U::BotGuestChatQuery(u) => qts(u.qts),
        U::BotStarsSubscription(u) => qts(u.qts),
        _ => Place::Seq,
    }
}

fn in_channel(message: &enums::Message, pts: i32, count: i32) -> Place {
    let peer = match message {
        enums::Message::Message(m) => Some(&m.peer_id),
        enums::Message::Service(m) => Some(&m.peer_id),
        enums::Message::Empty(m) => m.peer_id.as_ref(),
        _ => None,
    };
    match peer {
        Some(enums::Peer::Channel(p)) => Place::Channel {
            id: p.channel_id,
            pts,
            count,
        },
        _ => Place::Seq,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container_of(updates: enums::Updates) -> Container {
        container(updates, Arc::default(), Some(1), |_| true)
    }

    #[test]
    fn the_answer_to_a_send_moves_the_counter_only() {
        let sent = types::UpdateShortSentMessage::new(5, 20, 1, 0);
        let Container::Batch(batch) = container_of(sent.into()) else {
            panic!("no batch")
        };
        assert_eq!(batch.updates[0].place, Place::Common { pts: 20, count: 1 });
        assert!(batch.updates[0].value.is_none());
    }

    #[test]
    fn what_says_that_there_is_more_is_told_apart() {
        let too_long = container_of(enums::Updates::TooLong);
        assert!(matches!(too_long, Container::TooLong));
        let changed = vec![enums::Update::PtsChanged];
        let changed = types::Updates::new(changed, vec![], vec![], 1, 0);
        assert!(matches!(
            container_of(changed.into()),
            Container::PtsChanged
        ));
    }

    /// Every update of the schema with a pts or qts must have a place.
    #[test]
    fn no_counted_update_is_forgotten() {
        let schema = include_str!("../../../../schema/api.tl");
        let source = include_str!("normalize.rs");
        // Its pts has no count and is a hint, not a step.
        let hints = ["updateReadChannelInbox"];
        let mut checked = 0;
        for line in schema.lines().filter(|l| l.ends_with("= Update;")) {
            let name = line.split('#').next().unwrap();
            let counted = line.contains(" qts:int") || line.contains(" pts_count:int");
            if !counted || hints.contains(&name) {
                continue;
            }
            let arm = format!("U::{}(u) =>", name.strip_prefix("update").unwrap());
            assert!(source.contains(&arm), "{line}");
            checked += 1;
        }
        assert!(checked > 25, "{checked}");
    }
}
