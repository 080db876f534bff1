use heliogram_api::functions::account::{
    CheckUsername, GetAccountTTL, GetAuthorizations, ResetAuthorization, UpdateProfile,
    UpdateStatus, UpdateUsername,
};
use heliogram_api::types;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Auth, World};

/// Days after which an account that is not used would go.
const TTL_DAYS: i32 = 365;

pub(super) fn register(table: &mut Table) {
    table.on::<CheckUsername>(
        |w, cx, call| match w.check_username(cx.me, &call.username) {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.name == "USERNAME_OCCUPIED" => Ok(false),
            Err(refusal) => Err(refusal),
        },
    );
    table.on::<UpdateUsername>(|w, cx, call| {
        w.set_username(cx.me, &call.username)?;
        w.push_name(cx.actor());
        Ok(w.user_for(cx.me, cx.me))
    });
    table.on::<UpdateProfile>(|w, cx, call| {
        w.set_profile(cx.me, call.first_name, call.last_name, call.about)?;
        w.push_name(cx.actor());
        Ok(w.user_for(cx.me, cx.me))
    });
    table.on::<UpdateStatus>(|w, cx, call| {
        w.set_online(cx.me, !call.offline);
        w.push_status(cx.actor());
        Ok(true)
    });
    table.on::<GetAccountTTL>(|_, _, _| Ok(types::AccountDaysTTL::new(TTL_DAYS)));
    table.on::<GetAuthorizations>(authorizations);
    table.on::<ResetAuthorization>(reset);
}

fn authorizations(
    w: &mut World,
    cx: &Cx<'_>,
    _: GetAuthorizations,
) -> Answer<types::account::Authorizations> {
    let keys = w.keys_of(cx.me);
    let home = w.user(cx.me)?.home;
    // A login that was taken along to another data centre belongs to the one at home.
    let logins = keys
        .iter()
        .filter_map(|key| Some((*key, w.auths.get(key)?)))
        .filter(|(_, auth)| auth.dc == home);
    let list = logins
        .map(|(key, auth)| authorization(key, auth, cx))
        .collect();
    Ok(types::account::Authorizations::new(TTL_DAYS, list))
}

fn authorization(key: i64, auth: &Auth, cx: &Cx<'_>) -> types::Authorization {
    let app = auth.app.clone();
    let text = |field: fn(&crate::world::AppInfo) -> &String| {
        app.as_ref()
            .map(|app| field(app).clone())
            .unwrap_or_default()
    };
    let current = key == cx.key;
    types::Authorization {
        current,
        ..types::Authorization::new(
            if current { 0 } else { key },
            text(|app| &app.device),
            String::new(),
            text(|app| &app.system),
            app.as_ref().map_or(0, |app| app.api_id),
            String::new(),
            text(|app| &app.version),
            auth.created,
            auth.active,
            cx.ip.to_string(),
            String::new(),
            String::new(),
        )
    }
}

fn reset(w: &mut World, cx: &Cx<'_>, call: ResetAuthorization) -> Answer<bool> {
    let ours = w.keys_of(cx.me).contains(&call.hash) && call.hash != cx.key;
    if !ours {
        return Err(Refusal::bad("HASH_INVALID"));
    }
    w.log_out(call.hash);
    cx.shared.forget_login(w, cx.me, call.hash);
    Ok(true)
}
