//! A call that must not run twice.

use heliogram::{
    Client, Result,
    api::{enums, functions as f, types},
};
use tokio::task::JoinSet;

pub type Once = f::messages::MarkDialogUnread;

pub fn unread() -> Once {
    let peer = types::InputDialogPeer::new(enums::InputPeer::InputPeerSelf);
    f::messages::MarkDialogUnread::new(peer.into())
}

/// Many of them at once.
pub fn calls(client: &Client, many: usize) -> JoinSet<Result<bool>> {
    let mut calls = JoinSet::new();
    for _ in 0..many {
        let client = client.clone();
        calls.spawn(async move { client.invoke(unread()).await });
    }
    calls
}
