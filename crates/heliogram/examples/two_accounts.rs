//! Two accounts in one program: each answers the other until one has had enough.
//!
//! `API_ID` and `API_HASH` come from the environment; the sessions `alice.session` and
//! `bob.session` are signed in already.

use std::env;

use heliogram::{Client, Message, Result, Router, dispatch::State, filter, run_all, storage};

/// Who this account talks to, and how far they count.
#[derive(Clone, Copy)]
pub struct Partner {
    /// Its id.
    pub id: i64,
    /// The number after which nothing is said any more.
    pub last: u32,
}

/// What each of the two does.
pub fn router(partner: Partner) -> Router {
    Router::new()
        .on_message(filter::any(), count)
        .with_state(partner)
}

async fn count(client: Client, message: Message, State(partner): State<Partner>) -> Result<()> {
    let from_partner = message.sender_id() == Some(partner.id) && !message.is_outgoing();
    let Some(number) = message.text().parse::<u32>().ok().filter(|_| from_partner) else {
        return Ok(());
    };
    if number < partner.last {
        message.respond((number + 1).to_string()).await?;
    }
    if number + 1 >= partner.last {
        client.quit();
    }
    Ok(())
}

/// Lets the first account begin, and runs both until they are done.
pub async fn talk(alice: Client, bob: Client, last: u32) -> Result<()> {
    let partner = |of: Option<i64>| Partner {
        id: of.unwrap_or_default(),
        last,
    };
    let routers = [
        router(partner(bob.self_id())),
        router(partner(alice.self_id())),
    ];
    alice
        .send_message(bob.self_id().unwrap_or_default(), "1")
        .await?;
    run_all([alice, bob].into_iter().zip(routers)).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut clients = Vec::new();
    for session in ["alice.session", "bob.session"] {
        let client = Client::builder(env::var("API_ID")?.parse()?, env::var("API_HASH")?)
            .storage(storage::File::open(session))
            .connect()
            .await?;
        clients.push(client);
    }
    let (Some(bob), Some(alice)) = (clients.pop(), clients.pop()) else {
        return Ok(());
    };
    talk(alice, bob, 10).await?;
    Ok(())
}
