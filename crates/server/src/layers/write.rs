use std::{mem, ops::Range};

use heliogram_tl::{
    BOOL_FALSE, BOOL_TRUE, VECTOR, Writer,
    reflect::{Definition, Field, Kind, Table, Type},
};

use super::{
    rules,
    value::{Object, Value},
};

/// How often in a row a value may be replaced by a nearer one; rules do not need more than two.
const ADAPTIONS: u32 = 4;

/// Writes a value of another layer as one of type `ty` of `table`; `None` where nothing there is like
/// it.
pub(super) fn write(
    table: &Table,
    value: Value<'_, '_>,
    ty: Type<'_>,
    room: usize,
) -> Option<Vec<u8>> {
    let mut out = Out {
        table,
        buf: Vec::with_capacity(room + room / 8),
    };
    out.value(value, ty, ADAPTIONS).then_some(out.buf)
}

struct Out<'t> {
    table: &'t Table,
    buf: Vec<u8>,
}

/// The bytes of one field, where it could be written.
struct Piece {
    bytes: Option<Range<usize>>,
}

impl Out<'_> {
    fn u32(&mut self, v: u32) {
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    fn text(&mut self, v: &[u8]) {
        let mut w = Writer::from(mem::take(&mut self.buf));
        w.bytes(v);
        self.buf = w.into_vec();
    }

    /// Writes the value and answers true, or leaves the buffer as it was.
    fn value(&mut self, value: Value<'_, '_>, ty: Type<'_>, adaptions: u32) -> bool {
        match (value, ty) {
            (Value::Int(v), Type::Int) => self.buf.extend_from_slice(&v.to_le_bytes()),
            (Value::Int(v), Type::Long) => {
                self.buf.extend_from_slice(&i64::from(v).to_le_bytes());
            }
            (Value::Long(v), Type::Long) => self.buf.extend_from_slice(&v.to_le_bytes()),
            (Value::Long(v), Type::Int) => match i32::try_from(v) {
                Ok(v) => self.buf.extend_from_slice(&v.to_le_bytes()),
                Err(_) => return false,
            },
            (Value::Double(v), Type::Double) => self.buf.extend_from_slice(&v),
            (Value::Wide(v), Type::Int128) if v.len() == 16 => self.buf.extend_from_slice(v),
            (Value::Wide(v), Type::Int256) if v.len() == 32 => self.buf.extend_from_slice(v),
            (Value::String(v), Type::String) | (Value::Bytes(v), Type::Bytes) => self.text(v),
            (Value::Bool(v), Type::Bool | Type::Any) => {
                self.u32(if v { BOOL_TRUE } else { BOOL_FALSE });
            }
            (Value::True, Type::True) => {}
            (Value::Same(same), ty) if alike(same.ty, ty) => {
                self.buf.extend_from_slice(same.bytes);
            }
            (Value::Same(same), ty) => {
                return same
                    .open()
                    .is_some_and(|value| self.value(value, ty, adaptions));
            }
            (Value::Vector(items), Type::Vector { boxed, elem }) => {
                return self.vector(items, boxed, elem.ty());
            }
            (Value::Object(object), Type::Boxed(_) | Type::Any | Type::Bare(_)) => {
                return self.object(object, ty, adaptions);
            }
            (value, ty) => return self.adapt(value, ty, adaptions),
        }
        true
    }

    fn adapt(&mut self, value: Value<'_, '_>, ty: Type<'_>, adaptions: u32) -> bool {
        let Some(left) = adaptions.checked_sub(1) else {
            return false;
        };
        let near = rules::adapt(value, ty, self.table);
        near.is_some_and(|near| self.value(near, ty, left))
    }

    /// Elements that cannot be said are left out; a vector of nothing else is not said at all.
    fn vector(&mut self, items: Vec<Value<'_, '_>>, boxed: bool, elem: Type<'_>) -> bool {
        let mark = self.buf.len();
        if boxed {
            self.u32(VECTOR);
        }
        let at = self.buf.len();
        self.u32(0);
        let (total, mut count) = (items.len(), 0u32);
        for item in items {
            count += u32::from(self.value(item, elem, ADAPTIONS));
        }
        if let Some(place) = self.buf.get_mut(at..at + 4) {
            place.copy_from_slice(&count.to_le_bytes());
        }
        // A vector of constructors may lose all of them; one of numbers or text that cannot be read
        // as the new type means something else now.
        let kept = count > 0 || total == 0 || matches!(elem, Type::Boxed(_) | Type::Bare(_));
        if !kept {
            self.buf.truncate(mark);
        }
        kept
    }

    fn object(&mut self, mut object: Object<'_, '_>, ty: Type<'_>, adaptions: u32) -> bool {
        let twin = match object.twin {
            Some(index) => self.table.definition(index),
            None => self.table.by_name(&object.name),
        };
        let def = twin.filter(|def| match ty {
            Type::Boxed(ty) => ty.has(*def),
            Type::Bare(one) => one == *def,
            _ => true,
        });
        let Some(def) = def.filter(|def| rules::fits(&object, *def)) else {
            return self.adapt(Value::Object(object), ty, adaptions);
        };
        rules::reshape(&mut object, def);
        let mark = self.buf.len();
        if !matches!(ty, Type::Bare(_)) {
            self.u32(def.id());
        }
        let written = self.fields(object, def);
        if !written {
            self.buf.truncate(mark);
        }
        written
    }

    /// Writes the fields one after another with empty flags words, then fills these.
    fn fields(&mut self, mut object: Object<'_, '_>, def: Definition<'_>) -> bool {
        let mark = self.buf.len();
        let mut pieces = Vec::with_capacity(def.fields().len());
        for field in def.fields() {
            let from = self.buf.len();
            let value = object.take(field.name);
            let written = match (value, field.flag) {
                (Some(value), _) => self.value(value, field.ty, ADAPTIONS),
                (None, None) => self.missing(field.ty),
                (None, Some(_)) => false,
            };
            if !written && field.flag.is_none() {
                return false;
            }
            pieces.push(Piece {
                bytes: written.then_some(from..self.buf.len()),
            });
        }
        let mut words = words(def, &pieces);
        let in_place = self.settle(def, &words, &mut pieces);
        if !in_place {
            words = self::words(def, &pieces);
        }
        for (at, word) in words {
            let range = pieces.get(at).and_then(|piece| piece.bytes.clone());
            if let Some(place) = range.and_then(|range| self.buf.get_mut(range)) {
                place.copy_from_slice(&word.to_le_bytes());
            }
        }
        if !in_place {
            self.assemble(mark, &pieces);
        }
        true
    }

    /// What stands for a required field that the other layer does not have.
    fn missing(&mut self, ty: Type<'_>) -> bool {
        match ty {
            Type::Int | Type::Flags => self.u32(0),
            Type::Long | Type::Double => self.buf.extend_from_slice(&[0; 8]),
            Type::Int128 => self.buf.extend_from_slice(&[0; 16]),
            Type::Int256 => self.buf.extend_from_slice(&[0; 32]),
            Type::String | Type::Bytes => self.u32(0),
            Type::Bool => self.u32(BOOL_FALSE),
            Type::True => {}
            Type::Vector { boxed, .. } => {
                if boxed {
                    self.u32(VECTOR);
                }
                self.u32(0);
            }
            Type::Boxed(ty) => {
                let mut plain = ty.constructors().filter(|def| def.fields().len() == 0);
                match plain.find(|def| rules::means_nothing(def.name())) {
                    Some(def) => self.u32(def.id()),
                    None => return false,
                }
            }
            Type::Bare(_) | Type::Any => return false,
        }
        true
    }

    /// Fields that share a flag are there together or not at all: what is missing of such a group is
    /// filled with nothing, and where that cannot be, the group goes. Answers whether all pieces
    /// still stand in order.
    fn settle(
        &mut self,
        def: Definition<'_>,
        words: &[(usize, u32)],
        pieces: &mut [Piece],
    ) -> bool {
        let mut in_place = true;
        for (index, field) in def.fields().enumerate() {
            let written = pieces.get(index).is_some_and(|piece| piece.bytes.is_some());
            let Some(flag) = field.flag.filter(|_| !written && field.ty != Type::True) else {
                continue;
            };
            let set = |word: &&(usize, u32)| word.0 == flag.word && word.1 >> flag.bit & 1 == 1;
            if !words.iter().any(|word| set(&word)) {
                continue;
            }
            in_place = false;
            let from = self.buf.len();
            if self.missing(field.ty) {
                if let Some(piece) = pieces.get_mut(index) {
                    piece.bytes = Some(from..self.buf.len());
                }
                continue;
            }
            for (f, piece) in def.fields().zip(pieces.iter_mut()) {
                if f.flag == Some(flag) {
                    piece.bytes = None;
                }
            }
        }
        in_place
    }

    /// Puts pieces that fell away or came late where they belong.
    fn assemble(&mut self, mark: usize, pieces: &[Piece]) {
        let whole = self.buf.split_off(mark);
        for range in pieces.iter().filter_map(|piece| piece.bytes.clone()) {
            let range = range.start - mark..range.end - mark;
            self.buf.extend_from_slice(whole.get(range).unwrap_or(&[]));
        }
    }
}

impl Piece {
    /// Whether its flag is set.
    fn says(&self, field: Field<'_>) -> bool {
        self.bytes.is_some() && field.flag.is_some()
    }
}

/// The flags words, by the place of their field.
fn words(def: Definition<'_>, pieces: &[Piece]) -> Vec<(usize, u32)> {
    let words = def
        .fields()
        .enumerate()
        .filter(|(_, field)| field.ty == Type::Flags);
    let word = |at: usize| {
        let said = def.fields().zip(pieces).filter(|(f, p)| p.says(*f));
        let of_word = said
            .filter_map(|(f, _)| f.flag)
            .filter(|flag| flag.word == at);
        of_word.fold(0, |word, flag| word | 1 << flag.bit)
    };
    words.map(|(at, _)| (at, word(at))).collect()
}

/// Whether two types of different tables are written the same way: they have the same name.
fn alike(a: Type<'_>, b: Type<'_>) -> bool {
    match (a, b) {
        (Type::Boxed(a), Type::Boxed(b)) => a.name() == b.name(),
        (Type::Bare(a), Type::Bare(b)) => a.name() == b.name() && a.kind() == Kind::Constructor,
        (Type::Vector { boxed: a, elem: x }, Type::Vector { boxed: b, elem: y }) => {
            a == b && alike(x.ty(), y.ty())
        }
        (Type::Boxed(_) | Type::Bare(_) | Type::Vector { .. }, _) => false,
        (_, Type::Boxed(_) | Type::Bare(_) | Type::Vector { .. }) => false,
        (a, b) => a.to_string() == b.to_string(),
    }
}
