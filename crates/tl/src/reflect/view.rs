use std::fmt;

use super::{
    Kind, Table,
    table::{BoxedRecord, DefRecord},
};

/// One line of the schema.
#[derive(Clone, Copy)]
pub struct Definition<'t> {
    pub(super) table: &'t Table,
    pub(super) index: usize,
    pub(super) record: &'t DefRecord,
}

/// A type that has constructors, such as `InputPeer`.
#[derive(Clone, Copy)]
pub struct BoxedType<'t> {
    pub(super) table: &'t Table,
    pub(super) index: usize,
    pub(super) record: &'t BoxedRecord,
}

/// The type of a vector's elements.
#[derive(Clone, Copy)]
pub struct Element<'t> {
    pub(super) table: &'t Table,
    pub(super) ty: u32,
}

/// The type of a field or of a function's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type<'t> {
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    Long,
    /// IEEE double.
    Double,
    /// 16 raw bytes.
    Int128,
    /// 32 raw bytes.
    Int256,
    /// Text, UTF-8 unless a server errs.
    String,
    /// Bytes of any length below 2^24.
    Bytes,
    /// `boolTrue` or `boolFalse`.
    Bool,
    /// Nothing but the flag that says it is there.
    True,
    /// A flags word (`#`), computed from the fields that depend on it.
    Flags,
    /// A vector; the boxed form has an id in front.
    Vector {
        /// Whether the id of `vector` comes first.
        boxed: bool,
        /// Type of the elements.
        elem: Element<'t>,
    },
    /// Any constructor of a type, with its id in front.
    Boxed(BoxedType<'t>),
    /// The fields of one constructor, without its id.
    Bare(Definition<'t>),
    /// Any boxed value or function: `Object`, or `!X`.
    Any,
}

/// One field of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'t> {
    /// Name in the schema.
    pub name: &'t str,
    /// Its type.
    pub ty: Type<'t>,
    /// The flag that says whether it is there; `None` where it always is.
    pub flag: Option<Flag>,
}

/// Where the flag of an optional field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flag {
    /// Index, among the definition's fields, of the flags word.
    pub word: usize,
    /// The bit, 0 to 31.
    pub bit: u8,
}

impl<'t> Definition<'t> {
    /// Constructor id.
    #[must_use]
    pub fn id(self) -> u32 {
        self.record.id
    }

    /// Name in the schema, such as `messages.dialogsSlice`.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.table.name(self.record.name)
    }

    /// Whether it is a constructor or a function.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.record.kind
    }

    /// The type it belongs to, or the type of the function's answer ([`Type::Any`] for `X`).
    #[must_use]
    pub fn result(self) -> Type<'t> {
        self.table.ty(self.record.result)
    }

    /// Its fields in wire order, flags words included.
    pub fn fields(self) -> impl ExactSizeIterator<Item = Field<'t>> + Clone {
        let first = self.record.first as usize;
        let range = first..first + self.record.count as usize;
        let table = self.table;
        table
            .fields
            .get(range)
            .unwrap_or(&[])
            .iter()
            .map(move |record| Field {
                name: table.name(record.name),
                ty: table.ty(record.ty),
                flag: record.flag.checked_sub(1).map(|flag| Flag {
                    word: flag as usize / 32,
                    bit: (flag % 32) as u8,
                }),
            })
    }

    /// Its place in the table, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// The field with this name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Field<'t>> {
        self.fields().find(|field| field.name == name)
    }
}

impl PartialEq for Definition<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.record, other.record)
    }
}

impl Eq for Definition<'_> {}

/// The line of the schema.
impl fmt::Display for Definition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{:08x}", self.name(), self.id())?;
        for field in self.fields() {
            write!(f, " {}:", field.name)?;
            if let Some(flag) = field.flag {
                let word = self.fields().nth(flag.word).map_or("", |word| word.name);
                write!(f, "{word}.{}?", flag.bit)?;
            }
            write!(f, "{}", field.ty)?;
        }
        write!(f, " = {};", self.result())
    }
}

impl fmt::Debug for Definition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'t> BoxedType<'t> {
    /// Its place among all types the table mentions, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// Name in the schema, such as `InputPeer`.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.table.name(self.record.name)
    }

    /// Its constructors in the order of the schema.
    pub fn constructors(self) -> impl Iterator<Item = Definition<'t>> + Clone {
        let first = self.record.first as usize;
        let range = first..first + self.record.count as usize;
        let table = self.table;
        let members = table.members.get(range).unwrap_or(&[]);
        members.iter().filter_map(move |&index| table.def(index))
    }

    /// Whether `def` is one of its constructors.
    #[must_use]
    pub fn has(self, def: Definition<'_>) -> bool {
        match (def.kind(), def.result()) {
            (Kind::Constructor, Type::Boxed(own)) => own == self,
            _ => false,
        }
    }
}

impl PartialEq for BoxedType<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.record, other.record)
    }
}

impl Eq for BoxedType<'_> {}

impl fmt::Debug for BoxedType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<'t> Element<'t> {
    /// The type itself.
    #[must_use]
    pub fn ty(self) -> Type<'t> {
        self.table.ty(self.ty)
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.table, other.table) && self.ty == other.ty
    }
}

impl Eq for Element<'_> {}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.ty(), f)
    }
}

/// The type as a schema writes it.
impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "int",
            Self::Long => "long",
            Self::Double => "double",
            Self::Int128 => "int128",
            Self::Int256 => "int256",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Bool => "Bool",
            Self::True => "true",
            Self::Flags => "#",
            Self::Any => "Object",
            Self::Boxed(ty) => ty.name(),
            Self::Bare(def) => return write!(f, "%{}", def.name()),
            Self::Vector { boxed: true, elem } => return write!(f, "Vector<{}>", elem.ty()),
            Self::Vector { boxed: false, elem } => return write!(f, "vector<{}>", elem.ty()),
        })
    }
}
