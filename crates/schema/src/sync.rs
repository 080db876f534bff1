//! A published schema in the one form the tree keeps.

use crate::{Kind, Schema, SchemaError, check, parse};

/// Reads a published schema, checks it, and writes it in one agreed form: a stamp with layer and
/// source, then constructors, then functions, each on its line, without comments.
///
/// `layer` and `source` go into the stamp where the text does not say. The result, synced again, is
/// the same text.
///
/// # Errors
/// What [`parse`](crate::parse()) and [`check`](crate::check()) find.
pub fn sync(text: &str, layer: Option<i32>, source: Option<&str>) -> Result<String, SchemaError> {
    let schema = parse(text)?;
    check(&schema)?;
    Ok(write(&schema, layer, source))
}

fn write(schema: &Schema, layer: Option<i32>, source: Option<&str>) -> String {
    let mut out = String::from(
        "// Telegram's published schema, in the form `heliogram schema sync` gives it.\n",
    );
    if let Some(layer) = schema.layer.or(layer) {
        out.push_str(&format!("// LAYER {layer}\n"));
    }
    if let Some(source) = schema.source.as_deref().or(source) {
        let line: String = source
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        out.push_str(&format!("// SOURCE {}\n", line.trim()));
    }
    for (kind, title) in [
        (Kind::Constructor, "---types---"),
        (Kind::Function, "---functions---"),
    ] {
        out.push_str(&format!("\n{title}\n\n"));
        for d in schema.definitions.iter().filter(|d| d.kind == kind) {
            out.push_str(&format!("{d};\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "\
// comment
boolFalse#bc799737 = Bool;
boolTrue#997275b5 = Bool;
---functions---
help.test#13c9ce62 x:int = Bool; // why
// LAYER 7
";

    #[test]
    fn syncing_twice_is_syncing_once() {
        let text = PUBLISHED.replace("#13c9ce62", "");
        let once = sync(&text, None, Some("a crate")).unwrap();
        assert!(once.contains("// LAYER 7\n// SOURCE a crate\n"), "{once}");
        assert_eq!(sync(&once, None, Some("elsewhere")).unwrap(), once);
    }

    #[test]
    fn a_wrong_id_is_told_with_its_line() {
        let error = sync(PUBLISHED, None, None).unwrap_err();
        assert_eq!(error.line, 5, "{error}");
    }
}
