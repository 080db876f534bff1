use super::{
    Event, Expected, Flow, Table, Visitor, WalkError,
    base64::write_base64,
    json_text::{push, write_string},
    walk::walk,
};

/// An encoded value as JSON on one line.
///
/// A value is an object whose `_` names the constructor and whose other entries are its fields by
/// their names in the schema, absent ones left out. `bytes`, `int128` and `int256` are base64, 64-bit
/// numbers are exact, a double that JSON cannot say is `"NaN"`, `"Infinity"` or `"-Infinity"`.
/// Nothing is redacted, so that the text can be read back by [`from_json`](super::from_json); do not
/// log it. Text that is not UTF-8 loses the bytes that are wrong.
///
/// # Errors
/// Where the bytes are no value of the table.
pub fn to_json(table: &Table, bytes: &[u8]) -> Result<String, WalkError> {
    to_json_as(table, bytes, Expected::Any)
}

/// [`to_json`] for a value whose type the bytes alone do not tell, such as a method's answer.
///
/// # Errors
/// As [`to_json`].
pub fn to_json_as(
    table: &Table,
    bytes: &[u8],
    expected: Expected<'_>,
) -> Result<String, WalkError> {
    let mut writer = JsonWriter {
        out: String::with_capacity(bytes.len() * 2),
        comma: false,
    };
    walk(table, bytes, expected, &mut writer)?;
    Ok(writer.out)
}

struct JsonWriter {
    out: String,
    /// Whether a value stands before the next element.
    comma: bool,
}

impl<'t, 'b> Visitor<'t, 'b> for JsonWriter {
    fn event(&mut self, event: Event<'t, 'b>) -> Flow {
        let out = &mut self.out;
        match event {
            Event::Open(def) => {
                out.push_str("{\"_\":");
                write_string(out, def.name());
            }
            Event::Field(_, field) => {
                out.push(',');
                write_string(out, field.name);
                out.push(':');
            }
            Event::Close(_) => out.push('}'),
            Event::OpenVector(_) => out.push('['),
            Event::Item => {
                if self.comma {
                    out.push(',');
                }
            }
            Event::CloseVector => out.push(']'),
            Event::Int(v) => push(out, format_args!("{v}")),
            Event::Long(v) => push(out, format_args!("{v}")),
            Event::Double(v) => write_double(out, v),
            Event::Raw(v) | Event::Bytes(v) => write_base64(out, v),
            Event::String(v) => write_string(out, &String::from_utf8_lossy(v)),
            Event::Bool(v) => push(out, format_args!("{v}")),
        }
        self.comma = !matches!(event, Event::OpenVector(_) | Event::Item | Event::Field(..));
        Flow::Go
    }
}

fn write_double(out: &mut String, v: f64) {
    match v {
        v if v.is_nan() => out.push_str("\"NaN\""),
        f64::INFINITY => out.push_str("\"Infinity\""),
        f64::NEG_INFINITY => out.push_str("\"-Infinity\""),
        // The shortest digits that read back as the same number.
        v => push(out, format_args!("{v:?}")),
    }
}
