mod call;
mod compile;
mod error;
mod filter;
mod instruction;
mod nearest;
mod token;

use std::fmt;
use std::ops::Range;

use crate::{FeedError, TemplateContext, TemplateScope, VariesBy};
use instruction::{Instruction, Opcode};

pub use error::TemplateError;
pub(crate) use filter::TemplateFilter;

/// A text with variables in it, compiled once to a small program.
///
/// The program is a run of bytes and steps: append these of the bytes, append a number, draw from the
/// hit's randomness. To render it allocates nothing once the buffer is as long as the longest text.
/// What there is to write between two braces is in `docs/DATA.md`.
///
/// ```
/// use hammer_data::{HitContext, Template, TemplateScope};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let body = r#"{"id": {{hit}}, "plate": "{{regex "[A-Z]{3}[0-9]{4}"}}"}"#;
/// let template = Template::compile(body, &TemplateScope::new())?;
///
/// // In a hammer: HitContext::new(hit.number(), hit.slot().index(), hit.rng())
/// let mut moment = HitContext::new(17, 0, Xoshiro256PlusPlus::seed_from_u64(1));
/// let mut text = vec![];
/// template.render(&mut moment, &mut text)?;
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
    /// Always these bytes.
    Literal(&'a [u8]),
    /// What stands between these braces, and its name: that of a function or a variable, or of a
    /// feeder and its column.
    Variable {
        /// The name.
        name: &'a str,
        /// The bytes of the source, with the braces.
        span: Range<usize>,
    },
}

impl Template {
    /// Compiles `text`, in which variables stand in two braces.
    ///
    /// # Errors
    ///
    /// Says at which bytes the text is wrong, and what would be right there.
    pub fn compile(text: &str, scope: &TemplateScope) -> Result<Self, TemplateError> {
        compile::compile(text, scope).map_err(|error| error.with_text(text))
    }

    /// Bytes without variables, whatever is in them.
    #[must_use]
    pub fn from_literal(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let source = String::from_utf8_lossy(&bytes).into_owned();
        let mut ops = vec![];
        if !bytes.is_empty() {
            ops.push(Instruction {
                opcode: Opcode::Literal(0..bytes.len()),
                filters: Box::default(),
                span: 0..source.len(),
                name: Box::default(),
            });
        }
        Self::new(&source, bytes, ops)
    }

    fn new(source: &str, bytes: Vec<u8>, ops: Vec<Instruction>) -> Self {
        let max_bytes = ops
            .iter()
            .try_fold(0_usize, |sum, op| Some(sum.saturating_add(op.max_bytes()?)));
        Self {
            source: source.into(),
            bytes: bytes.into_boxed_slice(),
            instructions: ops.into_boxed_slice(),
            max_bytes,
        }
    }

    /// The bytes of a template that renders to the same ones always, so that nothing has to be
    /// rendered.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        let fixed = self.instructions.iter().all(|op| op.varies_by().is_none());
        fixed.then_some(&self.bytes)
    }

    /// Appends the text for this hit.
    ///
    /// # Errors
    ///
    /// If a feeder has no more rows, or its file can't be read any more, or there is no token; what was
    /// appended until then is taken back.
    #[inline]
    pub fn render<C: TemplateContext>(
        &self,
        context: &mut C,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let start = to.len();
        // What differs a little from hit to hit never makes the buffer grow twice.
        to.reserve(self.max_bytes.unwrap_or(0).min(MAX_RESERVED_BYTES));
        for op in &self.instructions {
            if let Err(error) = op.execute(&self.bytes, context, to) {
                to.truncate(start);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether a function has this name in some templates, such as `uuid` and `client`.
    pub(crate) fn has_function(name: &str) -> bool {
        call::is_function(name)
    }

    /// The text that it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its parts from left to right.
    pub fn parts(&self) -> impl Iterator<Item = TemplatePart<'_>> {
        self.instructions.iter().map(|op| match &op.opcode {
            Opcode::Literal(range) => TemplatePart::Literal(&self.bytes[range.clone()]),
            _ => TemplatePart::Variable {
                name: &op.name,
                span: op.span.clone(),
            },
        })
    }

    /// The names of its variables from left to right; one that stands twice is there twice.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|part| match part {
            TemplatePart::Literal(_) => None,
            TemplatePart::Variable { name, .. } => Some(name),
        })
    }

    /// The length of the longest text; unless a variable of the embedder has no bound.
    ///
    /// No text is longer, but the longest may never come.
    #[must_use]
    pub fn max_bytes(&self) -> Option<usize> {
        self.max_bytes
    }

    /// Whether something in it differs by hit, by slot or by client.
    #[must_use]
    pub fn varies_by(&self, dimension: VariesBy) -> bool {
        self.instructions
            .iter()
            .any(|op| op.varies_by() == Some(dimension))
    }

    /// How many hits there can be until a feeder whose rows end the run has no more of them.
    ///
    /// A run of no more hits never renders in vain: whoever makes the schedule cuts it here.
    #[must_use]
    pub fn max_hits(&self) -> Option<u64> {
        let ends = self.instructions.iter().filter_map(|op| match &op.opcode {
            Opcode::FeederField(feeder, _) => feeder.max_hits(),
            _ => None,
        });
        ends.min()
    }
}

/// A long text that is seldom written in full is not reserved in full.
const MAX_RESERVED_BYTES: usize = 1 << 16;

impl fmt::Debug for Template {
    /// Its source: what it was compiled to may have secrets of the environment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.source).finish()
    }
}
