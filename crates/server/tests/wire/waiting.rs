//! Calls that wait for a bot, over real sockets.

use std::time::{Duration, Instant};

use heliogram_api::functions::{auth, contacts, help, messages, updates};
use heliogram_api::{enums, types};
use heliogram_server::{Fault, Server, TestServer};

use crate::peer::Peer;
use crate::runtime;

/// A server with an inline bot, somebody who may ask it, and the bot; both listen.
fn there(timeout: Duration) -> (TestServer, Peer, Peer, enums::InputUser) {
    let server = runtime().block_on(async {
        let builder = Server::builder().inline_bot("ask_bot", "Ask...");
        builder.bot_timeout(timeout).start().await.unwrap()
    });
    let server = TestServer::from(server);
    let (alice, ask) =
        runtime().block_on(async { (server.user("alice").await, server.bot("ask_bot").await) });
    let mut person = Peer::logged_in(&server, &alice);
    person.call(updates::GetState::new()).unwrap();
    let mut bot = Peer::connect(&server, 2);
    let token = ask.token().unwrap().to_owned();
    let login = auth::ImportBotAuthorization::new(0, 1, "hash".into(), token);
    bot.call(login).unwrap();
    bot.call(updates::GetState::new()).unwrap();
    let name = contacts::ResolveUsername::new("ask_bot".into());
    person.call(name).unwrap();
    let hash = ask.access_hash_for(&alice);
    let input = types::InputUser::new(ask.id(), hash).into();
    (server, person, bot, input)
}

fn query(bot: &enums::InputUser) -> messages::GetInlineBotResults {
    let me = enums::InputPeer::InputPeerSelf;
    messages::GetInlineBotResults::new(bot.clone(), me, "cats".into(), String::new())
}

/// The question the bot hears next.
fn question(bot: &mut Peer) -> i64 {
    loop {
        let enums::Updates::Updates(told) = bot.next_update() else {
            continue;
        };
        let asked = told.updates.iter().find_map(|update| match update {
            enums::Update::BotInlineQuery(query) => Some(query.query_id),
            _ => None,
        });
        if let Some(id) = asked {
            return id;
        }
    }
}

#[test]
fn a_call_that_waits_holds_nobody_up() {
    let (_server, mut person, mut bot, input) = there(Duration::from_secs(60));
    let waiting = person.ask(query(&input));
    let id = question(&mut bot);
    // The same connection is served meanwhile, and so is the world.
    let other = person.ask(help::GetNearestDc::new());
    assert_eq!(person.answers(1), [other]);
    person.call(messages::GetAllStickers::new(0)).unwrap();
    let none = messages::SetInlineBotResults::new(id, Vec::new(), 0);
    assert!(bot.call(none).unwrap());
    assert_eq!(person.answers(1), [waiting]);
}

#[test]
fn nobody_waits_for_ever() {
    let (_server, mut person, _bot, input) = there(Duration::from_millis(50));
    let refused = person.call(query(&input)).unwrap_err();
    assert_eq!(
        (refused.code, &*refused.message),
        (400, "BOT_RESPONSE_TIMEOUT")
    );
}

#[test]
fn an_answer_finds_a_session_that_moved_to_another_connection() {
    let (_server, mut person, mut bot, input) = there(Duration::from_secs(60));
    let waiting = person.ask(query(&input));
    let id = question(&mut bot);
    person.reconnect();
    person.call(help::GetNearestDc::new()).unwrap();
    bot.call(messages::SetInlineBotResults::new(id, Vec::new(), 0))
        .unwrap();
    assert_eq!(person.answers(1), [waiting]);
}

#[test]
fn faults_strike_calls_that_wait() {
    let (server, mut person, mut bot, input) = there(Duration::from_secs(60));
    let method = "messages.getInlineBotResults";
    let delayed = Fault::delay_call(Duration::from_millis(100)).method(method);
    server.faults().add(delayed).unwrap();
    let began = Instant::now();
    let waiting = person.ask(query(&input));
    let id = question(&mut bot);
    assert!(began.elapsed() >= Duration::from_millis(100));
    bot.call(messages::SetInlineBotResults::new(id, Vec::new(), 0))
        .unwrap();
    assert_eq!(person.answers(1), [waiting]);

    // The call is run, the connection ends, and the answer comes over the next one.
    server
        .faults()
        .add(Fault::cut_after().method(method))
        .unwrap();
    let waiting = person.ask(query(&input));
    let id = question(&mut bot);
    person.wait_for_the_end();
    person.reconnect();
    person.call(help::GetNearestDc::new()).unwrap();
    bot.call(messages::SetInlineBotResults::new(id, Vec::new(), 0))
        .unwrap();
    assert_eq!(person.answers(1), [waiting]);
}
