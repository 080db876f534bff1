//! How much a schema defines.

use std::{collections::BTreeSet, fmt};

use crate::{Kind, Schema};

/// Counts of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The layer, where the file states it.
    pub layer: Option<i32>,
    /// Where the file came from, where it states that.
    pub source: Option<String>,
    /// Lines that define a constructor.
    pub constructors: usize,
    /// Types those constructors make.
    pub types: usize,
    /// Lines that define a function.
    pub functions: usize,
    /// Namespaces of constructors and functions.
    pub namespaces: usize,
    /// Fields of all definitions, flags words not counted.
    pub fields: usize,
}

/// Counts what a schema defines.
#[must_use]
pub fn stats(schema: &Schema) -> Stats {
    let of = |kind| schema.definitions.iter().filter(move |d| d.kind == kind);
    let types: BTreeSet<String> = of(Kind::Constructor)
        .map(|d| d.result.to_string())
        .collect();
    let spaces: BTreeSet<&str> = schema
        .definitions
        .iter()
        .filter_map(|d| d.name.space.as_deref())
        .collect();
    Stats {
        layer: schema.layer,
        source: schema.source.clone(),
        constructors: of(Kind::Constructor).count(),
        types: types.len(),
        functions: of(Kind::Function).count(),
        namespaces: spaces.len(),
        fields: schema
            .definitions
            .iter()
            .flat_map(|d| &d.fields)
            .filter(|f| f.ty != crate::Type::Flags)
            .count(),
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer {
            Some(layer) => writeln!(f, "layer         {layer}")?,
            None => writeln!(f, "layer         not stated")?,
        }
        if let Some(source) = &self.source {
            writeln!(f, "source        {source}")?;
        }
        writeln!(f, "constructors  {}", self.constructors)?;
        writeln!(f, "types         {}", self.types)?;
        writeln!(f, "functions     {}", self.functions)?;
        writeln!(f, "namespaces    {}", self.namespaces)?;
        write!(f, "fields        {}", self.fields)
    }
}
