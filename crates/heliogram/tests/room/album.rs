//! Albums, sent the raw way.

use bytes::Bytes;
use heliogram::{
    Client, PeerLike,
    api::{functions as f, types},
};

/// A number that does not come twice.
fn random_id() -> i64 {
    use std::sync::atomic::{AtomicI64, Ordering};
    static NEXT: AtomicI64 = AtomicI64::new(1_000_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Sends small files as one album; the first has the caption.
pub(crate) async fn send(from: &Client, to: impl Into<PeerLike>, caption: &str, names: &[&str]) {
    let mut items = Vec::new();
    for name in names {
        let id = random_id();
        let bytes = Bytes::copy_from_slice(format!("contents of {name}").as_bytes());
        from.invoke(f::upload::SaveFilePart {
            file_id: id,
            file_part: 0,
            bytes,
        })
        .await
        .unwrap();
        let file = types::InputFile::new(id, 1, (*name).into(), String::new());
        let attributes = vec![types::DocumentAttributeFilename::new((*name).into()).into()];
        let media =
            types::InputMediaUploadedDocument::new(file.into(), "text/plain".into(), attributes);
        let text = if items.is_empty() { caption } else { "" };
        items.push(types::InputSingleMedia::new(
            media.into(),
            random_id(),
            text.into(),
        ));
    }
    let to = from.input_peer(to).await.unwrap();
    let call = f::messages::SendMultiMedia::new(to, items);
    from.invoke(call).await.unwrap();
}
