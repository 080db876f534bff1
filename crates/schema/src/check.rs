use std::collections::{BTreeMap, BTreeSet};

use crate::{Definition, Kind, Name, Schema, SchemaError, Type, graph::Graph};

/// Checks what a line alone cannot show: that names and ids are given once, that every type exists,
/// that flags words stand before their use, and that every type has a finite value.
///
/// # Errors
/// The first mistake, with its line.
pub fn check(schema: &Schema) -> Result<(), SchemaError> {
    unique(schema)?;
    let names = Names::of(schema);
    for definition in &schema.definitions {
        flags(definition)?;
        for field in definition.fields.iter().map(|f| &f.ty) {
            names.check(definition, field)?;
        }
        if definition.kind == Kind::Function {
            names.check(definition, &definition.result)?;
        }
    }
    finite(schema)
}

fn unique(schema: &Schema) -> Result<(), SchemaError> {
    let mut names = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for d in &schema.definitions {
        if let Some(line) = names.insert((d.kind, &d.name), d.line) {
            return Err(at(
                d,
                format!("{} is defined twice, first in line {line}", d.name),
            ));
        }
        if let Some((name, line)) = ids.insert(d.id, (&d.name, d.line)) {
            let id = d.id;
            return Err(at(
                d,
                format!("the id {id:08x} is that of {name} in line {line} too"),
            ));
        }
    }
    Ok(())
}

fn at(definition: &Definition, reason: impl Into<String>) -> SchemaError {
    SchemaError::new(definition.line, reason)
}

/// What the file defines, by name.
struct Names<'a> {
    types: BTreeMap<&'a Name, usize>,
    constructors: BTreeSet<&'a Name>,
}

impl<'a> Names<'a> {
    fn of(schema: &'a Schema) -> Self {
        let mut types = BTreeMap::new();
        let mut constructors = BTreeSet::new();
        for d in schema
            .definitions
            .iter()
            .filter(|d| d.kind == Kind::Constructor)
        {
            constructors.insert(&d.name);
            if let Type::Boxed(name) = &d.result {
                *types.entry(name).or_insert(0) += 1;
            }
        }
        Self {
            types,
            constructors,
        }
    }

    fn check(&self, of: &Definition, ty: &Type) -> Result<(), SchemaError> {
        match ty.innermost() {
            Type::Boxed(name) if !self.types.contains_key(name) => Err(at(
                of,
                format!("{} uses the type {name}, which nothing constructs", of.name),
            )),
            Type::Bare {
                name,
                percent: false,
            } if !self.constructors.contains(name) => Err(at(
                of,
                format!("{} uses {name}, which is not defined", of.name),
            )),
            Type::Bare {
                name,
                percent: true,
            } if self.types.get(name) != Some(&1) => Err(at(
                of,
                format!(
                    "{} uses %{name}, which must have exactly one constructor",
                    of.name
                ),
            )),
            Type::True | Type::Flags if ty != ty.innermost() => Err(at(
                of,
                format!("{} has a vector of what takes no room", of.name),
            )),
            _ => Ok(()),
        }
    }
}

fn flags(definition: &Definition) -> Result<(), SchemaError> {
    let mut words = BTreeSet::new();
    let mut fields = BTreeSet::new();
    for field in &definition.fields {
        let name = &field.name;
        if !fields.insert(name) {
            return Err(at(
                definition,
                format!("{} has two fields `{name}`", definition.name),
            ));
        }
        match &field.flag {
            Some(flag) if !words.contains(&flag.word) => {
                return Err(at(
                    definition,
                    format!(
                        "the field `{name}` of {} needs a bit of `{}`, but no flags word of that \
                         name stands before it",
                        definition.name, flag.word
                    ),
                ));
            }
            None if field.ty == Type::True => {
                return Err(at(
                    definition,
                    format!(
                        "the field `{name}` of {} is `true` without a flag",
                        definition.name
                    ),
                ));
            }
            _ => {}
        }
        if field.ty == Type::Flags {
            words.insert(&field.name);
        }
    }
    Ok(())
}

/// A type whose every constructor needs a value of that type could never end.
fn finite(schema: &Schema) -> Result<(), SchemaError> {
    let graph = Graph::of(schema);
    for (ty, info) in &graph.types {
        if graph.least(ty).is_none() {
            let line = info.constructors.first().map_or(1, |d| d.line);
            return Err(SchemaError::new(
                line,
                format!("a value of {ty} would have to contain itself without end"),
            ));
        }
    }
    Ok(())
}
