//! Schema files.
#![no_main]

use heliogram_tl::reflect::Table;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(schema) = heliogram_schema::parse(text) else {
        return;
    };
    let _ = heliogram_schema::check(&schema);
    let Ok(table) = heliogram_schema::table(&schema) else {
        return;
    };
    let back = Table::from_blob(&table.to_blob()).expect("what was written can be read");
    assert!(back.definitions().eq_by_line(&table));
});

trait Lines {
    fn eq_by_line(self, other: &Table) -> bool;
}

impl<'t, I: Iterator<Item = heliogram_tl::reflect::Definition<'t>>> Lines for I {
    fn eq_by_line(self, other: &Table) -> bool {
        self.map(|def| def.to_string())
            .eq(other.definitions().map(|def| def.to_string()))
    }
}
