use heliogram_api::functions::auth::{
    BindTempAuthKey, DropTempAuthKeys, ExportAuthorization, ImportAuthorization,
};
use heliogram_api::{enums, types};
use heliogram_crypto::v1::open_binding;
use heliogram_mtproto::tl::types::BindAuthKeyInner;
use heliogram_tl::{Constructor, Reader};

use super::auth::enter;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Rec, World};

pub(super) fn register(table: &mut Table) {
    table.on::<ExportAuthorization>(export);
    table.open::<ImportAuthorization>(import);
    table.open::<BindTempAuthKey>(bind);
    table.open::<DropTempAuthKeys>(|w, cx, call| {
        let keep: Vec<i64> = call.except_auth_keys;
        let gone: Vec<i64> = w
            .auths
            .iter()
            .filter(|(id, auth)| auth.bound_to == Some(cx.key) && !keep.contains(id))
            .map(|(id, _)| *id)
            .collect();
        for id in gone.into_iter().filter(|id| *id != cx.session_key) {
            w.forget_key(id);
        }
        Ok(true)
    });
}

fn export(
    w: &mut World,
    cx: &Cx<'_>,
    call: ExportAuthorization,
) -> Answer<types::auth::ExportedAuthorization> {
    if !(1..=w.dcs).contains(&call.dc_id) || call.dc_id == cx.dc {
        return Err(Refusal::bad("DC_ID_INVALID"));
    }
    let (id, secret) = w.export_login(cx.me, call.dc_id);
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
    let user = w.import_login(call.id, &call.bytes, cx.dc)?;
    enter(w, cx, user)
}

/// Lets a temporary key stand for a permanent one, after the client showed that it has both.
fn bind(w: &mut World, cx: &Cx<'_>, call: BindTempAuthKey) -> Answer<bool> {
    let invalid = || Refusal::bad("ENCRYPTED_MESSAGE_INVALID");
    let permanent = w.key(call.perm_auth_key_id, cx.dc).ok_or_else(invalid)?;
    let binding = open_binding(&permanent, &call.encrypted_message).map_err(|_| invalid())?;
    let mut r = Reader::new(binding.inner.get(4..).unwrap_or_default());
    let inner = BindAuthKeyInner::decode_bare(&mut r);
    let told = binding
        .inner
        .starts_with(&BindAuthKeyInner::ID.to_le_bytes())
        && !r.failed();
    let right = inner.nonce == call.nonce
        && inner.temp_auth_key_id == cx.session_key
        && inner.perm_auth_key_id == call.perm_auth_key_id
        && inner.temp_session_id == cx.session
        && inner.expires_at == call.expires_at
        && binding.msg_id == cx.msg_id;
    if !told || !right {
        return Err(invalid());
    }
    if call.expires_at <= w.now() {
        return Err(Refusal::bad("EXPIRES_AT_INVALID"));
    }
    let temporary = w.auth(cx.session_key)?;
    if temporary.expires.is_none() {
        return Err(Refusal::bad("TEMP_AUTH_KEY_EMPTY"));
    }
    if temporary
        .bound_to
        .is_some_and(|bound| bound != call.perm_auth_key_id)
    {
        return Err(Refusal::bad("TEMP_AUTH_KEY_ALREADY_BOUND"));
    }
    temporary.bound_to = Some(call.perm_auth_key_id);
    w.touch(Rec::Auth(cx.session_key));
    Ok(true)
}
