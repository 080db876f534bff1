//! Every attack on a client in its key exchange and in its session, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{sync::OnceLock, time::Duration};

use heliogram::{Error, ProtocolError, api::functions as f};
use heliogram_simulation::hostile::{ExchangeAttack, Reaction, RecordAttack};
use script::{
    Answer, Server,
    account::{answer, poison, signed_in, taken, works},
    until, usual,
};
use tokio::runtime::Runtime;

/// Longer than any reaction takes, shorter than a hang.
const SOON: Duration = Duration::from_secs(20);

/// All tests of the program share a runtime: a name is all that differs.
fn block_on<T>(test: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| Runtime::new().unwrap());
    runtime.block_on(async { tokio::time::timeout(SOON, test).await.expect("it hangs") })
}

fn exchange(attack: ExchangeAttack) {
    block_on(async {
        let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
        server.attack_exchange(attack);
        let result = server.client().connect_attempts(1).connect().await;
        let Err(Error::Protocol(error)) = result else {
            panic!("{:?}", result.map(drop));
        };
        match *error {
            ProtocolError::Exchange { source, .. } => {
                assert!(attack.is_seen_through(&source), "{source:?}");
            }
            ProtocolError::UnknownServerKey { .. } => {
                assert_eq!(attack, ExchangeAttack::UnknownKeys);
            }
            other => panic!("{other:?}"),
        }
        // Up to here the client has said nothing that rests on what was not true.
        let comes_last = ["sec_11", "sec_12", "dh_gen"];
        let at_the_end = comes_last.iter().any(|part| attack.name().contains(part));
        assert_eq!(server.fooled(), at_the_end);
        assert_eq!(server.keys(), 0);
    });
}

fn record(attack: RecordAttack) {
    block_on(async {
        let server = Server::start(answer).await;
        let storage = signed_in().await;
        let client = server
            .client()
            .shared_storage(storage)
            .connect()
            .await
            .unwrap();
        let mut updates = client.updates();
        until("the client asks for its state", || {
            server.count::<f::updates::GetState>() > 0
        })
        .await;
        works(&client).await;
        let before = server.connections();
        server.attack_sessions(attack, &poison());
        if attack.reaction() == Reaction::Reconnect {
            until("the client makes another connection", || {
                server.connections() > before
            })
            .await;
        }
        works(&client).await;
        let wanted = usize::from(attack.reaction() == Reaction::TakeOnce);
        assert_eq!(taken(&mut updates).await, wanted);
        let more = usize::from(attack.reaction() == Reaction::Reconnect);
        assert_eq!(server.connections(), before + more);
        client.stop().await.unwrap();
    });
}

heliogram_simulation::exchange_attack_tests!(exchange);
heliogram_simulation::record_attack_tests!(record);
