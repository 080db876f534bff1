//! Carries calls to CDNs, which are recognised by the keys that the account's data centre names.

use bytes::Bytes;
use heliogram_api::functions as f;
use heliogram_tl::Call;

use super::{Purpose, RawCall, transfer::send};
use crate::{Client, Error, Result, error::ProtocolError};

/// Sends a call to a CDN. A CDN whose key is not known is looked up anew, once.
///
/// Raw `help.getCdnConfig` at home.
pub(super) async fn call(client: &Client, call: &RawCall) -> Result<Bytes> {
    let Some(dc) = call.dc else {
        return Err(Error::usage(
            "a call for a CDN must say which one. Name the data centre of the redirect.",
        ));
    };
    if call.method != f::upload::GetCdnFile::NAME {
        // Anything else would tell it what is none of its business.
        return Err(Error::usage(
            "a CDN answers upload.getCdnFile alone. Choose another purpose.",
        ));
    }
    let cdns = &client.net().cdns;
    if !cdns.knows(dc) || !client.net().finds_cdn(dc) {
        refresh(client, dc, cdns.version()).await?;
    }
    let version = cdns.version();
    match client.pool().call(dc, call).await {
        Err(Error::Protocol(e)) if matches!(*e, ProtocolError::UnknownServerKey { .. }) => {
            refresh(client, dc, version).await?;
            client.pool().call(dc, call).await
        }
        answer => answer,
    }
}

/// Asks for the CDNs' keys, and for the address of one where that is missing, unless another call
/// did since they were in this version.
async fn refresh(client: &Client, dc: i32, version: u64) -> Result<()> {
    let (net, cdns) = (client.net(), &client.net().cdns);
    let _turn = cdns.turn().await;
    if cdns.version() != version {
        return Ok(());
    }
    let home = net.home();
    if !net.finds_cdn(dc) {
        let config = send(client, home, f::help::GetConfig {}).await?;
        net.learn_addresses(&config).await?;
    }
    let config = send(client, home, f::help::GetCdnConfig {}).await?;
    cdns.learn(&config);
    // Those that are being opened look for the old keys.
    client.pool().retire(dc, Purpose::Cdn);
    tracing::debug!(dc, "keys of the CDNs fetched");
    Ok(())
}
