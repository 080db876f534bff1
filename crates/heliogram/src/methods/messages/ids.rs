use crate::types::Message;

/// One or several message ids: methods take `impl Into<MessageIds>`.
///
/// Made from a number, a list of numbers, a message or messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageIds(pub(crate) Vec<i32>);

impl From<i32> for MessageIds {
    fn from(id: i32) -> Self {
        Self(vec![id])
    }
}

impl From<Vec<i32>> for MessageIds {
    fn from(ids: Vec<i32>) -> Self {
        Self(ids)
    }
}

impl From<&[i32]> for MessageIds {
    fn from(ids: &[i32]) -> Self {
        Self(ids.to_vec())
    }
}

impl<const N: usize> From<[i32; N]> for MessageIds {
    fn from(ids: [i32; N]) -> Self {
        Self(ids.to_vec())
    }
}

impl From<&Message> for MessageIds {
    fn from(message: &Message) -> Self {
        Self(vec![message.id()])
    }
}

impl From<&[Message]> for MessageIds {
    fn from(messages: &[Message]) -> Self {
        messages.iter().map(Message::id).collect()
    }
}

impl FromIterator<i32> for MessageIds {
    fn from_iter<I: IntoIterator<Item = i32>>(ids: I) -> Self {
        Self(ids.into_iter().collect())
    }
}
