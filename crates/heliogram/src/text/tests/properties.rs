//! What holds for any input, however hostile.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::*;

/// Text made of what the parsers look for.
fn marked(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(pieces).prop_map(str::to_owned),
        1 => "[a-c ]{0,2}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|p| p.concat())
}

const MARKDOWN: &[&str] = &[
    "**",
    "__",
    "--",
    "~~",
    "||",
    "`",
    "```",
    "[",
    "](u)",
    "](tg://user?id=1)",
    "](tg://emoji?id=1)",
    "![",
    ">",
    "> ",
    "\n",
    "\n> ",
    "**> ",
    "\n**>",
    "\\",
    "*",
    "_",
    "|",
    "-",
    "(",
    ")",
    "!",
    "]",
    "rust\n",
    " ",
    "👍",
    "a",
    "\r",
    "```\n",
];
const HTML: &[&str] = &[
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<u>",
    "<s>",
    "</s>",
    "<tg-spoiler>",
    "</tg-spoiler>",
    "<span class=tg-spoiler>",
    "</span>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    "<code class=language-c>",
    "<a href=u>",
    "</a>",
    "<a href='tg://user?id=1'>",
    "<a href=mailto:x>",
    "<tg-emoji emoji-id=1>",
    "</tg-emoji>",
    "<blockquote>",
    "</blockquote>",
    "<blockquote expandable>",
    "<br>",
    "&lt;",
    "&#13;",
    "&#0;",
    "\n",
    " ",
    "👍",
    "a",
    "\"",
    "<x>",
];

fn entities_fit(text: &Text) {
    assert_eq!(text.error(), None);
    assert_eq!(
        clean::first_misfit(text.text(), text.entities()),
        None,
        "{text:?}"
    );
    assert_eq!(text.clone().trimmed(), *text, "trimmed already");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn markdown_is_a_fixed_point(source in marked(MARKDOWN)) {
        let text = md(&source);
        entities_fit(&text);
        let written = text.to_markdown();
        prop_assert_eq!(md(&written), text, "{:?} written as {:?}", source, written);
    }

    #[test]
    fn html_is_a_fixed_point(source in marked(HTML)) {
        let text = html(&source);
        entities_fit(&text);
        let written = text.to_html();
        prop_assert_eq!(html(&written), text, "{:?} written as {:?}", source, written);
    }

    #[test]
    fn plain_text_survives_both(source in marked(MARKDOWN)) {
        let plain = Text::plain(source.replace('\r', "")).trimmed();
        prop_assert_eq!(&md(plain.to_markdown()), &plain);
        prop_assert_eq!(&html(plain.to_html()), &plain);
    }

    #[test]
    fn markdown_through_html_and_back(source in marked(MARKDOWN)) {
        let text = md(&source);
        prop_assert_eq!(html(text.to_html()), text);
    }

    #[test]
    fn any_entities_can_be_written(
        text in ".{0,12}",
        ranges in proptest::collection::vec((-2..16_i32, -2..16_i32, 0..5_u8), 0..8),
    ) {
        let entity = |(offset, length, kind)| match kind {
            0 => types::MessageEntityBold::new(offset, length).into(),
            1 => types::MessageEntityCode::new(offset, length).into(),
            2 => types::MessageEntityTextUrl::new(offset, length, "u)\n(".into()).into(),
            3 => types::MessageEntityBlockquote::new(offset, length).into(),
            _ => types::MessageEntityCustomEmoji::new(offset, length, 1).into(),
        };
        let entities: Vec<MessageEntity> = ranges.into_iter().map(entity).collect();
        entities_fit(&md(to_markdown(&text, &entities)));
        let back = html(to_html(&text, &entities));
        entities_fit(&back);
        // Leading space is cut up to the first entity only.
        let kept = text.replace('\r', "").trim().to_owned();
        prop_assert!(back.text().trim() == kept, "{:?} became {:?}", text, back.text());
    }
}

#[test]
fn hostile_text_takes_linear_time() {
    let seeds = [
        "**",
        "__--",
        "`",
        "```",
        "``",
        "`\\",
        "[",
        "![",
        "](",
        "[](",
        "[a](",
        "[a](u)",
        "![a](tg://emoji?id=1)",
        "> ",
        "\n> ",
        "> `\n",
        "**> a\n",
        "\\",
        "(",
        "[a](b",
        "![",
        "**a__b",
        "> ```\n",
        "a\n",
        "`\\\n> ",
        "- ",
        "<b>",
        "<b>a",
        "</b>",
        "<",
        "&",
        "&#",
        "<a href=\"",
        "<a href=\"mailto:\">x</a>",
        "<a href=u>a",
        "<span>",
        "<blockquote>a</blockquote>",
        "<blockquote>\n",
        "<pre><code>",
        "<b>a<i>b</b>c</i>",
        "<!--",
        "<b a=1 ",
        "<i>a<a href=u>b</i>c</a>",
        "<code>\\\\",
        "<b> ",
        " ",
        "\n",
    ];
    for seed in seeds {
        let hostile = seed.repeat(100_000 / seed.len());
        let start = Instant::now();
        for text in [md(&hostile), html(&hostile)] {
            assert!(text.error().is_none());
            let (_, _) = (text.to_markdown(), text.to_html());
        }
        // A fraction of a second is usual; quadratic work on this much would take minutes.
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{seed:?} took {:?}",
            start.elapsed()
        );
    }
}

/// What the properties found once.
#[test]
fn code_that_begins_on_an_empty_line_of_a_quote_stays_in_it() {
    let text = md(">`\n> [`\n**>");
    assert_eq!(md(text.to_markdown()), text);
}
