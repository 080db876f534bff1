use heliogram_api::functions::updates::{GetDifference, GetState};
use heliogram_api::functions::{help, messages};
use heliogram_api::{enums, types};

use super::{Program, server};
use crate::faults::Faults;
use crate::world::Draft;

#[test]
fn what_was_missed_is_in_the_difference() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    let before = bob.call(GetState::new()).unwrap();
    let empty = GetDifference::new(before.pts, before.date, before.qts);
    let answer = bob.call(empty.clone()).unwrap();
    assert!(matches!(answer, enums::updates::Difference::Empty(_)));

    let send = messages::SendMessage::new(alice.peer(&bob), "missed".into(), 1);
    alice.call(send).unwrap();
    let enums::updates::Difference::Difference(missed) = bob.call(empty.clone()).unwrap() else {
        panic!()
    };
    assert_eq!(missed.new_messages.len(), 1);
    assert_eq!(missed.state.pts, before.pts + 1);
    assert_eq!(missed.state.unread_count, 1);
    assert!(
        missed
            .users
            .iter()
            .any(|u| matches!(u, enums::User::User(u) if u.id == alice.me))
    );

    let little = GetDifference {
        pts_total_limit: Some(1),
        ..empty
    };
    let again = messages::SendMessage::new(alice.peer(&bob), "more".into(), 2);
    alice.call(again).unwrap();
    let answer = bob.call(little).unwrap();
    assert_eq!(
        answer,
        types::updates::DifferenceTooLong::new(before.pts + 2).into()
    );
}

#[test]
fn long_differences_come_in_slices() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    let state = bob.call(GetState::new()).unwrap();
    for n in 1..=150 {
        let call = messages::SendMessage::new(alice.peer(&bob), "x".into(), n);
        alice.call(call).unwrap();
    }
    let call = GetDifference::new(state.pts, state.date, state.qts);
    let enums::updates::Difference::Slice(first) = bob.call(call.clone()).unwrap() else {
        panic!()
    };
    let rest = GetDifference {
        pts: first.intermediate_state.pts,
        ..call
    };
    let enums::updates::Difference::Difference(rest) = bob.call(rest).unwrap() else {
        panic!()
    };
    assert_eq!(first.new_messages.len() + rest.new_messages.len(), 150);
}

#[test]
fn a_lost_update_is_lost_once_and_found_by_the_difference() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    bob.call(GetState::new()).unwrap();
    let lost = crate::Fault::lose_update();
    Faults::new(&shared).add(lost).unwrap();
    let rich = shared.world().rich(alice.me, "lost", None).unwrap();
    let draft = Draft {
        rich,
        random_id: 3,
        ..Draft::default()
    };
    shared
        .change(|w| w.send(alice.actor(), bob.me, draft))
        .unwrap();
    assert_eq!(Faults::new(&shared).log()[0].account, Some(bob.me));
    assert!(Faults::new(&shared).active().is_empty());
    let call = GetDifference::new(1, 0, 0);
    assert!(matches!(
        bob.call(call).unwrap(),
        enums::updates::Difference::Difference(_)
    ));
}

#[test]
fn the_configuration_tells_the_truth() {
    let shared = server();
    let program = Program::new(&shared, 2);
    let config = program.call(help::GetConfig::new()).unwrap();
    assert_eq!(config.this_dc, 2);
    let options: Vec<_> = config
        .dc_options
        .iter()
        .map(|o| (o.id, o.ip_address.as_str(), o.port, o.media_only, o.cdn))
        .collect();
    let local = "127.0.0.1";
    assert_eq!(
        options,
        [
            (1, local, 4001, false, false),
            (2, local, 4002, false, false),
            (3, local, 4003, false, false),
            (1, local, 4011, true, false),
            (2, local, 4012, true, false),
            (3, local, 4013, true, false),
            (203, local, 4020, false, true),
        ]
    );
    let app = program.call(help::GetAppConfig::new(0)).unwrap();
    let enums::help::AppConfig::AppConfig(app) = app else {
        panic!()
    };
    assert!(matches!(app.config, enums::JSONValue::JsonObject(_)));
    let again = program.call(help::GetAppConfig::new(app.hash)).unwrap();
    assert_eq!(again, enums::help::AppConfig::NotModified);
}

#[test]
fn what_clients_poll_for_is_not_due_at_once() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let enums::help::PromoData::Empty(promo) = alice.call(help::GetPromoData::new()).unwrap()
    else {
        panic!()
    };
    assert!(promo.expires > shared.world().now());
    let filters = alice.call(messages::GetDialogFilters::new()).unwrap();
    assert_eq!(filters.filters, [enums::DialogFilter::Default]);
}
