use std::fmt::{self, Write};

use super::{Definition, Event, Expected, Flow, Table, Visitor, redact::is_secret, walk::walk};

/// Bytes shown of a `bytes` value before it is cut.
const SHOWN: usize = 32;

/// Writes an encoded value the way Rust shows structs: `InputPeerUser { user_id: 1, .. }`, on one
/// line or, with `{:#?}`, on several.
///
/// Absent fields are left out and secrets are not shown. Bytes that are no value of the table give
/// what could be read and a note.
///
/// # Errors
/// Only those of the formatter.
pub fn debug(table: &Table, bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let style = if f.alternate() { &RUST_LINES } else { &RUST };
    write_text(table, bytes, Expected::Any, style, f)
}

/// An encoded value as text on several lines, with the names of the schema, in the manner of
/// Telethon's `stringify`: `inputPeerUser(` and one `field=value` a line.
///
/// Absent fields are left out and secrets are not shown. Bytes that are no value of the table give
/// what could be read and a note.
#[must_use]
pub fn pretty(table: &Table, bytes: &[u8]) -> String {
    pretty_as(table, bytes, Expected::Any)
}

/// [`pretty`] for a value whose type the bytes alone do not tell, such as a method's answer.
#[must_use]
pub fn pretty_as(table: &Table, bytes: &[u8], expected: Expected<'_>) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write_text(table, bytes, expected, &STRINGIFY, &mut out);
    out
}

fn write_text(
    table: &Table,
    bytes: &[u8],
    expected: Expected<'_>,
    style: &'static Style,
    out: &mut dyn Write,
) -> fmt::Result {
    let mut text = Text {
        out,
        style,
        written: Vec::new(),
        result: Ok(()),
    };
    let walked = walk(table, bytes, expected, &mut text);
    text.result?;
    match walked {
        Ok(()) => Ok(()),
        Err(error) => write!(out, "<unreadable: {error}>"),
    }
}

/// How the pieces of a value are put together.
struct Style {
    open: &'static str,
    close: &'static str,
    assign: &'static str,
    /// Written after a constructor without fields.
    empty: &'static str,
    lines: bool,
    /// Whether the last of several lines ends in a comma too.
    trailing_comma: bool,
    camel_case: bool,
}

const RUST: Style = Style {
    open: " { ",
    close: " }",
    assign: ": ",
    empty: "",
    lines: false,
    trailing_comma: false,
    camel_case: true,
};
const RUST_LINES: Style = Style {
    open: " {",
    close: "}",
    lines: true,
    trailing_comma: true,
    ..RUST
};
const STRINGIFY: Style = Style {
    open: "(",
    close: ")",
    assign: "=",
    empty: "()",
    lines: true,
    trailing_comma: false,
    camel_case: false,
};

struct Text<'w> {
    out: &'w mut dyn Write,
    style: &'static Style,
    /// Parts written so far of each value that is open.
    written: Vec<usize>,
    result: fmt::Result,
}

impl Text<'_> {
    fn put(&mut self, args: fmt::Arguments<'_>) {
        if self.result.is_ok() {
            self.result = self.out.write_fmt(args);
        }
    }

    fn new_line(&mut self, depth: usize) {
        self.put(format_args!("\n{:indent$}", "", indent = depth * 4));
    }

    /// Goes to the place of the next part of the innermost value; `open` begins its first one.
    fn part(&mut self, open: &str) {
        let depth = self.written.len();
        let Some(count) = self.written.last_mut() else {
            return;
        };
        let first = *count == 0;
        *count += 1;
        let lines = self.style.lines;
        match (first, lines) {
            (true, _) => self.put(format_args!("{open}")),
            (false, true) => self.put(format_args!(",")),
            (false, false) => self.put(format_args!(", ")),
        }
        if lines {
            self.new_line(depth);
        }
    }

    fn close(&mut self, close: &str, empty: &str) {
        let count = self.written.pop().unwrap_or_default();
        if count == 0 {
            return self.put(format_args!("{empty}"));
        }
        if self.style.lines {
            if self.style.trailing_comma {
                self.put(format_args!(","));
            }
            self.new_line(self.written.len());
        }
        self.put(format_args!("{close}"));
    }

    fn name(&mut self, def: Definition<'_>) {
        if self.style.camel_case {
            self.put(format_args!("{}", RustName(def.name())));
        } else {
            self.put(format_args!("{}", def.name()));
        }
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.put(format_args!("0x"));
        for byte in bytes.iter().take(SHOWN) {
            self.put(format_args!("{byte:02x}"));
        }
        if bytes.len() > SHOWN {
            self.put(format_args!("... ({} bytes)", bytes.len()));
        }
    }
}

impl<'t, 'b> Visitor<'t, 'b> for Text<'_> {
    fn event(&mut self, event: Event<'t, 'b>) -> Flow {
        let style = self.style;
        match event {
            Event::Open(def) => {
                self.name(def);
                self.written.push(0);
            }
            Event::Field(def, field) => {
                self.part(style.open);
                self.put(format_args!("{}{}", field.name, style.assign));
                if is_secret(def, field) {
                    self.put(format_args!("<redacted>"));
                    return Flow::Skip;
                }
            }
            Event::Close(_) => self.close(style.close, style.empty),
            Event::OpenVector(_) => self.written.push(0),
            Event::Item => self.part("["),
            Event::CloseVector => self.close("]", "[]"),
            Event::Int(v) => self.put(format_args!("{v}")),
            Event::Long(v) => self.put(format_args!("{v}")),
            Event::Double(v) => self.put(format_args!("{v:?}")),
            Event::Bool(v) => self.put(format_args!("{v}")),
            Event::String(v) => self.put(format_args!("{:?}", String::from_utf8_lossy(v))),
            Event::Bytes([]) => self.put(format_args!("0x")),
            Event::Raw(v) | Event::Bytes(v) => self.hex(v),
        }
        Flow::Go
    }
}

/// `messages.dialogsSlice` as `messages::DialogsSlice`, the path of the generated struct.
struct RustName<'a>(&'a str);

impl fmt::Display for RustName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (namespace, name) = match self.0.rsplit_once('.') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, self.0),
        };
        if let Some(namespace) = namespace {
            write!(f, "{namespace}::")?;
        }
        for word in name.split('_') {
            let mut chars = word.chars();
            if let Some(first) = chars.next() {
                write!(f, "{}{}", first.to_ascii_uppercase(), chars.as_str())?;
            }
        }
        Ok(())
    }
}
