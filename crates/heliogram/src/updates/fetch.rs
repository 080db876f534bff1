//! Carries out what the engine wants fetched.

use std::time::Duration;

use heliogram_api::{enums, errors, functions as f};

use super::{
    engine::{ChannelDifference, Difference, Failure, Key, Request, State},
    normalize::{self, Payload},
};
use crate::{Authorization, Client, Error, PeerId, Result, peers, types::Entities};

/// How many updates of a channel are asked for at once, as a person's app and as a bot.
const CHANNEL_LIMIT: i32 = 100;
const BOT_CHANNEL_LIMIT: i32 = 1000;

/// What came of a request.
pub(super) enum Fetched {
    State(State),
    Difference(Difference<Payload>),
    Channel(i64, ChannelDifference<Payload>),
    Failed(Key, Failure),
    /// The account is not signed in any more.
    Unauthorized(Error),
}

/// Fetches what the engine asks for.
pub(super) async fn fetch(client: Client, request: Request) -> Fetched {
    let key = match request {
        Request::Channel { id, .. } => Key::Channel(id),
        _ => Key::Common,
    };
    let answer = match request {
        Request::State => state(&client).await.map(Fetched::State),
        Request::Difference { state } => difference(&client, state).await,
        Request::Channel { id, pts } => channel(&client, id, pts).await,
    };
    match answer {
        Ok(fetched) => fetched,
        Err(e) if e.is_unauthorized() => Fetched::Unauthorized(e),
        Err(e) => {
            tracing::debug!(?key, error = %e, "updates could not be fetched");
            Fetched::Failed(key, failure(&e))
        }
    }
}

/// The present state of the account.
pub(super) async fn state(client: &Client) -> Result<State> {
    Ok(normalize::state(
        &client.invoke(f::updates::GetState {}).await?,
    ))
}

async fn difference(client: &Client, from: State) -> Result<Fetched> {
    let call = f::updates::GetDifference::new(from.pts, from.date, from.qts);
    let answer = client.invoke(call).await?;
    // Peers that wrote are known by now; how to address those seen in part is noted here.
    if let enums::updates::Difference::Difference(d) = &answer {
        client.peers().learn_senders(d.new_messages.iter());
    }
    let unexpected = || Error::unexpected("updates.getDifference", "a difference", "another kind");
    Ok(Fetched::Difference(
        normalize::difference(answer).ok_or_else(unexpected)?,
    ))
}

async fn channel(client: &Client, id: i64, pts: i32) -> Result<Fetched> {
    let key = Key::Channel(id);
    let input = match PeerId::channel(id) {
        Some(peer) => client.peers().input(peer).await?,
        None => None,
    };
    let Some(channel) = input.as_ref().and_then(peers::input_channel) else {
        return Ok(Fetched::Failed(key, Failure::Unreachable));
    };
    let bot = client.authorization() == Authorization::Bot;
    let limit = if bot {
        BOT_CHANNEL_LIMIT
    } else {
        CHANNEL_LIMIT
    };
    let filter = enums::ChannelMessagesFilter::Empty;
    let call = f::updates::GetChannelDifference::new(channel, filter, pts, limit);
    let answer = client.invoke(call).await?;
    if let enums::updates::ChannelDifference::TooLong(d) = &answer {
        client.peers().learn(&Entities::new(&d.users, &d.chats));
    }
    let unexpected = || {
        Error::unexpected(
            "updates.getChannelDifference",
            "a difference",
            "another kind",
        )
    };
    let difference = normalize::channel_difference(answer, pts).ok_or_else(unexpected)?;
    Ok(Fetched::Channel(id, difference))
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
    } else if matches!(e, Error::Rpc(_)) {
        Failure::Refused
    } else {
        Failure::Retry {
            after: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RpcError;

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
