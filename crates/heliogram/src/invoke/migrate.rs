use std::{pin::pin, time::Duration};

use bytes::Bytes;

use tracing::Instrument;

use super::{Purpose, RawCall, cdn, observe, transfer};
use crate::{
    Client, Error, Result,
    error::{ProtocolError, RpcError, SessionEnd, SessionEnded},
    net::{Failed, refresh},
};

/// How often one call is sent to another data centre.
const MAX_MOVES: u32 = 5;

/// Sends a call to the data centre it belongs to.
///
/// `FILE_MIGRATE_X` and `STATS_MIGRATE_X` are not followed here: they concern one file or one
/// statistic, and come back as errors that name the data centre.
///
/// What most calls do not need is boxed, so that they need not make room for it.
pub(super) async fn call(client: &Client, call: &RawCall) -> Result<Bytes> {
    let Some(way) = straight(client, call) else {
        return Box::pin(route(client, call, None)).await;
    };
    match attempt(client, way.dc, call, None).await {
        Ok(answer) => Ok(answer),
        Err(Failed { error, .. }) if error.rpc().is_some() => {
            Box::pin(route(client, call, Some((way, error)))).await
        }
        Err(failed) => Err(failed.error),
    }
}

/// The way of a call that needs nothing but to be sent.
#[derive(Clone, Copy)]
pub(super) struct Straight {
    home: i32,
    dc: i32,
}

impl Straight {
    /// Sends the call once, and waits for its answer as long as the limit says.
    pub(super) async fn attempt(
        self,
        client: &Client,
        call: &RawCall,
        limit: Duration,
    ) -> Result<Bytes, Failed> {
        attempt(client, self.dc, call, Some(limit)).await
    }
}

/// The way of a call that needs nothing but to be sent; `None` for others.
pub(super) fn straight(client: &Client, call: &RawCall) -> Option<Straight> {
    let home = client.net().home();
    let dc = call.dc.unwrap_or(home);
    let lacks = call.purpose == Purpose::Cdn
        || ended(client, call).is_some()
        || !client.net().knows(dc)
        || needs_account(client, dc, call);
    (!lacks).then_some(Straight { home, dc })
}

/// Does what a call needs besides being sent, and follows its answers to where they lead; it may have
/// failed once already, on its straight way.
pub(super) async fn route(
    client: &Client,
    call: &RawCall,
    first: Option<(Straight, Error)>,
) -> Result<Bytes> {
    let mut first = first.map(|(way, error)| (way.home, Err(error)));
    if call.purpose == Purpose::Cdn {
        return cdn::call(client, call).await;
    }
    let mut moves = 0;
    let mut carried = false;
    if first.is_none()
        && let Some(ended) = ended(client, call)
    {
        return Err(ended.into());
    }
    loop {
        let (home, first) = match first.take() {
            Some((home, answer)) => (home, Some(answer)),
            None => (client.net().home(), None),
        };
        let dc = call.dc.unwrap_or(home);
        let foreign = first.is_none() && needs_account(client, dc, call);
        let mut authorization = None;
        let answer = match first {
            Some(answer) => answer,
            None => {
                if !client.net().knows(dc) {
                    refresh::reach(client, dc).await?;
                }
                if foreign {
                    authorization = Some(transfer::ensure(client, dc).await?);
                }
                let answer = attempt(client, dc, call, None).await;
                answer.map_err(|failed| failed.error)
            }
        };
        let Err(Error::Rpc(e)) = &answer else {
            return answer;
        };
        if let Some(new_home) = moved_to(e).filter(|_| call.dc.is_none()) {
            moves += 1;
            if moves > MAX_MOVES {
                return Err(ProtocolError::TooManyMoves {
                    method: call.method,
                }
                .into());
            }
            move_home(client, home, new_home, e).await?;
        } else if let Some(seen) = authorization.filter(|_| !carried)
            && let Some(ended) = SessionEnded::of(e)
        {
            // What ends a session at home is mended elsewhere.
            carried = true;
            transfer::lose(client, dc, seen, ended.why).await;
        } else {
            // Several calls may be told of the end.
            let concerned = client.net().account().is_some() || ended(client, call).is_some();
            let home = !foreign && dc == home;
            if let Some(ended) = SessionEnded::of(e).filter(|_| home && concerned) {
                client.net().end_session(&ended);
                return Err(ended.into());
            }
            return answer;
        }
    }
}

async fn attempt(
    client: &Client,
    dc: i32,
    call: &RawCall,
    limit: Option<Duration>,
) -> Result<Bytes, Failed> {
    let span = observe::attempt(call, dc);
    let carried = client.pool().call_within(dc, call, limit);
    let mut carried = pin!(carried.instrument(span));
    let answer = carried.as_mut().await;
    let error = answer.as_ref().err().map(|failed| &failed.error);
    carried.span().record("outcome", observe::outcome(error));
    answer
}

/// Where the account, or the phone number that signs in, lives.
fn moved_to(e: &RpcError) -> Option<i32> {
    ["PHONE_MIGRATE", "NETWORK_MIGRATE", "USER_MIGRATE"]
        .iter()
        .find_map(|n| e.migrate_to(n))
}

/// Goes to another data centre, with the account if it is the one that moved.
async fn move_home(client: &Client, old: i32, new: i32, why: &RpcError) -> Result<()> {
    refresh::reach(client, new).await?;
    let net = client.net();
    if net.home() != old {
        // Another call has been told already.
        return Ok(());
    }
    tracing::info!(from = old, to = new, "moving to another data centre");
    let account = net.account().filter(|a| a.dc != new);
    let account = account.filter(|_| &*why.name == "USER_MIGRATE");
    if let Some(account) = account {
        // Its old key stays good there, in case it comes back.
        net.dc(account.dc).set_authorized(true);
        transfer::ensure(client, new).await?;
    }
    if net.home() == old {
        net.set_home(new, account.is_some()).await?;
        net.stats.migrations.count();
        if old != new {
            client.pool().retire(old, Purpose::Main);
        }
    }
    Ok(())
}

/// Whether the call goes to a data centre that does not know the account by itself.
fn needs_account(client: &Client, dc: i32, call: &RawCall) -> bool {
    !is_free(call.method) && client.net().account().is_some_and(|a| a.dc != dc)
}

/// Whether anybody may call the method, signed in or not.
fn is_free(method: &str) -> bool {
    let free = ["auth.", "help.", "langpack."];
    free.iter().any(|p| method.starts_with(p)) || method == "account.getPassword"
}

/// Why a call is not to be made any more: the account it needs has left this session, or the key
/// of the session is good for nothing.
fn ended(client: &Client, call: &RawCall) -> Option<SessionEnded> {
    let ended = client.net().ended()?;
    let dead = ended.why == SessionEnd::Duplicated && call.dc.is_none();
    (dead || !is_free(call.method)).then(|| ended.for_method(call.method))
}
