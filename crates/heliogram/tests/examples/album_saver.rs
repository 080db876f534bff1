#[path = "../../examples/album_saver.rs"]
#[allow(dead_code, unreachable_pub)]
mod bot;

use std::{collections::BTreeMap, path::Path, time::SystemTime};

use heliogram::{Event, testing::TestServer};

use crate::{room, sending};

/// The files in the folders of a folder: what they hold, by their paths.
fn saved(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let path = file.strip_prefix(root).unwrap().to_string_lossy();
            let text = std::fs::read_to_string(&file).unwrap();
            files.insert(path.into_owned(), text);
        }
    }
    files
}

#[tokio::test]
async fn album_saver_saves_each_album_in_a_folder_and_shows_how_far_it_is() {
    let server = TestServer::start().await;
    let (alice, saver) = (server.user("alice").await, server.bot("saver").await);
    let root = tempfile::tempdir().unwrap();
    let bot = server.client(&saver).await.unwrap();
    let running = tokio::spawn({
        let (bot, router) = (bot.clone(), bot::router(root.path()));
        async move { bot.run(router).await }
    });
    let client = server.client(&alice).await.unwrap();
    let mut updates = client.updates();
    let names = ["a.txt", "../../b.TXT", "c"];
    sending::send(&client, "@saver", "for you", &names).await;
    let start = room::next_message(&mut updates).await;
    assert_eq!(start.text(), "0 of 3 are saved");
    loop {
        if let Event::MessageEdited(m) = room::next(&mut updates).await {
            assert_eq!(m.id(), start.id());
            if m.text() == "3 of 3 are saved, 53 bytes" {
                break;
            }
        }
    }
    client.send_message("@saver", "no album").await.unwrap();

    let files = saved(root.path());
    let texts: Vec<_> = files.values().map(String::as_str).collect();
    let contents = names.map(|name| format!("contents of {name}"));
    assert_eq!(texts, contents);
    let folders: Vec<_> = files.keys().map(|p| p.split_once('/').unwrap()).collect();
    assert!(folders.iter().all(|(folder, _)| *folder == folders[0].0));
    let today = bot::day(SystemTime::now());
    assert!(
        folders[0].0.starts_with(&format!("{today}_")),
        "{folders:?}"
    );
    let names: Vec<_> = folders.iter().map(|(_, file)| *file).collect();
    assert_eq!(names, ["1.txt", "2.TXT", "3.txt"]);
    bot.quit();
    running.await.unwrap().unwrap();
}

#[test]
fn days_are_told_right() {
    let day = |seconds| bot::day(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds));
    let known = [
        (0, "1970-01-01"),
        (951_782_400, "2000-02-29"),
        (1_709_164_800, "2024-02-29"),
        (1_709_251_200, "2024-03-01"),
        (1_735_689_599, "2024-12-31"),
        (4_107_542_400, "2100-03-01"),
    ];
    for (seconds, expected) in known {
        assert_eq!(day(seconds), expected);
    }
}
