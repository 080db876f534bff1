//! What a program's recorder of measurements learns of calls.
#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;

use std::sync::{Arc, Mutex};

use heliogram_server::TestServer;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Recorder, SharedString, Unit,
};

#[tokio::test]
async fn calls_are_measured_for_the_recorder_of_the_program() {
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<String>>>);
    struct One(Kept, String);
    impl CounterFn for One {
        fn increment(&self, value: u64) {
            self.0
                .0
                .lock()
                .unwrap()
                .push(format!("{} +{value}", self.1));
        }
        fn absolute(&self, _: u64) {}
    }
    impl HistogramFn for One {
        fn record(&self, value: f64) {
            assert!((0.0..60.0).contains(&value));
            self.0.0.lock().unwrap().push(self.1.clone());
        }
    }
    impl Recorder for Kept {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn register_counter(&self, key: &Key, _: &metrics::Metadata<'_>) -> Counter {
            Counter::from_arc(Arc::new(One(self.clone(), key.name().into())))
        }
        fn register_gauge(&self, _: &Key, _: &metrics::Metadata<'_>) -> Gauge {
            Gauge::noop()
        }
        fn register_histogram(&self, key: &Key, _: &metrics::Metadata<'_>) -> Histogram {
            let labels = key.labels().map(|l| format!("{}={}", l.key(), l.value()));
            let labels: Vec<_> = labels.collect();
            let name = format!("{} {}", key.name(), labels.join(" "));
            Histogram::from_arc(Arc::new(One(self.clone(), name)))
        }
    }

    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let client = room::enter(&server, &alice).await;
    client.send_message("me", "x").await.unwrap();
    let kept = kept.0.lock().unwrap();
    let has = |text: &str| kept.iter().any(|line| line == text);
    assert!(has("heliogram_calls_total +1"), "{kept:?}");
    assert!(
        has("heliogram_call_seconds method=messages.sendMessage outcome=ok"),
        "{kept:?}"
    );
}
