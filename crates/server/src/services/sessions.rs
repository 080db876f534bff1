//! The sessions of an account.

use heliogram_api::functions::account::{
    ChangeAuthorizationSettings, GetAccountTTL, GetAuthorizations, GetWebAuthorizations,
    ResetAuthorization, ResetWebAuthorization, ResetWebAuthorizations, SetAccountTTL,
    SetAuthorizationTTL,
};
use heliogram_api::functions::auth::ResetAuthorizations;
use heliogram_api::types;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Actor, AppInfo, World};

pub(super) fn register(table: &mut Table) {
    table.on::<GetAuthorizations>(|w, cx, _| {
        let keys = w.sessions_of(cx.me).into_iter();
        let list = keys.map(|key| authorization(w, cx, key));
        let list = list.collect::<Answer<Vec<types::Authorization>>>()?;
        let days = w.session_days(cx.me);
        Ok(types::account::Authorizations::new(days, list))
    });
    table.on::<ResetAuthorization>(|w, cx, call| {
        let key = session(w, cx, call.hash)?;
        if key == own(w, cx) {
            return Err(hash_invalid());
        }
        end(w, cx, key);
        Ok(true)
    });
    table.on::<ResetAuthorizations>(|w, cx, _| {
        let own = own(w, cx);
        for key in w.sessions_of(cx.me).into_iter().filter(|key| *key != own) {
            end(w, cx, key);
        }
        Ok(true)
    });
    table.on::<ChangeAuthorizationSettings>(change);
    table.on::<SetAuthorizationTTL>(|w, cx, call| {
        w.set_session_days(cx.me, call.authorization_ttl_days)?;
        Ok(true)
    });
    table.on::<GetAccountTTL>(|w, cx, _| Ok(types::AccountDaysTTL::new(w.account_days(cx.me))));
    table.on::<SetAccountTTL>(|w, cx, call| {
        w.set_account_days(cx.me, call.ttl.days)?;
        Ok(true)
    });
    // Nobody logs in to sites with an account of this server.
    table.on::<GetWebAuthorizations>(|w, cx, _| {
        let users = w.users_for(cx.me, []);
        Ok(types::account::WebAuthorizations::new(Vec::new(), users))
    });
    table.on::<ResetWebAuthorization>(|_, _, _| Err(hash_invalid()));
    table.on::<ResetWebAuthorizations>(|_, _, _| Ok(true));
}

fn hash_invalid() -> Refusal {
    Refusal::bad("HASH_INVALID")
}

/// The session that asks, by its key on the account's home data centre.
fn own(w: &World, cx: &Cx<'_>) -> i64 {
    let parent = w.auths.get(&cx.key).and_then(|auth| auth.state.parent);
    parent.unwrap_or(cx.key)
}

/// The session a hash means; 0 is the one that asks.
fn session(w: &World, cx: &Cx<'_>, hash: i64) -> Answer<i64> {
    let key = if hash == 0 { own(w, cx) } else { hash };
    match w.sessions_of(cx.me).contains(&key) {
        true => Ok(key),
        false => Err(hash_invalid()),
    }
}

/// Ends another session of the account: its program hears so when it asks next.
fn end(w: &mut World, cx: &Cx<'_>, key: i64) {
    if let Some(ended) = w.end_session(key, true) {
        cx.shared.hub.unsubscribe(ended.user, &ended.keys);
        cx.shared.hub.cut(Some(&ended.keys));
    }
}

fn change(w: &mut World, cx: &Cx<'_>, call: ChangeAuthorizationSettings) -> Answer<bool> {
    let key = session(w, cx, call.hash)?;
    let state = &mut w.auth(key)?.state;
    state.confirmed |= call.confirmed;
    if let Some(off) = call.encrypted_requests_disabled {
        state.no_secret_chats = off;
    }
    if let Some(off) = call.call_requests_disabled {
        state.no_calls = off;
    }
    w.touch(crate::world::Rec::Auth(key));
    if call.confirmed {
        // Clients stop asking about it.
        let update = types::UpdateNewAuthorization::new(key);
        w.push_one(cx.me, cx.actor(), update.into(), &[]);
    }
    Ok(true)
}

/// A session in the words of the API.
pub(super) fn authorization(w: &World, cx: &Cx<'_>, key: i64) -> Answer<types::Authorization> {
    let auth = w.auths.get(&key).ok_or_else(hash_invalid)?;
    let app = auth.app.as_ref();
    let text = |field: fn(&AppInfo) -> &String| app.map(|app| field(app).clone());
    let text = |field| text(field).unwrap_or_default();
    let current = key == own(w, cx);
    Ok(types::Authorization {
        current,
        password_pending: auth.pending.is_some(),
        encrypted_requests_disabled: auth.state.no_secret_chats,
        call_requests_disabled: auth.state.no_calls,
        unconfirmed: auth.is_unconfirmed(w.now()),
        ..types::Authorization::new(
            if current { 0 } else { key },
            text(|app| &app.device),
            String::new(),
            text(|app| &app.system),
            app.map_or(0, |app| app.api_id),
            String::new(),
            text(|app| &app.version),
            auth.created,
            auth.active,
            cx.ip.to_string(),
            String::new(),
            String::new(),
        )
    })
}

/// Lets the other sessions of an account know that a further one has begun.
pub(super) fn tell_login(w: &mut World, user: i64, key: i64) -> Answer<()> {
    let alone = w.sessions_of(user).iter().all(|other| *other == key);
    if w.is_bot(user) || alone {
        // Nobody is there who could object.
        w.auth(key)?.state.confirmed = true;
        w.touch(crate::world::Rec::Auth(key));
        return Ok(());
    }
    let auth = w.auth(key)?;
    let app = auth.app.as_ref();
    let device = app.map(|app| app.device.clone()).unwrap_or_default();
    let update = types::UpdateNewAuthorization {
        unconfirmed: true,
        date: Some(auth.created),
        device: Some(device.clone()),
        location: Some("unknown".to_owned()),
        ..types::UpdateNewAuthorization::new(key)
    };
    w.push_one(user, Actor::account(user), update.into(), &[]);
    w.note_login(user, &device)
}
