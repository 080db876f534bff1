use bytes::Bytes;
use heliogram_api::enums::{InputCheckPasswordSRP, PasswordKdfAlgo, SecurePasswordKdfAlgo};
use heliogram_api::functions::account::{GetPassword, GetPasswordSettings, UpdatePasswordSettings};
use heliogram_api::functions::auth::{RecoverPassword, RequestPasswordRecovery};
use heliogram_api::types;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Password, Proof, World, password_group};

pub(super) fn register(table: &mut Table) {
    table.open::<GetPassword>(get);
    table.on::<GetPasswordSettings>(|w, cx, call| {
        w.check_password(cx.key, cx.me, &proof_of(&call.password))?;
        Ok(types::account::PasswordSettings::new())
    });
    table.on::<UpdatePasswordSettings>(update);
    // No account has a recovery address: mail is not delivered here.
    table.open::<RequestPasswordRecovery>(|_, _, _| Err(Refusal::bad("PASSWORD_RECOVERY_NA")));
    table.open::<RecoverPassword>(|_, _, _| Err(Refusal::bad("PASSWORD_RECOVERY_NA")));
}

/// What a client shows for knowing a password.
pub(super) fn proof_of(given: &InputCheckPasswordSRP) -> Proof<'_> {
    match given {
        InputCheckPasswordSRP::InputCheckPasswordSRP(srp) => Proof::Srp {
            id: srp.srp_id,
            a: &srp.a,
            m1: &srp.m1,
        },
        _ => Proof::None,
    }
}

fn algorithm(salt1: Bytes, salt2: Bytes) -> Answer<PasswordKdfAlgo> {
    let group = password_group()?;
    let prime = Bytes::copy_from_slice(group.prime());
    Ok(
        types::PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow::new(
            salt1,
            salt2,
            group.generator(),
            prime,
        )
        .into(),
    )
}

/// How a client would lock its Passport secret. It may not be unknown: official clients then take
/// themselves for too old to set a password at all.
fn secure_algorithm(random: &Bytes) -> SecurePasswordKdfAlgo {
    let salt = random.slice(..random.len().min(8));
    types::SecurePasswordKdfAlgoPBKDF2HMACSHA512iter100000::new(salt).into()
}

/// The question for the password of whoever the key belongs to, or owes its password to.
fn get(w: &mut World, cx: &Cx<'_>, _: GetPassword) -> Answer<types::account::Password> {
    let unregistered = || Refusal::unauthorized("AUTH_KEY_UNREGISTERED");
    let auth = w.auth(cx.key)?;
    let user = auth.user.or(auth.pending).ok_or_else(unregistered)?;
    let (salt1, salt2) = w.offered_salts(user);
    let new_algo = algorithm(salt1.into(), salt2.into())?;
    let random: Bytes = w.secure_random().into();
    let empty = types::account::Password::new(new_algo, secure_algorithm(&random), random);
    let Some(question) = w.ask_password(cx.key, user)? else {
        return Ok(empty);
    };
    let Some(password) = w.user(user)?.password.clone() else {
        return Ok(empty);
    };
    Ok(types::account::Password {
        has_password: true,
        current_algo: Some(algorithm(password.salt1, password.salt2)?),
        srp_b: Some(Bytes::copy_from_slice(&question.public)),
        srp_id: Some(question.id),
        pending_reset_date: w.reset_date(user),
        hint: (!password.hint.is_empty()).then_some(password.hint),
        ..empty
    })
}

fn update(w: &mut World, cx: &Cx<'_>, call: UpdatePasswordSettings) -> Answer<bool> {
    w.check_password(cx.key, cx.me, &proof_of(&call.password))?;
    let new = call.new_settings;
    if new.email.as_deref().is_some_and(|email| !email.is_empty()) {
        return Err(Refusal::bad("EMAIL_INVALID"));
    }
    // There is no Passport here that could keep a secret.
    if new.new_secure_settings.is_some() {
        return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
    }
    let Some(algorithm) = new.new_algo else {
        return Ok(true);
    };
    let verifier = new.new_password_hash.unwrap_or_default();
    // No hash: the password is to go, whatever the algorithm.
    if verifier.is_empty() {
        w.set_password(cx.me, None)?;
        return Ok(true);
    }
    let PasswordKdfAlgo::SHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(algorithm) = algorithm
    else {
        return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
    };
    let group = password_group()?;
    if algorithm.g != group.generator() || algorithm.p[..] != group.prime()[..] {
        return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
    }
    let password = Password {
        salt1: algorithm.salt1,
        salt2: algorithm.salt2,
        verifier,
        hint: new.hint.unwrap_or_default(),
    };
    w.set_password(cx.me, Some(password))?;
    Ok(true)
}
