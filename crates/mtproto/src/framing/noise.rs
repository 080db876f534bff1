use heliogram_crypto::{Random, SeededRandom};

/// The randomness of a connection. A generator is larger than all else a framing has, and most
/// framings draw nothing: it is made when it is first needed.
pub(super) enum Noise {
    Seed([u8; 32]),
    Stream(Box<SeededRandom>),
}

impl Random for Noise {
    fn fill(&mut self, out: &mut [u8]) {
        match self {
            Self::Seed(seed) => {
                let mut stream = Box::new(SeededRandom::new(*seed));
                stream.fill(out);
                *self = Self::Stream(stream);
            }
            Self::Stream(stream) => stream.fill(out),
        }
    }
}
