use proptest::prelude::*;

use super::*;

/// What a connection gives for these bytes: packets, what was said, and whether it ended.
fn run(input: &[u8], chunk: usize) -> (Vec<Vec<u8>>, String, bool) {
    let (mut http, mut out, mut packets) = (Http::new(), Vec::new(), Vec::new());
    let mut ended = false;
    for bytes in input.chunks(chunk) {
        http.receive(bytes);
        while !ended {
            match http.next(&mut out) {
                Step::Wait => break,
                Step::Packet(packet) => {
                    ended = http.answer(&packet, &mut out).is_err();
                    packets.push(packet);
                }
                Step::WebSocket(_) | Step::End(_) => ended = true,
            }
        }
    }
    (packets, String::from_utf8_lossy(&out).into_owned(), ended)
}

fn post(path: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nContent-Length: {}\r\n{fields}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn requests_come_out_one_by_one_however_their_bytes_are_cut() {
    let two = [
        post("/api", "", &[1; 24]),
        post("/apiw_test", "", &[2; 1000]),
    ]
    .concat();
    for chunk in [1, 7, 100, 10_000] {
        let (packets, said, ended) = run(&two, chunk);
        assert_eq!(packets, [vec![1; 24], vec![2; 1000]]);
        assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2);
        assert_eq!(said.matches("Access-Control-Allow-Origin").count(), 1);
        assert!(!ended);
    }
}

#[test]
fn nothing_is_taken_while_an_answer_is_due() {
    let (mut http, mut out) = (Http::new(), Vec::new());
    http.receive(&[post("/api", "", &[1; 24]), post("/api", "", &[2; 24])].concat());
    assert!(matches!(http.next(&mut out), Step::Packet(_)));
    assert!(matches!(http.next(&mut out), Step::Wait));
    assert!(!http.is_full());
    http.receive(&[0; AHEAD_MAX]);
    assert!(http.is_full());
    assert!(http.answer(b"answer", &mut out).is_ok());
    assert!(matches!(http.next(&mut out), Step::Packet(packet) if packet == [2; 24]));
}

#[test]
fn the_connection_ends_when_the_client_says_so() {
    let (packets, said, ended) = run(&post("/api", "Connection: close\r\n", &[1; 24]), 99);
    assert!(ended && packets.len() == 1 && said.contains("Connection: close"));
    let (_, said, _) = run(&post("/api", "Expect: 100-continue\r\n", &[1; 24]), 99);
    assert!(said.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
}

#[test]
fn other_requests_have_their_status() {
    let status = |input: &[u8]| {
        let (packets, said, ended) = run(input, 4096);
        assert!(packets.is_empty());
        let status: u16 = said.split(' ').nth(1).unwrap().parse().unwrap();
        (status, ended)
    };
    assert_eq!(status(b"OPTIONS /apiw HTTP/1.1\r\n\r\n"), (204, false));
    let last = b"OPTIONS /apiw HTTP/1.1\r\nConnection: close\r\n\r\n";
    assert_eq!(status(last), (204, true));
    assert_eq!(status(b"GET /api HTTP/1.1\r\n\r\n"), (405, true));
    assert_eq!(status(b"HEAD /api HTTP/1.1\r\n\r\n"), (405, true));
    assert_eq!(status(b"POST / HTTP/1.1\r\n\r\n"), (404, true));
    assert_eq!(status(b"GET / HTTP/1.1\r\n\r\n"), (404, true));
    assert_eq!(status(b"POST /api HTTP/1.1\r\n\r\n"), (411, true));
    assert_eq!(status(&post("/api", "", &[0; 23])), (400, true));
    assert_eq!(status(&post("/api", "", &[0; 26])), (400, true));
    let long = format!(
        "POST /api HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        MAX_FRAME + 4
    );
    assert_eq!(status(long.as_bytes()), (413, true));
    assert_eq!(status(&post("/apiws", "", &[0; 24])), (405, true));
    assert_eq!(status(b"GET /apiws HTTP/1.1\r\n\r\n"), (426, true));
}

#[test]
fn transport_errors_are_statuses_that_pages_can_read() {
    let (mut http, mut out) = (Http::new(), Vec::new());
    http.receive(&post("/apiw1", "", &[1; 24]));
    assert!(matches!(http.next(&mut out), Step::Packet(_)));
    http.error(-404, &mut out);
    let said = String::from_utf8(out.clone()).unwrap();
    assert!(said.starts_with("HTTP/1.1 404 Not Found\r\n") && said.contains("Allow-Origin: *"));
    assert!(said.contains("Connection: close"));
    let len = out.len();
    assert!(http.answer(b"more", &mut out).is_ok());
    assert_eq!(out.len(), len, "it was the last word");
}

proptest! {
    #[test]
    fn random_bytes_end_the_connection_or_wait(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        text in "(POST|GET|OPTIONS) /api[w_tes]{0,6} HTTP/1.1\r\n(Content-Length: [0-9]{1,3}\r\n)?\r\n",
        chunk in 1usize..50,
    ) {
        let both = [text.as_bytes(), &bytes].concat();
        let cut = run(&both, chunk);
        // How the bytes arrive changes nothing, unless the connection ended before all came.
        let whole = run(&both, 10_000);
        if !cut.2 {
            prop_assert_eq!(&cut, &whole);
        }
        run(&bytes, chunk);
    }
}
