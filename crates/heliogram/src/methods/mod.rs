//! The friendly methods of [`crate::Client`], by area.
//!
//! Each is a builder: what is required are its arguments, what is optional are its setters, and it
//! is sent when it is awaited. Builders own what they need, so they can be moved to another task.

pub mod bots;
pub mod messages;

use std::any::Any;

use heliogram_api::{enums, types};

use crate::{Client, peers, updates::Affected};

/// Looks at every answer of the server on its way to the caller.
///
/// Peers in it are learnt, and what it says about the account's own updates goes to the engine, so
/// that nothing counts as missing which this client did itself.
pub(crate) fn observe<T: 'static>(client: &Client, method: &'static str, output: &T) {
    let output = output as &dyn Any;
    if let Some(updates) = output.downcast_ref::<enums::Updates>() {
        client.hub().own(client, updates.clone());
        return;
    }
    let affected = affected(method, output);
    if let Some((pts, count)) = affected {
        client.hub().affected(Affected {
            channel: None,
            pts,
            count,
        });
    }
    if affected.is_none()
        && let Some(entities) = peers::entities_of(output)
    {
        client.peers().learn(&entities);
        if let Some(messages) = output.downcast_ref::<enums::messages::Messages>() {
            client
                .peers()
                .learn_senders(messages::raw_messages(messages).iter());
        }
    }
}

/// The pts of answers that move the account's own counter for certain; whether others mean that
/// counter or a channel's only the caller knows.
fn affected(method: &str, output: &dyn Any) -> Option<(i32, i32)> {
    let common = ["messages.deleteMessages", "messages.readMessageContents"];
    let answer = output.downcast_ref::<types::messages::AffectedMessages>()?;
    common
        .contains(&method)
        .then_some((answer.pts, answer.pts_count))
}
