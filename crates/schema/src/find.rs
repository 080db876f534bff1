//! Looks up a name: a constructor, a function or a type, and what hangs on it.

use std::fmt;

use crate::{Definition, Facts, Kind, Schema, Who};

/// What a schema says of a name.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Constructors and functions of that name, or the constructors of the type of that name.
    pub definitions: Vec<&'a Definition>,
    /// Definitions that have a field of the type.
    pub used_by: Vec<&'a Definition>,
    /// Functions that answer the type.
    pub answered_by: Vec<&'a Definition>,
    facts: &'a Facts,
}

/// Finds a name, or an id in hexadecimal such as `7da07ec9`, with or without `#` or `0x`; `None`
/// where nothing is called so.
#[must_use]
pub fn find<'a>(schema: &'a Schema, facts: &'a Facts, name: &str) -> Option<Found<'a>> {
    let named = |d: &&Definition| d.name.to_string() == name;
    let mut definitions: Vec<&Definition> = schema.definitions.iter().filter(named).collect();
    if definitions.is_empty()
        && let Some(id) = id(name)
    {
        definitions = schema.definitions.iter().filter(|d| d.id == id).collect();
    }
    if definitions.is_empty() {
        let made = |d: &&Definition| d.kind == Kind::Constructor && d.result.to_string() == name;
        definitions = schema.definitions.iter().filter(made).collect();
    }
    let first = definitions.first()?;
    let ty = first.result.to_string();
    let uses = |d: &&Definition| d.fields.iter().any(|f| f.ty.innermost().to_string() == ty);
    let answers =
        |d: &&Definition| d.kind == Kind::Function && d.result.innermost().to_string() == ty;
    let values = definitions.iter().any(|d| d.kind == Kind::Constructor);
    let all = |filter: &dyn Fn(&&Definition) -> bool| -> Vec<&Definition> {
        match values {
            true => schema.definitions.iter().filter(filter).collect(),
            false => Vec::new(),
        }
    };
    Some(Found {
        used_by: all(&uses),
        answered_by: all(&answers),
        definitions,
        facts,
    })
}

/// The id that a text writes out in hexadecimal, where zeros in front may be left out.
fn id(text: &str) -> Option<u32> {
    let digits = text.trim_start_matches('#');
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let plain = (6..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok())?
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, d) in self.definitions.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            self.definition(d, f)?;
        }
        list(f, "field of", &self.used_by)?;
        list(f, "answer of", &self.answered_by)
    }
}

impl Found<'_> {
    fn definition(&self, d: &Definition, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match d.kind {
            Kind::Constructor => "constructor",
            Kind::Function => "function",
        };
        writeln!(f, "{kind} {}#{:08x}", d.name, d.id)?;
        for field in &d.fields {
            let (_, ty) = field.to_string().split_once(':').map_or_else(
                || (String::new(), String::new()),
                |(name, ty)| (name.to_owned(), ty.to_owned()),
            );
            writeln!(f, "  {:24} {ty}", field.name)?;
        }
        writeln!(f, "  = {}", d.result)?;
        let Some(method) = self.facts.methods.get(&d.name.to_string()) else {
            return Ok(());
        };
        match method.who {
            Who::User => writeln!(f, "for user accounts only")?,
            Who::Bot => writeln!(f, "for bots only")?,
            Who::Any => {}
        }
        if !method.errors.is_empty() {
            writeln!(f, "known errors: {}", method.errors.join(", "))?;
        }
        Ok(())
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, definitions: &[&Definition]) -> fmt::Result {
    if definitions.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = definitions.iter().map(|d| d.name.to_string()).collect();
    writeln!(f, "{title}: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "\
user id:long = User;
inputUserSelf#f7c1b13f = InputUser;
";

    #[test]
    fn an_id_leads_to_what_it_names() {
        let (schema, facts) = (crate::parse(SCHEMA).unwrap(), Facts::default());
        for text in ["f7c1b13f", "#f7c1b13f", "0xF7C1B13F"] {
            let found = find(&schema, &facts, text).unwrap();
            assert_eq!(found.definitions[0].name.to_string(), "inputUserSelf");
        }
        for text in ["f7c1b13", "f7c1b13e", "", "+7c1b13f", "0x", "#"] {
            assert!(find(&schema, &facts, text).is_none(), "{text}");
        }
    }
}
