//! What a CDN that is not honest, or is not there, can do to a client: nothing but be left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{sync::Arc, time::Duration};

use heliogram::{Client, Error, Identity, ProtocolError, api::functions as f};
use heliogram_tl::Call;
use script::{
    Server,
    account::{client_of, poison, signed_in, taken, works},
    cdn::{CDN, Lie, Scene, other_rsa_key},
};

/// Longer than any reaction takes, shorter than a hang.
const SOON: Duration = Duration::from_secs(30);

async fn enter(server: &Server) -> Client {
    let client = server.client().shared_storage(signed_in().await);
    client.connect().await.unwrap()
}

/// All that a download hands out, and how it ended.
async fn fetch(client: &Client, scene: &Scene) -> (Vec<u8>, Option<Error>) {
    let mut download = client.download(scene.document());
    let mut got = Vec::new();
    let all = async {
        loop {
            match download.try_next().await {
                Ok(Some(bytes)) => got.extend_from_slice(&bytes),
                Ok(None) => return None,
                Err(e) => return Some(e),
            }
        }
    };
    let end = tokio::time::timeout(SOON, all).await.expect("it hangs");
    (got, end)
}

fn cdn_calls(server: &Server) -> usize {
    server.count::<f::upload::GetCdnFile>()
}

/// A lie is seen through: the file comes from home, or not at all, and never otherwise.
async fn seen_through(lie: Lie) {
    for home_has_it in [true, false] {
        let mut scene = Scene::new(lie);
        scene.home_has_it = home_has_it;
        let (server, scene) = scene.start().await;
        let client = enter(&server).await;
        let (got, end) = fetch(&client, &scene).await;
        if home_has_it {
            assert!(end.is_none() && got == scene.content, "{lie:?} {end:?}");
        } else {
            let e = end.expect("there is no file to be had");
            assert!(e.is(heliogram::errors::FILE_ID_INVALID), "{lie:?} {e}");
            assert!(got.is_empty(), "{lie:?} was handed out");
        }
        let asked = cdn_calls(&server);
        assert!((1..=64).contains(&asked), "{lie:?} {asked}");
        assert_eq!(client.self_id(), Some(7), "{lie:?}");
        assert_eq!(client.home_dc(), 1, "{lie:?}");
        works(&client).await;
    }
}

#[tokio::test]
async fn sec_31_bytes_with_a_wrong_hash_are_never_handed_out() {
    seen_through(Lie::FlipBit).await;
}

#[tokio::test]
async fn sec_31_bytes_of_another_file_or_place_are_never_handed_out() {
    seen_through(Lie::OtherFile).await;
    seen_through(Lie::OtherPlace).await;
}

#[tokio::test]
async fn sec_31_parts_of_a_wrong_length_are_never_handed_out() {
    for lie in [Lie::Short, Lie::Long, Lie::Empty] {
        seen_through(lie).await;
    }
}

#[tokio::test]
async fn sec_31_refusals_of_a_cdn_say_nothing_about_the_account() {
    seen_through(Lie::Unauthorized).await;
    seen_through(Lie::Migrate).await;
}

#[tokio::test]
async fn a_cdn_that_keeps_its_clients_busy_is_left() {
    for lie in [
        Lie::NeverThere,
        Lie::LongToken,
        Lie::TokenInvalid,
        Lie::Flood("FLOOD_WAIT_86400"),
    ] {
        seen_through(lie).await;
    }
}

#[tokio::test]
async fn a_cdn_that_keeps_its_clients_waiting_is_left_in_time() {
    for lie in [Lie::Silent, Lie::Flood("FLOOD_WAIT_30")] {
        let (server, scene) = Scene::new(lie).start().await;
        let client = server
            .client()
            .shared_storage(signed_in().await)
            .request_timeout(Duration::from_secs(3));
        let client = client.connect().await.unwrap();
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.is_none() && got == scene.content, "{lie:?} {end:?}");
        assert!(cdn_calls(&server) > 0);
    }
}

#[tokio::test]
async fn a_cdn_that_lied_once_is_not_waited_for() {
    seen_through(Lie::OnceThenSilent).await;
}

#[tokio::test]
async fn a_cdn_that_cannot_be_reached_is_done_without() {
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = |listener: &tokio::net::TcpListener| listener.local_addr().unwrap().port();
    let ports = [port(&mute), port(&gone), 0];
    drop(gone);
    for port in ports {
        let scene = Scene::new(Lie::None);
        scene.port.set(port).unwrap();
        let (server, scene) = scene.start().await;
        let client = server.client().connect_timeout(Duration::from_millis(500));
        let client = client.shared_storage(signed_in().await);
        let client = client.connect().await.unwrap();
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.is_none() && got == scene.content, "{port} {end:?}");
        assert_eq!(cdn_calls(&server), 0);
    }
}

#[tokio::test]
async fn sec_31_a_file_without_hashes_is_never_handed_out() {
    for hashes in [0..0, 0..1_000_000, 1_000_000..3_000_000] {
        let mut scene = Scene::new(Lie::None);
        (scene.home_has_it, scene.hashes) = (false, hashes);
        let (server, scene) = scene.start().await;
        let client = enter(&server).await;
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.unwrap().is(heliogram::errors::FILE_ID_INVALID));
        assert!(got.len() <= scene.hashes.end.next_multiple_of(1 << 17));
        assert!(got == scene.content[..got.len()]);
    }
}

#[tokio::test]
async fn sec_31_a_cdn_is_known_by_the_key_that_home_names_for_it() {
    let keys = |keys: &[i32]| keys.iter().map(|dc| (*dc, other_rsa_key())).collect();
    let homes_own = Server::start_with_cdn(script::account::answer)
        .await
        .key
        .clone();
    for (has, told) in [
        (other_rsa_key(), keys(&[])),
        (other_rsa_key(), keys(&[204, 1])),
        (other_rsa_key(), vec![(CDN, homes_own.clone())]),
        // The key that the client was built with is home's alone.
        (homes_own.clone(), keys(&[CDN])),
        (homes_own.clone(), vec![(1, homes_own.clone())]),
    ] {
        let mut scene = Scene::new(Lie::None);
        scene.keys = vec![told];
        let (server, scene) = scene.start().await;
        server.give_cdn_key(has);
        let client = enter(&server).await;
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.is_none() && got == scene.content, "{end:?}");
        assert_eq!(server.keys_made_at(CDN), 0);
        assert!(scene.shown.lock().unwrap().is_empty());
        // Asked for at first, and once more when the key turned out not to be among them.
        assert_eq!(server.count::<f::help::GetCdnConfig>(), 2);

        let token = bytes::Bytes::from_static(b"token");
        let call = f::upload::GetCdnFile::new(token, 0, 4096);
        let e = client.invoke_on(CDN, heliogram::Purpose::Cdn, call).await;
        let Err(Error::Protocol(e)) = e else {
            panic!("{e:?}")
        };
        let unknown = ProtocolError::UnknownServerKey {
            dc: CDN,
            address: format!("127.0.0.1:{}", server.ports[1]).into(),
        };
        assert_eq!(*e, unknown);
        client.stop().await.unwrap();
    }
}

#[tokio::test]
async fn the_keys_of_cdns_are_fetched_anew_when_one_is_unknown() {
    let mut scene = Scene::new(Lie::None);
    let (other, _) = Scene::new(Lie::None).start().await;
    scene.keys.insert(0, vec![(CDN, other.key.clone())]);
    let (server, scene) = scene.start().await;
    let client = enter(&server).await;
    let (got, end) = fetch(&client, &scene).await;
    assert!(end.is_none() && got == scene.content, "{end:?}");
    assert_eq!(server.count::<f::help::GetCdnConfig>(), 2);
    assert_eq!(cdn_calls(&server), 5);
}

#[tokio::test]
async fn sec_31_a_cdn_learns_nothing_of_the_account_or_the_device() {
    let (server, scene) = Scene::new(Lie::None).start().await;
    let secret = || "private".to_owned();
    let identity = Identity {
        device_model: secret(),
        system_version: secret(),
        app_version: secret(),
        system_lang_code: secret(),
        lang_pack: secret(),
        lang_code: secret(),
    };
    let client = server.client().identity(identity);
    let client = client.shared_storage(signed_in().await);
    let client = client.connect().await.unwrap();
    let (got, end) = fetch(&client, &scene).await;
    assert!(end.is_none() && got == scene.content, "{end:?}");
    let shown = std::mem::take(&mut *scene.shown.lock().unwrap());
    let told: Vec<_> = shown.iter().flat_map(|s| &s.introduction).collect();
    assert!(!told.is_empty() && !told.contains(&&secret()), "{told:?}");
    let only_files = |s: &script::cdn::Shown| s.method == f::upload::GetCdnFile::ID;
    assert!(shown.iter().all(|s| only_files(s) && !s.without_updates));
    assert_eq!(server.count::<f::auth::ExportAuthorization>(), 0);
    // Nor is anything of the CDN kept for a later start.
    let kept = heliogram::storage::Records::new(Arc::clone(client.storage()));
    assert!(kept.dc_key(CDN).await.unwrap().is_none());
    assert!(kept.dc_key(1).await.unwrap().is_some());
    let addresses = kept.dc_addresses().await.unwrap();
    assert!(addresses.iter().all(|a| a.dc != CDN));
}

#[tokio::test]
async fn sec_29_updates_from_a_cdn_are_not_taken() {
    for lie in [Lie::None, Lie::Updates] {
        let (server, scene) = Scene::new(lie).start().await;
        let (client, mut updates) = client_of(&server).await;
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.is_none() && got == scene.content, "{end:?}");
        assert!(server.push_from(CDN, &poison()) > 0);
        works(&client).await;
        assert_eq!(taken(&mut updates).await, 0);
        // The same from home is taken.
        assert!(server.push_from(1, &poison()) > 0);
        assert_eq!(taken(&mut updates).await, 1);
    }
}

#[tokio::test]
async fn a_vanished_key_is_made_anew() {
    let (server, scene) = Scene::new(Lie::None).start().await;
    let client = enter(&server).await;
    for keys in 1..4 {
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.is_none() && got == scene.content, "{end:?}");
        assert_eq!(server.keys_made_at(CDN), keys);
        server.forget_keys_of(CDN);
    }
    assert_eq!(cdn_calls(&server), 3 * 5);
    // Home's own key is another matter, and untouched.
    assert_eq!(server.keys_made_at(1), 1);
}

#[tokio::test]
async fn a_cdn_that_forgets_every_key_is_left() {
    let (server, scene) = Scene::new(Lie::None).start().await;
    server.be_forgetful(CDN);
    let client = enter(&server).await;
    let (got, end) = fetch(&client, &scene).await;
    assert!(end.is_none() && got == scene.content, "{end:?}");
    assert_eq!(cdn_calls(&server), 0);
    assert!(server.keys_made_at(CDN) <= 16);
}

#[tokio::test]
async fn redirects_to_nowhere_or_back_home_are_not_followed() {
    for to in [0, -1, 1, 2, 204, 1_000_000, i32::MAX] {
        let mut scene = Scene::new(Lie::None);
        scene.redirect_to = to;
        let (server, scene) = scene.start().await;
        let client = enter(&server).await;
        let (got, end) = fetch(&client, &scene).await;
        assert!(end.is_none() && got == scene.content, "{to} {end:?}");
        assert_eq!(cdn_calls(&server), 0, "{to}");
        assert!(server.count::<f::upload::GetFile>() <= 16, "{to}");
    }
}
