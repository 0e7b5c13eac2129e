//! Templates: texts with variables, compiled once and rendered for each hit.

mod call;
mod compile;
mod filter;
mod instruction;
mod token;

use std::fmt;
use std::ops::Range;

use hammer_diagnostic::Diagnostic;

use crate::{FeedError, TemplateContext, TemplateScope, VariesBy};
use instruction::{Instruction, Opcode};

pub(crate) use filter::TemplateFilter;

/// A text with variables, compiled once to a short program.
///
/// An instruction of the program appends literal bytes, a property of the hit, a random value, or a
/// field of a row. Rendering doesn't allocate once the buffer has the length of the longest text.
/// `docs/DATA.md` lists the variables and filters.
///
/// ```
/// use hammer_data::{HitContext, Template, TemplateScope};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let body = r#"{"id": {{hit}}, "plate": "{{regex "[A-Z]{3}[0-9]{4}"}}"}"#;
/// let template = Template::compile(body, &TemplateScope::new())?;
///
/// // In a hammer: HitContext::new(hit.number(), hit.slot().index(), hit.rng())
/// let mut context = HitContext::new(17, 0, Xoshiro256PlusPlus::seed_from_u64(1));
/// let mut text = vec![];
/// template.render(&mut context, &mut text)?;
/// assert!(text.starts_with(br#"{"id": 17, "plate": ""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Template {
    source: Box<str>,
    bytes: Box<[u8]>,
    instructions: Box<[Instruction]>,
    max_bytes: Option<usize>,
}

/// A part of a template's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart<'a> {
    /// Fixed bytes.
    Literal(&'a [u8]),
    /// An expression in double braces.
    Variable {
        /// The name of a function, a variable, or a feeder and its column.
        name: &'a str,
        /// The bytes of the source, including the braces.
        span: Range<usize>,
    },
}

impl Template {
    /// Compiles `text`, in which variables are written in double braces.
    ///
    /// # Errors
    ///
    /// If the text is not a template; the error has the position and what was expected there.
    pub fn compile(text: &str, scope: &TemplateScope) -> Result<Self, Diagnostic> {
        compile::compile(text, scope).map_err(|error| error.in_input(text))
    }

    /// Creates a template that always renders to `bytes`, even if they contain braces.
    #[must_use]
    pub fn from_literal(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let source = String::from_utf8_lossy(&bytes).into_owned();
        let mut instructions = vec![];
        if !bytes.is_empty() {
            instructions.push(Instruction {
                opcode: Opcode::Literal(0..bytes.len()),
                filters: Box::default(),
                span: 0..source.len(),
                name: Box::default(),
            });
        }
        Self::new(&source, bytes, instructions)
    }

    fn new(source: &str, bytes: Vec<u8>, instructions: Vec<Instruction>) -> Self {
        let max_bytes = instructions.iter().try_fold(0_usize, |sum, instruction| {
            Some(sum.saturating_add(instruction.max_bytes()?))
        });
        Self {
            source: source.into(),
            bytes: bytes.into_boxed_slice(),
            instructions: instructions.into_boxed_slice(),
            max_bytes,
        }
    }

    /// Returns the bytes of a template that always renders to the same ones, and so needs no rendering.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        let mut instructions = self.instructions.iter();
        let fixed = instructions.all(|instruction| instruction.varies_by().is_none());
        fixed.then_some(&self.bytes)
    }

    /// Appends the text for a hit.
    ///
    /// # Errors
    ///
    /// If a feeder has no more rows, its file cannot be read any more, or there is no token. Nothing is
    /// appended then.
    #[inline]
    pub fn render<C: TemplateContext>(
        &self,
        context: &mut C,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let start = to.len();
        // The longest text is reserved, so that texts of different lengths do not grow the buffer again.
        to.reserve(self.max_bytes.unwrap_or(0).min(MAX_RESERVED_BYTES));
        for instruction in &self.instructions {
            if let Err(error) = instruction.execute(&self.bytes, context, to) {
                to.truncate(start);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Returns true if `name` is the name of a built-in function, such as `uuid` or `client`.
    pub(crate) fn has_function(name: &str) -> bool {
        call::is_function(name)
    }

    /// Returns the text that the template was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the parts of the template from left to right.
    pub fn parts(&self) -> impl Iterator<Item = TemplatePart<'_>> {
        let instructions = self.instructions.iter();
        instructions.map(|instruction| match &instruction.opcode {
            Opcode::Literal(range) => TemplatePart::Literal(&self.bytes[range.clone()]),
            _ => TemplatePart::Variable {
                name: &instruction.name,
                span: instruction.span.clone(),
            },
        })
    }

    /// Returns the name of each variable from left to right, including repeated ones.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|part| match part {
            TemplatePart::Literal(_) => None,
            TemplatePart::Variable { name, .. } => Some(name),
        })
    }

    /// Returns an upper bound of the length of the text, or `None` if a token or a variable of the
    /// hammer has no bound.
    #[must_use]
    pub fn max_bytes(&self) -> Option<usize> {
        self.max_bytes
    }

    /// Returns true if a part of the text varies along `dimension`.
    #[must_use]
    pub fn depends_on(&self, dimension: VariesBy) -> bool {
        self.instructions
            .iter()
            .any(|instruction| instruction.varies_by() == Some(dimension))
    }

    /// Returns the number of hits after which a feeder ends the run, if one does.
    ///
    /// A schedule of at most this number of hits never fails to render for lack of rows.
    #[must_use]
    pub fn max_hits(&self) -> Option<u64> {
        let instructions = self.instructions.iter();
        let max_hits = instructions.filter_map(|instruction| match &instruction.opcode {
            Opcode::FeederField(feeder, _) => feeder.max_hits(),
            _ => None,
        });
        max_hits.min()
    }
}

/// The maximum number of bytes reserved: most texts are much shorter than a long upper bound.
const MAX_RESERVED_BYTES: usize = 1 << 16;

impl fmt::Debug for Template {
    /// Shows only the source, since the program may contain secrets of the environment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.source).finish()
    }
}
