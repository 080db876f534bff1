//! Stickers: the sets they come in, and what an account keeps of them.

mod files;
mod sets;
mod shelf;

use heliogram_api::enums;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Kind, World};

pub(super) fn register(table: &mut Table) {
    sets::register(table);
    shelf::register(table);
}

/// The document a client names, or a refusal of that name.
fn input_document(
    w: &World,
    cx: &Cx<'_>,
    input: &enums::InputDocument,
    refusal: &'static str,
) -> Answer<i64> {
    let enums::InputDocument::InputDocument(input) = input else {
        return Err(Refusal::bad(refusal));
    };
    let document = w.document(cx.me, input.id, input.access_hash);
    document.map_err(|_| Refusal::bad(refusal))?;
    w.check_reference(Kind::Document, input.id, &input.file_reference)?;
    Ok(input.id)
}
