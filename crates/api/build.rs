//! Compiles the schema in the tree into Rust.

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use heliogram_schema::{DebugStyle, Facts, Options};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../schema");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let read = |name: &str| {
        let path = folder.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        fs::read_to_string(&path).map_err(|e| format!("schema/{name}: {e}"))
    };
    let (tl, errors, methods) = (read("api.tl")?, read("errors.csv")?, read("methods.csv")?);
    println!("cargo::rerun-if-changed=build.rs");

    let schema = heliogram_schema::parse(&tl).map_err(|e| format!("schema/api.tl, {e}"))?;
    let facts = Facts::parse(&errors, &methods).map_err(|e| format!("schema/*.csv, {e}"))?;
    let options = Options {
        root: "crate",
        debug: DebugStyle::Function("crate::debug"),
    };
    let generated = heliogram_schema::generate(&schema, &facts, options)
        .map_err(|e| format!("schema/api.tl, {e}"))?;
    let layer = schema
        .layer
        .ok_or("schema/api.tl does not name its layer")?;

    let table = heliogram_schema::table(&schema).map_err(|e| format!("schema/api.tl, {e}"))?;

    fs::write(out.join("table.bin"), table.to_blob())?;
    fs::write(out.join("api.rs"), generated.code)?;
    fs::write(out.join("decode_functions.rs"), generated.decode_functions)?;
    fs::write(out.join("errors.rs"), generated.errors)?;
    fs::write(out.join("callers.rs"), generated.callers)?;
    fs::write(out.join("layer.rs"), layer.to_string())?;
    Ok(())
}
