//! From a text to a program.

use std::ops::Range;

use super::call::{self, Call, Meaning};
use super::error::short;
use super::filter::Filter;
use super::nearest::nearest;
use super::op::{Op, What};
use super::token::{self, Token, TokenKind};
use super::{Template, TemplateError};
use crate::Words;

/// A program that is being written.
#[derive(Default)]
struct Program {
    bytes: Vec<u8>,
    ops: Vec<Op>,
}

impl Program {
    /// Bytes that are always there; they join those before them.
    fn literal(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        let end = self.bytes.len();
        if let Some(Op {
            what: What::Literal(range),
            ..
        }) = self.ops.last_mut()
        {
            range.end = end;
        } else {
            self.ops.push(Op {
                what: What::Literal(start..end),
                filters: Box::default(),
                place: 0..0,
                name: Box::default(),
            });
        }
    }
}

pub(super) fn compile(text: &str, words: &Words) -> Result<Template, TemplateError> {
    if words.literal {
        return Ok(Template::fixed(text));
    }
    let mut program = Program::default();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|open| at + open) {
        if let Some(before) = text[at..open].strip_suffix('\\') {
            program.literal(before.as_bytes());
            program.literal(b"{{");
            at = open + 2;
            continue;
        }
        program.literal(&text.as_bytes()[at..open]);
        at = braces(text, open, words, &mut program)?;
    }
    program.literal(&text.as_bytes()[at..]);
    Ok(Template::new(text, program.bytes, program.ops))
}

/// Compiles what stands in the braces that open at byte `open`; returns the byte behind them.
fn braces(
    text: &str,
    open: usize,
    words: &Words,
    program: &mut Program,
) -> Result<usize, TemplateError> {
    let mut tokens: Vec<Token> = vec![];
    let close = loop {
        let at = tokens.last().map_or(open + 2, |last| last.place.end);
        let token = token::next(text, open, at)?;
        if token.kind == TokenKind::Close {
            break token.place;
        }
        tokens.push(token);
    };
    let place = open..close.end;
    let pipes: Vec<usize> = (0..tokens.len())
        .filter(|index| tokens[*index].kind == TokenKind::Pipe)
        .collect();
    let call = call::words(&tokens[..pipes.first().copied().unwrap_or(tokens.len())]);
    let Some((name, arguments)) = call.split_first() else {
        let wrong = "has no name in these braces";
        return Err(TemplateError::new(place, wrong, call::known(words)));
    };
    let what = Call {
        name,
        arguments,
        words,
    }
    .meaning()?;

    let mut filters = vec![];
    for (index, pipe) in pipes.iter().enumerate() {
        let end = pipes.get(index + 1).copied().unwrap_or(tokens.len());
        filters.push(filter(&tokens[*pipe].place, &tokens[pipe + 1..end])?);
    }
    match what {
        Meaning::Always(mut bytes) => {
            for filter in &filters {
                filter.apply(&mut bytes, 0);
            }
            program.literal(&bytes);
        }
        Meaning::Step(what) => program.ops.push(Op {
            what,
            filters: filters.into(),
            place,
            name: name.0.into(),
        }),
    }
    Ok(close.end)
}

/// The filter that is named behind the pipe.
fn filter(pipe: &Range<usize>, tokens: &[Token]) -> Result<Filter, TemplateError> {
    let known = "json, url or base64";
    let words = call::words(tokens);
    let Some((word, place)) = words.first() else {
        return Err(TemplateError::new(
            pipe.clone(),
            "has no filter behind this |",
            known,
        ));
    };
    if let Some((_, more)) = words.get(1) {
        let right = "nothing, or | and another filter";
        return Err(TemplateError::new(
            more.clone(),
            "has a filter with an argument",
            right,
        ));
    }
    let found = Filter::KNOWN.iter().find(|(name, _)| name == word);
    found.map(|(_, filter)| *filter).ok_or_else(|| {
        let near = nearest(word, Filter::KNOWN.map(|(name, _)| name));
        let wrong = format!("has an unknown filter {}", short(word));
        TemplateError::new(place.clone(), wrong, near.unwrap_or(known))
    })
}
