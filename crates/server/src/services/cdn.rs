use bytes::Bytes;
use heliogram_api::functions::help::GetCdnConfig;
use heliogram_api::functions::upload::{GetCdnFile, GetCdnFileHashes, ReuploadCdnFile};
use heliogram_api::{enums, types};
use heliogram_crypto::Ctr;

use super::upload::{HASHED, check_range, hashes_from, read};
use crate::net::CDN_DC;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Blob, Document, World};

/// Documents from this length on are handed out by the CDN, in bytes.
const LARGE: i64 = 1 << 20;

pub(super) fn register(table: &mut Table) {
    table.open::<GetCdnConfig>(|_, cx, _| Ok(config(cx)));
    table.cdn::<GetCdnFile>(file);
    table.files::<GetCdnFileHashes>(hashes);
    table.files::<ReuploadCdnFile>(reupload);
}

/// The keys of the CDN, which are trusted for it alone.
fn config(cx: &Cx<'_>) -> types::CdnConfig {
    let keys = cx.shared.cdn_exchange.iter().flat_map(|cdn| &*cdn.keys);
    let keys = keys.map(|key| types::CdnPublicKey::new(CDN_DC, key.public().to_pem()));
    types::CdnConfig::new(keys.collect())
}

/// Sends a client that can follow to the CDN, for the part of a document from `offset` on; nothing
/// if there is no CDN or the document is not for it.
pub(super) fn redirect(
    cx: &Cx<'_>,
    (id, blob): (i64, &Blob),
    offset: i64,
) -> Answer<Option<enums::upload::File>> {
    if cx.shared.cdn_exchange.is_none() || blob.size < LARGE {
        return Ok(None);
    }
    let hashes = told_hashes(cx, blob, offset)?;
    let world = cx.shared.world();
    let cipher = world.cdn_cipher(id);
    let redirect = types::upload::FileCdnRedirect::new(
        CDN_DC,
        world.cdn_token(id).into(),
        Bytes::copy_from_slice(&cipher.key),
        Bytes::copy_from_slice(&cipher.iv),
        hashes,
    );
    Ok(Some(redirect.into()))
}

/// On the CDN: an encrypted part, if it has the file.
fn file(cx: &Cx<'_>, call: GetCdnFile) -> Answer<enums::upload::CdnFile> {
    let (blob, cipher) = {
        let world = cx.shared.world();
        let Document { id, blob, .. } = world.cdn_document(&call.file_token)?;
        check_range(false, call.offset, call.limit)?;
        if !world.cdn_has(*id) {
            let request = world.cdn_request(*id);
            return Ok(types::upload::CdnFileReuploadNeeded::new(request.into()).into());
        }
        (blob.clone(), world.cdn_cipher(*id))
    };
    let mut part = read(cx, &blob, call.offset, call.limit.into())?;
    let offset = u64::try_from(call.offset).unwrap_or(0);
    Ctr::for_cdn(&cipher.key, &cipher.iv, offset).apply(&mut part);
    Ok(types::upload::CdnFile::new(part.into()).into())
}

/// Gives the CDN the file it asked for.
fn reupload(cx: &Cx<'_>, call: ReuploadCdnFile) -> Answer<Vec<types::FileHash>> {
    let blob = cx.shared.change(|world| {
        let (id, blob) = stored_here(world, cx, &call.file_token)?;
        world.cdn_store(id, &call.request_token)?;
        Ok(blob)
    })?;
    told_hashes(cx, &blob, 0)
}

fn hashes(cx: &Cx<'_>, call: GetCdnFileHashes) -> Answer<Vec<types::FileHash>> {
    if call.offset < 0 {
        return Err(Refusal::bad("OFFSET_INVALID"));
    }
    let (_, blob) = stored_here(&cx.shared.world(), cx, &call.file_token)?;
    told_hashes(cx, &blob, call.offset - call.offset % HASHED)
}

/// The hashes a client compares with what the CDN gives it.
fn told_hashes(cx: &Cx<'_>, blob: &Blob, offset: i64) -> Answer<Vec<types::FileHash>> {
    let mut hashes = hashes_from(cx, blob, offset)?;
    cx.shared.faults.spoil_cdn_hashes(&mut hashes);
    Ok(hashes)
}

/// The file that a token names, if this data centre has it.
fn stored_here(world: &World, cx: &Cx<'_>, token: &[u8]) -> Answer<(i64, Blob)> {
    let document = world.cdn_document(token)?;
    if document.dc != cx.dc {
        return Err(Refusal::elsewhere("FILE", document.dc));
    }
    Ok((document.id, document.blob.clone()))
}
