use std::{io, sync::Arc, time::Duration};

use heliogram_api::enums;

use super::{Failure, Log, Room, Router};
use crate::{
    Client, Error, Event, Filter, Message, UpdateCx, UsageError,
    dispatch::{
        Edited, Flow, FromRef, Lagged, Outcome, State,
        middleware::{Next, RateLimit},
        route::{Owner, Table},
    },
    events::{Kinds, Lifecycle, MessagesDeleted},
    filter::{self, any, filter_fn},
};

/// A handler that notes its name and ends as it is told.
fn says(name: &'static str, flow: Flow) -> impl super::super::Handler<(State<Log>,), Log> {
    move |State(log): State<Log>| async move {
        log.note(name);
        flow
    }
}

fn text(wanted: &'static str) -> Filter {
    filter_fn(move |cx| cx.event().message().is_some_and(|m| m.text() == wanted))
}

async fn run(room: &Room, router: Router<Log>, event: Event) -> Vec<String> {
    let log = Log::default();
    let router = router.with_state(log.clone());
    room.through(router, event).await.unwrap();
    log.take()
}

#[tokio::test]
async fn the_first_route_of_a_group_that_wants_an_event_has_it() {
    let room = Room::new().await;
    let router = Router::new()
        .on(text("other"), says("other", Flow::Done))
        .on(any(), says("passes on", Flow::Next))
        .on(any(), says("takes", Flow::Done))
        .on(any(), says("late", Flow::Done))
        .group(2, Router::new().on(any(), says("second group", Flow::Done)))
        .group(-1, Router::new().on(any(), says("before", Flow::Done)));
    let seen = run(&room, router.clone(), room.message(1, "hi")).await;
    assert_eq!(seen, ["before", "passes on", "takes", "second group"]);
    let seen = run(&room, router, room.message(1, "other")).await;
    assert_eq!(seen, ["before", "other", "second group"]);
}

#[tokio::test]
async fn stop_keeps_an_event_from_later_groups() {
    let room = Room::new().await;
    let router = Router::new()
        .on(any(), says("stops", Flow::Stop))
        .group(1, Router::new().on(any(), says("never", Flow::Done)));
    assert_eq!(run(&room, router, room.message(1, "hi")).await, ["stops"]);
}

#[tokio::test]
async fn an_event_whose_route_is_taken_away_is_for_those_that_are_there_instead() {
    let room = Room::new().await;
    let log = Log::default();
    let (stays, goes) = (Arc::new(Owner::default()), Arc::new(Owner::default()));
    let lay_out = |number, name, flow, owner| {
        let router = Router::new().group(number, Router::new().on(any(), says(name, flow)));
        router.with_state(log.clone()).lay_out(owner).unwrap()
    };
    let groups = [
        lay_out(1, "early", Flow::Done, &stays),
        lay_out(2, "goes", Flow::Done, &goes),
        lay_out(3, "passes on", Flow::Next, &stays),
        lay_out(3, "goes, too", Flow::Done, &goes),
        lay_out(3, "late", Flow::Done, &stays),
    ];
    let table = Table::of(groups.iter());
    goes.close();
    let cx = UpdateCx::new(room.client.clone(), room.message(1, "hi"));
    assert_eq!(table.dispatch(&cx, i32::MIN).await, Some(2));
    assert_eq!(log.take(), ["early"]);
    // Where somebody had it already, nobody has it twice.
    assert_eq!(table.dispatch(&cx, 3).await, None);
    assert_eq!(log.take(), ["passes on", "late"]);
}

#[tokio::test]
async fn routers_inside_of_routers_keep_their_order_and_their_doors() {
    let room = Room::new().await;
    let inner = Router::new()
        .on(text("x"), says("inner x", Flow::Next))
        .on(any(), says("inner", Flow::Next))
        .group(1, Router::new().on(any(), says("inner late", Flow::Next)));
    let router = Router::new()
        .on(any(), says("first", Flow::Next))
        .nest(text("x"), inner)
        .merge(Router::new().on(any(), says("last", Flow::Next)));
    let seen = run(&room, router.clone(), room.message(1, "x")).await;
    assert_eq!(seen, ["first", "inner x", "inner", "last", "inner late"]);
    let seen = run(&room, router, room.message(1, "y")).await;
    assert_eq!(seen, ["first", "last"]);
}

#[tokio::test]
async fn a_handler_whose_arguments_are_not_there_is_passed_over() {
    let room = Room::new().await;
    async fn edited(Edited(message): Edited, State(log): State<Log>) {
        log.note(format!("edited {}", message.text()));
    }
    async fn new(message: Message, _: Client, _: UpdateCx, State(log): State<Log>) {
        log.note(format!("new {}", message.text()));
    }
    async fn maybe(message: Option<Message>, State(log): State<Log>) {
        log.note(message.is_some());
    }
    let router = Router::new()
        .on(any(), edited)
        .on(any(), new)
        .group(1, Router::new().on(any(), maybe));
    let seen = run(&room, router.clone(), room.message(1, "hi")).await;
    assert_eq!(seen, ["new hi", "true"]);
    let seen = run(&room, router, room.edit(1, "ho")).await;
    assert_eq!(seen, ["edited ho", "false"]);
}

#[tokio::test]
async fn errors_go_to_the_nearest_error_handler_and_stop_nothing_else() {
    let room = Room::new().await;
    async fn fails(State(_): State<Log>) -> io::Result<()> {
        Err(io::Error::other("no luck"))
    }
    async fn panics(message: Message) -> Result<(), Error> {
        assert!(message.text().is_empty(), "not empty");
        Ok(())
    }
    async fn inner(failure: Failure, message: Message, State(log): State<Log>) {
        log.note(format!("inner: {failure} at {}", message.text()));
    }
    async fn outer(failure: Failure, State(log): State<Log>) {
        log.note(format!("outer: {failure}, panic: {}", failure.is_panic()));
    }
    let router = Router::new()
        .on_error(outer)
        .merge(Router::new().on(any(), fails).name("fails").on_error(inner))
        .group(1, Router::new().on(any(), panics).name("panics"))
        .group(2, Router::new().on(any(), says("goes on", Flow::Done)));
    let seen = run(&room, router.clone(), room.message(1, "hi")).await;
    assert_eq!(
        seen,
        [
            "inner: fails: no luck at hi",
            "outer: panics: the handler panicked: not empty, panic: true",
            "goes on"
        ]
    );
    // The inner one takes a message, which is not there.
    let seen = run(&room, router, room.edit(1, "hi")).await;
    assert_eq!(seen, ["outer: fails: no luck, panic: false", "goes on"]);
}

#[tokio::test]
async fn a_filter_that_panics_passes_nothing_and_is_told_of() {
    let room = Room::new().await;
    async fn told(failure: Failure, State(log): State<Log>) {
        log.note(failure);
    }
    fn broken() -> Filter {
        filter_fn(|_| panic!("broken"))
    }
    let router = Router::new()
        .on(broken(), says("never", Flow::Done))
        .name("one")
        .on_error(told)
        .group(
            1,
            Router::new().nest(
                broken(),
                Router::new()
                    .on(any(), |_: Edited| async {})
                    .on(any(), says("never", Flow::Done))
                    .name("two"),
            ),
        );
    let seen = run(&room, router, room.message(1, "hi")).await;
    assert_eq!(
        seen,
        [
            "one: its filter panicked: broken",
            "two: the filter of a router around it panicked: broken"
        ]
    );
    // Without anybody to tell, the event goes on to the next routes.
    let router = Router::new()
        .on(broken(), says("never", Flow::Done))
        .nest(broken(), Router::new().on(any(), says("never", Flow::Done)))
        .on(any(), says("next", Flow::Done));
    let seen = run(&room, router, room.message(1, "hi")).await;
    assert_eq!(seen, ["next"]);
}

#[tokio::test]
async fn middleware_stands_around_all_routes_of_its_router() {
    let room = Room::new().await;
    fn around(log: &Log, name: &'static str) -> impl super::super::middleware::Middleware {
        let log = log.clone();
        move |cx: UpdateCx, next: Next| {
            let log = log.clone();
            async move {
                log.note(format!("{name} before {}", next.route()));
                let outcome: Outcome = next.run(cx).await;
                log.note(format!("{name} after"));
                outcome
            }
        }
    }
    let log = Log::default();
    let router = Router::new()
        .layer(around(&log, "outer"))
        .merge(
            Router::new()
                .layer(around(&log, "inner"))
                .on(any(), says("runs", Flow::Done))
                .name("route"),
        )
        .with_state(log.clone());
    room.through(router, room.message(1, "hi")).await.unwrap();
    assert_eq!(
        log.take(),
        [
            "outer before route",
            "inner before route",
            "runs",
            "inner after",
            "outer after"
        ]
    );
}

#[tokio::test]
async fn a_rate_limit_counts_each_event_once_and_tells_once() {
    let room = Room::new().await;
    let log = Log::default();
    let told = log.clone();
    let limit = RateLimit::new(2, Duration::from_secs(3600)).otherwise(move |_| {
        told.note("not so fast");
        async {}
    });
    let router = Router::new()
        .layer(limit)
        .on(any(), |_: Edited| async {})
        .on(any(), says("one", Flow::Next))
        .on(any(), says("two", Flow::Done))
        .with_state(log.clone());
    for _ in 0..2 {
        room.through(router.clone(), room.message(1, "hi"))
            .await
            .unwrap();
        assert_eq!(log.take(), ["one", "two"]);
    }
    room.through(router.clone(), room.message(1, "hi"))
        .await
        .unwrap();
    assert_eq!(log.take(), ["not so fast"]);
    room.through(router.clone(), room.message(1, "hi"))
        .await
        .unwrap();
    assert!(log.take().is_empty());
    room.through(router, room.message(2, "hi")).await.unwrap();
    assert_eq!(log.take(), ["one", "two"]);
}

#[tokio::test]
async fn a_filter_that_contradicts_its_handler_is_refused_by_name() {
    let room = Room::new().await;
    async fn takes(_: Message) {}
    let edits = || filter::of_kinds(Kinds::MESSAGE_EDITED, |_| true);
    for router in [
        Router::new().on(edits(), takes).name("mine"),
        Router::new().nest(edits(), Router::new().on(any(), takes).name("mine")),
    ] {
        let refused = room.client.attach(router).await.unwrap_err();
        let Error::Usage(UsageError::Route(route)) = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(&*route.name, "mine");
        assert_eq!(
            (route.filter, route.handler),
            (Kinds::MESSAGE_EDITED, Kinds::NEW_MESSAGE)
        );
        assert!(refused.to_string().contains("NewMessage"), "{refused}");
    }
    assert!(room.client.handlers().is_empty());
}

#[cfg(feature = "regex")]
#[tokio::test]
async fn a_handler_of_what_a_pattern_found_is_refused_where_none_looks() {
    use crate::dispatch::Captures;
    async fn takes(_: Message, _: Captures) {}
    async fn may_take(_: Message, _: Option<Captures>) {}
    let room = Room::new().await;
    for filter in [any(), !filter::regex("a")] {
        let router = Router::new().on(filter, takes).name("mine");
        let refused = room.client.attach(router).await.unwrap_err();
        assert!(refused.to_string().contains("filter::regex"), "{refused}");
    }
    let found = || filter::regex("a") | filter::private();
    for router in [
        Router::new().on(found(), takes),
        Router::new().nest(found(), Router::new().on(any(), takes)),
        Router::new().on(any(), may_take),
    ] {
        room.client.attach(router).await.unwrap();
    }
}

#[tokio::test]
async fn routes_are_listed_by_name_and_group() {
    async fn takes(_: Message) {}
    async fn deleted(_: MessagesDeleted) {}
    let router: Router = Router::new()
        .on(any(), takes)
        .group(3, Router::new().on(any(), deleted).name("gone"));
    let shown = router.to_string();
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines[0].starts_with("0: ") && lines[0].ends_with("takes takes NewMessage"));
    assert_eq!(lines[1], "3: gone takes MessagesDeleted");
}

#[tokio::test]
async fn a_part_of_the_state_is_an_argument() {
    #[derive(Clone)]
    struct App {
        log: Log,
    }
    impl FromRef<App> for Log {
        fn from_ref(app: &App) -> Self {
            app.log.clone()
        }
    }
    let room = Room::new().await;
    async fn note(State(log): State<Log>) {
        log.note("part");
    }
    let log = Log::default();
    let router = Router::new()
        .on(any(), note)
        .with_state(App { log: log.clone() });
    room.through(router, room.message(1, "hi")).await.unwrap();
    assert_eq!(log.take(), ["part"]);
}

#[tokio::test]
async fn raw_updates_and_news_of_the_client_come_to_those_who_ask_and_to_nobody_else() {
    async fn unasked(_: Client, State(log): State<Log>) {
        log.note("unasked");
    }
    async fn perhaps(message: Option<Message>, State(log): State<Log>) {
        log.note(format!("perhaps {}", message.is_some()));
    }
    async fn any_event(_: Event, State(log): State<Log>) {
        log.note("event");
    }
    async fn context(_: UpdateCx, State(log): State<Log>) {
        log.note("context");
    }
    async fn turn(turn: Lifecycle, State(log): State<Log>) {
        log.note(format!("{turn:?}"));
    }
    async fn lagged(Lagged(dropped): Lagged, State(log): State<Log>) {
        log.note(format!("lagged {dropped}"));
    }
    let room = Room::new().await;
    let alone = |route: Router<Log>, number| Router::new().group(number, route);
    let on = |filter| Router::new().on(filter, unasked);
    let router = || {
        Router::new()
            .merge(alone(on(any()), 0))
            .merge(alone(on(!filter::photo()), 1))
            .merge(alone(Router::new().on(any(), perhaps), 2))
            .merge(alone(Router::new().on(any(), any_event), 3))
            .merge(alone(Router::new().on(any(), context), 4))
            .merge(alone(Router::new().on(any(), turn), 5))
            .merge(alone(Router::new().on(any(), lagged), 6))
            .merge(alone(on(filter::raw(|_| true)), 7))
            .merge(alone(on(filter::of_kind(Kinds::ALL)), 8))
    };
    let all = "unasked, unasked, perhaps true, event, context, unasked";
    let raw = room.event(enums::Update::PtsChanged);
    let cases = [
        (room.message(5, "a"), all),
        (raw, "event, context, unasked, unasked"),
        (Event::Lagged(3), "event, context, lagged 3, unasked"),
        (
            Event::Lifecycle(Lifecycle::Connected),
            "event, context, Connected, unasked",
        ),
    ];
    for (event, expected) in cases {
        let kind = event.kind();
        assert_eq!(
            run(&room, router(), event).await.join(", "),
            expected,
            "{kind}"
        );
    }
    let shown = router().to_string();
    let shown: Vec<_> = shown.lines().collect();
    assert!(shown[0].ends_with("takes every event"), "{}", shown[0]);
    assert!(shown[5].ends_with("takes Lifecycle"), "{}", shown[5]);
}
