//! The door to [`crate::layers`]: what a client of another layer says and hears.

use bytes::Bytes;
use heliogram_api::enums;
use heliogram_tl::to_bytes;

use super::{Answer, Refusal};
use crate::layers::{Layers, Of};

/// A request of a client of `layer`, in the newest layer's words.
pub(crate) fn request(layers: &Layers, layer: i32, body: Bytes) -> Answer<Bytes> {
    if layers.is_newest(layer) {
        return Ok(body);
    }
    layers.up(layer, &body).map(Bytes::from).map_err(|error| {
        tracing::debug!(layer, %error, "a request cannot be read");
        Refusal::bad("INPUT_FETCH_ERROR")
    })
}

/// The answer to the method with that id, in the words of `layer`.
pub(crate) fn answer(layers: &Layers, layer: i32, method: u32, body: Bytes) -> Answer<Bytes> {
    if layers.is_newest(layer) {
        return Ok(body);
    }
    layers
        .down(layer, &body, Of::Answer(method))
        .map(Bytes::from)
        .map_err(|error| {
            tracing::warn!(layer, %error, "an answer cannot be said");
            Refusal::bad("LAYER_INVALID")
        })
}

/// Updates in the words of `layer`. What cannot be said there at all becomes the advice to ask
/// for the difference.
pub(crate) fn updates(layers: &Layers, layer: i32, body: &Bytes) -> Bytes {
    if layers.is_newest(layer) {
        return body.clone();
    }
    match layers.down(layer, body, Of::Value) {
        Ok(body) => body.into(),
        Err(error) => {
            tracing::warn!(layer, %error, "updates cannot be said");
            to_bytes(&enums::Updates::TooLong)
        }
    }
}
