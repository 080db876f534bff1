use std::collections::BTreeMap;

use crate::SchemaError;

/// What is known beside the schema: errors, and who may call which method.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Known errors.
    pub errors: Vec<KnownError>,
    /// Known methods, by name.
    pub methods: BTreeMap<String, Method>,
}

/// An error a server can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownError {
    /// Its number, such as 420.
    pub code: i32,
    /// Its name, with `%d` in place of a number it carries.
    pub pattern: String,
}

/// What is known of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Who may call it.
    pub who: Who,
    /// Patterns of the errors it is known to answer.
    pub errors: Vec<String>,
}

/// Who may call a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Users and bots, or it is not known.
    Any,
    /// Users only.
    User,
    /// Bots only.
    Bot,
}

impl Facts {
    /// Reads `errors.csv` (`code,name`) and `methods.csv` (`method,who,known_errors`).
    ///
    /// # Errors
    /// The first line of either that has another form.
    pub fn parse(errors: &str, methods: &str) -> Result<Self, SchemaError> {
        let mut facts = Self::default();
        for (line, text) in rows(errors) {
            let parsed = text.split_once(',').and_then(|(code, name)| {
                Some(KnownError {
                    code: code.parse().ok()?,
                    pattern: name.to_owned(),
                })
            });
            facts.errors.push(parsed.ok_or_else(|| {
                SchemaError::new(line, format!("`{text}` is not a number and a name"))
            })?);
        }
        for (line, text) in rows(methods) {
            let mut parts = text.splitn(3, ',');
            let (name, who, errors) = (parts.next(), parts.next(), parts.next());
            let who = match who {
                Some("") => Who::Any,
                Some("user") => Who::User,
                Some("bot") => Who::Bot,
                _ => {
                    let reason = format!("`{text}` does not say who may call the method");
                    return Err(SchemaError::new(line, reason));
                }
            };
            let errors = errors
                .unwrap_or("")
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect();
            facts
                .methods
                .insert(name.unwrap_or("").to_owned(), Method { who, errors });
        }
        Ok(facts)
    }
}

/// The lines after the heading, numbered from 1.
fn rows(csv: &str) -> impl Iterator<Item = (usize, &str)> {
    csv.lines()
        .enumerate()
        .skip(1)
        .map(|(i, l)| (i + 1, l.trim()))
        .filter(|(_, l)| !l.is_empty())
}
