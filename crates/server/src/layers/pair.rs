use std::collections::HashMap;

use heliogram_tl::reflect::{Definition, Table, Type};

use super::{
    LayerError,
    value::{self, Stable},
    write,
};

/// The newest layer and an older one.
pub(super) struct Pair {
    new: &'static Table,
    old: Table,
    new_stable: Stable,
    old_stable: Stable,
}

/// One direction between the two layers of a pair.
#[derive(Clone, Copy)]
pub(super) struct Way<'p> {
    from: &'p Table,
    into: &'p Table,
    stable: &'p Stable,
}

impl Pair {
    pub(super) fn new(new: &'static Table, old: Table) -> Self {
        let (new_stable, old_stable) = (stable(new, &old), stable(&old, new));
        Self {
            new,
            old,
            new_stable,
            old_stable,
        }
    }

    pub(super) fn old(&self) -> &Table {
        &self.old
    }

    pub(super) fn down(&self) -> Way<'_> {
        Way {
            from: self.new,
            into: &self.old,
            stable: &self.new_stable,
        }
    }

    pub(super) fn up(&self) -> Way<'_> {
        Way {
            from: &self.old,
            into: self.new,
            stable: &self.old_stable,
        }
    }
}

impl<'p> Way<'p> {
    /// Rewrites a value of the first type into one of the second.
    pub(super) fn rewrite(
        self,
        body: &[u8],
        (from, into): (Type<'p>, Type<'p>),
    ) -> Result<Vec<u8>, LayerError> {
        let value = value::read(self.from, self.stable, body, from)?;
        let name = value.name().to_owned();
        let written = write::write(self.into, value, into, body.len());
        written.ok_or(LayerError::Inexpressible { name })
    }
}

/// The definitions of `from` whose values mean the same, byte for byte, in `into`: the line is the
/// same there, and so is that of everything its fields can hold.
fn stable(from: &Table, into: &Table) -> Stable {
    let same = |def: Definition<'_>| {
        let other = into.by_id(def.id());
        other
            .is_some_and(|other| other.kind() == def.kind() && other.to_string() == def.to_string())
    };
    let mut defs: Vec<bool> = from.definitions().map(same).collect();
    loop {
        let types: HashMap<&str, bool> = from
            .types()
            .map(|ty| {
                let all = ty
                    .constructors()
                    .all(|def| defs.get(def.index()) == Some(&true));
                (ty.name(), all)
            })
            .collect();
        let next: Vec<bool> = from
            .definitions()
            .zip(&defs)
            .map(|(def, stable)| *stable && def.fields().all(|f| holds(f.ty, &types, &defs)))
            .collect();
        if next == defs {
            let types = types
                .into_iter()
                .filter(|entry| entry.1)
                .map(|e| e.0.to_owned());
            return Stable {
                types: types.collect(),
                defs,
            };
        }
        defs = next;
    }
}

fn holds(ty: Type<'_>, types: &HashMap<&str, bool>, defs: &[bool]) -> bool {
    match ty {
        Type::Boxed(ty) => types.get(ty.name()) == Some(&true),
        Type::Bare(def) => defs.get(def.index()) == Some(&true),
        Type::Vector { elem, .. } => holds(elem.ty(), types, defs),
        Type::Any => false,
        _ => true,
    }
}
