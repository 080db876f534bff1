//! Who may call which method.

use super::Code;
use crate::{Facts, Who};

/// Two sorted slices of methods by name: `USERS` of those that are for people alone, and `BOTS` of
/// those that are for bots alone.
pub(super) fn emit(facts: &Facts) -> String {
    let mut code = Code::default();
    for (constant, who) in [("USERS", Who::User), ("BOTS", Who::Bot)] {
        code.line(format!("const {constant}: &[&str] = &["));
        let methods = facts.methods.iter().filter(|(_, method)| method.who == who);
        for (name, _) in methods {
            code.line(format!("    {name:?},"));
        }
        code.line("];");
    }
    code.finish()
}
