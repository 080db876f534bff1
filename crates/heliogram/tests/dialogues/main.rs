//! Dialogues whose states are stored, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../room/mod.rs"]
mod room;

#[path = "../room/forum.rs"]
mod forum;

mod restart;
mod routes;
mod shapes;
mod sharing;
mod topics;

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use heliogram::{
    Client, DialogueError, Error, Event, Message, Router, Updates,
    dispatch::{
        Dialogue, DialogueState, Flow, FromUpdate, Handler, Reject, Scope, UpdateCx, in_state,
    },
    events::Kinds,
    filter,
    storage::{Batch, File, Memory, Sqlite, Storage, Table},
};
use heliogram_server::TestServer;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
enum Form {
    #[default]
    Name,
    Age {
        name: String,
    },
}

impl DialogueState for Form {
    const NAME: &'static str = "form";
}

fn age(name: &str) -> Form {
    Form::Age { name: name.into() }
}

/// The next new message on its way.
async fn arrival(client: &Client, updates: &mut Updates) -> UpdateCx {
    let message = room::next_message(updates).await;
    UpdateCx::new(client.clone(), Event::NewMessage(message))
}

async fn taken<T: DialogueState>(cx: &UpdateCx) -> Dialogue<T> {
    match Dialogue::from_update(cx, &()).await {
        Ok(dialogue) => dialogue,
        Err(Reject::Fail(e)) => panic!("failed: {e}"),
        Err(other) => panic!("{other:?}"),
    }
}

fn conflict(outcome: Result<(), Error>) -> bool {
    let Err(Error::Dialogue(e)) = outcome else {
        return false;
    };
    matches!(*e, DialogueError::Conflict { name: "form" })
}

/// A bot in a room with others; the messages come through `updates`.
struct Bot {
    server: TestServer,
    account: heliogram_server::Account,
    client: Client,
    updates: Updates,
}

async fn bot() -> Bot {
    let server = TestServer::start().await;
    let account = server.bot("helper").await;
    let client = room::enter(&server, &account).await;
    let updates = client.updates();
    Bot {
        server,
        account,
        client,
        updates,
    }
}

impl Bot {
    /// What comes of somebody writing to the bot.
    async fn told(&mut self, by: &heliogram_server::Account, text: &str) -> UpdateCx {
        by.says(&self.account, text).await.unwrap();
        arrival(&self.client, &mut self.updates).await
    }

    async fn plant(&self, key: &str, value: impl Into<Vec<u8>>) {
        let mut batch = Batch::new();
        batch.put(Table::Dialogues, key, value);
        self.client.storage().apply(batch).await.unwrap();
    }

    async fn stored(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.client.storage().scan(Table::Dialogues).await.unwrap()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Count(u32);

impl DialogueState for Count {
    const NAME: &'static str = "count";
    const SCOPE: Scope = Scope::Sender;
}
