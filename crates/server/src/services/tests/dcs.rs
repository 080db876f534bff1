//! Temporary keys, and the ways from one data centre to another.

use bytes::Bytes;
use heliogram_api::functions::{account, auth, help, upload};
use heliogram_api::{LAYER, types};
use heliogram_crypto::v1::{INNER, seal_binding};
use heliogram_mtproto::tl::types::BindAuthKeyInner;
use heliogram_tl::to_bytes;

use super::{Program, hello, served, server, user_of};
use crate::Server;

const DAY: i32 = 86_400;
/// The message id and the session that [`Program`] speaks with.
const MSG_ID: i64 = 4;
const SESSION: i64 = 1;

/// A binding as it should be, to be spoilt.
fn inner(temporary: &Program, permanent: &Program) -> BindAuthKeyInner {
    BindAuthKeyInner {
        nonce: 77,
        temp_auth_key_id: temporary.key,
        perm_auth_key_id: permanent.key,
        temp_session_id: SESSION,
        expires_at: temporary.shared.world().now() + DAY,
    }
}

/// The call for a binding whose inside is `inner`, made with the key of `permanent`.
fn binding(permanent: &Program, inner: &BindAuthKeyInner, msg_id: i64) -> auth::BindTempAuthKey {
    let key = permanent.shared.world().auths[&permanent.key].key.clone();
    let sealed: [u8; INNER] = to_bytes(inner).as_ref().try_into().unwrap();
    let sealed = seal_binding(&key, msg_id, &sealed, &[3; 24]);
    auth::BindTempAuthKey::new(
        permanent.key,
        77,
        inner.expires_at,
        Bytes::copy_from_slice(&sealed),
    )
}

#[test]
fn sec_34_a_temporary_key_may_ask_for_little_before_it_is_bound() {
    let shared = server();
    let program = Program::temporary(&shared, 2, DAY);
    let early = program.refusal(help::GetConfig::new());
    assert_eq!(early, "CONNECTION_NOT_INITED");
    program.call(hello(LAYER)).unwrap();
    program.call(help::GetNearestDc::new()).unwrap();
    let refused = program.call(help::GetAppConfig::new(0)).unwrap_err();
    assert_eq!((refused.code, &*refused.name), (401, "AUTH_KEY_PERM_EMPTY"));
}

#[test]
fn a_bound_key_speaks_for_its_permanent_one_once_it_has_introduced_itself() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996620001", "Alice");
    let temporary = Program::temporary(&shared, 2, DAY);
    temporary.call(hello(LAYER)).unwrap();
    let call = binding(&alice, &inner(&temporary, &alice), MSG_ID);
    temporary.call(call).unwrap();
    assert_eq!(
        temporary.get_me().unwrap_err().name,
        "CONNECTION_NOT_INITED"
    );
    temporary.call(hello(LAYER)).unwrap();
    assert_eq!(temporary.get_me().unwrap(), alice.get_me().unwrap());
    let list = account::GetAuthorizations::new();
    let list = temporary.call(list).unwrap().authorizations;
    assert!(list.len() == 1 && list[0].current, "one program, one entry");
    // Logging out by the temporary key ends the login itself.
    temporary.call(auth::LogOut::new()).unwrap();
    assert_eq!(alice.get_me().unwrap_err().name, "AUTH_KEY_UNREGISTERED");
}

#[test]
fn sec_34_each_part_of_a_binding_is_checked() {
    let shared = server();
    let (permanent, other) = (Program::new(&shared, 2), Program::new(&shared, 2));
    let temporary = Program::temporary(&shared, 2, DAY);
    let good = inner(&temporary, &permanent);
    let refusal = |call| temporary.refusal::<auth::BindTempAuthKey>(call);
    let spoilt = |spoil: fn(&mut BindAuthKeyInner)| {
        let mut inner = good.clone();
        spoil(&mut inner);
        auth::BindTempAuthKey {
            expires_at: good.expires_at,
            ..binding(&permanent, &inner, MSG_ID)
        }
    };
    for call in [
        spoilt(|inner| inner.nonce += 1),
        spoilt(|inner| inner.temp_auth_key_id += 1),
        spoilt(|inner| inner.perm_auth_key_id += 1),
        spoilt(|inner| inner.temp_session_id += 1),
        spoilt(|inner| inner.expires_at += 1),
        // Of another message, of another key, or not of this data centre's keys.
        binding(&permanent, &good, MSG_ID + 4),
        auth::BindTempAuthKey {
            perm_auth_key_id: other.key,
            ..binding(&permanent, &good, MSG_ID)
        },
        binding(&Program::new(&shared, 1), &good, MSG_ID),
        // A temporary key binds nothing to itself.
        binding(&temporary, &inner(&temporary, &temporary), MSG_ID),
        auth::BindTempAuthKey {
            encrypted_message: Bytes::from_static(b"short"),
            ..binding(&permanent, &good, MSG_ID)
        },
    ] {
        assert_eq!(refusal(call), "ENCRYPTED_MESSAGE_INVALID");
    }
    let mut past = good.clone();
    past.expires_at -= 2 * DAY;
    assert_eq!(
        refusal(binding(&permanent, &past, MSG_ID)),
        "EXPIRES_AT_INVALID"
    );
    let mut swapped = inner(&other, &permanent);
    swapped.temp_auth_key_id = other.key;
    let refused = other.refusal(binding(&permanent, &swapped, MSG_ID));
    assert_eq!(refused, "TEMP_AUTH_KEY_EMPTY");

    temporary.call(binding(&permanent, &good, MSG_ID)).unwrap();
    let mut taken = good.clone();
    taken.perm_auth_key_id = other.key;
    assert_eq!(
        refusal(binding(&other, &taken, MSG_ID)),
        "TEMP_AUTH_KEY_ALREADY_BOUND"
    );
}

#[test]
fn temporary_keys_are_dropped_all_but_some() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996620001", "Alice");
    let keys: Vec<_> = (0..3)
        .map(|_| {
            let temporary = Program::temporary(&shared, 2, DAY);
            let call = binding(&alice, &inner(&temporary, &alice), MSG_ID);
            temporary.call(call).unwrap();
            temporary
        })
        .collect();
    let call = auth::DropTempAuthKeys::new(vec![keys[1].key]);
    alice.call(call).unwrap();
    let left = shared.world().temporary_of(alice.key).to_vec();
    assert_eq!(left, [keys[1].key]);
    assert_eq!(keys[0].get_me().unwrap_err().name, "AUTH_KEY_INVALID");
}

#[test]
fn new_numbers_are_sent_to_the_nearest_data_centre_and_known_ones_home() {
    let shared = served(Server::builder().nearest_dc(3));
    let program = Program::new(&shared, 2);
    let send = |phone: &str| {
        let settings = types::CodeSettings::new();
        program.refusal(auth::SendCode::new(phone.into(), 1, "x".into(), settings))
    };
    assert_eq!(send("15550100"), "NETWORK_MIGRATE_3");
    assert_eq!(send("9996611111"), "PHONE_MIGRATE_1");
    assert_eq!(send("9996621111"), "");
    let nearest = program.call(help::GetNearestDc::new()).unwrap();
    assert_eq!((nearest.this_dc, nearest.nearest_dc), (2, 3));
}

#[test]
fn a_login_is_carried_to_another_data_centre_once_for_what_home_need_not_do() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996620001", "Alice");
    let export = auth::ExportAuthorization::new;
    for wrong in [2, 0, 4, 203] {
        assert_eq!(alice.refusal(export(wrong)), "DC_ID_INVALID");
    }
    let ticket = alice.call(export(3)).unwrap();
    let import = || auth::ImportAuthorization::new(ticket.id, ticket.bytes.clone());
    let there = Program::new(&shared, 3);
    assert_eq!(user_of(&there.call(import()).unwrap()), alice.me);
    assert_eq!(there.get_me().unwrap_err().name, "USER_MIGRATE_2");
    let part = upload::SaveFilePart::new(1, 0, Bytes::from_static(b"abc"));
    assert_eq!(there.refusal(part), "USER_MIGRATE_2", "files lie at home");
    assert_eq!(
        there.refusal(import()),
        "AUTH_BYTES_INVALID",
        "good for once"
    );
}
