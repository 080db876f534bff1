use super::*;

#[test]
fn a_flood_is_bounded_and_remembered() {
    let hub = Hub::new(true);
    for _ in 0..CAPACITY + 1 {
        hub.push(Bytes::new());
    }
    let news = hub.take();
    assert!(news.lost && news.inputs.len() == CAPACITY);
    assert!(!hub.take().lost);
}

#[test]
fn readers_that_went_away_are_forgotten() {
    let hub = Hub::new(true);
    let (one, two) = (hub.subscribe(), hub.subscribe());
    hub.unsubscribe(&one, None);
    assert_eq!(hub.readers().map(|r| r.len()), Some(1));
    hub.unsubscribe(&two, None);
    let two = hub.subscribe();
    assert!(hub.readers().is_none() && hub.is_read() && hub.take_orphaned());
    assert_eq!(hub.readers().map(|r| r.len()), Some(1));
    hub.close();
    assert!(two.is_closed() && hub.subscribe().is_closed());
}

#[test]
fn what_a_reader_leaves_comes_again_only_if_it_was_the_last() {
    let hub = Hub::new(true);
    let (one, two) = (hub.subscribe(), hub.subscribe());
    let (receipt, company) = (hub.ledger().open(None), Company::of(2));
    for mailbox in [&one, &two] {
        mailbox.put(Letter {
            event: Ok(Event::Lagged(1)),
            receipt: receipt.clone(),
            company: company.clone(),
            arrived: Instant::now(),
        });
    }
    drop(receipt);
    hub.unsubscribe(&one, None);
    assert!(!hub.ledger().is_settled());
    hub.unsubscribe(&two, None);
    assert!(hub.ledger().is_settled() && hub.stats().unacknowledged == 1);
}

fn letter(lagged: u64, receipt: Receipt, company: &Company) -> Letter {
    Letter {
        event: Ok(Event::Lagged(lagged)),
        receipt,
        company: company.clone(),
        arrived: Instant::now(),
    }
}

#[tokio::test]
async fn what_nobody_else_was_handed_is_left_to_the_others() {
    let hub = Hub::new(true);
    let (one, two) = (hub.subscribe(), hub.subscribe());
    let [alone, both] = [1, 2].map(Company::of);
    one.put(letter(1, hub.ledger().open(None), &alone));
    let receipt = hub.ledger().open(None);
    for reader in [&one, &two] {
        reader.put(letter(2, receipt.clone(), &both));
    }
    drop(receipt);
    let _three = hub.subscribe();
    hub.unsubscribe(&one, None);
    let left = hub.take_left().map(|(event, _receipt)| event);
    assert!(matches!(left, Some(Event::Lagged(1))));
    assert!(hub.take_left().is_none(), "the other has it still");
    hub.unsubscribe(&two, None);
    let left = hub.take_left().map(|(event, _receipt)| event);
    assert!(matches!(left, Some(Event::Lagged(2))));
    assert!(hub.take_left().is_none() && hub.stats().unacknowledged == 0);
}

#[tokio::test]
async fn at_the_end_of_the_client_all_of_it_comes_again() {
    let hub = Hub::new(true);
    let (one, _two) = (hub.subscribe(), hub.subscribe());
    one.put(letter(1, hub.ledger().open(None), &Company::of(2)));
    hub.stopping();
    hub.unsubscribe(&one, None);
    assert_eq!(hub.stats().unacknowledged, 1);
}
