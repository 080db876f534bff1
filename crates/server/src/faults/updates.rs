//! Updates that are lost or come too late.

use bytes::Bytes;
use heliogram_tl::reflect::{Event, Expected, Flow, Visitor, walk};

use super::book::Moment;
use super::place::Place;
use super::state::FaultState;
use super::table::What;
use crate::shared::lock;
use crate::world::Origin;

/// Updates withheld at once; further ones are sent.
const WITHHELD_MAX: usize = 1000;

/// An update for one account, in its words.
#[derive(Clone)]
pub(crate) struct Telling {
    /// The account.
    pub(crate) to: i64,
    /// Whose box it is about: the account itself, or a group or channel by its dialog id.
    pub(crate) of: i64,
    /// The session that knows already.
    pub(crate) except: Option<Origin>,
    /// The encoded `Updates`, in the newest layer.
    pub(crate) body: Bytes,
}

/// An update that waits until others of its box have been sent.
pub(crate) struct Withheld {
    telling: Telling,
    behind: u32,
}

impl FaultState {
    /// What is to be sent now in place of an update that would be.
    pub(crate) fn on_update(&self, telling: Telling) -> Vec<Telling> {
        let mut withheld = lock(&self.withheld);
        let calm = withheld.is_empty() && !self.watches(Place::Update);
        if calm || !has_pts(&telling.body) {
            return vec![telling];
        }
        let moment = Moment {
            place: Place::Update,
            direction: None,
            dc: None,
            account: Some(telling.to),
            method: None,
            at: self.elapsed(),
        };
        let room = withheld.len() < WITHHELD_MAX;
        let again = match self.strike(&moment).map(|hit| hit.what) {
            Some(What::LoseUpdate {}) => return Vec::new(),
            Some(What::GapUpdate { behind }) if room => {
                withheld.push(Withheld { telling, behind });
                return Vec::new();
            }
            Some(What::RepeatUpdate { behind }) if room => Some(Withheld {
                telling: telling.clone(),
                behind,
            }),
            _ => None,
        };
        let (to, of) = (telling.to, telling.of);
        let late = withheld.extract_if(.., |late| late.is_overtaken(to, of));
        let mut sent = vec![telling];
        sent.extend(late.map(|late| late.telling));
        withheld.extend(again);
        sent
    }
}

impl Withheld {
    /// An update for `to` about the box `of` goes ahead; whether it was the last that had to.
    fn is_overtaken(&mut self, to: i64, of: i64) -> bool {
        if (self.telling.to, self.telling.of) == (to, of) {
            self.behind = self.behind.saturating_sub(1);
        }
        self.behind == 0
    }
}

/// Whether an update moves the pts of a box.
fn has_pts(updates: &[u8]) -> bool {
    struct Search(bool);
    impl<'t, 'b> Visitor<'t, 'b> for Search {
        fn event(&mut self, event: Event<'t, 'b>) -> Flow {
            if let Event::Field(definition, field) = event {
                // Hints to ask for the difference tell a pts, and move none.
                let moves = definition.field("pts_count").is_some();
                self.0 |= moves && field.name == "pts";
            }
            Flow::Go
        }
    }
    let mut search = Search(false);
    let table = heliogram_api::table();
    let walked = walk(table, updates, Expected::Name("Updates"), &mut search);
    walked.is_ok() && search.0
}

#[cfg(test)]
mod tests {
    use heliogram_api::{enums, types};
    use heliogram_tl::{from_bytes, to_bytes};

    use super::super::fault::Fault;
    use super::*;
    use crate::clock::Clock;

    fn telling(to: i64, of: i64, updates: &enums::Updates) -> Telling {
        Telling {
            to,
            of,
            except: None,
            body: to_bytes(updates),
        }
    }

    fn message(to: i64, pts: i32) -> Telling {
        let short = types::UpdateShortMessage::new(pts, 1, "hi".into(), pts, 1, 0);
        telling(to, to, &short.into())
    }

    fn typing(to: i64) -> Telling {
        let action = enums::SendMessageAction::SendMessageTypingAction;
        let update = types::UpdateUserTyping::new(1, action);
        telling(to, to, &types::UpdateShort::new(update.into(), 0).into())
    }

    /// A hint that something happened in a channel.
    fn hint(to: i64) -> Telling {
        let hint = types::UpdateChannelTooLong {
            pts: Some(5),
            ..types::UpdateChannelTooLong::new(1)
        };
        telling(to, to, &types::UpdateShort::new(hint.into(), 0).into())
    }

    /// Sends updates; gives the pts of those that leave, 0 for those that have none.
    fn sent(faults: &FaultState, tellings: Vec<Telling>) -> Vec<i32> {
        let sent = tellings.into_iter().flat_map(|one| faults.on_update(one));
        let pts = sent.map(|telling| match from_bytes(&telling.body).unwrap() {
            enums::Updates::UpdateShortMessage(short) => short.pts,
            _ => 0,
        });
        pts.collect()
    }

    #[test]
    fn a_lost_update_is_of_its_account_and_moves_the_pts() {
        let faults = FaultState::new(Clock::default());
        let mut fault = Fault::lose_update();
        fault.scope.account = Some(7);
        faults.add(fault).unwrap();
        let all = vec![
            message(8, 1),
            typing(7),
            hint(7),
            message(7, 2),
            message(7, 3),
        ];
        assert_eq!(sent(&faults, all), [1, 0, 0, 3]);
    }

    #[test]
    fn a_repeated_update_comes_once_more_after_others() {
        let faults = FaultState::new(Clock::default());
        faults.add(Fault::repeat_update(2)).unwrap();
        let all = (1..=5).map(|pts| message(7, pts)).collect();
        assert_eq!(sent(&faults, all), [1, 2, 3, 1, 4, 5]);
    }

    #[test]
    fn a_withheld_update_comes_after_others_of_its_box() {
        let faults = FaultState::new(Clock::default());
        faults.add(Fault::gap_update(2)).unwrap();
        assert_eq!(sent(&faults, vec![message(7, 1), message(7, 2)]), [2]);
        let elsewhere = Telling {
            of: -9,
            ..message(7, 6)
        };
        assert_eq!(sent(&faults, vec![message(8, 5), elsewhere]), [5, 6]);
        assert_eq!(sent(&faults, vec![message(7, 3), message(7, 4)]), [3, 1, 4]);
    }
}
