use heliogram::{
    api::{functions as f, types},
    events::Action,
};
use heliogram_server::TestServer;

use super::{next_of, only, room};

#[tokio::test]
async fn members_come_and_go() {
    let server = TestServer::start().await;
    let (alice, bob, carol) = (
        server.user("alice").await,
        server.user("bob").await,
        server.user("carol").await,
    );
    for large in [false, true] {
        let team = match large {
            true => server.supergroup("Team", &alice).with([&bob]).await,
            false => server.group("Team", &alice).with([&bob]).await,
        };
        let b = room::enter(&server, &bob).await;
        let mut to_bob = b.updates();
        alice.says(&team, "ready").await.unwrap();
        assert_eq!(room::next_message(&mut to_bob).await.text(), "ready");

        alice.invites(&carol, &team).await.unwrap();
        let added = next_of(&mut to_bob, only!(ChatAction)).await;
        assert!(added.user_added() && added.is_group());
        assert_eq!(
            (added.chat_id(), added.user_ids()),
            (team.id(), vec![carol.id()])
        );
        assert_eq!(
            added.fetch_user().await.unwrap().unwrap().username(),
            Some("carol")
        );
        let by = added.fetch_added_by().await.unwrap().unwrap();
        assert_eq!(by.username(), Some("alice"));
        assert_eq!(added.input_users().await.unwrap().len(), 1);
        let answer = added.reply("welcome").await.unwrap();
        assert_eq!(
            answer.reply_to(),
            added.message().map(heliogram::Message::id)
        );

        if !large {
            carol.leaves(&team).await.unwrap();
            let left = next_of(&mut to_bob, only!(ChatAction)).await;
            assert!(left.user_left() && left.kicked_by().is_none());
            assert_eq!(left.user().unwrap().username(), Some("carol"));
        }
        b.stop().await.unwrap();
    }
}

#[tokio::test]
async fn somebody_who_is_removed_was_removed_by_another() {
    let server = TestServer::start().await;
    let (alice, bob, carol) = (
        server.user("alice").await,
        server.user("bob").await,
        server.user("carol").await,
    );
    let team = server.group("Team", &alice).with([&bob, &carol]).await;
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut to_bob = b.updates();
    carol.says(&team, "ready").await.unwrap();
    room::next_message(&mut to_bob).await;
    a.send_message(team.id(), "bye").await.unwrap();
    a.resolve("@carol").await.unwrap();
    let user = types::InputUser::new(carol.id(), alice_knows(&a, "@carol").await);
    let call = f::messages::DeleteChatUser::new(-team.id(), user.into());
    a.invoke(call).await.unwrap();
    let kicked = next_of(&mut to_bob, only!(ChatAction)).await;
    assert!(kicked.user_kicked() && !kicked.user_left());
    assert_eq!(kicked.user_id(), Some(carol.id()));
    assert_eq!(kicked.kicked_by().unwrap().username(), Some("alice"));
}

async fn alice_knows(client: &heliogram::Client, name: &str) -> i64 {
    match client.input_peer(name).await.unwrap() {
        heliogram::api::enums::InputPeer::User(p) => p.access_hash,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_new_title_is_told() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let team = server.group("Team", &alice).with([&bob]).await;
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut to_bob = b.updates();
    alice.says(&team, "ready").await.unwrap();
    room::next_message(&mut to_bob).await;
    a.invoke(f::messages::EditChatTitle::new(-team.id(), "Crew".into()))
        .await
        .unwrap();
    let titled = next_of(&mut to_bob, only!(ChatAction)).await;
    assert_eq!(titled.new_title(), Some("Crew"));
    assert_eq!(titled.action(), Action::TitleChanged("Crew"));
    assert_eq!(titled.sender().unwrap().username(), Some("alice"));
    let gone = titled.delete().unwrap().only_for_me().await.unwrap();
    assert_eq!(gone, 1);
}

#[tokio::test]
async fn pinning_and_unpinning_is_told_once_each() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let small = server.group("Small", &alice).with([&bob]).await;
    let large = server.supergroup("Large", &alice).with([&bob]).await;
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_alice, mut to_bob) = (a.updates(), b.updates());
    for team in [small, large] {
        bob.says(&team, "important").await.unwrap();
        let own = room::next_message(&mut to_alice).await;
        let important = room::next_message(&mut to_bob).await;
        let peer = own.input_chat().await.unwrap();
        let pin = f::messages::UpdatePinnedMessage::new(peer, own.id());
        a.invoke(pin.clone()).await.unwrap();
        a.invoke(f::messages::UpdatePinnedMessage { unpin: true, ..pin })
            .await
            .unwrap();

        let pinned = next_of(&mut to_bob, only!(ChatAction)).await;
        assert!(pinned.new_pin() && !pinned.unpin());
        assert_eq!(pinned.pin_ids(), [important.id()]);
        assert_eq!(pinned.sender().unwrap().username(), Some("alice"));
        let unpinned = next_of(&mut to_bob, only!(ChatAction)).await;
        assert!(unpinned.unpin() && !unpinned.new_pin() && unpinned.message().is_none());
        assert_eq!(unpinned.pin_ids(), [important.id()]);
        assert_eq!((unpinned.chat_id(), unpinned.is_group()), (team.id(), true));
        let messages = unpinned.pinned_messages().await.unwrap();
        assert_eq!(messages[0].text(), "important");
    }
}
