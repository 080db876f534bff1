//! The binary form of a table: the text of all names, then everything else as numbers.
//!
//! ```text
//! "HTL1"  u32 length of the text, text
//! number of names, length of each          numbers are LEB128 from here on
//! number of types, each: code, operand     1..=11 primitives, 12 Vector, 13 vector, 14 boxed, 15 bare
//! number of type names, name of each
//! number of definitions, each: id (u32), name, result, kind * 1 + fields * 2,
//!                              each field: name, type, flag
//! ```

use std::borrow::Cow;

use super::{
    Kind, Table, TableError,
    table::{BoxedRecord, DefRecord, FieldRecord, TypeRecord},
};

const MAGIC: &[u8; 4] = b"HTL1";

/// Codes of the types without operand, in order from 1.
const PRIMITIVES: [TypeRecord; 11] = [
    TypeRecord::Int,
    TypeRecord::Long,
    TypeRecord::Double,
    TypeRecord::Int128,
    TypeRecord::Int256,
    TypeRecord::String,
    TypeRecord::Bytes,
    TypeRecord::Bool,
    TypeRecord::True,
    TypeRecord::Flags,
    TypeRecord::Any,
];

impl Table {
    /// The compact binary form, for [`Table::from_blob`] and [`Table::from_static`].
    #[must_use]
    pub fn to_blob(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&(self.text.len() as u32).to_le_bytes());
        out.extend_from_slice(self.text.as_bytes());
        put(&mut out, self.starts.len().saturating_sub(1) as u32);
        for pair in self.starts.windows(2) {
            put(&mut out, pair[1] - pair[0]);
        }
        put(&mut out, self.types.len() as u32);
        for record in &self.types {
            let (code, operand) = match *record {
                TypeRecord::Vector { boxed: true, elem } => (12, Some(elem)),
                TypeRecord::Vector { boxed: false, elem } => (13, Some(elem)),
                TypeRecord::Boxed(index) => (14, Some(index)),
                TypeRecord::Bare(index) => (15, Some(index)),
                plain => {
                    let at = PRIMITIVES
                        .iter()
                        .position(|p| *p == plain)
                        .unwrap_or_default();
                    (at as u32 + 1, None)
                }
            };
            put(&mut out, code);
            if let Some(operand) = operand {
                put(&mut out, operand);
            }
        }
        put(&mut out, self.boxed.len() as u32);
        for record in &self.boxed {
            put(&mut out, record.name);
        }
        put(&mut out, self.defs.len() as u32);
        for def in &self.defs {
            out.extend_from_slice(&def.id.to_le_bytes());
            put(&mut out, def.name);
            put(&mut out, def.result);
            put(
                &mut out,
                u32::from(def.kind == Kind::Function) | def.count << 1,
            );
            let range = def.first as usize..(def.first + def.count) as usize;
            for field in self.fields.get(range).unwrap_or(&[]) {
                put(&mut out, field.name);
                put(&mut out, field.ty);
                put(&mut out, field.flag);
            }
        }
        out
    }

    /// Reads the binary form, copying the text of the names.
    ///
    /// # Errors
    /// [`TableError::BadBlob`] where it is damaged.
    pub fn from_blob(blob: &[u8]) -> Result<Self, TableError> {
        let (text, numbers) = split(blob)?;
        load(Cow::Owned(text.to_owned()), numbers, blob.len())
    }

    /// Reads the binary form and keeps using the text of the names where it is.
    ///
    /// # Errors
    /// [`TableError::BadBlob`] where it is damaged.
    pub fn from_static(blob: &'static [u8]) -> Result<Self, TableError> {
        let (text, numbers) = split(blob)?;
        load(Cow::Borrowed(text), numbers, blob.len())
    }
}

fn put(out: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn split(blob: &[u8]) -> Result<(&str, &[u8]), TableError> {
    let parts = || {
        let rest = blob.strip_prefix(MAGIC)?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let (text, numbers) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        Some((std::str::from_utf8(text).ok()?, numbers))
    };
    parts().ok_or(TableError::BadBlob { at: 0 })
}

fn load(text: Cow<'static, str>, numbers: &[u8], total: usize) -> Result<Table, TableError> {
    let mut input = Numbers { left: numbers };
    let table = read(&mut input, text);
    let mut table = match table {
        Some(table) if input.left.is_empty() => table,
        _ => {
            return Err(TableError::BadBlob {
                at: total - input.left.len(),
            });
        }
    };
    table.index()?;
    Ok(table)
}

struct Numbers<'a> {
    left: &'a [u8],
}

impl Numbers<'_> {
    fn get(&mut self) -> Option<u32> {
        let mut n = 0;
        for shift in [0, 7, 14, 21, 28] {
            let (&byte, rest) = self.left.split_first()?;
            self.left = rest;
            n |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    /// A count of things that take at least one byte each.
    fn count(&mut self) -> Option<u32> {
        self.get().filter(|n| *n as usize <= self.left.len())
    }

    fn below(&mut self, limit: usize) -> Option<u32> {
        self.get().filter(|n| (*n as usize) < limit)
    }

    fn word(&mut self) -> Option<u32> {
        let (bytes, rest) = self.left.split_first_chunk::<4>()?;
        self.left = rest;
        Some(u32::from_le_bytes(*bytes))
    }
}

/// Every index is checked here, so that lookups need not.
fn read(input: &mut Numbers<'_>, text: Cow<'static, str>) -> Option<Table> {
    let names = input.count()? as usize;
    let mut starts = Vec::with_capacity(names + 1);
    let mut end = 0u32;
    starts.push(end);
    for _ in 0..names {
        end = end.checked_add(input.get()?)?;
        if !text.is_char_boundary(end as usize) {
            return None;
        }
        starts.push(end);
    }
    let (types, bare) = read_types(input)?;
    let mut boxed = Vec::new();
    for _ in 0..input.count()? {
        boxed.push(BoxedRecord {
            name: input.below(names)?,
            first: 0,
            count: 0,
        });
    }
    if types
        .iter()
        .any(|t| matches!(t, TypeRecord::Boxed(i) if *i as usize >= boxed.len()))
    {
        return None;
    }
    let count = input.count()?;
    let mut defs = Vec::with_capacity(count as usize);
    let mut fields = Vec::with_capacity(count as usize * 3);
    for _ in 0..count {
        let id = input.word()?;
        let name = input.below(names)?;
        let result = input.below(types.len())?;
        let (first, bits) = (fields.len() as u32, input.get()?);
        let kind = if bits & 1 == 0 {
            Kind::Constructor
        } else {
            Kind::Function
        };
        for index in 0..bits >> 1 {
            let (name, ty) = (input.below(names)?, input.below(types.len())?);
            // The flags word must be a field of this definition that comes before.
            let flag = input.get()?;
            if let Some(flag) = flag.checked_sub(1) {
                let word: Option<&FieldRecord> = fields.get((first + flag / 32) as usize);
                let ty = word.and_then(|word| types.get(word.ty as usize));
                if flag / 32 >= index || ty != Some(&TypeRecord::Flags) {
                    return None;
                }
            }
            fields.push(FieldRecord { name, ty, flag });
        }
        defs.push(DefRecord {
            id,
            name,
            result,
            first,
            count: bits >> 1,
            kind,
        });
    }
    if bare.is_some_and(|def| def >= count) {
        return None;
    }
    Some(Table {
        text,
        starts,
        types,
        boxed,
        defs,
        fields,
        members: Vec::new(),
        ids: Vec::new(),
        by_name: Vec::new(),
        boxed_by_name: Vec::new(),
    })
}

/// The types, and the highest definition a bare one names.
fn read_types(input: &mut Numbers<'_>) -> Option<(Vec<TypeRecord>, Option<u32>)> {
    let count = input.count()?;
    let mut types = Vec::with_capacity(count as usize);
    let mut bare = None;
    for index in 0..count {
        let record = match input.get()? {
            // Elements come before their vector, so that types cannot go round in circles.
            12 => TypeRecord::Vector {
                boxed: true,
                elem: input.below(index as usize)?,
            },
            13 => TypeRecord::Vector {
                boxed: false,
                elem: input.below(index as usize)?,
            },
            14 => TypeRecord::Boxed(input.get()?),
            15 => {
                let def = input.get()?;
                bare = bare.max(Some(def));
                TypeRecord::Bare(def)
            }
            code => *PRIMITIVES.get((code as usize).checked_sub(1)?)?,
        };
        types.push(record);
    }
    Some((types, bare))
}
