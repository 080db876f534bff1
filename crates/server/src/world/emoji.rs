//! Emoji, as far as it takes to tell where one ends and the next begins.

/// Most emoji in one answer to [`split`].
const MAX: usize = 20;
/// Most bytes of a text that is looked at.
const LEN_MAX: usize = 1024;

/// The emoji a text consists of; nothing if there is anything else in it, or too many.
pub(crate) fn split(text: &str) -> Option<Vec<String>> {
    if text.len() > LEN_MAX {
        return None;
    }
    let mut rest = text.chars().peekable();
    let mut out: Vec<String> = Vec::new();
    while let Some(first) = rest.next() {
        let mut emoji = String::from(first);
        if is_flag_letter(first) {
            emoji.push(rest.next_if(|c| is_flag_letter(*c))?);
        } else if is_key(first) {
            emoji.extend(rest.next_if_eq(&SHOWN_AS_EMOJI));
            emoji.push(rest.next_if_eq(&KEYCAP)?);
        } else if !is_picture(first) {
            return None;
        }
        loop {
            if let Some(joiner) = rest.next_if_eq(&JOINER) {
                emoji.push(joiner);
                emoji.push(rest.next_if(|c| is_picture(*c))?);
            } else if let Some(modifier) = rest.next_if(|c| is_modifier(*c)) {
                emoji.push(modifier);
            } else {
                break;
            }
        }
        if out.len() == MAX {
            return None;
        }
        out.push(emoji);
    }
    Some(out)
}

/// Whether two emoji are the same but for how they ask to be shown.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.replace(SHOWN_AS_EMOJI, "");
    bare(one) == bare(other)
}

const SHOWN_AS_EMOJI: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';
const JOINER: char = '\u{200d}';

fn is_flag_letter(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

fn is_key(c: char) -> bool {
    c.is_ascii_digit() || c == '#' || c == '*'
}

/// Skin tones, tags, and the wish to be shown as an emoji.
fn is_modifier(c: char) -> bool {
    matches!(c, SHOWN_AS_EMOJI | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

fn is_picture(c: char) -> bool {
    matches!(u32::from(c),
        0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x24c2
        | 0x2194..=0x21aa | 0x231a..=0x23ff | 0x25aa..=0x27bf | 0x2934..=0x2935
        | 0x2b05..=0x2b55 | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f004..=0x1faff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_told_apart() {
        let parts = |text| split(text).unwrap_or_default();
        assert_eq!(parts("😀👍🏽"), ["😀", "👍🏽"]);
        assert_eq!(parts("🇩🇪🇫🇷"), ["🇩🇪", "🇫🇷"]);
        assert_eq!(parts("👩‍💻❤️1️⃣"), ["👩‍💻", "❤️", "1️⃣"]);
        assert_eq!(parts("🏴󠁧󠁢󠁳󠁣󠁴󠁿"), ["🏴󠁧󠁢󠁳󠁣󠁴󠁿"]);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["a", "😀a", "1", "🇩", "👩‍", "\u{fe0f}"] {
            assert_eq!(split(text), None, "{text}");
        }
        assert_eq!(split(&"😀".repeat(MAX)).map(|all| all.len()), Some(MAX));
        assert_eq!(split(&"😀".repeat(MAX + 1)), None);
        assert!(same("❤️", "❤") && !same("❤", "😀"));
    }
}
