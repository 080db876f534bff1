//! What bots are asked by people who wait for the answer. None of it outlives the server.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::inline::{InlineAnswer, InlineQuery};
use crate::rpc::{Answer, Refusal};
use crate::world::World;

/// Questions that are remembered, answered ones with their answers.
const QUESTIONS_MAX: usize = 2000;
/// Questions of one account that wait at once.
const WAITING_MAX: usize = 32;
/// Bytes of all answers that are remembered.
const WEIGHT_MAX: usize = 64 << 20;

/// The questions, by id.
#[derive(Default)]
pub(crate) struct Questions {
    all: HashMap<i64, Question>,
    /// The same in the order they were asked; some may be gone.
    order: VecDeque<i64>,
    weight: usize,
}

/// One question of one account to one bot.
pub(crate) struct Question {
    pub(crate) bot: i64,
    pub(crate) user: i64,
    pub(crate) asked: i32,
    pub(crate) what: Asked,
}

/// What is asked, and the answer.
pub(crate) enum Asked {
    /// Something typed after the bot's name.
    Inline(InlineQuery, Option<Arc<InlineAnswer>>),
    /// What follows from a button.
    Callback(Option<CallbackAnswer>),
}

/// What a bot says to a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallbackAnswer {
    pub(crate) message: Option<String>,
    pub(crate) alert: bool,
    pub(crate) url: Option<String>,
    pub(crate) cache_time: i32,
}

impl Question {
    fn is_open(&self) -> bool {
        matches!(self.what, Asked::Inline(_, None) | Asked::Callback(None))
    }

    fn weight(&self) -> usize {
        match &self.what {
            Asked::Inline(_, Some(answer)) => answer.weight,
            _ => 0,
        }
    }
}

impl Questions {
    /// The question with that id, if it was put to this bot and waits.
    pub(super) fn waiting(&mut self, id: i64, bot: i64) -> Answer<&mut Question> {
        let found = self.all.get_mut(&id);
        found
            .filter(|question| question.bot == bot && question.is_open())
            .ok_or_else(|| Refusal::bad("QUERY_ID_INVALID"))
    }

    /// The question with that id, if this account asked it.
    pub(super) fn asked(&self, id: i64, user: i64) -> Answer<&Question> {
        let found = self.all.get(&id);
        found
            .filter(|question| question.user == user)
            .ok_or_else(|| Refusal::bad("QUERY_ID_INVALID"))
    }

    /// All questions, the newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Question> {
        self.order.iter().rev().filter_map(|id| self.all.get(id))
    }

    /// Forgets a question.
    pub(super) fn forget(&mut self, id: i64) -> Option<Question> {
        let question = self.all.remove(&id)?;
        self.weight -= question.weight();
        Some(question)
    }

    /// Makes room for an answer of that many bytes, at the cost of the oldest.
    pub(super) fn grow(&mut self, weight: usize) {
        self.weight += weight;
        self.shrink();
    }

    /// Forgets the oldest until little enough is left.
    fn shrink(&mut self) {
        while (self.weight > WEIGHT_MAX || self.order.len() > QUESTIONS_MAX)
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget(oldest);
        }
    }

    /// The id of the question that was asked last.
    #[cfg(test)]
    pub(crate) fn last(&self) -> Option<i64> {
        self.order.back().copied()
    }

    fn put(&mut self, id: i64, question: Question) {
        self.weight += question.weight();
        self.all.insert(id, question);
        self.order.push_back(id);
        self.shrink();
    }
}

impl World {
    /// Keeps a question and gives its id; somebody who asks too much at once is told to wait.
    pub(super) fn ask(&mut self, bot: i64, user: i64, what: Asked) -> Answer<i64> {
        let open = self.questions.newest();
        let own = open.filter(|question| question.user == user && question.is_open());
        if own.count() >= WAITING_MAX {
            return Err(Refusal::flood_wait(1));
        }
        let id = self.random_id();
        let question = Question {
            bot,
            user,
            asked: self.now(),
            what,
        };
        self.questions.put(id, question);
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::testing::world;

    fn asked(questions: &mut Questions, id: i64, weight: usize) {
        let query = InlineQuery {
            text: String::new(),
            offset: String::new(),
            geo: None,
        };
        let answer = InlineAnswer {
            gallery: false,
            private: false,
            cache_time: 0,
            next_offset: None,
            switch_pm: None,
            switch_webview: None,
            results: Vec::new(),
            date: 0,
            weight,
        };
        let question = Question {
            bot: 1,
            user: id,
            asked: 0,
            what: Asked::Inline(query, Some(Arc::new(answer))),
        };
        questions.put(id, question);
    }

    #[test]
    fn the_oldest_answers_give_way() {
        let mut questions = Questions::default();
        let many = QUESTIONS_MAX as i64 + 5;
        for id in 1..=many {
            asked(&mut questions, id, 1);
        }
        assert_eq!(questions.all.len(), QUESTIONS_MAX);
        assert!(questions.asked(5, 5).is_err());
        assert!(questions.asked(6, 6).is_ok());
        asked(&mut questions, 0, WEIGHT_MAX);
        assert!(questions.weight <= WEIGHT_MAX);
        assert_eq!(questions.newest().count(), 1);
    }

    #[test]
    fn who_asks_too_much_has_to_wait() {
        let mut w = world();
        for _ in 0..WAITING_MAX {
            w.ask(1, 2, Asked::Callback(None)).unwrap();
        }
        let refused = w.ask(1, 2, Asked::Callback(None)).unwrap_err();
        assert_eq!(refused, Refusal::flood_wait(1));
        w.ask(1, 3, Asked::Callback(None)).unwrap();
    }
}
