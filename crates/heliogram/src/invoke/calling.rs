//! The methods of a client that make calls.

use std::future::Future;

use bytes::Bytes;
use heliogram_tl::{Call, from_bytes};

use super::{InvokeAll, Purpose, RawCall, business, observe};
use crate::{Client, Result, error::ProtocolError};

impl Client {
    /// Calls any function of Telegram's API and waits for its answer.
    ///
    /// Flood waits up to the threshold are slept, faults of the server repeated, and calls meant
    /// for another data centre sent there. Dropping the future takes the call back.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::api::functions as f;
    /// let config = client.invoke(f::help::GetConfig {}).await?;
    /// println!("this is data centre {}", config.this_dc);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A call is made with `new`, which takes what it requires; what is optional is set by its field.
    /// [`input_peer`](Self::input_peer), [`input_user`](Self::input_user) and
    /// [`input_channel`](Self::input_channel) find whom it is about. How the names of the schema are
    /// written in Rust is told by [`api`](crate::api).
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::api::{functions as f, types};
    ///
    /// let channel = client.input_channel("@rustlang").await?;
    /// let who = client.input_peer("@spammer").await?;
    /// let rights = types::ChatBannedRights {
    ///     view_messages: true,
    ///     ..types::ChatBannedRights::new(0)
    /// };
    /// client.invoke(f::channels::EditBanned::new(channel, who, rights)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Rpc`](crate::Error::Rpc) when the server refuses the call, and the errors of the
    /// network.
    #[doc(alias = "__call__")]
    #[doc(alias = "invoke_raw")]
    pub fn invoke<C>(&self, call: C) -> impl Future<Output = Result<C::Output>> + Send + use<'_, C>
    where
        C: Call,
        C::Output: 'static,
    {
        let mut raw = RawCall::of(&call).with(self.options());
        drop(call);
        async move {
            if let Some(connection) = self.business() {
                raw = Box::pin(business::wrap(self, connection, raw)).await?;
            }
            self.answer::<C>(&raw).await
        }
    }

    /// Makes many calls of one method, several at once, and keeps the result of each.
    ///
    /// With [`ordered`](InvokeAll::ordered) each runs only after the one before it. Dropping the
    /// future takes back what has not been answered.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::api::functions as f;
    ///
    /// let calls = ["durov", "telegram"].map(|name| f::contacts::ResolveUsername::new(name.into()));
    /// let answers = client.invoke_all(calls).await;
    /// println!("{} of {} are there", answers.successes().count(), answers.len());
    /// let all = answers.all()?; // or the first failure
    /// # drop(all);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "MultiError")]
    #[doc(alias = "invokeAfterMsg")]
    #[doc(alias = "invoke_many")]
    pub fn invoke_all<C>(&self, calls: impl IntoIterator<Item = C>) -> InvokeAll<C::Output>
    where
        C: Call,
        C::Output: 'static,
    {
        let raw = |call| RawCall::of(&call).with(self.options());
        let calls = calls.into_iter().map(raw).collect();
        InvokeAll::new(self, calls, Self::decode::<C>)
    }

    /// As [`invoke_all`](Self::invoke_all), for calls of different methods: encoded calls go in,
    /// encoded answers come out, which [`decode`](Self::decode) reads.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::{RawCall, api::{enums, functions as f}};
    ///
    /// let me = || enums::InputPeer::InputPeerSelf;
    /// let first = f::messages::SendMessage::new(me(), "read this".into(), 1);
    /// let then = f::messages::ReadHistory::new(me(), 0);
    /// let calls = [RawCall::of(&first), RawCall::of(&then)];
    /// let answers = client.invoke_all_bytes(calls).ordered().await.all()?;
    /// let affected = client.decode::<f::messages::ReadHistory>(&answers[1])?;
    /// println!("{}", affected.pts);
    /// # Ok(())
    /// # }
    /// ```
    pub fn invoke_all_bytes(&self, calls: impl IntoIterator<Item = RawCall>) -> InvokeAll<Bytes> {
        InvokeAll::new(self, calls.into_iter().collect(), |_, bytes| {
            Ok(bytes.clone())
        })
    }

    /// Calls a function at a data centre of choice, over connections kept for `purpose`.
    ///
    /// The account's authorization is carried to that data centre first.
    ///
    /// # Errors
    /// As [`invoke`](Self::invoke).
    pub fn invoke_on<C>(
        &self,
        dc: i32,
        purpose: Purpose,
        call: C,
    ) -> impl Future<Output = Result<C::Output>> + Send + use<'_, C>
    where
        C: Call,
        C::Output: 'static,
    {
        let raw = RawCall::of(&call).on(dc, purpose);
        let raw = raw.with(self.options());
        drop(call);
        async move { self.answer::<C>(&raw).await }
    }

    /// Sends an encoded call through all layers and gives the encoded answer.
    ///
    /// # Errors
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_bytes(&self, call: RawCall) -> Result<Bytes> {
        observe::run(self, self.layers(), &call).await
    }

    async fn answer<C>(&self, raw: &RawCall) -> Result<C::Output>
    where
        C: Call,
        C::Output: 'static,
    {
        let _under_way = self.hub().under_way::<C::Output>();
        let bytes = observe::run(self, self.layers(), raw).await?;
        self.decode::<C>(&bytes)
    }

    /// Reads the encoded answer of a call, as [`invoke_bytes`](Self::invoke_bytes) gives it. What
    /// it tells of peers and updates is taken over before anybody sees it.
    ///
    /// # Errors
    /// [`ProtocolError::BadAnswer`](crate::ProtocolError::BadAnswer) if it is no answer of that
    /// call.
    pub fn decode<C>(&self, bytes: &Bytes) -> Result<C::Output>
    where
        C: Call,
        C::Output: 'static,
    {
        let output = from_bytes::<C::Output>(bytes).map_err(|e| ProtocolError::BadAnswer {
            method: C::NAME,
            source: Some(e),
        })?;
        crate::methods::observe(self, C::NAME, &output);
        Ok(output)
    }
}
