//! Carries out what the engine wants fetched.

use std::time::Duration;

use bytes::Bytes;
use heliogram_api::{enums, errors, functions as f};
use heliogram_tl::Call;

use super::{
    careful::{self, Found},
    engine::{ChannelDifference, Difference, Failure, Key, Request, State},
    normalize::{self, Payload},
};
use crate::{
    Authorization, Client, Error, PeerId, ProtocolError, RawCall, Result, peers, types::Entities,
};

/// How many updates of a channel are asked for at once, as a person's app and as a bot.
const CHANNEL_LIMIT: i32 = 100;
const BOT_CHANNEL_LIMIT: i32 = 1000;

/// What came of a request.
pub(super) enum Fetched {
    State(State),
    Difference(Difference<Payload>),
    Channel(i64, ChannelDifference<Payload>),
    /// A step that could not be read, and how it is stepped over.
    Unreadable(Found, Box<Self>),
    /// The access hash of a channel is not known.
    Unreachable(i64),
    Failed(Key, Failure, Error),
    /// The account is not signed in any more.
    Unauthorized(Error),
}

impl Fetched {
    /// What the request was about; `None` if nothing is to be asked any more.
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Self::State(_) | Self::Difference(_) => Some(Key::Common),
            Self::Channel(id, _) | Self::Unreachable(id) => Some(Key::Channel(*id)),
            Self::Unreadable(_, then) => then.key(),
            Self::Failed(key, ..) => Some(*key),
            Self::Unauthorized(_) => None,
        }
    }
}

/// Fetches what the engine asks for, at most `step` updates at once; gives what came of it, and the
/// step to go on with.
pub(super) async fn fetch(
    client: Client,
    request: Request,
    step: Option<i32>,
) -> (Fetched, Option<i32>) {
    let key = match request {
        Request::Channel { id, .. } => Key::Channel(id),
        _ => Key::Common,
    };
    let mut step = step;
    let answer = match request {
        Request::State => state(&client).await.map(Fetched::State),
        Request::Difference { state } => difference(&client, state, &mut step).await,
        Request::Channel { id, pts } => channel(&client, id, pts, &mut step).await,
    };
    let fetched = match answer {
        Ok(fetched) => fetched,
        Err(e) if e.is_unauthorized() => Fetched::Unauthorized(e),
        Err(e) => {
            tracing::debug!(?key, error = %e, "updates could not be fetched");
            Fetched::Failed(key, failure(&e), e)
        }
    };
    (fetched, step)
}

/// The present state of the account.
pub(super) async fn state(client: &Client) -> Result<State> {
    Ok(normalize::state(
        &client.invoke(f::updates::GetState {}).await?,
    ))
}

async fn difference(client: &Client, from: State, step: &mut Option<i32>) -> Result<Fetched> {
    let call = |step: Option<i32>| f::updates::GetDifference {
        pts_limit: step,
        ..f::updates::GetDifference::new(from.pts, from.date, from.qts)
    };
    let answer = match in_steps(client, call, step).await? {
        Ok(answer) => answer,
        Err((bytes, e)) => {
            let leads = careful::account(&bytes).ok_or(e)?;
            let over = Difference::Part {
                consumed: Vec::new(),
                others: Vec::new(),
                state: leads.to,
                last: leads.last,
            };
            let found = Found {
                bytes,
                channel: None,
                range: Some((from.pts, leads.to.pts)),
            };
            let over = Box::new(Fetched::Difference(over));
            return Ok(Fetched::Unreadable(found, over));
        }
    };
    // Peers that wrote are known by now; how to address those seen in part is noted here.
    client.peers().learn_senders(new_messages(&answer).iter());
    let unexpected = || Error::unexpected("updates.getDifference", "a difference", "another kind");
    Ok(Fetched::Difference(
        normalize::difference(answer).ok_or_else(unexpected)?,
    ))
}

fn new_messages(answer: &enums::updates::Difference) -> &[enums::Message] {
    match answer {
        enums::updates::Difference::Difference(d) => &d.new_messages,
        enums::updates::Difference::Slice(d) => &d.new_messages,
        _ => &[],
    }
}

async fn channel(client: &Client, id: i64, pts: i32, step: &mut Option<i32>) -> Result<Fetched> {
    let input = match PeerId::channel(id) {
        Some(peer) => client.peers().input(peer).await?,
        None => None,
    };
    let Some(channel) = input.as_ref().and_then(peers::input_channel) else {
        return Ok(Fetched::Unreachable(id));
    };
    let most = match client.authorization() {
        Authorization::Bot => BOT_CHANNEL_LIMIT,
        _ => CHANNEL_LIMIT,
    };
    let call = |step: Option<i32>| {
        let filter = enums::ChannelMessagesFilter::Empty;
        let limit = step.unwrap_or(most);
        f::updates::GetChannelDifference::new(channel.clone(), filter, pts, limit)
    };
    let answer = match in_steps(client, call, step).await? {
        Ok(answer) => answer,
        Err((bytes, e)) => {
            let leads = careful::channel(&bytes).ok_or(e)?;
            let over = ChannelDifference {
                pts: leads.to,
                consumed: Vec::new(),
                others: Vec::new(),
                last: leads.last,
                too_long: false,
                joined: None,
            };
            let found = Found {
                bytes,
                channel: Some(id),
                range: Some((pts, leads.to)),
            };
            let over = Box::new(Fetched::Channel(id, over));
            return Ok(Fetched::Unreadable(found, over));
        }
    };
    match &answer {
        enums::updates::ChannelDifference::TooLong(d) => {
            client.peers().learn(&Entities::new(&d.users, &d.chats));
            client.peers().learn_senders(d.messages.iter());
        }
        enums::updates::ChannelDifference::ChannelDifference(d) => {
            client.peers().learn_senders(d.new_messages.iter());
        }
        _ => {}
    }
    let unexpected = || {
        Error::unexpected(
            "updates.getChannelDifference",
            "a difference",
            "another kind",
        )
    };
    let difference = normalize::channel_difference(answer, id, pts).ok_or_else(unexpected)?;
    Ok(Fetched::Channel(id, difference))
}

/// The answer to a call, or its bytes and what is wrong with them, once the smallest step cannot be
/// read.
type Readable<T> = Result<T, (Bytes, Error)>;

/// Makes a call in smaller and smaller steps until its answer can be read. Leaves the step that
/// could be read, for the next time; after one that cannot, the next may be large again.
async fn in_steps<C>(
    client: &Client,
    call: impl Fn(Option<i32>) -> C,
    step: &mut Option<i32>,
) -> Result<Readable<C::Output>>
where
    C: Call,
    C::Output: 'static,
{
    loop {
        let raw = RawCall::of(&call(*step));
        let bytes = client.invoke_bytes(raw).await?;
        let e = match client.decode::<C>(&bytes) {
            Ok(answer) => return Ok(Ok(answer)),
            Err(e) if is_unreadable(&e) => e,
            Err(e) => return Err(e),
        };
        tracing::debug!(error = %e, ?step, "a difference cannot be read");
        *step = careful::smaller(*step);
        if step.is_none() {
            return Ok(Err((bytes, e)));
        }
    }
}

fn is_unreadable(e: &Error) -> bool {
    matches!(e, Error::Protocol(e) if matches!(**e, ProtocolError::BadAnswer { .. }))
}

fn failure(e: &Error) -> Failure {
    let gone = [
        errors::CHANNEL_PRIVATE,
        errors::CHANNEL_INVALID,
        errors::CHANNEL_PUBLIC_GROUP_NA,
        errors::USER_NOT_PARTICIPANT,
    ];
    let reset = [
        errors::PERSISTENT_TIMESTAMP_INVALID,
        errors::PERSISTENT_TIMESTAMP_EMPTY,
    ];
    if gone.into_iter().any(|name| e.is(name)) {
        Failure::Gone
    } else if reset.into_iter().any(|name| e.is(name)) {
        Failure::Reset
    } else if let Some(after) = e.flood_wait() {
        Failure::Retry { after }
    } else if matches!(e, Error::Rpc(_)) || is_unreadable(e) {
        Failure::Refused
    } else {
        Failure::Retry {
            after: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::types;

    use super::*;
    use crate::RpcError;

    #[test]
    fn senders_are_learnt_from_a_part_of_a_difference_as_from_the_last() {
        let message = |id| -> enums::Message {
            let peer = types::PeerChat { chat_id: 7 }.into();
            types::Message::new(id, peer, 1, "a".to_owned()).into()
        };
        let state = || types::updates::State::new(2, 1, 1, 1, 0);
        let part = types::updates::DifferenceSlice::new(
            vec![message(1)],
            Vec::new(),
            Vec::new(),
            Vec::new(),
            Vec::new(),
            state(),
        );
        let last = types::updates::Difference::new(
            vec![message(2)],
            Vec::new(),
            Vec::new(),
            Vec::new(),
            Vec::new(),
            state(),
        );
        assert_eq!(new_messages(&part.into()), [message(1)]);
        assert_eq!(new_messages(&last.into()), [message(2)]);
    }

    #[test]
    fn failures_are_told_apart() {
        let rpc = |code, text| failure(&RpcError::new("x", code, text).into());
        assert_eq!(rpc(400, "CHANNEL_PRIVATE"), Failure::Gone);
        assert_eq!(rpc(400, "PERSISTENT_TIMESTAMP_INVALID"), Failure::Reset);
        assert_eq!(rpc(500, "PERSISTENT_TIMESTAMP_OUTDATED"), Failure::Refused);
        let wait = Duration::from_secs(90);
        assert_eq!(rpc(420, "FLOOD_WAIT_90"), Failure::Retry { after: wait });
        assert_eq!(
            failure(&Error::Cancelled),
            Failure::Retry {
                after: Duration::ZERO
            }
        );
    }
}
