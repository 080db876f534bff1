use std::borrow::Cow;

use heliogram_tl::{
    BOOL_FALSE, BOOL_TRUE, DecodeError, DecodeErrorKind, Reader, VECTOR,
    reflect::{Definition, FlagWords, Table, Type},
};

use super::rules;

/// What is known of a layer's definitions in view of another layer.
pub(super) struct Bridge {
    /// Whether all constructors of a type are the same there, by its place in the table.
    pub(super) same_types: Vec<bool>,
    /// Whether a definition is the same there, whatever its fields hold, by its place.
    pub(super) same_defs: Vec<bool>,
    /// The place there of the definition with the same name.
    pub(super) twins: Vec<Option<usize>>,
}

/// A value of one layer, as a tree. Names and bytes are borrowed.
#[derive(Clone, Debug)]
pub(super) enum Value<'b, 't> {
    Int(i32),
    Long(i64),
    Double([u8; 8]),
    /// `int128` and `int256`.
    Wide(&'b [u8]),
    String(&'b [u8]),
    Bytes(&'b [u8]),
    Bool(bool),
    /// A `true` whose flag is set.
    True,
    Vector(Vec<Self>),
    Object(Object<'b, 't>),
    /// A value of this type that is the same in both layers, encoded.
    Same(Same<'b, 't>),
}

/// A constructor or function and its fields; absent ones are not listed.
#[derive(Clone, Debug)]
pub(super) struct Object<'b, 't> {
    pub(super) name: Cow<'t, str>,
    /// The place of the definition with this name in the other table, where it was looked up.
    pub(super) twin: Option<usize>,
    pub(super) fields: Vec<(&'t str, Value<'b, 't>)>,
}

/// Bytes that need no rewriting, and what reads them where they do all the same.
#[derive(Clone, Copy)]
pub(super) struct Same<'b, 't> {
    table: &'t Table,
    pub(super) ty: Type<'t>,
    pub(super) bytes: &'b [u8],
}

impl std::fmt::Debug for Same<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.ty, self.bytes.len())
    }
}

impl<'b, 't> Same<'b, 't> {
    /// The outermost constructor or vector as a tree.
    pub(super) fn open(self) -> Option<Value<'b, 't>> {
        let mut tree = Tree {
            table: self.table,
            bridge: None,
            r: Reader::new(self.bytes),
            slips: None,
        };
        let value = tree.value(self.ty, true).ok()?;
        tree.r.finish().ok()?;
        Some(value)
    }
}

impl Value<'_, '_> {
    /// The constructor, or the kind of value where it has none, for messages.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Object(object) => &object.name,
            Self::Vector(_) => "a vector",
            _ => "a value",
        }
    }
}

impl<'b, 't> Object<'b, 't> {
    /// An object of the given name.
    pub(super) fn new(
        name: impl Into<Cow<'t, str>>,
        fields: Vec<(&'t str, Value<'b, 't>)>,
    ) -> Self {
        Self {
            name: name.into(),
            twin: None,
            fields,
        }
    }

    /// The same fields under another name.
    pub(super) fn renamed(self, name: impl Into<Cow<'t, str>>) -> Self {
        Self::new(name, self.fields)
    }

    /// Takes the field with this name out.
    pub(super) fn take(&mut self, name: &str) -> Option<Value<'b, 't>> {
        let at = self.fields.iter().position(|field| field.0 == name)?;
        Some(self.fields.swap_remove(at).1)
    }
}

/// Reads a value that fills `body`.
pub(super) fn read<'b, 't>(
    table: &'t Table,
    bridge: &'t Bridge,
    body: &'b [u8],
    ty: Type<'t>,
) -> Result<Value<'b, 't>, DecodeError> {
    let mut tree = Tree {
        table,
        bridge: Some(bridge),
        r: Reader::new(body),
        slips: None,
    };
    let value = tree.value(ty, true)?;
    tree.r.finish()?;
    Ok(value)
}

/// The same bytes with what was meant in place of what was said, if that makes them a value.
pub(super) fn meant(table: &Table, body: &[u8]) -> Option<Vec<u8>> {
    let mut tree = Tree {
        table,
        bridge: None,
        r: Reader::new(body),
        slips: Some(Vec::new()),
    };
    tree.value(Type::Any, false).ok()?;
    let Tree { r, slips, .. } = tree;
    r.finish().ok()?;
    let mut body = body.to_vec();
    for (from_end, id) in slips? {
        let at = body.len().checked_sub(from_end)?;
        body.get_mut(at..at + 4)?.copy_from_slice(&id.to_le_bytes());
    }
    Some(body)
}

struct Tree<'b, 't> {
    table: &'t Table,
    /// Without it, everything is read into the tree.
    bridge: Option<&'t Bridge>,
    r: Reader<'b>,
    /// Where another constructor is meant than is said, from the end, and which; without it that is
    /// an error.
    slips: Option<Vec<(usize, u32)>>,
}

type Read<T> = Result<T, DecodeError>;

impl<'b, 't> Tree<'b, 't> {
    /// `keep` is off while a value is only passed over: nothing is stored then.
    fn value(&mut self, ty: Type<'t>, keep: bool) -> Read<Value<'b, 't>> {
        if keep && self.is_same(ty) {
            return self.same(ty);
        }
        let r = &mut self.r;
        let value = match ty {
            Type::Int | Type::Flags => Value::Int(r.i32()),
            Type::Long => Value::Long(r.i64()),
            Type::Double => Value::Double(r.f64().to_le_bytes()),
            Type::Int128 => Value::Wide(r.raw(16)),
            Type::Int256 => Value::Wide(r.raw(32)),
            Type::String => Value::String(r.slice()),
            Type::Bytes => Value::Bytes(r.slice()),
            Type::Bool => {
                let id = r.u32();
                Value::Bool(self.bool(id)?)
            }
            Type::True => Value::True,
            Type::Vector { boxed, elem } => {
                if boxed {
                    let id = r.u32();
                    if id != VECTOR {
                        return Err(self.unknown(id, "Vector"));
                    }
                }
                Value::Vector(self.elements(elem.ty(), keep)?)
            }
            Type::Boxed(_) | Type::Any => return self.boxed(ty, keep),
            Type::Bare(def) => Value::Object(self.object(def, keep)?),
        };
        self.r.check()?;
        Ok(value)
    }

    fn is_same(&self, ty: Type<'t>) -> bool {
        let Some(bridge) = self.bridge else {
            return false;
        };
        match ty {
            Type::Boxed(ty) => bridge.same_types.get(ty.index()) == Some(&true),
            Type::Bare(def) => bridge.same_defs.get(def.index()) == Some(&true),
            Type::Vector { elem, .. } => match elem.ty() {
                Type::Boxed(_) | Type::Bare(_) | Type::Vector { .. } => self.is_same(elem.ty()),
                elem => elem != Type::Any,
            },
            _ => false,
        }
    }

    /// Passes over a value and keeps its bytes.
    fn same(&mut self, ty: Type<'t>) -> Read<Value<'b, 't>> {
        let rest = self.r.peek_rest();
        self.value(ty, false)?;
        self.r.check()?;
        let len = rest.len() - self.r.remaining();
        let bytes = rest.get(..len).unwrap_or(&[]);
        Ok(Value::Same(Same {
            table: self.table,
            ty,
            bytes,
        }))
    }

    fn unknown(&mut self, id: u32, expected: &'static str) -> DecodeError {
        self.r.unknown(id, expected);
        let kind = DecodeErrorKind::UnknownConstructor { id, expected };
        self.r.check().err().unwrap_or(DecodeError { kind, at: 0 })
    }

    fn bool(&mut self, id: u32) -> Read<bool> {
        match id {
            BOOL_TRUE => Ok(true),
            BOOL_FALSE => Ok(false),
            id => Err(self.unknown(id, "Bool")),
        }
    }

    fn enter(&mut self) -> Read<()> {
        self.r.enter();
        self.r.check()
    }

    fn elements(&mut self, ty: Type<'t>, keep: bool) -> Read<Vec<Value<'b, 't>>> {
        let least = match ty {
            Type::Long | Type::Double => 8,
            _ => 4,
        };
        let count = self.r.count(least);
        self.r.check()?;
        self.enter()?;
        let mut items = Vec::new();
        for _ in 0..count {
            let item = self.value(ty, keep)?;
            if keep {
                items.push(item);
            }
        }
        self.r.leave();
        Ok(items)
    }

    fn boxed(&mut self, ty: Type<'t>, keep: bool) -> Read<Value<'b, 't>> {
        let id = self.r.u32();
        self.r.check()?;
        let def = self.table.by_id(id);
        match (def, ty) {
            (_, Type::Any) if id == BOOL_TRUE || id == BOOL_FALSE => {
                Ok(Value::Bool(id == BOOL_TRUE))
            }
            (Some(def), Type::Any) => Ok(Value::Object(self.object(def, keep)?)),
            (Some(def), Type::Boxed(ty)) if ty.has(def) => {
                Ok(Value::Object(self.object(def, keep)?))
            }
            (Some(def), Type::Boxed(ty)) => match self.slip(def, ty.name()) {
                Some(meant) => Ok(Value::Object(self.object(meant, keep)?)),
                None => Err(self.unknown(id, "the expected type of this layer")),
            },
            _ => Err(self.unknown(id, "the expected type of this layer")),
        }
    }

    /// What is meant by a constructor of another type, if that is looked for.
    fn slip(&mut self, said: Definition<'t>, ty: &str) -> Option<Definition<'t>> {
        let at = self.r.remaining() + 4;
        let slips = self.slips.as_mut()?;
        let meant = rules::meant(self.table, ty, said.name())?;
        slips.push((at, meant.id()));
        Some(meant)
    }

    fn object(&mut self, def: Definition<'t>, keep: bool) -> Read<Object<'b, 't>> {
        self.enter()?;
        let mut fields = Vec::new();
        let mut flags = FlagWords::default();
        for (index, field) in def.fields().enumerate() {
            if field.ty == Type::Flags {
                flags.push(index, self.r.u32());
                self.r.check()?;
            } else if flags.allow(field) {
                let value = self.value(field.ty, keep)?;
                if keep {
                    fields.push((field.name, value));
                }
            }
        }
        self.r.leave();
        let twins = self.bridge.map(|bridge| &bridge.twins);
        Ok(Object {
            name: Cow::Borrowed(def.name()),
            twin: twins.and_then(|twins| *twins.get(def.index())?),
            fields,
        })
    }
}
