//! The numbers of a client's own messages, before servers that refuse them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use heliogram::{
    CallOptions, Client, Error, ProtocolError,
    api::{enums, functions as f, types},
};
use heliogram_mtproto::BadMsg;
use heliogram_tl::to_bytes;
use script::{Answer, Server, usual};
use tokio::task::JoinSet;

/// Longer than anything here takes, shorter than a hang.
const SOON: Duration = Duration::from_secs(30);

/// A call that must not run twice.
type Once = f::messages::MarkDialogUnread;

fn unread() -> Once {
    let peer = types::InputDialogPeer::new(enums::InputPeer::InputPeerSelf);
    f::messages::MarkDialogUnread::new(peer.into())
}

async fn start() -> (Arc<Server>, Client) {
    let server =
        Server::start(|seen| usual(seen).unwrap_or_else(|| Answer::Result(to_bytes(&true)))).await;
    let client = server.client().connect().await.unwrap();
    assert!(client.invoke(unread()).await.unwrap());
    (server, client)
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    let what = tokio::time::timeout(SOON, what).await;
    what.expect("it hangs")
}

/// Many calls at once, all of which are answered.
async fn all_run(client: &Client, many: usize) {
    let mut calls = JoinSet::new();
    for _ in 0..many {
        let client = client.clone();
        calls.spawn(async move { client.invoke(unread()).await });
    }
    while let Some(answer) = soon(calls.join_next()).await {
        assert!(answer.unwrap().unwrap());
    }
}

/// Holds the numbers of all messages against the rules.
fn numbers_are_right(server: &Server) {
    let mut sessions = HashMap::<i64, Vec<_>>::new();
    for n in server.numbers() {
        assert_eq!(n.msg_id % 4, 0, "{n:?}");
        if let Some(content) = n.has_content() {
            assert_eq!(n.seq_no % 2 == 1, content, "{n:?}");
        }
        sessions.entry(n.session_id).or_default().push(n);
    }
    for mut sent in sessions.into_values() {
        sent.sort_unstable_by_key(|n| n.msg_id);
        for pair in sent.windows(2) {
            let (one, next) = (pair[0], pair[1]);
            assert!(one.msg_id < next.msg_id, "an id twice: {pair:?}");
            // One that has content takes a number for itself; one that has none takes none.
            let due = (one.seq_no + 1) & !1;
            assert_eq!(next.seq_no & !1, due, "{pair:?}");
        }
    }
}

#[tokio::test]
async fn sec_28_ids_and_sequence_numbers_are_right_on_the_wire() {
    let (server, client) = start().await;
    all_run(&client, 300).await;
    server.cut();
    all_run(&client, 300).await;
    assert!(server.numbers().len() > 600);
    numbers_are_right(&server);
}

#[tokio::test]
async fn sec_28_refused_messages_get_new_numbers_and_run_once() {
    let (server, client) = start().await;
    let mut ran = server.count::<Once>();
    for code in BadMsg::ALL {
        server.refuse_packets(*code, 1);
        all_run(&client, 20).await;
        assert_eq!(server.refusals_left(), 0, "{code:?}");
        ran += 20;
        assert_eq!(server.count::<Once>(), ran, "{code:?}");
    }
    numbers_are_right(&server);
}

#[tokio::test]
async fn sec_28_ids_rise_while_the_clock_of_the_server_goes_back_and_forth() {
    let (server, client) = start().await;
    for behind in [3600, 0, 86_400, 5] {
        server.fall_behind(behind);
        all_run(&client, 20).await;
    }
    assert_eq!(server.count::<Once>(), 81);
    numbers_are_right(&server);
}

#[tokio::test]
async fn sec_28_a_server_that_refuses_every_number_is_given_up_in_time_and_without_a_storm() {
    for code in BadMsg::ALL {
        let (server, client) = start().await;
        let before = server.packets();
        server.refuse_packets(*code, usize::MAX);
        let hasty = client.with(CallOptions::new().timeout(Duration::from_secs(3)));
        let begun = Instant::now();
        let error = soon(hasty.invoke(unread())).await.unwrap_err();
        match &error {
            Error::Protocol(e) => {
                let refused = ProtocolError::Refused {
                    method: "messages.markDialogUnread",
                    code: code.code(),
                };
                assert_eq!(**e, refused);
                assert!(begun.elapsed() < Duration::from_secs(2), "{code:?}");
            }
            // Nobody can tell whether the server has these, and it refuses to say.
            Error::Timeout { .. } => {
                assert!(
                    matches!(code, BadMsg::TooOld | BadMsg::ContainerIdTaken),
                    "{code:?}"
                );
            }
            other => panic!("{code:?}: {other:?}"),
        }
        let packets = server.packets() - before;
        assert!(packets < 100, "{code:?}: {packets} packets");
        assert_eq!(server.count::<Once>(), 1, "{code:?}");
        numbers_are_right(&server);
        // A server that comes to its senses is served as before.
        server.refuse_packets(*code, 0);
        assert!(soon(client.invoke(unread())).await.unwrap(), "{code:?}");
    }
}
