//! `heliogram schema`.

use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail};
use heliogram_schema as schema;
use schema::{Definition, Facts};
use serde_json::{Value, json};

use crate::{
    args::Schema,
    ui::{BAD, GOOD, NAME, Ui, styled},
};

/// The schema this program was made from.
const BUILT_IN: &str = include_str!("../../../../schema/api.tl");
const ERRORS: &str = include_str!("../../../../schema/errors.csv");
const METHODS: &str = include_str!("../../../../schema/methods.csv");

pub(crate) fn run(command: Schema, ui: &Ui) -> Result<()> {
    match command {
        Schema::Stats { file } => stats(file.as_deref(), ui),
        Schema::Show { name, file } => show(&name, file.as_deref(), ui),
        Schema::Diff { old, new } => diff(&old, &new, ui),
        Schema::Sync {
            file,
            output,
            source,
            layer,
        } => sync(&file, output.as_deref(), source, layer, ui),
    }
}

/// The text of a file, or of the standard input where the file is called `-`.
fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let read = if is_standard(path) {
        io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(path).map(|read| bytes = read)
    };
    read.with_context(|| format!("{} cannot be read", named(path)))?;
    String::from_utf8(bytes).map_err(|e| {
        let good = e.as_bytes().get(..e.utf8_error().valid_up_to());
        let line = 1 + good
            .unwrap_or_default()
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        anyhow!("{}: line {line}: this is no text in UTF-8", named(path))
    })
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

fn named(path: &Path) -> String {
    match is_standard(path) {
        true => "the standard input".to_owned(),
        false => path.display().to_string(),
    }
}

fn parse(path: Option<&Path>) -> Result<schema::Schema> {
    let Some(path) = path else {
        return Ok(schema::parse(BUILT_IN)?);
    };
    let wrong = |e| anyhow!("{}: {e}", named(path));
    let parsed = schema::parse(&read(path)?).map_err(wrong)?;
    schema::check(&parsed).map_err(wrong)?;
    Ok(parsed)
}

fn stats(file: Option<&Path>, ui: &Ui) -> Result<()> {
    let stats = schema::stats(&parse(file)?);
    ui.line(&stats);
    ui.value(&json!({
        "layer": stats.layer,
        "source": stats.source,
        "constructors": stats.constructors,
        "types": stats.types,
        "functions": stats.functions,
        "namespaces": stats.namespaces,
        "fields": stats.fields,
    }));
    Ok(())
}

fn show(name: &str, file: Option<&Path>, ui: &Ui) -> Result<()> {
    let parsed = parse(file)?;
    let facts = Facts::parse(ERRORS, METHODS)?;
    let Some(found) = schema::find(&parsed, &facts, name) else {
        let near: Vec<String> = schema::near(&parsed, name);
        match near.as_slice() {
            [] => bail!("the schema has nothing called `{name}`"),
            near => bail!(
                "the schema has nothing called `{name}`; did you mean {}?",
                near.join(", ")
            ),
        }
    };
    for line in found.to_string().lines() {
        let head = line.starts_with("constructor ") || line.starts_with("function ");
        ui.line(if head {
            styled(NAME, line)
        } else {
            line.to_owned()
        });
    }
    let names = |all: &[&Definition]| all.iter().map(|d| d.name.to_string()).collect::<Vec<_>>();
    ui.value(&json!({
        "definitions": found.definitions.iter().map(|d| definition(d)).collect::<Vec<_>>(),
        "used_by": names(&found.used_by),
        "answered_by": names(&found.answered_by),
    }));
    Ok(())
}

fn definition(d: &Definition) -> Value {
    json!({
        "name": d.name.to_string(),
        "id": format!("{:08x}", d.id),
        "definition": d.to_string(),
        "result": d.result.to_string(),
    })
}

fn diff(old: &Path, new: &Path, ui: &Ui) -> Result<()> {
    let diff = schema::diff(&parse(Some(old))?, &parse(Some(new))?);
    for line in diff.to_string().lines() {
        ui.line(match line.trim_start().chars().next() {
            Some('+') => styled(GOOD, line),
            Some('-') => styled(BAD, line),
            _ => line.to_owned(),
        });
    }
    ui.value(&json!({
        "layers": [diff.layers.0, diff.layers.1],
        "added": diff.added.iter().map(definition).collect::<Vec<_>>(),
        "removed": diff.removed.iter().map(definition).collect::<Vec<_>>(),
        "changed": diff.changed.iter().map(|c| json!({
            "old": definition(&c.old), "new": definition(&c.new), "fields": c.lines(),
        })).collect::<Vec<_>>(),
    }));
    Ok(())
}

fn sync(
    file: &Path,
    output: Option<&Path>,
    source: Option<String>,
    layer: Option<i32>,
    ui: &Ui,
) -> Result<()> {
    let name = file.file_name().filter(|_| !is_standard(file));
    let source = source.or_else(|| name.map(|name| name.to_string_lossy().into_owned()));
    let text = schema::sync(&read(file)?, layer, source.as_deref())
        .map_err(|e| anyhow!("{}: {e}", named(file)))?;
    let counts = schema::stats(&schema::parse(&text)?);
    let Some(output) = output.filter(|output| !is_standard(output)) else {
        if ui.json() {
            ui.value(&json!({ "layer": counts.layer, "schema": text }));
        } else {
            ui.raw(&text);
        }
        return Ok(());
    };
    write(output, &text).with_context(|| format!("{} cannot be written", output.display()))?;
    ui.line(format!(
        "{} {}\n{counts}",
        styled(GOOD, "wrote"),
        output.display()
    ));
    ui.value(&json!({ "path": output.to_string_lossy(), "layer": counts.layer }));
    Ok(())
}

/// Writes a file as a whole: a full disk must not leave half a schema where a whole one was.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let special = |about: fs::Metadata| !about.is_file();
    if fs::metadata(path).is_ok_and(special) {
        // Nothing may take the place of a device; a folder says so itself.
        return fs::OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(text.as_bytes());
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut aside = tempfile::NamedTempFile::new_in(folder)?;
    aside.write_all(text.as_bytes())?;
    aside.as_file().sync_all()?;
    #[cfg(unix)]
    {
        // Such files are made for their owner only; a schema is for everyone.
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        aside.as_file().set_permissions(readable)?;
    }
    aside.persist(target).map_err(|e| e.error)?;
    Ok(())
}
