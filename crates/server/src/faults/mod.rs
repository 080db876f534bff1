//! What goes wrong on request: packets, connections, sessions, calls, updates, the clock.
//!
//! A [`Fault`] says what goes wrong, how often, and to whom. It is added in code, or by its name
//! with its parameters as JSON, which is what the control API of `heliogram serve --control` takes.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use heliogram_server::{Direction, Fault, TestServer};
//!
//! let server = TestServer::start().await;
//! let alice = server.user("alice").await;
//! let faults = server.faults();
//!
//! // The next call of one method, and the one after it.
//! faults.add(Fault::flood_wait(3).method("messages.sendMessage").times(2))?;
//! // One packet in twenty to one account is damaged, for as long as the fault is there.
//! let bad_line = Fault::corrupt(Direction::ToClient).account(&alice);
//! let id = faults.add(bad_line.always().chance(0.05).seed(7))?;
//! // The same by its name.
//! faults.add_json(r#"{"name": "corrupt", "account": "@alice", "times": "always",
//!                     "chance": 0.05, "seed": 7}"#)?;
//! faults.remove(id);
//!
//! // What struck, and the same once more on another server.
//! let log = faults.log();
//! TestServer::start().await.faults().replay(&log)?;
//! # Ok::<(), heliogram_server::FaultError>(())
//! # }).unwrap();
//! ```
//!
//! # The faults
//! | name | parameters | what goes wrong |
//! |---|---|---|
//! | `drop` | `direction` | a packet is lost |
//! | `delay` | `direction`, `ms` | a packet comes later than those behind it |
//! | `duplicate` | `direction`, `copies` | a packet comes more than once |
//! | `reorder` | `direction`, `behind`, `ms` | a packet lets others overtake it |
//! | `corrupt` | `direction`, `bits` | bits of a packet are turned over |
//! | `cut_at_byte` | `direction`, `byte` | the connection ends at a byte, whatever it is part of |
//! | `slow_link` | `bytes_per_second`, `latency_ms` | a connection is slow |
//! | `stall` | `ms` | a connection stands still |
//! | `cut_on_packet` | | the connection ends with a packet, which is lost |
//! | `wrong_salt` | | a packet is refused with `bad_server_salt` |
//! | `bad_msg` | `code` | a packet is refused with `bad_msg_notification` |
//! | `new_session` | | the server forgot the session: `new_session_created` |
//! | `forget_key` | | the server forgets the auth key: -404 |
//! | `transport_error` | `code` | a transport error, such as the flood -429 |
//! | `refuse` | `code`, `error` | any error in answer to a call |
//! | `flood_wait` | `seconds` | `FLOOD_WAIT_N` |
//! | `migrate` | `what`, `to_dc` | `PHONE_`, `USER_`, `FILE_`, `NETWORK_` or `STATS_MIGRATE_X` |
//! | `auth_key_duplicated` | | `AUTH_KEY_DUPLICATED`, and the key is logged out |
//! | `delay_call` | `ms` | a call is run later |
//! | `cut_before` | | the connection ends, and the call is lost |
//! | `cut_after` | | the call is run, and the connection ends before the answer |
//! | `expired_reference` | | file references given so far expire |
//! | `difference_too_long` | | `differenceTooLong`, `channelDifferenceTooLong` |
//! | `lose_update` | | an update is never sent |
//! | `gap_update` | `behind` | an update is sent after later ones |
//! | `repeat_update` | `behind` | an update is sent again after later ones |
//! | `cdn_wrong_hash` | | a hash told for a file on a CDN is wrong |
//! | `clock_skew` | `seconds` | the server's clock is wrong |
//! | `cut` | | connections end now |
//!
//! `direction` is `to_client` (the default) or `from_client`; packets are encrypted ones. The
//! ranges and defaults of all parameters are in the answer to `GET /faults`, and with the methods
//! of [`Fault`].
//!
//! # How often, and to whom
//! Every fault counts the moments that fit it: packets, connections, calls, updates. It strikes at
//! the next one, unless told otherwise:
//!
//! | in code | in JSON | |
//! |---|---|---|
//! | [`Fault::times`], [`Fault::always`] | `"times": 3`, `"times": "always"` | how often it strikes |
//! | [`Fault::skip`] | `"skip": 10` | moments that pass first |
//! | [`Fault::chance`] | `"chance": 0.05` | how likely it strikes at each |
//! | [`Fault::seed`] | `"seed": 7` | decides what is left to chance |
//! | [`Fault::at`] | `"at": [3, 17]` | strikes at these moments alone |
//! | [`Fault::method`] | `"method": "help.getConfig"` | calls of one method alone |
//! | [`Fault::account`] | `"account": "@alice"` or an id | one account alone |
//! | [`Fault::dc`] | `"dc": 2` | one data centre alone, 203 for the CDN |
//!
//! Whether a fault strikes, and which bits it turns, depends on its seed and on the number of the
//! moment alone: the same seed and the same sequence of events decide the same. The log
//! ([`Faults::log`]) holds what was decided, and [`Faults::replay`] does exactly that again.
//!
//! `clock_skew` and `slow_link` last until they are taken away; `cut` is done at once.
mod book;
mod calls;
mod cdn;
mod error;
mod fault;
mod handle;
mod json;
mod lane;
mod line;
mod log;
mod param;
mod pipe;
mod place;
mod scope;
mod state;
mod table;
mod updates;

pub(crate) use calls::Struck;
pub use error::FaultError;
pub use fault::Fault;
pub use handle::{Active, Faults};
pub(crate) use line::{Line, Scene};
pub(crate) use log::replay;
pub use log::{FaultId, Strike};
pub use param::{Direction, Migrate};
pub(crate) use place::Place;
pub(crate) use state::FaultState;
pub(crate) use table::{DEFINITIONS, What};
pub(crate) use updates::Telling;

/// The names of all faults, as the control API takes them, by what they strike.
#[must_use]
pub fn by_subject() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for definition in DEFINITIONS {
        let subject = definition.place.subject();
        match all.iter_mut().find(|(known, _)| *known == subject) {
            Some((_, names)) => names.push(definition.name),
            None => all.push((subject, vec![definition.name])),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{DEFINITIONS, by_subject};

    #[test]
    fn every_fault_has_a_test_over_the_wire_that_bears_its_name() {
        let tests = [
            include_str!("../../tests/wire/calls.rs"),
            include_str!("../../tests/wire/packets.rs"),
            include_str!("../../tests/wire/update_faults.rs"),
        ];
        let named = tests
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| {
                let name = line.strip_prefix("fn fault_")?;
                // `cut_after_...` is a test of `cut_after`, not of `cut`.
                let fits = |known: &&str| name.strip_prefix(*known)?.strip_prefix('_');
                let known = DEFINITIONS.iter().map(|definition| definition.name);
                let known = known.filter(|known| fits(known).is_some());
                Some(known.max_by_key(|known| known.len()).ok_or(name))
            });
        let tested: BTreeSet<_> = named.collect();
        let wanted = DEFINITIONS.iter().map(|definition| Ok(definition.name));
        assert_eq!(tested, wanted.collect());
    }

    #[test]
    fn every_fault_is_listed_once_by_what_it_strikes() {
        let listed: Vec<_> = by_subject()
            .into_iter()
            .flat_map(|(_, names)| names)
            .collect();
        assert_eq!(listed.len(), DEFINITIONS.len());
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    }

    #[test]
    fn every_fault_and_its_parameters_are_in_the_list_above() {
        let text = include_str!("mod.rs");
        for definition in DEFINITIONS {
            let start = format!("//! | `{}` |", definition.name);
            let row = text.lines().find(|line| line.starts_with(&start));
            let row = row.unwrap_or_else(|| panic!("{} is not there", definition.name));
            for parameter in (definition.parameters)() {
                assert!(row.contains(&format!("`{}`", parameter.name)), "{row}");
            }
        }
    }
}
