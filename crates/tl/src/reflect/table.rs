use std::{borrow::Cow, fmt};

use super::{BoxedType, Definition, Element, Type};

/// Whether a line of a schema defines a constructor of a type or a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A constructor: one form a value of its type can have.
    Constructor,
    /// A function: a request, with the type of its answer as result.
    Function,
}

/// All definitions of one schema, as data.
///
/// Lookups by id and by name are binary searches; everything handed out borrows from the table.
///
/// ```
/// use heliogram_tl::reflect::{FieldSpec, Kind, TableBuilder, TypeSpec};
///
/// let mut builder = TableBuilder::new();
/// builder.define(
///     Kind::Constructor,
///     0xdde8_a54c,
///     "inputPeerUser",
///     TypeSpec::boxed("InputPeer"),
///     [FieldSpec::new("user_id", TypeSpec::Long), FieldSpec::new("access_hash", TypeSpec::Long)],
/// );
/// let table = builder.build()?;
/// let def = table.by_id(0xdde8_a54c).map(|d| d.name());
/// assert_eq!(def, Some("inputPeerUser"));
/// # Ok::<(), heliogram_tl::reflect::TableError>(())
/// ```
#[derive(Default)]
pub struct Table {
    pub(super) text: Cow<'static, str>,
    /// Where each name starts in `text`; one more entry than there are names.
    pub(super) starts: Vec<u32>,
    pub(super) types: Vec<TypeRecord>,
    pub(super) boxed: Vec<BoxedRecord>,
    pub(super) defs: Vec<DefRecord>,
    pub(super) fields: Vec<FieldRecord>,
    /// Constructors by type, for the ranges in `boxed`.
    pub(super) members: Vec<u32>,
    /// `(id, definition)`, ordered by id.
    pub(super) ids: Vec<(u32, u32)>,
    /// Definitions, ordered by name.
    pub(super) by_name: Vec<u32>,
    /// Entries of `boxed`, ordered by name.
    pub(super) boxed_by_name: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TypeRecord {
    Int,
    Long,
    Double,
    Int128,
    Int256,
    String,
    Bytes,
    Bool,
    True,
    Flags,
    Any,
    Vector { boxed: bool, elem: u32 },
    Boxed(u32),
    Bare(u32),
}

#[derive(Clone, Copy)]
pub(super) struct BoxedRecord {
    pub(super) name: u32,
    pub(super) first: u32,
    pub(super) count: u32,
}

#[derive(Clone, Copy)]
pub(super) struct DefRecord {
    pub(super) id: u32,
    pub(super) name: u32,
    pub(super) result: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) struct FieldRecord {
    pub(super) name: u32,
    pub(super) ty: u32,
    /// 0 for a field that is always there, else `1 + word * 32 + bit`.
    pub(super) flag: u32,
}

/// Why a table could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableError {
    /// Two definitions have one id.
    DuplicateId {
        /// The id.
        id: u32,
        /// The definition that came second.
        name: String,
    },
    /// Two definitions have one name.
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A field depends on a flags word that does not stand before it, or on a bit above 31.
    BadFlag {
        /// The definition.
        definition: String,
        /// The field.
        field: String,
    },
    /// A bare type names no constructor.
    UnknownBare {
        /// The definition.
        definition: String,
        /// The name that was not found.
        name: String,
    },
    /// The binary form is damaged or of another version.
    BadBlob {
        /// Offset of the mistake.
        at: usize,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId { id, name } => {
                write!(
                    f,
                    "{name} has id {id:#010x}, which another definition has too"
                )
            }
            Self::DuplicateName { name } => write!(f, "{name} is defined twice"),
            Self::BadFlag { definition, field } => {
                write!(
                    f,
                    "{definition}: field {field} depends on a flag that is not there"
                )
            }
            Self::UnknownBare { definition, name } => {
                write!(f, "{definition}: bare type {name} is no constructor")
            }
            Self::BadBlob { at } => write!(f, "the table of definitions is damaged at byte {at}"),
        }
    }
}

impl std::error::Error for TableError {}

impl Table {
    /// Number of constructors and functions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.defs.len()
    }

    /// Whether nothing is defined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.defs.is_empty()
    }

    /// Every definition, in the order of the schema.
    pub fn definitions(&self) -> impl ExactSizeIterator<Item = Definition<'_>> {
        self.defs
            .iter()
            .enumerate()
            .map(|(index, record)| Definition {
                table: self,
                index,
                record,
            })
    }

    /// Every type that has constructors, in the order of first mention.
    pub fn types(&self) -> impl Iterator<Item = BoxedType<'_>> {
        self.boxed
            .iter()
            .enumerate()
            .filter(|(_, record)| record.count > 0)
            .map(|(index, record)| BoxedType {
                table: self,
                index,
                record,
            })
    }

    /// The definition at this place, see [`Definition::index`].
    #[must_use]
    pub fn definition(&self, index: usize) -> Option<Definition<'_>> {
        self.def(u32::try_from(index).ok()?)
    }

    /// The definition with this id.
    #[must_use]
    pub fn by_id(&self, id: u32) -> Option<Definition<'_>> {
        let at = self.ids.binary_search_by_key(&id, |entry| entry.0).ok()?;
        self.def(self.ids.get(at)?.1)
    }

    /// The definition with this name, such as `messages.sendMessage`.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<Definition<'_>> {
        let key = |index: &u32| {
            self.defs
                .get(*index as usize)
                .map_or("", |d| self.name(d.name))
        };
        let at = self
            .by_name
            .binary_search_by(|index| key(index).cmp(name))
            .ok()?;
        self.def(*self.by_name.get(at)?)
    }

    /// The type with this name, such as `messages.Messages`, where the schema mentions it.
    #[must_use]
    pub fn by_type(&self, name: &str) -> Option<BoxedType<'_>> {
        let key = |index: &u32| {
            self.boxed
                .get(*index as usize)
                .map_or("", |b| self.name(b.name))
        };
        let at = self
            .boxed_by_name
            .binary_search_by(|index| key(index).cmp(name))
            .ok()?;
        let index = *self.boxed_by_name.get(at)? as usize;
        let record = self.boxed.get(index)?;
        Some(BoxedType {
            table: self,
            index,
            record,
        })
    }

    /// The schema's name of an id.
    #[must_use]
    pub fn name_of(&self, id: u32) -> Option<&str> {
        self.by_id(id).map(|def| def.name())
    }

    pub(super) fn def(&self, index: u32) -> Option<Definition<'_>> {
        let index = index as usize;
        let record = self.defs.get(index)?;
        Some(Definition {
            table: self,
            index,
            record,
        })
    }

    pub(super) fn name(&self, index: u32) -> &str {
        let index = index as usize;
        match (self.starts.get(index), self.starts.get(index + 1)) {
            (Some(&from), Some(&to)) => self.text.get(from as usize..to as usize).unwrap_or(""),
            _ => "",
        }
    }

    /// An index that is out of range cannot be, since tables are checked when made; it reads as
    /// [`Type::Any`].
    pub(super) fn ty(&self, index: u32) -> Type<'_> {
        let Some(record) = self.types.get(index as usize) else {
            return Type::Any;
        };
        match *record {
            TypeRecord::Int => Type::Int,
            TypeRecord::Long => Type::Long,
            TypeRecord::Double => Type::Double,
            TypeRecord::Int128 => Type::Int128,
            TypeRecord::Int256 => Type::Int256,
            TypeRecord::String => Type::String,
            TypeRecord::Bytes => Type::Bytes,
            TypeRecord::Bool => Type::Bool,
            TypeRecord::True => Type::True,
            TypeRecord::Flags => Type::Flags,
            TypeRecord::Any => Type::Any,
            TypeRecord::Vector { boxed, elem } => Type::Vector {
                boxed,
                elem: Element {
                    table: self,
                    ty: elem,
                },
            },
            TypeRecord::Boxed(index) => match self.boxed.get(index as usize) {
                Some(record) => Type::Boxed(BoxedType {
                    table: self,
                    index: index as usize,
                    record,
                }),
                None => Type::Any,
            },
            TypeRecord::Bare(index) => self.def(index).map_or(Type::Any, Type::Bare),
        }
    }

    /// Fills what is computed from the rest: the indexes and the constructors of each type.
    pub(super) fn index(&mut self) -> Result<(), TableError> {
        self.ids = (0u32..)
            .zip(&self.defs)
            .map(|(index, d)| (d.id, index))
            .collect();
        self.ids.sort_unstable();
        if let Some(pair) = self.ids.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let name = self.def(pair[1].1).map_or("", |d| d.name()).to_owned();
            return Err(TableError::DuplicateId {
                id: pair[0].0,
                name,
            });
        }
        let mut by_name: Vec<u32> = (0..self.defs.len() as u32).collect();
        let key = |index: u32| self.def(index).map_or("", |d| d.name());
        by_name.sort_unstable_by(|a, b| key(*a).cmp(key(*b)));
        if let Some(pair) = by_name.windows(2).find(|pair| key(pair[0]) == key(pair[1])) {
            return Err(TableError::DuplicateName {
                name: key(pair[0]).to_owned(),
            });
        }
        let mut boxed_by_name: Vec<u32> = (0..self.boxed.len() as u32).collect();
        let key = |index: u32| {
            self.boxed
                .get(index as usize)
                .map_or("", |b| self.name(b.name))
        };
        boxed_by_name.sort_unstable_by(|a, b| key(*a).cmp(key(*b)));
        self.by_name = by_name;
        self.boxed_by_name = boxed_by_name;
        self.group();
        Ok(())
    }

    /// Constructors by type: a stable counting sort into `members`.
    fn group(&mut self) {
        let type_of = |def: &DefRecord| match (def.kind, self.types.get(def.result as usize)) {
            (Kind::Constructor, Some(&TypeRecord::Boxed(index))) => Some(index),
            _ => None,
        };
        let mut pairs: Vec<(u32, u32)> = (0u32..)
            .zip(&self.defs)
            .filter_map(|(index, def)| Some((type_of(def)?, index)))
            .collect();
        pairs.sort_unstable();
        for record in &mut self.boxed {
            (record.first, record.count) = (0, 0);
        }
        for (at, &(ty, _)) in (0u32..).zip(&pairs) {
            if let Some(record) = self.boxed.get_mut(ty as usize) {
                if record.count == 0 {
                    record.first = at;
                }
                record.count += 1;
            }
        }
        self.members = pairs.into_iter().map(|pair| pair.1).collect();
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("definitions", &self.len())
            .finish_non_exhaustive()
    }
}
