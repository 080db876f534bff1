use std::{cell::RefCell, io::Read};

use flate2::{
    Compress, Compression, Crc, FlushCompress, Status, read::MultiGzDecoder, read::ZlibDecoder,
};

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

/// Header of a gzip stream: deflate, no name, no time, packed fast, of an unnamed system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

thread_local! {
    /// The packer's tables take a quarter of a megabyte. Made and thrown away for each small message
    /// they cost more time than the packing, and leave holes in the heap.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

fn pack(data: &[u8]) -> Option<Vec<u8>> {
    PACKER.with(|packer| {
        let mut packer = packer.try_borrow_mut().ok()?;
        packer.reset();
        let mut out = Vec::with_capacity(HEADER.len() + data.len() / 2 + 64);
        out.extend_from_slice(&HEADER);
        loop {
            let rest = data.get(usize::try_from(packer.total_in()).ok()?..)?;
            let status = packer.compress_vec(rest, &mut out, FlushCompress::Finish);
            match status.ok()? {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError => out.reserve(out.len()),
            }
        }
        let mut crc = Crc::new();
        crc.update(data);
        out.extend_from_slice(&crc.sum().to_le_bytes());
        out.extend_from_slice(&crc.amount().to_le_bytes());
        Some(out)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{bufread::GzDecoder, write::ZlibEncoder};

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
    fn packed_data_is_gzip_to_others_whatever_was_packed_before() {
        for len in [1, 100, 5000, 300_000, 40, 0] {
            let data = b"abcd".repeat(len);
            let packed = pack(&data).unwrap();
            let mut stream = GzDecoder::new(&packed[..]);
            let mut out = Vec::new();
            // Checksum and length are checked at the end of the stream, which is that of the data.
            stream.read_to_end(&mut out).unwrap();
            assert!(out == data && stream.into_inner().is_empty(), "{len}");
        }
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
