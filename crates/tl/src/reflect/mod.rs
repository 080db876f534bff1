//! Reads, shows, writes and makes up any encoded value with the help of a table of definitions.
//!
//! A [`Table`] says what the lines of a schema say. It comes from a compact binary form
//! ([`Table::from_static`], as the generated API embeds it) or from a [`TableBuilder`] at run time.
//! One walk over the bytes of a value ([`walk`]) then serves every reader of values:
//! [`debug`] and [`pretty`] text and [`to_json`]; [`from_json`] goes the other way and [`Generator`]
//! makes up random values for tests.

mod base64;
mod blob;
mod build;
mod from_json;
mod json_error;
mod json_scalar;
mod json_text;
mod random;
mod redact;
mod table;
mod text;
mod to_json;
mod view;
mod walk;

pub use build::{FieldSpec, TableBuilder, TypeSpec};
pub use from_json::from_json;
pub use json_error::{JsonError, JsonErrorKind};
pub use random::{Generator, random_value};
pub use redact::is_secret;
pub use table::{Kind, Table, TableError};
pub use text::{debug, pretty, pretty_as};
pub use to_json::{to_json, to_json_as};
pub use view::{BoxedType, Definition, Element, Field, Flag, Type};
pub use walk::{Event, Expected, FlagWords, Flow, Visitor, WalkError, walk};
