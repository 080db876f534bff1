//! What bots answer, and what they tell of themselves.
#![doc = include_str!("../../../../../docs/bots.md")]

mod answer_inline;
mod callback;
mod commands;
mod edit_inline;
mod guest;
mod join_requests;
mod payments;

pub use self::{
    answer_inline::AnswerInline,
    callback::AnswerCallback,
    commands::{BotCommand, CommandScope, SetBotCommands},
    edit_inline::EditInlineMessage,
    guest::AnswerGuest,
    join_requests::DecideJoinRequest,
    payments::AnswerPayment,
};

use crate::{Error, Result};

/// The answer `true` of a method that cannot mean anything by `false`.
pub(crate) fn agreed(method: &'static str, answer: bool) -> Result<()> {
    match answer {
        true => Ok(()),
        false => Err(Error::unexpected(method, "true", "false")),
    }
}

/// Whole seconds as the raw API counts them; what it cannot hold is as long as it can.
pub(crate) fn seconds(time: std::time::Duration) -> i32 {
    i32::try_from(time.as_secs()).unwrap_or(i32::MAX)
}
