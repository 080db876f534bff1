//! The primitive forms: as published, there and back, and from hostile bytes.
#![allow(missing_docs, clippy::panic, clippy::unwrap_used)]

use heliogram_tl::{
    BOOL_FALSE, BOOL_TRUE, Bytes, Decode, DecodeErrorKind, Encode, MAX_DEPTH, Reader, Rest, VECTOR,
    Writer, from_bytes, from_prefix, to_bytes,
};

fn random() -> impl FnMut() -> u64 {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

fn there_and_back<T: Encode + Decode + PartialEq + std::fmt::Debug>(value: &T) -> Bytes {
    let bytes = to_bytes(value);
    assert_eq!(from_bytes::<T>(&bytes).as_ref(), Ok(value));
    assert_eq!(bytes.len() % 4, 0);
    for cut in 0..bytes.len() {
        assert!(
            from_bytes::<T>(&bytes.slice(..cut)).is_err(),
            "{value:?} cut at {cut}"
        );
    }
    bytes
}

#[test]
fn strings_have_their_published_forms() {
    let form = |s: &str| to_bytes(&s.to_owned()).to_vec();
    assert_eq!(form(""), [0, 0, 0, 0]);
    assert_eq!(form("a"), [1, b'a', 0, 0]);
    assert_eq!(form("abc"), [3, b'a', b'b', b'c']);
    assert_eq!(form("abcd"), [4, b'a', b'b', b'c', b'd', 0, 0, 0]);
    let short = form(&"x".repeat(253));
    assert_eq!((short.len(), &short[..2]), (256, &[253, b'x'][..]));
    let long = form(&"x".repeat(254));
    assert_eq!((long.len(), &long[..5]), (260, &[254, 254, 0, 0, b'x'][..]));
    assert_eq!(&long[258..], [0, 0]);
    let longer = form(&"x".repeat(0x01_02_03));
    assert_eq!(&longer[..4], [254, 3, 2, 1]);
}

#[test]
fn primitives_have_their_published_forms() {
    assert_eq!(there_and_back(&-2i32), [0xfe, 0xff, 0xff, 0xff][..]);
    assert_eq!(
        there_and_back(&0x0102_0304_0506_0708i64),
        [8, 7, 6, 5, 4, 3, 2, 1][..]
    );
    assert_eq!(there_and_back(&1.5f64), [0, 0, 0, 0, 0, 0, 0xf8, 0x3f][..]);
    assert_eq!(there_and_back(&true), BOOL_TRUE.to_le_bytes()[..]);
    assert_eq!(there_and_back(&false), BOOL_FALSE.to_le_bytes()[..]);
    let mut vector = VECTOR.to_le_bytes().to_vec();
    vector.extend_from_slice(&[2, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0]);
    assert_eq!(there_and_back(&vec![7i32, 9]), vector[..]);
}

#[test]
fn every_primitive_reads_back_what_was_written() {
    let mut next = random();
    for round in 0..300 {
        let (a, b, c) = (next(), next(), next());
        there_and_back(&(a as i32));
        there_and_back(&(a as i64));
        there_and_back(&f64::from_bits(a & !(1 << 62)));
        let mut wide = [0; 32];
        wide[..8].copy_from_slice(&a.to_le_bytes());
        wide[24..].copy_from_slice(&b.to_le_bytes());
        there_and_back(&wide);
        there_and_back(&[c as u8; 16]);
        there_and_back(&Bytes::from(vec![c as u8; round]));
        there_and_back(&vec!["é".repeat(round % 9), "x".repeat(round)]);
        there_and_back(&vec![vec![a as i64; (b % 5) as usize]; (c % 5) as usize]);
    }
}

#[test]
fn text_that_is_not_utf8_is_read_all_the_same() {
    let bytes = to_bytes(&Bytes::from_static(b"a\xff\xfeb"));
    assert_eq!(
        from_bytes::<String>(&bytes).as_deref(),
        Ok("a\u{fffd}\u{fffd}b")
    );
}

#[test]
fn bytes_fields_share_the_input() {
    let input = to_bytes(&Bytes::from(vec![7; 100]));
    let out = from_bytes::<Bytes>(&input).unwrap();
    assert_eq!(out.as_ptr(), input[1..].as_ptr());
}

#[test]
fn rest_takes_everything_and_a_prefix_leaves_it() {
    let input = Bytes::from_static(&[1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(from_bytes::<Rest>(&input), Ok(Rest(input.clone())));
    assert_eq!(from_prefix::<i32>(&input), Ok(1));
    let error = from_bytes::<i32>(&input).unwrap_err();
    assert_eq!(
        (error.kind, error.at),
        (DecodeErrorKind::TrailingBytes { left: 4 }, 4)
    );
}

#[test]
fn a_vector_cannot_claim_more_than_its_bytes_hold() {
    let claim = |count: u32, data: usize| {
        let mut w = Writer::new();
        w.u32(VECTOR);
        w.u32(count);
        w.raw(&vec![0; data]);
        from_bytes::<Vec<i32>>(&Bytes::from(w.into_vec()))
    };
    assert_eq!(claim(2, 8), Ok(vec![0, 0]));
    let refused = |count, left| Some((DecodeErrorKind::VectorTooLong { count, left }, 8));
    assert_eq!(claim(3, 8).err().map(|e| (e.kind, e.at)), refused(3, 8));
    assert_eq!(
        claim(u32::MAX, 0).err().map(|e| (e.kind, e.at)),
        refused(u32::MAX, 0)
    );
}

#[test]
fn the_first_mistake_is_kept_with_its_place() {
    let mut r = Reader::new(&[255, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(r.string(), "");
    assert_eq!((r.i64(), r.bytes(), r.int128()), (0, Bytes::new(), [0; 16]));
    r.unknown(5, "Other");
    let error = r.check().unwrap_err();
    assert_eq!((error.kind, error.at), (DecodeErrorKind::BadLength, 0));
    assert_eq!(r.remaining(), 0);

    let error = from_bytes::<bool>(&Bytes::from_static(&[1, 2, 3, 4])).unwrap_err();
    let kind = DecodeErrorKind::UnknownConstructor {
        id: 0x0403_0201,
        expected: "Bool",
    };
    assert_eq!((error.kind, error.at), (kind, 0));
    assert!(error.to_string().contains("0x04030201"), "{error}");
}

#[test]
fn depth_is_limited() {
    let mut r = Reader::new(&[]);
    for _ in 0..MAX_DEPTH {
        assert!(r.enter());
    }
    assert!(!r.enter());
    assert_eq!(r.check().unwrap_err().kind, DecodeErrorKind::TooDeep);
}

#[test]
fn random_bytes_never_panic_and_never_read_past_the_end() {
    let mut next = random();
    for _ in 0..20_000 {
        let len = (next() % 40) as usize;
        let mut data: Vec<u8> = (0..len).map(|_| next() as u8).collect();
        if next() & 1 == 0 && len >= 8 {
            data[..4].copy_from_slice(&VECTOR.to_le_bytes());
            data[4..8].copy_from_slice(&((next() % 9) as u32).to_le_bytes());
        }
        let data = Bytes::from(data);
        let _ = from_bytes::<Vec<Vec<i32>>>(&data);
        let _ = from_bytes::<Vec<String>>(&data);
        let _ = from_bytes::<bool>(&data);
        let mut r = Reader::shared(&data);
        while !r.failed() && r.remaining() > 0 {
            let before = r.remaining();
            match next() % 6 {
                0 => drop(r.bytes()),
                1 => drop(r.string()),
                2 => drop(r.vector(4, Reader::i32)),
                3 => drop(r.elements(8, Reader::i64)),
                4 => drop(r.raw((next() % 12) as usize + 1)),
                _ => drop(r.u32()),
            }
            assert!(r.remaining() < before);
        }
        assert!(r.position() <= data.len());
    }
}
