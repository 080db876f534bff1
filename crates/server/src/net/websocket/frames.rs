use std::fmt;

use heliogram_mtproto::framing::MAX_FRAME;

/// Longest payload of a control frame.
const CONTROL_MAX: usize = 125;
/// Longest payload of a frame; several packets may share one.
const PAYLOAD_MAX: u64 = 2 * MAX_FRAME as u64;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// The rules a client's frames can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Violation {
    Reserved,
    Unmasked,
    TooLong,
    Control,
    Order,
    Text,
}

impl Violation {
    /// What the connection is closed with.
    pub(super) fn code(self) -> u16 {
        match self {
            Self::Text => 1003,
            Self::TooLong => 1009,
            _ => 1002,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "a WebSocket frame of a kind that does not exist",
            Self::Unmasked => "a WebSocket frame without a mask",
            Self::TooLong => "a WebSocket frame that is too long",
            Self::Control => "a WebSocket control frame that is long or in pieces",
            Self::Order => "a WebSocket message inside of another",
            Self::Text => "a WebSocket message of text",
        })
    }
}

/// A control frame that asks for something.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Control {
    Ping(Vec<u8>),
    /// With the client's code, if it gives one.
    Close(Option<u16>),
}

/// Takes frames of a client apart, as far as their bytes came.
#[derive(Default)]
pub(super) struct Frames {
    /// The head of the next frame, while it is not complete.
    head: Vec<u8>,
    frame: Option<Current>,
    /// The payload of a control frame.
    control: Vec<u8>,
    /// Whether a message was begun and not ended.
    in_message: bool,
}

/// A frame whose payload is on its way.
struct Current {
    opcode: Opcode,
    mask: [u8; 4],
    /// Payload bytes so far and altogether.
    at: u64,
    len: u64,
}

impl Frames {
    /// Takes bytes, appends what binary messages hold to `data`, and tells control frames; nothing
    /// is read behind a frame that closes.
    pub(super) fn receive(
        &mut self,
        mut bytes: &[u8],
        data: &mut Vec<u8>,
        controls: &mut Vec<Control>,
    ) -> Result<(), Violation> {
        loop {
            let Some(frame) = &mut self.frame else {
                let Some((&byte, rest)) = bytes.split_first() else {
                    return Ok(());
                };
                bytes = rest;
                self.head.push(byte);
                self.take_head()?;
                continue;
            };
            let due = usize::try_from(frame.len - frame.at).unwrap_or(usize::MAX);
            let (payload, rest) = bytes.split_at(due.min(bytes.len()));
            bytes = rest;
            let to = match frame.opcode {
                Opcode::Close | Opcode::Ping | Opcode::Pong => &mut self.control,
                _ => &mut *data,
            };
            frame.unmask(payload, to);
            if frame.at < frame.len {
                return Ok(());
            }
            let opcode = frame.opcode;
            self.frame = None;
            match (opcode, std::mem::take(&mut self.control)) {
                (Opcode::Ping, payload) => controls.push(Control::Ping(payload)),
                (Opcode::Close, payload) => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    controls.push(Control::Close(code));
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    /// Begins a frame once its head is complete.
    fn take_head(&mut self) -> Result<(), Violation> {
        let Some((&[first, second], rest)) = self.head.split_first_chunk::<2>() else {
            return Ok(());
        };
        let (opcode, last) = self.check(first, second)?;
        let (len, rest) = match second & 0x7f {
            126 => match rest.split_first_chunk::<2>() {
                Some((len, rest)) => (u64::from(u16::from_be_bytes(*len)), rest),
                None => return Ok(()),
            },
            127 => match rest.split_first_chunk::<8>() {
                Some((len, rest)) => (u64::from_be_bytes(*len), rest),
                None => return Ok(()),
            },
            len => (u64::from(len), rest),
        };
        if len > PAYLOAD_MAX {
            return Err(Violation::TooLong);
        }
        let Some(&mask) = rest.first_chunk() else {
            return Ok(());
        };
        if matches!(opcode, Opcode::Binary | Opcode::Continuation) {
            self.in_message = !last;
        }
        self.head.clear();
        self.frame = Some(Current {
            opcode,
            mask,
            at: 0,
            len,
        });
        Ok(())
    }

    /// What a frame is, from its first two bytes, and whether it is the last of its message.
    fn check(&self, first: u8, second: u8) -> Result<(Opcode, bool), Violation> {
        let last = first & 0x80 != 0;
        let opcode = match first & 0x7f {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => return Err(Violation::Reserved),
        };
        if second & 0x80 == 0 {
            return Err(Violation::Unmasked);
        }
        match opcode {
            Opcode::Text => Err(Violation::Text),
            Opcode::Binary if self.in_message => Err(Violation::Order),
            Opcode::Continuation if !self.in_message => Err(Violation::Order),
            Opcode::Close | Opcode::Ping | Opcode::Pong
                if !last || usize::from(second & 0x7f) > CONTROL_MAX =>
            {
                Err(Violation::Control)
            }
            _ => Ok((opcode, last)),
        }
    }
}

impl Current {
    fn unmask(&mut self, payload: &[u8], to: &mut Vec<u8>) {
        let mask = self.mask.iter().cycle().skip((self.at % 4) as usize);
        to.extend(payload.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
        self.at += payload.len() as u64;
    }
}

/// Appends a frame of the server, which has no mask.
pub(super) fn write(opcode: Opcode, payload: &[u8], out: &mut Vec<u8>) {
    out.push(0x80 | opcode as u8);
    match payload.len() {
        len @ 0..126 => out.push(len as u8),
        len @ 126..0x1_0000 => {
            out.push(126);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            out.push(127);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}

/// A frame of a client, for tests.
#[cfg(test)]
pub(super) fn masked(opcode: Opcode, last: bool, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut out = Vec::new();
    write(opcode, payload, &mut out);
    let payload_at = out.len() - payload.len();
    out[0] = opcode as u8 | if last { 0x80 } else { 0 };
    out[1] |= 0x80;
    for (at, byte) in out[payload_at..].iter_mut().enumerate() {
        *byte ^= mask[at % 4];
    }
    out.splice(payload_at..payload_at, mask);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8], chunk: usize) -> Result<(Vec<u8>, Vec<Control>), Violation> {
        let mut frames = Frames::default();
        let (mut data, mut controls) = (Vec::new(), Vec::new());
        for bytes in bytes.chunks(chunk) {
            frames.receive(bytes, &mut data, &mut controls)?;
        }
        assert!(frames.head.len() <= 14 && frames.control.len() <= CONTROL_MAX);
        Ok((data, controls))
    }

    fn binary(payload: &[u8]) -> Vec<u8> {
        masked(Opcode::Binary, true, payload, [0xde, 0xad, 0xbe, 0xef])
    }

    #[test]
    fn fragments_with_pings_between_them_are_one_stream() {
        let bytes = [
            masked(Opcode::Binary, false, b"one ", [1; 4]),
            masked(Opcode::Ping, true, b"?", [2; 4]),
            masked(Opcode::Continuation, false, b"", [3; 4]),
            masked(Opcode::Continuation, true, b"two", [4; 4]),
            masked(Opcode::Pong, true, b"!", [5; 4]),
            binary(b" three"),
            masked(Opcode::Close, true, &[3, 232], [6; 4]),
            binary(b"too late"),
        ]
        .concat();
        let (data, controls) = read(&bytes, 10_000).unwrap();
        assert_eq!(data, b"one two three");
        assert_eq!(
            controls,
            [Control::Ping(vec![b'?']), Control::Close(Some(1000))]
        );
    }

    #[test]
    fn each_broken_rule_is_named() {
        let ping_in_pieces = masked(Opcode::Ping, false, b"", [0; 4]);
        let long_ping = masked(Opcode::Ping, true, &[0; 126], [0; 4]);
        let text = masked(Opcode::Text, true, b"x", [0; 4]);
        let alone = masked(Opcode::Continuation, true, b"x", [0; 4]);
        let begun = masked(Opcode::Binary, false, b"x", [0; 4]);
        let mut compressed = binary(b"x");
        compressed[0] |= 0x40;
        let mut endless = vec![0x82, 0xff];
        endless.extend(u64::MAX.to_be_bytes());
        for (bytes, violation) in [
            (ping_in_pieces, Violation::Control),
            (long_ping, Violation::Control),
            (text, Violation::Text),
            (alone, Violation::Order),
            ([begun, binary(b"y")].concat(), Violation::Order),
            (vec![0x82, 0x01, 0], Violation::Unmasked),
            (compressed, Violation::Reserved),
            (vec![0x83, 0x80], Violation::Reserved),
            (endless, Violation::TooLong),
        ] {
            assert_eq!(read(&bytes, 1), Err(violation));
        }
    }

    proptest! {
        #[test]
        fn payloads_of_every_length_form_cross_in_pieces(
            lens in proptest::collection::vec(prop_oneof![0usize..130, 65_530usize..65_540], 0..4),
            chunk in 1usize..5000,
        ) {
            let payloads: Vec<Vec<u8>> = lens.iter().map(|len| vec![*len as u8; *len]).collect();
            let bytes: Vec<u8> = payloads.iter().flat_map(|payload| binary(payload)).collect();
            prop_assert_eq!(read(&bytes, chunk), Ok((payloads.concat(), Vec::new())));
        }

        #[test]
        fn random_bytes_never_grow_and_are_read_alike_in_pieces(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            chunk in 1usize..20,
        ) {
            // One piece stops at a frame that closes; a client that goes on breaks no rule here.
            let whole = read(&bytes, 10_000);
            if whole.as_ref().is_ok_and(|(_, c)| !c.iter().any(|c| matches!(c, Control::Close(_)))) {
                prop_assert_eq!(read(&bytes, chunk), whole);
            }
        }
    }
}
