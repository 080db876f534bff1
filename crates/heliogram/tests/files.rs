//! Files up and down, against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt;
use heliogram::{Error, FileError, InputFile, Media, files::Progress, md};
use heliogram_server::TestServer;

/// Bytes that look random and are the same every time.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64 ^ len as u64;
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(len);
    out
}

/// Remembers all progress that is told.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Progress>>>);

impl Log {
    fn hook(&self) -> impl FnMut(Progress) + Send + 'static {
        let log = self.clone();
        move |p| log.0.lock().unwrap().push(p)
    }

    fn check(&self, len: u64) {
        let log = self.0.lock().unwrap();
        assert!(log.windows(2).all(|w| w[0].done <= w[1].done), "{log:?}");
        assert!(log.iter().all(|p| p.total == Some(len)), "{log:?}");
        assert_eq!(log.last().unwrap().done, len);
    }
}

#[tokio::test]
async fn files_of_all_sizes_come_back_byte_for_byte() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let dir = tempfile::tempdir().unwrap();
    let (part, small) = (512 << 10, 10 << 20);
    for len in [
        0,
        1,
        part - 1,
        part,
        part + 1,
        5_000_000,
        small,
        small + 1,
        12_000_000,
    ] {
        let data = noise(len);
        let path = dir.path().join("a file.bin");
        std::fs::write(&path, &data).unwrap();
        let (up, down) = (Log::default(), Log::default());
        let sent = a
            .send_file("me", &path)
            .caption(md("**it**"))
            .progress(up.hook())
            .await
            .unwrap_or_else(|e| panic!("{len}: {e}"));
        assert_eq!(sent.text_md(), "**it**");
        let Some(Media::Document(document)) = sent.media() else {
            panic!("{len}: a document")
        };
        assert_eq!(document.file_name(), Some("a file.bin"));
        assert_eq!(document.size(), len as u64);
        assert_eq!(document.mime_type(), "application/octet-stream");
        let copy = dir.path().join("copy.bin");
        let got = a
            .download(&sent)
            .progress(down.hook())
            .to_file(&copy)
            .await
            .unwrap();
        assert_eq!(got, len as u64);
        assert!(std::fs::read(&copy).unwrap() == data, "{len}");
        up.check(len as u64);
        down.check(len as u64);
    }
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        2,
        "no temporary files are left"
    );
}

#[tokio::test]
async fn any_range_can_be_fetched() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let data = noise(1_700_000);
    let sent = a
        .send_file("me", InputFile::bytes("a.txt", data.clone()))
        .await
        .unwrap();
    assert_eq!(sent.media().unwrap().mime_type(), Some("text/plain"));
    let ranges = [
        0..1,
        5..6,
        0..1024,
        1000..600_000,
        524_288..1_048_576,
        1_699_990..2_000_000,
    ];
    for range in ranges {
        let got = a.download(&sent).range(range.clone()).await.unwrap();
        let end = usize::try_from(range.end).unwrap().min(data.len());
        let start = usize::try_from(range.start).unwrap().min(end);
        assert!(got == data[start..end], "{range:?}");
    }
    let chunks: Vec<bytes::Bytes> = a.download(&sent).try_collect().await.unwrap();
    assert!(chunks.concat() == data);
}

#[tokio::test]
async fn readers_of_unknown_length_are_sent() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    for len in [0, 1000, (10 << 20) + 1, 11 << 20] {
        let data = noise(len);
        let file = InputFile::reader("stream.log", std::io::Cursor::new(data.clone()));
        let sent = a
            .send_file("me", file)
            .await
            .unwrap_or_else(|e| panic!("{len}: {e}"));
        assert!(sent.download().await.unwrap() == data, "{len}");
    }
    let short = InputFile::reader("x", std::io::Cursor::new(noise(10))).size(20);
    let e = a.send_file("me", short).await.unwrap_err();
    assert!(
        matches!(&e, Error::File(e) if matches!(**e, FileError::Changed { .. })),
        "{e}"
    );
}

#[tokio::test]
async fn a_cut_connection_does_not_harm_a_transfer() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let data = noise(12_000_000);
    server.faults().cut_after_bytes(3_000_000);
    let sent = a
        .send_file("me", InputFile::bytes("a.bin", data.clone()))
        .await
        .unwrap();
    for method in ["upload.getFile", "upload.getFile", "upload.getFile"] {
        server.faults().cut_after(method);
    }
    server.faults().cut_before("upload.getFile");
    assert!(sent.download().await.unwrap() == data);
    assert_eq!(a.history("me").collect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_expired_reference_is_renewed() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let data = noise(2_000_000);
    let sent = a
        .send_file("me", InputFile::bytes("a.bin", data.clone()))
        .await
        .unwrap();
    server.faults().expire_file_references();
    assert!(sent.download().await.unwrap() == data);
    assert_eq!(server.calls("messages.getMessages"), 1);
    sent.delete().await.unwrap();
    server.faults().expire_file_references();
    let e = sent.download().await.unwrap_err();
    assert!(
        matches!(&e, Error::File(e) if **e == FileError::ReferenceExpired),
        "{e}"
    );
}

#[tokio::test]
async fn a_file_of_another_data_centre_is_fetched_from_there() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let (a, b) = (
        room::enter(&server, &alice).await,
        room::enter(&server, &bob).await,
    );
    let mut updates = b.updates();
    let data = noise(700_000);
    a.send_file("@bob", InputFile::bytes("a.bin", data.clone()))
        .await
        .unwrap();
    let got = room::next_message(&mut updates).await;
    server.faults().refuse(
        "upload.getFile",
        heliogram_server::Refusal::new(303, "FILE_MIGRATE_1"),
    );
    let answer = got.download().await;
    // The server keeps its files everywhere, so following it must work.
    assert!(answer.unwrap() == data);
}

#[tokio::test]
async fn what_cannot_be_sent_or_fetched_is_said_before_anything_is_done() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing.bin");
    let e = a.send_file("me", &missing).await.unwrap_err();
    assert!(
        matches!(e, Error::Io(_)) && e.to_string().contains("missing.bin"),
        "{e}"
    );
    let e = a.send_file("me", dir.path()).await.unwrap_err();
    assert!(
        matches!(&e, Error::File(e) if matches!(**e, FileError::NotAFile { .. })),
        "{e}"
    );
    let huge = InputFile::reader("x", tokio::io::empty()).size(5_000_000_000);
    let e = a.send_file("me", huge).await.unwrap_err();
    assert!(
        matches!(&e, Error::File(e) if matches!(**e, FileError::TooLarge { .. })),
        "{e}"
    );
    let text = a.send_message("me", "no file").await.unwrap();
    let e = a.download(&text).to_vec().await.unwrap_err();
    assert!(
        matches!(&e, Error::File(e) if **e == FileError::Nothing),
        "{e}"
    );
    let sent = a.send_file("me", InputFile::bytes("a", "x")).await.unwrap();
    let nowhere = dir.path().join("no folder").join("a");
    let e = sent.download().to_file(&nowhere).await.unwrap_err();
    assert!(
        matches!(e, Error::Io(_)) && e.to_string().contains("no folder"),
        "{e}"
    );
    assert_eq!(server.calls("upload.saveBigFilePart"), 0);
}

#[tokio::test]
async fn a_transfer_that_is_dropped_stops() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let dir = tempfile::tempdir().unwrap();
    let sent = a
        .send_file("me", InputFile::bytes("a", noise(8_000_000)))
        .await
        .unwrap();
    let stopped = Arc::new(tokio::sync::Notify::new());
    let hook = {
        let stopped = Arc::clone(&stopped);
        move |p: Progress| {
            if p.done > 0 {
                stopped.notify_one();
            }
        }
    };
    let download = sent.download().progress(hook).to_file(dir.path().join("a"));
    tokio::select! {
        _ = download => panic!("too fast to be dropped"),
        () = stopped.notified() => {}
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_whose_parts_the_server_lost_is_sent_again() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let lost = heliogram_server::Refusal::new(400, "FILE_PART_1_MISSING");
    server.faults().refuse("messages.sendMedia", lost);
    let data = noise(1_000_000);
    let sent = a
        .send_file("me", InputFile::bytes("a", data.clone()))
        .await
        .unwrap();
    assert!(sent.download().await.unwrap() == data);
    assert_eq!(server.calls("upload.saveFilePart"), 4);
}

#[cfg(unix)]
#[tokio::test]
async fn a_download_takes_the_place_of_files_only() {
    use std::os::unix::fs::FileTypeExt;
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let a = room::enter(&server, &alice).await;
    let file = InputFile::bytes("a.bin", noise(70_000));
    let sent = a.send_file("me", file).await.unwrap();
    let dir = tempfile::tempdir().unwrap();

    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let other_end = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::read(other_end).unwrap());
    assert_eq!(a.download(&sent).to_file(&pipe).await.unwrap(), 70_000);
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap(), noise(70_000));

    let (link, target) = (dir.path().join("link"), dir.path().join("target"));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    a.download(&sent).to_file(&link).await.unwrap();
    assert!(link.is_symlink());
    assert_eq!(std::fs::read(&target).unwrap(), noise(70_000));

    let e = a.download(&sent).to_file(dir.path()).await.unwrap_err();
    assert!(matches!(e, Error::Io(_)), "{e:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}
