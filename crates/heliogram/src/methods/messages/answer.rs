//! From the updates a server answers with to the messages they mean.

use heliogram_api::{enums, functions as f, types};
use heliogram_tl::Call;

use super::Found;
use crate::{
    Client, Error, NetworkError, Result, error::RpcError, peers::Peer, types::Entities,
    types::Message,
};

/// How often a call with a random id is made when nobody knows whether it ran.
const MAX_TRIES: u32 = 4;

/// What was sent, to make a message of an answer that only names it.
pub(super) struct Sent<'a> {
    pub(super) peer: &'a Peer,
    pub(super) random_id: i64,
    pub(super) text: &'a str,
    pub(super) entities: &'a [enums::MessageEntity],
    pub(super) reply_to: Option<i32>,
}

/// Makes a call that carries a random id, again if it may not have run.
///
/// The server runs a random id once. `Ok(None)` means that it ran in an earlier attempt whose
/// answer was lost.
pub(super) async fn send_once<C>(client: &Client, call: C) -> Result<Option<enums::Updates>>
where
    C: Call<Output = enums::Updates> + Clone,
{
    let mut tries = 1;
    // Between two attempts the call is under way, too.
    let _under_way = client.hub().under_way::<enums::Updates>();
    loop {
        match client.invoke(call.clone()).await {
            Ok(updates) => return Ok(Some(updates)),
            Err(Error::Network(e))
                if tries < MAX_TRIES && matches!(*e, NetworkError::MayHaveRun { .. }) =>
            {
                tries += 1;
            }
            Err(Error::Rpc(e)) if tries > 1 && is_duplicate(&e) => return Ok(None),
            Err(e) => return Err(e),
        }
    }
}

fn is_duplicate(e: &RpcError) -> bool {
    e.is(heliogram_api::errors::RANDOM_ID_DUPLICATE)
}

/// The message that a call sent.
pub(super) async fn sent_message(
    client: &Client,
    method: &'static str,
    answer: Option<enums::Updates>,
    sent: Sent<'_>,
) -> Result<Message> {
    let missing = || Error::unexpected(method, "the message that was sent", "none");
    let Some(updates) = answer else {
        return find_sent(client, &sent).await?.ok_or_else(missing);
    };
    if let enums::Updates::UpdateShortSentMessage(short) = updates {
        let raw = from_short(client, short, &sent);
        return Message::new(client, raw, &Entities::default()).ok_or_else(missing);
    }
    let mut found = messages(client, updates, &[sent.random_id]);
    found.pop().flatten().ok_or_else(missing)
}

/// The messages with these random ids, in their order.
pub(super) fn messages(
    client: &Client,
    updates: enums::Updates,
    random_ids: &[i64],
) -> Vec<Option<Message>> {
    let (updates, entities) = unpack(updates);
    let id_of = |random_id: i64| {
        updates.iter().find_map(|u| match u {
            enums::Update::MessageID(u) if u.random_id == random_id => Some(u.id),
            _ => None,
        })
    };
    let planned = |u: &enums::Update| matches!(u, enums::Update::NewScheduledMessage(_));
    let planned = updates.iter().any(planned);
    let new: Vec<&enums::Message> = updates.iter().filter_map(new_message).collect();
    let find = |random_id: &i64| {
        let raw = match id_of(*random_id) {
            Some(id) => new.iter().find(|m| message_id(m) == Some(id)).copied(),
            // A server that names no ids can only mean the one message it tells of.
            None if random_ids.len() == 1 && new.len() == 1 => new.first().copied(),
            None => None,
        };
        if planned {
            return Message::apart(client, raw?.clone(), &entities);
        }
        Message::new(client, raw?.clone(), &entities)
    };
    random_ids.iter().map(find).collect()
}

/// The message that an edit changed.
pub(super) fn edited_message(client: &Client, updates: enums::Updates, id: i32) -> Option<Message> {
    let (updates, entities) = unpack(updates);
    let raw = updates.iter().find_map(|u| match u {
        enums::Update::EditMessage(u) if message_id(&u.message) == Some(id) => Some(&u.message),
        enums::Update::EditChannelMessage(u) if message_id(&u.message) == Some(id) => {
            Some(&u.message)
        }
        enums::Update::BotEditBusinessMessage(u) if message_id(&u.message) == Some(id) => {
            Some(&u.message)
        }
        other => new_message(other).filter(|m| message_id(m) == Some(id)),
    });
    Message::new(client, raw?.clone(), &entities)
}

fn unpack(updates: enums::Updates) -> (Vec<enums::Update>, Entities) {
    match updates {
        enums::Updates::Updates(u) => (u.updates, Entities::new(&u.users, &u.chats)),
        enums::Updates::Combined(u) => (u.updates, Entities::new(&u.users, &u.chats)),
        enums::Updates::UpdateShort(u) => (vec![u.update], Entities::default()),
        _ => (vec![], Entities::default()),
    }
}

fn new_message(update: &enums::Update) -> Option<&enums::Message> {
    match update {
        enums::Update::NewMessage(u) => Some(&u.message),
        enums::Update::NewChannelMessage(u) => Some(&u.message),
        enums::Update::NewScheduledMessage(u) => Some(&u.message),
        enums::Update::BotNewBusinessMessage(u) => Some(&u.message),
        _ => None,
    }
}

fn message_id(message: &enums::Message) -> Option<i32> {
    match message {
        enums::Message::Message(m) => Some(m.id),
        enums::Message::Service(m) => Some(m.id),
        _ => None,
    }
}

/// Makes the message whole of which the server only tells the id and date.
fn from_short(
    client: &Client,
    short: types::UpdateShortSentMessage,
    sent: &Sent<'_>,
) -> enums::Message {
    let peer = sent.peer.id.to_peer();
    let peer = peer.unwrap_or_else(|| types::PeerUser { user_id: 0 }.into());
    let own = Some(sent.entities.to_vec()).filter(|e| !e.is_empty());
    let reply = sent.reply_to.map(|id| {
        let header = types::MessageReplyHeader {
            reply_to_msg_id: Some(id),
            ..types::MessageReplyHeader::new()
        };
        enums::MessageReplyHeader::from(header).into()
    });
    types::Message {
        out: short.out,
        from_id: client
            .self_id()
            .map(|user_id| types::PeerUser { user_id }.into()),
        media: short.media,
        entities: short.entities.or(own),
        ttl_period: short.ttl_period,
        reply_to: reply,
        ..types::Message::new(short.id, peer, short.date, sent.text.to_owned())
    }
    .into()
}

/// Looks for a message that was sent and whose answer was lost.
async fn find_sent(client: &Client, sent: &Sent<'_>) -> Result<Option<Message>> {
    let call = f::messages::GetHistory::new(sent.peer.input.clone(), 0, 0, 0, 20, 0, 0, 0);
    let found = Found::new(client.invoke(call).await?);
    let newest = found.messages.iter().find(|m| match m {
        enums::Message::Message(m) => m.out && m.message == sent.text,
        _ => false,
    });
    Ok(newest.and_then(|m| {
        client.hub().own_found(m);
        Message::new(client, m.clone(), &found.entities)
    }))
}
