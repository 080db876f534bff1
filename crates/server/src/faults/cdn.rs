//! Hashes of files on a CDN that are wrong.

use heliogram_api::types;

use super::book::Moment;
use super::lane::turn_a_bit;
use super::place::Place;
use super::state::FaultState;

impl FaultState {
    /// Spoils those of the hashes that a fault strikes, before they are told for a file on the
    /// CDN.
    pub(crate) fn spoil_cdn_hashes(&self, hashes: &mut [types::FileHash]) {
        for told in hashes {
            let moment = Moment {
                place: Place::Cdn,
                direction: None,
                dc: None,
                account: None,
                method: None,
                at: self.elapsed(),
            };
            if let Some(mut hit) = self.strike(&moment) {
                let mut hash = told.hash.to_vec();
                turn_a_bit(&mut hash, &mut hit.rng);
                told.hash = hash.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::Fault;
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn fault_cdn_wrong_hash_spoils_one_hash() {
        let faults = FaultState::new(Clock::default());
        faults.add(Fault::cdn_wrong_hash().skip(1)).unwrap();
        let right = || {
            let hash = bytes::Bytes::from_static(&[7; 32]);
            vec![types::FileHash::new(0, 4096, hash); 3]
        };
        let mut hashes = right();
        faults.spoil_cdn_hashes(&mut hashes);
        let wrong = hashes.iter().zip(right());
        let wrong: Vec<bool> = wrong.map(|(told, right)| *told != right).collect();
        assert_eq!(wrong, [false, true, false]);
    }
}
