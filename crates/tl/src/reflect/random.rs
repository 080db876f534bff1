use super::{BoxedType, Definition, Expected, FlagWords, Kind, Table, Type, walk::Target};
use crate::{BOOL_FALSE, BOOL_TRUE, VECTOR, Writer};

/// Values may be nested this deep before only the smallest constructors are chosen.
const SOFT_DEPTH: u32 = 12;

/// Makes up random encoded values of a table's types, for property tests.
///
/// Values are well-founded and bounded: once the budget of constructors is used up or a value is
/// deep, optional fields are left out, vectors are empty and the constructor that leads to an end
/// soonest is taken.
#[derive(Debug)]
pub struct Generator<'t> {
    table: &'t Table,
    /// Levels the smallest value of each definition has, by its place in the table.
    heights: Vec<u32>,
    /// A function that needs no argument, for `!X`.
    plain_call: Option<Definition<'t>>,
}

/// One value of `expected` with the given source of random words; see [`Generator`].
///
/// `None` where the table has no finite value of that type.
pub fn random_value(
    table: &Table,
    expected: Expected<'_>,
    rng: &mut dyn FnMut() -> u64,
    budget: usize,
) -> Option<Vec<u8>> {
    // A generator borrows the table alone, so the expectation is looked up in it by name.
    let generator = Generator::new(table);
    let target = table.resolve(expected).ok()?;
    generator.make(target, rng, budget)
}

impl<'t> Generator<'t> {
    /// A generator for the types of `table`.
    #[must_use]
    pub fn new(table: &'t Table) -> Self {
        let mut generator = Self {
            table,
            heights: Vec::new(),
            plain_call: None,
        };
        generator.heights = vec![u32::MAX; table.len()];
        // Each round settles the definitions of one more height; the number of rounds is the
        // height of the tallest, which is small in every schema.
        loop {
            let next: Vec<u32> = table
                .definitions()
                .map(|def| generator.measure(def))
                .collect();
            if next == generator.heights {
                break;
            }
            generator.heights = next;
        }
        let mut functions = table
            .definitions()
            .filter(|def| def.kind() == Kind::Function);
        generator.plain_call = functions.find(|def| def.fields().len() == 0);
        generator
    }

    /// A value of what is expected; `None` where no finite one exists.
    pub fn value(
        &self,
        expected: Expected<'t>,
        rng: &mut dyn FnMut() -> u64,
        budget: usize,
    ) -> Option<Vec<u8>> {
        self.make(self.table.resolve(expected).ok()?, rng, budget)
    }

    /// A value of one constructor or function, with its id in front.
    pub fn definition(
        &self,
        def: Definition<'t>,
        rng: &mut dyn FnMut() -> u64,
        budget: usize,
    ) -> Option<Vec<u8>> {
        self.make(Target::Definition(def), rng, budget)
    }

    fn make(
        &self,
        target: Target<'_>,
        rng: &mut dyn FnMut() -> u64,
        budget: usize,
    ) -> Option<Vec<u8>> {
        let mut run = Run {
            generator: self,
            rng,
            budget,
            depth: 0,
            w: Writer::new(),
        };
        match target {
            Target::Type(ty) => run.value(ty)?,
            Target::Definition(def) => run.boxed(def)?,
        }
        Some(run.w.into_vec())
    }

    fn height(&self, def: Definition<'_>) -> u32 {
        self.heights.get(def.index()).copied().unwrap_or(u32::MAX)
    }

    fn measure(&self, def: Definition<'_>) -> u32 {
        let required = def.fields().filter(|field| field.flag.is_none());
        let tallest = required.map(|field| self.type_height(field.ty)).max();
        tallest.unwrap_or(0).saturating_add(1)
    }

    fn type_height(&self, ty: Type<'_>) -> u32 {
        match ty {
            Type::Boxed(ty) => ty
                .constructors()
                .map(|def| self.height(def))
                .min()
                .unwrap_or(u32::MAX),
            Type::Bare(def) => self.height(def),
            _ => 0,
        }
    }
}

struct Run<'g, 't, 'r> {
    generator: &'g Generator<'t>,
    rng: &'r mut dyn FnMut() -> u64,
    budget: usize,
    depth: u32,
    w: Writer,
}

impl Run<'_, '_, '_> {
    fn spare(&self) -> bool {
        self.budget > 0 && self.depth < SOFT_DEPTH
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.rng)() % limit.max(1)
    }

    fn value(&mut self, ty: Type<'_>) -> Option<()> {
        match ty {
            Type::Int => {
                let v = self.number() as i32;
                self.w.i32(v);
            }
            Type::Long => {
                let v = self.number() as i64;
                self.w.i64(v);
            }
            Type::Double => {
                let v = self.double();
                self.w.f64(v);
            }
            Type::Int128 => self.raw(16),
            Type::Int256 => self.raw(32),
            Type::String => {
                let text = self.text();
                self.w.bytes(text.as_bytes());
            }
            Type::Bytes => {
                let len = self.length();
                let bytes: Vec<u8> = (0..len).map(|_| (self.rng)() as u8).collect();
                self.w.bytes(&bytes);
            }
            Type::Bool => {
                let v = self.below(2) == 0;
                self.w.u32(if v { BOOL_TRUE } else { BOOL_FALSE });
            }
            Type::True => {}
            Type::Flags => self.w.u32(0),
            Type::Vector { boxed, elem } => {
                if boxed {
                    self.w.u32(VECTOR);
                }
                let count = if self.spare() { self.below(4) } else { 0 };
                self.w.u32(count as u32);
                for _ in 0..count {
                    self.value(elem.ty())?;
                }
            }
            Type::Boxed(ty) => {
                let def = self.choose(ty)?;
                self.boxed(def)?;
            }
            Type::Bare(def) => self.fields(def)?,
            Type::Any => {
                let def = self.generator.plain_call?;
                self.w.u32(def.id());
            }
        }
        Some(())
    }

    fn choose<'x>(&mut self, ty: BoxedType<'x>) -> Option<Definition<'x>> {
        let height = |def: &Definition<'x>| self.generator.height(*def);
        if self.spare() {
            let finite = ty.constructors().filter(|def| height(def) < u32::MAX);
            let count = finite.clone().count() as u64;
            let at = (self.rng)() % count.max(1);
            return finite.clone().nth(at as usize);
        }
        ty.constructors()
            .min_by_key(height)
            .filter(|def| height(def) < u32::MAX)
    }

    fn boxed(&mut self, def: Definition<'_>) -> Option<()> {
        self.w.u32(def.id());
        self.fields(def)
    }

    fn fields(&mut self, def: Definition<'_>) -> Option<()> {
        if self.generator.height(def) == u32::MAX {
            return None;
        }
        self.budget = self.budget.saturating_sub(1);
        self.depth += 1;
        let mut flags = FlagWords::default();
        for (index, field) in def.fields().enumerate() {
            if field.ty == Type::Flags {
                let word = self.flags_word(def, index);
                flags.push(index, word);
                self.w.u32(word);
            } else if flags.allow(field) {
                self.value(field.ty)?;
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// Random bits, of those alone that mean something and have a finite value.
    fn flags_word(&mut self, def: Definition<'_>, index: usize) -> u32 {
        if !self.spare() {
            return 0;
        }
        let mut word = (self.rng)() as u32;
        if self.below(2) == 0 {
            word &= (self.rng)() as u32;
        }
        let of_word = def.fields().filter_map(|field| Some((field, field.flag?)));
        let mut known = 0;
        let mut endless = 0;
        for (field, flag) in of_word.filter(|(_, flag)| flag.word == index) {
            known |= 1 << flag.bit;
            if self.generator.type_height(field.ty) == u32::MAX {
                endless |= 1 << flag.bit;
            }
        }
        word & known & !endless
    }

    /// Numbers near the edges are as likely as any.
    fn number(&mut self) -> u64 {
        match self.below(4) {
            0 => self.below(16),
            1 => self.below(16).wrapping_neg(),
            2 => 1u64.rotate_right(self.below(4) as u32),
            _ => (self.rng)(),
        }
    }

    fn double(&mut self) -> f64 {
        let v = f64::from_bits((self.rng)());
        if v.is_nan() || self.below(2) == 0 {
            self.below(1 << 20) as f64 / 8.0
        } else {
            v
        }
    }

    fn raw(&mut self, len: usize) {
        for _ in 0..len / 8 {
            let word = (self.rng)();
            self.w.raw(&word.to_le_bytes());
        }
    }

    fn length(&mut self) -> u64 {
        match self.below(16) {
            0 => 250 + self.below(10),
            _ => self.below(12),
        }
    }

    fn text(&mut self) -> String {
        const LETTERS: [char; 12] = [
            'a', 'Z', '0', ' ', '"', '\\', '\n', '\u{1}', '<', 'é', '漢', '😀',
        ];
        let len = self.length();
        (0..len)
            .filter_map(|_| LETTERS.get(self.below(12) as usize))
            .collect()
    }
}
