//! Where entities stand, and the ones a server finds in a text by itself.

use heliogram_api::enums::MessageEntity;
use heliogram_api::types;

use super::Rich;

macro_rules! spans {
    ($($variant:ident),* $(,)?) => {
        /// Offset and length of an entity, in UTF-16 code units.
        pub(super) fn span(entity: &MessageEntity) -> (i32, i32) {
            match entity {
                $(MessageEntity::$variant(e) => (e.offset, e.length),)*
                _ => (0, 0),
            }
        }

        /// Offset and length of an entity, to be changed.
        pub(super) fn span_mut(entity: &mut MessageEntity) -> Option<(&mut i32, &mut i32)> {
            match entity {
                $(MessageEntity::$variant(e) => Some((&mut e.offset, &mut e.length)),)*
                _ => None,
            }
        }
    };
}

spans!(
    Unknown,
    Mention,
    Hashtag,
    BotCommand,
    Url,
    Email,
    Bold,
    Italic,
    Code,
    Pre,
    TextUrl,
    MentionName,
    InputMessageEntityMentionName,
    Phone,
    Cashtag,
    Underline,
    Strike,
    BankCard,
    Spoiler,
    CustomEmoji,
    Blockquote,
    FormattedDate,
    DiffInsert,
    DiffReplace,
    DiffDelete,
    TonAddress,
);

/// Marks links, mail addresses, mentions, hashtags and commands, except inside what the sender
/// marked as code or as a link of its own.
pub(super) fn detect(rich: &mut Rich) {
    let taken: Vec<(i32, i32)> = rich
        .entities
        .iter()
        .filter(|e| !is_style(e))
        .map(|e| {
            let (offset, length) = span(e);
            (offset, offset + length)
        })
        .collect();
    let mut offset = 0;
    for word in rich.text.split_inclusive(char::is_whitespace) {
        let body = word.trim_end();
        let (skip, body) = strip_punctuation(body);
        let from = offset + utf16(skip);
        let to = from + utf16(body);
        offset += utf16(word);
        if to > from && !taken.iter().any(|(a, b)| from < *b && *a < to) {
            rich.entities.extend(entity_of(body, from));
        }
    }
}

/// Marks that say how a text looks, and may cover a link.
fn is_style(entity: &MessageEntity) -> bool {
    matches!(
        entity,
        MessageEntity::Bold(_)
            | MessageEntity::Italic(_)
            | MessageEntity::Underline(_)
            | MessageEntity::Strike(_)
            | MessageEntity::Spoiler(_)
            | MessageEntity::Blockquote(_)
            | MessageEntity::CustomEmoji(_)
    )
}

/// A word without the punctuation around it: what was cut in front, and what is left.
fn strip_punctuation(word: &str) -> (&str, &str) {
    let inner = word.trim_start_matches(['(', '[', '{', '"', '\'', '<', '*', ',']);
    let cut = &word[..word.len() - inner.len()];
    let inner = inner.trim_end_matches([
        ')', ']', '}', '"', '\'', '>', '*', ',', '.', '!', '?', ';', ':',
    ]);
    (cut, inner)
}

fn utf16(text: &str) -> i32 {
    text.chars().map(|c| c.len_utf16() as i32).sum()
}

/// What one word is, if it is anything.
fn entity_of(word: &str, offset: i32) -> Option<MessageEntity> {
    let name_len = |name: &str| {
        name.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .map(|c| c.len_utf16())
            .sum()
    };
    let length = |cut: usize| 1 + cut as i32;
    let whole = utf16(word);
    if let Some(name) = word.strip_prefix('@') {
        let len: usize = name_len(name);
        let ascii = name.chars().take(len).all(|c| c.is_ascii());
        let good = ascii && (3..=32).contains(&len);
        return good.then(|| types::MessageEntityMention::new(offset, length(len)).into());
    }
    if let Some(tag) = word.strip_prefix('#') {
        let len: usize = name_len(tag);
        let good = len > 0 && !tag.chars().take(len).all(|c| c.is_ascii_digit());
        return good.then(|| types::MessageEntityHashtag::new(offset, length(len)).into());
    }
    if let Some(command) = word.strip_prefix('/') {
        return is_command(command)
            .then(|| types::MessageEntityBotCommand::new(offset, whole).into());
    }
    if is_url(word) {
        return Some(types::MessageEntityUrl::new(offset, whole).into());
    }
    is_email(word).then(|| types::MessageEntityEmail::new(offset, whole).into())
}

/// `start` or `start@some_bot`.
fn is_command(text: &str) -> bool {
    let (name, bot) = text.split_once('@').unwrap_or((text, "bot"));
    let word = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    word(name) && name.len() <= 64 && word(bot)
}

/// A link with its scheme, or a host name with a well-known end.
fn is_url(word: &str) -> bool {
    let host_is_good = |host: &str| {
        !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_alphanumeric() || ".-:@".contains(c))
    };
    for scheme in ["http://", "https://", "tg://", "ftp://"] {
        if let Some(rest) = word.strip_prefix(scheme) {
            return host_is_good(rest.split(['/', '?', '#']).next().unwrap_or_default());
        }
    }
    let host = word.split(['/', '?', '#']).next().unwrap_or_default();
    let ends = [".com", ".org", ".net", ".me", ".io", ".dev"];
    !host.contains('@')
        && host_is_good(host)
        && ends
            .iter()
            .any(|end| host.len() > end.len() && host.ends_with(end))
}

fn is_email(word: &str) -> bool {
    let Some((name, host)) = word.split_once('@') else {
        return false;
    };
    let good = |s: &str| {
        !s.is_empty()
            && s.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
    };
    good(name) && good(host) && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<MessageEntity> {
        let mut rich = Rich {
            text: text.to_owned(),
            entities: Vec::new(),
        };
        detect(&mut rich);
        rich.entities
    }

    #[test]
    fn commands_mentions_tags_and_links_are_marked() {
        assert_eq!(
            found("/start \u{1f600} @alice, #rust (https://example.com/a?b) me@example.com"),
            [
                types::MessageEntityBotCommand::new(0, 6).into(),
                types::MessageEntityMention::new(10, 6).into(),
                types::MessageEntityHashtag::new(18, 5).into(),
                types::MessageEntityUrl::new(25, 23).into(),
                types::MessageEntityEmail::new(50, 14).into(),
            ]
        );
        assert_eq!(found("a/b #1 @x 1.2 e.g. and/or"), []);
    }

    #[test]
    fn code_stays_as_it_is() {
        let code = MessageEntity::from(types::MessageEntityCode::new(0, 6));
        let mut rich = Rich {
            text: "/start".into(),
            entities: vec![code.clone()],
        };
        detect(&mut rich);
        assert_eq!(rich.entities, [code]);
    }
}
