//! Everything in this project that reads bytes or text of others, as functions over any bytes.
//!
//! A target must end, and must not panic, whatever it is given. libFuzzer runs them
//! (`libfuzzer.rs`), and so does the plain program of this crate, which needs no nightly compiler.

mod input;
mod key;
mod targets;

pub use input::{Input, Seed};
pub use targets::{
    answers, decode_api, entities, events, exchange, exchange_inner, framing, html, inflate,
    markdown, names, numbers, proxy_answers, proxy_links, reflect_json, schema_text, secret_chat,
    server_calls, server_socket, session, session_bytes, stored, updates,
};

/// One function over any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Runs it.
    pub run: fn(&[u8]),
    /// Inputs to begin with, each with a name.
    pub seeds: fn() -> Vec<(String, Vec<u8>)>,
}

macro_rules! all {
    ($($name:ident),* $(,)?) => {
        /// All targets.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($name),
            run: $name::run,
            seeds: $name::seeds,
        }),*];
    };
}

all!(
    answers,
    decode_api,
    entities,
    events,
    exchange,
    exchange_inner,
    framing,
    html,
    inflate,
    markdown,
    names,
    numbers,
    proxy_answers,
    proxy_links,
    reflect_json,
    schema_text,
    secret_chat,
    server_calls,
    server_socket,
    session,
    session_bytes,
    stored,
    updates,
);

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Seeds that are texts, numbered.
fn texts(texts: &[&str]) -> Vec<(String, Vec<u8>)> {
    let numbered = texts.iter().enumerate();
    numbered
        .map(|(n, text)| (format!("text-{n:02}"), text.as_bytes().to_vec()))
        .collect()
}
