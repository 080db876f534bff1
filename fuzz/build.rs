//! Writes the list of everything the API can decode, for the target that decodes it.

use std::{collections::BTreeSet, env, error::Error, fmt::Write, fs, path::Path};

use heliogram_schema::{Kind, Name, Type};

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../schema/api.tl");
    println!("cargo::rerun-if-changed={}", schema.display());
    println!("cargo::rerun-if-changed=build.rs");
    let schema =
        heliogram_schema::parse(&fs::read_to_string(schema)?).map_err(|e| e.to_string())?;

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
    let mut out = String::from("const ALL: &[(&str, fn(&Bytes))] = &[\n");
    for path in paths {
        writeln!(out, "    (\"{path}\", check::<heliogram_api::{path}>),")?;
    }
    out.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("all.rs"), out)?;
    Ok(())
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
