//! How a field looks in Rust, is read and is written.

use super::{Emitter, names};
use crate::{Definition, Field, Name, Type};

impl<'a> Emitter<'a> {
    /// The Rust type of a value.
    pub(super) fn rust_type(&self, ty: &Type) -> String {
        match ty {
            Type::Flags => "u32".to_owned(),
            Type::Int => "i32".to_owned(),
            Type::Long => "i64".to_owned(),
            Type::Double => "f64".to_owned(),
            Type::Int128 => "[u8; 16]".to_owned(),
            Type::Int256 => "[u8; 32]".to_owned(),
            Type::String => "String".to_owned(),
            Type::Bytes => "Bytes".to_owned(),
            Type::Bool | Type::True => "bool".to_owned(),
            Type::Vector { item, .. } => format!("Vec<{}>", self.rust_type(item)),
            Type::Boxed(name) if self.is_single(name) => self.struct_of(name, true),
            Type::Boxed(name) => format!("enums::{}", names::path(name)),
            Type::Bare { name, percent } => self.struct_of(name, *percent),
            Type::Generic { name, .. } => name.clone(),
        }
    }

    fn struct_of(&self, name: &Name, percent: bool) -> String {
        let name = self
            .graph
            .constructor(name, percent)
            .map_or(name, |d| &d.name);
        format!("types::{}", names::path(name))
    }

    /// The Rust type of a field of a definition that makes `of` (none for a function).
    pub(super) fn field_type(&self, of: Option<&Name>, field: &'a Field) -> String {
        let mut ty = self.rust_type(&field.ty);
        if self.graph.boxes(of, field) {
            ty = format!("Box<{ty}>");
        }
        if is_option(field) {
            format!("Option<{ty}>")
        } else {
            ty
        }
    }

    /// An expression that reads a value from `r`.
    fn read(&self, ty: &'a Type) -> String {
        match ty {
            Type::Flags => "r.u32()".to_owned(),
            Type::Int => "r.i32()".to_owned(),
            Type::Long => "r.i64()".to_owned(),
            Type::Double => "r.f64()".to_owned(),
            Type::Int128 => "r.int128()".to_owned(),
            Type::Int256 => "r.int256()".to_owned(),
            Type::String => "r.string()".to_owned(),
            Type::Bytes => "r.bytes()".to_owned(),
            Type::True => "true".to_owned(),
            Type::Vector { bare, item } if is_irregular(ty) => {
                let read = if *bare { "elements" } else { "vector" };
                format!(
                    "r.{read}({}, |r| {})",
                    self.least_bytes(item),
                    self.read(item)
                )
            }
            Type::Bool | Type::Vector { .. } | Type::Boxed(_) | Type::Generic { .. } => {
                "Decode::decode(r)".to_owned()
            }
            Type::Bare { name, percent } => {
                format!("{}::decode_bare(r)", self.struct_of(name, *percent))
            }
        }
    }

    /// An expression that reads a field, for which the flags words are locals.
    fn read_field(&self, of: Option<&Name>, field: &'a Field) -> String {
        let boxed = self.graph.boxes(of, field);
        let regular = !is_irregular(&field.ty);
        let Some(flag) = &field.flag else {
            return match (boxed, regular) {
                (true, true) => "r.boxed()".to_owned(),
                (true, false) => format!("Box::new({})", self.read(&field.ty)),
                (false, _) => self.read(&field.ty),
            };
        };
        let test = format!(
            "{} & {:#x} != 0",
            names::field(&flag.word),
            1u32 << flag.bit
        );
        match (boxed, regular) {
            _ if field.ty == Type::True => test,
            (true, true) => format!("r.boxed_option({test})"),
            (false, true) => match field.ty {
                Type::Int => format!("r.option_i32({test})"),
                Type::Long => format!("r.option_i64({test})"),
                Type::String => format!("r.option_string({test})"),
                Type::Bytes => format!("r.option_bytes({test})"),
                _ => format!("r.option({test})"),
            },
            (true, false) => format!("({test}).then(|| Box::new({}))", self.read(&field.ty)),
            (false, false) => format!("({test}).then(|| {})", self.read(&field.ty)),
        }
    }

    /// The least number of bytes a value takes, for the bound on a vector's count.
    fn least_bytes(&self, ty: &Type) -> usize {
        match ty {
            Type::Long | Type::Double => 8,
            Type::Int128 => 16,
            Type::Int256 => 32,
            Type::Bare { name, percent } => {
                let fields = self
                    .graph
                    .constructor(name, *percent)
                    .map(|d| d.fields.as_slice());
                let required = fields
                    .unwrap_or_default()
                    .iter()
                    .filter(|f| f.flag.is_none());
                required
                    .map(|f| {
                        if is_bare(&f.ty) {
                            1
                        } else {
                            self.least_bytes(&f.ty)
                        }
                    })
                    .sum()
            }
            _ => 4,
        }
        .max(1)
    }

    /// A statement that writes the value to `w`; `place` is the value itself or, if `by_ref`, a
    /// reference to it.
    fn write(&self, ty: &'a Type, place: &str, by_ref: bool, boxed: bool) -> String {
        let value = if by_ref {
            format!("*{place}")
        } else {
            place.to_owned()
        };
        let reference = if by_ref {
            place.to_owned()
        } else {
            format!("&{place}")
        };
        let object = match (boxed, by_ref) {
            (true, true) => format!("(**{place})"),
            (true, false) => format!("(*{place})"),
            _ => place.to_owned(),
        };
        match ty {
            Type::Flags | Type::True => String::new(),
            Type::Int => format!("w.i32({value});"),
            Type::Long => format!("w.i64({value});"),
            Type::Double => format!("w.f64({value});"),
            Type::Int128 | Type::Int256 => format!("w.raw({reference});"),
            Type::String => format!("w.bytes({place}.as_bytes());"),
            Type::Bytes => format!("w.bytes({reference});"),
            Type::Vector { bare, item } if is_irregular(ty) => {
                let write = if *bare { "elements" } else { "vector" };
                let inner = self.write(item, "x", true, false);
                format!("w.{write}({reference}, |w, x| {{ {inner} }});")
            }
            Type::Bool | Type::Vector { .. } | Type::Boxed(_) | Type::Generic { .. } => {
                format!("{object}.encode(w);")
            }
            Type::Bare { .. } => format!("{object}.encode_bare(w);"),
        }
    }

    /// The value of each field as an expression over `r`, in order, with what must stand before
    /// them and whether a flags word comes after the last of them.
    pub(super) fn reads(&self, of: Option<&Name>, d: &'a Definition) -> Reads {
        let mut reads = Reads::default();
        let mut consumed = false;
        let mut due = String::new();
        for field in &d.fields {
            if field.ty == Type::Flags {
                let word = names::field(&field.name);
                if !is_used(d, &field.name) {
                    due.push_str("r.u32(); ");
                } else if consumed {
                    reads.before.push(format!("let {word};"));
                    due.push_str(&format!("{word} = r.u32(); "));
                } else {
                    reads.before.push(format!("let {word} = r.u32();"));
                }
                continue;
            }
            let mut read = self.read_field(of, field);
            if !due.is_empty() {
                read = format!("{{ {due}{read} }}");
                due.clear();
            }
            consumed |= field.ty != Type::True;
            reads.fields.push((names::field(&field.name), read));
        }
        reads.after = due.trim_end().to_owned();
        reads
    }

    /// Statements that write the id and the fields to `w`.
    pub(super) fn writes(&self, of: Option<&Name>, d: &'a Definition) -> Vec<String> {
        let mut out = Vec::new();
        let mut words = vec![format!("{:#010x}", d.id)];
        for field in &d.fields {
            let place = format!("self.{}", names::field(&field.name));
            let boxed = self.graph.boxes(of, field);
            if field.ty == Type::Flags {
                let (before, word) = flags_word(d, &field.name);
                out.extend(before);
                words.push(word);
                continue;
            }
            if let (None, Some(all)) = (&field.flag, as_words(&field.ty, &place)) {
                words.extend(all);
                continue;
            }
            if field.ty == Type::True {
                continue;
            }
            out.extend(write_words(&mut words));
            if !is_option(field) {
                out.push(self.write(&field.ty, &place, false, boxed));
            } else {
                let write = self.write(&field.ty, "x", true, boxed);
                match shared_bit(d, field) {
                    None if !is_irregular(&field.ty) => {
                        let option = if boxed { "boxed_option" } else { "option" };
                        out.push(format!("w.{option}(&{place});"));
                    }
                    None => out.push(format!("if let Some(x) = &{place} {{ {write} }}")),
                    Some(bit) if is_object(field) => {
                        out.push(format!(
                            "if let (true, Some(x)) = ({bit}, &{place}) {{ {write} }}"
                        ));
                    }
                    Some(bit) => {
                        let empty = empty(&field.ty);
                        let otherwise = self.write(&field.ty, empty, false, false);
                        out.push(format!(
                            "if {bit} {{ if let Some(x) = &{place} {{ {write} }} \
                             else {{ {otherwise} }} }}"
                        ));
                    }
                }
            }
        }
        out.extend(write_words(&mut words));
        out
    }
}

/// A number as the words of 32 bits that it is sent as.
fn as_words(ty: &Type, place: &str) -> Option<Vec<String>> {
    Some(match ty {
        Type::Int => vec![format!("{place} as u32")],
        Type::Long => vec![format!("{place} as u32"), format!("({place} >> 32) as u32")],
        _ => return None,
    })
}

/// The statement that writes the words collected, if there are any.
fn write_words(words: &mut Vec<String>) -> Option<String> {
    let all = std::mem::take(words);
    match all.as_slice() {
        [] => None,
        [one] => Some(format!("w.u32({one});")),
        several => Some(format!("w.words([{}]);", several.join(", "))),
    }
}

/// How the fields of a struct are read.
#[derive(Default)]
pub(super) struct Reads {
    pub(super) before: Vec<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) after: String,
}

/// Whether the field is an `Option` in Rust.
pub(super) fn is_option(field: &Field) -> bool {
    field.flag.is_some() && field.ty != Type::True
}

/// Whether the field is neither optional, nor a `true` flag, nor a flags word.
pub(super) fn is_required(field: &Field) -> bool {
    field.flag.is_none() && field.ty != Type::Flags
}

/// Whether the type is not what `Decode` for its Rust form reads.
fn is_irregular(ty: &Type) -> bool {
    match ty {
        Type::Bare { .. } => true,
        Type::Vector { bare, item } => *bare || is_irregular(item),
        _ => false,
    }
}

fn is_bare(ty: &Type) -> bool {
    matches!(ty, Type::Bare { .. })
}

/// Whether there is no empty value the field could be sent with.
fn is_object(field: &Field) -> bool {
    matches!(
        field.ty,
        Type::Boxed(_) | Type::Bare { .. } | Type::Generic { .. }
    )
}

fn empty(ty: &Type) -> &'static str {
    match ty {
        Type::Double => "0.0",
        Type::Int128 => "[0; 16]",
        Type::Int256 => "[0; 32]",
        Type::String => "\"\"",
        Type::Bytes => "[]",
        Type::Bool => "false",
        Type::Vector { .. } => "Vec::<i32>::new()",
        _ => "0",
    }
}

fn is_used(d: &Definition, word: &str) -> bool {
    d.fields
        .iter()
        .any(|f| f.flag.as_ref().is_some_and(|flag| flag.word == word))
}

/// Name of the local that tells whether a bit with several fields is set; none if the field has
/// the bit for itself.
///
/// The wire has all of such fields or none. The bit is set as soon as one of them is given, and the
/// others are then sent empty, unless an object is missing, which has no empty form.
fn shared_bit(d: &Definition, field: &Field) -> Option<String> {
    let flag = field.flag.as_ref()?;
    let sharing = d
        .fields
        .iter()
        .filter(|f| f.flag.as_ref() == Some(flag))
        .count();
    (sharing > 1).then(|| format!("{}_{}", flag.word.to_ascii_lowercase(), flag.bit))
}

/// The expression for a flags word, and the locals it needs.
fn flags_word(d: &Definition, word: &str) -> (Vec<String>, String) {
    let mut before = Vec::new();
    let (mut bits, mut tests) = (Vec::new(), Vec::new());
    for bit in 0..32u8 {
        let fields: Vec<&Field> = d
            .fields
            .iter()
            .filter(|f| {
                f.flag
                    .as_ref()
                    .is_some_and(|flag| flag.word == word && flag.bit == bit)
            })
            .collect();
        let given = |f: &Field| {
            let place = format!("self.{}", names::field(&f.name));
            if is_option(f) {
                format!("{place}.is_some()")
            } else {
                place
            }
        };
        let test = match fields.as_slice() {
            [] => continue,
            [only] => given(only),
            [first, ..] => {
                let any: Vec<String> = fields.iter().map(|f| given(f)).collect();
                let mut test = any.join(" || ");
                for object in fields.iter().filter(|f| is_option(f) && is_object(f)) {
                    test = format!("({test}) && {}", given(object));
                }
                let local = shared_bit(d, first).unwrap_or_default();
                before.push(format!("let {local} = {test};"));
                local
            }
        };
        bits.push(bit.to_string());
        tests.push(test);
    }
    let word = match tests.as_slice() {
        [] => "0".to_owned(),
        tests => format!("flags([{}], [{}])", bits.join(", "), tests.join(", ")),
    };
    (before, word)
}
