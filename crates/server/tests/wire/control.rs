//! The control API over a socket.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use heliogram_api::functions::{auth, help};
use heliogram_api::types;
use heliogram_server::{Server, TestServer};
use serde_json::{Value, json};

use crate::peer::Peer;
use crate::{runtime, start};

/// A server with its control API.
struct Controlled {
    server: TestServer,
    host: String,
    token: String,
}

fn controlled() -> Controlled {
    let builder = Server::builder().control((Ipv4Addr::LOCALHOST, 0));
    let server = TestServer::from(runtime().block_on(builder.start()).unwrap());
    let point = server.control().unwrap().clone();
    let host = point.url.strip_prefix("http://").unwrap().to_owned();
    assert!(host.starts_with("127.0.0.1:"));
    Controlled {
        server,
        host,
        token: point.token,
    }
}

impl Controlled {
    /// Sends these bytes; gives the status and the body of the answer.
    fn raw(&self, request: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(head.contains("Content-Type: application/json"), "{head}");
        (status, serde_json::from_str(body).unwrap())
    }

    fn send(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (host, token, len) = (&self.host, &self.token, body.len());
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {len}\r\n\r\n{body}"
        ))
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, "");
        assert_eq!(status, 200, "{body}");
        body
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, &body.to_string())
    }
}

fn code_of(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["error"]["code"].as_str().unwrap())
}

#[test]
fn there_is_no_control_unless_it_is_asked_for() {
    assert!(start().control().is_none());
}

#[test]
fn a_fault_is_added_strikes_and_is_in_the_log() {
    let control = controlled();
    let mut peer = Peer::connect(&control.server, 1);
    let fault = json!({
        "name": "flood_wait", "seconds": 9, "method": "help.getNearestDc", "times": 2, "seed": 5,
    });
    let (status, added) = control.post("/faults", &fault);
    assert_eq!((status, &added), (201, &json!({ "id": 1 })));
    let call = help::GetNearestDc::new;
    assert_eq!(peer.call(call()).unwrap_err().message, "FLOOD_WAIT_9");
    let active = &control.get("/faults")["active"][0];
    assert_eq!(active["id"], 1);
    assert_eq!(
        (&active["moments"], &active["struck"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(peer.call(call()).unwrap_err().message, "FLOOD_WAIT_9");
    peer.call(call()).unwrap();
    let log = control.get("/log");
    let strikes = log["strikes"].as_array().unwrap();
    assert_eq!(strikes.len(), 2);
    assert_eq!(strikes[1]["name"], "flood_wait");
    assert_eq!(strikes[1]["moment"], 2);
    assert_eq!(strikes[1]["method"], "help.getNearestDc");
    assert_eq!(control.get("/faults")["active"], json!([]));
    // What the log gives can be sent back as it is.
    let (status, _) = control.post("/faults", &log["replay"][0]);
    assert_eq!(status, 201);
    assert_eq!(peer.call(call()).unwrap_err().message, "FLOOD_WAIT_9");
}

#[test]
fn every_kind_of_fault_is_listed_with_its_parameters() {
    let control = controlled();
    let kinds = control.get("/faults")["kinds"].clone();
    let kinds = kinds.as_array().unwrap();
    assert!(kinds.len() >= 28);
    for kind in kinds {
        assert!(kind["about"].as_str().unwrap().ends_with('.'));
        // What has no parameter that must be given can be added by its name alone.
        let parameters = kind["parameters"].as_array().unwrap();
        let free = parameters
            .iter()
            .all(|parameter| !parameter["default"].is_null());
        let (status, _) = control.post("/faults", &json!({ "name": kind["name"] }));
        assert_eq!(status == 201, free, "{kind}");
    }
}

#[test]
fn faults_are_taken_away() {
    let control = controlled();
    for _ in 0..3 {
        control.post("/faults", &json!({ "name": "drop" }));
    }
    assert_eq!(control.send("DELETE", "/faults/2", "").0, 200);
    assert_eq!(
        code_of(&control.send("DELETE", "/faults/2", "")),
        (404, "UNKNOWN_ID")
    );
    assert_eq!(
        code_of(&control.send("DELETE", "/faults/x", "")),
        (404, "UNKNOWN_ID")
    );
    let (status, body) = control.send("DELETE", "/faults", "");
    assert_eq!((status, body), (200, json!({ "removed": 2 })));
    assert!(control.server.faults().active().is_empty());
}

#[test]
fn calls_are_counted_codes_are_told_and_the_clock_is_moved() {
    let control = controlled();
    let mut peer = Peer::connect(&control.server, 2);
    let settings = types::CodeSettings::new();
    let phone = "+15550100007";
    peer.call(auth::SendCode::new(
        phone.into(),
        1,
        "hash".into(),
        settings,
    ))
    .unwrap();
    assert_eq!(control.get("/calls")["calls"]["auth.sendCode"], 1);
    let told = control.get("/codes?phone=%2B15550100007");
    assert_eq!(
        told["code"].as_str().map(str::to_owned),
        control.server.code_for(phone)
    );
    let none = control.send("GET", "/codes?phone=15550100008", "");
    assert_eq!(code_of(&none), (404, "NO_CODE"));
    assert_eq!(
        code_of(&control.send("GET", "/codes", "")),
        (400, "BAD_PHONE")
    );

    let before = peer.call(help::GetConfig::new()).unwrap().date;
    let (status, moved) = control.post("/clock", &json!({ "advance_seconds": 20 }));
    assert_eq!(status, 200);
    assert!(moved["date"].as_i64().unwrap() >= i64::from(before) + 20);
    assert!(peer.call(help::GetConfig::new()).unwrap().date >= before + 20);
    for wrong in [
        json!({}),
        json!({ "advance_seconds": -5 }),
        json!({ "advance": 1 }),
    ] {
        assert_eq!(code_of(&control.post("/clock", &wrong)), (400, "BAD_CLOCK"));
    }
}

#[test]
fn nobody_gets_in_without_the_token_or_under_another_name() {
    let control = controlled();
    let (host, token) = (&control.host, &control.token);
    let ask = |host: &str, more: &str| {
        control.raw(&format!(
            "GET /calls HTTP/1.1\r\nHost: {host}\r\n{more}\r\n"
        ))
    };
    assert_eq!(code_of(&ask(host, "")), (401, "WRONG_TOKEN"));
    let wrong = [
        "Authorization: Bearer x\r\n".to_owned(),
        format!("Authorization: Bearer {}\r\n", &token[1..]),
        format!("Authorization: Basic {token}\r\n"),
        format!("Authorization: {token}\r\n"),
    ];
    for wrong in wrong {
        assert_eq!(code_of(&ask(host, &wrong)), (401, "WRONG_TOKEN"), "{wrong}");
    }
    let right = format!("Authorization: Bearer {token}\r\n");
    assert_eq!(ask(host, &right).0, 200);
    let port = host.rsplit_once(':').unwrap().1;
    assert_eq!(ask(&format!("localhost:{port}"), &right).0, 200);
    let foreign = ask(&format!("evil.example:{port}"), &right);
    assert_eq!(code_of(&foreign), (421, "WRONG_HOST"));
    assert!(!format!("{:?}", control.server.control()).contains(token));
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let control = controlled();
    let post = |body: &str| control.send("POST", "/faults", body);
    assert_eq!(code_of(&post("{")), (400, "MALFORMED_JSON"));
    assert_eq!(code_of(&post("[]")), (400, "MALFORMED_JSON"));
    assert_eq!(code_of(&post("{}")), (400, "NOT_A_FAULT"));
    let unknown = post(r#"{"name": "explode"}"#);
    assert_eq!(code_of(&unknown), (400, "UNKNOWN_FAULT"));
    assert!(
        unknown.1["error"]["message"]
            .as_str()
            .unwrap()
            .contains("cut_at_byte")
    );
    assert_eq!(
        code_of(&post(r#"{"name": "bad_msg"}"#)),
        (400, "MISSING_PARAMETER")
    );
    assert_eq!(
        code_of(&control.send("GET", "/nothing", "")),
        (404, "UNKNOWN_PATH")
    );
    assert_eq!(
        code_of(&control.send("PUT", "/faults", "")),
        (405, "METHOD_NOT_ALLOWED")
    );
    assert_eq!(
        code_of(&control.send("GET", "/clock", "")),
        (405, "METHOD_NOT_ALLOWED")
    );
    let deep = format!("{}{}", r#"{"name": "#, "[".repeat(100_000));
    assert_eq!(code_of(&post(&deep)), (400, "MALFORMED_JSON"));
    assert_eq!(
        code_of(&control.raw("nonsense\r\n\r\n")),
        (400, "MALFORMED_REQUEST")
    );
    assert_eq!(
        code_of(&control.send("POST", "/faults", &"x".repeat(300_000))),
        (413, "BODY_TOO_LONG")
    );
}

#[test]
fn it_ends_with_the_server() {
    let control = controlled();
    let host = control.host.clone();
    drop(control);
    assert!(TcpStream::connect(host).is_err());
}
