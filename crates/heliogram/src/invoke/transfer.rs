//! Carries the account's authorization to other data centres.

use heliogram_api::functions as f;
use heliogram_tl::{Call, from_bytes};

use super::{Purpose, RawCall, flood};
use crate::{
    Client, Error, Result, SessionEnd,
    error::{ProtocolError, RpcError},
};

/// Makes sure that the account may be used at `dc`; many callers cause one transfer. Gives what
/// tells this authorization from one before or after it.
///
/// Raw `auth.exportAuthorization` at home and `auth.importAuthorization` there.
pub(super) async fn ensure(client: &Client, dc: i32) -> Result<u64> {
    let there = client.net().dc(dc);
    if let Some(authorization) = there.authorization() {
        return Ok(authorization);
    }
    let _turn = there.transfer().await;
    if let Some(authorization) = there.authorization() {
        return Ok(authorization);
    }
    let home = client.net().account().map(|a| a.dc);
    let home = home.unwrap_or_else(|| client.net().home());
    match carry(client, home, dc).await {
        // It is good for a short time only, which a slow connection may use up.
        Err(Error::Rpc(e)) if &*e.name == "AUTH_BYTES_INVALID" => carry(client, home, dc).await?,
        carried => carried?,
    }
    client.net().stats.transfers.count();
    tracing::debug!(dc, "authorization carried over");
    Ok(there.set_authorized(true))
}

/// The account cannot be used at `dc` any more in the way that `seen` stands for. A key that is
/// good for nothing is given up with all connections that use it.
pub(super) async fn lose(client: &Client, dc: i32, seen: u64, why: SessionEnd) {
    let there = client.net().dc(dc);
    let _turn = there.transfer().await;
    if there.authorization() != Some(seen) {
        // Another call has seen to it.
        return;
    }
    if why == SessionEnd::Duplicated {
        tracing::warn!(dc, "a key was used from two places and is made anew");
        there.renew(&client.net().records).await;
        for purpose in Purpose::ALL {
            client.pool().retire(dc, purpose);
        }
    }
    there.lose_authorization(seen);
}

async fn carry(client: &Client, home: i32, dc: i32) -> Result<()> {
    let exported = send(client, home, f::auth::ExportAuthorization::new(dc)).await?;
    let import = f::auth::ImportAuthorization::new(exported.id, exported.bytes);
    send(client, dc, import).await?;
    Ok(())
}

/// A call between the layers, which minds flood waits all the same.
pub(super) async fn send<C: Call>(client: &Client, dc: i32, call: C) -> Result<C::Output> {
    let raw = RawCall::of(&call).on(dc, Purpose::Main);
    let (pool, net) = (client.pool(), client.net());
    if let Some((kind, wait)) = net.waits.of(&raw) {
        return Err(flood::refusal(&raw, kind, wait).into());
    }
    let answer = pool.call(dc, &raw).await;
    let refused: Option<&RpcError> = answer.as_ref().err().and_then(Error::rpc);
    if let Some((kind, wait)) = refused.and_then(flood::pace) {
        net.waits.note(&raw, kind, wait, &net.records).await;
    }
    let output = from_bytes(&answer?).map_err(|e| ProtocolError::BadAnswer {
        method: C::NAME,
        source: Some(e),
    })?;
    Ok(output)
}
