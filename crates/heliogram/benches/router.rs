//! How many updates a second go through the engine, the router and a handler, on one core.
//!
//! The updates are what a server pushes, from the encoded bytes on; nothing is sent over a socket.
//! `cargo bench -p heliogram --bench router`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use heliogram::{
    Client, Filter, Message, Router,
    api::{enums, functions as f, types},
    dispatch::{State, Workers},
    filter::{any, filter_fn},
    testing::{self, TestServer},
};

/// Updates in a container, and containers in a round.
const SHAPE: (i32, i32) = (50, 100);
const CHATS: i64 = 1000;
const TIME: Duration = Duration::from_secs(5);

type Count = Arc<AtomicU64>;

async fn count(_: Message, State(count): State<Count>) {
    count.fetch_add(1, Ordering::Relaxed);
}

fn says(word: &'static str) -> Filter {
    filter_fn(move |cx| cx.event().message().is_some_and(|m| m.text() == word))
}

/// A container of new messages, as a busy account gets them.
fn container(pts: &mut i32) -> enums::Updates {
    let one = |pts: i32| {
        let chat = types::PeerChat {
            chat_id: 1 + i64::from(pts) % CHATS,
        };
        let text = "The quick brown fox jumps over the lazy dog".to_owned();
        let message = types::Message {
            from_id: Some(types::PeerUser { user_id: 777_000 }.into()),
            ..types::Message::new(pts, chat.into(), 1_700_000_000, text)
        };
        types::UpdateNewMessage::new(message.into(), pts, 1).into()
    };
    let list: Vec<enums::Update> = (*pts + 1..=*pts + SHAPE.0).map(one).collect();
    *pts += SHAPE.0;
    types::Updates::new(list, Vec::new(), Vec::new(), 1_700_000_000, 0).into()
}

async fn measure(name: &str, router: Router<Count>, workers: Workers) {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = client(&server, &alice, workers).await;
    let handled = Count::default();
    let router = router.with_state(Arc::clone(&handled));
    client.attach(router).await.unwrap();
    // The server knows nothing of what is pushed here, so nothing may be asked meanwhile.
    client.catch_up().await.unwrap();
    let state = client.invoke(f::updates::GetState {}).await.unwrap();
    let mut pts = state.pts;
    let (mut sent, mut work) = (0, Duration::ZERO);
    while work < TIME {
        let round: Vec<_> = (0..SHAPE.1).map(|_| container(&mut pts)).collect();
        sent += u64::try_from(SHAPE.0 * SHAPE.1).unwrap();
        let start = Instant::now();
        for updates in &round {
            testing::push(&client, updates);
        }
        while handled.load(Ordering::Relaxed) < sent {
            tokio::task::yield_now().await;
        }
        work += start.elapsed();
    }
    let rate = sent as f64 / work.as_secs_f64();
    println!("{name:<44} {rate:>9.0} updates/s");
}

async fn client(server: &TestServer, who: &testing::Account, workers: Workers) -> Client {
    let builder = server.client_builder().workers(workers);
    let client = builder.connect().await.unwrap();
    let owner = who.clone();
    let code = move || std::future::ready(Ok(owner.code().unwrap()));
    client.sign_in(who.phone()).code(code).await.unwrap();
    client
}

fn main() {
    let one = Router::new().on(any(), count);
    let many = (0..20).fold(Router::new(), |router, _| router.on(says("other"), count));
    let many = many.on(any(), count);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let chats = Workers::new();
        measure("one route", one.clone(), chats).await;
        measure("21 routes, the last one takes it", many.clone(), chats).await;
        measure("21 routes, sequential", many.clone(), chats.sequential()).await;
        measure("21 routes, unordered", many, chats.unordered()).await;
    });
}
