//! Formatting between marks and entities: what both parsers make and both writers take.

use std::cmp::Reverse;

use heliogram_api::{
    enums::{InputUser, MessageEntity},
    types,
};

use super::{TextError, clean, utf16};

/// A kind of formatting that there are marks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Quote { folded: bool },
    Pre { language: String },
    Code,
    Link { url: String },
    Mention { user: i64 },
    Email,
    Emoji { document: i64 },
    Style(Style),
}

/// Formatting that may be cut into pieces and joined again without a change of meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Style {
    Bold,
    Italic,
    Underline,
    Strike,
    Spoiler,
}

impl Style {
    pub(super) const ALL: [Self; 5] = [
        Self::Bold,
        Self::Italic,
        Self::Underline,
        Self::Strike,
        Self::Spoiler,
    ];
}

/// The rank of quotes.
const QUOTE: u8 = 0;

impl Kind {
    /// Where the kind stands among those that cover the same text: lower is further out.
    const fn rank(&self) -> u8 {
        match self {
            Self::Quote { .. } => QUOTE,
            Self::Link { .. } | Self::Mention { .. } | Self::Email => 1,
            Self::Emoji { .. } => 2,
            Self::Pre { .. } | Self::Code => 3,
            Self::Style(style) => 4 + *style as u8,
        }
    }

    pub(super) const fn is_style(&self) -> bool {
        matches!(self, Self::Style(_))
    }

    /// Whether everything inside is shown as it is.
    pub(super) const fn is_code(&self) -> bool {
        matches!(self, Self::Pre { .. } | Self::Code)
    }

    /// The kind an address stands for.
    pub(super) fn of_url(url: &str) -> Self {
        let user = url
            .strip_prefix("tg://user?id=")
            .and_then(|id| id.parse().ok());
        match user {
            Some(user) => Self::Mention { user },
            None => Self::Link {
                url: url.to_owned(),
            },
        }
    }

    /// The custom emoji of this id.
    pub(super) fn of_emoji(id: &str) -> Result<Self, TextError> {
        // Ids are unsigned in some clients' exports.
        let parsed = id
            .parse::<i64>()
            .ok()
            .or_else(|| id.parse::<u64>().ok().map(|n| n as i64));
        match parsed {
            Some(document) => Ok(Self::Emoji { document }),
            None => Err(TextError::EmojiId(id.chars().take(32).collect())),
        }
    }
}

/// A range of text in UTF-16 units and its formatting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// What a parser makes.
#[derive(Default)]
pub(super) struct Spanned {
    pub(super) text: utf16::Builder,
    pub(super) spans: Vec<Span>,
}

impl Spanned {
    /// Text and entities, trimmed and in order.
    pub(super) fn finish(mut self) -> Result<(String, Vec<MessageEntity>), TextError> {
        if i32::try_from(self.text.units()).is_err() {
            return Err(TextError::TooLong);
        }
        let mut text = self.text.into_text();
        normalize(&mut self.spans);
        trim_quotes(&text, &mut self.spans);
        normalize(&mut self.spans);
        let mut entities = entities(self.spans);
        clean::trim(&mut text, &mut entities);
        // Shorter ones may have changed places.
        let entities = self::entities(spans(&text, &entities));
        Ok((text, entities))
    }
}

fn entities(spans: Vec<Span>) -> Vec<MessageEntity> {
    spans
        .into_iter()
        .filter_map(|span| entity(span).ok())
        .collect()
}

/// Brings spans into the one form in which they are compared, sent and written.
///
/// Pieces of one style that touch are joined; other kinds nest properly and never in their own
/// sort; everything is sorted by start, the longer and outer first.
pub(super) fn normalize(spans: &mut Vec<Span>) {
    spans.retain(|s| s.start < s.end);
    spans.sort_by_key(|s| (s.start, Reverse(s.end), s.kind.rank()));
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    let mut open: Vec<(usize, u8, usize)> = Vec::new();
    let mut last_of_style = [None; Style::ALL.len()];
    for mut span in spans.drain(..) {
        let rank = span.kind.rank();
        if let Kind::Style(style) = span.kind {
            let Some(last) = last_of_style.get_mut(style as usize) else {
                continue;
            };
            match last.and_then(|i: usize| out.get_mut(i)) {
                Some(before) if before.end >= span.start => before.end = before.end.max(span.end),
                _ => {
                    *last = Some(out.len());
                    out.push(span);
                }
            }
            continue;
        }
        while open.last().is_some_and(|&(end, ..)| end <= span.start) {
            open.pop();
        }
        if open.iter().any(|&(_, other, _)| other == rank) {
            continue;
        }
        if rank == QUOTE {
            // Quotes are whole lines: what they cross ends before them.
            while let Some((_, _, crossed)) = open.pop_if(|&mut (end, ..)| end < span.end) {
                if let Some(crossed) = out.get_mut(crossed) {
                    crossed.end = span.start;
                }
            }
        } else if let Some(&(end, ..)) = open.last() {
            span.end = span.end.min(end);
        }
        open.push((span.end, rank, out.len()));
        out.push(span);
    }
    out.sort_by_key(|s| (s.start, Reverse(s.end), s.kind.rank()));
    *spans = out;
}

/// Lets quotes begin at the first line that is not blank.
fn trim_quotes(text: &str, spans: &mut [Span]) {
    let mut cursor = utf16::Cursor::new(text);
    for span in spans
        .iter_mut()
        .filter(|s| matches!(s.kind, Kind::Quote { .. }))
    {
        let Some((from, to)) = cursor.seek(span.start).zip(cursor.seek(span.end)) else {
            continue;
        };
        let quote = text.get(from..to).unwrap_or_default();
        let blank = quote.len() - quote.trim_start().len();
        let lines = quote
            .get(..blank)
            .and_then(|b| b.rfind('\n'))
            .map_or(0, |at| at + 1);
        span.start += utf16::len(quote.get(..lines).unwrap_or_default());
    }
}

/// The spans of a message's entities that fit its text and that there are marks for.
pub(super) fn spans(text: &str, entities: &[MessageEntity]) -> Vec<Span> {
    let mut spans: Vec<Span> = entities.iter().filter_map(span).collect();
    let mut edges: Vec<usize> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut cursor = utf16::Cursor::new(text);
    edges.retain(|&unit| cursor.seek(unit).is_some());
    let fits = |unit: usize| edges.binary_search(&unit).is_ok();
    spans.retain(|s| fits(s.start) && fits(s.end));
    normalize(&mut spans);
    spans
}

fn span(entity: &MessageEntity) -> Option<Span> {
    use MessageEntity as E;
    let kind = match entity {
        E::Bold(_) => Kind::Style(Style::Bold),
        E::Italic(_) => Kind::Style(Style::Italic),
        E::Underline(_) => Kind::Style(Style::Underline),
        E::Strike(_) => Kind::Style(Style::Strike),
        E::Spoiler(_) => Kind::Style(Style::Spoiler),
        E::Code(_) => Kind::Code,
        E::Email(_) => Kind::Email,
        E::Pre(e) => Kind::Pre {
            language: e.language.clone(),
        },
        E::TextUrl(e) => Kind::Link { url: e.url.clone() },
        E::MentionName(e) => Kind::Mention { user: e.user_id },
        E::CustomEmoji(e) => Kind::Emoji {
            document: e.document_id,
        },
        E::Blockquote(e) => Kind::Quote {
            folded: e.collapsed,
        },
        E::InputMessageEntityMentionName(e) => match &e.user_id {
            InputUser::InputUser(user) => Kind::Mention { user: user.user_id },
            _ => return None,
        },
        _ => return None,
    };
    let (&mut offset, &mut length) = range_mut(&mut entity.clone())?;
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    Some(Span { start, end, kind })
}

fn entity(span: Span) -> Result<MessageEntity, std::num::TryFromIntError> {
    let offset = i32::try_from(span.start)?;
    let length = i32::try_from(span.end - span.start)?;
    Ok(match span.kind {
        Kind::Quote { folded } => {
            let quote = types::MessageEntityBlockquote::new(offset, length);
            types::MessageEntityBlockquote {
                collapsed: folded,
                ..quote
            }
            .into()
        }
        Kind::Pre { language } => types::MessageEntityPre::new(offset, length, language).into(),
        Kind::Code => types::MessageEntityCode::new(offset, length).into(),
        Kind::Link { url } => types::MessageEntityTextUrl::new(offset, length, url).into(),
        Kind::Mention { user } => types::MessageEntityMentionName::new(offset, length, user).into(),
        Kind::Email => types::MessageEntityEmail::new(offset, length).into(),
        Kind::Emoji { document } => {
            types::MessageEntityCustomEmoji::new(offset, length, document).into()
        }
        Kind::Style(Style::Bold) => types::MessageEntityBold::new(offset, length).into(),
        Kind::Style(Style::Italic) => types::MessageEntityItalic::new(offset, length).into(),
        Kind::Style(Style::Underline) => types::MessageEntityUnderline::new(offset, length).into(),
        Kind::Style(Style::Strike) => types::MessageEntityStrike::new(offset, length).into(),
        Kind::Style(Style::Spoiler) => types::MessageEntitySpoiler::new(offset, length).into(),
    })
}

/// Offset and length of an entity; `None` for kinds this version does not know.
pub(super) fn range_mut(entity: &mut MessageEntity) -> Option<(&mut i32, &mut i32)> {
    macro_rules! ranges {
        ($($variant:ident)*) => {
            match entity {
                $(MessageEntity::$variant(e) => Some((&mut e.offset, &mut e.length)),)*
                _ => None,
            }
        };
    }
    ranges!(
        Unknown Mention Hashtag BotCommand Url Email Bold Italic Code Pre TextUrl MentionName
        InputMessageEntityMentionName Phone Cashtag Underline Strike BankCard Spoiler CustomEmoji
        Blockquote FormattedDate DiffInsert DiffReplace DiffDelete TonAddress
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(start: usize, end: usize, style: Style) -> Span {
        Span {
            start,
            end,
            kind: Kind::Style(style),
        }
    }

    fn normal(mut spans: Vec<Span>) -> Vec<Span> {
        normalize(&mut spans);
        let once = spans.clone();
        normalize(&mut spans);
        assert_eq!(spans, once, "a second time changes nothing");
        spans
    }

    #[test]
    fn pieces_of_one_style_are_joined() {
        use Style::{Bold, Italic};
        let got = normal(vec![
            style(3, 5, Bold),
            style(0, 2, Bold),
            style(2, 3, Bold),
            style(1, 4, Italic),
            style(7, 7, Bold),
            style(6, 8, Bold),
        ]);
        assert_eq!(
            got,
            [style(0, 5, Bold), style(1, 4, Italic), style(6, 8, Bold)]
        );
    }

    #[test]
    fn what_is_no_style_nests_and_not_in_itself() {
        let link = |start, end, url: &str| Span {
            start,
            end,
            kind: Kind::Link { url: url.into() },
        };
        let quote = |start, end| Span {
            start,
            end,
            kind: Kind::Quote { folded: false },
        };
        let got = normal(vec![
            link(3, 9, "a"),
            quote(0, 5),
            link(4, 5, "b"),
            link(9, 10, "c"),
        ]);
        assert_eq!(got, [quote(0, 5), link(3, 5, "a"), link(9, 10, "c")]);
        let got = normal(vec![link(0, 5, "a"), quote(2, 9)]);
        assert_eq!(got, [link(0, 2, "a"), quote(2, 9)]);
    }
}
