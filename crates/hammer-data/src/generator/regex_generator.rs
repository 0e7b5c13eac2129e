//! Random strings that match a regular expression.

use std::ops::Range;

use hammer_diagnostic::Diagnostic;
use rand_xoshiro::rand_core::Rng;
use regex_syntax::ast::Span;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use regex_syntax::{Error as SyntaxError, ParserBuilder};

use super::random_below;

/// The maximum number of repeats beyond the minimum, for a repetition without an upper bound.
const MAX_EXTRA_REPEATS: u32 = 10;

/// The maximum length of a string, in bytes.
const MAX_STRING_BYTES: usize = 1 << 20;

/// A class with more characters is reduced to its printable ASCII characters, if it has any: `.` and
/// `\w` are rarely meant as any of 140,000 letters.
const WIDE_CLASS_CHARS: u64 = 256;

/// Strings that a regular expression matches completely.
///
/// The syntax is that of the crate `regex`. All branches of an alternation, characters of a class and
/// repeat counts are equally likely. `*`, `+` and `{n,}` repeat at most ten times more than their
/// minimum. A class of more than 256 characters, such as `.`, `\w` or `[^,]`, is reduced to its
/// printable ASCII characters, if it has any.
///
/// ```
/// use hammer_data::generator::RegexGenerator;
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let plate = RegexGenerator::new("[A-Z]{3}[0-9]{4}")?;
/// let mut text = vec![];
/// plate.draw(&mut Xoshiro256PlusPlus::seed_from_u64(1), &mut text);
/// assert_eq!(text.len(), 7);
/// # Ok::<(), hammer_data::Diagnostic>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexGenerator {
    root: RegexNode,
    max_bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum RegexNode {
    Literal(Box<[u8]>),
    /// Character ranges as (characters in earlier ranges, first character), and the total number of
    /// characters.
    Class(Box<[(u64, u32)]>, u64),
    Repeat(u32, u32, Box<RegexNode>),
    Concat(Box<[RegexNode]>),
    Either(Box<[RegexNode]>),
}

impl RegexGenerator {
    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// If the expression is invalid, has word boundaries, has anchors other than at its ends, matches
    /// no string, or has strings longer than 1 MiB.
    pub fn new(expression: &str) -> Result<Self, Diagnostic> {
        Self::parse(expression).map_err(|error| error.in_input(expression))
    }

    fn parse(expression: &str) -> Result<Self, Diagnostic> {
        let whole = 0..expression.len();
        let hir = ParserBuilder::new()
            .nest_limit(64)
            .build()
            .parse(expression)
            .map_err(|error| syntax_error(&whole, &error))?;
        let properties = hir.properties();
        let at_the_ends = properties
            .look_set_prefix()
            .union(properties.look_set_suffix());
        if !properties.look_set().subtract(at_the_ends).is_empty() {
            return Err(Diagnostic::new(whole, "anchor within the expression")
                .with_expected("anchors only at its ends"));
        }
        let root =
            RegexNode::from_hir(&hir).map_err(|error| error.map_position(|_| whole.clone()))?;
        match root.max_bytes() {
            max_bytes @ 0..=MAX_STRING_BYTES => Ok(Self { root, max_bytes }),
            _ => Err(Diagnostic::new(whole, "strings longer than 1 MiB")
                .with_expected("an expression for shorter strings")),
        }
    }

    /// Returns the length of the longest string, in bytes.
    #[must_use]
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Appends a random string.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R, to: &mut Vec<u8>) {
        self.root.draw(rng, to);
    }
}

impl RegexNode {
    /// Compiles an expression. The position of an error is that of the whole expression.
    fn from_hir(hir: &Hir) -> Result<Self, Diagnostic> {
        let all = |parts: &[Hir]| {
            parts
                .iter()
                .map(Self::from_hir)
                .collect::<Result<Box<[_]>, _>>()
        };
        Ok(match hir.kind() {
            HirKind::Empty
            | HirKind::Look(Look::Start | Look::End | Look::StartLF | Look::EndLF) => {
                Self::Literal(Box::default())
            }
            HirKind::Look(_) => {
                return Err(Diagnostic::new(0..0, "word boundary")
                    .with_expected("an expression without word boundaries"));
            }
            HirKind::Literal(literal) => Self::Literal(literal.0.clone()),
            HirKind::Class(class) => Self::class(class)?,
            HirKind::Repetition(repetition) => {
                let max = match repetition.max {
                    Some(max) => max,
                    None => repetition.min.saturating_add(MAX_EXTRA_REPEATS),
                };
                Self::Repeat(
                    repetition.min,
                    max,
                    Box::new(Self::from_hir(&repetition.sub)?),
                )
            }
            HirKind::Capture(capture) => Self::from_hir(&capture.sub)?,
            HirKind::Concat(parts) => Self::Concat(all(parts)?),
            HirKind::Alternation(parts) => Self::Either(all(parts)?),
        })
    }

    fn class(class: &Class) -> Result<Self, Diagnostic> {
        let ranges: Vec<(char, char)> = match class {
            Class::Unicode(class) => class.iter().map(|r| (r.start(), r.end())).collect(),
            Class::Bytes(class) => class
                .iter()
                .map(|r| (r.start().into(), r.end().into()))
                .collect(),
        };
        let count = |ranges: &[(char, char)]| -> u64 {
            ranges
                .iter()
                .map(|(a, z)| u64::from(char_count(*a, *z)))
                .sum()
        };
        let printable: Vec<(char, char)> = ranges
            .iter()
            .map(|(a, z)| ((*a).max(' '), (*z).min('~')))
            .filter(|(a, z)| a <= z)
            .collect();
        let wide = count(&ranges) > WIDE_CLASS_CHARS && !printable.is_empty();
        let ranges = if wide { printable } else { ranges };
        let mut before = 0;
        let numbered = ranges.iter().map(|(a, z)| {
            let range = (before, u32::from(*a));
            before += u64::from(char_count(*a, *z));
            range
        });
        match numbered.collect() {
            _ if ranges.is_empty() => Err(Diagnostic::new(0..0, "class without characters")
                .with_expected("a class with at least one character")),
            numbered => Ok(Self::Class(numbered, before)),
        }
    }

    fn max_bytes(&self) -> usize {
        match self {
            Self::Literal(literal) => literal.len(),
            Self::Class(ranges, count) => {
                let (before, first) = ranges[ranges.len() - 1];
                nth_char(first, count - 1 - before).len_utf8()
            }
            Self::Repeat(_, max, node) => node.max_bytes().saturating_mul(*max as usize),
            Self::Concat(parts) => parts
                .iter()
                .fold(0, |sum, part| sum.saturating_add(part.max_bytes())),
            Self::Either(parts) => parts.iter().map(Self::max_bytes).max().unwrap_or(0),
        }
    }

    fn draw<R: Rng + ?Sized>(&self, rng: &mut R, to: &mut Vec<u8>) {
        match self {
            Self::Literal(literal) => to.extend_from_slice(literal),
            Self::Class(ranges, count) => {
                let drawn = random_below(rng, *count);
                let range = ranges.partition_point(|(before, _)| *before <= drawn) - 1;
                let (before, first) = ranges[range];
                let character = nth_char(first, drawn - before);
                to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Self::Repeat(min, max, node) => {
                let extra = random_below(rng, u64::from(max - min) + 1) as u32;
                for _ in 0..min + extra {
                    node.draw(rng, to);
                }
            }
            Self::Concat(parts) => parts.iter().for_each(|part| part.draw(rng, to)),
            Self::Either(parts) => {
                parts[random_below(rng, parts.len() as u64) as usize].draw(rng, to)
            }
        }
    }
}

/// The surrogates: code points between characters that are not characters.
const SURROGATES: Range<u32> = 0xd800..0xe000;

/// Returns the number of characters from `a` to `z`.
fn char_count(a: char, z: char) -> u32 {
    let (a, z) = (u32::from(a), u32::from(z));
    let gap = if a < SURROGATES.start && z >= SURROGATES.end {
        SURROGATES.len() as u32
    } else {
        0
    };
    z - a + 1 - gap
}

/// Returns the character `offset` characters after `first`.
fn nth_char(first: u32, offset: u64) -> char {
    let mut code = first + offset as u32;
    if first < SURROGATES.start && code >= SURROGATES.start {
        code += SURROGATES.len() as u32;
    }
    char::from_u32(code).expect("the offset is within a range of characters")
}

/// Describes a syntax error; its position is unknown for some, and then the whole expression.
fn syntax_error(whole: &Range<usize>, error: &SyntaxError) -> Diagnostic {
    let (problem, position) = match error {
        SyntaxError::Parse(error) => (error.kind().to_string(), bytes(error.span())),
        SyntaxError::Translate(error) => (error.kind().to_string(), bytes(error.span())),
        other => (other.to_string(), whole.clone()),
    };
    Diagnostic::new(position, problem)
        .with_expected("a regular expression such as [A-Z]{3}[0-9]{4}")
}

fn bytes(span: &Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng;
    use regex::Regex;

    use super::*;

    #[test]
    fn strings_match_their_expression() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for (expression, max_bytes) in [
            ("", 0),
            ("[A-Z]{3}[0-9]{4}", 7),
            ("(GET|POST|DELETE) /[a-z]+", 8 + 11),
            (r"\d{4}-\d\d", 7),
            (r"^.{5}$", 5),
            ("[^,;]{0,9}", 9),
            ("[äöü]{2}", 4),
            ("[\u{d7ff}-\u{e000}]{20}", 60),
            ("(?i)abc", 3),
            ("(a|b(c|d{2})){3}x*?y?", 9 + 10 + 1),
            ("日本{2,3}", 12),
        ] {
            let pattern = RegexGenerator::new(expression).expect(expression);
            assert_eq!(pattern.max_bytes(), max_bytes, "{expression}");
            let whole = Regex::new(&format!("^(?:{expression})$")).expect(expression);
            for _ in 0..1_000 {
                let mut text = vec![];
                pattern.draw(&mut rng, &mut text);
                assert!(text.len() <= max_bytes, "{expression}");
                let text = String::from_utf8(text).expect("strings are UTF-8");
                assert!(whole.is_match(&text), "{expression}: {text:?}");
            }
        }
    }

    #[test]
    fn errors_name_the_problem_and_its_place() {
        for (expression, message, found) in [
            (
                "a(b",
                "unclosed group; expected a regular expression such as [A-Z]{3}[0-9]{4}",
                "(",
            ),
            ("[z-a]", "invalid character class range", "z-a"),
            (r"\bword", "word boundary; expected", r"\bword"),
            ("a^b", "anchor within the expression; expected", "a^b"),
            (
                r"[^\x00-\x{10ffff}]",
                "class without characters",
                r"[^\x00-\x{10ffff}]",
            ),
            ("(a{1000}){2000}", "longer than 1 MiB", "(a{1000}){2000}"),
            (
                "(((a{1000}){1000}){1000}){1000}",
                "longer than 1 MiB",
                "(((a{1000}){1000}){1000}){1000}",
            ),
        ] {
            let error = RegexGenerator::new(expression).expect_err(expression);
            assert!(error.to_string().contains(message), "{expression}: {error}");
            assert_eq!(error.found(), Some(found), "{expression}");
        }
    }
}
