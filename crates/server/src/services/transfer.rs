use heliogram_api::functions::auth::{
    BindTempAuthKey, DropTempAuthKeys, ExportAuthorization, ImportAuthorization,
};
use heliogram_api::{enums, types};
use heliogram_crypto::v1::{Binding, open_binding};
use heliogram_mtproto::tl::types::BindAuthKeyInner;
use heliogram_tl::{Constructor, Reader};

use super::auth::move_in;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

pub(super) fn register(table: &mut Table) {
    table.on::<ExportAuthorization>(export);
    table.open::<ImportAuthorization>(import);
    table.open::<BindTempAuthKey>(bind);
    table.open::<DropTempAuthKeys>(drop_temporary);
}

fn export(
    w: &mut World,
    cx: &Cx<'_>,
    call: ExportAuthorization,
) -> Answer<types::auth::ExportedAuthorization> {
    if !(1..=w.dcs).contains(&call.dc_id) || call.dc_id == cx.dc {
        return Err(Refusal::bad("DC_ID_INVALID"));
    }
    let (id, secret) = w.export_login(cx.me, cx.key, call.dc_id);
    Ok(types::auth::ExportedAuthorization::new(
        id,
        secret.into_bytes().into(),
    ))
}

fn import(
    w: &mut World,
    cx: &Cx<'_>,
    call: ImportAuthorization,
) -> Answer<enums::auth::Authorization> {
    let (user, from) = w.import_login(call.id, &call.bytes, cx.dc)?;
    let answer = move_in(w, cx, user)?;
    w.bring_login(cx.key, from)?;
    Ok(answer)
}

/// Lets a temporary key stand for a permanent one, after the client showed that it has both.
fn bind(w: &mut World, cx: &Cx<'_>, call: BindTempAuthKey) -> Answer<bool> {
    let invalid = || Refusal::bad("ENCRYPTED_MESSAGE_INVALID");
    if w.auth(cx.session_key)?.expires.is_none() {
        return Err(Refusal::bad("TEMP_AUTH_KEY_EMPTY"));
    }
    let permanent = w.permanent_key(call.perm_auth_key_id, cx.dc);
    let permanent = permanent.ok_or_else(invalid)?;
    let binding = open_binding(&permanent, &call.encrypted_message).map_err(|_| invalid())?;
    let inner = inner_of(&binding).ok_or_else(invalid)?;
    let right = inner.nonce == call.nonce
        && inner.temp_auth_key_id == cx.session_key
        && inner.perm_auth_key_id == call.perm_auth_key_id
        && inner.temp_session_id == cx.session
        && inner.expires_at == call.expires_at
        && binding.msg_id == cx.msg_id;
    if !right {
        return Err(invalid());
    }
    if call.expires_at <= w.now() {
        return Err(Refusal::bad("EXPIRES_AT_INVALID"));
    }
    let replaced = w.bind_key(cx.session_key, call.perm_auth_key_id, call.expires_at)?;
    if let (Some(replaced), Some(user)) = (replaced, w.auth(call.perm_auth_key_id)?.user) {
        cx.shared.hub.unsubscribe(user, &[replaced]);
    }
    Ok(true)
}

/// What a client sealed with its permanent key.
fn inner_of(binding: &Binding) -> Option<BindAuthKeyInner> {
    let mut r = Reader::new(&binding.inner);
    let inner = (r.u32() == BindAuthKeyInner::ID).then(|| BindAuthKeyInner::decode_bare(&mut r));
    inner.filter(|_| !r.failed())
}

fn drop_temporary(w: &mut World, cx: &Cx<'_>, call: DropTempAuthKeys) -> Answer<bool> {
    let keep = |id: &i64| *id == cx.session_key || call.except_auth_keys.contains(id);
    let mut gone = w.temporary_of(cx.key).to_vec();
    gone.retain(|id| !keep(id));
    for id in gone {
        w.forget_key(id);
        cx.shared.hub.forget_key(id);
    }
    Ok(true)
}
