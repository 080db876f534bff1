//! Types as a graph: who holds whom, who can hold itself, and how large the Rust form is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Definition, Field, Kind, Name, Schema, Type};

/// Payloads of enum variants above this size are boxed.
const VARIANT_LIMIT: usize = 64;
/// Optional objects above this size are boxed: absent, they cost a pointer.
const OPTION_LIMIT: usize = 24;
/// Required objects above this size are boxed.
const FIELD_LIMIT: usize = 80;

/// A type and its constructors.
#[derive(Debug, Default)]
pub(crate) struct TypeInfo<'a> {
    pub(crate) constructors: Vec<&'a Definition>,
    /// Types held in any way.
    holds: BTreeSet<&'a Name>,
    /// Types held without a vector in between.
    inline: BTreeSet<&'a Name>,
    /// Index of the constructor an empty value is made of, and its depth.
    least: Option<(usize, usize)>,
}

/// Size, alignment, and whether `Option` of it is free.
#[derive(Clone, Copy, Debug)]
struct Layout {
    size: usize,
    align: usize,
    niche: bool,
}

/// What [`check`](crate::check()) and the emitter need to know of all types together.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    pub(crate) types: BTreeMap<&'a Name, TypeInfo<'a>>,
    bare: BTreeMap<&'a Name, &'a Definition>,
    /// Types that hold themselves through any chain of fields.
    pub(crate) recursive: BTreeSet<&'a Name>,
    /// For each type, the types it can reach without passing a vector.
    reach_inline: BTreeMap<&'a Name, BTreeSet<&'a Name>>,
    /// Types that functions answer, or that are held by those.
    pub(crate) answered: BTreeSet<&'a Name>,
    sizes: BTreeMap<&'a Name, Layout>,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(schema: &'a Schema) -> Self {
        let mut graph = Self {
            types: BTreeMap::new(),
            bare: BTreeMap::new(),
            recursive: BTreeSet::new(),
            reach_inline: BTreeMap::new(),
            answered: BTreeSet::new(),
            sizes: BTreeMap::new(),
        };
        let constructors = || {
            schema
                .definitions
                .iter()
                .filter(|d| d.kind == Kind::Constructor && !d.is_builtin())
        };
        for d in constructors() {
            graph.bare.insert(&d.name, d);
        }
        for d in constructors() {
            let Type::Boxed(name) = &d.result else {
                continue;
            };
            let mut info = graph.types.remove(name).unwrap_or_default();
            for field in &d.fields {
                if let Some(held) = graph.target(field.ty.innermost()) {
                    info.holds.insert(held);
                    if !matches!(field.ty, Type::Vector { .. }) {
                        info.inline.insert(held);
                    }
                }
            }
            info.constructors.push(d);
            graph.types.insert(name, info);
        }
        for d in schema
            .definitions
            .iter()
            .filter(|d| d.kind == Kind::Function)
        {
            let answer = graph.target(d.result.innermost());
            graph.answered.extend(graph.closure(answer.into_iter()));
        }
        graph.find_cycles();
        graph.find_least();
        graph.measure();
        graph
    }

    /// The boxed type that a field's type leads to, if it is an object.
    pub(crate) fn target(&self, ty: &'a Type) -> Option<&'a Name> {
        match ty {
            Type::Boxed(name)
            | Type::Bare {
                name,
                percent: true,
            } => Some(name),
            Type::Bare {
                name,
                percent: false,
            } => match &self.bare.get(name)?.result {
                Type::Boxed(name) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// The constructor a bare name (`future_salt`, `%FutureSalt`) stands for.
    pub(crate) fn constructor(&self, name: &Name, percent: bool) -> Option<&'a Definition> {
        if percent {
            self.types
                .get(name)
                .and_then(|info| info.constructors.first().copied())
        } else {
            self.bare.get(name).copied()
        }
    }

    fn find_cycles(&mut self) {
        let all: Vec<&'a Name> = self.types.keys().copied().collect();
        for &from in &all {
            if self.reach(from, |info| &info.holds).contains(from) {
                self.recursive.insert(from);
            }
            let reach = self.reach(from, |info| &info.inline);
            self.reach_inline.insert(from, reach);
        }
    }

    /// The given types and all they hold.
    fn closure(&self, from: impl Iterator<Item = &'a Name>) -> BTreeSet<&'a Name> {
        from.flat_map(|name| {
            let mut all = self.reach(name, |info| &info.holds);
            all.insert(name);
            all
        })
        .collect()
    }

    fn reach(
        &self,
        from: &'a Name,
        next: impl for<'g> Fn(&'g TypeInfo<'a>) -> &'g BTreeSet<&'a Name>,
    ) -> BTreeSet<&'a Name> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![from];
        while let Some(name) = todo.pop() {
            for &held in self.types.get(name).map(&next).into_iter().flatten() {
                if seen.insert(held) {
                    todo.push(held);
                }
            }
        }
        seen
    }

    /// For each type the constructor whose empty value is the shallowest: optional fields and
    /// vectors are left out, so it needs only the objects it requires.
    fn find_least(&mut self) {
        loop {
            let mut found = Vec::new();
            for (&name, info) in &self.types {
                let depths = info.constructors.iter().enumerate().filter_map(|(i, d)| {
                    let required = d.fields.iter().filter(|f| f.flag.is_none());
                    let objects = required.filter_map(|f| self.target(&f.ty));
                    let depth = objects.map(|o| self.least(o).map(|(_, depth)| depth + 1));
                    let depth = depth.collect::<Option<Vec<_>>>()?;
                    Some((i, depth.into_iter().max().unwrap_or(0)))
                });
                let best = depths.min_by_key(|&(i, depth)| {
                    (
                        depth,
                        info.constructors.get(i).map_or(0, |d| d.fields.len()),
                        i,
                    )
                });
                if best != info.least {
                    found.push((name, best));
                }
            }
            if found.is_empty() {
                return;
            }
            for (name, best) in found {
                if let Some(info) = self.types.get_mut(name) {
                    info.least = best;
                }
            }
        }
    }

    /// Index of the constructor that an empty value of the type is made of, and its depth.
    pub(crate) fn least(&self, ty: &Name) -> Option<(usize, usize)> {
        self.types.get(ty).and_then(|info| info.least)
    }

    fn measure(&mut self) {
        let all: Vec<&'a Name> = self.types.keys().copied().collect();
        for name in all {
            self.measure_type(name);
        }
    }

    /// Measures what the type holds, then the type; boxed fields break every cycle.
    fn measure_type(&mut self, name: &'a Name) {
        if self.sizes.contains_key(name) {
            return;
        }
        let inline = self
            .types
            .get(name)
            .map(|info| info.inline.clone())
            .unwrap_or_default();
        for held in inline {
            if !self.cycles(name, held) {
                self.measure_type(held);
            }
        }
        let constructors = self
            .types
            .get(name)
            .map(|i| i.constructors.clone())
            .unwrap_or_default();
        let structs: Vec<Layout> = constructors
            .iter()
            .map(|d| self.struct_layout(Some(name), d))
            .collect();
        let layout = match structs.as_slice() {
            [only] => *only,
            _ if structs.iter().all(|s| s.size == 0) => Layout {
                size: 1,
                align: 1,
                niche: true,
            },
            _ => {
                let (size, align) = structs
                    .iter()
                    .map(|s| if s.size > VARIANT_LIMIT { POINTER } else { *s })
                    .fold((0, 1), |(size, align), p| {
                        (p.size.max(size), p.align.max(align))
                    });
                Layout {
                    size: (size + 1).next_multiple_of(align),
                    align,
                    niche: true,
                }
            }
        };
        self.sizes.insert(name, layout);
    }

    fn cycles(&self, of: &Name, target: &Name) -> bool {
        of == target
            || self
                .reach_inline
                .get(target)
                .is_some_and(|reach| reach.contains(of))
    }

    /// What the definition's struct takes; `of` is the type it makes, none for a function.
    fn struct_layout(&self, of: Option<&Name>, d: &'a Definition) -> Layout {
        let mut sum = Layout {
            size: 0,
            align: 1,
            niche: false,
        };
        for field in d.fields.iter().filter(|f| f.ty != Type::Flags) {
            let mut layout = match primitive(&field.ty) {
                Some(layout) => layout,
                None if self.boxes(of, field) => POINTER,
                None => self.object_layout(&field.ty),
            };
            if field.flag.is_some() && field.ty != Type::True && !layout.niche {
                layout.size += layout.align;
                layout.niche = true;
            }
            sum.size += layout.size;
            sum.align = sum.align.max(layout.align);
            sum.niche |= layout.niche;
        }
        sum.size = sum.size.next_multiple_of(sum.align);
        sum
    }

    fn object_layout(&self, ty: &'a Type) -> Layout {
        let target = self.target(ty);
        match ty {
            Type::Bare {
                name,
                percent: false,
            } => match self.bare.get(name) {
                Some(d) => self.struct_layout(target, d),
                None => POINTER,
            },
            _ => target
                .and_then(|t| self.sizes.get(t))
                .copied()
                .unwrap_or(POINTER),
        }
    }

    /// Whether the object in `field`, of a definition that makes `of` (or of a function), is boxed.
    pub(crate) fn boxes(&self, of: Option<&Name>, field: &'a Field) -> bool {
        let Some(target) = self.target(&field.ty) else {
            return false;
        };
        if of.is_some_and(|of| self.cycles(of, target)) {
            return true;
        }
        let limit = if field.flag.is_some() {
            OPTION_LIMIT
        } else {
            FIELD_LIMIT
        };
        self.object_layout(&field.ty).size > limit
    }

    /// Whether the payload of the variant for `d` is boxed.
    pub(crate) fn boxes_variant(&self, of: &Name, d: &'a Definition) -> bool {
        self.struct_layout(Some(of), d).size > VARIANT_LIMIT
    }
}

const POINTER: Layout = Layout {
    size: 8,
    align: 8,
    niche: true,
};

fn primitive(ty: &Type) -> Option<Layout> {
    let (size, align, niche) = match ty {
        Type::Flags => (0, 1, false),
        Type::Bool | Type::True => (1, 1, true),
        Type::Int => (4, 4, false),
        Type::Long | Type::Double => (8, 8, false),
        Type::Int128 => (16, 1, false),
        Type::Int256 => (32, 1, false),
        Type::String | Type::Vector { .. } => (24, 8, true),
        Type::Bytes => (32, 8, true),
        Type::Generic { .. } => (24, 8, false),
        Type::Boxed(_) | Type::Bare { .. } => return None,
    };
    Some(Layout { size, align, niche })
}
