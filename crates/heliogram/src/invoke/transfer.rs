//! Carries the account's authorization to other data centres.

use heliogram_api::functions as f;
use heliogram_tl::{Call, from_bytes, to_bytes};

use super::{Purpose, RawCall};
use crate::{Client, Result, error::ProtocolError};

/// Makes sure that the account may be used at `dc`; many callers cause one transfer.
///
/// Raw `auth.exportAuthorization` here and `auth.importAuthorization` there.
pub(super) async fn ensure(client: &Client, dc: i32) -> Result<()> {
    let there = client.net().dc(dc);
    if there.is_authorized() {
        return Ok(());
    }
    let _turn = there.transfer().await;
    if there.is_authorized() {
        return Ok(());
    }
    let home = client.net().home();
    let exported = send(client, home, f::auth::ExportAuthorization::new(dc)).await?;
    let import = f::auth::ImportAuthorization::new(exported.id, exported.bytes);
    send(client, dc, import).await?;
    tracing::debug!(dc, "authorization carried over");
    there.set_authorized(true);
    Ok(())
}

pub(super) async fn send<C: Call>(client: &Client, dc: i32, call: C) -> Result<C::Output> {
    let raw = RawCall::new(C::NAME, to_bytes(&call)).on(dc, Purpose::Main);
    let answer = client.pool().call(dc, &raw).await?;
    let output = from_bytes(&answer).map_err(|e| ProtocolError::BadAnswer {
        method: C::NAME,
        source: Some(e),
    })?;
    Ok(output)
}
