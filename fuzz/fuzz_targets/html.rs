//! Text in HTML.
#![no_main]

use heliogram::text::{TextError, html};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|marked: &str| {
    let text = html(marked);
    let _ = (text.to_markdown(), text.to_html());
    // An id that is no number is a mistake of the writer; an entity that does not fit is ours.
    let parts = text.into_parts();
    assert!(!matches!(parts, Err(TextError::Entity { .. })), "{parts:?}");
});
