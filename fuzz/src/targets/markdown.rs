//! Text in Markdown.

use heliogram::text::{TextError, html, md};

/// Text, as far as it is UTF-8.
pub fn run(data: &[u8]) {
    let Some(marked) = data.utf8_chunks().next() else {
        return;
    };
    let text = md(marked.valid());
    if text.error().is_none() {
        // What is written is read as the same, in either form.
        assert!(md(text.to_markdown()) == text, "{text:?}");
        // HTML has no way to write a zero, and one for addresses that Markdown leaves to the server.
        let written = text.to_html();
        let fits = !["\0", "mailto:"].iter().any(|part| written.contains(part));
        assert!(!fits || html(&written) == text, "{text:?}");
    }
    // An id that is no number is a mistake of the writer; an entity that does not fit is ours.
    let parts = text.into_parts();
    assert!(!matches!(parts, Err(TextError::Entity { .. })), "{parts:?}");
}

/// Every kind of entity, and what goes wrong with them.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    crate::texts(&[
        "**bold** __italic__ --under-- ~~gone~~ ||psst||",
        "[link](https://example.com/a_(b)) [who](tg://user?id=42) ![\u{1f44d}](tg://emoji?id=5368324170671202286)",
        "```rust\nfn main() {}\n``` `x` \\*not bold\\*",
        "> quoted\n> twice\n**> long\n> one||",
        "**one __two** three__ `**` ](( [x](",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} **e\u{301}** \\\\ \\",
        "****  __ __ ** **",
    ])
}
