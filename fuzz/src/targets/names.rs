//! Short texts that name something: peers and their links, inline messages, commands, phone numbers,
//! keys and transports.

use heliogram::{
    PeerLike, Transport,
    dispatch::CommandSyntax,
    storage::{normalize_phone, normalize_username},
    types::InlineMessageId,
};
use heliogram_crypto::{RsaPrivateKey, RsaPublicKey};

/// Text, as far as it is UTF-8.
pub fn run(data: &[u8]) {
    let Some(text) = data.utf8_chunks().next() else {
        return;
    };
    let text = text.valid();
    let peer = PeerLike::from(text);
    assert!(PeerLike::from(text) == peer);
    let _ = format!("{peer:?}");

    if let Some(id) = InlineMessageId::unpack(text) {
        let again = InlineMessageId::unpack(&id.pack()).expect("what was packed unpacks");
        // An id of the short form is written as it is.
        assert!(again == id);
        let _ = (id.owner(), format!("{id:?}"));
    }
    let _ = normalize_username(text);
    let phone = normalize_phone(text);
    assert_eq!(normalize_phone(&phone), phone);
    let _ = text.parse::<Transport>();
    commands(text);
    keys(text);
}

fn commands(text: &str) {
    let loose = CommandSyntax::new().prefixes(["!", "!!", ""]);
    for syntax in [
        CommandSyntax::new(),
        loose,
        CommandSyntax::new().case_sensitive(),
    ] {
        let Some(args) = syntax.read(text) else {
            continue;
        };
        assert!(text.starts_with(args.prefix()) && !args.name().is_empty());
        assert_eq!(args.iter().count(), args.len());
        let _ = (args.get(0), args.get(args.len()), args.rest(), args.bot());
        let _ = (
            args.parse::<i64>(0),
            args.parse::<u8>(1),
            args.parse::<String>(2),
        );
        assert!(syntax.same(args.name(), args.name()));
    }
}

fn keys(text: &str) {
    if let Ok(key) = RsaPublicKey::from_pem(text) {
        let again = RsaPublicKey::from_pem(&key.to_pem()).expect("what was written can be read");
        assert_eq!(again.fingerprint(), key.fingerprint());
    }
    if let Ok(key) = RsaPrivateKey::from_pem(text) {
        let _ = format!("{key:?}");
    }
}

/// One of each.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let pem = RsaPublicKey::telegram().to_pem();
    let texts = [
        "me",
        "@durov",
        "https://t.me/durov/42?comment=1",
        "t.me/c/1234567890/5",
        "tg://resolve?domain=durov&start=1",
        "tg://user?id=42",
        "tg://privatepost?channel=7&post=2",
        "https://durov.t.me/s",
        "https://t.me/+15550100",
        "https://telegram.me/joinchat/AAAA",
        "+1 (555) 010-0",
        "-1001234567890",
        "/start@bot 42 \"two words\" 'x' \\\"",
        "!!ban -5 for spam",
        "AgAAACpi__8BAAAABwAAAAAAAAA",
        "AgAAAAcAAAABAAAABwAAAAAAAAAJAAAA",
        "padded",
        &pem,
    ];
    crate::texts(&texts)
}
