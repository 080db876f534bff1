//! What people may choose from a bot in any chat.

mod chat;
mod content;
mod file;
mod message_id;
mod raw;
mod result;

pub use self::{
    chat::InlineChatKind, content::InlineContent, file::InlineFile, message_id::InlineMessageId,
    result::InlineQueryResult,
};
