//! The emitter's output for a small schema, to be read in review when the emitter changes.
//!
//! `UPDATE_GOLDEN=1 cargo test -p heliogram-schema` writes it anew.

use std::{fs, path::Path};

use heliogram_schema::{DebugStyle, Facts, Options};

const FACTS: (&str, &str) = (
    "code,name\n420,FLOOD_WAIT_%d\n400,PEER_ID_INVALID\n-503,Timeout\n420,2FA_CONFIRM_WAIT_%d\n",
    "method,who,known_errors\nauth.getKeys,user,PEER_ID_INVALID FLOOD_WAIT_%d\nping,bot,\n",
);

#[test]
fn the_emitter_writes_what_was_agreed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let schema = heliogram_schema::parse(include_str!("golden/mini.tl")).unwrap();
    let facts = Facts::parse(FACTS.0, FACTS.1).unwrap();
    let debug = DebugStyle::Function("crate::debug");
    let options = Options {
        root: "crate",
        debug,
    };
    let generated = heliogram_schema::generate(&schema, &facts, options).unwrap();
    let all = format!(
        "{}\n// Decoding of functions:\n\n{}\n// Errors:\n\n{}\n// Callers:\n\n{}",
        generated.code, generated.decode_functions, generated.errors, generated.callers
    );
    let golden = folder.join("mini.rs");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &all).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    for (n, (wrote, agreed)) in all.lines().zip(expected.lines()).enumerate() {
        assert_eq!(wrote, agreed, "tests/golden/mini.rs, line {}", n + 1);
    }
    assert_eq!(all.len(), expected.len());
}
