use super::{
    Definition, Expected, Field, FlagWords, Kind, Table, Type,
    json_error::{JsonError, JsonErrorKind, Path, near},
    json_scalar::{base64, double, whole, wrong},
    json_text::{Json, parse},
    walk::Target,
};
use crate::{BOOL_FALSE, BOOL_TRUE, MAX_DEPTH, VECTOR, Writer};

/// Reads JSON in the form of [`to_json`](super::to_json) and gives the encoded value.
///
/// `_` may be left out where only one constructor is possible (as with
/// [`Expected::Name`] of a constructor or function). Whole numbers may be written as strings too.
/// Optional fields may be left out or `null`; flags words are computed.
///
/// # Errors
/// The first mistake with the place where it stands, such as `$.media.photo.id`: text that is not
/// JSON, a constructor, function or field that does not exist, a field that is missing, a value of the
/// wrong type, a number out of range, values nested too deeply.
pub fn from_json(table: &Table, json: &str, expected: Expected<'_>) -> Result<Vec<u8>, JsonError> {
    let root = Path::Root;
    let value = parse(json).map_err(|e| {
        root.error(JsonErrorKind::Syntax {
            what: e.what,
            at: e.at,
        })
    })?;
    let target = table.resolve(expected).map_err(|e| {
        root.error(JsonErrorKind::UnknownName {
            name: e.to_string(),
            near: Vec::new(),
        })
    })?;
    let mut builder = Builder {
        table,
        w: Writer::with_capacity(json.len()),
        depth: 0,
    };
    match target {
        Target::Type(ty) => builder.value(ty, &value, &root)?,
        Target::Definition(def) => builder.boxed(Want::One(def), &value, &root)?,
    }
    Ok(builder.w.into_vec())
}

struct Builder<'t> {
    table: &'t Table,
    w: Writer,
    depth: u32,
}

/// Which constructors may stand in a place.
#[derive(Clone, Copy)]
enum Want<'t> {
    One(Definition<'t>),
    Type(Type<'t>),
}

impl std::fmt::Display for Want<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(def) => f.write_str(def.name()),
            Self::Type(Type::Any) => f.write_str("any constructor or method"),
            Self::Type(ty) => ty.fmt(f),
        }
    }
}

impl<'t> Builder<'t> {
    fn value(&mut self, ty: Type<'t>, json: &Json<'_>, path: &Path<'_>) -> Result<(), JsonError> {
        match ty {
            Type::Int => self.w.i32(whole(json, path, "int")?),
            Type::Long => self.w.i64(whole(json, path, "long")?),
            Type::Double => self.w.f64(double(json, path)?),
            Type::Int128 => self.w.raw(&base64(json, path, "int128", Some(16))?),
            Type::Int256 => self.w.raw(&base64(json, path, "int256", Some(32))?),
            Type::Bytes => {
                let bytes = base64(json, path, "bytes", None)?;
                self.bytes(&bytes, path)?;
            }
            Type::String => match json {
                Json::String(text) => self.bytes(text.as_bytes(), path)?,
                other => return Err(wrong(path, "string", other)),
            },
            Type::Bool => match json {
                Json::Bool(v) => self.w.u32(if *v { BOOL_TRUE } else { BOOL_FALSE }),
                other => return Err(wrong(path, "a boolean", other)),
            },
            Type::True | Type::Flags => {}
            Type::Vector { boxed, elem } => {
                let Json::Array(items) = json else {
                    return Err(wrong(path, ty, json));
                };
                if boxed {
                    self.w.u32(VECTOR);
                }
                self.elements(elem.ty(), items, path)?;
            }
            Type::Boxed(_) => self.boxed(Want::Type(ty), json, path)?,
            Type::Any => self.any(json, path)?,
            Type::Bare(def) => self.object(Want::One(def), json, path, false)?,
        }
        Ok(())
    }

    /// Where nothing is known, `_` tells constructors and the kind of JSON tells the rest.
    fn any(&mut self, json: &Json<'_>, path: &Path<'_>) -> Result<(), JsonError> {
        match json {
            Json::Bool(_) => self.value(Type::Bool, json, path),
            Json::Array(items) => {
                self.w.u32(VECTOR);
                self.elements(Type::Any, items, path)
            }
            json => self.boxed(Want::Type(Type::Any), json, path),
        }
    }

    fn bytes(&mut self, bytes: &[u8], path: &Path<'_>) -> Result<(), JsonError> {
        if bytes.len() > 0xff_ffff {
            return Err(path.error(JsonErrorKind::TooLong));
        }
        self.w.bytes(bytes);
        Ok(())
    }

    fn descend(&mut self, path: &Path<'_>) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(path.error(JsonErrorKind::TooDeep));
        }
        Ok(())
    }

    fn elements(
        &mut self,
        ty: Type<'t>,
        items: &[Json<'_>],
        path: &Path<'_>,
    ) -> Result<(), JsonError> {
        self.descend(path)?;
        self.w.u32(items.len() as u32);
        for (index, item) in items.iter().enumerate() {
            self.value(ty, item, &Path::Item(path, index))?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn boxed(&mut self, want: Want<'t>, json: &Json<'_>, path: &Path<'_>) -> Result<(), JsonError> {
        self.object(want, json, path, true)
    }

    fn object(
        &mut self,
        want: Want<'t>,
        json: &Json<'_>,
        path: &Path<'_>,
        boxed: bool,
    ) -> Result<(), JsonError> {
        let Json::Object(entries) = json else {
            return Err(wrong(path, format_args!("an object ({want})"), json));
        };
        let def = self.definition(want, entries, path)?;
        self.descend(path)?;
        if boxed {
            self.w.u32(def.id());
        }
        let values = self.match_fields(def, entries, path)?;
        self.write_fields(def, &values, path)?;
        self.depth -= 1;
        Ok(())
    }

    /// The constructor an object stands for.
    fn definition(
        &self,
        want: Want<'t>,
        entries: &[(std::borrow::Cow<'_, str>, Json<'_>)],
        path: &Path<'_>,
    ) -> Result<Definition<'t>, JsonError> {
        let mut named = entries.iter().filter(|entry| entry.0 == "_");
        let first = named.next();
        if named.next().is_some() {
            return Err(Path::Field(path, "_").error(JsonErrorKind::DuplicateField));
        }
        let Some((_, name)) = first else {
            return match want {
                Want::One(def) => Ok(def),
                Want::Type(Type::Boxed(ty)) if ty.constructors().count() == 1 => ty
                    .constructors()
                    .next()
                    .ok_or_else(|| self.unnamed(want, path)),
                Want::Type(_) => Err(self.unnamed(want, path)),
            };
        };
        let Json::String(name) = name else {
            return Err(wrong(
                &Path::Field(path, "_"),
                "the name of a constructor",
                name,
            ));
        };
        let found = self.table.by_name(name);
        let fits = |def: Definition<'t>| match want {
            Want::One(one) => one == def,
            Want::Type(Type::Boxed(ty)) => ty.has(def),
            Want::Type(_) => true,
        };
        match found {
            Some(def) if fits(def) => Ok(def),
            Some(_) => Err(
                Path::Field(path, "_").error(JsonErrorKind::WrongConstructor {
                    name: name.to_string(),
                    expected: want.to_string(),
                    choices: self.choices(want),
                }),
            ),
            None => {
                let all: Vec<&str> = match want {
                    Want::Type(Type::Any) => self.table.definitions().map(|d| d.name()).collect(),
                    _ => self.choices_of(want),
                };
                Err(Path::Field(path, "_").error(JsonErrorKind::UnknownName {
                    name: name.to_string(),
                    near: near(name, &all),
                }))
            }
        }
    }

    fn unnamed(&self, want: Want<'t>, path: &Path<'_>) -> JsonError {
        path.error(JsonErrorKind::Unnamed {
            expected: want.to_string(),
            choices: self.choices(want),
        })
    }

    fn choices_of(&self, want: Want<'t>) -> Vec<&'t str> {
        match want {
            Want::One(def) => vec![def.name()],
            Want::Type(Type::Boxed(ty)) => ty.constructors().map(|def| def.name()).collect(),
            Want::Type(_) => Vec::new(),
        }
    }

    fn choices(&self, want: Want<'t>) -> Vec<String> {
        self.choices_of(want)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    /// The value given for each field, in the order of the fields.
    fn match_fields<'j>(
        &self,
        def: Definition<'t>,
        entries: &'j [(std::borrow::Cow<'_, str>, Json<'j>)],
        path: &Path<'_>,
    ) -> Result<Vec<Option<&'j Json<'j>>>, JsonError> {
        let mut values: Vec<Option<&Json<'j>>> = vec![None; def.fields().len()];
        for (name, value) in entries.iter().filter(|entry| entry.0 != "_") {
            let at = def
                .fields()
                .position(|f| f.name == *name && f.ty != Type::Flags);
            let Some(slot) = at.and_then(|at| values.get_mut(at)) else {
                let all: Vec<&str> = def
                    .fields()
                    .filter(|f| f.ty != Type::Flags)
                    .map(|f| f.name)
                    .collect();
                return Err(Path::Field(path, name).error(JsonErrorKind::UnknownField {
                    definition: def.name().to_owned(),
                    near: near(name, &all),
                    fields: all.into_iter().map(str::to_owned).collect(),
                }));
            };
            if slot.replace(value).is_some() {
                return Err(Path::Field(path, name).error(JsonErrorKind::DuplicateField));
            }
        }
        for (field, slot) in def.fields().zip(&mut values) {
            let absent = match slot {
                Some(Json::Null) => field.flag.is_some(),
                Some(Json::Bool(false)) => field.ty == Type::True,
                Some(json) if field.ty == Type::True && **json != Json::Bool(true) => {
                    return Err(wrong(&Path::Field(path, field.name), "a boolean", json));
                }
                _ => false,
            };
            if absent {
                *slot = None;
            }
        }
        Ok(values)
    }

    fn write_fields(
        &mut self,
        def: Definition<'t>,
        values: &[Option<&Json<'_>>],
        path: &Path<'_>,
    ) -> Result<(), JsonError> {
        let mut flags = FlagWords::default();
        for (index, (field, value)) in def.fields().zip(values).enumerate() {
            if field.ty == Type::Flags {
                let word = flags_word(def, values, index);
                flags.push(index, word);
                self.w.u32(word);
                continue;
            }
            match value {
                Some(value) => self.value(field.ty, value, &Path::Field(path, field.name))?,
                None if !flags.allow(field) || field.ty == Type::True => {}
                None => return Err(missing(def, field, path)),
            }
        }
        Ok(())
    }
}

/// The flags word at `index`: the bits of the fields that are given.
fn flags_word(def: Definition<'_>, values: &[Option<&Json<'_>>], index: usize) -> u32 {
    let given = def
        .fields()
        .zip(values)
        .filter(|(_, value)| value.is_some());
    let flags = given
        .filter_map(|(field, _)| field.flag)
        .filter(|flag| flag.word == index);
    flags.fold(0, |word, flag| word | 1 << flag.bit)
}

fn missing(def: Definition<'_>, field: Field<'_>, path: &Path<'_>) -> JsonError {
    let required = def
        .fields()
        .filter(|f| f.flag.is_none() && f.ty != Type::Flags);
    let kind = match def.kind() {
        Kind::Constructor => "constructor",
        Kind::Function => "method",
    };
    // A field behind a flag is only missed where another one of the same flag is given.
    let shared = field.flag.map(|flag| {
        let same = def
            .fields()
            .filter(|f| f.flag == Some(flag) && f.name != field.name);
        same.map(|f| f.name.to_owned()).collect()
    });
    Path::Field(path, field.name).error(JsonErrorKind::MissingField {
        definition: format!("{kind} {}", def.name()),
        ty: field.ty.to_string(),
        required: shared.unwrap_or_else(|| required.map(|f| f.name.to_owned()).collect()),
    })
}
