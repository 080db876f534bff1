use crate::{Definition, Name};

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that may not be written as `r#self` either.
const NEVER_RAW: &[&str] = &["self", "super", "crate"];

/// Names that every generated module imports or takes from the prelude.
const TAKEN: &[&str] = &[
    "Self",
    "Bytes",
    "Call",
    "Constructor",
    "Decode",
    "Encode",
    "Reader",
    "Writer",
    "Box",
    "Option",
    "String",
    "Vec",
];

/// `p_q_inner_data` and `inputPeerUser` as `PQInnerData` and `InputPeerUser`.
pub(crate) fn camel(base: &str) -> String {
    let mut out = String::with_capacity(base.len());
    for part in base.split('_') {
        let mut chars = part.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

/// The Rust name of a type, constructor or function, without its namespace.
pub(crate) fn item(name: &Name) -> String {
    let mut out = camel(&name.base);
    if TAKEN.contains(&out.as_str()) {
        out.push('_');
    }
    out
}

/// The Rust path of a type, constructor or function below its module.
pub(crate) fn path(name: &Name) -> String {
    match &name.space {
        Some(space) => format!("{}::{}", module(space), item(name)),
        None => item(name),
    }
}

/// The Rust name of a type's definition, unique in all namespaces.
pub(crate) fn definition(name: &Name, is_enum: bool) -> String {
    let kind = if is_enum { "Enum" } else { "" };
    match &name.space {
        Some(space) => format!("{space}_{}{kind}", item(name)),
        None => format!("{}{kind}", item(name)),
    }
}

/// The Rust name of a namespace.
pub(crate) fn module(space: &str) -> String {
    escape(snake(space))
}

/// The Rust name of a field.
pub(crate) fn field(name: &str) -> String {
    escape(snake(name))
}

fn escape(name: String) -> String {
    if NEVER_RAW.contains(&name.as_str()) {
        format!("is_{name}")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The variant of a constructor in the enum of its type: the type's name is cut off its front
/// where something that can stand alone remains.
pub(crate) fn variant(ty: &Name, constructor: &Definition) -> String {
    let full = camel(&constructor.name.base);
    let rest = full.strip_prefix(&camel(&ty.base)).unwrap_or("");
    if rest.starts_with(|c: char| c.is_ascii_uppercase()) && rest != "Self" {
        rest.to_owned()
    } else {
        full
    }
}

/// The constant of an error, from its pattern in Telegram's list (`FLOOD_WAIT_%d`): its name
/// without the number.
pub(crate) fn error(pattern: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    kept.extend(pattern.split('_').filter(|part| !part.contains("%d")));
    kept.join("_")
}

/// A name of the error list as a Rust constant.
pub(crate) fn error_constant(name: &str) -> String {
    let upper: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    if upper.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{upper}")
    } else {
        upper
    }
}
