//! What becomes of a request, and of its answer.

use std::sync::Arc;

use heliogram_api::types;
use heliogram_mtproto::{Now, RpcFailure};
use heliogram_tl::Constructor;

use crate::rpc::{Answer, constructor};
use crate::serve::{Outcome, Request, STEP_BEHIND};
use crate::shared::Shared;

/// Runs a request; `false` if the connection has to be cut.
///
/// An answer that is there at once is put into the session as of `now`, which the caller wakes.
pub(super) fn run(shared: &Arc<Shared>, request: Request, now: Now) -> bool {
    match shared.serve(&request) {
        Outcome::Cut(Some(ran)) => {
            conclude(shared, request, *ran, now);
            false
        }
        // Lost with its session: otherwise the client would be told that it came.
        Outcome::Cut(None) => {
            shared
                .hub
                .forget(request.slot.key_id, request.slot.session_id);
            false
        }
        outcome => {
            conclude(shared, request, outcome, now);
            true
        }
    }
}

/// Answers a request: now, or once its time has come, or once somebody gave the answer.
fn conclude(shared: &Arc<Shared>, request: Request, outcome: Outcome, now: Now) {
    match outcome {
        Outcome::Done(answer) => reply(&request, answer, now),
        Outcome::Waits(waiting) => {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                let answer = waiting.over(&shared, &request).await;
                reply(&request, answer, shared.now());
                request.slot.lock().wake();
            });
        }
        Outcome::Later(by) => {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                tokio::time::sleep(by).await;
                let request = Request {
                    delayed: true,
                    ..request
                };
                let outcome = shared.serve(&request);
                let slot = Arc::clone(&request.slot);
                conclude(&shared, request, outcome, shared.now());
                slot.lock().wake();
            });
        }
        Outcome::Behind => {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                tokio::time::sleep(STEP_BEHIND).await;
                let waited = request.waited + STEP_BEHIND;
                let request = Request { waited, ..request };
                let slot = Arc::clone(&request.slot);
                match run(&shared, request, shared.now()) {
                    true => slot.lock().wake(),
                    false => slot.lock().cut(),
                }
            });
        }
        // No fault strikes a request twice.
        Outcome::Cut(_) => {}
    }
}

/// Puts an answer into the session, whichever connection it is on by now.
fn reply(request: &Request, answer: Answer<bytes::Bytes>, now: Now) {
    let result = answer.map_err(|refusal| RpcFailure::new(refusal.code, refusal.name));
    let mut state = request.slot.lock();
    match result {
        // Packing parts of files costs far more than it saves.
        Ok(part) if is_file_part(&part) => {
            state.session.reply_unpacked(now, request.msg_id, part);
        }
        result => {
            state.session.reply(now, request.msg_id, result);
        }
    }
}

fn is_file_part(answer: &[u8]) -> bool {
    let parts = [types::upload::File::ID, types::upload::CdnFile::ID];
    constructor(answer).is_some_and(|id| parts.contains(&id))
}
