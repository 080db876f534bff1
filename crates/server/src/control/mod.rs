//! The control API: a small HTTP server beside the Telegram one, for tests in any language.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /faults` | every kind of fault with its parameters, and the faults that wait |
//! | `POST /faults` | adds a fault: `{"name": "flood_wait", "seconds": 3, "method": ...}` |
//! | `DELETE /faults/ID`, `DELETE /faults` | takes one away, or all |
//! | `GET /log` | what faults did, and the faults that would do it again |
//! | `GET /calls` | how often each method was called |
//! | `POST /clock` | `{"advance_seconds": 60}` moves the clock forward |
//! | `GET /codes?phone=...` | the login code that is out for a phone number |
//!
//! Each request needs the token, as `Authorization: Bearer TOKEN`, and a `Host` that is an
//! address or `localhost`. Errors are JSON: `{"error": {"code": ..., "message": ...}}`.

mod answer;
mod http;
mod listen;
mod routes;

pub use listen::ControlPoint;
pub(crate) use listen::{Control, open};
