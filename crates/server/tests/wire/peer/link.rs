//! The socket of a peer.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use heliogram_mtproto::framing::{Frame, Framing, Obfuscation, Transport};

use super::{PATIENCE, seed};

pub(super) struct Link {
    pub(super) address: SocketAddr,
    pub(super) transport: Transport,
    obfuscation: Option<Obfuscation>,
    stream: TcpStream,
    framing: Framing,
}

impl Link {
    pub(super) fn dial(
        address: SocketAddr,
        transport: Transport,
        obfuscation: Option<Obfuscation>,
    ) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let framing = Framing::client(transport, obfuscation, seed());
        Self {
            address,
            transport,
            obfuscation,
            stream,
            framing,
        }
    }

    pub(super) fn again(&self) -> Self {
        Self::dial(self.address, self.transport, self.obfuscation)
    }

    /// `false` once the connection is gone.
    pub(super) fn send(&mut self, packet: &[u8]) -> bool {
        let mut out = Vec::new();
        self.framing.encode(packet, &mut out).unwrap();
        self.stream.write_all(&out).is_ok()
    }

    /// A frame if one came; an error once the connection is gone.
    pub(super) fn receive(&mut self) -> Result<Option<Frame>, ()> {
        if let Some(frame) = self.framing.next_frame().unwrap() {
            return Ok(Some(frame));
        }
        let mut input = [0; 16 * 1024];
        match self.stream.read(&mut input) {
            Ok(0) => return Err(()),
            Ok(len) => self.framing.receive(&input[..len]),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return Err(()),
        }
        Ok(self.framing.next_frame().unwrap())
    }

    /// How many bytes still come, until the server closes the connection.
    pub(super) fn bytes_to_the_end(&mut self) -> usize {
        let began = Instant::now();
        let mut count = 0;
        let mut input = [0; 4096];
        loop {
            assert!(began.elapsed() < PATIENCE, "the connection stays");
            match self.stream.read(&mut input) {
                Ok(0) => return count,
                Ok(len) => count += len,
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}
