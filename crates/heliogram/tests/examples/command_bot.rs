#[path = "../../examples/command_bot.rs"]
#[allow(dead_code, unreachable_pub)]
mod bot;

use heliogram::{
    api::{enums, functions as f},
    testing::TestServer,
};

use crate::room::next_message;

#[tokio::test]
async fn command_bot_keeps_lists_and_explains_mistakes() {
    let server = TestServer::start().await;
    let (alice, lister) = (server.user("alice").await, server.bot("lister").await);
    let bot = server.client(&lister).await.unwrap();
    let running = tokio::spawn({
        let bot = bot.clone();
        async move { bot.run_with(bot::router(), bot::Lists::default()).await }
    });
    let client = server.client(&alice).await.unwrap();
    let mut updates = client.updates();
    for (said, answer) in [
        ("/list", "Nothing."),
        ("/add 2 apples", "2 apples"),
        ("/add 1 pears", "1 pears"),
        ("/add 3 apples", "5 apples"),
        ("/list", "5 apples\n1 pears"),
        ("/clear@lister", "Done."),
        ("/list", "Nothing."),
        ("hello", "I only know commands. Try /help."),
    ] {
        client.send_message("@lister", said).await.unwrap();
        assert_eq!(next_message(&mut updates).await.text(), answer, "{said}");
    }
    client
        .send_message("@lister", "/add some apples")
        .await
        .unwrap();
    let explained = next_message(&mut updates).await;
    assert!(explained.text().contains("/add"), "{}", explained.text());
    client.send_message("@lister", "/help").await.unwrap();
    let help = next_message(&mut updates).await;
    assert!(help.text().contains("Puts something on the list."));

    let scope = enums::BotCommandScope::Default;
    let menu = f::bots::GetBotCommands::new(scope, String::new());
    assert_eq!(bot.invoke(menu).await.unwrap().len(), 4);
    bot.quit();
    running.await.unwrap().unwrap();
}
