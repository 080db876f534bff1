//! Rust source from a checked schema.

mod callers;
mod code;
mod docs;
mod enums;
mod errors;
mod fields;
mod functions;
pub(crate) mod names;
mod types;

use std::collections::BTreeMap;

use crate::{Definition, Facts, Kind, Name, Schema, SchemaError, Type, check, graph::Graph};
use code::Code;
use docs::Docs;

/// How the generated values show themselves with `{:?}`.
#[derive(Clone, Copy, Debug)]
pub enum DebugStyle<'a> {
    /// By the function of this path, `fn(&dyn Encode, &mut fmt::Formatter) -> fmt::Result`.
    Function(&'a str),
    /// By `derive`, save for the named constructors, which hold secrets and show none of them.
    Derive {
        /// Those constructors, by their names in the schema.
        secret: &'a [&'a str],
    },
}

/// What to generate and for where.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Path of the module that the code is included in, such as `crate`.
    pub root: &'a str,
    /// How values show themselves.
    pub debug: DebugStyle<'a>,
}

/// Generated source.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The modules `types`, `enums` and `functions`.
    pub code: String,
    /// `Decode` for every function, which only servers need.
    pub decode_functions: String,
    /// Constants for the known errors.
    pub errors: String,
    /// Lists of the methods that are for people or for bots alone.
    pub callers: String,
}

/// Generates Rust source for a whole schema.
///
/// # Errors
/// What [`check`](crate::check()) finds, or two names that are one in Rust.
pub fn generate(
    schema: &Schema,
    facts: &Facts,
    options: Options<'_>,
) -> Result<Generated, SchemaError> {
    check(schema)?;
    let emitter = Emitter::new(schema, facts, options);
    emitter.check_names()?;
    Ok(Generated {
        code: emitter.all(),
        decode_functions: emitter.decode_functions(),
        errors: errors::emit(facts),
        callers: callers::emit(facts),
    })
}

pub(crate) struct Emitter<'a> {
    graph: Graph<'a>,
    docs: Docs<'a>,
    options: Options<'a>,
    functions: Vec<&'a Definition>,
}

/// Items by namespace; those without one come first.
type Spaces<T> = BTreeMap<Option<String>, Vec<T>>;

const ALLOW: &str = "#[allow(missing_docs, unused_imports, unused_qualifications, clippy::all)]";

impl<'a> Emitter<'a> {
    fn new(schema: &'a Schema, facts: &'a Facts, options: Options<'a>) -> Self {
        let functions = schema
            .definitions
            .iter()
            .filter(|d| d.kind == Kind::Function)
            .collect();
        let graph = Graph::of(schema);
        let docs = Docs::new(schema, facts, &graph);
        Self {
            graph,
            docs,
            options,
            functions,
        }
    }

    fn all(&self) -> String {
        let mut structs: Spaces<(&Name, &Definition)> = Spaces::new();
        let mut enums: Spaces<&Name> = Spaces::new();
        for (&ty, info) in &self.graph.types {
            enums.entry(ty.space.clone()).or_default().push(ty);
            for &d in info.constructors.iter().filter(|d| self.has_struct(ty, d)) {
                structs
                    .entry(d.name.space.clone())
                    .or_default()
                    .push((ty, d));
            }
        }
        let mut functions: Spaces<&Definition> = Spaces::new();
        for &d in &self.functions {
            functions.entry(d.name.space.clone()).or_default().push(d);
        }
        let mut code = Code::default();
        let c = &mut code;
        self.definitions(c);
        let about = "Constructors: the forms a value can have, one struct each.";
        self.module(c, "types", about, &structs, |c, &(ty, d)| {
            self.structure_impls(c, ty, d)
        });
        let about = "Types with several constructors, one enum each; the others by their struct.";
        self.module(c, "enums", about, &enums, |c, ty| {
            self.enumeration_impls(c, ty)
        });
        let about = "Functions: the requests a server answers, one struct each.";
        self.module(c, "functions", about, &functions, |c, d| {
            self.function(c, d)
        });
        code.finish()
    }

    /// Every struct and enum stands in one module and is found by its namespace in others. The
    /// compiler makes one codegen unit of that module; over a unit for each namespace it would
    /// spend twice the time, most of it on moving code between them.
    fn definitions(&self, c: &mut Code) {
        c.line(ALLOW);
        c.line("#[allow(non_camel_case_types)]");
        c.line("mod defs {");
        self.imports(c);
        for (&ty, info) in &self.graph.types {
            for &d in info.constructors.iter().filter(|d| self.has_struct(ty, d)) {
                c.line("");
                self.structure(c, ty, d);
            }
            self.enumeration(c, ty);
        }
        c.line("}");
    }

    fn module<T>(
        &self,
        c: &mut Code,
        name: &str,
        about: &str,
        spaces: &Spaces<T>,
        mut emit: impl FnMut(&mut Code, &T),
    ) {
        c.doc(&[about.to_owned()]);
        c.line(ALLOW);
        c.line(format!("pub mod {name} {{"));
        self.imports(c);
        for (space, items) in spaces {
            if let Some(space) = space {
                c.line("");
                c.doc(&[format!("The namespace `{space}`.")]);
                c.line(format!("pub mod {} {{", names::module(space)));
                self.imports(c);
            }
            for item in items {
                c.line("");
                emit(c, item);
            }
            if space.is_some() {
                c.line("}");
            }
        }
        c.line("}");
    }

    fn imports(&self, c: &mut Code) {
        c.line(
            "use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};",
        );
        c.line(format!("use {}::{{enums, types}};", self.options.root));
    }

    /// Constructors without fields of a type with others are bare variants.
    fn has_struct(&self, ty: &Name, d: &Definition) -> bool {
        self.is_single(ty) || d.fields.iter().any(|f| f.ty != Type::Flags)
    }

    fn is_single(&self, ty: &Name) -> bool {
        self.graph
            .types
            .get(ty)
            .is_some_and(|info| info.constructors.len() == 1)
    }

    /// Adds `#[inline]` to the reading of what no function answers, as is done to all writing: the
    /// compiler then makes code of it where it is used, and not here for everyone. What servers
    /// answer is read by every client, so that code is made here and once.
    fn inline_decode(&self, c: &mut Code, ty: &Name) {
        if !self.graph.answered.contains(ty) {
            c.line("#[inline]");
        }
    }

    /// `Debug`, for the struct or enum `name` with the given generics.
    fn debug(&self, c: &mut Code, name: &str, generics: [&str; 2]) {
        let DebugStyle::Function(function) = self.options.debug else {
            return;
        };
        let [params, args] = generics;
        c.line(format!("impl{params} std::fmt::Debug for {name}{args} {{"));
        c.line("#[inline]");
        c.line("fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {");
        c.line(format!("{function}(self, f)"));
        c.lines(&["}", "}"]);
    }

    /// The `derive` line, and `Debug` by hand for what derives none.
    fn derives(&self, d: Option<&Definition>) -> (&'static str, bool) {
        match self.options.debug {
            DebugStyle::Function(_) => ("#[derive(Clone, PartialEq)]", false),
            DebugStyle::Derive { secret } => {
                let name = d.map(|d| d.name.to_string()).unwrap_or_default();
                if secret.contains(&name.as_str()) {
                    ("#[derive(Clone, PartialEq)]", true)
                } else {
                    ("#[derive(Clone, Debug, PartialEq)]", false)
                }
            }
        }
    }

    /// Two definitions may differ in the schema and be one in Rust.
    fn check_names(&self) -> Result<(), SchemaError> {
        let mut seen = BTreeMap::new();
        let constructors = self
            .graph
            .types
            .values()
            .flat_map(|info| info.constructors.iter());
        for &d in constructors.chain(&self.functions) {
            if let Some(other) = seen.insert((d.kind, names::path(&d.name)), d) {
                return Err(SchemaError::new(
                    d.line.max(other.line),
                    format!("{} and {} have the same name in Rust", other.name, d.name),
                ));
            }
        }
        for (ty, info) in &self.graph.types {
            let mut seen = BTreeMap::new();
            for &d in &info.constructors {
                if let Some(other) = seen.insert(names::variant(ty, d), d) {
                    return Err(SchemaError::new(
                        d.line.max(other.line),
                        format!("{} and {} are the same variant of {ty}", other.name, d.name),
                    ));
                }
            }
        }
        Ok(())
    }
}
