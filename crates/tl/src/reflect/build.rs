use std::{borrow::Cow, collections::HashMap};

use super::{
    Kind, Table, TableError,
    table::{BoxedRecord, DefRecord, FieldRecord, TypeRecord},
};

/// A type, as told to a [`TableBuilder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeSpec {
    /// `int`.
    Int,
    /// `long`.
    Long,
    /// `double`.
    Double,
    /// `int128`.
    Int128,
    /// `int256`.
    Int256,
    /// `string`.
    String,
    /// `bytes`.
    Bytes,
    /// `Bool`.
    Bool,
    /// `true` behind a flag.
    True,
    /// A flags word, `#`.
    Flags,
    /// `Vector<T>` (boxed) or `vector<T>`.
    Vector {
        /// Whether the id of `vector` comes first.
        boxed: bool,
        /// Type of the elements.
        elem: Box<Self>,
    },
    /// A type with constructors, by name.
    Boxed(String),
    /// One constructor without its id (`future_salt`, `%Message`): name of the constructor, or of
    /// a type that has exactly one.
    Bare(String),
    /// `Object`, `!X`, or the result `X`.
    Any,
}

impl TypeSpec {
    /// A type with constructors.
    #[must_use]
    pub fn boxed(name: impl Into<String>) -> Self {
        Self::Boxed(name.into())
    }

    /// A constructor without its id.
    #[must_use]
    pub fn bare(name: impl Into<String>) -> Self {
        Self::Bare(name.into())
    }

    /// `Vector<elem>`.
    #[must_use]
    pub fn vector(elem: Self) -> Self {
        Self::Vector {
            boxed: true,
            elem: Box::new(elem),
        }
    }

    /// `vector<elem>`.
    #[must_use]
    pub fn bare_vector(elem: Self) -> Self {
        Self::Vector {
            boxed: false,
            elem: Box::new(elem),
        }
    }
}

/// A field, as told to a [`TableBuilder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Name in the schema.
    pub name: String,
    /// Its type.
    pub ty: TypeSpec,
    /// Name of the flags word and the bit, for `name:flags.3?type`.
    pub flag: Option<(String, u8)>,
}

impl FieldSpec {
    /// A field that is always there; a flags word is one of type [`TypeSpec::Flags`].
    #[must_use]
    pub fn new(name: impl Into<String>, ty: TypeSpec) -> Self {
        Self {
            name: name.into(),
            ty,
            flag: None,
        }
    }

    /// A field that is there when a bit of an earlier flags word is set.
    #[must_use]
    pub fn optional(
        name: impl Into<String>,
        ty: TypeSpec,
        word: impl Into<String>,
        bit: u8,
    ) -> Self {
        Self {
            name: name.into(),
            ty,
            flag: Some((word.into(), bit)),
        }
    }
}

/// Makes a [`Table`] out of definitions told one by one.
#[derive(Debug, Default)]
pub struct TableBuilder {
    defs: Vec<(Kind, u32, String, TypeSpec, Vec<FieldSpec>)>,
}

impl TableBuilder {
    /// A builder that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one line of a schema. For a constructor `result` is its type.
    pub fn define(
        &mut self,
        kind: Kind,
        id: u32,
        name: impl Into<String>,
        result: TypeSpec,
        fields: impl IntoIterator<Item = FieldSpec>,
    ) -> &mut Self {
        self.defs
            .push((kind, id, name.into(), result, fields.into_iter().collect()));
        self
    }

    /// The table.
    ///
    /// # Errors
    /// Where an id or a name stands twice, a flag has no flags word before it, or a bare type is
    /// unknown. Boxed types without constructors are allowed.
    pub fn build(self) -> Result<Table, TableError> {
        let mut interner = Interner::new(&self.defs);
        let mut defs = Vec::with_capacity(self.defs.len());
        let mut fields = Vec::new();
        for (kind, id, name, result, specs) in &self.defs {
            let first = fields.len() as u32;
            for (index, spec) in specs.iter().enumerate() {
                let before = specs.get(..index).unwrap_or(&[]);
                let flag = flag_code(spec, before).ok_or_else(|| TableError::BadFlag {
                    definition: name.clone(),
                    field: spec.name.clone(),
                })?;
                let ty = interner.ty(name, &spec.ty)?;
                fields.push(FieldRecord {
                    name: interner.name(&spec.name),
                    ty,
                    flag,
                });
            }
            let result = match (kind, result) {
                // Constructors of `Bool` make up the type whose fields read as `Type::Bool`.
                (Kind::Constructor, TypeSpec::Bool) => interner.boxed("Bool"),
                (_, result) => interner.ty(name, result)?,
            };
            defs.push(DefRecord {
                id: *id,
                name: interner.name(name),
                result,
                first,
                count: specs.len() as u32,
                kind: *kind,
            });
        }
        let mut table = Table {
            text: Cow::Owned(interner.text),
            starts: interner.starts,
            types: interner.types,
            boxed: interner.boxed,
            defs,
            fields,
            members: Vec::new(),
            ids: Vec::new(),
            by_name: Vec::new(),
            boxed_by_name: Vec::new(),
        };
        table.index()?;
        Ok(table)
    }
}

/// The form a flag has in a [`FieldRecord`]; `None` where its word is not among `before`.
fn flag_code(spec: &FieldSpec, before: &[FieldSpec]) -> Option<u32> {
    let Some((word, bit)) = &spec.flag else {
        return Some(0);
    };
    let at = before
        .iter()
        .position(|f| f.name == *word && f.ty == TypeSpec::Flags)?;
    (*bit < 32).then_some(1 + at as u32 * 32 + u32::from(*bit))
}

/// Gives each name and each type one index.
struct Interner {
    text: String,
    starts: Vec<u32>,
    names: HashMap<String, u32>,
    types: Vec<TypeRecord>,
    type_index: HashMap<TypeRecord, u32>,
    boxed: Vec<BoxedRecord>,
    boxed_index: HashMap<String, u32>,
    /// What a bare name means.
    bare: HashMap<String, u32>,
}

impl Interner {
    fn new(defs: &[(Kind, u32, String, TypeSpec, Vec<FieldSpec>)]) -> Self {
        let mut bare = HashMap::new();
        let mut count: HashMap<&str, u32> = HashMap::new();
        let constructors = || {
            (0u32..)
                .zip(defs)
                .filter(|(_, def)| def.0 == Kind::Constructor)
        };
        for (_, def) in constructors() {
            if let TypeSpec::Boxed(ty) = &def.3 {
                *count.entry(ty).or_default() += 1;
            }
        }
        for (index, def) in constructors() {
            if let TypeSpec::Boxed(ty) = &def.3
                && count.get(ty.as_str()) == Some(&1)
            {
                bare.entry(ty.clone()).or_insert(index);
            }
        }
        for (index, def) in constructors() {
            bare.insert(def.2.clone(), index);
        }
        Self {
            text: String::new(),
            starts: vec![0],
            names: HashMap::new(),
            types: Vec::new(),
            type_index: HashMap::new(),
            boxed: Vec::new(),
            boxed_index: HashMap::new(),
            bare,
        }
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(&index) = self.names.get(name) {
            return index;
        }
        let index = self.names.len() as u32;
        self.text.push_str(name);
        self.starts.push(self.text.len() as u32);
        self.names.insert(name.to_owned(), index);
        index
    }

    fn record(&mut self, record: TypeRecord) -> u32 {
        let next = self.types.len() as u32;
        *self.type_index.entry(record).or_insert_with(|| {
            self.types.push(record);
            next
        })
    }

    fn boxed(&mut self, name: &str) -> u32 {
        let index = match self.boxed_index.get(name) {
            Some(&index) => index,
            None => {
                let index = self.boxed.len() as u32;
                let record = BoxedRecord {
                    name: self.name(name),
                    first: 0,
                    count: 0,
                };
                self.boxed.push(record);
                self.boxed_index.insert(name.to_owned(), index);
                index
            }
        };
        self.record(TypeRecord::Boxed(index))
    }

    fn ty(&mut self, definition: &str, spec: &TypeSpec) -> Result<u32, TableError> {
        let record = match spec {
            TypeSpec::Int => TypeRecord::Int,
            TypeSpec::Long => TypeRecord::Long,
            TypeSpec::Double => TypeRecord::Double,
            TypeSpec::Int128 => TypeRecord::Int128,
            TypeSpec::Int256 => TypeRecord::Int256,
            TypeSpec::String => TypeRecord::String,
            TypeSpec::Bytes => TypeRecord::Bytes,
            TypeSpec::Bool => TypeRecord::Bool,
            TypeSpec::True => TypeRecord::True,
            TypeSpec::Flags => TypeRecord::Flags,
            TypeSpec::Any => TypeRecord::Any,
            TypeSpec::Boxed(name) => return Ok(self.boxed(name)),
            TypeSpec::Bare(name) => match self.bare.get(name) {
                Some(&index) => TypeRecord::Bare(index),
                None => {
                    return Err(TableError::UnknownBare {
                        definition: definition.to_owned(),
                        name: name.clone(),
                    });
                }
            },
            TypeSpec::Vector { boxed, elem } => TypeRecord::Vector {
                boxed: *boxed,
                elem: self.ty(definition, elem)?,
            },
        };
        Ok(self.record(record))
    }
}
