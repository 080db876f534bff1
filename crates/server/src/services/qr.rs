//! Login by QR code.

use heliogram_api::enums::Update;
use heliogram_api::functions::auth::{AcceptLoginToken, ExportLoginToken, ImportLoginToken};
use heliogram_api::{enums, types};

use super::auth::{check_app, enter, owe_password};
use super::sessions::authorization;
use crate::rpc::{Answer, Cx, Table};
use crate::world::{Token, World};

/// Accounts a program may name that it is logged in to already.
const EXCEPT_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.open::<ExportLoginToken>(export);
    table.open::<ImportLoginToken>(|w, cx, call| {
        let token = w.import_token(&call.token)?;
        next(w, cx, token)
    });
    table.slow::<AcceptLoginToken>(accept);
}

fn export(w: &mut World, cx: &Cx<'_>, call: ExportLoginToken) -> Answer<enums::auth::LoginToken> {
    check_app(call.api_id, &call.api_hash)?;
    let mut except = call.except_ids;
    except.truncate(EXCEPT_MAX);
    if let Some(user) = w.auth(cx.key)?.user.filter(|user| !except.contains(user)) {
        return Ok(success(w, user));
    }
    let token = w.export_token(cx.key, except);
    next(w, cx, token)
}

/// What comes next for a program with a token: to show it, to go to another data centre, or in.
fn next(w: &mut World, cx: &Cx<'_>, token: Token) -> Answer<enums::auth::LoginToken> {
    let (token, user) = match token {
        Token::Show { token, expires } => {
            return Ok(types::auth::LoginToken::new(expires, token.into()).into());
        }
        Token::Accepted { token, user } => (token, user),
    };
    let home = w.user(user)?.home;
    if home != cx.dc {
        return Ok(types::auth::LoginTokenMigrateTo::new(home, token.into()).into());
    }
    w.use_token(&token);
    if w.user(user)?.password.is_some() {
        return Err(owe_password(w, cx, user)?);
    }
    enter(w, cx, user)?;
    Ok(success(w, user))
}

fn success(w: &World, user: i64) -> enums::auth::LoginToken {
    let authorization = types::auth::Authorization::new(w.user_for(user, user));
    types::auth::LoginTokenSuccess::new(authorization.into()).into()
}

/// The program that shows the token hears that it may come in.
fn accept(cx: &Cx<'_>, call: AcceptLoginToken) -> Answer<types::Authorization> {
    let (keys, shown) = cx.shared.change(|w| {
        let key = w.accept_token(cx.me, &call.token)?;
        let shown = authorization(w, cx, key)?;
        Ok((w.spoken_under(key), shown))
    })?;
    let date = cx.shared.world().now();
    let update = types::UpdateShort::new(Update::LoginToken, date);
    cx.shared.push_to_keys(&keys, &update.into());
    Ok(shown)
}
