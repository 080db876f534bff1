#![allow(clippy::unwrap_used, reason = "tests")]

mod properties;

use super::*;

/// A short form of entities for comparing.
fn list(text: &Text) -> Vec<(&'static str, &str, String)> {
    use MessageEntity as E;
    let one = |e: &MessageEntity| {
        let (name, detail) = match e {
            E::Bold(_) => ("b", String::new()),
            E::Italic(_) => ("i", String::new()),
            E::Underline(_) => ("u", String::new()),
            E::Strike(_) => ("s", String::new()),
            E::Spoiler(_) => ("spoiler", String::new()),
            E::Code(_) => ("code", String::new()),
            E::Email(_) => ("email", String::new()),
            E::Pre(e) => ("pre", e.language.clone()),
            E::TextUrl(e) => ("a", e.url.clone()),
            E::MentionName(e) => ("user", e.user_id.to_string()),
            E::CustomEmoji(e) => ("emoji", e.document_id.to_string()),
            E::Blockquote(e) if e.collapsed => ("folded", String::new()),
            E::Blockquote(_) => ("quote", String::new()),
            _ => ("other", String::new()),
        };
        let (&mut offset, &mut length) = span::range_mut(&mut e.clone()).unwrap();
        (
            name,
            utf16::slice(text.text(), offset, length).unwrap(),
            detail,
        )
    };
    text.entities().iter().map(one).collect()
}

fn check(text: Text, plain: &str, entities: &[(&'static str, &str, &str)]) {
    assert_eq!(text.text(), plain);
    let entities: Vec<_> = entities
        .iter()
        .map(|&(n, t, d)| (n, t, d.to_owned()))
        .collect();
    assert_eq!(list(&text), entities, "{plain}");
    assert_eq!(md(text.to_markdown()), text, "{}", text.to_markdown());
    assert_eq!(html(text.to_html()), text, "{}", text.to_html());
}

fn bold(offset: i32, length: i32) -> MessageEntity {
    types::MessageEntityBold::new(offset, length).into()
}

#[test]
fn plain_text_keeps_its_marks() {
    for text in [
        Text::from("**a**"),
        String::from("**a**").into(),
        (&"**a**".to_owned()).into(),
    ] {
        assert_eq!(text.into_parts(), Ok(("**a**".to_owned(), vec![])));
    }
}

#[test]
fn mistakes_show_when_the_parts_are_taken() {
    let wrong = html("<tg-emoji emoji-id='x'>👍</tg-emoji>");
    assert_eq!(wrong.into_parts(), Err(TextError::EmojiId("x".into())));
    assert!(md("![👍](tg://emoji?id=x)").into_parts().is_err());
}

#[test]
fn entities_of_ones_own_must_fit() {
    assert!(
        Text::with_entities("👍!", vec![bold(0, 2), bold(2, 1)])
            .error()
            .is_none()
    );
    for wrong in [
        bold(1, 1),
        bold(0, 1),
        bold(0, 4),
        bold(-1, 2),
        bold(0, 0),
        bold(3, 1),
    ] {
        let text = Text::with_entities("👍!", vec![wrong]);
        assert!(matches!(
            text.into_parts(),
            Err(TextError::Entity { index: 0, .. })
        ));
    }
}

#[test]
fn trimming_moves_entities_along() {
    let text = Text::with_entities(" \n a b \n", vec![bold(3, 1), bold(4, 1), bold(5, 3)]);
    let want = Text::with_entities("a b", vec![bold(0, 1), bold(2, 1)]);
    assert_eq!(text.trimmed(), want);
    let indented = Text::with_entities("  a", vec![bold(0, 3)]);
    assert_eq!(indented.clone().trimmed(), indented);
    assert_eq!(
        Text::with_entities("   ", vec![bold(0, 3)]).trimmed(),
        Text::default()
    );
}

#[test]
fn markdown_marks() {
    check(
        md("**b** __i__ --u-- ~~s~~ ||p|| `c`"),
        "b i u s p c",
        &[
            ("b", "b", ""),
            ("i", "i", ""),
            ("u", "u", ""),
            ("s", "s", ""),
            ("spoiler", "p", ""),
            ("code", "c", ""),
        ],
    );
    check(
        md("**a __b__ c**"),
        "a b c",
        &[("b", "a b c", ""), ("i", "b", "")],
    );
    check(
        md("**a __b** c__"),
        "a b c",
        &[("b", "a b", ""), ("i", "b c", "")],
    );
    check(md("👍**👍**"), "👍👍", &[("b", "👍", "")]);
    check(
        md("[x](https://a.b/c_(d))"),
        "x",
        &[("a", "x", "https://a.b/c_(d)")],
    );
    check(
        md("**[x** y](u)"),
        "x y",
        &[("a", "x y", "u"), ("b", "x", "")],
    );
    check(
        md("[you](tg://user?id=12)"),
        "you",
        &[("user", "you", "12")],
    );
    check(
        md("![👍](tg://emoji?id=5) !"),
        "👍 !",
        &[("emoji", "👍", "5")],
    );
    check(
        md("[go ![👍](tg://emoji?id=5)](u)"),
        "go 👍",
        &[("a", "go 👍", "u"), ("emoji", "👍", "5")],
    );
    check(md("![x](u)"), "!x", &[("a", "x", "u")]);
}

#[test]
fn markdown_code() {
    check(
        md("```rust\nfn **x**\n```"),
        "fn **x**",
        &[("pre", "fn **x**", "rust")],
    );
    check(md("```\na\nb\n```c"), "a\nbc", &[("pre", "a\nb", "")]);
    check(md("```one line```"), "one line", &[("pre", "one line", "")]);
    check(
        md(r"`C:\dir \\x` \`"),
        r"C:\dir \\x `",
        &[("code", r"C:\dir \\x", "")],
    );
    check(md(r"`a\`b`"), "a`b", &[("code", "a`b", "")]);
    check(md(r"`a\\`"), r"a\", &[("code", r"a\", "")]);
    check(md("```\n> x\n```"), "> x", &[("pre", "> x", "")]);
    check(
        md("**a `b` c**"),
        "a b c",
        &[("b", "a b c", ""), ("code", "b", "")],
    );
}

#[test]
fn markdown_quotes() {
    check(md("> a\n>b\nc"), "a\nb\nc", &[("quote", "a\nb", "")]);
    check(md("x\n**> a\n> b"), "x\na\nb", &[("folded", "a\nb", "")]);
    check(
        md("> a\n**> b"),
        "a\nb",
        &[("quote", "a", ""), ("folded", "b", "")],
    );
    check(
        md("> **a\n> b** c"),
        "a\nb c",
        &[("quote", "a\nb c", ""), ("b", "a\nb", "")],
    );
    check(
        md("> ```py\n> x\n> ```\ny"),
        "x\ny",
        &[("quote", "x", ""), ("pre", "x", "py")],
    );
    check(
        md("**a\n> q**"),
        "a\nq",
        &[("b", "a\nq", ""), ("quote", "q", "")],
    );
    check(md("> a\n> \nb"), "a\n\nb", &[("quote", "a\n", "")]);
}

#[test]
fn what_is_no_mark_stays() {
    for plain in [
        "2 ** 3",
        "a__b",
        "----",
        "-- x",
        "a * b _ c",
        "`",
        "```",
        "``",
        "[x]",
        "[x](",
        "[](u)",
        "[x]()",
        "(x)",
        "!",
        "!x",
        "a > b",
        "x\\y",
        "|",
        "****",
        "________",
        "]",
        "](u)",
        "[",
        "a\n>",
    ] {
        check(md(plain), plain, &[]);
    }
    check(md(r"\*\*a\*\* \[x\](u) \> \\"), r"**a** [x](u) > \", &[]);
    let plain = "> a **b** `c` [d](e) !";
    check(md(Text::plain(plain).to_markdown()), plain, &[]);
}

#[test]
fn html_tags() {
    check(
        html(
            "<b>b</b> <strong>b</strong> <em>i</em> <ins>u</ins> <del>s</del> <tg-spoiler>p</tg-spoiler>",
        ),
        "b b i u s p",
        &[
            ("b", "b", ""),
            ("b", "b", ""),
            ("i", "i", ""),
            ("u", "u", ""),
            ("s", "s", ""),
            ("spoiler", "p", ""),
        ],
    );
    check(
        html("<span class='x tg-spoiler'>p<span>q</span></span>"),
        "pq",
        &[("spoiler", "pq", "")],
    );
    check(
        html("<pre><code class=\"language-c++\">a &lt; b</code></pre>"),
        "a < b",
        &[("pre", "a < b", "c++")],
    );
    check(
        html("<pre>a</pre><code>b</code>"),
        "ab",
        &[("pre", "a", ""), ("code", "b", "")],
    );
    check(
        html("<a href=\"https://x?a=1&amp;b=2\">t</a>"),
        "t",
        &[("a", "t", "https://x?a=1&b=2")],
    );
    check(
        html("<a href='tg://user?id=7'>t</a>"),
        "t",
        &[("user", "t", "7")],
    );
    check(html("<a>t</a> <a href=''>u</a>"), "t u", &[]);
    check(
        html("<tg-emoji emoji-id='5'>👍</tg-emoji>&#128077;&hearts;"),
        "👍👍♥",
        &[("emoji", "👍", "5")],
    );
    check(html("a<br>b <p>c</p> <script>d"), "a\nb c d", &[]);
    check(
        html("<b>a<i>b</b>c</i>d"),
        "abcd",
        &[("b", "ab", ""), ("i", "bc", "")],
    );
    check(html("<b>a<b>b</b>c"), "abc", &[("b", "abc", "")]);
    check(html("1 < 2 && 3 > 2"), "1 < 2 && 3 > 2", &[]);
    check(html("<b> </b>x"), "x", &[]);
    let quote = html("<blockquote expandable>a</blockquote>\nb<blockquote>c</blockquote>");
    assert_eq!(
        list(&quote),
        [
            ("folded", "a", String::new()),
            ("quote", "c", String::new())
        ]
    );
    let mail = html("<a href='mailto:a@b.c'>a@b.c</a>");
    assert_eq!(list(&mail), [("email", "a@b.c", String::new())]);
    assert_eq!(html(mail.to_html()), mail);
}

#[test]
fn a_link_to_an_address_that_is_not_its_text_keeps_the_address() {
    let link = html("<a href='mailto:a@b.c'>write</a>");
    let address = "mailto:a@b.c".to_owned();
    assert_eq!(list(&link), [("a", "write", address)]);
    assert_eq!(html(link.to_html()), link);
    assert_eq!(md(link.to_markdown()), link);
    let long = "x".repeat(300);
    let link = html(format!("<a href='mailto:{long}'>{long}</a>"));
    assert_eq!(html(link.to_html()), link);
}

#[test]
fn html_of_overlapping_entities_nests() {
    let text = html("<b>a<i>b</b>c</i>");
    assert_eq!(text.to_html(), "<b>a<i>b</i></b><i>c</i>");
    let text = html("<b>a<a href='u'>b</b>c</a>d");
    assert_eq!(text.to_html(), "<b>a</b><a href=\"u\"><b>b</b>c</a>d");
    let text = html("<b>see <a href='u'>this</a> now</b>");
    assert_eq!(text.to_html(), "<b>see <a href=\"u\">this</a> now</b>");
}

#[test]
fn entities_that_do_not_fit_are_left_out_when_written() {
    let wrong = [
        bold(-1, 2),
        bold(0, 100),
        bold(1, 1),
        bold(i32::MAX, i32::MAX),
        bold(3, -2),
    ];
    assert_eq!(to_html("👍abc", &wrong), "👍abc");
    assert_eq!(to_markdown("👍abc", &wrong), "👍abc");
}
