use heliogram_api::functions::account::{
    CheckUsername, UpdateProfile, UpdateStatus, UpdateUsername,
};

use crate::rpc::Table;

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
}
