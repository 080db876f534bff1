//! Texts whose entities come from others, and lie where they like.

use heliogram::{
    Text,
    text::{entity_texts, html, md, to_html, to_markdown, utf16},
};
use heliogram_api::{enums::MessageEntity, types as t};

use crate::{Input, Seed};

/// Where an entity begins and how long it is: mostly near the text.
fn span(input: &mut Input<'_>) -> (i32, i32) {
    let mut number = || match input.byte() {
        254 => i32::MIN + i32::from(input.byte()),
        255 => i32::MAX - i32::from(input.byte()),
        n => i32::from(n) - 16,
    };
    (number(), number())
}

fn entity(input: &mut Input<'_>) -> MessageEntity {
    let kind = input.byte() % 20;
    let (o, l) = span(input);
    let mut text = || String::from_utf8_lossy(input.piece()).into_owned();
    match kind {
        0 => t::MessageEntityBold::new(o, l).into(),
        1 => t::MessageEntityItalic::new(o, l).into(),
        2 => t::MessageEntityUnderline::new(o, l).into(),
        3 => t::MessageEntityStrike::new(o, l).into(),
        4 => t::MessageEntitySpoiler::new(o, l).into(),
        5 => t::MessageEntityCode::new(o, l).into(),
        6 => t::MessageEntityPre::new(o, l, text()).into(),
        7 => t::MessageEntityTextUrl::new(o, l, text()).into(),
        8 => t::MessageEntityMentionName::new(o, l, i64::from_le_bytes(input.array())).into(),
        9 => t::MessageEntityCustomEmoji::new(o, l, i64::from_le_bytes(input.array())).into(),
        10 => t::MessageEntityBlockquote::new(o, l).into(),
        11 => t::MessageEntityBlockquote {
            collapsed: true,
            ..t::MessageEntityBlockquote::new(o, l)
        }
        .into(),
        12 => t::MessageEntityUrl::new(o, l).into(),
        13 => t::MessageEntityMention::new(o, l).into(),
        14 => t::MessageEntityHashtag::new(o, l).into(),
        15 => t::MessageEntityEmail::new(o, l).into(),
        16 => t::MessageEntityPhone::new(o, l).into(),
        17 => t::MessageEntityBotCommand::new(o, l).into(),
        18 => t::MessageEntityBankCard::new(o, l).into(),
        _ => t::MessageEntityUnknown::new(o, l).into(),
    }
}

/// The text, and entities until the end.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let text = String::from_utf8_lossy(input.piece()).into_owned();
    let mut entities = Vec::new();
    while !input.is_empty() && entities.len() < 100 {
        entities.push(entity(&mut input));
    }
    for (_, part) in entity_texts(&text, &entities) {
        assert!(text.contains(part));
    }
    // Marks hide nothing: what was written comes back, whatever the entities.
    let marked = to_html(&text, &entities);
    assert!(html(&marked).error().is_none(), "{marked:?}");
    let marked = to_markdown(&text, &entities);
    assert!(md(&marked).error().is_none(), "{marked:?}");

    let len = utf16::len(&text);
    let whole = Text::with_entities(text, entities);
    if whole.error().is_none() {
        let trimmed = whole.trimmed();
        assert!(utf16::len(trimmed.text()) <= len);
        assert!(
            Text::with_entities(trimmed.text(), trimmed.entities().to_vec())
                .error()
                .is_none()
        );
        let (text, entities) = trimmed.into_parts().expect("there is no mistake");
        assert_eq!(entity_texts(&text, &entities).len(), entities.len());
    }
}

/// Entities that nest, cross, repeat, are empty, cut characters in two and lie outside.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let begin = || Seed::new().piece("a**b** \u{1f600}<i>\n c_d_ e\u{301}".as_bytes());
    let at = |seed: Seed, kind: u8, offset: u8, len: u8| {
        seed.byte(kind).byte(offset + 16).byte(len + 16)
    };
    let nested = at(at(at(begin(), 0, 0, 10), 1, 2, 4), 5, 3, 1);
    let crossed = at(at(at(begin(), 0, 0, 6), 1, 3, 8), 3, 5, 3);
    let cut = at(at(begin(), 4, 8, 1), 2, 8, 2);
    let out = at(at(begin(), 0, 90, 3), 1, 3, 200)
        .byte(2)
        .byte(255)
        .byte(0)
        .byte(255)
        .byte(0);
    let link = at(begin(), 7, 1, 5)
        .piece(b"https://a.example/(x)?a=\"&b")
        .raw(&[]);
    let quote = at(at(begin(), 10, 0, 9), 11, 9, 6);
    let pre = at(begin(), 6, 0, 18).piece(b"ru`st");
    let emoji = at(begin(), 9, 7, 2).raw(&7_i64.to_le_bytes());
    vec![
        nested.named("nested"),
        crossed.named("crossed"),
        cut.named("cut"),
        out.named("outside"),
        link.named("link"),
        quote.named("quotes"),
        pre.named("pre"),
        emoji.named("emoji"),
    ]
}
