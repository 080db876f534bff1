//! Signing in and out against the embedded server: phone and code, sign-up, password, bot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use heliogram::{
    Authorization, Client, ClientBuilder, Error, Servers, UsageError,
    auth::{CodeKind, Step},
    errors,
    storage::{Memory, Records, SessionFormat, Storage},
};
use heliogram_server::TestServer;

/// A number whose code nobody but the server knows.
const PHONE: &str = "+1 555 010 0001";
/// A number that is home at data centre 2; its code is 22222.
const PHONE_OF_2: &str = "9996621234";

fn servers(server: &TestServer) -> Servers {
    let custom = Servers::custom().public_key(server.public_key_pem());
    server.dcs().iter().fold(custom, |servers, dc| {
        servers.dc(dc.id, dc.address.ip().to_string(), dc.address.port())
    })
}

fn builder(server: &TestServer) -> ClientBuilder {
    Client::builder(1, "abc").server(servers(server))
}

async fn connect(server: &TestServer) -> Client {
    builder(server).connect().await.unwrap()
}

/// Signs up and leaves a signed-in client.
async fn sign_up(server: &TestServer, phone: &str) -> Client {
    let client = connect(server).await;
    let token = client.send_code(phone).await.unwrap();
    let code = server.code_for(phone).unwrap();
    match token.submit(&code).await.unwrap() {
        Step::SignUp(token) => token.sign_up("Ada", "Lovelace").await.unwrap(),
        other => panic!("{other:?}"),
    };
    client
}

#[tokio::test]
async fn a_new_phone_number_signs_up() {
    let server = TestServer::start().await;
    let client = connect(&server).await;
    assert_eq!(client.authorization(), Authorization::None);
    assert!(!client.is_authorized().await.unwrap());
    assert!(client.me().await.unwrap_err().is_unauthorized());

    let token = client.send_code(PHONE).await.unwrap();
    assert_ne!(*token.kind(), CodeKind::NotNeeded);
    let code = server.code_for(PHONE).unwrap();
    let Step::SignUp(token) = token.submit(&code).await.unwrap() else {
        panic!("no account yet")
    };
    let user = token.sign_up("Ada", "Lovelace").await.unwrap();
    assert_eq!(user.full_name(), "Ada Lovelace");
    assert_eq!(client.authorization(), Authorization::User);
    assert_eq!(client.self_id(), Some(user.id()));
    assert_eq!(client.me().await.unwrap().id(), user.id());
    assert!(client.is_authorized().await.unwrap());
}

#[tokio::test]
async fn the_builder_asks_again_after_a_wrong_code() {
    let server = Arc::new(TestServer::start().await);
    let client = connect(&server).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, codes) = (Arc::clone(&asked), Arc::clone(&server));
    let user = client
        .sign_in(PHONE)
        .code(move || {
            let code = match count.fetch_add(1, Ordering::SeqCst) {
                0 => "1".to_owned(),
                _ => codes.code_for(PHONE).unwrap(),
            };
            async { Ok(code) }
        })
        .sign_up("Ada", "")
        .await
        .unwrap();
    assert_eq!(user.first_name(), "Ada");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_code_that_stays_wrong_is_an_error_with_a_remedy() {
    let server = TestServer::start().await;
    let client = connect(&server).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let error = client
        .sign_in(PHONE)
        .code(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok("1".to_owned()) }
        })
        .await
        .unwrap_err();
    assert!(
        error.is(errors::PHONE_CODE_INVALID) && error.is_wrong_secret(),
        "{error:?}"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert!(error.to_string().contains("code is wrong"), "{error}");
    assert_eq!(client.authorization(), Authorization::None);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let server = TestServer::start().await;
    let client = connect(&server).await;
    let usage = |e: Error| match e {
        Error::Usage(e) => e,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        usage(client.sign_in("").await.unwrap_err()),
        UsageError::EmptyPhone
    );
    assert_eq!(
        usage(client.sign_in(PHONE).await.unwrap_err()),
        UsageError::NoCodeSource
    );
    assert_eq!(
        usage(client.sign_in_bot("no token").await.unwrap_err()),
        UsageError::BotToken
    );
    assert_eq!(
        usage(client.check_password("").await.unwrap_err()),
        UsageError::EmptyPassword
    );
    let token = client.send_code(PHONE).await.unwrap();
    assert_eq!(
        usage(token.submit(" ").await.unwrap_err()),
        UsageError::EmptyCode
    );
    let code = server.code_for(PHONE).unwrap();
    let unnamed = client.sign_in(PHONE).code(move || {
        let code = code.clone();
        async move { Ok(code) }
    });
    // Asking anew may have changed the code; either way there is no account without a name.
    let error = unnamed.await.unwrap_err();
    assert!(
        matches!(error, Error::Usage(UsageError::SignUpNeeded))
            || error.is(errors::PHONE_CODE_INVALID),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_phone_number_that_is_none_is_refused_by_the_server() {
    let server = TestServer::start().await;
    let error = connect(&server).await.send_code("1").await.unwrap_err();
    assert!(error.is(errors::PHONE_NUMBER_INVALID), "{error:?}");
    assert!(error.to_string().contains("country code"), "{error}");
}

#[tokio::test]
async fn a_session_is_still_signed_in_after_a_restart() {
    let server = TestServer::start().await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let start = || {
        builder(&server)
            .shared_storage(Arc::clone(&storage))
            .connect()
    };
    let client = start().await.unwrap();
    let token = client.send_code(PHONE).await.unwrap();
    let code = server.code_for(PHONE).unwrap();
    let Step::SignUp(token) = token.submit(&code).await.unwrap() else {
        panic!("no account yet")
    };
    let id = token.sign_up("Ada", "").await.unwrap().id();
    client.stop().await.unwrap();

    let again = start().await.unwrap();
    assert_eq!(again.authorization(), Authorization::User);
    assert_eq!(again.self_id(), Some(id));
    assert_eq!(again.me().await.unwrap().id(), id);

    // The session as a text leads to the same account, which it is asked for.
    for format in [
        SessionFormat::Heliogram,
        SessionFormat::Telethon,
        SessionFormat::GramJs,
        SessionFormat::Pyrogram,
    ] {
        let text = again.session_string(format).await.unwrap().unwrap();
        let from_text = builder(&server).session_string(text).connect().await;
        let from_text = from_text.unwrap();
        assert_eq!(from_text.me().await.unwrap().id(), id, "{format:?}");
        assert_eq!(from_text.self_id(), Some(id), "{format:?}");
        from_text.stop().await.unwrap();
    }
    again.log_out().await.unwrap();
    let none = again.session_string(SessionFormat::Heliogram).await;
    assert_eq!(none.unwrap(), None);
}

#[tokio::test]
async fn a_session_text_that_is_none_is_refused_before_anything_is_sent() {
    let server = TestServer::start().await;
    let error = builder(&server)
        .session_string("nonsense")
        .connect()
        .await
        .unwrap_err();
    let text = error.to_string();
    let Error::Storage(inner) = error else {
        panic!("{text}")
    };
    let inner = inner.downcast_ref::<heliogram::storage::Error>();
    let wrong = matches!(inner, Some(heliogram::storage::Error::SessionString(_)));
    assert!(wrong && text.contains("not a session string"), "{text}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_password_is_set_asked_for_changed_and_removed() {
    let server = TestServer::start().await;
    let owner = sign_up(&server, PHONE).await;
    owner
        .set_password(None, Some("first"), "the hint")
        .await
        .unwrap();
    let error = owner
        .set_password(Some("wrong"), Some("second"), "")
        .await
        .unwrap_err();
    assert!(error.is(errors::PASSWORD_HASH_INVALID), "{error:?}");
    owner
        .set_password(Some("first"), Some("second"), "the hint")
        .await
        .unwrap();

    let client = connect(&server).await;
    let token = client.send_code(PHONE).await.unwrap();
    let code = server.code_for(PHONE).unwrap();
    let Step::Password(token) = token.submit(&code).await.unwrap() else {
        panic!("a password")
    };
    assert_eq!(token.hint(), "the hint");
    let error = token.check("first").await.unwrap_err();
    assert!(error.is_wrong_secret(), "{error:?}");
    assert!(error.to_string().contains("password is wrong"), "{error}");
    assert_eq!(client.authorization(), Authorization::None);
    assert_eq!(
        token.check("second").await.unwrap().id(),
        owner.self_id().unwrap()
    );
    assert_eq!(client.authorization(), Authorization::User);

    owner.set_password(Some("second"), None, "").await.unwrap();
    let third = connect(&server).await;
    let token = third.send_code(PHONE).await.unwrap();
    let code = server.code_for(PHONE).unwrap();
    assert!(matches!(token.submit(&code).await.unwrap(), Step::Done(_)));
}

#[tokio::test]
async fn the_builder_asks_for_the_password_with_its_hint() {
    let server = TestServer::start().await;
    let owner = sign_up(&server, PHONE_OF_2).await;
    owner
        .set_password(None, Some("secret"), "a pet")
        .await
        .unwrap();
    let client = connect(&server).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    client
        .sign_in(PHONE_OF_2)
        .code(|| async { Ok("22222".into()) })
        .password(move |hint| {
            assert_eq!(hint, "a pet");
            let wrong = count.fetch_add(1, Ordering::SeqCst) == 0;
            async move { Ok(if wrong { "wrong" } else { "secret" }.into()) }
        })
        .await
        .unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_phone_of_another_data_centre_is_followed_there() {
    let server = TestServer::start().await;
    let client = connect(&server).await;
    assert_eq!(client.home_dc(), 1);
    client
        .sign_in(PHONE_OF_2)
        .code(|| async { Ok("22222".into()) })
        .sign_up("Bob", "")
        .await
        .unwrap();
    assert_eq!(client.home_dc(), 2);
    assert_eq!(client.me().await.unwrap().first_name(), "Bob");
}

#[tokio::test]
async fn a_bot_signs_in_with_its_token() {
    let server = heliogram_server::Server::builder()
        .bot("echo_bot")
        .start()
        .await
        .unwrap();
    let server = TestServer::from(server);
    let (name, token) = server.bots().first().cloned().unwrap();
    let client = connect(&server).await;
    let me = client.sign_in_bot(token).await.unwrap();
    assert!(me.is_bot());
    assert_eq!(me.username(), Some(&*name));
    assert_eq!(client.authorization(), Authorization::Bot);

    let error = connect(&server)
        .await
        .sign_in_bot("12345:wrong")
        .await
        .unwrap_err();
    assert!(error.is(errors::ACCESS_TOKEN_INVALID), "{error:?}");
    assert!(error.to_string().contains("@BotFather"), "{error}");
    assert!(
        !error.to_string().contains("12345:wrong"),
        "the token stays secret: {error}"
    );
}

#[tokio::test]
async fn after_logging_out_the_same_client_can_sign_in_again() {
    let server = TestServer::start().await;
    let client = sign_up(&server, PHONE).await;
    let id = client.self_id();
    let records = Records::new(Arc::clone(client.storage()));
    let dc = client.home_dc();
    let key = async || records.dc_key(dc).await.unwrap().map(|key| key.key.id());
    let signed_in = key().await.unwrap();
    client.log_out().await.unwrap();
    assert_eq!(client.authorization(), Authorization::None);
    // The key that was signed in is good for nothing any more, here and at the server.
    assert_eq!(key().await, None);
    assert!(!client.is_authorized().await.unwrap());
    assert_ne!(key().await.unwrap(), signed_in);
    assert_eq!(records.signed_in().await.unwrap(), None);
    client.log_out().await.unwrap();

    let token = client.send_code(PHONE).await.unwrap();
    let code = server.code_for(PHONE).unwrap();
    assert!(matches!(token.submit(&code).await.unwrap(), Step::Done(_)));
    assert_eq!(client.self_id(), id);
}

#[tokio::test]
async fn a_code_can_be_sent_again_and_taken_back() {
    let server = TestServer::start().await;
    let client = connect(&server).await;
    let token = client.send_code(PHONE).await.unwrap();
    let token = match token.resend().await {
        Ok(token) => token,
        Err(e) => {
            assert_eq!(e.method(), Some("auth.resendCode"), "{e:?}");
            client.send_code(PHONE).await.unwrap()
        }
    };
    token.cancel().await.unwrap();
}
