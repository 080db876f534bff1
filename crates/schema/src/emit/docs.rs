//! Doc comments: the definition, who may use it, and what it goes with.

use std::collections::BTreeMap;

use super::names;
use crate::{Definition, Facts, Field, Kind, Name, Schema, Type, Who, graph::Graph};

/// At most this many names are listed in one doc comment.
const LISTED: usize = 6;

pub(super) struct Docs<'a> {
    layer: Option<i32>,
    facts: &'a Facts,
    returned_by: BTreeMap<&'a Name, Vec<&'a Name>>,
    taken_by: BTreeMap<&'a Name, Vec<&'a Name>>,
}

impl<'a> Docs<'a> {
    pub(super) fn new(schema: &'a Schema, facts: &'a Facts, graph: &Graph<'a>) -> Self {
        let mut returned_by: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut taken_by: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for d in &schema.definitions {
            for field in &d.fields {
                if let Some(ty) = graph.target(field.ty.innermost()) {
                    let users = taken_by.entry(ty).or_default();
                    if users.last() != Some(&&d.name) {
                        users.push(&d.name);
                    }
                }
            }
            if d.kind == Kind::Function
                && let Some(ty) = graph.target(d.result.innermost())
            {
                returned_by.entry(ty).or_default().push(&d.name);
            }
        }
        Self {
            layer: schema.layer,
            facts,
            returned_by,
            taken_by,
        }
    }

    fn layer(&self) -> String {
        self.layer
            .map(|layer| format!("Layer {layer}. "))
            .unwrap_or_default()
    }

    /// What returns and what holds values of a type.
    fn usage(&self, ty: &Name) -> String {
        let list = |what: &str, names: Option<&Vec<&Name>>| {
            let Some(names) = names else {
                return String::new();
            };
            let shown: Vec<String> = names
                .iter()
                .take(LISTED)
                .map(|name| format!("`{name}`"))
                .collect();
            let more = names.len().saturating_sub(LISTED);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("{what} {}{more}. ", shown.join(", "))
        };
        list("Returned by", self.returned_by.get(ty)) + &list("Held by", self.taken_by.get(ty))
    }

    pub(super) fn constructor(&self, ty: &Name, d: &Definition, single: bool) -> Vec<String> {
        let usage = if single {
            self.usage(ty)
        } else {
            format!("A form of `{ty}`.")
        };
        vec![
            format!("`{d}`"),
            String::new(),
            format!("{}{usage}", self.layer()),
        ]
    }

    pub(super) fn boxed(&self, ty: &Name) -> Vec<String> {
        vec![
            format!("`{ty}`"),
            String::new(),
            format!("{}{}", self.layer(), self.usage(ty)),
        ]
    }

    pub(super) fn function(&self, d: &Definition) -> Vec<String> {
        let name = d.name.to_string();
        let method = self.facts.methods.get(&name);
        let who = match method.map(|m| m.who) {
            Some(Who::User) => "For users, not for bots. ",
            Some(Who::Bot) => "For bots only. ",
            Some(Who::Any) | None => "For users and, as far as known, for bots. ",
        };
        let who = if self.facts.methods.is_empty() {
            ""
        } else {
            who
        };
        let errors: Vec<String> = method
            .into_iter()
            .flat_map(|m| &m.errors)
            .map(|e| format!("`{}`", names::error(e)))
            .collect();
        let errors = match errors.as_slice() {
            [] => String::new(),
            all => format!("Known errors: {}.", all.join(", ")),
        };
        let answer = match &d.result {
            Type::Generic { .. } => "Answers what the inner request answers. ".to_owned(),
            ty => format!("Answers `{ty}`. "),
        };
        vec![
            format!("`{d}`"),
            String::new(),
            format!("{}{answer}{who}{errors}", self.layer()),
        ]
    }
}

/// The field as the schema has it, and the fields it shares its bit with.
pub(super) fn field(d: &Definition, field: &Field) -> String {
    let definition = format!("`{field}`");
    let Some(flag) = &field.flag else {
        return definition;
    };
    let others: Vec<String> = d
        .fields
        .iter()
        .filter(|f| f.flag.as_ref() == Some(flag) && f.name != field.name)
        .map(|f| format!("`{}`", f.name))
        .collect();
    if others.is_empty() {
        return definition;
    }
    format!("{definition}; sent together with {}.", others.join(", "))
}
