//! What a name in two braces means, with what stands behind it.

use std::ops::Range;
use std::sync::Arc;

use super::TemplateError;
use super::error::abbreviated;
use super::instruction::Opcode;
use super::nearest::nearest;
use super::token::{TemplateToken, TemplateTokenKind};
use crate::generator::{GeneratorLanguage, RegexGenerator, UniformInteger};
use crate::{Feeder, TemplateScope};

/// The most that one `hex` or `text` may append.
const MAX_RANDOM_TEXT_BYTES: usize = 16 << 20;

/// A name, and how it is written with its arguments.
const FUNCTIONS: [(&str, &str); 18] = [
    ("uuid", "{{uuid}}"),
    ("seq", "{{seq}}"),
    ("slot", "{{slot}}"),
    ("hit", "{{hit}}"),
    ("client", "{{client}}"),
    ("now", "{{now}}"),
    ("now_ms", "{{now_ms}}"),
    ("rand", "{{rand 1 100}}"),
    ("pick", "{{pick red green blue}}"),
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

/// Whether a function has this name in some templates.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// A word, and where it stands.
pub(super) type SourceWord<'a> = (&'a str, Range<usize>);

/// The words among tokens.
pub(super) fn source_words(tokens: &[TemplateToken]) -> Vec<(&str, Range<usize>)> {
    let words = tokens.iter().filter_map(|token| match &token.kind {
        TemplateTokenKind::Word(word) => Some((word.as_str(), token.span.clone())),
        TemplateTokenKind::Pipe | TemplateTokenKind::Close => None,
    });
    words.collect()
}

/// What is known besides, as one fragment.
pub(super) fn known_names(words: &TemplateScope) -> String {
    let mut known: Vec<&str> = names_in_scope(words).collect();
    known.sort_unstable();
    format!("one of {}", known.join(", "))
}

/// All names that may stand first in braces; of feeders, with their columns.
fn names_in_scope(words: &TemplateScope) -> impl Iterator<Item = &str> {
    let functions = FUNCTIONS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| match *name {
            "client" => words.clients,
            "token" => words.tokens.is_some(),
            _ => true,
        });
    let variables = words
        .variables
        .iter()
        .map(|variable| variable.name.as_str());
    let feeders = words.feeders.iter().map(|(name, _)| name.as_str());
    functions.chain(variables).chain(feeders)
}

/// The columns of a feeder as they are written, or the first of them.
fn column_names(name: &str, feeder: &Feeder) -> String {
    const MOST: usize = 8;
    let columns = feeder.columns().iter().take(MOST);
    let columns: Vec<String> = columns.map(|column| format!("{name}.{column}")).collect();
    columns.join(" or ")
}

/// What a call comes to.
pub(super) enum CompiledCall {
    /// The same bytes in every run of the program.
    Constant(Vec<u8>),
    /// A step of the program.
    Dynamic(Opcode),
}

/// A name with its arguments, and what it may mean.
pub(super) struct FunctionCall<'a> {
    pub(super) name: &'a SourceWord<'a>,
    pub(super) arguments: &'a [SourceWord<'a>],
    pub(super) scope: &'a TemplateScope,
}

impl FunctionCall<'_> {
    pub(super) fn compile(&self) -> Result<CompiledCall, TemplateError> {
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
            "pick" => self.pick()?,
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

    /// A variable of the embedder, or a column of a feeder.
    fn variable_or_column(&self, name: &str) -> Result<Opcode, TemplateError> {
        let mut variables = self.scope.variables.iter().enumerate();
        if let Some((index, variable)) = variables.find(|(_, variable)| variable.name == name) {
            return self.without_arguments(Opcode::EmbedderVariable(
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
    ) -> Result<Opcode, TemplateError> {
        let columns = feeder.columns();
        let place = self.name.1.clone();
        let all = || column_names(name, feeder);
        let Some(column) = column else {
            return match columns {
                [_] => Ok(Opcode::FeederField(feeder.clone(), 0)),
                _ => {
                    let wrong = format!("names no column of {name}");
                    Err(TemplateError::new(place, wrong, all()))
                }
            };
        };
        let found = columns.iter().position(|known| known == column);
        found
            .map(|index| Opcode::FeederField(feeder.clone(), index))
            .ok_or_else(|| {
                let near = nearest(column, columns.iter().map(String::as_str));
                let right = match (near, columns) {
                    (_, [one]) if one.contains([';', '\t']) => {
                        "a file with commas between its fields".to_owned()
                    }
                    (Some(near), _) => format!("{name}.{near}"),
                    (None, _) => all(),
                };
                let column_at = match column {
                    "" => place.start,
                    _ => place.start + name.len() + 1,
                };
                let wrong = format!(
                    "names a column that {name} does not have, {}",
                    abbreviated(column)
                );
                TemplateError::new(column_at..place.end, wrong, right)
            })
    }

    fn unknown_name_error(&self, name: &str) -> TemplateError {
        let place = self.name.1.clone();
        let (feeder, column) = name.split_once('.').unwrap_or((name, ""));
        let near = nearest(feeder, names_in_scope(self.scope));
        let found = self
            .scope
            .feeders
            .iter()
            .find(|(name, _)| Some(name.as_str()) == near);
        let right = match (found, near) {
            (Some((name, feeder)), _) if feeder.columns().iter().any(|known| known == column) => {
                format!("{name}.{column}")
            }
            (Some((name, feeder)), _) => column_names(name, feeder),
            (None, Some(near)) => near.to_owned(),
            (None, None) => known_names(self.scope),
        };
        TemplateError::new(
            place,
            format!("has an unknown name {}", abbreviated(name)),
            right,
        )
    }

    /// `what`, if no argument stands behind it.
    fn without_arguments(&self, what: Opcode) -> Result<Opcode, TemplateError> {
        match self.arguments {
            [] => Ok(what),
            [.., (_, end)] => {
                let place = self.arguments[0].1.start..end.end;
                let wrong = format!("has arguments for {}, which takes none", self.name.0);
                Err(TemplateError::new(place, wrong, "}}, or | and a filter"))
            }
        }
    }

    /// An error about the argument of this index, or about all of them.
    fn argument_error(&self, argument: Option<usize>, wrong: &str) -> TemplateError {
        let (name, place) = self.name;
        let place = match argument.and_then(|index| self.arguments.get(index)) {
            Some((_, place)) => place.clone(),
            None => place.start..self.arguments.last().map_or(place.end, |last| last.1.end),
        };
        let usage = FUNCTIONS.iter().find(|(known, _)| known == name);
        let right = usage.map_or("", |(_, usage)| *usage);
        TemplateError::new(place, format!("{name} {wrong}"), right)
    }

    fn rand(&self) -> Result<Opcode, TemplateError> {
        let [least, most] = self.arguments else {
            return Err(self.argument_error(None, "takes two whole numbers"));
        };
        let number = |index, word: &SourceWord<'_>| {
            word.0
                .parse::<i64>()
                .map_err(|_| self.argument_error(Some(index), "takes whole numbers"))
        };
        let (least, most) = (number(0, least)?, number(1, most)?);
        if least > most {
            return Err(self.argument_error(Some(1), "takes the smaller number first"));
        }
        let bytes = least.to_string().len().max(most.to_string().len());
        Ok(Opcode::Rand(UniformInteger::new(least, most), bytes))
    }

    fn pick(&self) -> Result<Opcode, TemplateError> {
        if self.arguments.is_empty() {
            return Err(self.argument_error(None, "takes what to pick from"));
        }
        let choices = self
            .arguments
            .iter()
            .map(|(word, _)| word.as_bytes().into());
        Ok(Opcode::Pick(choices.collect()))
    }

    fn length(&self) -> Result<usize, TemplateError> {
        let [(word, _)] = self.arguments else {
            return Err(self.argument_error(None, "takes one length"));
        };
        match word.parse() {
            Ok(length @ 0..=MAX_RANDOM_TEXT_BYTES) => Ok(length),
            Ok(_) => Err(self.argument_error(Some(0), "takes a length of 16777216 at most")),
            Err(_) => Err(self.argument_error(Some(0), "takes a length")),
        }
    }

    fn regex(&self) -> Result<Opcode, TemplateError> {
        let [(word, place)] = self.arguments else {
            return Err(self.argument_error(None, "takes one expression, in quotes"));
        };
        RegexGenerator::new(word)
            .map(|pattern| Opcode::Regex(Box::new(pattern)))
            .map_err(|error| {
                let mut wrong =
                    self.argument_error(Some(0), &format!("has an expression that {error}"));
                let bare = place.len() == word.len();
                // Where a quote was written with a backslash, places are not those of the text.
                if let Some(within) = error.span()
                    && (bare || place.len() == word.len() + 2)
                {
                    // What is missing at the end has its place at the last character.
                    let last = word.char_indices().next_back().map_or(0, |(last, _)| last);
                    let start = within.start.min(last);
                    let width = word[start..].chars().next().map_or(1, char::len_utf8);
                    let opened = place.start + usize::from(!bare);
                    wrong = wrong.with_span(opened + start..opened + within.end.max(start + width));
                }
                wrong
            })
    }

    fn token(&self) -> Result<Opcode, TemplateError> {
        let Some(tokens) = &self.scope.tokens else {
            let wrong = "has a token, and no source of tokens was given";
            let place = self.name.1.clone();
            return Err(TemplateError::new(place, wrong, "one that gives tokens"));
        };
        self.without_arguments(Opcode::Token(tokens.clone()))
    }

    fn language(&self) -> Result<GeneratorLanguage, TemplateError> {
        let tags = || GeneratorLanguage::ALL.iter().map(|language| language.tag());
        match self.arguments {
            [] => Ok(GeneratorLanguage::default()),
            [(word, place)] => {
                let known = GeneratorLanguage::ALL
                    .iter()
                    .find(|known| known.tag() == *word);
                known.copied().ok_or_else(|| {
                    let wrong = format!("{} takes no language {}", self.name.0, abbreviated(word));
                    let known: Vec<_> = tags().collect();
                    let right = format!("one of {}", known.join(", "));
                    TemplateError::new(place.clone(), wrong, right)
                })
            }
            _ => Err(self.argument_error(None, "takes one language")),
        }
    }

    fn environment(&self) -> Result<Vec<u8>, TemplateError> {
        let [(name, place)] = self.arguments else {
            return Err(self.argument_error(None, "takes the name of a variable"));
        };
        let value = (self.scope.environment)(name);
        value.map(String::into_bytes).ok_or_else(|| {
            let wrong = format!(
                "wants the environment variable {}, which is not set",
                abbreviated(name)
            );
            TemplateError::new(place.clone(), wrong, "a variable that is set")
        })
    }
}
