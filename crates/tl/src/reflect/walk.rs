use std::fmt;

use super::{Definition, Field, Kind, Table, Type};
use crate::{BOOL_FALSE, BOOL_TRUE, DecodeError, DecodeErrorKind, Reader, VECTOR};

/// What the caller knows about a value before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected<'a> {
    /// Any boxed value or function: the id says which.
    Any,
    /// A constructor or function, or any constructor of a type, by its name in the schema.
    Name(&'a str),
    /// The answer of the function with this name.
    Answer(&'a str),
    /// A type of the same table.
    Type(Type<'a>),
}

/// Why a value cannot be walked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WalkError {
    /// The bytes break a rule of the wire form.
    Decode(DecodeError),
    /// An id that the expected type does not have.
    UnknownConstructor {
        /// The id.
        id: u32,
        /// The expected type, as the schema names it.
        expected: String,
        /// Offset of the id.
        at: usize,
    },
    /// A vector stands where nothing tells the type of its elements.
    UntypedVector {
        /// Offset of the vector.
        at: usize,
    },
    /// The expected name is not in the table.
    UnknownName {
        /// That name.
        name: String,
    },
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::UnknownConstructor { id, expected, at } => {
                write!(
                    f,
                    "constructor {id:#010x} is not one of {expected} (at byte {at})"
                )
            }
            Self::UntypedVector { at } => {
                write!(f, "nothing tells what the vector at byte {at} holds")
            }
            Self::UnknownName { name } => write!(f, "the schema does not define {name}"),
        }
    }
}

impl std::error::Error for WalkError {}

impl From<DecodeError> for WalkError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

/// One thing a walk comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'t, 'b> {
    /// A constructor or function begins.
    Open(Definition<'t>),
    /// A field that is there; its value comes next. Flags words are not told.
    Field(Definition<'t>, Field<'t>),
    /// The constructor or function ends.
    Close(Definition<'t>),
    /// A vector of so many elements begins.
    OpenVector(usize),
    /// The next element of the vector comes.
    Item,
    /// The vector ends.
    CloseVector,
    /// `int`.
    Int(i32),
    /// `long`.
    Long(i64),
    /// `double`.
    Double(f64),
    /// `int128` or `int256`.
    Raw(&'b [u8]),
    /// `string`, which may not be UTF-8.
    String(&'b [u8]),
    /// `bytes`.
    Bytes(&'b [u8]),
    /// `Bool`, or a `true` whose flag is set.
    Bool(bool),
}

/// What to do after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Go,
    /// After [`Event::Field`]: pass over the value without events.
    Skip,
}

/// Is told what a walk comes to.
pub trait Visitor<'t, 'b> {
    /// Takes one event.
    fn event(&mut self, event: Event<'t, 'b>) -> Flow;
}

impl<'t> Table {
    /// The type an expectation stands for; `None` is any value.
    pub(super) fn resolve(&'t self, expected: Expected<'t>) -> Result<Target<'t>, WalkError> {
        let unknown = |name: &str| WalkError::UnknownName {
            name: name.to_owned(),
        };
        Ok(match expected {
            Expected::Any => Target::Type(Type::Any),
            Expected::Type(ty) => Target::Type(ty),
            Expected::Answer(name) => {
                let def = self
                    .by_name(name)
                    .filter(|def| def.kind() == Kind::Function);
                Target::Type(def.ok_or_else(|| unknown(name))?.result())
            }
            Expected::Name(name) => match (self.by_name(name), self.by_type(name)) {
                (Some(def), _) => Target::Definition(def),
                (None, Some(ty)) => Target::Type(Type::Boxed(ty)),
                (None, None) => return Err(unknown(name)),
            },
        })
    }
}

/// What a value must be.
#[derive(Clone, Copy)]
pub(super) enum Target<'t> {
    Type(Type<'t>),
    /// One definition, with its id in front.
    Definition(Definition<'t>),
}

/// Walks a value that fills `bytes`, and tells `visitor` what it holds.
///
/// The work is bounded by the input: values nest at most [`MAX_DEPTH`](crate::MAX_DEPTH) deep and a
/// vector cannot claim more elements than the bytes left could hold.
///
/// # Errors
/// The first mistake in the bytes. The events up to there have been told.
pub fn walk<'t, 'b>(
    table: &'t Table,
    bytes: &'b [u8],
    expected: Expected<'t>,
    visitor: &mut dyn Visitor<'t, 'b>,
) -> Result<(), WalkError> {
    let target = table.resolve(expected)?;
    let mut walker = Walker {
        table,
        r: Reader::new(bytes),
        visitor,
        quiet: 0,
    };
    match target {
        Target::Type(ty) => walker.value(ty)?,
        Target::Definition(def) => {
            let id = walker.r.u32();
            walker.r.check()?;
            if id != def.id() {
                return Err(walker.unknown(id, def.name()));
            }
            walker.fields(def)?;
        }
    }
    walker.r.finish()?;
    Ok(())
}

struct Walker<'t, 'b, 'v> {
    table: &'t Table,
    r: Reader<'b>,
    visitor: &'v mut dyn Visitor<'t, 'b>,
    /// Above zero while a value is passed over.
    quiet: u32,
}

impl<'t, 'b> Walker<'t, 'b, '_> {
    fn tell(&mut self, event: Event<'t, 'b>) -> Flow {
        match self.quiet {
            0 => self.visitor.event(event),
            _ => Flow::Go,
        }
    }

    /// Tells a value that was just read, unless the input ended inside it.
    fn leaf(&mut self, event: Event<'t, 'b>) -> Result<(), WalkError> {
        self.r.check()?;
        self.tell(event);
        Ok(())
    }

    fn unknown(&self, id: u32, expected: impl fmt::Display) -> WalkError {
        WalkError::UnknownConstructor {
            id,
            expected: expected.to_string(),
            at: self.r.position().saturating_sub(4),
        }
    }

    fn value(&mut self, ty: Type<'t>) -> Result<(), WalkError> {
        match ty {
            Type::Int => {
                let v = self.r.i32();
                self.leaf(Event::Int(v))
            }
            Type::Long => {
                let v = self.r.i64();
                self.leaf(Event::Long(v))
            }
            Type::Double => {
                let v = self.r.f64();
                self.leaf(Event::Double(v))
            }
            Type::Int128 => {
                let v = self.r.raw(16);
                self.leaf(Event::Raw(v))
            }
            Type::Int256 => {
                let v = self.r.raw(32);
                self.leaf(Event::Raw(v))
            }
            Type::String => {
                let v = self.r.slice();
                self.leaf(Event::String(v))
            }
            Type::Bytes => {
                let v = self.r.slice();
                self.leaf(Event::Bytes(v))
            }
            Type::Bool => self.bool(),
            Type::True => self.leaf(Event::Bool(true)),
            Type::Flags => {
                self.r.u32();
                Ok(self.r.check()?)
            }
            Type::Vector { boxed, elem } => {
                if boxed {
                    self.expect_vector()?;
                }
                self.elements(elem.ty())
            }
            Type::Boxed(_) | Type::Any => self.boxed(ty),
            Type::Bare(def) => self.fields(def),
        }
    }

    fn bool(&mut self) -> Result<(), WalkError> {
        let id = self.r.u32();
        self.r.check()?;
        match id {
            BOOL_TRUE => self.leaf(Event::Bool(true)),
            BOOL_FALSE => self.leaf(Event::Bool(false)),
            id => Err(self.unknown(id, "Bool")),
        }
    }

    fn expect_vector(&mut self) -> Result<(), WalkError> {
        let id = self.r.u32();
        self.r.check()?;
        if id == VECTOR {
            Ok(())
        } else {
            Err(self.unknown(id, "Vector"))
        }
    }

    fn boxed(&mut self, ty: Type<'t>) -> Result<(), WalkError> {
        let at = self.r.position();
        let id = self.r.u32();
        self.r.check()?;
        let def = self.table.by_id(id);
        match (def, ty) {
            (Some(def), Type::Boxed(ty)) if ty.has(def) => self.fields(def),
            (_, Type::Boxed(ty)) => Err(self.unknown(id, ty.name())),
            _ if id == BOOL_TRUE || id == BOOL_FALSE => self.leaf(Event::Bool(id == BOOL_TRUE)),
            (Some(def), _) => self.fields(def),
            (None, _) if id == VECTOR => self.untyped_vector(at),
            (None, _) => Err(self.unknown(id, "this schema")),
        }
    }

    /// A vector whose elements carry ids can be read without knowing its type.
    fn untyped_vector(&mut self, at: usize) -> Result<(), WalkError> {
        let mut ahead = Reader::new(self.r.peek_rest());
        let (count, id) = (ahead.u32(), ahead.u32());
        let known = id == VECTOR || id == BOOL_TRUE || id == BOOL_FALSE;
        if count == 0 || known || self.table.by_id(id).is_some() {
            self.elements(Type::Any)
        } else {
            Err(WalkError::UntypedVector { at })
        }
    }

    fn elements(&mut self, ty: Type<'t>) -> Result<(), WalkError> {
        let count = self.r.count(least_size(ty));
        self.r.check()?;
        self.descend()?;
        self.tell(Event::OpenVector(count));
        for _ in 0..count {
            self.tell(Event::Item);
            self.value(ty)?;
        }
        self.tell(Event::CloseVector);
        self.r.leave();
        Ok(())
    }

    fn descend(&mut self) -> Result<(), WalkError> {
        if self.r.enter() {
            return Ok(());
        }
        self.r.check()?;
        Err(DecodeError {
            kind: DecodeErrorKind::TooDeep,
            at: self.r.position(),
        }
        .into())
    }

    fn fields(&mut self, def: Definition<'t>) -> Result<(), WalkError> {
        self.descend()?;
        self.tell(Event::Open(def));
        let mut flags = FlagWords::default();
        for (index, field) in def.fields().enumerate() {
            if field.ty == Type::Flags {
                flags.push(index, self.r.u32());
                self.r.check()?;
                continue;
            }
            if !flags.allow(field) {
                continue;
            }
            let skip = self.tell(Event::Field(def, field)) == Flow::Skip;
            self.quiet += u32::from(skip);
            self.value(field.ty)?;
            self.quiet -= u32::from(skip);
        }
        self.tell(Event::Close(def));
        self.r.leave();
        Ok(())
    }
}

/// Fewest bytes a value of this type takes, for the check of a vector's count.
///
/// Elements without bytes would let a short input stand for a long walk, so they count as 4.
pub(super) fn least_size(ty: Type<'_>) -> usize {
    match ty {
        Type::Long | Type::Double => 8,
        Type::Int128 => 16,
        Type::Int256 => 32,
        _ => 4,
    }
}

/// The flags words of one value, by the index of their field.
#[derive(Default)]
pub struct FlagWords {
    words: Vec<(usize, u32)>,
}

impl FlagWords {
    /// Remembers the word that the field at `index` held.
    pub fn push(&mut self, index: usize, word: u32) {
        self.words.push((index, word));
    }

    /// Whether a field is there.
    #[must_use]
    pub fn allow(&self, field: Field<'_>) -> bool {
        let Some(flag) = field.flag else { return true };
        let word = self
            .words
            .iter()
            .find(|entry| entry.0 == flag.word)
            .map_or(0, |e| e.1);
        word >> flag.bit & 1 == 1
    }
}

impl fmt::Debug for FlagWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.words.iter().map(|entry| entry.1))
            .finish()
    }
}
