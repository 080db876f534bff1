//! Schema files.

use heliogram_tl::reflect::{Definition, Table};

/// Text, as far as it is UTF-8.
pub fn run(data: &[u8]) {
    let Some(text) = data.utf8_chunks().next() else {
        return;
    };
    let Ok(schema) = heliogram_schema::parse(text.valid()) else {
        return;
    };
    let _ = heliogram_schema::check(&schema);
    let Ok(table) = heliogram_schema::table(&schema) else {
        return;
    };
    let back = Table::from_blob(&table.to_blob()).expect("what was written can be read");
    let line = |def: Definition<'_>| def.to_string();
    assert!(
        back.definitions()
            .map(line)
            .eq(table.definitions().map(line))
    );
}

/// Telegram's schema of the protocol itself, in parts, and a few lines of the API's.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    const PROTOCOL: &str = include_str!("../../../schema/mtproto.tl");
    let lines: Vec<_> = PROTOCOL.lines().collect();
    let parts = lines.chunks(12).enumerate();
    let parts = parts.map(|(n, part)| (format!("protocol-{n:02}"), part.join("\n").into_bytes()));
    let api = crate::texts(&[
        "// LAYER 9\nboolFalse#bc799737 = Bool;\nvector#1cb5c415 {t:Type} # [ t ] = Vector t;\n",
        "a.b#1 flags:# x:flags.0?int y:flags.1?Vector<long> z:flags.2?true = a.B;",
        "---functions---\ninvokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X;\n",
    ]);
    parts.chain(api).collect()
}
