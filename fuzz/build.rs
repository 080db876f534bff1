//! Writes the list of everything the API and the protocol can decode, for the target that decodes it.

use std::{collections::BTreeSet, env, error::Error, fmt::Write, fs, path::Path};

use heliogram_schema::{Kind, Name, Schema, Type};

fn main() -> Result<(), Box<dyn Error>> {
    let api = read("api.tl")?;
    let protocol = read("mtproto.tl")?;
    println!("cargo::rerun-if-changed=build.rs");

    let mut out = String::from("const ALL: &[(&str, fn(&Bytes))] = &[\n");
    let api = paths(&api);
    let of_api = api.len();
    for path in api {
        writeln!(out, "    (\"{path}\", check::<heliogram_api::{path}>),")?;
    }
    for path in paths(&protocol) {
        writeln!(
            out,
            "    (\"{path}\", check::<heliogram_mtproto::tl::{path}>),"
        )?;
    }
    writeln!(
        out,
        "];\n\n/// How many of them are of the API; the others are of the protocol."
    )?;
    writeln!(out, "const OF_API: usize = {of_api};\n")?;
    let definitions = protocol.definitions.iter();
    let ids: Vec<_> = definitions
        .filter(|def| !def.is_builtin())
        .map(|def| def.id)
        .collect();
    writeln!(
        out,
        "/// Ids of the protocol's definitions.\nconst PROTOCOL: &[u32] = &{ids:?};"
    )?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("all.rs"), out)?;
    Ok(())
}

fn read(file: &str) -> Result<Schema, Box<dyn Error>> {
    let path = Path::new(&env::var("CARGO_MANIFEST_DIR")?)
        .join("../schema")
        .join(file);
    println!("cargo::rerun-if-changed={}", path.display());
    Ok(heliogram_schema::parse(&fs::read_to_string(path)?).map_err(|e| e.to_string())?)
}

/// The paths of all types and functions of a schema, in the generated code.
fn paths(schema: &Schema) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for def in schema.definitions.iter().filter(|def| !def.is_builtin()) {
        match (&def.kind, &def.result) {
            (Kind::Constructor, Type::Boxed(name)) => {
                paths.insert(format!("enums::{}", path(name)));
            }
            (Kind::Function, _) => {
                let generic = if def.generics.is_empty() {
                    ""
                } else {
                    "::<heliogram_tl::Rest>"
                };
                paths.insert(format!("functions::{}{generic}", path(&def.name)));
            }
            _ => {}
        }
    }
    paths
}

/// The path the generated code has it under.
fn path(name: &Name) -> String {
    let camel: String = name.base.split('_').map(capitalised).collect();
    match &name.space {
        Some(space) => format!("{space}::{camel}"),
        None => camel,
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}
