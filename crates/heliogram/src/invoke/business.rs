//! Calls on behalf of an account that lets a bot answer for it.

use std::{collections::HashMap, sync::Mutex};

use heliogram_api::{enums, functions as f};
use heliogram_tl::{Rest, to_bytes};

use super::{Purpose, RawCall};
use crate::{Client, Error, Result, net::lock};

/// What a bot may do in the name of the account; everything else it does in its own.
///
/// The list of <https://core.telegram.org/api/bots/connected-business-bots>. Some
/// things are said there to be done without a wrapper: `messages.uploadMedia` names the connection
/// itself, `stories.sendStory` and `stories.editStory` name the account as their peer, and pressed
/// buttons are answered as always.
const METHODS: &[&str] = &[
    "account.setGlobalPrivacySettings",
    "account.updateProfile",
    "messages.deleteMessages",
    "messages.editMessage",
    "messages.readHistory",
    "messages.sendMedia",
    "messages.sendMessage",
    "messages.sendMultiMedia",
    "messages.setTyping",
    "messages.updatePinnedMessage",
    "payments.convertStarGift",
    "payments.exportInvoice",
    "payments.getPaymentForm",
    "payments.getSavedStarGifts",
    "payments.getStarsStatus",
    "payments.sendStarsForm",
    "payments.transferStarGift",
    "payments.upgradeStarGift",
    "stories.deleteStories",
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

#[cfg(test)]
mod tests {
    use heliogram_tl::Call;

    use super::*;

    #[tokio::test]
    async fn what_a_bot_may_do_for_others_goes_through_the_connection_and_nothing_else() {
        let client = Client::offline().await;
        client.businesses().learn("c", 4);
        let send = f::messages::SendMessage::new(enums::InputPeer::InputPeerSelf, "x".into(), 1);
        let call = RawCall::of(&send);
        let wrapped = wrap(&client, "c", call.clone()).await.unwrap();
        assert_eq!(wrapped.dc, Some(4));
        let id = <f::InvokeWithBusinessConnection<f::help::GetConfig> as Call>::ID;
        assert_eq!(wrapped.body[..4], id.to_le_bytes());
        assert_eq!(wrapped.body[4..8], *b"\x01c\0\0");
        assert_eq!(wrapped.body[8..], call.body);
        let post = f::stories::EditStory::new(enums::InputPeer::InputPeerSelf, 1);
        for own in [
            RawCall::of(&f::help::GetConfig {}),
            // The account is its peer.
            RawCall::of(&post),
        ] {
            assert_eq!(wrap(&client, "c", own.clone()).await.unwrap(), own);
        }
    }

    #[test]
    fn the_memory_of_connections_has_a_bound() {
        let known = Businesses::default();
        for n in 0..=MAX_KNOWN {
            known.learn(&n.to_string(), 2);
        }
        assert!(lock(&known.dcs).len() <= MAX_KNOWN);
        assert_eq!(known.get(&MAX_KNOWN.to_string()), Some(2));
    }

    #[test]
    fn every_method_of_the_list_is_in_the_schema() {
        let schema = include_str!("../../../../schema/api.tl");
        for method in METHODS {
            assert!(schema.contains(&format!("\n{method}#")), "{method}");
        }
    }
}
