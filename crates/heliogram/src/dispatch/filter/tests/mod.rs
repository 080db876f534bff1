//! Every filter with what it lets through, and with what it does not.

mod combined;
mod samples;
mod schema;
mod updates;

use std::collections::BTreeSet;

use super::*;
use crate::types::room::Room;

/// The name of a filter, and what makes it.
type Row = (&'static str, fn() -> Filter);

/// Every filter without settings, with its name.
fn all() -> impl Iterator<Item = (&'static str, Filter)> {
    let more: [Row; 5] = [
        ("business", business),
        ("edited", edited),
        ("scheduled", scheduled),
        ("ephemeral", ephemeral),
        ("start", start),
    ];
    let tables = [PEOPLE, SENDERS, CONTENT, MEDIA, PLACE, ACTIONS];
    let tables = tables.into_iter().flatten().copied();
    tables.chain(more).map(|(name, filter)| (name, filter()))
}

/// The names of the filters that hold for an event.
fn holding(room: &Room, event: Event) -> BTreeSet<&'static str> {
    let cx = UpdateCx::new(room.client.clone(), event);
    all()
        .filter(|(_, f)| f.holds(&cx))
        .map(|(name, _)| name)
        .collect()
}

fn set(names: &str) -> BTreeSet<&str> {
    names.split_whitespace().collect()
}

#[test]
fn every_filter_has_a_kind_of_event_and_a_name_of_its_own() {
    let mut seen = BTreeSet::new();
    for (name, filter) in all() {
        assert!(!filter.kinds().is_empty(), "{name}");
        assert_ne!(
            filter.kinds(),
            Kinds::ALL,
            "{name} does not say for what it is"
        );
        assert!(seen.insert(name), "{name} is there twice");
    }
}

#[tokio::test]
async fn every_filter_holds_for_its_sample_and_for_no_other() {
    let room = Room::enter().await;
    let mut untried: BTreeSet<_> = all().map(|(name, _)| name).collect();
    for sample in samples::all(&room) {
        let expected = set(sample.holds);
        assert_eq!(holding(&room, sample.event), expected, "{}", sample.what);
        untried.retain(|name| !expected.contains(name));
    }
    for (constructor, event, expected) in schema::all(&room) {
        assert_eq!(holding(&room, event), set(&expected), "{constructor}");
        untried.retain(|name| !set(&expected).contains(name));
    }
    assert_eq!(untried, BTreeSet::new(), "no sample shows these");
}
