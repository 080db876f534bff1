use std::{fmt, sync::Arc};

use bytes::Bytes;
use heliogram_api::types as raw;

use crate::{
    Result, UsageError,
    types::{Message, MessageButton},
};

/// Which button of a message, or which answer of a poll.
///
/// Made from a number (counted from 0 through all rows), from row and column, from the text on it;
/// or by [`Pick::data`] and [`Pick::by`].
#[derive(Clone)]
pub struct Pick(By);

#[derive(Clone)]
enum By {
    Index(usize),
    Place(usize, usize),
    Text(String),
    Data(Bytes),
    Test(Arc<dyn Fn(&MessageButton) -> bool + Send + Sync>),
}

/// What was picked.
pub(super) enum Target {
    Button(Box<MessageButton>),
    /// An answer of a poll.
    Option(Bytes),
}

impl Pick {
    /// The callback button with this data, or the poll's answer with it.
    pub fn data(data: impl AsRef<[u8]>) -> Self {
        Self(By::Data(Bytes::copy_from_slice(data.as_ref())))
    }

    /// The first button that the closure says yes to.
    #[doc(alias = "filter")]
    pub fn by(test: impl Fn(&MessageButton) -> bool + Send + Sync + 'static) -> Self {
        Self(By::Test(Arc::new(test)))
    }

    pub(super) fn find(&self, message: &Message) -> Result<Target> {
        let target = match message.poll().filter(|_| message.button_count() == 0) {
            Some(poll) => self.find_option(&poll.poll).map(Target::Option),
            None => self
                .find_button(message)
                .map(|b| Target::Button(Box::new(b))),
        };
        target.ok_or_else(|| UsageError::Button("the message has no such button").into())
    }

    fn find_button(&self, message: &Message) -> Option<MessageButton> {
        let buttons = message.buttons().into_iter().flatten();
        let mut numbered = buttons.enumerate();
        let found = numbered.find(|(index, button)| match &self.0 {
            By::Index(wanted) => index == wanted,
            By::Place(row, column) => (button.row(), button.column()) == (*row, *column),
            By::Text(text) => button.text() == text,
            By::Data(data) => button.data() == Some(data),
            By::Test(test) => test(button),
        });
        found.map(|(_, button)| button)
    }

    fn find_option(&self, poll: &raw::Poll) -> Option<Bytes> {
        let mut numbered = poll.answers.iter().enumerate();
        numbered.find_map(|(index, answer)| {
            let answer = answer_of(answer)?;
            let picked = match &self.0 {
                By::Index(wanted) | By::Place(wanted, 0) => index == *wanted,
                By::Text(text) => answer.text.text == *text,
                By::Data(data) => answer.option == *data,
                By::Place(..) | By::Test(_) => false,
            };
            picked.then(|| answer.option.clone())
        })
    }
}

fn answer_of(answer: &heliogram_api::enums::PollAnswer) -> Option<&raw::PollAnswer> {
    match answer {
        heliogram_api::enums::PollAnswer::PollAnswer(answer) => Some(answer),
        _ => None,
    }
}

impl From<usize> for Pick {
    fn from(index: usize) -> Self {
        Self(By::Index(index))
    }
}

impl From<(usize, usize)> for Pick {
    fn from((row, column): (usize, usize)) -> Self {
        Self(By::Place(row, column))
    }
}

impl From<&str> for Pick {
    fn from(text: &str) -> Self {
        Self(By::Text(text.to_owned()))
    }
}

impl From<String> for Pick {
    fn from(text: String) -> Self {
        Self(By::Text(text))
    }
}

/// Shows how it picks, not what is written on buttons.
impl fmt::Debug for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            By::Index(index) => write!(f, "number {index}"),
            By::Place(row, column) => write!(f, "row {row}, column {column}"),
            By::Text(_) => f.write_str("by text"),
            By::Data(_) => f.write_str("by data"),
            By::Test(_) => f.write_str("by a closure"),
        }
    }
}
