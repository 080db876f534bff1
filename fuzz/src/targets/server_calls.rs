//! Calls of somebody who is signed in to the embedded server and asks for anything.

use std::{sync::Mutex, sync::OnceLock, time::Duration};

use heliogram::{InputFile, RawCall};
use heliogram_tl::{
    Bytes,
    reflect::{Definition, Kind},
};

use super::{
    events::generator,
    host::{self, Host},
};
use crate::{Input, Seed};

static PLACE: host::Place = Mutex::new(None);

/// Constructors in one call.
const BUDGET: usize = 40;
/// Calls of one input.
const CALLS: usize = 8;
/// Some calls are answered when something happens, which never does here.
const PATIENCE: Duration = Duration::from_millis(60);

/// What the server answers, in the order of the schema.
fn methods() -> &'static [Definition<'static>] {
    static METHODS: OnceLock<Vec<Definition<'static>>> = OnceLock::new();
    METHODS.get_or_init(|| {
        let all = heliogram_api::table().definitions();
        let functions = all.filter(|def| def.kind() == Kind::Function);
        // They only wrap others, which the client does by itself.
        functions
            .filter(|def| !def.name().starts_with("invoke") && def.name() != "initConnection")
            .collect()
    })
}

/// Words to make calls with: numbers of the host's are as likely as any.
fn words<'a>(input: &'a mut Input<'_>, host: &Host) -> impl FnMut() -> u64 + 'a {
    let [alice, bob] = &host.people;
    let known = [
        alice.id(),
        bob.id(),
        bob.access_hash_for(alice),
        alice.access_hash_for(alice),
        1,
        2,
    ];
    move || match input.u16() {
        n @ 0xff00.. => known[usize::from(n & 0xff) % known.len()] as u64,
        n => u64::from(n) * 0x0001_0001_0001_0001,
    }
}

/// Calls, one after the other: which, and with what; or a file that shall become a photo.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    host::with(
        &PLACE,
        |builder| {
            builder
                .receive_updates(false)
                .retries(0)
                .flood_sleep(Duration::ZERO)
        },
        |host| {
            for _ in 0..CALLS {
                if input.is_empty() {
                    break;
                }
                let which = usize::from(input.u16());
                let still_in = match which {
                    PICTURE => picture(host, &mut input),
                    _ => call(host, methods()[which % methods().len()], &mut input),
                };
                if !still_in {
                    return false;
                }
            }
            true
        },
    );
}

/// Not the number of a method.
const PICTURE: usize = 0xffff;

/// Makes a call; whether the account is still signed in.
fn call(host: &Host, method: Definition<'static>, input: &mut Input<'_>) -> bool {
    let made = generator().definition(method, &mut words(input, host), BUDGET);
    let Some(body) = made else { return true };
    let call = RawCall::new(method.name(), Bytes::from(body));
    let client = &host.client;
    let answer = host
        .runtime
        .block_on(async { tokio::time::timeout(PATIENCE, client.invoke_bytes(call)).await });
    match answer {
        Ok(Err(e)) => {
            let rpc = e.rpc().map(|rpc| (rpc.code, &*rpc.name));
            assert!(
                !matches!(rpc, Some((500, name)) if name != "METHOD_NOT_IMPLEMENTED"),
                "{e}"
            );
            !e.is_unauthorized() && rpc.is_some()
        }
        Ok(Ok(_)) => method.name() != "auth.logOut",
        Err(_) => true,
    }
}

fn picture(host: &Host, input: &mut Input<'_>) -> bool {
    let file = InputFile::bytes("a.png", input.piece().to_vec());
    let sending = async {
        tokio::time::timeout(PATIENCE * 10, host.client.send_file("me", file).as_photo()).await
    };
    let _ = host.runtime.block_on(sending);
    true
}

/// The smallest call of each method that the server answers, and small pictures.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for group in [
        "messages.",
        "channels.",
        "users.",
        "contacts.",
        "account.",
        "updates.",
        "upload.",
        "photos.",
        "help.",
        "bots.",
    ] {
        // Several methods of a group in one input, so that there are not hundreds.
        let of_group = methods()
            .iter()
            .enumerate()
            .filter(|(_, def)| def.name().starts_with(group));
        let of_group: Vec<_> = of_group.collect();
        for (n, some) in of_group.chunks(CALLS).enumerate() {
            let mut seed = Seed::new();
            for (at, _) in some {
                seed = seed
                    .u16(*at as u16)
                    .raw(&[2, 0, 0, 0xff, 1, 0xff, 3, 0, 2, 0xff, 0, 0]);
            }
            all.push(seed.named(format!("{group}{n}")));
        }
    }
    let picture = |bytes: &[u8]| Seed::new().u16(0xffff).piece(bytes);
    all.push(picture(PNG).named("png"));
    all.push(picture(&PNG[..40]).named("png-short"));
    all
}

/// One red point.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53,
    0xde, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0x00,
    0x00, 0x03, 0x01, 0x01, 0x00, 0x18, 0xdd, 0x8d, 0xb0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60, 0x82,
];
