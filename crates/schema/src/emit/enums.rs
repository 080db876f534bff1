//! One enum for each type with several constructors.

use super::{Code, Emitter, names};
use crate::{Definition, Name};

impl<'a> Emitter<'a> {
    /// The enum, among the definitions.
    pub(super) fn enumeration(&self, c: &mut Code, ty: &'a Name) {
        let Some(info) = self.graph.types.get(ty).filter(|_| !self.is_single(ty)) else {
            return;
        };
        c.line("");
        c.doc(&self.docs.boxed(ty));
        c.line(self.derives(None).0);
        c.line("#[non_exhaustive]");
        c.line(format!("pub enum {} {{", names::definition(ty, true)));
        for &d in &info.constructors {
            c.doc(&[format!("`{}`", d.name)]);
            let variant = names::variant(ty, d);
            match self.payload(ty, d) {
                None => c.line(format!("{variant},")),
                Some(payload) => c.line(format!("{variant}({}),", payload.ty)),
            }
        }
        c.line("}");
    }

    /// What the enum can do, in the module that it is found in; a type with one constructor is
    /// found there as its struct.
    pub(super) fn enumeration_impls(&self, c: &mut Code, ty: &'a Name) {
        let Some(info) = self.graph.types.get(ty) else {
            return;
        };
        let name = names::item(ty);
        if let [only] = info.constructors.as_slice() {
            let path = names::path(&only.name);
            let rename = if names::item(&only.name) == name {
                ""
            } else {
                &format!(" as {name}")
            };
            c.doc(&self.docs.boxed(ty));
            c.line(format!("pub use types::{path}{rename};"));
            return;
        }
        let definition = names::definition(ty, true);
        c.line("#[doc(inline)]");
        c.line(format!(
            "pub use {}::defs::{definition} as {name};",
            self.options.root
        ));
        self.debug(c, &name, ["", ""]);
        self.encode_enum(c, ty, &name, &info.constructors);
        self.decode_enum(c, ty, &name, &info.constructors);
        for &d in &info.constructors {
            let Some(payload) = self.payload(ty, d) else {
                continue;
            };
            let variant = names::variant(ty, d);
            let value = if payload.boxed { "Box::new(x)" } else { "x" };
            c.line(format!("impl From<{}> for {name} {{", payload.structure));
            c.line("#[inline]");
            c.line(format!("fn from(x: {}) -> Self {{", payload.structure));
            c.line(format!("Self::{variant}({value})"));
            c.lines(&["}", "}"]);
        }
    }

    fn payload(&self, ty: &Name, d: &'a Definition) -> Option<Payload> {
        if !self.has_struct(ty, d) {
            return None;
        }
        let structure = format!("types::{}", names::path(&d.name));
        let boxed = self.graph.boxes_variant(ty, d);
        let ty = if boxed {
            format!("Box<{structure}>")
        } else {
            structure.clone()
        };
        Some(Payload {
            structure,
            ty,
            boxed,
        })
    }

    fn encode_enum(&self, c: &mut Code, ty: &Name, name: &str, constructors: &[&'a Definition]) {
        c.line(format!("impl Encode for {name} {{"));
        c.line("#[inline]");
        c.line("fn encode(&self, w: &mut Writer) {");
        c.line("match self {");
        for &d in constructors {
            let variant = names::variant(ty, d);
            let id = d.id;
            match self.payload(ty, d) {
                None => c.line(format!("Self::{variant} => w.u32({id:#010x}),")),
                Some(Payload { boxed: true, .. }) => {
                    c.line(format!("Self::{variant}(x) => (**x).encode(w),"));
                }
                Some(_) => c.line(format!("Self::{variant}(x) => x.encode(w),")),
            }
        }
        c.lines(&["}", "}", "}"]);
    }

    /// The last arm takes the id of the shallowest constructor and every unknown one: there the
    /// reader has failed and gives an empty value, which must have an end.
    fn decode_enum(&self, c: &mut Code, ty: &Name, name: &str, constructors: &[&'a Definition]) {
        let least = self.graph.least(ty).map_or(0, |(i, _)| i);
        let recursive = self.graph.recursive.contains(ty);
        c.line(format!("impl Decode for {name} {{"));
        self.inline_decode(c, ty);
        c.line("fn decode(r: &mut Reader<'_>) -> Self {");
        if recursive {
            c.line("r.enter();");
        }
        c.line(if recursive {
            "let v = match r.u32() {"
        } else {
            "match r.u32() {"
        });
        for (i, &d) in constructors.iter().enumerate() {
            if i != least {
                c.line(format!("{:#010x} => {},", d.id, self.decode_variant(ty, d)));
            }
        }
        if let Some(&d) = constructors.get(least) {
            c.line("id => {");
            c.line(format!("if id != {:#010x} {{", d.id));
            c.line(format!("r.unknown(id, {:?});", ty.to_string()));
            c.line("}");
            c.line(self.decode_variant(ty, d));
            c.line("}");
        }
        if recursive {
            c.lines(&["};", "r.leave();", "v"]);
        } else {
            c.line("}");
        }
        c.lines(&["}", "}"]);
    }

    fn decode_variant(&self, ty: &Name, d: &'a Definition) -> String {
        let variant = names::variant(ty, d);
        match self.payload(ty, d) {
            None => format!("Self::{variant}"),
            Some(Payload { boxed: true, .. }) => format!("Self::{variant}(r.boxed_bare())"),
            Some(_) => format!("Self::{variant}(Constructor::decode_bare(r))"),
        }
    }
}

/// What a variant holds.
struct Payload {
    structure: String,
    ty: String,
    boxed: bool,
}
