//! The way of one request: unwrapped, checked, run, and answered in its client's own layer.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use heliogram_api::LAYER;
use heliogram_api::callers::Callers;
use heliogram_api::functions::help;
use heliogram_tl::Call;

use crate::event::Event;
use crate::faults::{Struck, What};
use crate::hub::Slot;
use crate::net::CDN_DC;
use crate::rpc::{Access, Answer, Cx, Method, Refusal, Reply, Wait, constructor, layer, peel};
use crate::shared::Shared;
use crate::world::{AppInfo, Ended, MessageRange, User, World};

/// One request of one session.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) slot: Arc<Slot>,
    /// The data centre that was asked.
    pub(crate) dc: i32,
    /// Where the client reached us.
    pub(crate) ip: IpAddr,
    pub(crate) msg_id: i64,
    pub(crate) body: Bytes,
    /// It was held back by a fault before; no further fault strikes it.
    pub(crate) delayed: bool,
    /// How long it has waited for the requests it has to follow.
    pub(crate) waited: Duration,
}

/// What a request gave when it was run.
pub(crate) type Ran = Answer<Reply<Bytes>>;

/// What became of a request.
pub(crate) enum Outcome {
    /// It was run or refused.
    Done(Answer<Bytes>),
    /// It has to be tried again after this time.
    Later(Duration),
    /// A request it has to follow is in work.
    Behind,
    /// It was run, and somebody else gives the answer.
    Waits(Waiting),
    /// The connection has to end; with an outcome, the request was run.
    Cut(Option<Box<Self>>),
}

/// A request whose answer somebody else gives.
pub(crate) struct Waiting {
    wait: Wait<Bytes>,
    call: Called,
}

/// What is told of a request once it is answered.
struct Called {
    /// When it came, if somebody watches.
    began: Option<Instant>,
    /// Constructor id of the method, where the server answers it.
    id: Option<u32>,
    name: Cow<'static, str>,
    user: Option<i64>,
}

/// A request of which nothing is left to be checked.
struct Ready<'a> {
    method: &'a Method,
    id: u32,
    body: Bytes,
    caller: Caller,
    takeout: bool,
    range: Option<MessageRange>,
    /// The session does not begin to hear updates by it.
    quiet: bool,
    fault: Option<What>,
}

/// Who asks, as far as the key tells.
struct Caller {
    key: i64,
    layer: i32,
    user: Option<i64>,
    bot: bool,
    home: i32,
    owes_password: bool,
    inited: bool,
    unbound: bool,
    revoked: bool,
    /// The session was not used for too long.
    ended: Option<Ended>,
}

const BIND: &str = heliogram_api::functions::auth::BindTempAuthKey::NAME;
/// What else a temporary key may ask for before it is bound.
const FOR_UNBOUND: [&str; 2] = [help::GetConfig::NAME, help::GetNearestDc::NAME];

/// The refusal of a request that waited for another one as long as it may.
const BEHIND: &str = "MSG_WAIT_TIMEOUT";
const LONGEST_BEHIND: Duration = Duration::from_millis(500);
/// How often a request that waits for another one looks for it.
pub(crate) const STEP_BEHIND: Duration = Duration::from_millis(10);

impl Shared {
    /// Runs a request, or refuses it.
    pub(crate) fn serve(&self, request: &Request) -> Outcome {
        let mut call = Called {
            began: self.tells_calls.then(Instant::now),
            id: None,
            name: Cow::Borrowed("unreadable"),
            user: None,
        };
        let ready = match self.prepare(request, &mut call) {
            Ok(ready) => ready,
            Err(refusal) if refusal.name == BEHIND && request.waited < LONGEST_BEHIND => {
                return Outcome::Behind;
            }
            Err(refusal) => return self.outcome(request, call, Err(refusal)),
        };
        let Some(fault) = ready.fault.clone() else {
            return self.outcome(request, call, self.run(request, ready));
        };
        let run = || self.run(request, ready);
        match self.go_wrong(fault, request.slot.key_id, run) {
            Struck::Later(by) => Outcome::Later(by),
            Struck::Lost => {
                self.note(request, call, None);
                Outcome::Cut(None)
            }
            Struck::Cut(ran) => Outcome::Cut(Some(Box::new(self.outcome(request, call, ran)))),
            Struck::Done(ran) => self.outcome(request, call, ran),
        }
    }

    /// What became of a request that was run or refused.
    fn outcome(&self, request: &Request, call: Called, ran: Ran) -> Outcome {
        let answer = match ran {
            Ok(Reply::Later(wait)) => return Outcome::Waits(Waiting { wait, call }),
            Ok(Reply::Now(answer)) => Ok(answer),
            Err(refusal) => Err(refusal),
        };
        self.note(request, call, answer.as_ref().err());
        Outcome::Done(answer)
    }

    /// Counts a request, and tells whoever watches how it ended.
    fn note(&self, request: &Request, call: Called, refusal: Option<&Refusal>) {
        self.count(call.id, call.name.clone(), call.user);
        if refusal.is_some() {
            request.slot.lock().note_failure(request.msg_id);
        }
        if let Some(began) = call.began {
            let account = call.user.and_then(|id| self.name_of_account(id));
            self.tell(Event::Call {
                dc: request.dc,
                method: call.name.into_owned(),
                account,
                took: began.elapsed(),
                refusal: refusal.cloned(),
            });
        }
    }

    /// Everything up to the point where a request runs.
    fn prepare(&self, request: &Request, call: &mut Called) -> Answer<Ready<'_>> {
        let slot = &request.slot;
        let peeled = peel(request.body.clone())?;
        let mut world = self.world();
        let caller = world.caller(slot.key_id, peeled.layer, peeled.app);
        self.settle(world);
        let caller = caller?;
        call.user = caller.user;
        if let Some(ended) = &caller.ended {
            self.hub.unsubscribe(ended.user, &ended.keys);
        }
        slot.lock().layer = caller.layer;
        let body = layer::request(self.layers(), caller.layer, peeled.query)?;
        let id = constructor(&body).ok_or_else(|| Refusal::bad("INPUT_FETCH_ERROR"))?;
        let Some(method) = self.table.get(id) else {
            return Err(unknown(id, &mut call.name));
        };
        call.id = Some(id);
        call.name = Cow::Borrowed(method.name);
        if !peeled.after.is_empty() && slot.lock().any_running(&peeled.after) {
            return Err(Refusal::bad(BEHIND));
        }
        let fault = match request.delayed {
            true => None,
            false => self.faults.on_call(method.name, request.dc, caller.user),
        };
        if !peeled.after.is_empty() && slot.lock().any_failed(&peeled.after) {
            return Err(Refusal::bad("MSG_WAIT_FAILED"));
        }
        caller.check(method.access, method.name, request.dc)?;
        caller.check_kind(method.callers)?;
        if let (Some(user), Some(takeout)) = (caller.user, peeled.takeout) {
            self.world().check_takeout(user, takeout)?;
        }
        if peeled.range.is_some_and(|range| range.min > range.max) {
            return Err(Refusal::bad("RANGES_INVALID"));
        }
        // Connections that only carry files want no updates.
        let carries = method.name.starts_with("upload.") || method.access == Access::Anywhere;
        Ok(Ready {
            method,
            id,
            body,
            caller,
            takeout: peeled.takeout.is_some(),
            range: peeled.range,
            quiet: peeled.quiet || carries,
            fault,
        })
    }

    /// Runs a request.
    fn run(&self, request: &Request, ready: Ready<'_>) -> Ran {
        let (slot, caller, id) = (&request.slot, ready.caller, ready.id);
        if let Some(user) = caller.user.filter(|_| !ready.quiet) {
            self.hub.subscribe(slot, user);
        }
        let cx = Cx {
            shared: self,
            key: caller.key,
            session_key: slot.key_id,
            session: slot.session_id,
            msg_id: request.msg_id,
            dc: request.dc,
            ip: request.ip,
            me: caller.user.unwrap_or_default(),
            takeout: ready.takeout,
            range: ready.range,
            too_long: matches!(ready.fault, Some(What::DifferenceTooLong {})),
        };
        let spoken = caller.layer;
        Ok(match ready.method.call(&cx, &ready.body)? {
            Reply::Now(answer) => Reply::Now(layer::answer(self.layers(), spoken, id, answer)?),
            Reply::Later(wait) => Reply::Later(
                wait.then(move |shared, answer| layer::answer(shared.layers(), spoken, id, answer)),
            ),
        })
    }

    /// What an account is called for people who watch: its public name, or its first name.
    pub(crate) fn name_of_account(&self, id: i64) -> Option<String> {
        let world = self.world();
        let user = world.users.get(&id)?;
        Some(match &user.username {
            Some(name) => format!("@{name}"),
            None => user.first_name.clone(),
        })
    }
}

impl Waiting {
    /// Waits for the answer.
    pub(crate) async fn over(self, shared: &Shared, request: &Request) -> Answer<Bytes> {
        let answer = self.wait.over(shared).await;
        shared.note(request, self.call, answer.as_ref().err());
        answer
    }

    /// Gives the answer if there is one by now.
    #[cfg(test)]
    pub(crate) fn look(self, shared: &Shared) -> Answer<Bytes> {
        self.wait.look(shared)
    }
}

/// The refusal of a method nobody answers, whose name is noted.
fn unknown(id: u32, name: &mut Cow<'static, str>) -> Refusal {
    match heliogram_api::table().by_id(id) {
        Some(definition) => {
            *name = Cow::Borrowed(definition.name());
            Refusal::bad("METHOD_NOT_IMPLEMENTED")
        }
        None => {
            *name = Cow::Owned(format!("0x{id:08x}"));
            Refusal::bad("INPUT_METHOD_INVALID")
        }
    }
}

impl World {
    /// Who speaks under a key; what the program says about itself is noted, with the key it speaks
    /// under and with the permanent one, which is listed among the account's sessions.
    fn caller(&mut self, spoken: i64, layer: Option<i32>, app: Option<AppInfo>) -> Answer<Caller> {
        if layer.is_some() || app.is_some() {
            let key = self.permanent(spoken);
            self.introduce(spoken, layer, app.as_ref())?;
            if key != spoken {
                self.introduce(key, layer, app.as_ref())?;
            }
        }
        let auth = self.auth(spoken)?;
        let key = auth.bound_to.unwrap_or(spoken);
        let unbound = auth.expires.is_some() && auth.bound_to.is_none();
        let inited = auth.app.is_some() && auth.layer != 0;
        let layer = if auth.layer == 0 { LAYER } else { auth.layer };
        let ended = self.use_session(key);
        let auth = self.auth(key)?;
        let (user, owes_password) = (auth.user, auth.pending.is_some());
        let revoked = auth.state.revoked;
        let account = user.and_then(|id| self.users.get(&id));
        Ok(Caller {
            key,
            layer,
            user,
            bot: account.is_some_and(User::is_bot),
            home: account.map_or(0, |user| user.home),
            owes_password,
            inited,
            unbound,
            revoked,
            ended,
        })
    }

    /// Notes what a program says about itself.
    fn introduce(&mut self, key: i64, layer: Option<i32>, app: Option<&AppInfo>) -> Answer<()> {
        let auth = self.auth(key)?;
        let news = layer.is_some_and(|layer| layer != auth.layer)
            || app.is_some_and(|app| Some(app) != auth.app.as_ref());
        if !news {
            return Ok(());
        }
        auth.layer = layer.unwrap_or(auth.layer);
        if let Some(app) = app {
            auth.app = Some(app.clone());
        }
        self.touch(crate::world::Rec::Auth(key));
        Ok(())
    }
}

impl Caller {
    /// Whether the method is for people or for bots, as the caller is one.
    fn check_kind(&self, callers: Callers) -> Answer<()> {
        match callers {
            Callers::Users if self.bot => Err(Refusal::bad("BOT_METHOD_INVALID")),
            Callers::Bots if !self.bot => Err(Refusal::bad("USER_BOT_REQUIRED")),
            _ => Ok(()),
        }
    }

    /// Whether this caller may ask for this method here.
    fn check(&self, access: Access, name: &str, dc: i32) -> Answer<()> {
        match (dc == CDN_DC, access == Access::Cdn) {
            (true, true) if self.inited => return Ok(()),
            (true, true) => return Err(Refusal::bad("CONNECTION_NOT_INITED")),
            (true, false) => return Err(Refusal::bad("CDN_METHOD_INVALID")),
            (false, true) => return Err(Refusal::bad("METHOD_INVALID")),
            (false, false) if name == BIND => return Ok(()),
            (false, false) => {}
        }
        if self.unbound && !FOR_UNBOUND.contains(&name) {
            return Err(Refusal::unauthorized("AUTH_KEY_PERM_EMPTY"));
        }
        if !self.inited {
            return Err(Refusal::bad("CONNECTION_NOT_INITED"));
        }
        match access {
            Access::Open | Access::Cdn => Ok(()),
            _ if self.user.is_none() && self.owes_password => {
                Err(Refusal::unauthorized("SESSION_PASSWORD_NEEDED"))
            }
            _ if self.revoked => Err(Refusal::unauthorized("SESSION_REVOKED")),
            _ if self.user.is_none() => Err(Refusal::unauthorized("AUTH_KEY_UNREGISTERED")),
            Access::Home if self.home != dc => Err(Refusal::elsewhere("USER", self.home)),
            Access::Home | Access::Anywhere => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::functions::{InitConnection, InvokeWithLayer, users};
    use heliogram_tl::to_bytes;

    use super::*;
    use crate::Server;
    use crate::world::testing::key;

    #[test]
    fn what_a_program_says_about_itself_is_kept_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let shared = Server::builder().data(&path).shared().unwrap();
        let id = shared.change(|w| Ok(key(w, 1))).unwrap();
        let key = shared.world().auths[&id].key.clone();
        let conn = shared.hub.connect();
        let slot = shared.hub.attach(&conn, &key, 1, [0; 32], shared.now());
        let text = || "a program".to_owned();
        // Nothing is done for this call that would write anything.
        let call = users::GetUsers::new(Vec::new());
        let init = InitConnection::new(1, text(), text(), text(), text(), text(), text(), call);
        let request = Request {
            slot,
            dc: 1,
            ip: [127, 0, 0, 1].into(),
            msg_id: 1,
            body: to_bytes(&InvokeWithLayer::new(LAYER, init)),
            delayed: false,
            waited: Duration::ZERO,
        };
        assert!(matches!(shared.serve(&request), Outcome::Done(Err(_))));
        drop((request, shared));

        let shared = Server::builder().data(&path).shared().unwrap();
        let world = shared.world();
        assert_eq!(world.auths[&id].layer, LAYER);
        assert!(world.auths[&id].app.is_some());
    }
}
