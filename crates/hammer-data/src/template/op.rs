use std::ops::Range;
use std::sync::Arc;

use super::filter::Filter;
use crate::credential::Tokens;
use crate::generator::{self, Language, Pattern, Uniform};
use crate::{Context, FeedError, Feeder, Per, Value, clock, digits};

/// One step of a program.
#[derive(Debug, Clone)]
pub(super) struct Op {
    pub(super) what: What,
    pub(super) filters: Box<[Filter]>,
    /// Where it stands in the source.
    pub(super) place: Range<usize>,
    /// The word that it was made of.
    pub(super) name: Box<str>,
}

/// What a step appends.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// These of the program's bytes.
    Literal(Range<usize>),
    Uuid,
    Seq,
    Slot,
    Hit,
    Client,
    Now,
    NowMs,
    Rand(Uniform, usize),
    Pick(Box<[Box<[u8]>]>),
    Hex(usize),
    Text(usize),
    Regex(Box<Pattern>),
    Name(Language),
    Address(Language),
    Email,
    Ip,
    Field(Arc<Feeder>, usize),
    Token(Arc<Tokens>),
    Variable(usize, Per, Option<usize>),
}

impl Op {
    /// Appends to `to` what the step stands for.
    #[inline]
    pub(super) fn run<C: Context>(
        &self,
        bytes: &[u8],
        context: &mut C,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let start = to.len();
        match &self.what {
            What::Literal(range) => to.extend_from_slice(&bytes[range.clone()]),
            What::Uuid => generator::uuid(context.rng(), to),
            What::Seq => digits::push(to, context.seq()),
            What::Slot => digits::push(to, context.slot()),
            What::Hit => digits::push(to, context.hit()),
            What::Client => digits::push(to, context.client()),
            What::Now => clock::push_rfc3339(to, context.now()),
            What::NowMs => digits::push(to, clock::millis(context.now())),
            What::Rand(uniform, _) => digits::push_signed(to, uniform.draw(context.rng())),
            What::Pick(choices) => {
                to.extend_from_slice(generator::one_of::<Box<[u8]>, _>(context.rng(), choices));
            }
            What::Hex(digits) => generator::hex(context.rng(), *digits, to),
            What::Text(bytes) => generator::text(context.rng(), *bytes, to),
            What::Regex(pattern) => pattern.draw(context.rng(), to),
            What::Name(language) => generator::name(context.rng(), *language, to),
            What::Address(language) => generator::address(context.rng(), *language, to),
            What::Email => generator::email(context.rng(), to),
            What::Ip => generator::ipv4(context.rng(), to),
            What::Field(feeder, column) => {
                feeder.push(feeder.turn(context), *column, to)?;
            }
            What::Token(tokens) => tokens.push(context, to)?,
            What::Variable(index, ..) => match context.variable(*index) {
                Value::Number(number) => digits::push(to, number),
                Value::Bytes(bytes) => to.extend_from_slice(bytes),
            },
        }
        for filter in &self.filters {
            filter.apply(to, start);
        }
        Ok(())
    }

    /// The most bytes that it appends, if they are known.
    pub(super) fn most_bytes(&self) -> Option<usize> {
        let most = match &self.what {
            What::Literal(range) => range.len(),
            What::Uuid => generator::UUID_BYTES,
            What::Seq | What::Slot | What::Hit | What::Client | What::NowMs => digits::MOST,
            What::Now => clock::RFC3339_BYTES,
            What::Rand(_, most) => *most,
            What::Pick(choices) => choices.iter().map(|choice| choice.len()).max()?,
            What::Hex(bytes) | What::Text(bytes) => *bytes,
            What::Regex(pattern) => pattern.most_bytes(),
            What::Name(language) => generator::most_name_bytes(*language),
            What::Address(language) => generator::most_address_bytes(*language),
            What::Email => generator::EMAIL_BYTES,
            What::Ip => generator::IPV4_BYTES,
            What::Field(feeder, column) => feeder.most_bytes(*column),
            What::Token(_) => return None,
            What::Variable(_, _, most) => (*most)?,
        };
        let filters = self.filters.iter();
        Some(filters.fold(most, |most, filter| filter.most_bytes(most)))
    }

    /// What its value depends on; nothing, if it is always the same.
    pub(super) fn per(&self) -> Option<Per> {
        match &self.what {
            What::Literal(_) => None,
            What::Slot => Some(Per::Slot),
            What::Client => Some(Per::Client),
            What::Field(feeder, _) => Some(feeder.turns()),
            What::Token(tokens) => Some(tokens.per()),
            What::Variable(_, per, _) => Some(*per),
            _ => Some(Per::Hit),
        }
    }
}
