//! One constant for each known error.

use std::collections::BTreeMap;

use super::{Code, names};
use crate::Facts;

/// Constants of a type `ErrorName { name, code }` that the including module defines, and the
/// sorted slice `ALL` of them.
pub(super) fn emit(facts: &Facts) -> String {
    let mut by_name: BTreeMap<String, (i32, &str)> = BTreeMap::new();
    for error in &facts.errors {
        by_name
            .entry(names::error(&error.pattern))
            .or_insert((error.code, &error.pattern));
    }
    let mut code = Code::default();
    let c = &mut code;
    for (name, (number, pattern)) in &by_name {
        c.doc(&[format!("`{number} {}`", pattern.replace("%d", "X"))]);
        let constant = names::error_constant(name);
        c.line(format!(
            "pub const {constant}: ErrorName = ErrorName {{ name: {name:?}, code: {number} }};"
        ));
    }
    c.doc(&["Every known error, sorted by name.".to_owned()]);
    c.line("pub const ALL: &[ErrorName] = &[");
    for name in by_name.keys() {
        c.line(format!("    {},", names::error_constant(name)));
    }
    c.line("];");
    code.finish()
}
