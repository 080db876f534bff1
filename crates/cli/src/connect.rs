//! From the command line's options to a connected client.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use etcetera::{BaseStrategy, choose_base_strategy};
use heliogram::{Authorization, Client, ClientBuilder, PeerLike, Servers, storage};
use heliogram_crypto::RsaPrivateKey;
use serde_json::Value;

use crate::options::Options;

/// An app id that any embedded server takes.
const LOCAL_API: (i32, &str) = (1, "00000000000000000000000000000000");

/// Connects with the session of the options, signed in or not, tuned by the command.
async fn connect(
    options: &Options,
    tune: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client> {
    let servers = servers(options)?;
    let (id, hash) = app(options, servers.is_some())?;
    let path = session_path(options)?;
    let mut builder = Client::builder(id, hash)
        .storage(storage::Sqlite::open(&path))
        .device("heliogram")
        .test_servers(options.test_servers);
    if let Some(servers) = servers {
        builder = builder.server(servers);
    }
    Ok(tune(builder).connect().await?)
}

/// Connects for an action, and ends the client in order however that went.
pub(crate) async fn with<T>(
    options: &Options,
    action: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    with_by(options, |builder| builder, action).await
}

async fn with_by<T>(
    options: &Options,
    tune: impl FnOnce(ClientBuilder) -> ClientBuilder,
    action: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    let client = connect(options, tune).await?;
    let result = action(&client).await;
    let stopped = client.stop().await;
    let value = result?;
    stopped?;
    Ok(value)
}

/// The same, for a session that must be signed in.
pub(crate) async fn signed_in<T>(
    options: &Options,
    action: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    signed_in_by(options, |builder| builder, action).await
}

/// The same, with a client that is tuned by the command.
pub(crate) async fn signed_in_by<T>(
    options: &Options,
    tune: impl FnOnce(ClientBuilder) -> ClientBuilder,
    action: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    with_by(options, tune, async |client| {
        if client.authorization() == Authorization::None {
            bail!("no one is logged in with this session; run `heliogram login` first");
        }
        action(client).await
    })
    .await
}

/// A chat as people write it: `me`, a username, a phone number, a link or an id.
pub(crate) fn peer(text: &str) -> PeerLike {
    match text.parse::<i64>() {
        Ok(id) if !text.starts_with('+') => PeerLike::from(id),
        _ => PeerLike::from(text),
    }
}

/// Where the session is kept; the folder is made if need be.
fn session_path(options: &Options) -> Result<PathBuf> {
    if let Some(path) = &options.session {
        return Ok(path.clone());
    }
    let folders = choose_base_strategy()
        .context("there is no home folder to keep the session in; name one with --session FILE")?;
    let folder = folders.data_dir().join("heliogram");
    fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let name = match (&options.server, options.test_servers) {
        (Some(_), _) => "local.session",
        (None, true) => "test.session",
        (None, false) => "account.session",
    };
    Ok(folder.join(name))
}

fn app(options: &Options, local: bool) -> Result<(i32, String)> {
    match (options.api_id, &options.api_hash) {
        (Some(id), Some(hash)) => Ok((id, hash.clone())),
        (None, None) if local => Ok((LOCAL_API.0, LOCAL_API.1.to_owned())),
        _ => bail!(
            "Telegram wants to know the app: get an api_id and api_hash at \
             https://my.telegram.org and set HELIOGRAM_API_ID and HELIOGRAM_API_HASH"
        ),
    }
}

fn servers(options: &Options) -> Result<Option<Servers>> {
    let Some(server) = &options.server else {
        return Ok(None);
    };
    let path = Path::new(server);
    if path.is_file() {
        return described(path).map(Some);
    }
    let (host, port) = server
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.trim_matches(['[', ']']), port.parse().ok()?)))
        .ok_or_else(|| {
            anyhow!("`{server}` is neither HOST:PORT nor a file that describes a server")
        })?;
    let key = options.server_key.as_deref().context(
        "the server's key is needed too: --server-key FILE, with the file given to `serve --key` \
         or the public key that `serve` prints",
    )?;
    let pem = fs::read_to_string(key)
        .with_context(|| format!("the key file {} cannot be read", key.display()))?;
    Ok(Some(
        Servers::custom()
            .dc(1, host, port)
            .public_key(public(&pem, key)?),
    ))
}

/// The public half of a key file, whichever half it holds.
fn public(pem: &str, path: &Path) -> Result<String> {
    if !pem.contains("PRIVATE KEY") {
        return Ok(pem.to_owned());
    }
    let key = RsaPrivateKey::from_pem(pem)
        .map_err(|e| anyhow!("{} holds no usable private key: {e}", path.display()))?;
    Ok(key.public().to_pem())
}

/// A server as the first line of `serve --json` describes it.
fn described(path: &Path) -> Result<Servers> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let line = text.lines().next().unwrap_or_default();
    let about: Value = serde_json::from_str(line)
        .with_context(|| format!("{} does not start with a line of JSON", path.display()))?;
    let wrong = || {
        anyhow!(
            "{} does not describe a server as `serve --json` does",
            path.display()
        )
    };
    let mut servers = Servers::custom().public_key(about["public_key"].as_str().ok_or_else(wrong)?);
    for dc in about["dcs"].as_array().ok_or_else(wrong)? {
        let id = dc["id"]
            .as_i64()
            .and_then(|id| i32::try_from(id).ok())
            .ok_or_else(wrong)?;
        let host = dc["host"].as_str().ok_or_else(wrong)?;
        let port = dc["port"]
            .as_u64()
            .and_then(|p| u16::try_from(p).ok())
            .ok_or_else(wrong)?;
        servers = servers.dc(id, host, port);
    }
    Ok(servers)
}
