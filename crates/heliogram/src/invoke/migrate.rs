use bytes::Bytes;

use super::{Purpose, RawCall, cdn, transfer};
use crate::{
    Client, Error, Result,
    error::{ProtocolError, RpcError},
};

/// How often one call is sent to another data centre.
const MAX_MOVES: u32 = 5;

/// Sends a call to the data centre it belongs to.
///
/// `FILE_MIGRATE_X` and `STATS_MIGRATE_X` are not followed here: they concern one file or one
/// statistic, and come back as errors that name the data centre.
pub(super) async fn call(client: &Client, call: RawCall) -> Result<Bytes> {
    if call.purpose == Purpose::Cdn {
        return cdn::call(client, &call).await;
    }
    let mut moves = 0;
    let mut carried = false;
    loop {
        let home = client.net().home();
        let dc = call.dc.unwrap_or(home);
        let foreign = needs_account(client, dc, &call);
        if foreign {
            transfer::ensure(client, dc).await?;
        }
        let answer = client.pool().call(dc, &call).await;
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
            move_home(client, home, new_home).await?;
        } else if foreign && &*e.name == "AUTH_KEY_UNREGISTERED" && !carried {
            carried = true;
            client.net().dc(dc).set_authorized(false);
        } else {
            if !foreign && dc == home && ends_session(e) {
                tracing::warn!(error = %e, "the session is not signed in any more");
                client.net().lose_account();
            }
            return answer;
        }
    }
}

/// Where the account, or the phone number that signs in, lives.
fn moved_to(e: &RpcError) -> Option<i32> {
    ["PHONE_MIGRATE", "NETWORK_MIGRATE", "USER_MIGRATE"]
        .iter()
        .find_map(|n| e.migrate_to(n))
}

async fn move_home(client: &Client, old: i32, new: i32) -> Result<()> {
    tracing::info!(from = old, to = new, "moving to another data centre");
    client.net().set_home(new).await?;
    if old != new {
        client.pool().retire(old, Purpose::Main);
    }
    Ok(())
}

/// Whether the call goes to a data centre that does not know the account by itself.
fn needs_account(client: &Client, dc: i32, call: &RawCall) -> bool {
    let free = ["auth.", "help."]
        .iter()
        .any(|p| call.method.starts_with(p));
    !free && client.net().account().is_some_and(|a| a.dc != dc)
}

/// Whether the account has left this session.
fn ends_session(e: &RpcError) -> bool {
    e.is_unauthorized() && &*e.name != "AUTH_KEY_PERM_EMPTY"
}
