use heliogram::{
    api::{enums, functions as f, types},
    events::{Doing, UserStatus},
};
use heliogram_server::TestServer;

use super::{next_of, only, room};

#[tokio::test]
async fn typing_is_heard_in_private_chats_and_groups() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let small = server.group("Small", &alice).with([&bob]).await;
    let large = server.supergroup("Large", &alice).with([&bob]).await;
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_alice, mut to_bob) = (a.updates(), b.updates());
    a.send_message("@bob", "hi").await.unwrap();
    room::next_message(&mut to_bob).await;
    for team in [&small, &large] {
        bob.says(team, "hi").await.unwrap();
        room::next_message(&mut to_alice).await;
        room::next_message(&mut to_bob).await;
    }
    for (at, in_chat) in [
        (bob.id(), alice.id()),
        (small.id(), small.id()),
        (large.id(), large.id()),
    ] {
        let peer = a.input_peer(at).await.unwrap();
        let progress = types::SendMessageUploadPhotoAction { progress: 70 };
        a.invoke(f::messages::SetTyping::new(peer.clone(), progress.into()))
            .await
            .unwrap();
        let heard = next_of(&mut to_bob, only!(UserUpdate)).await;
        assert_eq!(heard.user_id(), alice.id());
        assert_eq!(heard.chat_id(), Some(in_chat));
        assert_eq!(heard.doing(), Some(Doing::UploadingPhoto { percent: 70 }));
        assert!(heard.uploading() && heard.photo() && heard.upload_progress() == Some(70));
        assert_eq!(heard.fetch_user().await.unwrap().username(), Some("alice"));
        let nothing = enums::SendMessageAction::SendMessageCancelAction;
        a.invoke(f::messages::SetTyping::new(peer, nothing))
            .await
            .unwrap();
        assert!(next_of(&mut to_bob, only!(UserUpdate)).await.cancel());
    }
}

#[tokio::test]
async fn coming_and_going_is_heard() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut to_bob = b.updates();
    a.send_message("@bob", "hi").await.unwrap();
    room::next_message(&mut to_bob).await;
    for offline in [false, true] {
        a.invoke(f::account::UpdateStatus::new(offline))
            .await
            .unwrap();
        let heard = next_of(&mut to_bob, only!(UserUpdate)).await;
        assert_eq!((heard.user_id(), heard.online()), (alice.id(), !offline));
        assert_eq!(heard.last_seen().is_some(), offline);
        assert_eq!(heard.until().is_some(), !offline);
        assert!(heard.doing().is_none() && heard.chat_id().is_none());
        assert!(matches!(
            heard.status(),
            Some(UserStatus::Online { .. } | UserStatus::Offline { .. })
        ));
    }
}

#[tokio::test]
async fn a_new_name_is_heard() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut to_bob = b.updates();
    a.send_message("@bob", "hi").await.unwrap();
    room::next_message(&mut to_bob).await;
    a.invoke(f::account::UpdateProfile {
        first_name: Some("Alicia".into()),
        ..f::account::UpdateProfile::new()
    })
    .await
    .unwrap();
    let heard = next_of(&mut to_bob, |e| {
        only!(UserUpdate)(e).filter(|u| u.name().is_some())
    })
    .await;
    assert_eq!(heard.name().unwrap().first_name, "Alicia");
}
