//! Packets one way: lost, late, twice, out of order, or damaged.

use std::time::Duration;

use heliogram_crypto::Random;

use super::book::Hit;
use super::table::What;

/// Packets held at once; further ones pass.
const HELD_MAX: usize = 1024;
/// Bytes held at once.
const BYTES_MAX: usize = 16 << 20;

/// The packets of one connection that are held, one way.
pub(crate) struct Lane<P> {
    held: Vec<Held<P>>,
    bytes: usize,
}

struct Held<P> {
    packet: P,
    len: usize,
    due: Duration,
    /// How many more packets have to pass first; `None` for a time alone.
    behind: Option<u32>,
}

impl<P> Default for Lane<P> {
    fn default() -> Self {
        Self {
            held: Vec::new(),
            bytes: 0,
        }
    }
}

impl<P: AsMut<[u8]> + Clone> Lane<P> {
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Takes the next packet; appends what goes on now.
    pub(crate) fn put(&mut self, now: Duration, mut packet: P, hit: Option<Hit>, out: &mut Vec<P>) {
        let Some(hit) = hit else {
            return self.pass(packet, out);
        };
        let mut rng = hit.rng;
        match hit.what {
            What::Drop { .. } => {}
            What::Delay { ms, .. } => self.hold(now, packet, ms, None, out),
            What::Reorder { ms, behind, .. } => self.hold(now, packet, ms, Some(behind), out),
            What::Duplicate { copies, .. } => {
                for _ in 0..copies {
                    self.pass(packet.clone(), out);
                }
                self.pass(packet, out);
            }
            What::Corrupt { bits, .. } => {
                for _ in 0..bits {
                    turn_a_bit(packet.as_mut(), &mut rng);
                }
                self.pass(packet, out);
            }
            _ => self.pass(packet, out),
        }
    }

    fn hold(
        &mut self,
        now: Duration,
        mut packet: P,
        ms: u64,
        behind: Option<u32>,
        out: &mut Vec<P>,
    ) {
        let len = packet.as_mut().len();
        if self.held.len() >= HELD_MAX || self.bytes + len > BYTES_MAX {
            return self.pass(packet, out);
        }
        self.bytes += len;
        self.held.push(Held {
            packet,
            len,
            due: now + Duration::from_millis(ms),
            behind,
        });
    }

    /// A packet goes on, and with it those that waited for it.
    fn pass(&mut self, packet: P, out: &mut Vec<P>) {
        out.push(packet);
        for held in &mut self.held {
            held.behind = held.behind.map(|behind| behind.saturating_sub(1));
        }
        self.let_go(|held| held.behind == Some(0), out);
    }

    /// Appends the packets whose time has come.
    pub(crate) fn due(&mut self, now: Duration, out: &mut Vec<P>) {
        self.let_go(|held| held.due <= now, out);
    }

    fn let_go(&mut self, which: impl Fn(&Held<P>) -> bool, out: &mut Vec<P>) {
        for held in self.held.extract_if(.., |held| which(held)) {
            self.bytes -= held.len;
            out.push(held.packet);
        }
    }

    /// When the next packet goes on.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        self.held.iter().map(|held| held.due).min()
    }
}

/// Turns over one bit, each as likely.
pub(super) fn turn_a_bit(packet: &mut [u8], rng: &mut impl Random) {
    let bit = rng.below(packet.len() as u64 * 8);
    if let Some(byte) = usize::try_from(bit / 8)
        .ok()
        .and_then(|at| packet.get_mut(at))
    {
        *byte ^= 1 << (bit % 8);
    }
}

#[cfg(test)]
mod tests {
    use heliogram_crypto::SeededRandom;

    use super::super::fault::Fault;
    use super::super::param::Direction::ToClient;
    use super::*;

    fn hit(fault: Fault) -> Option<Hit> {
        let what = fault.what;
        let rng = SeededRandom::new([9; 32]);
        Some(Hit { what, rng })
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn packets_are_lost_doubled_and_overtaken() {
        let mut lane = Lane::default();
        let mut out = Vec::new();
        lane.put(at(0), vec![1], hit(Fault::reorder(ToClient, 2)), &mut out);
        lane.put(at(0), vec![2], hit(Fault::drop_packet(ToClient)), &mut out);
        lane.put(at(0), vec![3], hit(Fault::duplicate(ToClient, 1)), &mut out);
        assert_eq!(out, [[3], [3], [1]]);
        assert!(lane.is_empty());
    }

    #[test]
    fn a_late_packet_comes_at_its_time() {
        let mut lane = Lane::default();
        let mut out = Vec::new();
        lane.put(
            at(5),
            vec![1],
            hit(Fault::delay(ToClient, at(100))),
            &mut out,
        );
        lane.put(at(6), vec![2], None, &mut out);
        assert_eq!(lane.next_due(), Some(at(105)));
        lane.due(at(104), &mut out);
        assert_eq!(out, [[2]]);
        lane.due(at(105), &mut out);
        assert_eq!(out, [[2], [1]]);
        assert_eq!(lane.next_due(), None);
    }

    #[test]
    fn an_overtaken_packet_does_not_wait_for_ever() {
        let mut lane = Lane::default();
        let mut out = Vec::new();
        lane.put(at(0), vec![1], hit(Fault::reorder(ToClient, 1)), &mut out);
        lane.due(at(1000), &mut out);
        assert_eq!(out, [[1]]);
    }

    #[test]
    fn one_bit_is_turned_and_the_seed_says_which() {
        let damaged = || {
            let mut out = Vec::new();
            Lane::default().put(at(0), vec![0; 64], hit(Fault::corrupt(ToClient)), &mut out);
            out.remove(0)
        };
        let ones: u32 = damaged().iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(ones, 1);
        assert_eq!(damaged(), damaged());
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut lane = Lane::default();
        let mut out = Vec::new();
        for _ in 0..=HELD_MAX {
            lane.put(at(0), vec![0], hit(Fault::delay(ToClient, at(9))), &mut out);
        }
        assert_eq!((lane.held.len(), out.len()), (HELD_MAX, 1));
    }
}
