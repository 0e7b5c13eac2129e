//! Names in double braces with their arguments: functions, variables and columns.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use hammer_diagnostic::{Diagnostic, excerpt, nearest};

use super::instruction::Opcode;
use super::token::{self, TemplateToken, TemplateTokenKind};
use crate::generator::{
    ExponentialDistribution, GeneratorLanguage, NormalDistribution, RegexGenerator, UniformInteger,
    WeightedChoice, ZipfDistribution,
};
use crate::{Feeder, TemplateScope, digits};

/// The maximum length of a value of `hex` or `text`.
const MAX_RANDOM_TEXT_BYTES: usize = 16 << 20;

/// The largest absolute value of an argument that is a decimal number.
///
/// The largest number drawn is 37 times this, and has at most 19 digits with [`MAX_DECIMALS`].
const MAX_NUMBER: f64 = 1e11;

/// The maximum number of decimal places of a random number.
const MAX_DECIMALS: u32 = 6;

/// The largest exponent of `zipf`. From about 10 on, almost all ranks are 1.
const MAX_EXPONENT: f64 = 100.0;

/// The name of each function, and its usage.
const FUNCTIONS: [(&str, &str); 22] = [
    ("uuid", "{{uuid}}"),
    ("seq", "{{seq}}"),
    ("slot", "{{slot}}"),
    ("hit", "{{hit}}"),
    ("client", "{{client}}"),
    ("now", "{{now}}"),
    ("now_ms", "{{now_ms}}"),
    ("rand", "{{rand 1 100}}"),
    ("zipf", "{{zipf 1000 1.1}}"),
    ("normal", "{{normal 100 15}} or {{normal 36.6 0.4 1}}"),
    ("exponential", "{{exponential 30}} or {{exponential 0.5 3}}"),
    ("pick", "{{pick red green blue}}"),
    ("weighted", "{{weighted read 9 write 1}}"),
    ("hex", "{{hex 16}}"),
    ("text", "{{text 200}}"),
    ("regex", "{{regex \"[A-Z]{3}[0-9]{4}\"}}"),
    ("name", "{{name}} or {{name de}}"),
    ("email", "{{email}}"),
    ("ip", "{{ip}}"),
    ("address", "{{address}} or {{address de}}"),
    ("env", "{{env NAME}}"),
    ("token", "{{token}}"),
];

/// Returns true if `name` is the name of a function, even one that a scope lacks.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// A word and its position.
pub(super) type SpannedTemplateWord<'a> = (&'a str, Range<usize>);

/// Returns the words among `tokens`.
pub(super) fn source_words(tokens: &[TemplateToken]) -> Vec<(&str, Range<usize>)> {
    let words = tokens.iter().filter_map(|token| match &token.kind {
        TemplateTokenKind::Word(word) => Some((word.as_str(), token.span.clone())),
        TemplateTokenKind::Pipe | TemplateTokenKind::Close => None,
    });
    words.collect()
}

/// Lists all names of a scope, for an error.
pub(super) fn known_names(scope: &TemplateScope) -> String {
    let mut names: Vec<&str> = names_in_scope(scope).collect();
    names.sort_unstable();
    format!("one of {}", names.join(", "))
}

/// Returns the names of the functions, variables and feeders of a scope.
fn names_in_scope(scope: &TemplateScope) -> impl Iterator<Item = &str> {
    let functions = FUNCTIONS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| match *name {
            "client" => scope.clients,
            "token" => scope.tokens.is_some(),
            _ => true,
        });
    let variables = scope
        .variables
        .iter()
        .map(|variable| variable.name.as_str());
    let feeders = scope.feeders.iter().map(|(name, _)| name.as_str());
    functions.chain(variables).chain(feeders)
}

/// Lists the first columns of a feeder as they are written in a template, for an error.
fn column_names(name: &str, feeder: &Feeder) -> String {
    const MAX_LISTED: usize = 8;
    let columns = feeder.columns().iter().take(MAX_LISTED);
    let columns: Vec<String> = columns
        .map(|column| excerpt(&token::write_dotted_name(name, column)))
        .collect();
    columns.join(" or ")
}

/// A compiled call.
pub(super) enum CompiledCall {
    /// Bytes that are the same for all hits.
    Constant(Vec<u8>),
    /// A value for each hit.
    Dynamic(Opcode),
}

/// A name with its arguments, and the names that are known.
pub(super) struct FunctionCall<'a> {
    pub(super) name: &'a SpannedTemplateWord<'a>,
    pub(super) arguments: &'a [SpannedTemplateWord<'a>],
    pub(super) scope: &'a TemplateScope,
}

impl FunctionCall<'_> {
    pub(super) fn compile(&self) -> Result<CompiledCall, Diagnostic> {
        Ok(CompiledCall::Dynamic(match self.name.0 {
            "uuid" => self.without_arguments(Opcode::Uuid)?,
            "seq" => self.without_arguments(Opcode::Seq)?,
            "slot" => self.without_arguments(Opcode::Slot)?,
            "hit" => self.without_arguments(Opcode::Hit)?,
            "client" if self.scope.clients => self.without_arguments(Opcode::Client)?,
            "now" => self.without_arguments(Opcode::Now)?,
            "now_ms" => self.without_arguments(Opcode::NowMs)?,
            "email" => self.without_arguments(Opcode::Email)?,
            "ip" => self.without_arguments(Opcode::Ip)?,
            "rand" => self.rand()?,
            "zipf" => self.zipf()?,
            "normal" => self.normal()?,
            "exponential" => self.exponential()?,
            "pick" => self.pick()?,
            "weighted" => self.weighted()?,
            "hex" => Opcode::Hex(self.length()?),
            "text" => Opcode::Text(self.length()?),
            "regex" => self.regex()?,
            "name" => Opcode::Name(self.language()?),
            "address" => Opcode::Address(self.language()?),
            "token" => self.token()?,
            "env" => return self.environment().map(CompiledCall::Constant),
            name => self.variable_or_column(name)?,
        }))
    }

    fn variable_or_column(&self, name: &str) -> Result<Opcode, Diagnostic> {
        let mut variables = self.scope.variables.iter().enumerate();
        if let Some((index, variable)) = variables.find(|(_, variable)| variable.name == name) {
            return self.without_arguments(Opcode::HammerVariable(
                index,
                variable.varies_by,
                variable.max_bytes,
            ));
        }
        let (feeder, column) = match name.split_once('.') {
            Some((feeder, column)) => (feeder, Some(column)),
            None => (name, None),
        };
        match self.scope.feeders.iter().find(|(name, _)| name == feeder) {
            Some((_, found)) => self.without_arguments(self.field(found, feeder, column)?),
            None => Err(self.unknown_name_error(name)),
        }
    }

    fn field(
        &self,
        feeder: &Arc<Feeder>,
        name: &str,
        column: Option<&str>,
    ) -> Result<Opcode, Diagnostic> {
        let columns = feeder.columns();
        let span = self.name.1.clone();
        let Some(column) = column else {
            return match columns {
                [_] => Ok(Opcode::FeederField(feeder.clone(), 0)),
                _ => {
                    let problem = format!("missing column of '{name}'");
                    let expected = column_names(name, feeder);
                    Err(Diagnostic::new(span, problem).or_expected(expected))
                }
            };
        };
        if let Some(index) = columns.iter().position(|known| known == column) {
            return Ok(Opcode::FeederField(feeder.clone(), index));
        }
        let start = match column {
            "" => span.start,
            _ => span.start + name.len() + 1,
        };
        let known = columns.iter().map(String::as_str);
        let error = Diagnostic::unknown(start..span.end, "column", column, known)
            .within(format!("of '{name}'"));
        let near = error.nearest();
        let near = near.map(|near| token::write_dotted_name(name, near));
        Err(match (near, columns) {
            (_, [one]) if one.contains([';', '\t']) => {
                error.with_expected("a file with commas between its fields")
            }
            (Some(near), _) => error.with_nearest(near),
            (None, _) => error.or_expected(column_names(name, feeder)),
        })
    }

    fn unknown_name_error(&self, name: &str) -> Diagnostic {
        let (feeder, column) = name.split_once('.').unwrap_or((name, ""));
        let near = nearest(feeder, names_in_scope(self.scope));
        let near_feeder = self
            .scope
            .feeders
            .iter()
            .find(|(name, _)| Some(name.as_str()) == near);
        let problem = format!("unknown name {}", excerpt(name));
        let error = Diagnostic::new(self.name.1.clone(), problem).with_kind("unknown name");
        match (near_feeder, near) {
            (Some((name, feeder)), _) if feeder.columns().iter().any(|known| known == column) => {
                error.with_nearest(token::write_dotted_name(name, column))
            }
            (Some((name, feeder)), _) => error.or_expected(column_names(name, feeder)),
            (None, Some(near)) => error.with_nearest(near),
            (None, None) => error.or_expected(known_names(self.scope)),
        }
    }

    /// Returns `opcode` if there are no arguments.
    fn without_arguments(&self, opcode: Opcode) -> Result<Opcode, Diagnostic> {
        match self.arguments {
            [] => Ok(opcode),
            [(_, first), ..] => {
                let end = self
                    .arguments
                    .last()
                    .map_or(first.end, |(_, last)| last.end);
                let problem = format!("{} takes no arguments", excerpt(self.name.0));
                let expected = "'}}', or '|' and a filter";
                Err(Diagnostic::new(first.start..end, problem).with_expected(expected))
            }
        }
    }

    /// Creates an error about the whole call.
    fn arguments_error(&self, takes: &str) -> Diagnostic {
        let (name, span) = self.name;
        let end = self.arguments.last().map_or(span.end, |last| last.1.end);
        let problem = format!("'{name}' takes {takes}");
        Diagnostic::new(span.start..end, problem).or_expected(self.usage())
    }

    /// Creates an error about one argument.
    fn argument_error(&self, index: usize, takes: &str) -> Diagnostic {
        let (argument, span) = &self.arguments[index];
        let problem = format!(
            "'{}' takes {takes}, found {}",
            self.name.0,
            excerpt(argument)
        );
        Diagnostic::new(span.clone(), problem).or_expected(self.usage())
    }

    /// Returns the usage of the function, for an error.
    fn usage(&self) -> String {
        let usage = FUNCTIONS.iter().find(|(known, _)| *known == self.name.0);
        format!("a form such as {}", usage.map_or("", |(_, usage)| *usage))
    }

    fn rand(&self) -> Result<Opcode, Diagnostic> {
        if self.arguments.len() != 2 {
            return Err(self.arguments_error("two integers"));
        }
        let integer = |index: usize| {
            let (word, _) = self.arguments[index];
            word.parse::<i64>()
                .map_err(|_| self.argument_error(index, "integers"))
        };
        let (min, max) = (integer(0)?, integer(1)?);
        if min > max {
            return Err(self.argument_error(1, "the smaller integer first"));
        }
        let bytes = min.to_string().len().max(max.to_string().len());
        Ok(Opcode::Rand(UniformInteger::new(min, max), bytes))
    }

    fn zipf(&self) -> Result<Opcode, Diagnostic> {
        let [(ranks, _), _] = self.arguments else {
            return Err(self.arguments_error("a number of ranks and an exponent"));
        };
        let ranks = match ranks.parse() {
            Ok(ranks @ 1..=ZipfDistribution::MAX_RANKS) => ranks,
            _ => return Err(self.argument_error(0, "1 to 2^52 ranks")),
        };
        let exponent = self.number(1, 0.0..=MAX_EXPONENT, "an exponent from 0 to 100")?;
        let bytes = ranks.to_string().len();
        Ok(Opcode::Zipf(
            Box::new(ZipfDistribution::new(ranks, exponent)),
            bytes,
        ))
    }

    fn normal(&self) -> Result<Opcode, Diagnostic> {
        if !(2..=3).contains(&self.arguments.len()) {
            return Err(self.arguments_error("a mean and a standard deviation"));
        }
        let mean = self.number(0, -MAX_NUMBER..=MAX_NUMBER, "a mean from -1e11 to 1e11")?;
        let deviation = self.number(1, 0.0..=MAX_NUMBER, "a deviation from 0 to 1e11")?;
        let decimals = self.decimals(2)?;
        let distance = deviation * NormalDistribution::MAX_DEVIATIONS;
        let bytes = max_fixed_bytes(mean - distance, decimals)
            .max(max_fixed_bytes(mean + distance, decimals));
        Ok(Opcode::Normal(
            NormalDistribution::new(mean, deviation),
            decimals,
            bytes,
        ))
    }

    fn exponential(&self) -> Result<Opcode, Diagnostic> {
        if !(1..=2).contains(&self.arguments.len()) {
            return Err(self.arguments_error("a mean"));
        }
        let takes = "a mean above 0 and up to 1e11";
        let mean = self.number(0, f64::MIN_POSITIVE..=MAX_NUMBER, takes)?;
        let decimals = self.decimals(1)?;
        let bytes = max_fixed_bytes(mean * ExponentialDistribution::MAX_PER_MEAN, decimals);
        Ok(Opcode::Exponential(
            ExponentialDistribution::with_mean(mean),
            decimals,
            bytes,
        ))
    }

    /// Returns the argument of this index, a number within `range`.
    fn number(
        &self,
        index: usize,
        range: RangeInclusive<f64>,
        takes: &str,
    ) -> Result<f64, Diagnostic> {
        match self.arguments[index].0.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(self.argument_error(index, takes)),
        }
    }

    /// Returns the argument of this index, a number of decimal places, or 0 without it.
    fn decimals(&self, index: usize) -> Result<u32, Diagnostic> {
        match self.arguments.get(index).map(|(word, _)| word.parse()) {
            None => Ok(0),
            Some(Ok(decimals @ 0..=MAX_DECIMALS)) => Ok(decimals),
            Some(_) => Err(self.argument_error(index, "0 to 6 decimal places")),
        }
    }

    fn pick(&self) -> Result<Opcode, Diagnostic> {
        if self.arguments.is_empty() {
            return Err(self.arguments_error("at least one word"));
        }
        let choices = self
            .arguments
            .iter()
            .map(|(word, _)| word.as_bytes().into());
        Ok(Opcode::Pick(choices.collect()))
    }

    fn weighted(&self) -> Result<Opcode, Diagnostic> {
        if self.arguments.is_empty() || !self.arguments.len().is_multiple_of(2) {
            return Err(self.arguments_error("words, each followed by a weight"));
        }
        let takes = "weights from 0 to 1e11";
        let weights = (1..self.arguments.len()).step_by(2);
        let weights: Vec<f64> = weights
            .map(|index| self.number(index, 0.0..=MAX_NUMBER, takes))
            .collect::<Result<_, _>>()?;
        if weights.iter().all(|weight| *weight == 0.0) {
            return Err(self.arguments_error("at least one weight above 0"));
        }
        let choices = self.arguments.iter().step_by(2);
        let choices = choices.map(|(word, _)| word.as_bytes().into());
        Ok(Opcode::Weighted(
            WeightedChoice::new(&weights),
            choices.collect(),
        ))
    }

    fn length(&self) -> Result<usize, Diagnostic> {
        let [(word, _)] = self.arguments else {
            return Err(self.arguments_error("one length"));
        };
        match word.parse() {
            Ok(length @ 0..=MAX_RANDOM_TEXT_BYTES) => Ok(length),
            _ => Err(self.argument_error(0, "a length from 0 to 16777216")),
        }
    }

    fn regex(&self) -> Result<Opcode, Diagnostic> {
        let [(word, span)] = self.arguments else {
            return Err(
                self.arguments_error("one expression, in quotes if it has spaces or braces")
            );
        };
        RegexGenerator::new(word)
            .map(|generator| Opcode::Regex(Box::new(generator)))
            .map_err(|error| Self::regex_error(word, span, error))
    }

    /// Moves an error in the expression `word`, which is at `span` of the text.
    fn regex_error(word: &str, span: &Range<usize>, error: Diagnostic) -> Diagnostic {
        let error = error.without_input().about("regex");
        let bare = span.len() == word.len();
        // Where the text escapes a quote, positions in the word are not those in the text.
        if !bare && span.len() != word.len() + 2 {
            return error.map_position(|_| span.clone());
        }
        error.map_position(|within| {
            // An error at the end of the word is shown at its last character.
            let last = word.char_indices().next_back().map_or(0, |(last, _)| last);
            let start = within.start.min(last);
            let width = word[start..].chars().next().map_or(1, char::len_utf8);
            let offset = span.start + usize::from(!bare);
            offset + start..offset + within.end.max(start + width)
        })
    }

    fn token(&self) -> Result<Opcode, Diagnostic> {
        let Some(tokens) = &self.scope.tokens else {
            let problem = "'token' without a source of tokens";
            let expected = "a source of tokens for the run";
            return Err(Diagnostic::new(self.name.1.clone(), problem).with_expected(expected));
        };
        self.without_arguments(Opcode::Token(tokens.clone()))
    }

    fn language(&self) -> Result<GeneratorLanguage, Diagnostic> {
        match self.arguments {
            [] => Ok(GeneratorLanguage::default()),
            [(word, span)] => {
                let mut languages = GeneratorLanguage::ALL.iter().copied();
                let found = languages.find(|language| language.tag() == *word);
                found.ok_or_else(|| {
                    let tags = GeneratorLanguage::ALL.iter().map(|language| language.tag());
                    Diagnostic::unknown(span.clone(), "language", word, tags)
                })
            }
            _ => Err(self.arguments_error("one language")),
        }
    }

    fn environment(&self) -> Result<Vec<u8>, Diagnostic> {
        let [(name, span)] = self.arguments else {
            return Err(self.arguments_error("the name of an environment variable"));
        };
        let value = (self.scope.environment)(name);
        value.map(String::into_bytes).ok_or_else(|| {
            let problem = format!("environment variable {} is not set", excerpt(name));
            Diagnostic::new(span.clone(), problem).with_expected("a variable that is set")
        })
    }
}

/// Returns the length of the longest number from 0 to `number`.
fn max_fixed_bytes(number: f64, decimals: u32) -> usize {
    let mut text = vec![];
    digits::push_fixed(&mut text, number, decimals);
    text.len()
}
