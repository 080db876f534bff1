//! Accounts that are deleted, that get another number, and passwords that are forgotten.

use heliogram_api::functions::account::{
    ChangePhone, DeclinePasswordReset, DeleteAccount, ResetPassword, SendChangePhoneCode,
};
use heliogram_api::functions::auth::CheckRecoveryPassword;
use heliogram_api::{enums, types};

use super::auth::new_code;
use super::password::proof_of;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Forgotten, World, phone_digits};

pub(super) fn register(table: &mut Table) {
    // Also for who owes a password: that is the way out without it.
    table.open::<DeleteAccount>(delete);
    table.open::<ResetPassword>(reset);
    table.on::<DeclinePasswordReset>(|w, cx, _| {
        w.decline_reset(cx.me)?;
        Ok(true)
    });
    // No codes are mailed, so none is right.
    table.open::<CheckRecoveryPassword>(|_, _, _| Err(Refusal::bad("PASSWORD_RECOVERY_EXPIRED")));
    table.on::<SendChangePhoneCode>(|w, _, call| {
        let phone = free_number(w, &call.phone_number)?;
        new_code(w, &phone)
    });
    table.on::<ChangePhone>(|w, cx, call| {
        let phone = free_number(w, &call.phone_number)?;
        w.spend_code(&phone, &call.phone_code_hash, &call.phone_code)?;
        w.set_phone(cx.me, &phone)?;
        w.push_phone(cx.actor());
        Ok(w.user_for(cx.me, cx.me))
    });
}

fn free_number(w: &World, given: &str) -> Answer<String> {
    let phone = phone_digits(given)?;
    match w.by_phone.contains_key(&phone) {
        true => Err(Refusal::bad("PHONE_NUMBER_OCCUPIED")),
        false => Ok(phone),
    }
}

/// The account a program is logged in with, or owes the password of, at home here.
fn account(w: &mut World, cx: &Cx<'_>) -> Answer<i64> {
    let auth = w.auth(cx.key)?;
    let unregistered = || Refusal::unauthorized("AUTH_KEY_UNREGISTERED");
    let user = auth.user.or(auth.pending).ok_or_else(unregistered)?;
    let account = w.user(user)?;
    if account.is_bot() {
        return Err(Refusal::bad("BOT_METHOD_INVALID"));
    }
    match account.home == cx.dc {
        true => Ok(user),
        false => Err(Refusal::elsewhere("USER", account.home)),
    }
}

fn delete(w: &mut World, cx: &Cx<'_>, call: DeleteAccount) -> Answer<bool> {
    let user = account(w, cx)?;
    if w.user(user)?.password.is_some() {
        match &call.password {
            Some(given) => w.check_password(cx.key, user, &proof_of(given))?,
            None => w.put_off_deletion(user)?,
        }
    }
    for ended in w.delete_account(user)? {
        cx.shared.hub.unsubscribe(ended.user, &ended.keys);
        // The program that asked gets its answer.
        let others = ended.keys.into_iter().filter(|key| *key != cx.session_key);
        cx.shared.hub.cut(Some(&others.collect::<Vec<i64>>()));
    }
    Ok(true)
}

fn reset(
    w: &mut World,
    cx: &Cx<'_>,
    _: ResetPassword,
) -> Answer<enums::account::ResetPasswordResult> {
    let user = account(w, cx)?;
    Ok(match w.reset_password(user)? {
        Forgotten::Gone => enums::account::ResetPasswordResult::ResetPasswordOk,
        Forgotten::At(at) => types::account::ResetPasswordRequestedWait::new(at).into(),
        Forgotten::NotBefore(at) => types::account::ResetPasswordFailedWait::new(at).into(),
    })
}
