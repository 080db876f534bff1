//! What changed from one schema to another.

use std::{collections::BTreeMap, fmt};

use crate::{Definition, Kind, Schema};

/// Differences between two schemas, by kind and name.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// Layers of the two.
    pub layers: (Option<i32>, Option<i32>),
    /// Definitions that only the newer one has.
    pub added: Vec<Definition>,
    /// Definitions that only the older one has.
    pub removed: Vec<Definition>,
    /// Definitions of one name that differ.
    pub changed: Vec<Change>,
}

/// A definition that differs.
#[derive(Clone, Debug)]
pub struct Change {
    /// As the older schema has it.
    pub old: Definition,
    /// As the newer schema has it.
    pub new: Definition,
}

/// Compares two schemas.
#[must_use]
pub fn diff(old: &Schema, new: &Schema) -> Diff {
    let (before, after) = (by_name(old), by_name(new));
    let mut diff = Diff {
        layers: (old.layer, new.layer),
        ..Diff::default()
    };
    for (key, d) in &after {
        match before.get(key) {
            None => diff.added.push((*d).clone()),
            Some(o) if o.without_id() != d.without_id() || o.id != d.id => {
                diff.changed.push(Change {
                    old: (*o).clone(),
                    new: (*d).clone(),
                });
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key));
    diff.removed = gone.map(|(_, d)| (*d).clone()).collect();
    diff
}

fn by_name(schema: &Schema) -> BTreeMap<(Kind, String), &Definition> {
    schema
        .definitions
        .iter()
        .map(|d| ((d.kind, d.name.to_string()), d))
        .collect()
}

impl Change {
    /// The fields that came, went, or changed their type, and the result if it is another.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let texts = |d: &Definition| -> Vec<(String, String)> {
            d.fields
                .iter()
                .map(|f| (f.name.clone(), f.to_string()))
                .collect()
        };
        let (old, new) = (texts(&self.old), texts(&self.new));
        let find = |fields: &[(String, String)], name: &str| {
            fields
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, text)| text.clone())
        };
        let mut lines = Vec::new();
        for (name, text) in &old {
            match find(&new, name) {
                None => lines.push(format!("- {text}")),
                Some(other) if other != *text => lines.push(format!("~ {text} -> {other}")),
                Some(_) => {}
            }
        }
        let added = new.iter().filter(|(name, _)| find(&old, name).is_none());
        lines.extend(added.map(|(_, text)| format!("+ {text}")));
        if self.old.result != self.new.result {
            lines.push(format!("~ = {} -> = {}", self.old.result, self.new.result));
        }
        if lines.is_empty() {
            lines.push("~ the order of fields, or the id alone".to_owned());
        }
        lines
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = |l: Option<i32>| l.map_or_else(|| "?".to_owned(), |l| l.to_string());
        writeln!(
            f,
            "layer {} -> {}: {} added, {} removed, {} changed",
            layer(self.layers.0),
            layer(self.layers.1),
            self.added.len(),
            self.removed.len(),
            self.changed.len()
        )?;
        for d in &self.added {
            writeln!(f, "+ {d}")?;
        }
        for d in &self.removed {
            writeln!(f, "- {d}")?;
        }
        for change in &self.changed {
            writeln!(
                f,
                "~ {} ({:08x} -> {:08x})",
                change.new.name, change.old.id, change.new.id
            )?;
            for line in change.lines() {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}
