//! The time of one socket: bytes in, bytes out, and how it ends.

use std::{io, time::Duration};

use heliogram_mtproto::{Event, framing::Frame};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Actor, until_stopped};
use crate::{
    error::ProtocolError,
    net::{fault::Fault, handshake, temporary::Age, wire::Wire},
};

/// Acknowledgements do not wait longer than this for a packet to travel with.
const ACK_HORIZON: Duration = Duration::from_secs(15);

/// Why a socket is not used any more.
pub(super) enum End {
    /// It broke, or what came was not acceptable.
    Lost(Fault),
    /// The client was stopped, or nobody holds the connection.
    Closed,
    /// Nothing was asked of it for a while.
    Idle,
    /// The temporary key nears its end, and no call is under way.
    Renew,
}

impl Actor {
    /// Drives the session over one socket until that ends.
    pub(super) async fn serve(&mut self, mut wire: Wire) -> End {
        let mut proven = false;
        wire.begin();
        if let Some((_, session)) = &mut self.session {
            session.handle_connected(self.net.clock.now());
        }
        // A new connection is introduced anew; the server may have been restarted in between.
        self.introduced = false;
        if self.worked {
            self.net.stats.reconnects.count();
            self.resync();
        }
        let began = Instant::now();
        let mut idle_since = began;
        let answer_by = began + self.net.config.connect_timeout;
        let life = self.session.as_ref().and_then(|(key, _)| key.life);
        let end = loop {
            let age = life.map_or(Age::Fresh, |life| life.age(Instant::now()));
            if age < Age::Held {
                self.unpark();
            }
            if let Err(end) = self.pump(&mut wire) {
                break end;
            }
            if !self.unbound.is_empty() {
                break End::Lost(Fault::TemporaryKey);
            }
            if age > Age::Fresh && self.in_flight.is_empty() {
                break End::Renew;
            }
            if age == Age::Over {
                break End::Lost(Fault::TemporaryKey);
            }
            let sends = age < Age::Held && self.has_room();
            if sends && !self.limits.is_empty() {
                continue;
            }
            let key_until = life.map_or_else(far_future, |life| life.end_of(age));
            if self.in_flight.is_empty() {
                self.shrink();
            } else {
                idle_since = Instant::now();
            }
            let timer = self.session.as_ref().and_then(|(_, s)| s.poll_timeout());
            let timer = timer.map_or_else(far_future, |mono| self.net.clock.at(mono));
            let timer = timer.min(self.limits.due(self.net.clock));
            let idle_at = if self.may_idle() && self.in_flight.is_empty() {
                idle_since + self.net.config.file_idle
            } else {
                far_future()
            };
            tokio::select! {
                read = wire.io() => match self.take_input(&mut wire, read, proven) {
                    Ok(packets) if packets > 0 && !proven => {
                        proven = true;
                        self.net.note(wire.server(), true);
                        self.prove();
                    }
                    Ok(_) => {}
                    Err(end) => break end,
                },
                request = self.inbox.recv() => match request {
                    Some(request) if sends => self.take(request),
                    Some(request) => self.park(request),
                    None => break End::Closed,
                },
                Some(signal) = self.signals.recv() => self.take_signal(signal),
                () = until_stopped(&mut self.stopped) => break End::Closed,
                () = sleep_until(timer) => {
                    if let Some((_, session)) = &mut self.session {
                        session.handle_timeout(self.net.clock.now());
                    }
                    self.expire();
                }
                () = sleep_until(idle_at) => break End::Idle,
                () = sleep_until(key_until) => {}
                () = sleep_until(answer_by), if !proven && !self.in_flight.is_empty() => {
                    break End::Lost(wire.silent(self.dc.id));
                }
            }
        };
        match end {
            End::Closed | End::Idle | End::Renew => self.finish(&mut wire).await,
            End::Lost(_) if !proven => self.net.note(wire.server(), false),
            // One that ends as soon as it has said something is no good either.
            End::Lost(_) if began.elapsed() > self.net.config.max_backoff => self.backoff.reset(),
            End::Lost(_) => {}
        }
        if let Some((_, session)) = &mut self.session {
            session.handle_disconnected(self.net.clock.now());
        }
        end
    }

    /// The server has answered: what failed before does not count any more.
    fn prove(&mut self) {
        if !self.worked {
            tracing::debug!(dc = self.dc.id, purpose = ?self.purpose, "connection works");
        }
        self.worked = true;
        self.tell(true);
        self.failures = 0;
        self.strikes = 0;
    }

    /// Lets the session read what came.
    fn take_input(
        &mut self,
        wire: &mut Wire,
        read: io::Result<usize>,
        proven: bool,
    ) -> Result<usize, End> {
        let dc = self.dc.id;
        match read {
            Ok(1..) => {}
            Ok(0) => return Err(End::Lost(wire.ended(dc, None))),
            Err(e) => return Err(End::Lost(wire.ended(dc, Some(&e)))),
        }
        if wire.take_lost()
            && let Some((_, session)) = &mut self.session
        {
            // The session asks what became of its messages, as after a new connection.
            session.handle_disconnected(self.net.clock.now());
            session.handle_connected(self.net.clock.now());
        }
        let mut packets = Vec::new();
        loop {
            match wire.next_frame() {
                Ok(Some(Frame::Packet(packet))) => packets.push(packet),
                Ok(Some(Frame::QuickAck(token))) => {
                    if let Some((_, session)) = &mut self.session {
                        session.handle_quick_ack(self.net.clock.now(), token);
                    }
                }
                Ok(Some(Frame::Error(code))) => {
                    self.take_packets(packets).map_err(End::Lost)?;
                    return Err(End::Lost(self.transport_fault(code)));
                }
                Ok(None) => break,
                Err(source) => {
                    // What came before it is as good as ever.
                    self.take_packets(packets).map_err(End::Lost)?;
                    let fault = match wire.speaks() {
                        Some(_) if !proven => wire.stranger(dc),
                        _ => ProtocolError::Frame { dc, source }.into(),
                    };
                    return Err(End::Lost(fault));
                }
            }
        }
        let count = packets.len();
        tracing::trace!(dc, packets = count, "read");
        self.take_packets(packets).map_err(End::Lost)?;
        Ok(count)
    }

    /// Lets the session read packets that came together.
    fn take_packets(&mut self, packets: Vec<Vec<u8>>) -> Result<(), Fault> {
        let dc = self.dc.id;
        let Some((_, session)) = &mut self.session else {
            return Ok(());
        };
        session
            .handle_packets(self.net.clock.now(), packets)
            .map_err(|source| ProtocolError::Session { dc, source }.into())
    }

    fn transport_fault(&self, code: i32) -> Fault {
        match code {
            // A CDN that knows no key at all is given up, as others are not.
            -404 if self.is_temporary() && !self.dc.cdn => Fault::TemporaryKey,
            code => handshake::transport_fault(self.dc.id, code),
        }
    }

    /// Moves packets from the session to the socket and events to whom they concern.
    fn pump(&mut self, wire: &mut Wire) -> Result<(), End> {
        let dc = self.dc.id;
        loop {
            let now = self.net.clock.now();
            let Some((_, session)) = &mut self.session else {
                return Err(End::Closed);
            };
            while wire.room() > 0 {
                let packets = session.poll_packets(now, wire.room());
                if packets.is_empty() {
                    break;
                }
                for packet in packets {
                    wire.queue_packet(&packet.bytes, packet.quick_ack)
                        .map_err(|source| End::Lost(ProtocolError::Frame { dc, source }.into()))?;
                }
            }
            if !self.take_events(wire)? {
                return self.ask_to_wait(wire);
            }
        }
    }

    /// Where the server only speaks when spoken to, has it hold its answer.
    fn ask_to_wait(&mut self, wire: &mut Wire) -> Result<(), End> {
        if wire.wants_wait()
            && let Some((_, session)) = &mut self.session
            && session.poll_wait(self.net.clock.now(), &mut self.packet)
        {
            let asked = wire.wait(&self.packet);
            asked.map_err(|e| End::Lost(wire.ended(self.dc.id, Some(&e))))?;
        }
        Ok(())
    }

    /// Tells events to whom they concern; answers whether there were any.
    fn take_events(&mut self, wire: &Wire) -> Result<bool, End> {
        let mut any = false;
        while let Some((_, session)) = &mut self.session
            && let Some(event) = session.poll_event()
        {
            any = true;
            if let Event::PeerDead = event {
                return Err(End::Lost(wire.silent(self.dc.id)));
            }
            self.take_event(event);
        }
        Ok(any)
    }

    /// Waits a moment for calls under way, then sends what is left to send and closes.
    async fn finish(&mut self, wire: &mut Wire) {
        let grace = self.net.config.stop_grace;
        let _ = timeout(grace, async {
            while !self.in_flight.is_empty() {
                self.pump(wire).ok()?;
                tokio::select! {
                    read = wire.io() => { self.take_input(wire, read, true).ok()?; }
                    signal = self.signals.recv() => self.take_signal(signal?),
                }
            }
            self.pump(wire).ok()?;
            self.flush_acks(wire);
            wire.finish().await.ok()
        })
        .await;
    }

    /// Queues the acknowledgements that wait for company: after the end no packet will come along.
    fn flush_acks(&mut self, wire: &mut Wire) {
        let soon = self.net.clock.now().plus(ACK_HORIZON);
        if let Some((_, session)) = &mut self.session
            && session.poll_packet(soon, &mut self.packet)
        {
            // A packet that does not fit is one the server can do without.
            let _ = wire.queue(&self.packet);
        }
    }
}

pub(super) fn far_future() -> Instant {
    Instant::now() + Duration::from_secs(24 * 3600)
}
