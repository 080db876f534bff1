use serde_json::{Value, json};

use crate::faults::FaultError;

/// What a request is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    /// The methods that may be used, where another one was.
    pub(super) allow: Option<&'static str>,
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self::of(200, body)
    }

    pub(super) fn created(body: Value) -> Self {
        Self::of(201, body)
    }

    fn of(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            allow: None,
        }
    }

    /// A refusal that says what to do instead.
    pub(super) fn refused(status: u16, code: &str, message: impl Into<String>) -> Self {
        let error = json!({ "code": code, "message": message.into() });
        Self::of(status, json!({ "error": error }))
    }

    pub(super) fn not_allowed(allow: &'static str) -> Self {
        let message = format!("this path takes {allow}");
        Self {
            allow: Some(allow),
            ..Self::refused(405, "METHOD_NOT_ALLOWED", message)
        }
    }

    /// The whole response, as it goes over the wire.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let reason = match self.status {
            200 => "OK",
            201 => "Created",
            400 => "Bad Request",
            401 => "Unauthorized",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            411 => "Length Required",
            413 => "Content Too Large",
            421 => "Misdirected Request",
            431 => "Request Header Fields Too Large",
            505 => "HTTP Version Not Supported",
            _ => "Error",
        };
        let body = format!("{}\n", self.body);
        let mut out = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        out.push_str("Content-Type: application/json\r\nCache-Control: no-store\r\n");
        if let Some(allow) = self.allow {
            out.push_str(&format!("Allow: {allow}\r\n"));
        }
        if self.status == 401 {
            out.push_str("WWW-Authenticate: Bearer\r\n");
        }
        let len = body.len();
        out.push_str(&format!(
            "Content-Length: {len}\r\nConnection: close\r\n\r\n"
        ));
        out.push_str(&body);
        out.into_bytes()
    }
}

impl From<FaultError> for Answer {
    fn from(error: FaultError) -> Self {
        Self::refused(400, error.code(), error.to_string())
    }
}
