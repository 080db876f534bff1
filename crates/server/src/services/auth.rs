use heliogram_api::functions::auth::{
    CancelCode, CheckPassword, ImportBotAuthorization, LogOut, ResendCode, SendCode, SignIn, SignUp,
};
use heliogram_api::{enums, types};

use super::password::proof_of;
use super::sessions::tell_login;
use crate::event::Event;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Actor, Rec, Verdict, World, clean_name, phone_digits};

/// Seconds until a client may ask for the code again.
const RESEND_AFTER: i32 = 60;

pub(super) fn register(table: &mut Table) {
    table.open::<SendCode>(send_code);
    table.open::<ResendCode>(resend_code);
    table.open::<CancelCode>(|w, _, call| {
        let phone = phone_digits(&call.phone_number)?;
        w.check_code_hash(&phone, &call.phone_code_hash)?;
        w.cancel_code(&phone);
        Ok(true)
    });
    table.open::<SignIn>(sign_in);
    table.open::<SignUp>(sign_up);
    table.open::<CheckPassword>(check_password);
    table.open::<ImportBotAuthorization>(import_bot);
    table.open::<LogOut>(log_out);
}

/// Any id and hash will do, but not none.
pub(super) fn check_app(api_id: i32, api_hash: &str) -> Answer<()> {
    let good = api_id > 0 && !api_hash.is_empty();
    if good {
        Ok(())
    } else {
        Err(Refusal::bad("API_ID_INVALID"))
    }
}

fn send_code(w: &mut World, cx: &Cx<'_>, call: SendCode) -> Answer<enums::auth::SentCode> {
    check_app(call.api_id, &call.api_hash)?;
    let phone = phone_digits(&call.phone_number)?;
    match (w.home_of(&phone), cx.shared.nearest) {
        (Some(home), _) if home != cx.dc => return Err(Refusal::elsewhere("PHONE", home)),
        (None, Some(near)) if near != cx.dc => return Err(Refusal::elsewhere("NETWORK", near)),
        _ => {}
    }
    let tokens = call.settings.logout_tokens.unwrap_or_default();
    match w.by_phone.get(&phone).copied() {
        Some(user) if w.use_logout_token(user, &tokens) => came_back(w, cx, user),
        _ => new_code(w, &phone),
    }
}

/// A program that was logged in before needs no code.
fn came_back(w: &mut World, cx: &Cx<'_>, user: i64) -> Answer<enums::auth::SentCode> {
    if w.user(user)?.password.is_some() {
        return Err(owe_password(w, cx, user)?);
    }
    Ok(types::auth::SentCodeSuccess::new(enter(w, cx, user)?).into())
}

fn resend_code(w: &mut World, _: &Cx<'_>, call: ResendCode) -> Answer<enums::auth::SentCode> {
    let phone = phone_digits(&call.phone_number)?;
    w.check_code_hash(&phone, &call.phone_code_hash)?;
    new_code(w, &phone)
}

/// Makes a code, and brings it to where the account is logged in; who has no program with the
/// account has to see what the server says.
pub(super) fn new_code(w: &mut World, phone: &str) -> Answer<enums::auth::SentCode> {
    w.count_code(phone)?;
    let hash = w.issue_code(phone);
    let code = w.code_for(phone).unwrap_or_default();
    let length = code.len() as i32;
    let account = w.by_phone.get(phone).copied();
    let logged_in = account.filter(|id| !w.sessions_of(*id).is_empty());
    let how = match logged_in {
        Some(user) => {
            w.send_code_to(user, &code)?;
            types::auth::SentCodeTypeApp::new(length).into()
        }
        None => types::auth::SentCodeTypeSms::new(length).into(),
    };
    w.events.push(Event::Code {
        phone: phone.to_owned(),
        code,
    });
    Ok(types::auth::SentCode {
        timeout: Some(RESEND_AFTER),
        ..types::auth::SentCode::new(how, hash)
    }
    .into())
}

fn sign_in(w: &mut World, cx: &Cx<'_>, call: SignIn) -> Answer<enums::auth::Authorization> {
    let phone = phone_digits(&call.phone_number)?;
    let typed = call.phone_code.unwrap_or_default();
    match w.check_code(&phone, &call.phone_code_hash, &typed)? {
        Verdict::NewAccount => Ok(types::auth::AuthorizationSignUpRequired::new().into()),
        Verdict::Account(id) if w.user(id)?.password.is_some() => Err(owe_password(w, cx, id)?),
        Verdict::Account(id) => enter(w, cx, id),
    }
}

fn sign_up(w: &mut World, cx: &Cx<'_>, call: SignUp) -> Answer<enums::auth::Authorization> {
    let phone = phone_digits(&call.phone_number)?;
    let first = clean_name(&call.first_name)?;
    w.use_confirmed_code(&phone, &call.phone_code_hash)?;
    let id = w.add_person(&phone, cx.dc, &first);
    w.set_profile(id, None, Some(call.last_name), None)?;
    enter(w, cx, id)
}

fn check_password(
    w: &mut World,
    cx: &Cx<'_>,
    call: CheckPassword,
) -> Answer<enums::auth::Authorization> {
    let unregistered = || Refusal::unauthorized("AUTH_KEY_UNREGISTERED");
    let auth = w.auth(cx.key)?;
    let id = auth.pending.or(auth.user).ok_or_else(unregistered)?;
    w.check_password(cx.key, id, &proof_of(&call.password))?;
    w.call_off(id);
    enter(w, cx, id)
}

fn import_bot(
    w: &mut World,
    cx: &Cx<'_>,
    call: ImportBotAuthorization,
) -> Answer<enums::auth::Authorization> {
    check_app(call.api_id, &call.api_hash)?;
    let id = w.by_token(&call.bot_auth_token)?;
    let home = w.user(id)?.home;
    if home != cx.dc {
        return Err(Refusal::elsewhere("USER", home));
    }
    enter(w, cx, id)
}

fn log_out(w: &mut World, cx: &Cx<'_>, _: LogOut) -> Answer<types::auth::LoggedOut> {
    let user = w.auth(cx.key)?.user;
    leave(w, cx);
    let person = user.filter(|user| !w.is_bot(*user));
    Ok(types::auth::LoggedOut {
        future_auth_token: person.map(|user| w.issue_logout_token(user).into()),
    })
}

/// Ends the login of the caller's key, if there is one.
fn leave(w: &mut World, cx: &Cx<'_>) {
    if let Some(ended) = w.end_session(cx.key, false) {
        cx.shared.hub.unsubscribe(ended.user, &ended.keys);
        // Bots neither come nor go.
        if !w.is_bot(ended.user) {
            w.set_online(ended.user, false);
            w.push_status(Actor::account(ended.user));
        }
    }
}

/// Notes that the caller may come into an account once it gave its password, and says so.
pub(super) fn owe_password(w: &mut World, cx: &Cx<'_>, user: i64) -> Answer<Refusal> {
    leave(w, cx);
    w.auth(cx.key)?.pending = Some(user);
    w.touch(Rec::Auth(cx.key));
    Ok(Refusal::unauthorized("SESSION_PASSWORD_NEEDED"))
}

/// Logs the caller's key in, with a session of its own.
pub(super) fn enter(w: &mut World, cx: &Cx<'_>, user: i64) -> Answer<enums::auth::Authorization> {
    let began = w.auth(cx.key)?.user != Some(user);
    let answer = move_in(w, cx, user)?;
    if began {
        tell_login(w, user, cx.key)?;
    }
    Ok(answer)
}

/// Logs the caller's key in.
pub(super) fn move_in(w: &mut World, cx: &Cx<'_>, user: i64) -> Answer<enums::auth::Authorization> {
    if w.auth(cx.key)?.user != Some(user) {
        leave(w, cx);
        w.log_in(cx.key, user)?;
    }
    Ok(types::auth::Authorization::new(w.user_for(user, user)).into())
}
