//! The methods, called through the table as requests are, without sockets.

mod albums;
mod auth;
mod bots;
mod buttons;
mod captions;
mod cdn;
mod dcs;
mod discussion;
mod files;
mod folders;
mod groups;
mod inline;
mod invites;
mod journal;
mod leaving;
mod mentions;
mod messages;
mod notify;
mod people_lists;
mod photos;
mod polls;
mod privacy;
mod qr;
mod reactions;
mod rights;
mod saved;
mod scheduled;
mod search;
mod secondary;
mod sessions;
mod stickers;
mod strangers;
mod takeout;
mod thumbs;
mod toggles;
mod topics;
mod updates;
mod writing;

use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use heliogram_api::functions::messages as m;
use heliogram_api::functions::{InitConnection, InvokeWithLayer, auth as f, help, users};
use heliogram_api::{LAYER, enums, types};
use heliogram_crypto::{AuthKey, RandomExt};
use heliogram_tl::{Call, Decode, from_bytes, to_bytes};

use crate::hub::{Conn, Slot};
use crate::net::Addresses;
use crate::rpc::Refusal;
use crate::serve::{Outcome, Request, Waiting};
use crate::shared::Shared;
use crate::world::{Actor, Kind, Origin, World};
use crate::{Builder, Server};

/// A server without sockets.
pub(super) fn server() -> Arc<Shared> {
    served(Server::builder())
}

/// The same, from a description.
pub(super) fn served(builder: Builder) -> Arc<Shared> {
    let shared = builder.shared().unwrap();
    let from = |port: u16| {
        (1..=3)
            .map(|dc| ([127, 0, 0, 1], port + dc).into())
            .collect()
    };
    let addresses = Addresses {
        main: from(4000),
        media: from(4010),
        cdn: Some(([127, 0, 0, 1], 4020).into()),
        mtproxy: None,
    };
    shared.addresses.set(addresses).unwrap();
    shared
}

/// A program with a key of its own on one data centre.
pub(super) struct Program {
    pub(super) shared: Arc<Shared>,
    pub(super) dc: i32,
    pub(super) key: i64,
    pub(super) me: i64,
    slot: Arc<Slot>,
    conn: Arc<Conn>,
}

impl Program {
    /// A new key that has not said anything yet.
    pub(super) fn raw(shared: &Arc<Shared>, dc: i32) -> Self {
        Self::with_key(shared, dc, None)
    }

    /// A further session of the same program, under the same key.
    pub(super) fn twin(&self) -> Self {
        let key = self.shared.world().auths[&self.key].key.clone();
        let conn = self.shared.hub.connect();
        let slot = self
            .shared
            .hub
            .attach(&conn, &key, 2, [0; 32], self.shared.now());
        Self {
            shared: Arc::clone(&self.shared),
            dc: self.dc,
            key: self.key,
            me: self.me,
            slot,
            conn,
        }
    }

    /// The same with a temporary key that ends after so many seconds.
    pub(super) fn temporary(shared: &Arc<Shared>, dc: i32, seconds: i32) -> Self {
        Self::with_key(shared, dc, Some(seconds))
    }

    fn with_key(shared: &Arc<Shared>, dc: i32, seconds: Option<i32>) -> Self {
        let bytes = shared.world().rng.array();
        let key = AuthKey::new(bytes);
        let expires = seconds.map(|seconds| shared.world().now() + seconds);
        shared.world().add_key(key.clone(), dc, expires);
        let conn = shared.hub.connect();
        let slot = shared.hub.attach(&conn, &key, 1, [0; 32], shared.now());
        let key = key.id();
        Self {
            shared: Arc::clone(shared),
            dc,
            key,
            me: 0,
            slot,
            conn,
        }
    }

    /// A program that has introduced itself.
    pub(super) fn new(shared: &Arc<Shared>, dc: i32) -> Self {
        let program = Self::raw(shared, dc);
        program.call(hello(LAYER)).unwrap();
        program
    }

    /// A program that is logged in as the owner of a phone number, who is new if need be.
    pub(super) fn logged_in(shared: &Arc<Shared>, phone: &str, name: &str) -> Self {
        let dc = shared.world().home_of(phone).unwrap_or(1);
        let mut program = Self::new(shared, dc);
        let hash = program.send_code(phone);
        let code = shared.world().code_for(phone).unwrap();
        let answer = program.call(sign_in(phone, &hash, &code)).unwrap();
        let answer = match answer {
            enums::auth::Authorization::SignUpRequired(_) => program
                .call(f::SignUp::new(
                    phone.into(),
                    hash,
                    name.into(),
                    String::new(),
                ))
                .unwrap(),
            done => done,
        };
        program.me = user_of(&answer);
        program
    }

    /// A program that is logged in as a bot, which is made if need be.
    pub(super) fn bot(shared: &Arc<Shared>, name: &str) -> Self {
        let bot = shared.change(|w| w.add_bot(name, 1)).unwrap();
        let token = shared.world().token_of(bot).unwrap().to_owned();
        let mut program = Self::new(shared, 1);
        let call = f::ImportBotAuthorization::new(0, 1, "hash".into(), token);
        program.me = user_of(&program.call(call).unwrap());
        program
    }

    /// What the other sessions of this account hear while something happens.
    pub(super) fn hears<T>(&self, change: impl FnOnce(&mut World) -> T) -> Vec<enums::Update> {
        let mut world = self.shared.world();
        change(&mut world);
        let out = std::mem::take(&mut world.out);
        let heard = out.iter().filter(|push| {
            let chat = world.chats.get(&push.to);
            push.to == self.me || chat.is_some_and(|chat| chat.members.has(self.me))
        });
        let said = heard.map(|push| world.words(self.me, push.to, &push.told));
        said.flat_map(|updates| match updates {
            enums::Updates::Updates(all) => all.updates,
            enums::Updates::UpdateShort(one) => vec![one.update],
            other => panic!("{other:?}"),
        })
        .collect()
    }

    pub(super) fn send_code(&self, phone: &str) -> String {
        let call = f::SendCode::new(phone.into(), 1, "hash".into(), types::CodeSettings::new());
        match self.call(call).unwrap() {
            enums::auth::SentCode::SentCode(sent) => sent.phone_code_hash,
            other => panic!("{other:?}"),
        }
    }

    /// Calls a method the way a request does.
    pub(super) fn call<C: Call>(&self, call: C) -> Result<C::Output, Refusal> {
        let bytes = self.call_bytes(to_bytes(&call))?;
        Ok(from_bytes(&bytes).unwrap())
    }

    pub(super) fn call_bytes(&self, body: Bytes) -> Result<Bytes, Refusal> {
        match self.serve(body) {
            Outcome::Done(answer) => answer,
            _ => panic!("the request waits, or was struck by a fault"),
        }
    }

    /// Calls a method whose answer somebody else has to give.
    pub(super) fn ask<C: Call>(&self, call: C) -> Asking<C::Output> {
        match self.serve(to_bytes(&call)) {
            Outcome::Waits(waiting) => Asking {
                shared: Arc::clone(&self.shared),
                waiting,
                output: PhantomData,
            },
            Outcome::Done(answer) => panic!("answered at once: {answer:?}"),
            _ => panic!("the request was struck by a fault"),
        }
    }

    fn serve(&self, body: Bytes) -> Outcome {
        let request = Request {
            slot: Arc::clone(&self.slot),
            dc: self.dc,
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            msg_id: 4,
            body,
            delayed: false,
            waited: std::time::Duration::ZERO,
        };
        self.shared.serve(&request)
    }

    /// Name of the refusal of a call.
    pub(super) fn refusal<C: Call>(&self, call: C) -> String {
        self.call(call)
            .err()
            .map(|refusal| refusal.name.into_owned())
            .unwrap_or_default()
    }

    /// Another account as this program has to name it.
    pub(super) fn peer(&self, other: &Self) -> enums::InputPeer {
        let hash = self
            .shared
            .world()
            .access_hash(self.me, Kind::User, other.me);
        types::InputPeerUser::new(other.me, hash).into()
    }

    /// The same, where a user is asked for.
    pub(super) fn user(&self, other: &Self) -> enums::InputUser {
        let hash = self
            .shared
            .world()
            .access_hash(self.me, Kind::User, other.me);
        types::InputUser::new(other.me, hash).into()
    }

    /// A program of the same account, with a key of its own, that listens.
    pub(super) fn second(&self) -> Self {
        let mut program = Self::new(&self.shared, self.dc);
        let login = self.shared.change(|w| w.log_in(program.key, self.me));
        login.unwrap();
        program.me = self.me;
        program.listen();
        program
    }

    /// Whether the server ended its connection.
    pub(super) fn is_cut(&self) -> bool {
        self.conn.is_cut()
    }

    /// From now on updates come to this program.
    pub(super) fn listen(&self) {
        self.get_me().unwrap();
        self.heard();
    }

    /// What came to this program since it was asked last, but for plain words in the short form.
    pub(super) fn heard(&self) -> Vec<enums::Update> {
        let pushed = std::mem::take(&mut self.slot.lock().pushed);
        let words = pushed.iter().map(|body| from_bytes(body).unwrap());
        words
            .flat_map(|updates| match updates {
                enums::Updates::Updates(all) => all.updates,
                enums::Updates::UpdateShort(one) => vec![one.update],
                enums::Updates::UpdateShortMessage(_) => Vec::new(),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    /// Says something to another account.
    pub(super) fn say(&self, to: &Self, text: &str) {
        let random_id = self.shared.world().random_id();
        let call = m::SendMessage::new(self.peer(to), text.into(), random_id);
        self.call(call).unwrap();
    }

    /// The account, acting in this program.
    pub(super) fn actor(&self) -> Actor {
        Actor {
            user: self.me,
            origin: Some(Origin {
                key: self.key,
                session: 1,
            }),
        }
    }

    /// The account as it sees itself.
    pub(super) fn get_me(&self) -> Result<Vec<enums::User>, Refusal> {
        self.call(users::GetUsers::new(vec![enums::InputUser::InputUserSelf]))
    }
}

/// A call that waits.
pub(super) struct Asking<T> {
    shared: Arc<Shared>,
    waiting: Waiting,
    output: PhantomData<T>,
}

impl<T: Decode> Asking<T> {
    /// The answer, if it was given by now; what is said when the time is over otherwise.
    pub(super) fn answer(self) -> Result<T, Refusal> {
        let bytes = self.waiting.look(&self.shared)?;
        Ok(from_bytes(&bytes).unwrap())
    }
}

/// The first request of a program that speaks that layer.
pub(super) fn hello(layer: i32) -> InvokeWithLayer<InitConnection<help::GetConfig>> {
    let text = || "test".to_owned();
    let call = help::GetConfig::new();
    let init = InitConnection::new(1, text(), text(), text(), text(), text(), text(), call);
    InvokeWithLayer::new(layer, init)
}

pub(super) fn sign_in(phone: &str, hash: &str, code: &str) -> f::SignIn {
    f::SignIn {
        phone_code: Some(code.into()),
        ..f::SignIn::new(phone.into(), hash.into())
    }
}

pub(super) fn user_of(answer: &enums::auth::Authorization) -> i64 {
    match answer {
        enums::auth::Authorization::Authorization(done) => match &done.user {
            enums::User::User(user) => user.id,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_method_is_answered_in_two_places() {
    let table = super::table();
    assert_eq!(table.names().count(), table.registered);
}
