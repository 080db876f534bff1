//! Files from the embedded server's CDN.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use heliogram::{Client, InputFile, Message};
use heliogram_server::{Account, Refusal, Server, TestServer, faults::Fault};

/// Bytes in which every stretch of 128 KiB is another one.
fn content(len: u32) -> Vec<u8> {
    let byte = |n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8;
    (0..len).map(byte).collect()
}

/// A server with a CDN, and alice.
async fn start() -> (TestServer, Account) {
    let server = Server::builder().cdn(true).start().await.unwrap();
    let server = TestServer::from(server);
    let alice = server.user("alice").await;
    (server, alice)
}

/// A file in alice's Saved Messages.
async fn send(client: &Client, data: &[u8]) -> Message {
    let file = InputFile::bytes("large.bin", data.to_vec());
    client.send_file("me", file).await.unwrap()
}

/// How many parts the CDN was asked for, and how many the file's own data centre.
fn asked(server: &TestServer) -> (u64, u64) {
    let calls = |method| server.calls(method);
    (calls("upload.getCdnFile"), calls("upload.getFile"))
}

#[tokio::test]
async fn a_large_document_comes_from_the_cdn_byte_for_byte() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(20_000_123);
    let sent = send(&a, &data).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.bin");
    let got = a.download(&sent).to_file(&path).await.unwrap();
    assert_eq!(got, data.len() as u64);
    assert!(std::fs::read(&path).unwrap() == data);
    // The parts asked for before the redirect came are all that home was asked for.
    let parts = data.len().div_ceil(512 << 10) as u64;
    let (cdn, home) = asked(&server);
    assert!(cdn >= parts, "{cdn} of {parts}");
    assert!(home <= 8, "{home}");
    assert_eq!(server.calls("help.getCdnConfig"), 1);
    assert_eq!(server.calls("auth.exportAuthorization"), 0);
    assert!(server.calls("upload.reuploadCdnFile") > 0);
    assert!(server.calls("upload.getCdnFileHashes") > 0);

    // Keys, addresses and connections serve the next file.
    assert!(sent.download().await.unwrap() == data);
    assert!(asked(&server).0 >= 2 * parts);
    assert_eq!(server.calls("help.getCdnConfig"), 1);
}

#[tokio::test]
async fn any_range_comes_from_the_cdn() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(2_700_001);
    let sent = send(&a, &data).await;
    for range in [
        0..1,
        5000..5001,
        100_000..140_000,
        524_287..524_289,
        200_000..2_000_000,
        2_699_999..9_000_000,
    ] {
        let before = asked(&server).0;
        let got = a.download(&sent).range(range.clone()).await.unwrap();
        let end = usize::try_from(range.end).unwrap().min(data.len());
        let start = usize::try_from(range.start).unwrap();
        assert!(got == data[start..end], "{range:?}");
        assert!(asked(&server).0 > before, "{range:?}");
    }
}

#[tokio::test]
async fn a_client_that_wants_no_cdn_gets_everything_from_home() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(3_000_000);
    send(&a, &data).await;
    let storage = std::sync::Arc::clone(a.storage());
    a.stop().await.unwrap();
    let builder = room::builder(&server).shared_storage(storage).cdn(false);
    let a = builder.connect().await.unwrap();
    let sent = a.history("me").collect().await.unwrap().remove(0);
    assert!(sent.download().await.unwrap() == data);
    assert_eq!(asked(&server), (0, 6));
    assert_eq!(server.calls("help.getCdnConfig"), 0);
}

#[tokio::test]
async fn sec_31_bytes_that_do_not_match_their_hashes_come_from_home_instead() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(5_000_000);
    let sent = send(&a, &data).await;
    for skip in [0, 3, 8] {
        let fault = Fault::cdn_wrong_hash().skip(skip);
        server.faults().add(fault).unwrap();
    }
    assert!(sent.download().await.unwrap() == data);
    let (cdn, home) = asked(&server);
    assert!(cdn > 0 && home >= 8, "{cdn} {home}");
    // For the next files no CDN is asked.
    server.faults().clear();
    assert!(sent.download().await.unwrap() == data);
    assert_eq!(asked(&server), (cdn, home + 10));
}

#[tokio::test]
async fn tokens_that_expire_are_renewed_or_the_file_comes_from_home() {
    let token = || Refusal::new(400, "FILE_TOKEN_INVALID");
    let request = || Refusal::new(400, "REQUEST_TOKEN_INVALID");
    for (method, refusal) in [
        ("upload.getCdnFile", token()),
        ("upload.getCdnFileHashes", token()),
        ("upload.reuploadCdnFile", token()),
        ("upload.reuploadCdnFile", request()),
    ] {
        for always in [false, true] {
            let (server, alice) = start().await;
            let a = room::enter(&server, &alice).await;
            let data = content(4_000_000);
            let sent = send(&a, &data).await;
            let fault = Fault::refuse(refusal.clone()).method(method);
            let fault = if always { fault.always() } else { fault };
            server.faults().add(fault).unwrap();
            assert!(sent.download().await.unwrap() == data, "{method}");
            let (cdn, home) = asked(&server);
            assert!(cdn > 0, "{method}");
            // Each redirect is asked for by the parts under way, and there are few redirects.
            assert!(home <= 8 * 5, "{method} {home}");
        }
    }
}

#[tokio::test]
async fn references_that_expire_under_way_are_renewed() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(12_000_000);
    let sent = send(&a, &data).await;
    let mut download = sent.download();
    let mut got = download.try_next().await.unwrap().unwrap().to_vec();
    server.faults().expire_file_references();
    while let Some(bytes) = download.try_next().await.unwrap() {
        got.extend_from_slice(&bytes);
    }
    assert!(got == data);
    assert_eq!(server.calls("messages.getMessages"), 1);
}

#[tokio::test]
async fn cut_connections_to_a_cdn_do_no_harm() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(9_000_000);
    let sent = send(&a, &data).await;
    for _ in 0..3 {
        server.faults().cut_after("upload.getCdnFile");
    }
    server.faults().cut_before("upload.getCdnFile");
    server.faults().cut_after("upload.reuploadCdnFile");
    assert!(sent.download().await.unwrap() == data);
    let (cdn, home) = asked(&server);
    assert!(cdn >= 18 && home <= 10, "{cdn} {home}");
}

#[tokio::test]
async fn keys_that_a_cdn_loses_under_way_are_made_anew() {
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let data = content(9_000_000);
    let sent = send(&a, &data).await;
    let cdn = server.cdn().unwrap().id;
    let lost = Fault::forget_key().dc(cdn).times(2);
    server.faults().add(lost.at([6, 14])).unwrap();
    assert!(sent.download().await.unwrap() == data);
    let log = server.faults().log();
    assert_eq!(log.len(), 2, "{log:?}");
    let (cdn, home) = asked(&server);
    assert!(cdn >= 18 && home <= 8, "{cdn} {home}");
    // Faults are not for a CDN that is not there.
    let without = TestServer::start().await;
    let lost = Fault::forget_key().dc(203);
    assert!(without.faults().add(lost).is_err());
}

#[tokio::test]
async fn keys_of_cdns_are_bound_to_nothing() {
    let (server, alice) = start().await;
    let builder = room::builder(&server).pfs(true);
    let a = room::enter_by(builder, &alice).await;
    let data = content(3_000_000);
    let sent = send(&a, &data).await;
    let bound = server.calls("auth.bindTempAuthKey");
    assert!(sent.download().await.unwrap() == data);
    assert!(asked(&server).0 >= 6);
    assert_eq!(server.calls("auth.bindTempAuthKey"), bound);
}

#[tokio::test]
async fn a_cdn_takes_nothing_but_calls_for_files() {
    use heliogram::{Error, Purpose, api::functions as f};
    let (server, alice) = start().await;
    let a = room::enter(&server, &alice).await;
    let cdn = server.cdn().unwrap().id;
    let e = a
        .invoke_on(cdn, Purpose::Cdn, f::help::GetConfig {})
        .await
        .unwrap_err();
    assert!(matches!(e, Error::Usage(_)), "{e}");
    let token = bytes::Bytes::from_static(b"no token");
    let call = f::upload::GetCdnFile::new(token, 0, 4096);
    let e = a.invoke_on(cdn, Purpose::Cdn, call).await.unwrap_err();
    assert!(e.is(heliogram::errors::FILE_TOKEN_INVALID), "{e}");
}
