//! HTTP as a transport: each request carries one packet, each answer another.

mod head;
mod poll;

use heliogram_mtproto::framing::MAX_FRAME;

pub(crate) use head::{BadHead, HEAD_MAX, Head, parse as parse_head};
pub(super) use poll::{Poll, Wait};

use super::websocket;

/// Shortest packet: the header and one word of a plaintext packet.
const PACKET_MIN: usize = 24;
/// Bytes a client may send ahead of the answer to its last request.
const AHEAD_MAX: usize = 64 << 10;

/// One end of an HTTP connection.
pub(super) struct Http {
    input: Vec<u8>,
    state: State,
}

enum State {
    /// A request is due, or on its way.
    Head,
    /// The body of a request is.
    Body { len: usize, manner: Manner },
    /// A packet was given out and its answer is due.
    Asked(Manner),
    /// The last answer was given.
    Over,
}

/// How a request wants to be answered.
#[derive(Clone, Copy)]
struct Manner {
    keep_alive: bool,
    /// Whether pages of other sites may read the answer.
    shared: bool,
}

/// What a connection comes to next.
pub(super) enum Step {
    /// Nothing until there are more bytes, or the answer that is due.
    Wait,
    /// A packet to be answered.
    Packet(Vec<u8>),
    /// From here on it is a WebSocket; the bytes belong to it.
    WebSocket(Vec<u8>),
    /// It is over, for this reason.
    End(String),
}

/// The last answer of a connection was given: it ends.
pub(super) struct Over;

impl Http {
    pub(super) fn new() -> Self {
        Self {
            input: Vec::new(),
            state: State::Head,
        }
    }

    /// Takes bytes from the socket.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if !matches!(self.state, State::Over) {
            self.input.extend_from_slice(bytes);
        }
    }

    /// Whether nothing more should be read for now.
    pub(super) fn is_full(&self) -> bool {
        matches!(self.state, State::Asked(_)) && self.input.len() >= AHEAD_MAX
    }

    /// Goes on as far as the bytes reach; what has to be said at once is appended to `out`.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> Step {
        loop {
            match self.state {
                State::Asked(_) | State::Over => return Step::Wait,
                State::Head => match self.take_head(out) {
                    Ok(None) => {}
                    Ok(Some(step)) => return step,
                    Err(refusal) => return self.refuse(refusal, out),
                },
                State::Body { len, .. } if self.input.len() < len => return Step::Wait,
                State::Body { len, manner } => {
                    let rest = self.input.split_off(len);
                    let packet = std::mem::replace(&mut self.input, rest);
                    self.state = State::Asked(manner);
                    return Step::Packet(packet);
                }
            }
        }
    }

    /// Takes the head of a request; nothing if that leads on.
    fn take_head(&mut self, out: &mut Vec<u8>) -> Result<Option<Step>, Refused> {
        let Some((head, len)) = head::parse(&self.input)? else {
            return Ok(Some(Step::Wait));
        };
        let manner = Manner {
            keep_alive: head.keeps_alive(),
            shared: head.path.starts_with("/apiw"),
        };
        let refused = |status| Refused { status, manner };
        let body = head.body_len().map_err(|bad| refused(bad.0))?;
        if websocket::is_path(head.path) {
            if head.method != "GET" {
                return Err(refused(405));
            }
            let answer = websocket::accept(&head).map_err(|bad| refused(bad.0))?;
            out.extend_from_slice(answer.as_bytes());
            let rest = self.input.split_off(len);
            return Ok(Some(Step::WebSocket(rest)));
        }
        match head.method {
            _ if !is_path(head.path) => return Err(refused(404)),
            "POST" => {
                let body = body.ok_or_else(|| refused(411))?;
                check_body(body).map_err(refused)?;
                if head.waits_to_continue() {
                    out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
                }
                self.state = State::Body { len: body, manner };
            }
            "OPTIONS" if body.unwrap_or(0) == 0 => {
                answer(204, manner, &[], out);
                if !manner.keep_alive {
                    self.state = State::Over;
                    return Ok(Some(Step::End("the client wanted one answer".to_owned())));
                }
            }
            _ => return Err(refused(405)),
        }
        self.input.drain(..len);
        Ok(None)
    }

    fn refuse(&mut self, refused: Refused, out: &mut Vec<u8>) -> Step {
        let Refused { status, manner } = refused;
        let manner = Manner {
            keep_alive: false,
            ..manner
        };
        answer(status, manner, &[], out);
        self.state = State::Over;
        self.input = Vec::new();
        Step::End(format!("an HTTP request that is answered {status}"))
    }

    /// Answers the request that waits, if one does.
    pub(super) fn answer(&mut self, packet: &[u8], out: &mut Vec<u8>) -> Result<(), Over> {
        let State::Asked(manner) = self.state else {
            return Ok(());
        };
        answer(200, manner, packet, out);
        if manner.keep_alive {
            self.state = State::Head;
            Ok(())
        } else {
            self.state = State::Over;
            Err(Over)
        }
    }

    /// Answers with a transport error, which is the last thing said.
    pub(super) fn error(&mut self, code: i32, out: &mut Vec<u8>) {
        if let State::Asked(manner) = self.state {
            let status = u16::try_from(code.unsigned_abs()).unwrap_or(500);
            let _ = self.refuse(Refused { status, manner }, out);
        }
    }
}

/// A request that is not taken.
struct Refused {
    status: u16,
    manner: Manner,
}

impl From<BadHead> for Refused {
    fn from(BadHead(status): BadHead) -> Self {
        let manner = Manner {
            keep_alive: false,
            shared: false,
        };
        Self { status, manner }
    }
}

/// Where packets are taken.
fn is_path(path: &str) -> bool {
    let path = path.strip_suffix("_test").unwrap_or(path);
    matches!(path, "/api" | "/apiw" | "/apiw1")
}

/// Whether a body of this length can be a packet; the status if not.
fn check_body(len: usize) -> Result<(), u16> {
    match len {
        _ if len > MAX_FRAME => Err(413),
        _ if len < PACKET_MIN || !len.is_multiple_of(4) => Err(400),
        _ => Ok(()),
    }
}

fn answer(status: u16, manner: Manner, body: &[u8], out: &mut Vec<u8>) {
    let connection = if manner.keep_alive {
        "keep-alive"
    } else {
        "close"
    };
    let shared = if manner.shared {
        "Access-Control-Allow-Origin: *\r\n\
         Access-Control-Allow-Methods: POST, OPTIONS\r\n\
         Access-Control-Allow-Headers: origin, content-type\r\n\
         Access-Control-Max-Age: 1728000\r\n"
    } else {
        ""
    };
    let more = match status {
        204 | 405 => "Allow: POST, OPTIONS\r\n",
        426 => "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        _ => "",
    };
    let length = match status {
        204 => String::new(),
        _ => format!("Content-Length: {}\r\n", body.len()),
    };
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: application/octet-stream\r\n{length}\
         Connection: {connection}\r\nCache-Control: no-store\r\n{shared}{more}\r\n",
        reason(status)
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(body);
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        444 => "Invalid DC",
        505 => "HTTP Version Not Supported",
        _ => "Error",
    }
}

#[cfg(test)]
mod tests;
