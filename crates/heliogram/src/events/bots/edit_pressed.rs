use super::CallbackQuery;
use crate::{
    Result,
    methods::{
        bots::EditInlineMessage,
        messages::{
            EditMessage,
            change::{Change, change_setters},
        },
    },
};

/// A change of the message whose button was pressed; made by [`CallbackQuery::edit`], sent when
/// awaited.
#[derive(Clone, Debug)]
#[must_use = "a message is changed when this is awaited"]
pub struct EditPressed {
    query: CallbackQuery,
    change: Change,
}

impl EditPressed {
    pub(super) fn new(query: &CallbackQuery, change: Change) -> Self {
        Self {
            query: query.clone(),
            change,
        }
    }

    change_setters! {
        "Puts other media in it; see [`EditMessage::media`] and [`EditInlineMessage::media`]."
    }

    /// Sends it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::edit_message`] and [`Client::edit_inline_message`].
    ///
    /// [`Client::edit_message`]: crate::Client::edit_message
    /// [`Client::edit_inline_message`]: crate::Client::edit_inline_message
    pub async fn send(self) -> Result<()> {
        let Self { query, change } = self;
        let client = query.client();
        if let Some(id) = query.inline_message_id() {
            return EditInlineMessage::new(client, Some(id.clone()), change).await;
        }
        let id = query.message_id().unwrap_or_default();
        let edit = EditMessage::new(client, query.place(), id, change);
        edit.await.map(drop)
    }
}

awaitable!(EditPressed => ());
