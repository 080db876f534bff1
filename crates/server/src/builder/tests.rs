use super::*;
use crate::rpc::Answer;
use crate::world::testing::{draft, key};
use crate::world::{Actor, World};

/// A place for a data file, as long as the folder lives.
fn data() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    (folder, path)
}

fn done(w: &mut World, prepare: fn(&mut World)) -> Answer<()> {
    prepare(w);
    Ok(())
}

fn refused(builder: Builder) -> StartError {
    builder.shared().map(drop).unwrap_err()
}

#[test]
fn addresses_that_cannot_be_are_refused() {
    let extra = Server::builder()
        .dcs(2)
        .listen(3, ([127, 0, 0, 1], 1).into());
    assert!(matches!(extra.plan(), Err(StartError::NoSuchDc { dc: 3 })));
}

#[test]
fn a_data_file_needs_as_many_data_centres_as_those_in_it() {
    let need = |prepare: fn(&mut World), needed: i32| {
        let (_folder, path) = data();
        let shared = Server::builder().data(&path).shared().unwrap();
        shared.change(|w| done(w, prepare)).unwrap();
        drop(shared);
        let builder = |dcs: i32| Server::builder().data(&path).dcs(dcs as u8);
        let error = refused(builder(needed - 1));
        assert!(matches!(error, StartError::TooFewDcs { needed: n, .. } if n == needed));
        assert!(builder(needed).shared().is_ok());
    };
    need(|w| assert_ne!(w.add_user(3, "Abroad"), 0), 3);
    need(|w| assert_ne!(key(w, 2), 0), 2);
    // The CDN is none of them.
    need(|w| assert_ne!(key(w, CDN_DC), key(w, 2)), 2);
}

#[test]
fn a_bot_needs_a_name_that_can_be_one() {
    for wrong in [
        "",
        "@",
        "a bot",
        "1bot",
        "écho_bot",
        "@@bot",
        &"b".repeat(33),
    ] {
        for builder in [
            Server::builder().bot(wrong),
            Server::builder().inline_bot(wrong, "Search"),
        ] {
            let error = refused(builder);
            assert!(matches!(error, StartError::BotName { .. }), "{wrong}");
        }
    }
    assert!(Server::builder().bot("@echo").bot("gif").shared().is_ok());
}

#[test]
fn a_file_where_the_folder_of_files_should_be_is_told_with_what_to_do() {
    let (folder, path) = data();
    std::fs::write(folder.path().join("world.db.files"), "in the way").unwrap();
    let said = refused(Server::builder().data(&path)).to_string();
    assert!(said.contains("move the file away"), "{said}");
}

#[test]
fn the_past_of_a_description_is_made_once_whatever_was_said_since() {
    let (_folder, path) = data();
    let text = "[[users]]\nusername = \"alice\"\n[[messages]]\nfrom = \"alice\"\nto = \"alice\"\ntext = \"hi\"";
    let letters = |seeded: bool, prepare: fn(&mut World)| {
        let mut builder = Server::builder().data(&path);
        if seeded {
            builder = builder.seed(text.parse().unwrap());
        }
        let shared = builder.shared().unwrap();
        shared.change(|w| done(w, prepare)).unwrap();
        shared.world().letters.len()
    };
    let talk = |w: &mut World| {
        let a = w.add_person("9996610001", 1, "Bob");
        w.send(Actor::account(a), a, draft("before", 1)).unwrap();
    };
    // There is talk already when the description is first used.
    assert_eq!(letters(false, talk), 1);
    assert_eq!(letters(true, |_| ()), 2);
    assert_eq!(letters(true, |_| ()), 2);
    // What was deleted stays deleted.
    let wipe = |w: &mut World| {
        let alice = w.by_username("alice").unwrap();
        let ids: Vec<i32> = w.boxes[&alice].entries.keys().copied().collect();
        w.delete(Actor::account(alice), &ids, true).unwrap();
    };
    assert_eq!(letters(true, wipe), 1);
    assert_eq!(letters(true, |_| ()), 1);
}

#[tokio::test]
async fn what_is_not_written_yet_is_when_the_server_stops() {
    let (_folder, path) = data();
    let server = Server::builder().data(&path).start().await.unwrap();
    let user = server.shared.world().add_user(1, "Alice");
    server.stop().await;
    let shared = Server::builder().data(&path).shared().unwrap();
    assert!(shared.world().users.contains_key(&user));
}
