use std::fmt;

/// Why JSON is not a value of the schema, and where it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The place, such as `$.media.photo.id`; `$` is the whole text.
    pub path: String,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

/// The mistakes JSON can have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text is not JSON.
    Syntax {
        /// What was wrong.
        what: &'static str,
        /// Offset in the text, in bytes.
        at: usize,
    },
    /// The schema has no constructor or method of this name.
    UnknownName {
        /// The name.
        name: String,
        /// Names that look like it.
        near: Vec<String>,
    },
    /// The constructor exists, but not for this place.
    WrongConstructor {
        /// The constructor named.
        name: String,
        /// The type expected.
        expected: String,
        /// The constructors that may stand here.
        choices: Vec<String>,
    },
    /// The object has no `_`, and more than one constructor is possible.
    Unnamed {
        /// The type expected.
        expected: String,
        /// The constructors that may stand here.
        choices: Vec<String>,
    },
    /// The constructor or method has no such field.
    UnknownField {
        /// The constructor or method.
        definition: String,
        /// Its fields that look like the one given.
        near: Vec<String>,
        /// All its fields.
        fields: Vec<String>,
    },
    /// A field that must be there is not.
    MissingField {
        /// The constructor or method.
        definition: String,
        /// The type of the field.
        ty: String,
        /// The required fields; for an optional one, those that come only together with it.
        required: Vec<String>,
    },
    /// A field is given twice.
    DuplicateField,
    /// A value of another kind was expected.
    WrongType {
        /// What was expected.
        expected: String,
        /// What stands there.
        found: &'static str,
    },
    /// A whole number was expected.
    NotWhole {
        /// The type.
        ty: &'static str,
        /// The number as written.
        number: String,
    },
    /// The number does not fit the type.
    OutOfRange {
        /// The type.
        ty: &'static str,
        /// The number as written.
        number: String,
    },
    /// The string is not base64.
    NotBase64,
    /// The decoded bytes have the wrong length.
    WrongLength {
        /// Bytes expected.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// Text or bytes are longer than the 16 MiB the wire form can carry.
    TooLong,
    /// Values are nested too deeply.
    TooDeep,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind)
    }
}

impl std::error::Error for JsonError {}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { what, at } => write!(f, "not JSON: {what} (at byte {at})"),
            Self::UnknownName { name, near } => {
                write!(f, "the schema has no {name}")?;
                hint(f, "; did you mean", near)
            }
            Self::WrongConstructor {
                name,
                expected,
                choices,
            } => {
                write!(f, "{name} cannot stand here, {expected} is expected")?;
                hint(f, ":", choices)
            }
            Self::Unnamed { expected, choices } => {
                write!(f, "\"_\" must name a constructor of {expected}")?;
                hint(f, ":", choices)
            }
            Self::UnknownField {
                definition,
                near,
                fields,
            } if near.is_empty() => {
                write!(f, "{definition} has no such field")?;
                hint(f, "; its fields are", fields)
            }
            Self::UnknownField {
                definition, near, ..
            } => {
                write!(f, "{definition} has no such field")?;
                hint(f, "; did you mean", near)
            }
            Self::MissingField {
                definition,
                ty,
                required,
            } => {
                write!(f, "{definition} needs this field, of type {ty}")?;
                hint(f, "; required together:", required)
            }
            Self::DuplicateField => write!(f, "the field is given twice"),
            Self::WrongType { expected, found } => {
                write!(f, "{expected} was expected, but {found} stands here")
            }
            Self::NotWhole { ty, number } => write!(f, "{number} is not a whole number ({ty})"),
            Self::OutOfRange { ty, number } => write!(f, "{number} does not fit {ty}"),
            Self::NotBase64 => write!(f, "the string is not base64"),
            Self::WrongLength { expected, found } => {
                write!(
                    f,
                    "{expected} bytes were expected, the base64 holds {found}"
                )
            }
            Self::TooLong => write!(f, "the value is longer than 16 MiB"),
            Self::TooDeep => write!(f, "values are nested too deeply"),
        }
    }
}

/// Appends a list of names, cut to what a person reads.
fn hint(f: &mut fmt::Formatter<'_>, lead: &str, names: &[String]) -> fmt::Result {
    const SHOWN: usize = 12;
    for (index, name) in names.iter().take(SHOWN).enumerate() {
        let lead = if index == 0 { lead } else { "," };
        write!(f, "{lead} {name}")?;
    }
    if names.len() > SHOWN {
        write!(f, ", and {} more", names.len() - SHOWN)?;
    }
    Ok(())
}

/// A place in JSON, kept on the stack while it is read.
pub(super) enum Path<'a> {
    Root,
    Field(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl Path<'_> {
    pub(super) fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError {
            path: self.to_string(),
            kind,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// The names most like `wanted`, best first, without those that are not alike at all.
pub(super) fn near(wanted: &str, names: &[&str]) -> Vec<String> {
    const KEPT: usize = 3;
    if wanted.len() > 100 {
        return Vec::new();
    }
    let mut scored: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (unlikeness(wanted, name), *name))
        .filter(|(score, name)| *score <= name.len().max(wanted.len()) / 3)
        .collect();
    scored.sort_unstable();
    scored
        .into_iter()
        .take(KEPT)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// Edit distance without regard to case; a part of the name counts as near.
fn unlikeness(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    if !a.is_empty() && (b.ends_with(&format!(".{a}")) || b == a) {
        return 0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let cost = (diagonal + usize::from(x != y))
                .min(*cell + 1)
                .min(left + 1);
            diagonal = *cell;
            left = cost;
            *cell = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
