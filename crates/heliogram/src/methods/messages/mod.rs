//! Writing, changing, finding and removing messages, and the files they carry.

mod answer;
pub(crate) mod change;
mod click;
mod delete;
mod download;
mod edit;
mod forward;
mod get;
mod history;
mod ids;
mod send;
mod send_file;
pub(crate) mod send_options;
mod upload;

pub use click::{Answer, Click, Clicked, Pick};
pub use delete::DeleteMessages;
pub use download::Download;
pub use edit::EditMessage;
pub use forward::ForwardMessages;
pub use get::GetMessages;
pub use history::History;
pub use ids::MessageIds;
pub use send::SendMessage;
pub use send_file::SendFile;
pub use upload::{Upload, Uploaded};

use heliogram_api::enums;

use crate::{Client, Result, Text, UsageError, peers, types::Entities};

/// The raw messages of an answer.
pub(crate) fn raw_messages(answer: &enums::messages::Messages) -> &[enums::Message] {
    match answer {
        enums::messages::Messages::Messages(m) => &m.messages,
        enums::messages::Messages::Slice(m) => &m.messages,
        enums::messages::Messages::ChannelMessages(m) => &m.messages,
        _ => &[],
    }
}

/// An answer that holds messages, taken apart.
struct Found {
    messages: Vec<enums::Message>,
    entities: Entities,
    /// How many there are in all.
    total: usize,
    /// Whether these are all there are.
    complete: bool,
}

impl Found {
    fn new(answer: enums::messages::Messages) -> Self {
        use enums::messages::Messages;
        let count = |n: i32| usize::try_from(n).unwrap_or(0);
        let (messages, users, chats, total) = match answer {
            Messages::Messages(m) => (m.messages, m.users, m.chats, None),
            Messages::Slice(m) => (m.messages, m.users, m.chats, Some(count(m.count))),
            Messages::ChannelMessages(m) => (m.messages, m.users, m.chats, Some(count(m.count))),
            _ => (vec![], vec![], vec![], None),
        };
        let entities = Entities::new(&users, &chats);
        let complete = total.is_none();
        Self {
            total: total.unwrap_or(messages.len()),
            messages,
            entities,
            complete,
        }
    }
}

/// Text and entities in the form that is sent.
pub(crate) async fn sendable(
    client: &Client,
    text: Text,
) -> Result<(String, Vec<enums::MessageEntity>)> {
    let parts = text
        .into_parts()
        .map_err(|e| UsageError::Text(e.to_string().into()));
    let (text, mut entities) = parts?;
    peers::sendable_mentions(client, &mut entities).await?;
    Ok((text, entities))
}
