#[path = "../../examples/two_accounts.rs"]
#[allow(dead_code, unreachable_pub)]
mod bots;

use std::time::Duration;

use heliogram::testing::TestServer;

#[tokio::test]
async fn two_accounts_count_to_ten_and_end() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    // They have met: each knows how to reach the other.
    let (one, two) = (
        server.client(&alice).await.unwrap(),
        server.client(&bob).await.unwrap(),
    );
    one.resolve("@bob").await.unwrap();
    let talk = bots::talk(one, two, 10);
    let talked = tokio::time::timeout(Duration::from_secs(30), talk).await;
    talked.expect("they end").unwrap();
    let texts = alice.messages_with(&bob).into_iter().map(|m| m.text);
    let mut numbers: Vec<u32> = texts.map(|text| text.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
}
