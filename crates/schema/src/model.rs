use std::fmt;

/// A schema: its layer and its definitions in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Number in the file's `// LAYER N` comment.
    pub layer: Option<i32>,
    /// What the file's `// SOURCE ...` comment says, written by [`sync`](crate::sync()).
    pub source: Option<String>,
    /// Every definition, constructors and functions together.
    pub definitions: Vec<Definition>,
}

/// Whether a line defines a value or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A constructor: one form of a type.
    Constructor,
    /// A function: a request, with the type of its answer.
    Function,
}

/// A name with an optional namespace, such as `messages.sendMessage`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// What stands before the dot.
    pub space: Option<String>,
    /// What stands after it.
    pub base: String,
}

impl Name {
    /// Splits a name at its dot.
    #[must_use]
    pub fn new(full: &str) -> Self {
        match full.split_once('.') {
            Some((space, base)) => Self {
                space: Some(space.to_owned()),
                base: base.to_owned(),
            },
            None => Self {
                space: None,
                base: full.to_owned(),
            },
        }
    }

    /// Whether the name starts in lower case, as constructors do and types do not.
    #[must_use]
    pub fn is_lower(&self) -> bool {
        self.base.starts_with(|c: char| c.is_ascii_lowercase())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.space {
            Some(space) => write!(f, "{space}.{}", self.base),
            None => f.write_str(&self.base),
        }
    }
}

/// One line of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Constructor or function.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// Its id: the one written in the file, else the CRC-32 of the normalised line.
    pub id: u32,
    /// Whether the file writes the id.
    pub explicit_id: bool,
    /// Type parameters, `X` of `{X:Type}`.
    pub generics: Vec<String>,
    /// Fields in order, flags words included.
    pub fields: Vec<Field>,
    /// The type this constructs, or that the function answers.
    pub result: Type,
    /// Set for Telegram's core lines (`int ? = Int`), which describe primitives in a notation of
    /// their own: everything between the name and `=`.
    pub core: Option<String>,
    /// Line in the file, from 1.
    pub line: usize,
}

impl Definition {
    /// Whether the line describes something every codec has built in and nothing is made from it.
    #[must_use]
    pub fn is_builtin(&self) -> bool {
        self.core.is_some()
            || self.name.space.is_none()
                && matches!(
                    self.name.base.as_str(),
                    "boolTrue" | "boolFalse" | "true" | "null" | "vector"
                )
    }

    /// The definition without its id, as the CRC-32 rule starts from it.
    #[must_use]
    pub fn without_id(&self) -> String {
        let mut out = self.name.to_string();
        self.write_tail(&mut out);
        out
    }

    fn write_tail(&self, out: &mut String) {
        for generic in &self.generics {
            out.push_str(&format!(" {{{generic}:Type}}"));
        }
        for field in &self.fields {
            out.push_str(&format!(" {field}"));
        }
        if let Some(core) = &self.core {
            out.push_str(&format!(" {core}"));
        }
        let result = self.result.to_string();
        match (&self.core, result.strip_suffix('>')) {
            (Some(_), Some(vector)) => out.push_str(&format!(" = {}", vector.replace('<', " "))),
            _ => out.push_str(&format!(" = {result}")),
        }
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = self.name.to_string();
        if self.explicit_id {
            out.push_str(&format!("#{:x}", self.id));
        }
        self.write_tail(&mut out);
        f.write_str(&out)
    }
}

/// A field of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the schema.
    pub name: String,
    /// The bit that tells whether the field is there.
    pub flag: Option<Flag>,
    /// What it holds.
    pub ty: Type,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.flag {
            Some(flag) => write!(f, "{}:{}.{}?{}", self.name, flag.word, flag.bit, self.ty),
            None => write!(f, "{}:{}", self.name, self.ty),
        }
    }
}

/// A bit of a flags word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Name of the field that holds the word.
    pub word: String,
    /// Bit, from 0 to 31.
    pub bit: u8,
}

/// The type of a field or of a result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `#`: a word of flags.
    Flags,
    /// `int`: 32 bits.
    Int,
    /// `long`: 64 bits.
    Long,
    /// `double`: an IEEE 754 number of 64 bits.
    Double,
    /// `int128`: 16 raw bytes.
    Int128,
    /// `int256`: 32 raw bytes.
    Int256,
    /// `string`: UTF-8 text.
    String,
    /// `bytes`: any bytes.
    Bytes,
    /// `Bool`: `boolTrue` or `boolFalse`.
    Bool,
    /// `true`: nothing but the flag itself.
    True,
    /// `Vector<T>`, or `vector<T>` without the id in front.
    Vector {
        /// Whether the id is left out.
        bare: bool,
        /// What it holds.
        item: Box<Self>,
    },
    /// A type by its name: a value of any of its constructors, with the id in front.
    Boxed(Name),
    /// A constructor by its name (`future_salt`) or the only one of a type (`%Type`): no id.
    Bare {
        /// The name, without `%`.
        name: Name,
        /// Whether the schema writes `%Type`.
        percent: bool,
    },
    /// A type parameter; with `!`, any function that answers it.
    Generic {
        /// Its name.
        name: String,
        /// Whether `!` stands before it.
        call: bool,
    },
}

impl Type {
    /// The type a vector holds at its innermost, or the type itself.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Vector { item, .. } => item.innermost(),
            other => other,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flags => "#",
            Self::Int => "int",
            Self::Long => "long",
            Self::Double => "double",
            Self::Int128 => "int128",
            Self::Int256 => "int256",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Bool => "Bool",
            Self::True => "true",
            Self::Vector { bare: true, item } => return write!(f, "vector<{item}>"),
            Self::Vector { bare: false, item } => return write!(f, "Vector<{item}>"),
            Self::Boxed(name)
            | Self::Bare {
                name,
                percent: false,
            } => return name.fmt(f),
            Self::Bare {
                name,
                percent: true,
            } => return write!(f, "%{name}"),
            Self::Generic { name, call: true } => return write!(f, "!{name}"),
            Self::Generic { name, call: false } => name,
        })
    }
}

/// A mistake in a schema: where it stands and why it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl SchemaError {
    pub(crate) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for SchemaError {}
