//! Runs the fuzz targets without libFuzzer: for a short look on any compiler, and to play what was
//! found again.

mod mutate;
mod smoke;

use std::{env, error::Error, fs, path::Path, process::ExitCode};

const USAGE: &str = "\
usage: heliogram-fuzz smoke [--seconds N] [--seed N] [TARGET...]
           replays the corpora, then changes them by chance for N seconds each (2 unless told)
       heliogram-fuzz run TARGET FILE...
           runs a target on these inputs
       heliogram-fuzz corpus
           writes the inputs to begin with, into corpus/";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["smoke", rest @ ..] => smoke::parent(rest),
        ["one", rest @ ..] => smoke::child(rest),
        ["run", target, files @ ..] => replay(target, files),
        ["corpus"] => write_corpora(),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// The target of this name.
fn target(name: &str) -> Result<&'static heliogram_fuzz::Target, Box<dyn Error>> {
    heliogram_fuzz::target(name).ok_or_else(|| format!("there is no target {name}").into())
}

/// Where the inputs of a target are.
fn corpus(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name)
}

fn replay(name: &str, files: &[&str]) -> Result<bool, Box<dyn Error>> {
    let target = target(name)?;
    for file in files {
        println!("{file}");
        (target.run)(&fs::read(file)?);
    }
    Ok(true)
}

fn write_corpora() -> Result<bool, Box<dyn Error>> {
    for target in heliogram_fuzz::TARGETS {
        let folder = corpus(target.name);
        fs::create_dir_all(&folder)?;
        let seeds = (target.seeds)();
        println!("{}: {} inputs", target.name, seeds.len());
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(true)
}
