use std::sync::LazyLock;

use num_bigint::BigUint;

use super::*;
use crate::random::{RandomExt, SeededRandom};

/// A key made by OpenSSL, in both of its files.
const PRIVATE: &str = include_str!("../../tests/rsa-test-key.pem");
const PUBLIC: &str = include_str!("../../tests/rsa-test-key.pub.pem");

static KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| RsaPrivateKey::from_pem(PRIVATE).unwrap());

fn rng() -> SeededRandom {
    SeededRandom::new([6; 32])
}

/// What an old client sends: the form from before RSA_PAD.
fn encrypt_old(key: &RsaPublicKey, data: &[u8], rng: &mut dyn Random) -> [u8; 256] {
    let mut message = [0; 256];
    rng.fill(&mut message[1..]);
    message[1..21].copy_from_slice(&sha1(&[data]));
    message[21..21 + data.len()].copy_from_slice(data);
    key.raise(&message)
}

#[test]
fn padded_data_comes_back_with_its_filling() {
    let mut rng = rng();
    for len in [0, 1, 96, 143, 144] {
        let data = vec![0xa5; len];
        let sealed = KEY.public().encrypt_pad(&data, &mut rng).unwrap();
        let opened = KEY.decrypt_pad(&sealed).unwrap();
        assert_eq!(opened[..len], data);
        assert_ne!(sealed, KEY.public().encrypt_pad(&data, &mut rng).unwrap());
    }
    assert_eq!(
        KEY.public().encrypt_pad(&[0; 145], &mut rng),
        Err(RsaError::TooLong { len: 145 })
    );
}

#[test]
fn sec_04_every_way_to_fail_looks_the_same() {
    let mut rng = rng();
    let sealed = KEY.public().encrypt_pad(b"data", &mut rng).unwrap();
    let mut damaged = sealed;
    damaged[200] ^= 1;
    let old = encrypt_old(KEY.public(), b"data", &mut rng);
    let other = RsaPublicKey::telegram()
        .encrypt_pad(b"data", &mut rng)
        .unwrap();
    let cases: [&[u8]; 7] = [
        &damaged,
        &old,
        &other,
        &[0; 256],
        &[0xff; 256],
        &[1; 257],
        &KEY.public().n,
    ];
    for case in cases {
        assert_eq!(KEY.decrypt_pad(case).map(|_| ()), Err(Undecryptable));
    }
}

#[test]
fn the_old_form_opens_for_the_length_its_parser_found() {
    let mut rng = rng();
    let data = [0x5a; 96];
    let message = KEY
        .decrypt_old(&encrypt_old(KEY.public(), &data, &mut rng))
        .unwrap();
    assert_eq!(message.unverified()[..96], data);
    assert_eq!(message.data(96), Ok(&data[..]));
    for len in [0, 95, 97, 235, 236] {
        assert_eq!(message.data(len), Err(Undecryptable));
    }
    let longer = KEY.decrypt_old(&KEY.public().raise(&[1; 256]));
    assert_eq!(
        longer.map(|_| ()),
        Err(Undecryptable),
        "256 significant bytes"
    );
}

#[test]
fn the_private_operation_is_the_inverse_by_num_bigint_too() {
    let [p, q] = KEY
        .secret
        .primes()
        .map(|prime| BigUint::from_bytes_be(&prime[..]));
    let n = &p * &q;
    assert_eq!(n, BigUint::from_bytes_be(KEY.public().modulus()));
    let phi = (&p - 1u8) * (&q - 1u8);
    let d = BigUint::from(KEY.public().exponent()).modinv(&phi).unwrap();
    let mut rng = rng();
    for _ in 0..8 {
        let mut m = rng.array::<256>();
        m[0] &= 0x3f;
        let wanted = BigUint::from_bytes_be(&m).modpow(&d, &n);
        let ours = KEY.secret.pow(&m).unwrap();
        assert_eq!(BigUint::from_bytes_be(&ours[..]), wanted);
    }
    for edge in [&p - 1u8, &p * 1u8, &q * 2u8, &n - 1u8, BigUint::from(0u8)] {
        let m = bn::number(&edge.to_bytes_be()).unwrap();
        assert_eq!(
            BigUint::from_bytes_be(&KEY.secret.pow(&m).unwrap()[..]),
            edge.modpow(&d, &n)
        );
    }
}

#[test]
fn generated_keys_have_2048_bits_and_work() {
    let mut rng = rng();
    let key = RsaPrivateKey::generate(&mut rng).unwrap();
    assert_eq!(key.public().modulus()[0] >> 7, 1);
    assert_eq!(key.public().exponent(), 65537);
    let sealed = key.public().encrypt_pad(b"hello", &mut rng).unwrap();
    assert_eq!(key.decrypt_pad(&sealed).unwrap()[..5], *b"hello");
    let again = RsaPrivateKey::from_pem(&key.to_pem().unwrap()).unwrap();
    assert_eq!(again.public(), key.public());
    assert!(again.decrypt_pad(&sealed).is_ok());
}

#[test]
fn keys_of_openssl_are_read_and_written_byte_for_byte() {
    assert_eq!(*KEY.to_pem().unwrap(), PRIVATE);
    assert_eq!(KEY.public().to_pem(), PUBLIC);
    assert_eq!(RsaPublicKey::from_pem(PUBLIC).as_ref(), Ok(KEY.public()));
    let windows = PUBLIC.replace('\n', "\r\n");
    assert_eq!(RsaPublicKey::from_pem(&windows).as_ref(), Ok(KEY.public()));
    let telegram = RsaPublicKey::telegram();
    assert_eq!(RsaPublicKey::from_pem(&telegram.to_pem()), Ok(telegram));
}

#[test]
fn broken_files_are_refused_with_their_reason() {
    let read = |text: &str| RsaPublicKey::from_pem(text);
    assert_eq!(read(""), Err(RsaError::Pem));
    assert_eq!(read("hello"), Err(RsaError::Pem));
    assert_eq!(read(PRIVATE), Err(RsaError::PemLabel));
    assert_eq!(
        read(&PUBLIC.replace("RSA PUBLIC", "PUBLIC")),
        Err(RsaError::PemLabel)
    );
    assert_eq!(
        read(PUBLIC.trim_end().trim_end_matches('-')),
        Err(RsaError::Pem)
    );
    assert_eq!(read(&PUBLIC.replace("MII", "M!I")), Err(RsaError::Pem));
    let frame = |body: &str| {
        format!("-----BEGIN RSA PUBLIC KEY-----\n{body}\n-----END RSA PUBLIC KEY-----")
    };
    for body in ["", "MAA=", "MAYCAQECAQ==", "BAYCAQECAQE=", "MAYCAf8CAQE="] {
        assert_eq!(read(&frame(body)), Err(RsaError::Der), "{body}");
    }
    assert_eq!(
        read(&frame("MAYCAQ8CAQM=")),
        Err(RsaError::ModulusSize { bits: 4 })
    );

    let private = |text: &str| RsaPrivateKey::from_pem(text).map(|_| ());
    assert_eq!(private("hello"), Err(RsaError::Pem));
    assert_eq!(private(PUBLIC), Err(RsaError::PemLabel));
    assert_eq!(private(&PRIVATE[..200]), Err(RsaError::Pem));
    let swapped = PRIVATE.replacen("MII", "NII", 1);
    assert_eq!(private(&swapped), Err(RsaError::Der));
}

#[test]
fn a_file_never_panics_however_it_is_damaged() {
    for at in 0..PUBLIC.len() {
        for byte in [b'A', b'/', b'=', b'-', b'\n'] {
            let mut text = PUBLIC.as_bytes().to_vec();
            text[at] = byte;
            let _ = RsaPublicKey::from_pem(std::str::from_utf8(&text).unwrap());
        }
        let _ = RsaPublicKey::from_pem(&PUBLIC[..at]);
    }
}

#[test]
fn sec_04_unfit_keys_are_refused() {
    let good = *KEY.public().modulus();
    let mut low = good;
    low[0] = 0;
    low[1] = 0x80;
    let three = [3];
    assert_eq!(
        RsaPublicKey::new(&low, &three),
        Err(RsaError::ModulusSize { bits: 2040 })
    );
    low[0] = 1;
    assert!(
        RsaPublicKey::new(&low, &three).is_ok(),
        "2041 bits are enough"
    );
    assert_eq!(
        RsaPublicKey::new(&[1; 257], &three),
        Err(RsaError::ModulusSize { bits: 2049 })
    );
    assert_eq!(
        RsaPublicKey::new(&[], &three),
        Err(RsaError::ModulusSize { bits: 0 })
    );
    let mut even = good;
    even[255] &= 0xfe;
    assert_eq!(RsaPublicKey::new(&even, &three), Err(RsaError::EvenModulus));
    for e in [&[][..], &[0], &[1], &[2], &[1; 9]] {
        assert_eq!(RsaPublicKey::new(&good, e), Err(RsaError::Exponent));
    }
    for (p, q) in [([0xff; 128], [0xfd; 128]), ([1; 128], [1; 128])] {
        assert_eq!(
            RsaPrivateKey::from_primes(&p, &q, 65537).map(|_| ()),
            Err(RsaError::Inconsistent)
        );
    }
    let [p, q] = KEY.secret.primes().map(|prime| prime.to_vec());
    assert!(RsaPrivateKey::from_primes(&p, &q, 65537).is_ok());
    let same = RsaPrivateKey::from_primes(&p, &p, 65537).map(|_| ());
    assert_eq!(same, Err(RsaError::Inconsistent));
}

#[test]
fn the_smallest_modulus_still_finds_a_message_below_it() {
    let mut n = [0; 256];
    n[0] = 1;
    n[255] = 1;
    let key = RsaPublicKey::new(&n, &[3]).unwrap();
    assert!(key.encrypt_pad(b"data", &mut rng()).is_ok());
}

#[test]
fn sec_13_a_random_source_that_is_stuck_does_not_hang() {
    struct Stuck;
    impl Random for Stuck {
        fn fill(&mut self, out: &mut [u8]) {
            out.fill(0);
        }
    }
    let mut n = [0; 256];
    n[0] = 1;
    n[255] = 1;
    let key = RsaPublicKey::new(&n, &[3]).unwrap();
    assert_eq!(key.encrypt_pad(b"data", &mut Stuck), Err(RsaError::Random));
}

#[test]
fn nothing_secret_is_printed() {
    let text = format!("{:?} {:?}", *KEY, KEY.public());
    assert!(text.len() < 80, "{text}");
}
