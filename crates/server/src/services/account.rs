use heliogram_api::functions::account::{
    CheckUsername, ReorderUsernames, ToggleUsername, UpdateBirthday, UpdateProfile, UpdateStatus,
    UpdateUsername,
};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

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
    table.on::<UpdateBirthday>(|w, cx, call| {
        w.set_birthday(cx.me, call.birthday)?;
        Ok(true)
    });
    table.on::<ToggleUsername>(|w, cx, call| {
        own_username(w, cx, &call.username)?;
        // The one there is stays active; it goes by being changed.
        match call.active {
            true => Err(Refusal::bad("USERNAME_NOT_MODIFIED")),
            false => Err(Refusal::bad("USERNAME_INVALID")),
        }
    });
    table.on::<ReorderUsernames>(|w, cx, call| {
        let own = w.user(cx.me)?.username.clone();
        let all: Vec<String> = own.into_iter().collect();
        match call.order == all {
            true => Ok(true),
            false => Err(Refusal::bad("ORDER_INVALID")),
        }
    });
    table.on::<UpdateStatus>(|w, cx, call| {
        w.set_online(cx.me, !call.offline);
        w.push_status(cx.actor());
        w.publish_for(cx.me);
        Ok(true)
    });
}

fn own_username(w: &World, cx: &Cx<'_>, name: &str) -> Answer<()> {
    let own = w.user(cx.me)?.username.as_deref();
    match own.is_some_and(|own| own.eq_ignore_ascii_case(name)) {
        true => Ok(()),
        false => Err(Refusal::bad("USERNAME_INVALID")),
    }
}
