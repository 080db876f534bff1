use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::http::Request;
use crate::faults::{Active, DEFINITIONS, FaultId, Faults, Place, replay};
use crate::shared::Shared;
use crate::world::phone_digits;

/// Does what a request asks for.
pub(super) fn answer(shared: &Shared, request: &Request) -> Answer {
    let faults = Faults::new(shared);
    let method = request.method.as_str();
    match (request.path.as_str(), method) {
        ("/faults", "GET") => Answer::ok(all_faults(faults)),
        ("/faults", "POST") => add(faults, request),
        ("/faults", "DELETE") => Answer::ok(json!({ "removed": faults.clear() })),
        ("/faults", _) => Answer::not_allowed("GET, POST, DELETE"),
        ("/log", "GET") => Answer::ok(log(faults)),
        ("/calls", "GET") => Answer::ok(calls(shared)),
        ("/codes", "GET") => code(shared, request),
        ("/log" | "/calls" | "/codes", _) => Answer::not_allowed("GET"),
        ("/clock", "POST") => clock(shared, request),
        ("/clock", _) => Answer::not_allowed("POST"),
        (path, _) => match path.strip_prefix("/faults/") {
            Some(id) if method == "DELETE" => remove(faults, id),
            Some(_) => Answer::not_allowed("DELETE"),
            None => Answer::refused(
                404,
                "UNKNOWN_PATH",
                "there are /faults, /faults/ID, /log, /calls, /clock and /codes",
            ),
        },
    }
}

fn all_faults(faults: Faults<'_>) -> Value {
    let kinds = DEFINITIONS.iter().map(|definition| {
        let parameters = (definition.parameters)().into_iter().map(|parameter| {
            json!({
                "name": parameter.name, "about": parameter.about,
                "value": parameter.expected, "default": parameter.default,
            })
        });
        json!({
            "name": definition.name, "about": definition.about,
            "counts": definition.place.moments(), "scope": definition.place.scope(),
            "parameters": parameters.collect::<Value>(),
        })
    });
    let active = faults.active();
    json!({
        "kinds": kinds.collect::<Value>(),
        "active": active.iter().map(written).collect::<Value>(),
    })
}

fn written(active: &Active) -> Value {
    let mut out = active.fault.write();
    out.insert("id".to_owned(), active.id.number().into());
    out.insert("moments".to_owned(), active.moments.into());
    out.insert("struck".to_owned(), active.struck.into());
    out.into()
}

fn add(faults: Faults<'_>, request: &Request) -> Answer {
    let fault = match object(request) {
        Ok(fault) => fault,
        Err(refused) => return refused,
    };
    match faults.add_value(fault.into()) {
        Ok(id) => Answer::created(json!({ "id": id.number() })),
        Err(error) => error.into(),
    }
}

fn remove(faults: Faults<'_>, id: &str) -> Answer {
    let id: Option<u64> = id.parse().ok();
    if id.is_some_and(|id| faults.remove(FaultId::from(id))) {
        return Answer::ok(json!({ "removed": 1 }));
    }
    let message = "no such fault waits; GET /faults lists those that do under `active`";
    Answer::refused(404, "UNKNOWN_ID", message)
}

fn log(faults: Faults<'_>) -> Value {
    let log = faults.log();
    let again = replay(&log);
    let again = again.iter().filter(|fault| fault.place() != Place::Now);
    json!({
        "strikes": log.iter().map(|strike| strike.write()).collect::<Value>(),
        "replay": again.map(|fault| Value::from(fault.write())).collect::<Value>(),
    })
}

fn calls(shared: &Shared) -> Value {
    let count = |(name, count): (Cow<'static, str>, u64)| (name.into_owned(), Value::from(count));
    let calls: Map<String, Value> = shared.all_calls().into_iter().map(count).collect();
    json!({ "calls": calls })
}

fn clock(shared: &Shared, request: &Request) -> Answer {
    let given = match object(request) {
        Ok(given) => given,
        Err(refused) => return refused,
    };
    let seconds = given.get("advance_seconds").and_then(Value::as_u64);
    let room = shared.clock.room().as_secs();
    let Some(seconds) = seconds.filter(|by| given.len() == 1 && *by <= room) else {
        let message = format!(
            "send {{\"advance_seconds\": N}}, N from 0 to {room}: the clock ends with the year 2036"
        );
        return Answer::refused(400, "BAD_CLOCK", message);
    };
    shared.clock.advance(Duration::from_secs(seconds));
    shared.pass_time();
    Answer::ok(json!({ "date": shared.clock.date() }))
}

fn code(shared: &Shared, request: &Request) -> Answer {
    let phone = request.parameter("phone").unwrap_or_default();
    let Ok(phone) = phone_digits(&phone) else {
        let message = "ask for /codes?phone=NUMBER, with the number in international form";
        return Answer::refused(400, "BAD_PHONE", message);
    };
    match shared.world().code_for(&phone) {
        Some(code) => Answer::ok(json!({ "phone": phone, "code": code })),
        None => Answer::refused(404, "NO_CODE", "no code is out for this number"),
    }
}

/// The body of a request, which has to be a JSON object.
fn object(request: &Request) -> Result<Map<String, Value>, Answer> {
    serde_json::from_slice(&request.body).map_err(|error| {
        let message = format!("the body has to be a JSON object: {error}");
        Answer::refused(400, "MALFORMED_JSON", message)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Server;
    use crate::world::Actor;
    use crate::world::testing::draft;

    fn post(shared: &Arc<Shared>, path: &str, body: &str) -> Answer {
        let len = body.len();
        let text = format!("POST {path} HTTP/1.1\r\nContent-Length: {len}\r\n\r\n{body}");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let request = runtime.block_on(Request::read(text.as_bytes())).unwrap();
        answer(shared, &request)
    }

    #[test]
    fn what_is_due_happens_when_the_clock_is_moved() {
        let shared = Server::builder().shared().unwrap();
        let mut world = shared.world();
        let a = world.add_person("9996610001", 1, "Alice");
        world.set_ttl(Actor::account(a), a, 86_400).unwrap();
        world.send(Actor::account(a), a, draft("brief", 1)).unwrap();
        assert_eq!(world.ends.len(), 1);
        drop(world);
        let moved = post(&shared, "/clock", r#"{"advance_seconds": 90000}"#);
        assert_eq!(moved.status, 200);
        assert!(shared.world().ends.is_empty());
    }

    #[test]
    fn the_clock_is_not_moved_beyond_its_end() {
        let shared = Server::builder().shared().unwrap();
        let room = shared.clock.room().as_secs();
        let by = |seconds: u64| format!("{{\"advance_seconds\": {seconds}}}");
        for far in [room + 1, u64::MAX] {
            assert_eq!(post(&shared, "/clock", &by(far)).status, 400);
        }
        assert_eq!(post(&shared, "/clock", &by(room - 60)).status, 200);
        assert_eq!(post(&shared, "/clock", &by(room - 60)).status, 400);
    }
}
