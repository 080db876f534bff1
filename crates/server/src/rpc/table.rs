use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use heliogram_api::callers::{self, Callers};
use heliogram_tl::{Call, Decode, Encode, from_bytes, to_bytes};

use super::{Answer, Cx, Refusal, Reply};
use crate::world::World;

/// What a method asks of whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody with an auth key.
    Open,
    /// An account that is logged in, on its home data centre.
    Home,
    /// An account that is logged in, on any data centre.
    Anywhere,
    /// Anybody, on the CDN, where nothing else is answered.
    Cdn,
}

type Run = Box<dyn Fn(&Cx<'_>, &Bytes) -> Answer<Reply<Bytes>> + Send + Sync>;

/// One method the server answers.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    pub(crate) callers: Callers,
    run: Run,
    calls: AtomicU64,
}

/// The methods the server answers, by constructor id.
#[derive(Default)]
pub(crate) struct Table {
    methods: HashMap<u32, Method, BuildHasherDefault<IdHasher>>,
    /// How often something was registered: each method once.
    #[cfg(test)]
    pub(crate) registered: usize,
}

impl Table {
    /// Answers `C` for accounts that are logged in. The handler has the world to itself; what it
    /// changed is stored and told to others before its answer leaves.
    pub(crate) fn on<C>(&mut self, handler: fn(&mut World, &Cx<'_>, C) -> Answer<C::Output>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Home, move |cx, call| {
            let answer = cx.shared.change(|world| handler(world, cx, call));
            answer.map(Reply::Now)
        });
    }

    /// Answers `C` for everybody, logged in or not.
    pub(crate) fn open<C>(&mut self, handler: fn(&mut World, &Cx<'_>, C) -> Answer<C::Output>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Open, move |cx, call| {
            let answer = cx.shared.change(|world| handler(world, cx, call));
            answer.map(Reply::Now)
        });
    }

    /// As [`Self::open`], for answers that have nothing to do with the world.
    pub(crate) fn fixed<C>(&mut self, handler: fn(&Cx<'_>, C) -> Answer<C::Output>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Open, move |cx, call| {
            handler(cx, call).map(Reply::Now)
        });
    }

    /// Answers `C` for accounts that are logged in, on every data centre, and leaves it to the
    /// handler when to touch the world: for work with files, and with what lies where others are
    /// at home.
    pub(crate) fn files<C>(&mut self, handler: fn(&Cx<'_>, C) -> Answer<C::Output>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Anywhere, move |cx, call| {
            handler(cx, call).map(Reply::Now)
        });
    }

    /// As [`Self::files`], for methods of the home data centre.
    pub(crate) fn slow<C>(&mut self, handler: fn(&Cx<'_>, C) -> Answer<C::Output>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Home, move |cx, call| {
            handler(cx, call).map(Reply::Now)
        });
    }

    /// As [`Self::slow`], for methods whose answer somebody else gives.
    pub(crate) fn asking<C>(&mut self, handler: fn(&Cx<'_>, C) -> Answer<Reply<C::Output>>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Home, handler);
    }

    /// Answers `C` for everybody, on the CDN only.
    pub(crate) fn cdn<C>(&mut self, handler: fn(&Cx<'_>, C) -> Answer<C::Output>)
    where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        self.add::<C>(Access::Cdn, move |cx, call| {
            handler(cx, call).map(Reply::Now)
        });
    }

    fn add<C>(
        &mut self,
        access: Access,
        handler: impl Fn(&Cx<'_>, C) -> Answer<Reply<C::Output>> + Send + Sync + 'static,
    ) where
        C: Call<Output: Encode + 'static> + Decode + 'static,
    {
        let run = move |cx: &Cx<'_>, body: &Bytes| {
            let call = from_bytes::<C>(body).map_err(|error| {
                tracing::debug!(method = C::NAME, %error, "a request cannot be read");
                Refusal::bad("INPUT_FETCH_ERROR")
            })?;
            Ok(match handler(cx, call)? {
                Reply::Now(output) => Reply::Now(to_bytes(&output)),
                Reply::Later(wait) => Reply::Later(wait.then(|_, output| Ok(to_bytes(&output)))),
            })
        };
        #[cfg(test)]
        {
            self.registered += 1;
        }
        self.methods.insert(
            C::ID,
            Method {
                name: C::NAME,
                access,
                callers: callers::of(C::NAME),
                run: Box::new(run),
                calls: AtomicU64::new(0),
            },
        );
    }

    /// The method with that id, if the server answers it.
    pub(crate) fn get(&self, id: u32) -> Option<&Method> {
        self.methods.get(&id)
    }

    /// The methods that were called, and how often, in no order.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let all = self.methods.values();
        let all = all.map(|method| (method.name, method.calls.load(Ordering::Relaxed)));
        all.filter(|(_, calls)| *calls > 0)
    }

    /// Names of everything the server answers, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.methods.values().map(|method| method.name)
    }
}

/// Constructor ids are checksums, spread out as they are; the table never grows by what clients
/// say.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, id: u32) {
        self.0 = (self.0 ^ u64::from(id)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Method {
    /// Counts a call.
    pub(crate) fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Runs a request.
    pub(crate) fn call(&self, cx: &Cx<'_>, body: &Bytes) -> Answer<Reply<Bytes>> {
        (self.run)(cx, body)
    }
}
