use std::{sync::Arc, time::Duration};

use heliogram::{
    Event, Message, Updates,
    api::enums,
    storage::{Memory, Storage},
};
use heliogram_server::TestServer;

use super::{room, sending};

/// What comes next about messages: a text, or the names of an album's files.
async fn next(updates: &mut Updates) -> String {
    loop {
        match room::next(updates).await {
            Event::NewMessage(m) if m.chat_id() != 777_000 => {
                let file = m.media().and_then(|m| m.file_name().map(str::to_owned));
                return file.unwrap_or_else(|| m.text().to_owned());
            }
            Event::Album(album) => {
                let names = album.iter().filter_map(Message::media);
                let names: Vec<_> = names
                    .filter_map(|m| m.file_name().map(str::to_owned))
                    .collect();
                return format!("[{}]", names.join(" "));
            }
            _ => {}
        }
    }
}

async fn expect(updates: &mut Updates, all: &[&str]) {
    for one in all {
        assert_eq!(next(updates).await, *one);
    }
}

#[tokio::test]
async fn an_album_follows_its_messages() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut to_bob = b.updates();
    sending::send(&a, "@bob", "a *caption*", &["1", "2", "3"]).await;
    expect(&mut to_bob, &["1", "2", "3"]).await;
    let Event::Album(album) = room::next(&mut to_bob).await else {
        panic!("an album")
    };
    assert_eq!((album.len(), album.text()), (3, "a *caption*"));
    assert_eq!(album.captions(), ["a *caption*", "", ""]);
    assert_eq!(album.sender().unwrap().username(), Some("alice"));
    assert_eq!((album.chat_id(), album.is_private()), (alice.id(), true));
    assert_eq!(Some(album.grouped_id()), album.messages()[2].grouped_id());
    assert!(!album.is_reply() && !album.is_outgoing());

    let answer = album.reply("nice").await.unwrap();
    assert_eq!(answer.reply_to(), album.ids().first().copied());
    assert_eq!(album.get(1).map(Message::id), album.ids().get(1).copied());
    assert!(album.get(3).is_none() && album.forward().is_none());
    let told = album.messages()[0].update();
    assert!(matches!(told, Some(enums::Update::NewMessage(_))));
    assert!(answer.update().is_none(), "nobody told of it");
    let unread = || bob.unread_in(&alice);
    assert_eq!(unread(), 3);
    album.mark_read().await.unwrap();
    assert_eq!(unread(), 0);
    let mut to_alice = a.updates();
    album.pin().await.unwrap();
    loop {
        if let Event::ChatAction(action) = room::next(&mut to_alice).await {
            assert!(action.new_pin());
            break;
        }
    }
    let copies = album.forward_to("me").await.unwrap();
    assert_eq!(copies.len(), 3);
    let origin = copies.first().and_then(Message::forward);
    assert_eq!(origin.and_then(|f| f.sender_id()), Some(alice.id()));
    assert_eq!(album.delete().await.unwrap(), 3);
}

#[tokio::test]
async fn the_next_message_of_the_chat_ends_an_album() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let team = server.supergroup("Team", &alice).with([&bob]).await;
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let (mut to_alice, mut to_bob) = (a.updates(), b.updates());
    bob.says(&team, "ready").await.unwrap();
    expect(&mut to_alice, &["ready"]).await;
    expect(&mut to_bob, &["ready"]).await;
    sending::send(&a, team.id(), "", &["1", "2"]).await;
    sending::send(&a, team.id(), "", &["3", "4"]).await;
    alice.says(&team, "that is all").await.unwrap();
    let order = ["1", "2", "[1 2]", "3", "4", "[3 4]", "that is all"];
    expect(&mut to_bob, &order).await;
    // Ten are whole at once.
    let ten = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    sending::send(&a, team.id(), "", &ten).await;
    expect(&mut to_bob, &ten).await;
    expect(&mut to_bob, &["[a b c d e f g h i j]"]).await;
}

#[tokio::test]
async fn albums_are_caught_up_with() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut to_bob = b.updates();
    alice.says(&bob, "online").await.unwrap();
    expect(&mut to_bob, &["online"]).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    b.stop().await.unwrap();
    drop((to_bob, b));
    for n in 1..=3 {
        sending::send(&a, "@bob", "", &["x", "y"]).await;
        alice.says(&bob, &format!("after {n}")).await.unwrap();
    }
    sending::send(&a, "@bob", "", &["u", "v"]).await;
    let b = room::enter_with(&server, &bob, storage).await;
    let mut to_bob = b.updates();
    // What was in hand when the client stopped comes again.
    expect(&mut to_bob, &["online"]).await;
    for n in 1..=3 {
        expect(&mut to_bob, &["x", "y", "[x y]", &format!("after {n}")]).await;
    }
    expect(&mut to_bob, &["u", "v", "[u v]"]).await;
}

#[tokio::test]
async fn a_part_that_was_lost_on_the_way_is_in_the_album_all_the_same() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut to_bob = b.updates();
    alice.says(&bob, "ready").await.unwrap();
    expect(&mut to_bob, &["ready"]).await;
    server.faults().lose_updates(&bob, 1);
    sending::send(&a, "@bob", "", &["1", "2", "3"]).await;
    alice.says(&bob, "after").await.unwrap();
    expect(&mut to_bob, &["1", "2", "3", "[1 2 3]", "after"]).await;
}

#[tokio::test]
async fn an_album_that_was_not_dealt_with_comes_again_and_only_then() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let a = room::enter(&server, &alice).await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut to_bob = b.updates();
    sending::send(&a, "@bob", "", &["1", "2", "3"]).await;
    expect(&mut to_bob, &["1", "2", "3"]).await;
    // It ends before the album is whole.
    b.stop().await.unwrap();
    drop((to_bob, b));

    let b = room::enter_with(&server, &bob, Arc::clone(&storage)).await;
    let mut to_bob = b.updates();
    expect(&mut to_bob, &["1", "2", "3", "[1 2 3]"]).await;
    alice.says(&bob, "go on").await.unwrap();
    expect(&mut to_bob, &["go on"]).await;
    // The one before this is dealt with when this is handed out.
    alice.says(&bob, "and on").await.unwrap();
    expect(&mut to_bob, &["and on"]).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    b.stop().await.unwrap();
    drop((to_bob, b));

    let b = room::enter_with(&server, &bob, storage).await;
    let mut to_bob = b.updates();
    alice.says(&bob, "new").await.unwrap();
    let first = next(&mut to_bob).await;
    if first != "new" {
        assert_eq!(first, "and on", "the album is not told again");
        expect(&mut to_bob, &["new"]).await;
    }
}
