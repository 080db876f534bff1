//! What a script answers to a client that is signed in and waits for updates.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use heliogram::{
    Client, Event, Updates,
    api::{enums, functions as f, types},
    storage::{Changes, Memory, Records, SignedIn, Storage},
};
use heliogram_tl::{Call, to_bytes};

use super::{Answer, Seen, Server, until, usual};

/// How long something that must not come is waited for.
const QUIET: Duration = Duration::from_millis(150);

/// An account for which updates come.
pub async fn signed_in() -> Arc<dyn Storage> {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let mut changes = Changes::new();
    changes.home_dc(1).signed_in(SignedIn {
        user_id: 7,
        bot: Some(false),
    });
    Records::new(Arc::clone(&storage))
        .commit(changes)
        .await
        .unwrap();
    storage
}

/// The answers to the calls that a client makes by itself.
pub fn answer(seen: &Seen) -> Answer {
    let state = types::updates::State::new(1, 1, 1, 1, 0);
    let me = types::User {
        is_self: true,
        ..types::User::new(7)
    };
    usual(seen).unwrap_or_else(|| match seen.id {
        f::updates::GetState::ID => Answer::Result(to_bytes(&state)),
        f::users::GetUsers::ID => Answer::Result(to_bytes(&vec![enums::User::from(me)])),
        f::updates::GetDifference::ID => {
            let empty = types::updates::DifferenceEmpty::new(1, 1);
            Answer::Result(to_bytes(&enums::updates::Difference::from(empty)))
        }
        f::help::GetNearestDc::ID => {
            Answer::Result(to_bytes(&types::NearestDc::new("DE".into(), 1, 1)))
        }
        _ => Answer::Error(400, "INPUT_METHOD_INVALID"),
    })
}

/// An update that clients hand out as it is.
pub fn poison() -> Bytes {
    let update = types::UpdateShort::new(enums::Update::Config, 1);
    to_bytes(&enums::Updates::from(update))
}

/// How often the poison was taken by the end of a moment.
pub async fn taken(updates: &mut Updates) -> usize {
    let mut taken = 0;
    while let Ok(Some(event)) = tokio::time::timeout(QUIET, updates.next()).await {
        let event = event.unwrap();
        let is_poison = matches!(&event, Event::Raw(u) if matches!(**u, enums::Update::Config));
        taken += usize::from(is_poison);
    }
    taken
}

/// Makes sure that home answers.
pub async fn works(client: &Client) {
    let nearest = client.invoke(f::help::GetNearestDc::new()).await.unwrap();
    assert_eq!(nearest.country, "DE");
}

/// A client for which updates come, and which has shown that it works.
pub async fn client_of(server: &Arc<Server>) -> (Client, Updates) {
    let storage = signed_in().await;
    let client = server.client().shared_storage(storage).connect();
    let client = client.await.unwrap();
    let updates = client.updates();
    until("the client asks for its state", || {
        server.count::<f::updates::GetState>() > 0
    })
    .await;
    works(&client).await;
    (client, updates)
}
