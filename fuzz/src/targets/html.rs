//! Text in HTML.

use heliogram::text::{TextError, html};

/// Text, as far as it is UTF-8.
pub fn run(data: &[u8]) {
    let Some(marked) = data.utf8_chunks().next() else {
        return;
    };
    let text = html(marked.valid());
    if text.error().is_none() {
        // What is written is read as the same.
        assert!(html(text.to_html()) == text, "{text:?}");
    }
    // An id that is no number is a mistake of the writer; an entity that does not fit is ours.
    let parts = text.into_parts();
    assert!(!matches!(parts, Err(TextError::Entity { .. })), "{parts:?}");
}

/// Every kind of entity, and what goes wrong with them.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    crate::texts(&[
        "<b>bold</b> <i>italic</i> <u>under</u> <s>gone</s>",
        "<a href=\"https://example.com/?a=1&amp;b=2\">link</a> &lt;&quot;&#128512;&#x1F600;",
        "<pre><code class=\"language-rust\">fn main() {}</code></pre><code>x</code>",
        "<a href=\"tg://user?id=42\">who</a> <tg-emoji emoji-id=\"5368324170671202286\">\u{1f44d}</tg-emoji>",
        "<blockquote expandable>one\ntwo</blockquote><tg-spoiler>psst</tg-spoiler><br>",
        "<b><i>crossed</b></i> <unknown attr='x'>\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} < & <!-- no -->",
        "<b>\u{a0} </b><strong><em>x</em></strong><ins>y</ins><del>z</del>",
    ])
}
