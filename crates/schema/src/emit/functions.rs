//! One struct for each function.

use super::{Code, DebugStyle, Emitter, Spaces, names};
use crate::{Definition, Type};

impl<'a> Emitter<'a> {
    pub(super) fn function(&self, c: &mut Code, d: &'a Definition) {
        let name = names::item(&d.name);
        c.doc(&self.docs.function(d));
        c.line(match self.options.debug {
            DebugStyle::Function(_) => "#[derive(Clone)]",
            DebugStyle::Derive { .. } => "#[derive(Clone, Debug)]",
        });
        let args = generics(d, "");
        self.declare(c, None, d, &format!("{name}{args}"));
        c.line(format!("impl{args} {name}{args} {{"));
        self.new_fn(c, None, d);
        c.line("}");
        self.debug(c, &name, [&generics(d, ": Encode"), &args]);
        c.line(format!(
            "impl{} Encode for {name}{args} {{",
            generics(d, ": Encode")
        ));
        c.line("#[inline]");
        self.encode_fields(c, "encode", None, d);
        c.line("}");
        c.line(format!(
            "impl{} Call for {name}{args} {{",
            generics(d, ": Call")
        ));
        c.line(format!("const ID: u32 = {:#010x};", d.id));
        c.line(format!(
            "const NAME: &'static str = {:?};",
            d.name.to_string()
        ));
        let output = match &d.result {
            Type::Generic { name, .. } => format!("{name}::Output"),
            ty => self.rust_type(ty),
        };
        c.line(format!("type Output = {output};"));
        c.line("}");
    }

    /// `Decode` for all functions, as a file of its own.
    pub(super) fn decode_functions(&self) -> String {
        let mut spaces: Spaces<&Definition> = Spaces::new();
        for &d in &self.functions {
            spaces.entry(d.name.space.clone()).or_default().push(d);
        }
        let mut code = Code::default();
        let c = &mut code;
        c.line("#[allow(unused_imports, unused_qualifications, clippy::all)]");
        c.line("mod decode_functions {");
        self.imports(c);
        c.line(format!("use {}::functions;", self.options.root));
        for d in spaces.values().flatten() {
            let (path, args) = (names::path(&d.name), generics(d, ""));
            c.line(format!(
                "impl{} Decode for functions::{path}{args} {{",
                generics(d, ": Decode")
            ));
            c.line("#[inline]");
            self.decode_fields(c, "decode", Some(d.id), None, d);
            c.line("}");
        }
        c.line("}");
        code.finish()
    }
}

/// `<X: Bound>`, or nothing.
fn generics(d: &Definition, bound: &str) -> String {
    if d.generics.is_empty() {
        return String::new();
    }
    let all: Vec<String> = d.generics.iter().map(|g| format!("{g}{bound}")).collect();
    format!("<{}>", all.join(", "))
}
