use crate::{
    Definition, Field, Flag, Kind, Name, Schema, SchemaError, Type, crc,
    lex::{self, Token},
};

/// Types nested deeper than this in one field are a mistake (and would be a long recursion).
const MAX_NESTING: usize = 8;

/// Reads a schema file; [`check`](crate::check()) then tells whether it makes sense as a whole.
///
/// # Errors
/// The first line that is not TL, or whose id is not the CRC-32 of its definition.
pub fn parse(text: &str) -> Result<Schema, SchemaError> {
    let (tokens, header) = lex::tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        pos: 0,
        kind: Kind::Constructor,
    };
    let mut definitions = Vec::new();
    while let Some(token) = parser.peek() {
        if let lex::Kind::Section(name) = token.kind {
            parser.kind = match name {
                "types" => Kind::Constructor,
                "functions" => Kind::Function,
                _ => {
                    return Err(SchemaError::new(
                        token.line,
                        format!("no section ---{name}---"),
                    ));
                }
            };
            parser.pos += 1;
        } else {
            let definition = parser.definition()?;
            crc::check(&definition)?;
            definitions.push(definition);
        }
    }
    Ok(Schema {
        layer: header.layer,
        source: header.source,
        definitions,
    })
}

struct Parser<'t, 'a> {
    tokens: &'t [Token<'a>],
    pos: usize,
    kind: Kind,
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.pos).copied()
    }

    /// The line of the next piece, or of the last where there is none.
    fn line(&self) -> usize {
        self.peek()
            .or_else(|| self.tokens.last().copied())
            .map_or(1, |t| t.line)
    }

    fn error(&self, reason: impl Into<String>) -> SchemaError {
        SchemaError::new(self.line(), reason)
    }

    fn at(&self, mark: char) -> bool {
        self.peek().is_some_and(|t| t.kind == lex::Kind::Mark(mark))
    }

    fn eat(&mut self, mark: char) -> bool {
        let found = self.at(mark);
        self.pos += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char, place: &str) -> Result<(), SchemaError> {
        if self.eat(mark) {
            return Ok(());
        }
        Err(self.error(format!("`{mark}` expected {place}, found {}", self.found())))
    }

    fn found(&self) -> String {
        match self.peek().map(|t| t.kind) {
            Some(lex::Kind::Word(word)) => format!("`{word}`"),
            Some(lex::Kind::Mark(mark)) => format!("`{mark}`"),
            Some(lex::Kind::Section(name)) => format!("`---{name}---`"),
            None => "the end of the file".to_owned(),
        }
    }

    fn word(&mut self, what: &str) -> Result<&'a str, SchemaError> {
        match self.peek().map(|t| t.kind) {
            Some(lex::Kind::Word(word)) => {
                self.pos += 1;
                Ok(word)
            }
            _ => Err(self.error(format!("{what} expected, found {}", self.found()))),
        }
    }

    fn name(&mut self, what: &str) -> Result<Name, SchemaError> {
        let line = self.line();
        let full = self.word(what)?;
        let mut parts = full.split('.');
        let good = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic());
        if !parts.clone().all(good) || parts.by_ref().count() > 2 {
            return Err(SchemaError::new(line, format!("`{full}` is not a name")));
        }
        Ok(Name::new(full))
    }

    fn definition(&mut self) -> Result<Definition, SchemaError> {
        let line = self.line();
        let name = self.name("the name of a definition")?;
        let written = self.id(&name)?;
        let generics = self.generics()?;
        let core = self.core()?;
        let mut fields = Vec::new();
        while core.is_none() && !self.at('=') {
            fields.push(self.field(&name, &generics)?);
        }
        self.expect('=', &format!("in the definition of {name}"))?;
        let result = self.result(&generics)?;
        self.expect(';', &format!("at the end of the definition of {name}"))?;
        let mut definition = Definition {
            kind: self.kind,
            name,
            id: written.unwrap_or(0),
            explicit_id: written.is_some(),
            generics,
            fields,
            result,
            core,
            line,
        };
        if written.is_none() {
            definition.id = crc::of(&definition);
        }
        Ok(definition)
    }

    /// `#1cb5c415`, joined to the name before it.
    fn id(&mut self, name: &Name) -> Result<Option<u32>, SchemaError> {
        let joined = self.peek().is_some_and(|t| t.joined) && self.at('#');
        if !joined {
            return Ok(None);
        }
        self.pos += 1;
        let digits = self.word(&format!("the id of {name}"))?;
        match u32::from_str_radix(digits, 16) {
            Ok(id) => Ok(Some(id)),
            Err(_) => {
                self.pos -= 1;
                Err(self.error(format!(
                    "the id `{digits}` of {name} is not a hex number of 32 bits"
                )))
            }
        }
    }

    fn generics(&mut self) -> Result<Vec<String>, SchemaError> {
        let mut generics = Vec::new();
        while self.eat('{') {
            generics.push(self.word("the name of a type parameter")?.to_owned());
            self.expect(':', "after the name of a type parameter")?;
            if self.word("`Type`")? != "Type" {
                return Err(self.error("a type parameter must be of the kind `Type`"));
            }
            self.expect('}', "after a type parameter")?;
        }
        Ok(generics)
    }

    /// The notation of the core lines: `?`, `4*[ int ]`, `# [ t ]`.
    fn core(&mut self) -> Result<Option<String>, SchemaError> {
        let start = self.pos;
        let kinds: Vec<_> = self
            .tokens
            .iter()
            .skip(start)
            .take(3)
            .map(|t| t.kind)
            .collect();
        match kinds.as_slice() {
            [lex::Kind::Mark('?'), ..] => {
                self.pos += 1;
                Ok(Some("?".to_owned()))
            }
            [
                lex::Kind::Word(times),
                lex::Kind::Mark('*'),
                lex::Kind::Mark('['),
            ] => {
                self.pos += 3;
                let item = self.word("a type")?;
                self.expect(']', "after the repeated type")?;
                Ok(Some(format!("{times}*[ {item} ]")))
            }
            [lex::Kind::Mark('#'), lex::Kind::Mark('['), ..] => {
                self.pos += 2;
                let item = self.word("a type")?;
                self.expect(']', "after the repeated type")?;
                Ok(Some(format!("# [ {item} ]")))
            }
            _ => Ok(None),
        }
    }

    fn field(&mut self, of: &Name, generics: &[String]) -> Result<Field, SchemaError> {
        let name = self.word(&format!("a field of {of} or `=`"))?.to_owned();
        self.expect(':', &format!("after the field `{name}` of {of}"))?;
        if self.eat('#') {
            return Ok(Field {
                name,
                flag: None,
                ty: Type::Flags,
            });
        }
        let flag = self.flag(&name)?;
        let ty = self.ty(generics, 0)?;
        Ok(Field { name, flag, ty })
    }

    /// `flags.3?`, if that is what comes next.
    fn flag(&mut self, field: &str) -> Result<Option<Flag>, SchemaError> {
        let next = self.tokens.get(self.pos + 1).map(|t| t.kind);
        if next != Some(lex::Kind::Mark('?')) {
            return Ok(None);
        }
        let line = self.line();
        let text = self.word("a flag")?;
        self.pos += 1;
        let (word, bit) = text.split_once('.').unwrap_or((text, ""));
        match bit.parse::<u8>() {
            Ok(bit) if bit < 32 => Ok(Some(Flag {
                word: word.to_owned(),
                bit,
            })),
            _ => Err(SchemaError::new(
                line,
                format!("`{text}` of the field `{field}` names no bit from 0 to 31"),
            )),
        }
    }

    fn ty(&mut self, generics: &[String], depth: usize) -> Result<Type, SchemaError> {
        if depth > MAX_NESTING {
            return Err(self.error("types are nested too deeply"));
        }
        let call = self.eat('!');
        let percent = !call && self.eat('%');
        let name = self.name("a type")?;
        let full = name.to_string();
        if generics.contains(&full) {
            return Ok(Type::Generic { name: full, call });
        }
        if call {
            return Err(self.error(format!("`!{full}` names no type parameter of this line")));
        }
        if full == "Vector" || full == "vector" {
            let bare = percent || full == "vector";
            let angle = self.eat('<');
            let item = Box::new(self.ty(generics, depth + 1)?);
            if angle {
                self.expect('>', "after the type in a vector")?;
            }
            return Ok(Type::Vector { bare, item });
        }
        if self.at('<') {
            return Err(self.error(format!("`{full}` takes no type between `<` and `>`")));
        }
        Ok(named(name, percent))
    }

    fn result(&mut self, generics: &[String]) -> Result<Type, SchemaError> {
        let line = self.line();
        let ty = self.ty(generics, 0)?;
        let boxed = match &ty {
            Type::Boxed(_) | Type::Bool | Type::Generic { .. } => true,
            Type::Vector { bare, .. } => !bare,
            _ => false,
        };
        if boxed {
            return Ok(ty);
        }
        Err(SchemaError::new(
            line,
            format!("`{ty}` cannot stand after `=`: a boxed type must"),
        ))
    }
}

fn named(name: Name, percent: bool) -> Type {
    if name.space.is_none() && !percent {
        match name.base.as_str() {
            "int" => return Type::Int,
            "long" => return Type::Long,
            "double" => return Type::Double,
            "int128" => return Type::Int128,
            "int256" => return Type::Int256,
            "string" => return Type::String,
            "bytes" => return Type::Bytes,
            "true" => return Type::True,
            "Bool" => return Type::Bool,
            _ => {}
        }
    }
    if percent || name.is_lower() {
        Type::Bare { name, percent }
    } else {
        Type::Boxed(name)
    }
}
