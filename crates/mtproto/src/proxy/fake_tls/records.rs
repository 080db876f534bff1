use std::fmt;

use super::FakeTlsError;

/// Longest record that may come: what TLS allows with its expansion, in bytes.
pub(super) const LONGEST: usize = (1 << 14) + 256;
/// Longest record sent, in bytes: what common clients send.
const SENT: usize = 2878;
const DATA: u8 = 0x17;
/// What a browser sends once after the greeting.
const CHANGE_CIPHER: [u8; 6] = [0x14, 3, 3, 0, 1, 1];

/// A byte stream in records of TLS that are none: only their heads are real.
pub struct Records {
    begun: bool,
    input: Vec<u8>,
}

impl Records {
    /// `rest` is what came behind the answer to the greeting.
    pub(super) fn new(rest: Vec<u8>) -> Self {
        Self {
            begun: false,
            input: rest,
        }
    }

    /// Appends the records that carry `data` to `out`.
    pub fn seal(&mut self, data: &[u8], out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            out.extend_from_slice(&CHANGE_CIPHER);
        }
        for data in data.chunks(SENT) {
            out.extend_from_slice(&[DATA, 3, 3]);
            out.extend_from_slice(&(data.len() as u16).to_be_bytes());
            out.extend_from_slice(data);
        }
    }

    /// Takes bytes from the proxy and appends what they carry to `out`; less than one record is
    /// kept.
    ///
    /// # Errors
    /// The rule that a record breaks. The connection is of no use then.
    pub fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), FakeTlsError> {
        self.input.extend_from_slice(bytes);
        let mut rest = self.input.as_slice();
        loop {
            match *rest {
                [] => break,
                [DATA, ..] => {}
                [0x15, ..] => return Err(FakeTlsError::Alert),
                [kind, ..] => return Err(FakeTlsError::BadRecord { kind }),
            }
            match *rest {
                [_, major, ..] if major != 3 => return Err(FakeTlsError::NotTls),
                [_, _, minor, ..] if minor != 3 => return Err(FakeTlsError::NotTls),
                _ => {}
            }
            let Some((&[_, _, _, a, b], body)) = rest.split_first_chunk() else {
                break;
            };
            let len = usize::from(u16::from_be_bytes([a, b]));
            if len > LONGEST {
                return Err(FakeTlsError::TooLong { len });
            }
            let Some((data, next)) = body.split_at_checked(len) else {
                break;
            };
            out.extend_from_slice(data);
            rest = next;
        }
        let taken = self.input.len() - rest.len();
        self.input.drain(..taken);
        Ok(())
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("begun", &self.begun)
            .field("kept", &self.input.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receive(bytes: &[u8]) -> Result<Vec<u8>, FakeTlsError> {
        let mut out = Vec::new();
        Records::new(Vec::new()).receive(bytes, &mut out)?;
        Ok(out)
    }

    #[test]
    fn what_is_sent_begins_as_a_browser_does_and_comes_in_short_records() {
        let (mut records, mut out) = (Records::new(Vec::new()), Vec::new());
        records.seal(&[1; SENT + 1], &mut out);
        records.seal(&[2; 3], &mut out);
        assert_eq!(out[..6], CHANGE_CIPHER);
        assert_eq!(out[6..11], [DATA, 3, 3, 0x0b, 0x3e]);
        assert_eq!(out[11 + SENT..11 + SENT + 6], [DATA, 3, 3, 0, 1, 1]);
        assert_eq!(out[17 + SENT..], [DATA, 3, 3, 0, 3, 2, 2, 2]);
    }

    #[test]
    fn each_broken_rule_has_its_name() {
        let kind = 0x16;
        assert_eq!(receive(&[kind]), Err(FakeTlsError::BadRecord { kind }));
        assert_eq!(receive(&[0x15, 3, 3, 0, 2]), Err(FakeTlsError::Alert));
        assert_eq!(receive(&[DATA, 3, 1]), Err(FakeTlsError::NotTls));
        let len = LONGEST + 1;
        let bytes = [DATA, 3, 3, (len >> 8) as u8, len as u8];
        assert_eq!(receive(&bytes), Err(FakeTlsError::TooLong { len }));
    }

    #[test]
    fn the_longest_legal_record_and_an_empty_one_are_taken() {
        let mut bytes = vec![DATA, 3, 3, (LONGEST >> 8) as u8, LONGEST as u8];
        bytes.resize(5 + LONGEST, 4);
        bytes.extend([DATA, 3, 3, 0, 0]);
        assert_eq!(receive(&bytes).unwrap(), vec![4; LONGEST]);
    }

    proptest! {
        #[test]
        fn what_one_side_seals_the_other_reads_in_any_pieces(
            data in prop::collection::vec(any::<u8>(), 0..9000),
            piece in 1..5000_usize,
        ) {
            let (mut sealed, mut out) = (Vec::new(), Vec::new());
            Records::new(Vec::new()).seal(&data, &mut sealed);
            let mut other = Records::new(Vec::new());
            for piece in sealed[CHANGE_CIPHER.len()..].chunks(piece) {
                other.receive(piece, &mut out).unwrap();
                prop_assert!(other.input.len() < LONGEST + 5);
            }
            prop_assert_eq!(out, data);
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), data: bool) {
            let start: &[u8] = if data { &[DATA, 3, 3, 0] } else { &[] };
            let _ = receive(&[start, &bytes].concat());
        }
    }
}
