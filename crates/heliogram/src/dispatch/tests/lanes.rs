use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::{Log, Room, Router};
use crate::{
    Event, Message,
    dispatch::{
        State, UpdateCx, Workers,
        lanes::{Job, Lanes, PATIENCE},
        route::{Owner, Table},
    },
    filter::any,
    updates::Held,
};

/// Handlers that wait until the test lets them go on.
#[derive(Clone)]
struct Gate {
    log: Log,
    open: Arc<Semaphore>,
}

async fn waits(message: Message, State(gate): State<Gate>) {
    gate.log.note(format!("{} begins", message.text()));
    if message.text().starts_with("slow") {
        gate.open.acquire().await.unwrap().forget();
    }
    gate.log.note(format!("{} ends", message.text()));
}

struct Shop {
    room: Room,
    gate: Gate,
    lanes: Arc<Lanes>,
    workers: Workers,
    count: u64,
}

impl Shop {
    async fn new(workers: Workers) -> Self {
        let room = Room::new().await;
        let gate = Gate {
            log: Log::default(),
            open: Arc::new(Semaphore::new(0)),
        };
        let shop = Self {
            room,
            gate,
            lanes: Arc::new(Lanes::new(&workers)),
            workers,
            count: 0,
        };
        shop.open();
        shop
    }

    /// Has routes.
    fn open(&self) {
        let router = Router::new().on(any(), waits);
        let router = router.with_state(self.gate.clone());
        let groups = router.lay_out(&Arc::new(Owner::default())).unwrap();
        self.lanes.set_table(Table::of([&groups].into_iter()));
    }

    async fn put(&mut self, chat: i64, text: &str) {
        let event = self.room.message(chat, text);
        self.put_event(event).await;
    }

    async fn put_event(&mut self, event: Event) {
        self.count += 1;
        let lane = self.workers.lane(&event, self.count);
        let job = Job {
            cx: UpdateCx::new(self.room.client.clone(), event),
            receipt: Held::default(),
            room: self.lanes.room().await.unwrap(),
        };
        self.lanes.put(lane, job);
    }

    /// What was noted once nothing moves.
    async fn seen(&self) -> Vec<String> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.gate.log.take()
    }

    /// How many were dropped and not told of so far.
    fn untold(&self) -> u64 {
        self.lanes.lag().take().map_or(0, |untold| untold.events)
    }

    async fn end(&self) -> bool {
        self.lanes.drained(Duration::from_secs(20)).await
    }
}

#[tokio::test]
async fn a_slow_handler_holds_up_its_chat_and_no_other() {
    let mut shop = Shop::new(Workers::new()).await;
    shop.put(1, "slow").await;
    shop.put(1, "next").await;
    shop.put(2, "other").await;
    let seen = shop.seen().await;
    assert_eq!(seen, ["slow begins", "other begins", "other ends"]);
    shop.gate.open.add_permits(1);
    assert!(shop.end().await);
    let seen = shop.seen().await;
    assert_eq!(seen, ["slow ends", "next begins", "next ends"]);
}

#[tokio::test]
async fn sequential_workers_take_one_at_a_time() {
    let mut shop = Shop::new(Workers::new().sequential()).await;
    shop.put(1, "slow").await;
    shop.put(2, "other").await;
    assert_eq!(shop.seen().await, ["slow begins"]);
    shop.gate.open.add_permits(1);
    assert!(shop.end().await);
    let seen = shop.seen().await;
    assert_eq!(seen, ["slow ends", "other begins", "other ends"]);
}

#[tokio::test]
async fn unordered_workers_wait_for_nobody() {
    let mut shop = Shop::new(Workers::new().unordered()).await;
    shop.put(1, "slow").await;
    shop.put(1, "next").await;
    let seen = shop.seen().await;
    assert_eq!(seen, ["slow begins", "next begins", "next ends"]);
}

#[tokio::test]
async fn no_more_handlers_run_than_allowed() {
    let mut shop = Shop::new(Workers::new().concurrency(2)).await;
    for chat in 1..=3 {
        shop.put(chat, "slow").await;
    }
    assert_eq!(shop.seen().await, ["slow begins", "slow begins"]);
    shop.gate.open.add_permits(3);
    assert!(shop.end().await);
    assert_eq!(shop.seen().await.len(), 4);
}

#[tokio::test]
async fn what_waits_is_bounded() {
    let mut shop = Shop::new(Workers::new().queue(2)).await;
    shop.put(1, "slow").await;
    shop.put(1, "slow").await;
    let third = tokio::time::timeout(Duration::from_millis(50), shop.lanes.room()).await;
    assert!(third.is_err());
    shop.gate.open.add_permits(1);
    shop.put(1, "third").await;
    shop.gate.open.add_permits(1);
    assert!(shop.end().await);
}

#[tokio::test]
async fn a_handler_that_never_ends_does_not_stop_the_others_for_good() {
    let mut shop = Shop::new(Workers::new().queue(10)).await;
    tokio::time::pause();
    shop.put(1, "slow").await;
    for n in 0..100 {
        shop.put(1, &n.to_string()).await;
    }
    shop.put(2, "other").await;
    let seen = shop.seen().await;
    assert_eq!(seen, ["slow begins", "other begins", "other ends"]);

    // What waited there longest is gone and counted, what came last still comes.
    let dropped = shop.untold();
    shop.gate.open.add_permits(1);
    assert!(shop.end().await);
    let handled = shop.seen().await;
    let handled = handled.iter().filter(|line| line.ends_with("ends")).count();
    assert_eq!(shop.seen().await.len(), 0);
    let dropped = dropped + shop.untold();
    assert_eq!(handled as u64 + dropped, 101, "each is handled or told of");
    assert!((1..10).contains(&handled));
    assert_eq!(shop.untold(), 0);
}

#[tokio::test]
async fn a_slow_handler_that_ends_loses_nothing() {
    let mut shop = Shop::new(Workers::new().queue(10)).await;
    tokio::time::pause();
    let open = Arc::clone(&shop.gate.open);
    let opener = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(29)).await;
            open.add_permits(1);
        }
    });
    for _ in 0..30 {
        shop.put(1, "slow").await;
    }
    while shop.lanes.stats().handled < 30 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    opener.abort();
    assert_eq!(shop.untold(), 0);
}

#[tokio::test]
async fn what_is_dropped_is_told_half_a_minute_later_at_the_latest() {
    let mut shop = Shop::new(Workers::new().queue(10)).await;
    tokio::time::pause();
    shop.put(1, "slow").await;
    for n in 0..10 {
        shop.put(1, &n.to_string()).await;
    }
    let told = shop.lanes.lag().take_due().unwrap();
    assert_eq!(told.events, 6, "at once, as there was no room");
    shop.put(1, "another").await;
    let dropped = tokio::time::Instant::now();
    assert!(shop.lanes.lag().take_due().is_none());
    while shop.lanes.lag().take_due().is_none() {
        shop.lanes.lag().news().await;
    }
    let elapsed = dropped.elapsed();
    assert!((PATIENCE..PATIENCE + Duration::from_secs(1)).contains(&elapsed));
}

#[tokio::test]
async fn the_news_of_what_was_dropped_is_not_lost_when_it_is_dropped_itself() {
    let mut shop = Shop::new(Workers::new().sequential().queue(4)).await;
    tokio::time::pause();
    shop.put(1, "slow").await;
    shop.put_event(Event::Lagged(70)).await;
    for n in 0..20 {
        shop.put(1, &n.to_string()).await;
    }
    let dropped = shop.lanes.stats().dropped;
    assert!((17..20).contains(&dropped), "{dropped}");
    assert_eq!(shop.untold(), 70 + dropped);
}

#[tokio::test]
async fn the_news_of_what_was_dropped_takes_nobodys_place() {
    let mut shop = Shop::new(Workers::new().sequential().queue(10)).await;
    tokio::time::pause();
    shop.put(1, "slow").await;
    for n in 0..10 {
        shop.put(1, &n.to_string()).await;
    }
    let told = shop.lanes.lag().take_due().unwrap().events;
    assert_eq!(shop.lanes.stats().dropped, told);
    shop.put_event(Event::Lagged(told)).await;
    assert_eq!(shop.lanes.stats().dropped, told, "nothing more");
    assert!(
        shop.lanes.lag().take_due().is_none(),
        "not once more at once"
    );
    shop.gate.open.add_permits(1);
    assert!(shop.end().await);
    let again = shop.lanes.lag().take_due().unwrap();
    assert_eq!(again.events, told, "when the handler has ended");
}

#[tokio::test]
async fn the_next_routes_do_not_pay_for_a_handler_of_those_before() {
    let mut shop = Shop::new(Workers::new().queue(4)).await;
    tokio::time::pause();
    shop.put(1, "slow").await;
    for n in 0..5 {
        shop.put(1, &n.to_string()).await;
    }
    drop(shop.lanes.clear_table());
    shop.open();
    let before = shop.lanes.stats().dropped;
    for text in ["one", "two"] {
        shop.put(1, text).await;
    }
    assert_eq!(shop.lanes.stats().dropped, before);
}

#[tokio::test]
async fn what_waits_for_routes_that_are_taken_away_is_told_to_the_next() {
    let mut shop = Shop::new(Workers::new()).await;
    shop.put(1, "slow").await;
    shop.put(1, "waits").await;
    assert_eq!(shop.seen().await, ["slow begins"]);
    for job in shop.lanes.clear_table() {
        shop.lanes.give_back(job.cx.event(), job.receipt);
    }
    // This one was on its way.
    shop.put(1, "late").await;
    shop.gate.open.add_permits(1);
    assert!(shop.end().await);
    assert_eq!(shop.seen().await, ["slow ends"]);
    assert_eq!(shop.untold(), 2);
}

#[tokio::test]
async fn handlers_that_do_not_end_are_cut_off() {
    let mut shop = Shop::new(Workers::new()).await;
    shop.put(1, "slow").await;
    shop.put(1, "next").await;
    assert!(!shop.lanes.drained(Duration::from_millis(50)).await);
    shop.lanes.abort();
    // Nothing is held any more: all the room there was is free.
    assert!(shop.end().await);
    assert_eq!(shop.seen().await, ["slow begins"]);
}

#[tokio::test]
async fn a_lane_without_events_is_gone() {
    let mut shop = Shop::new(Workers::new()).await;
    for chat in 1..=100 {
        shop.put(chat, "quick").await;
    }
    assert!(shop.end().await);
    tokio::task::yield_now().await;
    assert_eq!(shop.lanes.count(), 0);
}
