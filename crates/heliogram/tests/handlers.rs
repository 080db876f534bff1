//! Handlers on clients of the embedded server: given, taken away, run, stopped.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use heliogram::{
    Client, Error, Event, Message, Result, Router, SessionEnd,
    dispatch::{Failure, Lagged, Plugins, Registration, State, Workers},
    events::Lifecycle,
    filter::any,
    run_all,
    storage::Memory,
    testing::TestServer,
};
use heliogram_server::{Fault, Refusal};
use tokio::sync::{Notify, mpsc};

use room::{enter_with, next_message, no_message, until};

const SOON: Duration = Duration::from_secs(20);

/// Where handlers tell what they have seen.
type Said = mpsc::UnboundedSender<String>;

async fn next(heard: &mut mpsc::UnboundedReceiver<String>) -> String {
    let next = tokio::time::timeout(SOON, heard.recv()).await;
    next.expect("it comes soon")
        .expect("somebody is left to say it")
}

async fn tell(message: Message, State(said): State<Said>) {
    if !message.is_outgoing() {
        said.send(message.text().to_owned()).unwrap();
    }
}

async fn echo(message: Message) -> Result<()> {
    if !message.is_outgoing() {
        message.reply(message.text()).await?;
    }
    Ok(())
}

/// A bot, and somebody who writes to it.
struct Pair {
    server: TestServer,
    alice: Client,
    bot: Client,
    token: String,
}

impl Pair {
    async fn new(workers: Workers) -> Self {
        let server = TestServer::start().await;
        let (alice, account) = (server.user("alice").await, server.bot("robot").await);
        let bot = server.client_builder().workers(workers).connect().await;
        let bot = bot.unwrap();
        let token = account.token().unwrap().to_owned();
        bot.sign_in_bot(&token).await.unwrap();
        Self {
            alice: server.client(&alice).await.unwrap(),
            bot,
            token,
            server,
        }
    }

    async fn say(&self, text: &str) {
        self.alice.send_message("@robot", text).await.unwrap();
    }

    fn run<S: Clone + Send + Sync + 'static>(
        &self,
        router: Router<S>,
        state: S,
    ) -> tokio::task::JoinHandle<Result<()>> {
        let bot = self.bot.clone();
        tokio::spawn(async move { bot.run_with(router, state).await })
    }
}

#[tokio::test]
async fn handlers_come_and_go_while_the_client_is_connected() {
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let router = Router::new().on(any(), tell).name("tell").with_state(said);
    let given = pair.bot.attach(router).await.unwrap();
    let echo = pair.bot.on(any(), echo).await.unwrap();
    let names: Vec<_> = pair
        .bot
        .handlers()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names[0], "0: tell takes NewMessage");
    assert_eq!(names.len(), 2);
    let mut updates = pair.alice.updates();
    pair.say("one").await;
    assert_eq!(next(&mut heard).await, "one");
    assert!(pair.bot.remove(&given) && !pair.bot.remove(&given));
    // Now the second one is the first that wants it.
    pair.say("two").await;
    assert_eq!(next_message(&mut updates).await.text(), "two");
    assert_eq!(heard.recv().await, None);
    assert!(pair.bot.remove(&echo));
    pair.say("three").await;
    no_message(&mut updates).await;
}

#[tokio::test]
async fn what_happens_while_no_handler_is_there_waits_for_the_next() {
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let router = Router::new().on(any(), tell).with_state(said);
    let given = pair.bot.attach(router.clone()).await.unwrap();
    pair.say("one").await;
    assert_eq!(next(&mut heard).await, "one");
    pair.bot.remove(&given);
    tokio::time::sleep(Duration::from_millis(50)).await;
    pair.say("two").await;
    pair.bot.attach(router).await.unwrap();
    assert_eq!(next(&mut heard).await, "two");
}

/// Handlers that hang at "0" until they are let go, with ten messages for them.
async fn hanging(workers: Workers) -> (Pair, Registration, Arc<Notify>) {
    async fn hangs(message: Message, State(go): State<Arc<Notify>>) {
        if message.text() == "0" {
            go.notified().await;
        }
    }
    let pair = Pair::new(workers).await;
    let go = Arc::new(Notify::new());
    let router = Router::new().on(any(), hangs).with_state(Arc::clone(&go));
    let given = pair.bot.attach(router).await.unwrap();
    for number in 0..10 {
        pair.say(&number.to_string()).await;
    }
    // One more is always waited for.
    until(|| pair.bot.stats().handlers.in_hand == 11).await;
    (pair, given, go)
}

#[tokio::test]
async fn what_waits_when_the_last_handler_goes_comes_to_the_next() {
    let (pair, given, go) = hanging(Workers::new().ack_after_handler(true)).await;
    assert!(pair.bot.remove(&given));
    go.notify_one();
    until(|| pair.bot.stats().handlers.in_hand == 0).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let router = Router::new().on(any(), tell).with_state(said);
    pair.bot.attach(router).await.unwrap();
    for number in 1..10 {
        assert_eq!(next(&mut heard).await, number.to_string());
    }
}

#[tokio::test]
async fn what_was_received_and_waits_when_the_last_handler_goes_is_told_to_the_next() {
    async fn lagged(Lagged(dropped): Lagged, State(said): State<Said>) {
        said.send(dropped.to_string()).unwrap();
    }
    let (pair, given, go) = hanging(Workers::new()).await;
    assert!(pair.bot.remove(&given));
    go.notify_one();
    until(|| pair.bot.stats().handlers.in_hand == 0).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let router = Router::new().on_lagged(any(), lagged).with_state(said);
    pair.bot.attach(router).await.unwrap();
    assert_eq!(next(&mut heard).await, "9");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_are_exchanged_over_and_over_and_no_event_is_lost() {
    let pair = Pair::new(Workers::new().ack_after_handler(true)).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let router = Router::new().on(any(), tell).with_state(said);
    let mut given = pair.bot.attach(router.clone()).await.unwrap();
    let alice = pair.alice.clone();
    let speaker = tokio::spawn(async move {
        for number in 0..200 {
            let text = number.to_string();
            alice.send_message("@robot", text).await.unwrap();
        }
    });
    while !speaker.is_finished() {
        let (bot, router) = (pair.bot.clone(), router.clone());
        let next = tokio::spawn(async move { bot.attach(router).await.unwrap() });
        pair.bot.remove(&given);
        given = next.await.unwrap();
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    speaker.await.unwrap();
    let mut missing: BTreeSet<_> = (0..200).map(|number| number.to_string()).collect();
    while !missing.is_empty() {
        let next = tokio::time::timeout(SOON, heard.recv()).await;
        let text = next.unwrap_or_else(|_| panic!("lost: {missing:?}"));
        missing.remove(&text.unwrap());
    }
}

#[tokio::test]
async fn running_ends_when_told_and_lets_handlers_end_first() {
    async fn slow(message: Message, State(begun): State<Arc<Notify>>) -> Result<()> {
        begun.notify_one();
        tokio::time::sleep(Duration::from_millis(150)).await;
        message.reply("done").await.map(drop)
    }
    let pair = Pair::new(Workers::new()).await;
    let begun = Arc::new(Notify::new());
    let running = pair.run(Router::new().on(any(), slow), Arc::clone(&begun));
    let mut updates = pair.alice.updates();
    pair.say("work").await;
    begun.notified().await;
    pair.bot.quit();
    running.await.unwrap().unwrap();
    assert_eq!(next_message(&mut updates).await.text(), "done");
    assert!(matches!(pair.bot.me().await, Err(Error::Closed)));
}

#[tokio::test]
async fn handlers_that_do_not_end_in_time_are_cut_off() {
    async fn stuck(State(begun): State<Arc<Notify>>) {
        begun.notify_one();
        std::future::pending::<()>().await;
    }
    let pair = Pair::new(Workers::new().drain(Duration::from_millis(100))).await;
    let begun = Arc::new(Notify::new());
    let running = pair.run(Router::new().on(any(), stuck), Arc::clone(&begun));
    pair.say("work").await;
    begun.notified().await;
    pair.bot.quit();
    let ended = tokio::time::timeout(SOON, running).await;
    ended.expect("it ends").unwrap().unwrap();
    // The handler held the state; now nobody does.
    until(|| Arc::strong_count(&begun) == 1).await;
}

#[tokio::test]
async fn a_handler_may_stop_its_own_client() {
    async fn stop(client: Client) -> Result<()> {
        client.stop().await
    }
    let pair = Pair::new(Workers::new()).await;
    let running = pair.run(Router::new().on(any(), stop), ());
    pair.say("stop").await;
    let ended = tokio::time::timeout(SOON, running).await;
    ended.expect("it ends").unwrap().unwrap();
}

#[tokio::test]
async fn a_client_with_handlers_goes_away_with_its_last_handle() {
    let server = heliogram_server::TestServer::start().await;
    let alice = server.user("alice").await;
    let storage = Arc::new(Memory::default());
    let client = enter_with(&server, &alice, storage.clone()).await;
    client.on(any(), echo).await.unwrap();
    drop(client);
    let again = async {
        loop {
            let builder = room::builder(&server).shared_storage(storage.clone());
            if builder.connect().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let free = tokio::time::timeout(SOON, again).await;
    free.expect("the storage is free again");
}

#[tokio::test]
async fn running_without_an_account_says_what_to_do() {
    let server = TestServer::start().await;
    let client = server.client_builder().connect().await.unwrap();
    let refused = client.run(Router::new().on(any(), echo)).await.unwrap_err();
    assert!(refused.to_string().contains("sign_in"), "{refused}");
    assert!(client.handlers().is_empty());
}

#[tokio::test]
async fn running_ends_with_the_reason_when_the_session_is_revoked() {
    let pair = Pair::new(Workers::new()).await;
    let running = pair.run(Router::new().on(any(), echo), ());
    pair.say("hi").await;
    let refusal = Fault::refuse(Refusal::new(401, "SESSION_REVOKED"));
    pair.server.faults().add(refusal.always()).unwrap();
    pair.bot.me().await.unwrap_err();
    let ended = tokio::time::timeout(SOON, running).await.expect("it ends");
    match ended.unwrap() {
        Err(Error::SessionEnded(e)) => assert_eq!(e.why, SessionEnd::Revoked),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_is_signed_in_again_runs_although_its_last_session_was_revoked() {
    let pair = Pair::new(Workers::new()).await;
    pair.bot.on(any(), echo).await.unwrap();
    let refusal = Fault::refuse(Refusal::new(401, "SESSION_REVOKED"));
    let revoked = pair.server.faults().add(refusal.always()).unwrap();
    pair.bot.me().await.unwrap_err();
    // So that the handlers are told.
    tokio::time::sleep(Duration::from_millis(200)).await;
    pair.server.faults().remove(revoked);
    pair.bot.sign_in_bot(&pair.token).await.unwrap();
    let running = tokio::spawn({
        let bot = pair.bot.clone();
        async move { bot.run_until_disconnected().await }
    });
    let mut updates = pair.alice.updates();
    pair.say("still there").await;
    assert_eq!(next_message(&mut updates).await.text(), "still there");
    pair.bot.quit();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn several_clients_run_in_one_program() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let (one, two) = (server.bot("one").await, server.bot("two").await);
    let (one, two) = (
        server.client(&one).await.unwrap(),
        server.client(&two).await.unwrap(),
    );
    let router = Router::new().on(any(), echo);
    let running = tokio::spawn(run_all([
        (one.clone(), router.clone()),
        (two.clone(), router),
    ]));
    let alice = server.client(&alice).await.unwrap();
    let mut updates = alice.updates();
    for name in ["@one", "@two"] {
        alice.send_message(name, name).await.unwrap();
        assert_eq!(next_message(&mut updates).await.text(), name);
    }
    one.quit();
    until(|| futures_util::FutureExt::now_or_never(one.disconnected()).is_some()).await;
    alice.send_message("@two", "still there").await.unwrap();
    assert_eq!(next_message(&mut updates).await.text(), "still there");
    two.quit();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn none_of_several_clients_runs_if_nobody_is_signed_in_to_one() {
    let server = TestServer::start().await;
    let bot = server.bot("one").await;
    let signed_in = server.client(&bot).await.unwrap();
    let nobody = server.client_builder().connect().await.unwrap();
    let clients = [(signed_in.clone(), Router::new()), (nobody, Router::new())];
    let ended = tokio::time::timeout(SOON, run_all(clients));
    let refused = ended.await.expect("it ends at once").unwrap_err();
    assert!(matches!(refused, Error::Usage(_)), "{refused}");
    let call = signed_in.me().await;
    assert!(matches!(call, Err(Error::Closed)), "{call:?}");
}

#[tokio::test]
async fn plugins_are_switched_while_the_client_runs() {
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel::<String>();
    let plugin = |name: &'static str| {
        Router::new()
            .on(
                any(),
                move |_: Message, State(said): State<Said>| async move {
                    said.send(name.into()).unwrap();
                    heliogram::Flow::Next
                },
            )
            .on_start(move |State(said): State<Said>| async move {
                said.send(format!("{name} on")).unwrap();
            })
            .on_stop(move |State(said): State<Said>| async move {
                said.send(format!("{name} off")).unwrap();
            })
            .with_state(said.clone())
    };
    let plugins = Plugins::new()
        .add("a", plugin("a"))
        .add("b", plugin("b"))
        .exclude(["a"]);
    pair.bot.add_plugins(plugins).await.unwrap();
    assert_eq!(next(&mut heard).await, "b on");
    pair.say("x").await;
    assert_eq!(next(&mut heard).await, "b");
    assert!(pair.bot.enable_plugin("a").await.unwrap());
    assert!(!pair.bot.enable_plugin("a").await.unwrap());
    assert_eq!(next(&mut heard).await, "a on");
    pair.say("x").await;
    assert_eq!(next(&mut heard).await, "a");
    assert_eq!(next(&mut heard).await, "b");
    assert!(pair.bot.disable_plugin("b").await.unwrap());
    assert_eq!(next(&mut heard).await, "b off");
    pair.say("x").await;
    assert_eq!(next(&mut heard).await, "a");
    let list: Vec<_> = pair.bot.plugins().iter().map(ToString::to_string).collect();
    assert_eq!(list, ["a: on", "b: off"]);
    let unknown = pair.bot.enable_plugin("c").await.unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no plugin is named `c`: there are a, b."
    );
    pair.bot.stop().await.unwrap();
    assert_eq!(next(&mut heard).await, "a off");
    drop(said);
    assert_eq!(heard.recv().await, None);
}

#[tokio::test]
async fn a_plugin_that_is_switched_off_while_it_begins_stays_off() {
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel::<String>();
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let start = {
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        move || {
            let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
            async move {
                begun.notify_one();
                go.notified().await;
            }
        }
    };
    let router = Router::new()
        .on(any(), tell)
        .on_start(start)
        .on_stop(|State(said): State<Said>| async move {
            said.send("off".to_owned()).unwrap();
        })
        .with_state(said);
    let plugins = Plugins::new().add("slow", router).exclude(["slow"]);
    pair.bot.add_plugins(plugins).await.unwrap();
    let turn_on = || {
        let bot = pair.bot.clone();
        tokio::spawn(async move { bot.enable_plugin("slow").await })
    };
    let turning = turn_on();
    begun.notified().await;
    assert!(pair.bot.disable_plugin("slow").await.unwrap());
    assert!(!pair.bot.disable_plugin("slow").await.unwrap());
    go.notify_one();
    assert!(turning.await.unwrap().unwrap());
    assert_eq!(next(&mut heard).await, "off");
    assert!(!pair.bot.plugins()[0].enabled);
    assert!(pair.bot.handlers().is_empty());

    // Whoever changes their mind has it on.
    let turning = turn_on();
    begun.notified().await;
    assert!(pair.bot.disable_plugin("slow").await.unwrap());
    assert!(pair.bot.enable_plugin("slow").await.unwrap());
    go.notify_one();
    assert!(turning.await.unwrap().unwrap());
    assert!(pair.bot.plugins()[0].enabled);
    pair.say("hi").await;
    assert_eq!(next(&mut heard).await, "hi");
}

#[tokio::test]
async fn a_plugin_may_switch_itself_off() {
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    async fn once(client: Client, message: Message, State(said): State<Said>) -> Result<()> {
        client.disable_plugin("once").await?;
        said.send(message.text().to_owned()).unwrap();
        Ok(())
    }
    let router = Router::new().on(any(), once).with_state(said.clone());
    let plugins = Plugins::new().add("once", router);
    pair.bot.add_plugins(plugins).await.unwrap();
    let all = Router::new().on(any(), tell).with_state(said);
    pair.bot.attach(all).await.unwrap();
    pair.say("one").await;
    assert_eq!(next(&mut heard).await, "one");
    pair.say("two").await;
    assert_eq!(next(&mut heard).await, "two");
    assert!(!pair.bot.plugins()[0].enabled);
}

#[tokio::test]
async fn handlers_are_told_of_a_connection_that_is_lost_and_there_again() {
    async fn tells(turn: Lifecycle, State(said): State<Said>) {
        said.send(format!("{turn:?}")).unwrap();
    }
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    let router = Router::new()
        .on_disconnect(tells)
        .on_connect(tells)
        .with_state(said);
    pair.bot.attach(router).await.unwrap();
    assert!(pair.bot.is_connected());
    pair.server.faults().cut_after("users.getUsers");
    pair.bot.me().await.unwrap();
    assert_eq!(next(&mut heard).await, "Disconnected");
    assert_eq!(next(&mut heard).await, "Connected");
    assert!(pair.bot.is_connected());
    assert_eq!(pair.bot.stats().handlers.failed, 0);
    assert!(pair.bot.stats().handlers.handled >= 1);
}

#[tokio::test]
async fn a_stream_is_told_of_the_connection_if_it_asks_and_otherwise_not() {
    let pair = Pair::new(Workers::new()).await;
    let mut asked = pair.bot.updates().with_lifecycle();
    let mut plain = pair.bot.updates();
    pair.say("one").await;
    assert_eq!(next_message(&mut asked).await.text(), "one");
    pair.server.faults().cut_after("users.getUsers");
    let turns = async {
        for turn in [Lifecycle::Disconnected, Lifecycle::Connected] {
            match room::next(&mut asked).await {
                Event::Lifecycle(told) => assert_eq!(told, turn),
                other => panic!("{other:?}"),
            }
        }
    };
    let (me, ()) = tokio::join!(pair.bot.me(), turns);
    me.unwrap();
    pair.say("two").await;
    assert_eq!(next_message(&mut asked).await.text(), "two");
    for text in ["one", "two"] {
        match room::next(&mut plain).await {
            Event::NewMessage(message) => assert_eq!(message.text(), text),
            other => panic!("{other:?}"),
        }
    }
    // It ends with the client, like any other.
    pair.bot.stop().await.unwrap();
    assert!(asked.next().await.is_none());
}

#[tokio::test]
async fn all_hooks_are_called_wherever_they_stand() {
    let pair = Pair::new(Workers::new()).await;
    let (said, mut heard) = mpsc::unbounded_channel();
    async fn tells(turn: Lifecycle, State(said): State<Said>) {
        said.send(format!("{turn:?}")).unwrap();
    }
    async fn fails(_: Lifecycle) -> Result<()> {
        Err(Error::Cancelled)
    }
    async fn failed(failure: Failure, State(said): State<Said>) {
        said.send(failure.to_string()).unwrap();
    }
    let behind_a_door = Router::new().on_start(tells).on_stop(tells);
    let router = Router::new()
        .on_error(failed)
        .on_start(fails)
        .name("fails")
        .on_start(tells)
        .nest(heliogram::filter::filter_fn(|_| false), behind_a_door)
        .with_state(said);
    pair.bot.attach(router).await.unwrap();
    assert!(next(&mut heard).await.starts_with("fails: "));
    assert_eq!(next(&mut heard).await, "Started");
    assert_eq!(next(&mut heard).await, "Started");
    pair.bot.stop().await.unwrap();
    assert_eq!(next(&mut heard).await, "Stopping");
    assert_eq!(heard.recv().await, None);
}
