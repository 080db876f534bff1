//! Calls on behalf of an account that lets a bot answer for it.

use std::{collections::HashMap, sync::Mutex};

use heliogram_api::{enums, functions as f};
use heliogram_tl::{Rest, to_bytes};

use super::{Purpose, RawCall};
use crate::{Client, Error, Result, net::lock};

/// What a bot may do in the name of the account; everything else it does in its own.
const METHODS: &[&str] = &[
    "account.setGlobalPrivacySettings",
    "account.updateProfile",
    "account.updateUsername",
    "messages.deleteMessages",
    "messages.editMessage",
    "messages.readHistory",
    "messages.sendMedia",
    "messages.sendMessage",
    "messages.sendMultiMedia",
    "messages.setTyping",
    "messages.updatePinnedMessage",
    "payments.convertStarGift",
    "payments.getPaymentForm",
    "payments.getSavedStarGifts",
    "payments.getStarsStatus",
    "payments.sendStarsForm",
    "payments.transferStarGift",
    "payments.upgradeStarGift",
    "photos.updateProfilePhoto",
    "photos.uploadProfilePhoto",
    "stories.deleteStories",
    "stories.editStory",
    "stories.sendStory",
];

/// How many connections are remembered.
const MAX_KNOWN: usize = 10_000;

/// The data centres at which business connections are served.
#[derive(Debug, Default)]
pub(crate) struct Businesses {
    dcs: Mutex<HashMap<String, i32>>,
}

impl Businesses {
    /// Takes note of where a connection is served.
    pub(crate) fn learn(&self, connection: &str, dc: i32) {
        let mut dcs = lock(&self.dcs);
        if dcs.len() >= MAX_KNOWN && !dcs.contains_key(connection) {
            dcs.clear();
        }
        dcs.insert(connection.to_owned(), dc);
    }

    fn get(&self, connection: &str) -> Option<i32> {
        lock(&self.dcs).get(connection).copied()
    }
}

/// The call as it is made through a connection, at the data centre that serves it.
pub(super) async fn wrap(client: &Client, connection: &str, call: RawCall) -> Result<RawCall> {
    if !METHODS.contains(&call.method) {
        return Ok(call);
    }
    let dc = match client.businesses().get(connection) {
        Some(dc) => dc,
        None => ask(client, connection).await?,
    };
    let query = Rest(call.body.clone());
    let wrapped = f::InvokeWithBusinessConnection::new(connection.to_owned(), query);
    Ok(RawCall {
        body: to_bytes(&wrapped),
        ..call.on(dc, Purpose::Main)
    })
}

/// Asks where a connection is served.
async fn ask(client: &Client, connection: &str) -> Result<i32> {
    let call = f::account::GetBotBusinessConnection::new(connection.to_owned());
    let answer = client.invoke_bytes(RawCall::of(&call).with(client.options()));
    let answer = client.decode::<f::account::GetBotBusinessConnection>(&answer.await?)?;
    let updates = match &answer {
        enums::Updates::Updates(u) => &u.updates[..],
        enums::Updates::Combined(u) => &u.updates[..],
        enums::Updates::UpdateShort(u) => std::slice::from_ref(&u.update),
        _ => &[],
    };
    let dc = updates.iter().find_map(|u| match u {
        enums::Update::BotBusinessConnect(u) if u.connection.connection_id == connection => {
            Some(u.connection.dc_id)
        }
        _ => None,
    });
    let dc = dc.ok_or_else(|| {
        Error::unexpected("account.getBotBusinessConnection", "the connection", "none")
    })?;
    client.businesses().learn(connection, dc);
    Ok(dc)
}
