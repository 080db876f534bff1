//! A connection on which something goes wrong: between the socket and what is said over it.

use std::time::Duration;

use heliogram_mtproto::BadMsg;
use heliogram_mtproto::server::peek_key_id;

use super::{Keys, Link, Packet};
use crate::faults::{Place, Scene, What};

impl Link {
    /// Takes bytes from the socket and does what they ask for.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        if self.is_calm() {
            return self.read(bytes);
        }
        let scene = self.scene();
        self.line.receive(&scene, bytes);
        self.read_line(&scene);
    }

    /// Appends what is to be sent, up to a limit.
    pub(crate) fn fill(&mut self, out: &mut Vec<u8>) {
        if self.is_calm() {
            return self.make(out);
        }
        let mut made = Vec::new();
        if self.line.has_room() {
            self.make(&mut made);
        }
        let scene = self.scene();
        self.line.send(&scene, &made, out);
    }

    /// Whether nothing goes wrong with the connection itself.
    pub(super) fn is_calm(&self) -> bool {
        let now = self.shared.now().mono;
        self.line.is_calm(&self.shared.faults, now)
    }

    fn scene(&self) -> Scene {
        Scene::new(&self.shared, self.dc, self.keys.last())
    }

    /// Reads what came through from the client.
    fn read_line(&mut self, scene: &Scene) {
        while let Some(bytes) = self.line.input(scene) {
            self.read(&bytes);
        }
    }

    /// An encrypted packet of the client is on its last stretch.
    pub(super) fn pass_packet(&mut self, packet: Packet) {
        let mut scene = self.scene();
        if scene.account.is_none() {
            // The first packet of a connection says whose it is.
            scene = Scene::new(&self.shared, self.dc, peek_key_id(&packet.bytes));
        }
        let packets = self.line.packet_in(&scene, packet);
        self.take_packets(packets);
    }

    fn take_packets(&mut self, packets: Vec<Packet>) {
        for packet in packets {
            if let Some(key_id) = peek_key_id(&packet.bytes).filter(|_| !self.is_over()) {
                self.take_sealed(key_id, packet);
            }
        }
    }

    /// Lets everything through whose time has come.
    pub(super) fn let_through(&mut self) {
        if self.is_calm() {
            return;
        }
        let scene = self.scene();
        self.read_line(&scene);
        let late = self.line.due_in(&scene);
        self.take_packets(late);
        for packet in self.line.due_out(&scene) {
            // One that cannot be said now could not have been when it was made.
            let _ = self.wire.say(&packet, &mut self.first);
        }
        self.line.arrive(&scene);
    }

    /// Says the packet that was made, or what faults make of it.
    pub(super) fn say(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        if self.is_calm() {
            return self.wire.say(&self.packet, out);
        }
        let scene = self.scene();
        let packet = std::mem::take(&mut self.packet);
        let packets = self.line.packet_out(&scene, packet);
        packets
            .iter()
            .try_for_each(|packet| self.wire.say(packet, out))
    }

    /// The fault of a packet that came in, if the packet is still to be looked at.
    pub(super) fn received_fault(&mut self, key_id: i64) -> Result<Option<What>, ()> {
        if !self.shared.faults.watches(Place::Received) {
            return Ok(None);
        }
        let scene = Scene::new(&self.shared, self.dc, Some(key_id));
        let moment = scene.moment(Place::Received, None);
        let Some(hit) = scene.faults().strike(&moment) else {
            return Ok(None);
        };
        match hit.what {
            What::CutOnPacket {} => self.end("cut on request"),
            What::TransportError { code } => self.refuse(code, "refused on request".to_owned()),
            What::ForgetKey {} => {
                // This connection ends with a word, all others of the key without.
                self.close();
                self.shared.forget_key(key_id);
                self.keys = Keys::default();
                self.refuse(-404, "the key was forgotten on request".to_owned());
            }
            What::Stall { ms } => {
                self.line.stall(scene.now, Duration::from_millis(ms));
                return Ok(None);
            }
            what => return Ok(Some(what)),
        }
        Err(())
    }

    /// Forgets a session: the next packet of it begins a new one.
    pub(super) fn forget_session(&mut self, key_id: i64, session_id: i64) {
        self.shared.hub.forget(key_id, session_id);
        self.slots
            .retain(|slot| (slot.key_id, slot.session_id) != (key_id, session_id));
    }
}

/// The code a fault has a packet refused with.
pub(super) fn bad_msg(fault: What) -> Option<BadMsg> {
    match fault {
        What::WrongSalt {} => Some(BadMsg::WrongSalt),
        What::BadMsg { code } => BadMsg::from_code(code),
        _ => None,
    }
}
