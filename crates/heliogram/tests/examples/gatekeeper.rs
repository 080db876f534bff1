#[path = "../../examples/gatekeeper.rs"]
#[allow(dead_code, unreachable_pub)]
mod bot;

use heliogram::{
    Client, Event,
    api::{enums, functions as f},
    testing::TestServer,
};

use crate::room::{next, next_message, until};

/// A link into the owner's group that asks for approval.
async fn door(owner: &Client, group: i64) -> String {
    let dialogs = f::messages::GetDialogs::new(0, 0, enums::InputPeer::Empty, 10, 0);
    owner.invoke(dialogs).await.unwrap();
    let peer = owner.input_peer(group).await.unwrap();
    let call = f::messages::ExportChatInvite {
        request_needed: true,
        ..f::messages::ExportChatInvite::new(peer)
    };
    match owner.invoke(call).await.unwrap() {
        enums::ExportedChatInvite::ChatInviteExported(link) => link.link,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn gatekeeper_lets_in_who_knows_the_answer() {
    let server = TestServer::start().await;
    let (alice, keeper) = (server.user("alice").await, server.bot("keeper").await);
    let team = server.supergroup("Team", &alice).admin(&keeper).await;
    let bot = server.client(&keeper).await.unwrap();
    let running = tokio::spawn({
        let bot = bot.clone();
        async move { bot.run(bot::router()).await }
    });
    let link = door(&server.client(&alice).await.unwrap(), team.id()).await;
    let hash = link.rsplit(['/', '+']).next().unwrap();

    for (name, answer, verdict, inside) in [
        ("bob", "7", "Welcome!", true),
        ("carol", "12", "No. You may ask again.", false),
    ] {
        let person = server.user(name).await;
        let client = server.client(&person).await.unwrap();
        let mut updates = client.updates();
        let follow = f::messages::ImportChatInvite::new(hash.to_owned());
        client.invoke(follow).await.unwrap_err();
        let question = loop {
            let message = next_message(&mut updates).await;
            if message.sender_id() == Some(keeper.id()) {
                break message;
            }
        };
        assert_eq!(question.text(), "To join Team: what is 3 + 4?");
        question.click(answer).await.unwrap();
        loop {
            if let Event::MessageEdited(edited) = next(&mut updates).await {
                assert_eq!(edited.text(), verdict);
                break;
            }
        }
        until(|| team.members().contains(&person.id()) == inside).await;
    }
    bot.quit();
    running.await.unwrap().unwrap();
}
