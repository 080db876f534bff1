use std::io::{Read, Write};

use flate2::{Compression, read::MultiGzDecoder, read::ZlibDecoder, write::GzEncoder};

use crate::{DecodeError, DecodeErrorKind};

/// Unpacks the data of `gzip_packed` (a gzip stream; TDLib sends zlib), up to `limit` bytes.
///
/// # Errors
/// [`DecodeErrorKind::BadGzip`] or [`DecodeErrorKind::GzipTooLarge`].
pub fn inflate(packed: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
    let fail = |kind| DecodeError { kind, at: 0 };
    let mut out = Vec::new();
    let capped = (limit as u64).saturating_add(1);
    let read = match packed {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(packed)
            .take(capped)
            .read_to_end(&mut out),
        _ => ZlibDecoder::new(packed).take(capped).read_to_end(&mut out),
    };
    read.map_err(|_| fail(DecodeErrorKind::BadGzip))?;
    if out.len() > limit {
        return Err(fail(DecodeErrorKind::GzipTooLarge { limit }));
    }
    Ok(out)
}

/// Packs `data` as a gzip stream, or answers `None` where that would not make it smaller.
///
/// A sample is tried first, so that bytes which do not pack (file parts) cost next to nothing.
#[must_use]
pub fn deflate(data: &[u8]) -> Option<Vec<u8>> {
    const SAMPLE: usize = 4096;
    if let Some(sample) = data.get(..SAMPLE) {
        let packed = pack(sample)?;
        if packed.len() * 10 > SAMPLE * 9 {
            return None;
        }
    }
    pack(data).filter(|packed| packed.len() < data.len())
}

fn pack(data: &[u8]) -> Option<Vec<u8>> {
    let mut gz = GzEncoder::new(Vec::with_capacity(data.len() / 2), Compression::fast());
    gz.write_all(data).ok()?;
    gz.finish().ok()
}

#[cfg(test)]
mod tests {
    use flate2::write::ZlibEncoder;

    use super::*;

    /// Bytes no compressor can shorten.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(len).collect()
    }

    #[test]
    fn what_is_packed_unpacks_to_the_same() {
        let text = b"to be or not to be ".repeat(1000);
        let packed = deflate(&text).unwrap();
        assert!(packed.len() < text.len() / 10);
        assert_eq!(inflate(&packed, text.len()), Ok(text));
    }

    #[test]
    fn zlib_streams_unpack_too() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(b"hello").unwrap();
        assert_eq!(inflate(&zlib.finish().unwrap(), 5), Ok(b"hello".to_vec()));
    }

    #[test]
    fn noise_is_not_packed() {
        assert_eq!(deflate(&noise(600)), None);
        assert_eq!(deflate(&noise(512 * 1024)), None);
        assert_eq!(deflate(b""), None);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = pack(&vec![0; 8 << 20]).unwrap();
        assert!(bomb.len() < 128 << 10);
        let refused = |limit| inflate(&bomb, limit).unwrap_err().kind;
        assert_eq!(refused(1000), DecodeErrorKind::GzipTooLarge { limit: 1000 });
        assert_eq!(refused(0), DecodeErrorKind::GzipTooLarge { limit: 0 });
        assert_eq!(inflate(&bomb, 8 << 20).map(|out| out.len()), Ok(8 << 20));
        assert_eq!(inflate(&bomb, usize::MAX).map(|out| out.len()), Ok(8 << 20));
    }

    #[test]
    fn damaged_streams_are_errors() {
        let packed = deflate(&b"to be or not to be ".repeat(100)).unwrap();
        for cut in 0..packed.len() {
            assert!(inflate(&packed[..cut], 1 << 20).is_err(), "cut at {cut}");
        }
        assert_eq!(
            inflate(&noise(300), 1 << 20).unwrap_err().kind,
            DecodeErrorKind::BadGzip
        );
    }
}
