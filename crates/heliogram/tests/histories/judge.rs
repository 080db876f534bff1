//! Whether what was told is what happened.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::AddAssign,
    sync::Mutex,
    time::{Duration, Instant},
};

use heliogram::events::{GapKind, GapPlace};

use crate::{
    people::{People, Place},
    reader::{Book, Told},
};

/// How long what is missing may take once everything works again.
const LONGEST: Duration = Duration::from_secs(60);

/// What was seen in histories.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    histories: u32,
    told: usize,
    gaps: usize,
    deaths: usize,
    stops: usize,
    leaves: usize,
    /// Messages that conversations were told.
    heard: usize,
    /// Chats of which the server skipped something, and said so.
    skipped: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.histories += other.histories;
        self.told += other.told;
        self.gaps += other.gaps;
        self.deaths += other.deaths;
        self.stops += other.stops;
        self.leaves += other.leaves;
        self.heard += other.heard;
        self.skipped += other.skipped;
    }
}

/// What somebody believes who was told this.
#[derive(Default)]
struct Belief {
    chats: HashMap<i64, BTreeMap<i32, String>>,
    /// Messages that a conversation was told: how they changed is for it to ask.
    heard: HashSet<(i64, i32)>,
    /// Chats of which something was skipped.
    skipped: HashSet<GapPlace>,
}

impl Belief {
    fn of(book: &Book) -> Self {
        let mut belief = Self::default();
        for told in &book.0 {
            if let Told::Heard { chat, id, .. } = told {
                belief.heard.insert((*chat, *id));
            }
            match told {
                Told::New { chat, id, text } | Told::Heard { chat, id, text } => {
                    belief
                        .chats
                        .entry(*chat)
                        .or_default()
                        .insert(*id, text.clone());
                }
                Told::Edited { chat, id, text } => {
                    // Of a message that was deleted before it was seen, only this may be told.
                    let known = belief.chats.entry(*chat).or_default();
                    known.entry(*id).and_modify(|known| known.clone_from(text));
                }
                Told::Deleted { chat, ids } => belief.forget(*chat, ids),
                Told::Gap(gap) if gap.is_loss() => {
                    belief.skipped.insert(gap.place());
                }
                _ => {}
            }
        }
        belief
    }

    fn forget(&mut self, chat: Option<i64>, ids: &[i32]) {
        for (known, messages) in &mut self.chats {
            let here = match chat {
                Some(chat) => chat == *known,
                None => *known > -1_000_000_000_000,
            };
            if here {
                messages.retain(|id, _| !ids.contains(id));
            }
        }
    }

    fn skipped(&self, place: &Place) -> bool {
        self.skipped.iter().any(|skipped| match skipped {
            GapPlace::Channel(id) => id.as_i64() == place.id(),
            _ => !place.is_channel(),
        })
    }

    fn texts(&self, place: &Place) -> BTreeMap<i32, String> {
        let mut texts = self.chats.get(&place.id()).cloned().unwrap_or_default();
        // The server's own notes have none.
        texts.retain(|_, text| !text.is_empty());
        texts
    }

    /// What is wrong about a chat.
    fn wrong(&self, people: &People, place: &Place) -> Option<String> {
        let (history, mut texts) = (people.history(place), self.texts(place));
        for (id, text) in &mut texts {
            if self.heard.contains(&(place.id(), *id))
                && let Some(present) = history.get(id)
            {
                text.clone_from(present);
            }
        }
        let right = match self.skipped(place) {
            // Then it must have been told at least what came last.
            true => history.last_key_value() == texts.last_key_value(),
            false => history == texts,
        };
        let chat = place.id();
        (!right).then(|| format!("in {chat} there is {history:?}, and told was {texts:?}"))
    }
}

/// Waits until what was told is right; gives what was not in the end.
pub(crate) async fn wait(people: &People, told: &Mutex<Book>) -> Option<String> {
    let begun = Instant::now();
    loop {
        let belief = Belief::of(&told.lock().unwrap());
        let mut wrong = people.places.iter().filter_map(|p| belief.wrong(people, p));
        let wrong = wrong.next()?;
        if begun.elapsed() > LONGEST {
            return Some(wrong);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Judges the whole book; `waited` is what was still wrong after waiting.
pub(crate) fn judge(
    people: &People,
    told: &Mutex<Book>,
    too_long: bool,
    waited: Option<String>,
) -> Result<Tally, String> {
    if let Some(wrong) = waited {
        return Err(wrong);
    }
    let book = told.lock().unwrap();
    let belief = Belief::of(&book);
    // Stopping told nothing new.
    if let Some(wrong) = people.places.iter().find_map(|p| belief.wrong(people, p)) {
        return Err(wrong);
    }
    if !too_long && !belief.skipped.is_empty() {
        return Err(format!(
            "{:?} were skipped without a reason",
            belief.skipped
        ));
    }
    let mut tally = Tally {
        histories: 1,
        told: book.0.len(),
        skipped: belief.skipped.len(),
        ..Tally::default()
    };
    // Since the reader died last.
    let mut newest: HashMap<i64, i32> = HashMap::new();
    for told in &book.0 {
        match told {
            Told::New { chat, id, text } => {
                invented(people, *chat, text)?;
                let before = newest.insert(*chat, *id);
                if before.is_some_and(|before| before >= *id) {
                    return Err(format!("in {chat} {id} ({text}) comes after {before:?}"));
                }
            }
            Told::Edited { chat, text, .. } => invented(people, *chat, text)?,
            Told::Deleted { .. } | Told::NotConnected(_) => {}
            Told::Gap(gap) => tally.gaps += usize::from(gap.kind() == GapKind::Opened),
            Told::Lagged => return Err("the reader is not slow".into()),
            Told::Heard { chat, text, .. } => {
                invented(people, *chat, text)?;
                tally.heard += 1;
            }
            Told::Left => {
                tally.leaves += 1;
                newest.clear();
            }
            Told::Stopped => tally.stops += 1,
            Told::Died => {
                tally.deaths += 1;
                newest.clear();
            }
        }
    }
    Ok(tally)
}

/// Whether a text was never written there.
fn invented(people: &People, chat: i64, text: &str) -> Result<(), String> {
    let written = people.written.get(&chat);
    // Notes have no text, and Telegram itself writes about logins.
    if text.is_empty() || written.is_none_or(|written| written.contains(text)) {
        return Ok(());
    }
    Err(format!("in {chat} nobody wrote {text:?}"))
}
