//! What logs and measurements learn of calls: everything but what is said in them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::{
    fmt::{Debug, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use heliogram::CallOptions;
use heliogram_server::{Fault, Refusal, TestServer};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Writes spans and events of this library down, one line each.
#[derive(Clone, Default)]
struct Notes {
    lines: Arc<Mutex<Vec<String>>>,
    ids: Arc<AtomicU64>,
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }
}

impl Notes {
    fn all(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// The notes of all spans of this name.
    fn spans(&self, name: &str) -> Vec<String> {
        let all = self.all().into_iter();
        all.filter(|l| l.starts_with(&format!("{name} "))).collect()
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("heliogram::")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = span.metadata().name().to_owned();
        span.record(&mut Line(&mut line));
        self.lines.lock().unwrap().push(line);
        Id::from_u64(self.ids.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        // Events take no numbers but lines, so a span is found by counting spans.
        let mut lines = self.lines.lock().unwrap();
        let number = usize::try_from(span.into_u64() - 1).unwrap();
        let line = lines
            .iter_mut()
            .filter(|l| !l.starts_with("event"))
            .nth(number);
        values.record(&mut Line(line.unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = "event".to_owned();
        event.record(&mut Line(&mut line));
        self.lines.lock().unwrap().push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn spans_tell_how_a_call_went_and_not_what_it_said() {
    let notes = Notes::default();
    let _guard = tracing::subscriber::set_default(notes.clone());
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter(&server, &alice).await;
    let method = "messages.sendMessage";
    server
        .faults()
        .refuse(method, Refusal::new(500, "RPC_CALL_FAIL"));
    client
        .send_message("me", "a very private word")
        .await
        .unwrap();
    server
        .faults()
        .refuse(method, Refusal::bad("MESSAGE_EMPTY"));
    client
        .send_message("me", "another private word")
        .await
        .unwrap_err();

    let of_method = |name| {
        let spans = notes.spans(name).into_iter();
        spans.filter(|l| l.contains(method)).collect::<Vec<_>>()
    };
    assert_eq!(
        of_method("call"),
        [
            "call method=messages.sendMessage attempts=2 outcome=ok",
            "call method=messages.sendMessage attempts=1 outcome=MESSAGE_EMPTY",
        ]
    );
    let dc = client.home_dc();
    let attempt =
        |n, outcome| format!("attempt method={method} dc={dc} attempt={n} outcome={outcome}");
    assert_eq!(
        of_method("attempt"),
        [
            attempt(1, "RPC_CALL_FAIL"),
            attempt(2, "ok"),
            attempt(1, "MESSAGE_EMPTY")
        ]
    );
    let code = alice.phone()[5..6].repeat(5);
    for line in notes.all() {
        let secret = ["private word", alice.phone(), &code]
            .into_iter()
            .find(|s| line.contains(*s));
        assert_eq!(secret, None, "{line}");
    }
}

#[tokio::test]
async fn spans_tell_of_calls_that_were_not_sent_and_of_those_without_answer() {
    let notes = Notes::default();
    let _guard = tracing::subscriber::set_default(notes.clone());
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter(&server, &alice).await;
    let method = "messages.sendMessage";
    let options = CallOptions::new().flood_sleep(Duration::ZERO);
    let hasty = client.with(options.timeout(Duration::from_millis(200)));
    let slow = Fault::delay_call(Duration::from_secs(2));
    server.faults().add(slow.method(method)).unwrap();
    hasty.send_message("me", "late").await.unwrap_err();
    server.faults().clear();
    server.faults().flood_wait(method, 30);
    for _ in 0..2 {
        hasty.send_message("me", "too often").await.unwrap_err();
    }
    let of_method = |name| {
        let spans = notes.spans(name).into_iter();
        spans.filter(|l| l.contains(method)).collect::<Vec<_>>()
    };
    let call = |end| format!("call method={method} {end}");
    assert_eq!(
        of_method("call"),
        [
            call("attempts=1 outcome=timeout"),
            call("attempts=1 outcome=FLOOD_WAIT"),
            call("attempts=0 outcome=FLOOD_WAIT"),
        ]
    );
    let dc = client.home_dc();
    assert_eq!(
        of_method("attempt"),
        ["timeout", "FLOOD_WAIT"]
            .map(|outcome| format!("attempt method={method} dc={dc} attempt=1 outcome={outcome}"))
    );
    let told = notes.all().into_iter();
    let told = told.filter(|l| l.contains("flood wait") && l.contains(method));
    assert_eq!(told.count(), 2, "no wait passes in silence");
}
