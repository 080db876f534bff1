//! Every mistake a schema can have is told with its line and a reason.
#![allow(clippy::panic, reason = "a test stops at what it did not expect")]

use heliogram_schema::{check, parse};

/// The line and reason of the first mistake.
fn mistake(text: &str) -> (usize, String) {
    let found = parse(text).and_then(|schema| check(&schema));
    match found {
        Ok(_) => panic!("no mistake was found in: {text}"),
        Err(error) => (error.line, error.reason),
    }
}

#[test]
fn mistakes_are_told_with_line_and_reason() {
    let cases = [
        ("a = A;\nb c = B;", 2, "`:` expected"),
        ("a = A;\n\nb c:int = B", 3, "`;` expected"),
        ("a\nb:int\n= ;", 3, "a type expected, found `;`"),
        ("a b:int", 1, "found the end of the file"),
        ("a b:int = int;", 1, "a boxed type must"),
        ("a b:int = true;", 1, "a boxed type must"),
        ("a#12345678 = A;", 1, "the id or the definition is wrong"),
        ("a#123456789 = A;", 1, "not a hex number of 32 bits"),
        (
            "a = A;\na b:int = A;",
            2,
            "a is defined twice, first in line 1",
        ),
        (
            "a b:Nothing = A;",
            1,
            "the type Nothing, which nothing constructs",
        ),
        ("a b:nothing = A;", 1, "uses nothing, which is not defined"),
        ("a = A;\nb = A;\nc d:%A = C;", 3, "exactly one constructor"),
        (
            "a b:flags.0?int = A;",
            1,
            "no flags word of that name stands before it",
        ),
        (
            "a b:flags.0?int flags:# = A;",
            1,
            "no flags word of that name stands before it",
        ),
        (
            "a flags:# b:flags2.0?int = A;",
            1,
            "needs a bit of `flags2`",
        ),
        (
            "a flags:# b:flags.32?int = A;",
            1,
            "names no bit from 0 to 31",
        ),
        ("a flags:# b:flags?int = A;", 1, "names no bit from 0 to 31"),
        ("a b:int b:long = A;", 1, "two fields `b`"),
        ("a b:true = A;", 1, "`true` without a flag"),
        ("a b:Vector<true> = A;", 1, "a vector of what takes no room"),
        ("a b:A = A;", 1, "contain itself without end"),
        ("a b:B = A;\nb a:A = B;", 1, "contain itself without end"),
        ("/* a = A;\n\n*/ a = A;\n/*", 4, "has no end"),
        ("---nonsense---", 1, "no section ---nonsense---"),
        ("--functions---", 1, "has no meaning here"),
        ("---functions--", 1, "a section line must read"),
        ("a {X:Type} b:!Y = X;", 1, "`!Y` names no type parameter"),
        ("a {X:int} b:!X = X;", 1, "of the kind `Type`"),
        ("a b:Vector<int = A;", 1, "`>` expected"),
        ("a b:Peer<int> = A;", 1, "takes no type between"),
        ("a.b.c = A;", 1, "is not a name"),
        ("a b:int = A; \u{20ac}", 1, "has no meaning here"),
        ("a b:%%A = A;", 1, "a type expected"),
    ];
    for (text, line, part) in cases {
        let (at, reason) = mistake(text);
        assert!(reason.contains(part), "{text:?} gave {reason:?}");
        assert_eq!(at, line, "{text:?} gave {reason:?}");
    }
}

#[test]
fn deep_nesting_of_types_is_a_mistake_and_no_overflow() {
    let text = format!(
        "a b:{}int{} = A;",
        "Vector<".repeat(100_000),
        ">".repeat(100_000)
    );
    assert!(mistake(&text).1.contains("nested too deeply"));
}

#[test]
fn two_ids_that_are_equal_are_told() {
    let mut twice = parse("a = A;\nb = A;").unwrap();
    let id = twice.definitions[0].id;
    twice.definitions[1].id = id;
    let error = check(&twice).unwrap_err();
    assert_eq!(error.line, 2);
    assert!(
        error.reason.contains("is that of a in line 1 too"),
        "{error}"
    );
}

#[test]
fn cut_and_bent_schemas_end_in_a_value_or_an_error() {
    let text = include_str!("golden/mini.tl");
    let mut errors = 0;
    for end in 0..text.len() {
        errors += usize::from(parse(&text[..end]).and_then(|s| check(&s)).is_err());
    }
    assert!(errors > text.len() / 2, "only {errors} cuts were noticed");
    for (at, _) in text.char_indices() {
        for other in ["", "#", "?", "{", "<", ";", "9", "Z", "\u{0}"] {
            let bent = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            let _ = parse(&bent).and_then(|s| check(&s));
        }
    }
}
