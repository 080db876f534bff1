#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

const ALL: [SessionFormat; 6] = [
    SessionFormat::Heliogram,
    SessionFormat::Telethon,
    SessionFormat::GramJs,
    SessionFormat::Pyrogram,
    SessionFormat::Pyrogram267,
    SessionFormat::Pyrogram263,
];

fn key() -> AuthKey {
    AuthKey::new(std::array::from_fn(|i| i as u8))
}

fn full(address: &str) -> SessionString {
    SessionString {
        address: Some(address.parse().unwrap()),
        user_id: Some(777_000),
        bot: Some(true),
        api_id: Some(17_349),
        ..SessionString::new(2, key())
    }
}

#[test]
fn each_format_is_recognised_and_keeps_what_it_can_hold() {
    for address in [
        "149.154.167.51:443",
        "[2001:67c:4e8:f002::a]:5222",
        "1.2.3.4:80",
    ] {
        let session = full(address);
        for format in ALL {
            let text = session.encode(format).unwrap();
            let (read, found) = SessionString::decode(&format!(" {text}\n")).unwrap();
            assert_eq!(found, format, "{address}");
            assert_eq!((read.dc, &read.auth_key), (2, &session.auth_key));
            let telethon = matches!(format, SessionFormat::Telethon | SessionFormat::GramJs);
            let ours = format == SessionFormat::Heliogram;
            assert_eq!(read.address.is_some(), telethon || ours);
            assert!(read.address.is_none() || read.address == session.address);
            assert_eq!(read.user_id.is_some(), !telethon);
            assert_eq!(read.bot.is_some(), !telethon);
            assert_eq!(
                read.api_id.is_some(),
                ours || format == SessionFormat::Pyrogram
            );
        }
    }
}

#[test]
fn lengths_are_those_of_the_other_libraries() {
    let length = |format| full("149.154.167.51:443").encode(format).unwrap().len();
    assert_eq!(length(SessionFormat::Telethon), 1 + 352);
    assert_eq!(length(SessionFormat::Pyrogram), 362);
    assert_eq!(length(SessionFormat::Pyrogram267), 356);
    assert_eq!(length(SessionFormat::Pyrogram263), 351);
    let v6 = full("[::1]:443").encode(SessionFormat::Telethon).unwrap();
    assert_eq!(v6.len(), 1 + 368);
}

#[test]
fn texts_made_by_telethon_and_pyrogram_themselves_are_read() {
    let (telethon, format) = SessionString::decode(TELETHON).unwrap();
    assert_eq!(format, SessionFormat::Telethon);
    assert_eq!(telethon.address, Some("149.154.167.40:80".parse().unwrap()));
    assert!(telethon.test_mode, "known by the address");
    assert_eq!((telethon.dc, &telethon.auth_key), (2, &key()));
    assert_eq!(telethon.encode(format).unwrap(), TELETHON);

    let (pyrogram, format) = SessionString::decode(PYROGRAM).unwrap();
    assert_eq!(format, SessionFormat::Pyrogram);
    let want = SessionString {
        test_mode: true,
        user_id: Some(5_000_000_000),
        bot: Some(false),
        api_id: Some(12_345),
        ..SessionString::new(4, key())
    };
    assert_eq!(pyrogram, want);
    assert_eq!(pyrogram.encode(format).unwrap(), PYROGRAM);
}

#[test]
fn a_wrong_sign_anywhere_in_our_own_is_noticed() {
    let text = full("1.2.3.4:443")
        .encode(SessionFormat::Heliogram)
        .unwrap();
    for at in 4..text.len() {
        let mut wrong = text.clone().into_bytes();
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(SessionString::decode(&wrong).is_err(), "at {at}");
        assert!(SessionString::decode(&text[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn mistakes_are_named() {
    let error = |text: &str| SessionString::decode(text).unwrap_err();
    for text in [
        "",
        "hello",
        "12345",
        "hg",
        "hgx_AA",
        "1é",
        &"A".repeat(5000),
    ] {
        assert_eq!(error(text), SessionStringError::NotASession, "{text}");
    }
    let telethon = full("1.2.3.4:443").encode(SessionFormat::Telethon).unwrap();
    assert!(matches!(
        error(&telethon[..300]),
        SessionStringError::Length { .. }
    ));
    let newer = format!("2{}", &telethon[1..]);
    assert!(matches!(
        error(&newer),
        SessionStringError::Version { version: 2, .. }
    ));
    let pyrogram = full("1.2.3.4:443").encode(SessionFormat::Pyrogram).unwrap();
    assert!(matches!(
        error(&pyrogram[..360]),
        SessionStringError::Length { .. }
    ));
    let ours = full("1.2.3.4:443")
        .encode(SessionFormat::Heliogram)
        .unwrap();
    let newer = ours.replacen("hg1", "hg7", 1);
    assert!(matches!(
        error(&newer),
        SessionStringError::Version { version: 7, .. }
    ));
    let bare = SessionString::new(2, key());
    for format in &ALL[1..] {
        let e = bare.encode(*format).unwrap_err();
        assert!(matches!(e, SessionStringError::Missing { .. }), "{e}");
    }
}

#[test]
fn debug_text_shows_neither_key_nor_account() {
    let text = format!("{:?}", full("1.2.3.4:443"));
    assert!(!text.contains("777000") && !text.contains("254"), "{text}");
}

/// Data centre 2 of the test servers; made as `telethon.sessions.StringSession.save` packs it.
const TELETHON: &str = "\
    1ApWapygAUAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw\
    9Pj9AQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5_gIG\
    Cg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp-goaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2-v8DBwsPExcb\
    HyMnKy8zNzs_Q0dLT1NXW19jZ2tvc3d7f4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8=\
";
/// Data centre 4 of the test servers; made as `pyrogram.storage.Storage.export_session_string` packs it.
const PYROGRAM: &str = "\
    BAAAMDkBAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-\
    P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn-AgYKD\
    hIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq-wsbKztLW2t7i5uru8vb6_wMHCw8TFxsfI\
    ycrLzM3Oz9DR0tPU1dbX2Nna29zd3t_g4eLj5OXm5-jp6uvs7e7v8PHy8_T19vf4-fr7_P3-_wAAAAEqBfIAAA\
";
