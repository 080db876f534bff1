//! One struct for each constructor.

use super::{Code, Emitter, docs, fields, names};
use crate::{Definition, Name, Type};

impl<'a> Emitter<'a> {
    /// The struct, among the definitions.
    pub(super) fn structure(&self, c: &mut Code, ty: &'a Name, d: &'a Definition) {
        c.doc(&self.docs.constructor(ty, d, self.is_single(ty)));
        c.line(self.derives(Some(d)).0);
        self.declare(c, Some(ty), d, &names::definition(&d.name, false));
    }

    /// What the struct can do, in the module that it is found in.
    pub(super) fn structure_impls(&self, c: &mut Code, ty: &'a Name, d: &'a Definition) {
        let name = names::item(&d.name);
        let definition = names::definition(&d.name, false);
        c.line("#[doc(inline)]");
        if definition == name {
            c.line(format!("pub use {}::defs::{name};", self.options.root));
        } else {
            c.line(format!(
                "pub use {}::defs::{definition} as {name};",
                self.options.root
            ));
        }
        c.line(format!("impl {name} {{"));
        self.new_fn(c, Some(ty), d);
        c.line("}");
        self.debug(c, &name, ["", ""]);
        if self.derives(Some(d)).1 {
            c.line(format!("impl std::fmt::Debug for {name} {{"));
            c.line("fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {");
            c.line(format!("f.write_str({:?})", format!("{name} {{ .. }}")));
            c.lines(&["}", "}"]);
        }
        c.line(format!("impl Constructor for {name} {{"));
        c.line(format!("const ID: u32 = {:#010x};", d.id));
        c.line(format!(
            "const NAME: &'static str = {:?};",
            d.name.to_string()
        ));
        if self.is_single(ty) && self.graph.recursive.contains(ty) {
            c.line("const RECURSIVE: bool = true;");
        }
        c.line("#[inline]");
        self.encode_fields(c, "encode_boxed", Some(ty), d);
        self.inline_decode(c, ty);
        self.decode_fields(c, "decode_bare", None, Some(ty), d);
        c.line("}");
    }

    /// The struct itself; without fields it is a unit.
    pub(super) fn declare(&self, c: &mut Code, of: Option<&Name>, d: &'a Definition, name: &str) {
        if !d.fields.iter().any(|f| f.ty != Type::Flags) {
            c.line(format!("pub struct {name};"));
            return;
        }
        c.line(format!("pub struct {name} {{"));
        for field in d.fields.iter().filter(|f| f.ty != Type::Flags) {
            let ty = self.field_type(of, field);
            c.doc(&[docs::field(d, field)]);
            c.line(format!("pub {}: {ty},", names::field(&field.name)));
        }
        c.line("}");
    }

    /// `new`, with the required fields as arguments.
    pub(super) fn new_fn(&self, c: &mut Code, of: Option<&Name>, d: &'a Definition) {
        let args: Vec<String> = d
            .fields
            .iter()
            .filter(|f| fields::is_required(f))
            .map(|f| format!("{}: {}", names::field(&f.name), self.field_type(of, f)))
            .collect();
        let values: Vec<String> = d
            .fields
            .iter()
            .filter(|f| f.ty != Type::Flags)
            .map(|f| {
                let name = names::field(&f.name);
                match &f.flag {
                    None => name,
                    Some(_) if f.ty == Type::True => format!("{name}: false"),
                    Some(_) => format!("{name}: None"),
                }
            })
            .collect();
        c.doc(&["Makes the value from what it requires; what is optional is left out.".to_owned()]);
        c.line("#[inline]");
        c.line(format!("pub fn new({}) -> Self {{", args.join(", ")));
        if values.is_empty() {
            c.line("Self");
        } else {
            c.line(format!("Self {{ {} }}", values.join(", ")));
        }
        c.line("}");
    }

    /// A function that writes the id and the fields.
    pub(super) fn encode_fields(
        &self,
        c: &mut Code,
        function: &str,
        of: Option<&Name>,
        d: &'a Definition,
    ) {
        c.line(format!("fn {function}(&self, w: &mut Writer) {{"));
        for line in self.writes(of, d) {
            c.line(line);
        }
        c.line("}");
    }

    /// A function that reads the fields, after the id if one is given.
    pub(super) fn decode_fields(
        &self,
        c: &mut Code,
        function: &str,
        id: Option<u32>,
        of: Option<&Name>,
        d: &'a Definition,
    ) {
        let reads = self.reads(of, d);
        let idle = id.is_none() && reads.before.is_empty() && reads.after.is_empty();
        let r = if idle && reads.fields.is_empty() {
            "_"
        } else {
            "r"
        };
        c.line(format!("fn {function}({r}: &mut Reader<'_>) -> Self {{"));
        if let Some(id) = id {
            c.line(format!(
                "r.constructor({id:#010x}, {:?});",
                d.name.to_string()
            ));
        }
        for line in &reads.before {
            c.line(line);
        }
        let start = if reads.after.is_empty() {
            ""
        } else {
            "let v = "
        };
        let end = if reads.after.is_empty() { "" } else { ";" };
        if reads.fields.is_empty() {
            c.line(format!("{start}Self{end}"));
        } else {
            c.line(format!("{start}Self {{"));
            for (name, read) in reads.fields {
                c.line(format!("{name}: {read},"));
            }
            c.line(format!("}}{end}"));
        }
        if !reads.after.is_empty() {
            c.line(&reads.after);
            c.line("v");
        }
        c.line("}");
    }
}
