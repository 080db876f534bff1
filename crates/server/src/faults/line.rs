//! One connection under faults: its bytes and its packets, both ways.

use std::sync::Arc;
use std::time::Duration;

use super::book::Moment;
use super::lane::Lane;
use super::log::FaultId;
use super::param::Direction;
use super::pipe::Pipe;
use super::place::Place;
use super::state::FaultState;
use crate::shared::Shared;

/// Bytes under way on a slow connection before no more are taken in.
const PIPE_MAX: usize = 256 * 1024;

/// Which connection it is, at this moment.
pub(crate) struct Scene {
    pub(crate) shared: Arc<Shared>,
    pub(crate) now: Duration,
    pub(crate) dc: i32,
    /// Known only if a fault asks for it.
    pub(crate) account: Option<i64>,
}

impl Scene {
    /// A connection to `dc` under this key.
    pub(crate) fn new(shared: &Arc<Shared>, dc: i32, key: Option<i64>) -> Self {
        let account = key.filter(|_| shared.faults.asks_for_accounts());
        Self {
            shared: Arc::clone(shared),
            now: shared.now().mono,
            dc,
            account: account.and_then(|key| shared.world().account_of(key)),
        }
    }

    pub(crate) fn faults(&self) -> &FaultState {
        &self.shared.faults
    }

    pub(crate) fn moment(&self, place: Place, direction: Option<Direction>) -> Moment<'static> {
        Moment {
            place,
            direction,
            dc: Some(self.dc),
            account: self.account,
            method: None,
            at: self.now,
        }
    }
}

/// What faults make of one connection, whose clients send packets as `P`.
pub(crate) struct Line<P> {
    inbound: Pipe,
    outbound: Pipe,
    packets_in: Lane<P>,
    packets_out: Lane<Vec<u8>>,
    /// Which of the faults for whole connections struck this one.
    decided: Vec<(FaultId, bool)>,
    /// Bytes that came through and wait for the socket to have room.
    ready: Vec<u8>,
    cut: bool,
}

impl<P> Default for Line<P> {
    fn default() -> Self {
        Self {
            inbound: Pipe::default(),
            outbound: Pipe::default(),
            packets_in: Lane::default(),
            packets_out: Lane::default(),
            decided: Vec::new(),
            ready: Vec::new(),
            cut: false,
        }
    }
}

impl<P: AsMut<[u8]> + Clone> Line<P> {
    /// Whether nothing goes wrong here, nor is about to.
    pub(crate) fn is_calm(&self, faults: &FaultState, now: Duration) -> bool {
        let watched = [Place::Packet, Place::Bytes, Place::Connection];
        !watched.into_iter().any(|place| faults.watches(place))
            && self.inbound.is_open(now)
            && self.outbound.is_open(now)
            && self.packets_in.is_empty()
            && self.packets_out.is_empty()
            && self.ready.is_empty()
            && !self.cut
    }

    /// Whether the connection ended at a byte.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether there are bytes on their way to the client.
    pub(crate) fn has_output(&self) -> bool {
        self.outbound.len() + self.ready.len() > 0
    }

    /// Whether more bytes can be made for the client.
    pub(crate) fn has_room(&self) -> bool {
        self.outbound.len() < PIPE_MAX
    }

    /// Whether more bytes should be read from the socket.
    pub(crate) fn wants_input(&self) -> bool {
        self.inbound.len() < PIPE_MAX
    }

    /// Neither way does anything move for this time.
    pub(crate) fn stall(&mut self, now: Duration, time: Duration) {
        self.inbound.stand_still(now, time);
        self.outbound.stand_still(now, time);
    }

    /// Takes bytes from the socket.
    pub(crate) fn receive(&mut self, scene: &Scene, bytes: &[u8]) {
        let moment = scene.moment(Place::Connection, None);
        let shape = scene.faults().shape(&moment, &mut self.decided);
        self.inbound.put(scene.now, bytes, shape);
    }

    /// The next bytes of the client that came through.
    pub(crate) fn input(&mut self, scene: &Scene) -> Option<Vec<u8>> {
        let mut bytes = self.inbound.take(scene.now)?;
        self.count(scene, Direction::FromClient, &mut bytes);
        Some(bytes)
    }

    /// Takes bytes for the client, and appends what comes through to `out`.
    pub(crate) fn send(&mut self, scene: &Scene, bytes: &[u8], out: &mut Vec<u8>) {
        let moment = scene.moment(Place::Connection, None);
        let shape = scene.faults().shape(&moment, &mut self.decided);
        self.outbound.put(scene.now, bytes, shape);
        self.arrive(scene);
        out.append(&mut self.ready);
    }

    /// Lets bytes for the client come through whose time has come.
    pub(crate) fn arrive(&mut self, scene: &Scene) {
        while let Some(mut bytes) = self.outbound.take(scene.now) {
            self.count(scene, Direction::ToClient, &mut bytes);
            self.ready.append(&mut bytes);
        }
    }

    /// Counts bytes, and drops those behind the place where the connection is cut.
    fn count(&mut self, scene: &Scene, direction: Direction, bytes: &mut Vec<u8>) {
        if self.cut {
            bytes.clear();
            return;
        }
        let moment = scene.moment(Place::Bytes, Some(direction));
        if let Some(at) = scene.faults().count_bytes(&moment, bytes.len()) {
            bytes.truncate(at);
            self.cut = true;
        }
    }

    /// Takes an encrypted packet of the client; gives those that go on now.
    pub(crate) fn packet_in(&mut self, scene: &Scene, packet: P) -> Vec<P> {
        let moment = scene.moment(Place::Packet, Some(Direction::FromClient));
        let hit = scene.faults().strike(&moment);
        let mut out = Vec::new();
        self.packets_in.put(scene.now, packet, hit, &mut out);
        out
    }

    /// Takes an encrypted packet for the client; gives those that go on now.
    pub(crate) fn packet_out(&mut self, scene: &Scene, packet: Vec<u8>) -> Vec<Vec<u8>> {
        let moment = scene.moment(Place::Packet, Some(Direction::ToClient));
        let hit = scene.faults().strike(&moment);
        let mut out = Vec::new();
        self.packets_out.put(scene.now, packet, hit, &mut out);
        out
    }

    /// Held packets of the client whose time has come.
    pub(crate) fn due_in(&mut self, scene: &Scene) -> Vec<P> {
        let mut out = Vec::new();
        self.packets_in.due(scene.now, &mut out);
        out
    }

    /// Held packets for the client whose time has come.
    pub(crate) fn due_out(&mut self, scene: &Scene) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        self.packets_out.due(scene.now, &mut out);
        out
    }

    /// When something is due by itself.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let lanes = [self.packets_in.next_due(), self.packets_out.next_due()];
        let pipes = [&self.inbound, &self.outbound].map(Pipe::next_due);
        lanes.into_iter().chain(pipes).flatten().min()
    }
}
