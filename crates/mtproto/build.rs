//! Compiles the protocol's own schema into Rust.

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use heliogram_schema::{DebugStyle, Facts, Options};

/// They hold the nonces that the keys come from.
const SECRET: &[&str] = &[
    "p_q_inner_data",
    "p_q_inner_data_dc",
    "p_q_inner_data_temp",
    "p_q_inner_data_temp_dc",
    "client_DH_inner_data",
    "server_DH_inner_data",
    "bind_auth_key_inner",
];

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
    let path = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../schema/mtproto.tl");
    println!("cargo::rerun-if-changed={}", path.display());
    println!("cargo::rerun-if-changed=build.rs");
    let tl = fs::read_to_string(&path).map_err(|e| format!("schema/mtproto.tl: {e}"))?;
    let options = Options {
        root: "crate::tl",
        debug: DebugStyle::Derive { secret: SECRET },
    };
    let generated = heliogram_schema::parse(&tl)
        .and_then(|schema| heliogram_schema::generate(&schema, &Facts::default(), options))
        .map_err(|e| format!("schema/mtproto.tl, {e}"))?;
    let code = generated.code + &generated.decode_functions;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("mtproto.rs"), code)?;
    Ok(())
}
