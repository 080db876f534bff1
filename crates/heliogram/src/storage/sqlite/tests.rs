#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use rusqlite::Connection;

use super::*;
use crate::storage::{StoredKind, conformance, path::beside};

fn put(value: impl Into<Vec<u8>>) -> Batch {
    let mut batch = Batch::new();
    batch.put(Table::Settings, "key", value);
    batch
}

struct Place {
    folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.session");
    Place { folder, path }
}

#[tokio::test]
async fn conforms_and_persists() {
    let place = place();
    conformance::run(&Sqlite::open(&place.path)).await.unwrap();
    conformance::persistence(|| Sqlite::open(&place.path))
        .await
        .unwrap();
    #[cfg(unix)]
    assert_eq!(
        fs::read_dir(place.folder.path()).unwrap().count(),
        1,
        "only the session is left"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_it_and_its_log() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let store = Sqlite::open(&place.path);
    store.apply(put("value")).await.unwrap();
    let files: Vec<_> = fs::read_dir(place.folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(files.len() > 1, "the log exists while the session is open");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn a_second_user_is_told_who_has_it() {
    let place = place();
    let first = Sqlite::open(&place.path);
    first.apply(put("value")).await.unwrap();
    let second = Sqlite::open(&place.path);
    let e = second.get(Table::Settings, b"key").await.unwrap_err();
    assert!(matches!(e, Error::Locked { holder: Some(h), .. } if h.pid == std::process::id()));
    drop(first);
    assert_eq!(
        second.get(Table::Settings, b"key").await.unwrap(),
        Some(b"value".to_vec())
    );
}

#[tokio::test]
async fn a_program_that_writes_to_the_file_is_a_lock_too() {
    let place = place();
    Sqlite::open(&place.path).apply(put("value")).await.unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let e = Sqlite::open(&place.path)
        .get(Table::Settings, b"key")
        .await
        .unwrap_err();
    assert!(matches!(e, Error::Locked { holder: None, .. }), "{e}");
}

/// Opening must fail and change nothing.
async fn refused(path: &Path, contents: &[u8]) -> Error {
    fs::write(path, contents).unwrap();
    let store = Sqlite::open(path);
    let e = store.apply(put("other")).await.unwrap_err();
    drop(store);
    assert!(e.to_string().contains("me.session"), "{e}");
    assert_eq!(fs::read(path).unwrap(), contents, "{e}");
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "{e}"
    );
    e
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_cut_short_anywhere_is_refused_and_kept() {
    let place = place();
    Sqlite::open(&place.path)
        .apply(put(vec![1; 20_000]))
        .await
        .unwrap();
    let whole = fs::read(&place.path).unwrap();
    let ends = (0..=120)
        .chain((121..whole.len()).step_by(509))
        .chain(whole.len() - 9..whole.len());
    for n in ends {
        let e = refused(&place.path, &whole[..n]).await;
        assert!(matches!(e, Error::Corrupt { .. }), "cut at {n}: {e}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn pages_that_were_overwritten_are_noticed() {
    let place = place();
    let mut batch = Batch::new();
    for id in 1..2000 {
        batch.put_peer(PeerRow::new(id, StoredKind::User));
    }
    Sqlite::open(&place.path).apply(batch).await.unwrap();
    let mut contents = fs::read(&place.path).unwrap();
    contents[8192..16_384].fill(0x5a);
    let e = refused(&place.path, &contents).await;
    assert!(matches!(e, Error::Corrupt { .. }), "{e}");
}

#[cfg(unix)]
#[tokio::test]
async fn files_of_others_are_named_and_kept() {
    let made = |sql: &str| {
        let place = place();
        Connection::open(&place.path)
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        fs::read(&place.path).unwrap()
    };
    let telethon = made(
        "CREATE TABLE version (version); CREATE TABLE entities (id); CREATE TABLE sessions (dc_id);",
    );
    let pyrogram = made(
        "CREATE TABLE version (number); CREATE TABLE peers (id); CREATE TABLE sessions (dc_id);",
    );
    let other = made("CREATE TABLE cookies (id);");
    let snapshot = {
        let place = place();
        crate::storage::File::open(&place.path)
            .apply(put("value"))
            .await
            .unwrap();
        fs::read(&place.path).unwrap()
    };
    let cases: [(&[u8], &str); 5] = [
        (&telethon, "StringSession.save"),
        (&pyrogram, "export_session_string"),
        (&other, "SQLite database of another program"),
        (&snapshot, "storage::File"),
        (b"hello", "a file of another program"),
    ];
    for (contents, words) in cases {
        let place = place();
        let e = refused(&place.path, contents).await;
        assert!(matches!(e, Error::NotASession { .. }), "{e}");
        assert!(e.to_string().contains(words), "{e}");
    }
}

#[tokio::test]
async fn a_database_of_the_first_version_gets_its_table_of_dialogues() {
    let place = place();
    Sqlite::open(&place.path).apply(put("value")).await.unwrap();
    let old = Connection::open(&place.path).unwrap();
    old.execute_batch("DROP TABLE dialogues; PRAGMA user_version = 1")
        .unwrap();
    old.close().unwrap();
    for _ in 0..2 {
        let store = Sqlite::open(&place.path);
        let kept = store.get(Table::Settings, b"key").await.unwrap();
        assert_eq!(kept, Some(b"value".to_vec()));
        let mut batch = Batch::new();
        batch.put(Table::Dialogues, "form:1", "x");
        store.apply(batch).await.unwrap();
        assert_eq!(store.scan(Table::Dialogues).await.unwrap().len(), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_newer_version_is_refused_and_kept() {
    let place = place();
    Sqlite::open(&place.path).apply(put("value")).await.unwrap();
    Connection::open(&place.path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 7")
        .unwrap();
    let contents = fs::read(&place.path).unwrap();
    for companion in ["-wal", "-shm"] {
        let _ = fs::remove_file(beside(&place.path, companion));
    }
    let e = refused(&place.path, &contents).await;
    assert!(
        matches!(
            e,
            Error::Newer {
                found: 7,
                known: 2,
                ..
            }
        ),
        "{e}"
    );
}

#[tokio::test]
async fn a_log_without_its_database_is_not_played() {
    let place = place();
    fs::write(beside(&place.path, "-wal"), "left over").unwrap();
    let e = Sqlite::open(&place.path)
        .apply(put("value"))
        .await
        .unwrap_err();
    assert!(
        matches!(&e, Error::Corrupt { .. }) && e.to_string().contains("-wal"),
        "{e}"
    );
    assert!(!place.path.exists());
}

#[tokio::test]
async fn what_was_written_survives_a_process_that_is_killed() {
    let place = place();
    let store = Sqlite::open(&place.path);
    for n in 0..50_u8 {
        store.apply(put([n])).await.unwrap();
    }
    // What is on disk at this moment, as after a kill: database and log.
    let copy = place.folder.path().join("copy.session");
    fs::copy(&place.path, &copy).unwrap();
    fs::copy(beside(&place.path, "-wal"), beside(&copy, "-wal")).unwrap();
    let after = Sqlite::open(&copy);
    assert_eq!(
        after.get(Table::Settings, b"key").await.unwrap(),
        Some(vec![49])
    );
}

#[tokio::test]
async fn a_place_that_is_not_there_is_named() {
    let place = place();
    let none = place.folder.path().join("none/me.session");
    let e = Sqlite::open(none).apply(put("x")).await.unwrap_err();
    assert!(
        matches!(&e, Error::Io { .. }) && e.to_string().contains("none"),
        "{e}"
    );
    let e = Sqlite::open(place.folder.path())
        .apply(put("x"))
        .await
        .unwrap_err();
    assert!(matches!(&e, Error::Io { .. }), "{e}");
}
