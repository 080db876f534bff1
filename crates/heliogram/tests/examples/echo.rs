#[path = "../../examples/echo.rs"]
#[allow(dead_code, unreachable_pub)]
mod bot;

use heliogram::testing::TestServer;

use crate::room::next_message;

#[tokio::test]
async fn echo_says_back_what_it_is_told() {
    let server = TestServer::start().await;
    let (alice, echo) = (server.user("alice").await, server.bot("echo").await);
    let bot = server.client(&echo).await.unwrap();
    let running = tokio::spawn({
        let bot = bot.clone();
        async move { bot.run(bot::router()).await }
    });
    let client = server.client(&alice).await.unwrap();
    let mut updates = client.updates();
    for text in ["hi", "there"] {
        client.send_message("@echo", text).await.unwrap();
        let answer = next_message(&mut updates).await;
        assert_eq!((answer.text(), answer.sender_id()), (text, Some(echo.id())));
    }
    bot.quit();
    running.await.unwrap().unwrap();
}
