//! `heliogram schema`.

use std::{fs, path::Path};

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

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn parse(path: Option<&Path>) -> Result<schema::Schema> {
    let Some(path) = path else {
        return Ok(schema::parse(BUILT_IN)?);
    };
    let wrong = |e| anyhow!("{}: {e}", path.display());
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
    let named = || {
        file.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let source = source.or_else(named);
    let text = schema::sync(&read(file)?, layer, source.as_deref())
        .map_err(|e| anyhow!("{}: {e}", file.display()))?;
    let Some(output) = output else {
        ui.raw(&text);
        return Ok(());
    };
    // Written aside first: a full disk must not leave half a schema where a whole one was.
    let aside = output.with_extension("tl.new");
    fs::write(&aside, &text)
        .and_then(|()| fs::rename(&aside, output))
        .with_context(|| format!("{} cannot be written", output.display()))?;
    let counts = schema::stats(&schema::parse(&text)?);
    ui.line(format!(
        "{} {}\n{counts}",
        styled(GOOD, "wrote"),
        output.display()
    ));
    ui.value(&json!({ "path": output, "layer": counts.layer }));
    Ok(())
}
