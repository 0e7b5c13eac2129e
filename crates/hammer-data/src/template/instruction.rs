//! Instructions of compiled templates.

use std::ops::Range;
use std::sync::Arc;

use super::filter::TemplateFilter;
use crate::credential::TokenStore;
use crate::generator::{
    self, ExponentialDistribution, GeneratorLanguage, NormalDistribution, RegexGenerator,
    UniformInteger, WeightedChoice, ZipfDistribution,
};
use crate::{FeedError, Feeder, TemplateContext, VariableValue, VariesBy, clock, digits};

/// One instruction of a program.
#[derive(Debug, Clone)]
pub(super) struct Instruction {
    pub(super) opcode: Opcode,
    pub(super) filters: Box<[TemplateFilter]>,
    /// The bytes of the source, including the braces.
    pub(super) span: Range<usize>,
    /// The name of the function, the variable, or the feeder and its column.
    pub(super) name: Box<str>,
}

/// A value that an instruction appends.
///
/// The last `usize` of a random number is its maximum length in bytes.
#[derive(Debug, Clone)]
pub(super) enum Opcode {
    /// A range of the program's bytes.
    Literal(Range<usize>),
    Uuid,
    Seq,
    Slot,
    Hit,
    Client,
    Now,
    NowMs,
    Rand(UniformInteger, usize),
    Zipf(Box<ZipfDistribution>, usize),
    /// A number with this number of decimal places.
    Normal(NormalDistribution, u32, usize),
    /// A number with this number of decimal places.
    Exponential(ExponentialDistribution, u32, usize),
    Pick(Box<[Box<[u8]>]>),
    Weighted(WeightedChoice, Box<[Box<[u8]>]>),
    Hex(usize),
    Text(usize),
    Regex(Box<RegexGenerator>),
    Name(GeneratorLanguage),
    Address(GeneratorLanguage),
    Email,
    Ip,
    FeederField(Arc<Feeder>, usize),
    Token(Arc<TokenStore>),
    HammerVariable(usize, VariesBy, Option<usize>),
}

impl Instruction {
    /// Appends the value of the instruction.
    #[inline]
    pub(super) fn execute<C: TemplateContext>(
        &self,
        bytes: &[u8],
        context: &mut C,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let start = to.len();
        match &self.opcode {
            Opcode::Literal(range) => to.extend_from_slice(&bytes[range.clone()]),
            Opcode::Uuid => generator::random_uuid(context.rng(), to),
            Opcode::Seq => digits::push_decimal(to, context.seq()),
            Opcode::Slot => digits::push_decimal(to, context.slot()),
            Opcode::Hit => digits::push_decimal(to, context.hit()),
            Opcode::Client => digits::push_decimal(to, context.client()),
            Opcode::Now => clock::push_rfc3339(to, context.now()),
            Opcode::NowMs => digits::push_decimal(to, clock::millis(context.now())),
            Opcode::Rand(uniform, _) => digits::push_signed(to, uniform.draw(context.rng())),
            Opcode::Zipf(zipf, _) => digits::push_decimal(to, zipf.draw(context.rng())),
            Opcode::Normal(normal, decimals, _) => {
                digits::push_fixed(to, normal.draw(context.rng()), *decimals);
            }
            Opcode::Exponential(exponential, decimals, _) => {
                digits::push_fixed(to, exponential.draw(context.rng()), *decimals);
            }
            Opcode::Pick(choices) => {
                to.extend_from_slice(generator::random_choice::<Box<[u8]>, _>(
                    context.rng(),
                    choices,
                ));
            }
            Opcode::Weighted(weighted, choices) => {
                to.extend_from_slice(&choices[weighted.draw(context.rng())]);
            }
            Opcode::Hex(digits) => generator::random_hex(context.rng(), *digits, to),
            Opcode::Text(bytes) => generator::random_text(context.rng(), *bytes, to),
            Opcode::Regex(pattern) => pattern.draw(context.rng(), to),
            Opcode::Name(language) => generator::person_name(context.rng(), *language, to),
            Opcode::Address(language) => generator::postal_address(context.rng(), *language, to),
            Opcode::Email => generator::email_address(context.rng(), to),
            Opcode::Ip => generator::random_ipv4(context.rng(), to),
            Opcode::FeederField(feeder, column) => {
                feeder.append_field(feeder.owner_number(context), *column, to)?;
            }
            Opcode::Token(tokens) => tokens.append_token(context, to)?,
            Opcode::HammerVariable(index, ..) => match context.variable(*index) {
                VariableValue::Number(number) => digits::push_decimal(to, number),
                VariableValue::Bytes(bytes) => to.extend_from_slice(bytes),
            },
        }
        for filter in &self.filters {
            filter.apply(to, start);
        }
        Ok(())
    }

    /// Returns an upper bound of the number of bytes appended, if one is known.
    pub(super) fn max_bytes(&self) -> Option<usize> {
        let unfiltered = match &self.opcode {
            Opcode::Literal(range) => range.len(),
            Opcode::Uuid => generator::UUID_BYTES,
            Opcode::Seq | Opcode::Slot | Opcode::Hit | Opcode::Client | Opcode::NowMs => {
                digits::MAX_DIGITS
            }
            Opcode::Now => clock::RFC3339_BYTES,
            Opcode::Rand(_, bytes)
            | Opcode::Zipf(_, bytes)
            | Opcode::Normal(_, _, bytes)
            | Opcode::Exponential(_, _, bytes) => *bytes,
            Opcode::Pick(choices) | Opcode::Weighted(_, choices) => {
                choices.iter().map(|choice| choice.len()).max()?
            }
            Opcode::Hex(bytes) | Opcode::Text(bytes) => *bytes,
            Opcode::Regex(pattern) => pattern.max_bytes(),
            Opcode::Name(language) => generator::max_name_bytes(*language),
            Opcode::Address(language) => generator::max_address_bytes(*language),
            Opcode::Email => generator::EMAIL_BYTES,
            Opcode::Ip => generator::IPV4_BYTES,
            Opcode::FeederField(feeder, column) => feeder.max_bytes(*column),
            Opcode::Token(_) => return None,
            Opcode::HammerVariable(_, _, max_bytes) => (*max_bytes)?,
        };
        let filters = self.filters.iter();
        Some(filters.fold(unfiltered, |bytes, filter| filter.max_bytes(bytes)))
    }

    /// Returns the dimension along which the value varies, or `None` if it is constant.
    pub(super) fn varies_by(&self) -> Option<VariesBy> {
        match &self.opcode {
            Opcode::Literal(_) => None,
            Opcode::Slot => Some(VariesBy::Slot),
            Opcode::Client => Some(VariesBy::Client),
            Opcode::FeederField(feeder, _) => Some(feeder.row_per()),
            Opcode::Token(tokens) => Some(tokens.varies_by()),
            Opcode::HammerVariable(_, varies_by, _) => Some(*varies_by),
            _ => Some(VariesBy::Hit),
        }
    }
}
