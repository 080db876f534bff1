//! A schema as the table that reflection reads values by.

use heliogram_tl::reflect::{
    FieldSpec, Kind as TableKind, Table, TableBuilder, TableError, TypeSpec,
};

use crate::{Definition, Kind, Schema, Type};

/// The table of a schema; `int ? = Int` and its kind, which every codec has built in, are left out.
///
/// # Errors
/// What [`check`](crate::check()) would find as well.
pub fn table(schema: &Schema) -> Result<Table, TableError> {
    let mut builder = TableBuilder::new();
    let primitive =
        |d: &&Definition| d.core.is_some() || d.kind == Kind::Constructor && d.result == Type::Bool;
    for d in schema.definitions.iter().filter(|d| !primitive(d)) {
        let kind = match d.kind {
            Kind::Constructor => TableKind::Constructor,
            Kind::Function => TableKind::Function,
        };
        let fields = d.fields.iter().map(|f| match &f.flag {
            Some(flag) => FieldSpec::optional(&f.name, spec(&f.ty), &flag.word, flag.bit),
            None => FieldSpec::new(&f.name, spec(&f.ty)),
        });
        builder.define(kind, d.id, d.name.to_string(), spec(&d.result), fields);
    }
    builder.build()
}

fn spec(ty: &Type) -> TypeSpec {
    match ty {
        Type::Flags => TypeSpec::Flags,
        Type::Int => TypeSpec::Int,
        Type::Long => TypeSpec::Long,
        Type::Double => TypeSpec::Double,
        Type::Int128 => TypeSpec::Int128,
        Type::Int256 => TypeSpec::Int256,
        Type::String => TypeSpec::String,
        Type::Bytes => TypeSpec::Bytes,
        Type::Bool => TypeSpec::Bool,
        Type::True => TypeSpec::True,
        Type::Vector { bare: false, item } => TypeSpec::vector(spec(item)),
        Type::Vector { bare: true, item } => TypeSpec::bare_vector(spec(item)),
        Type::Boxed(name) => TypeSpec::boxed(name.to_string()),
        Type::Bare { name, .. } => TypeSpec::bare(name.to_string()),
        Type::Generic { .. } => TypeSpec::Any,
    }
}
