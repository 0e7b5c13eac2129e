//! From a text to a program.

use std::ops::Range;

use super::call::{self, CompiledCall, FunctionCall};
use super::error::abbreviated;
use super::filter::TemplateFilter;
use super::instruction::{Instruction, Opcode};
use super::nearest::nearest;
use super::token::{self, TemplateToken, TemplateTokenKind};
use super::{Template, TemplateError};
use crate::TemplateScope;

/// A program that is being written.
#[derive(Default)]
struct TemplateProgram {
    bytes: Vec<u8>,
    instructions: Vec<Instruction>,
}

impl TemplateProgram {
    /// Bytes that are always there; they join those before them.
    fn push_literal(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        let end = self.bytes.len();
        if let Some(Instruction {
            opcode: Opcode::Literal(range),
            ..
        }) = self.instructions.last_mut()
        {
            range.end = end;
        } else {
            self.instructions.push(Instruction {
                opcode: Opcode::Literal(start..end),
                filters: Box::default(),
                span: 0..0,
                name: Box::default(),
            });
        }
    }
}

pub(super) fn compile(text: &str, words: &TemplateScope) -> Result<Template, TemplateError> {
    if words.literal {
        return Ok(Template::from_literal(text));
    }
    let mut program = TemplateProgram::default();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|open| at + open) {
        if let Some(before) = text[at..open].strip_suffix('\\') {
            program.push_literal(before.as_bytes());
            program.push_literal(b"{{");
            at = open + 2;
            continue;
        }
        program.push_literal(&text.as_bytes()[at..open]);
        at = compile_braces(text, open, words, &mut program)?;
    }
    program.push_literal(&text.as_bytes()[at..]);
    Ok(Template::new(text, program.bytes, program.instructions))
}

/// Compiles what stands in the braces that open at byte `open`; returns the byte behind them.
fn compile_braces(
    text: &str,
    open: usize,
    words: &TemplateScope,
    program: &mut TemplateProgram,
) -> Result<usize, TemplateError> {
    let mut tokens: Vec<TemplateToken> = vec![];
    let close = loop {
        let at = tokens.last().map_or(open + 2, |last| last.span.end);
        let token = token::next_token(text, open, at)?;
        if token.kind == TemplateTokenKind::Close {
            break token.span;
        }
        tokens.push(token);
    };
    let place = open..close.end;
    let pipes: Vec<usize> = (0..tokens.len())
        .filter(|index| tokens[*index].kind == TemplateTokenKind::Pipe)
        .collect();
    let call = call::source_words(&tokens[..pipes.first().copied().unwrap_or(tokens.len())]);
    let Some((name, arguments)) = call.split_first() else {
        let wrong = "has no name in these braces";
        return Err(TemplateError::new(place, wrong, call::known_names(words)));
    };
    let what = FunctionCall {
        name,
        arguments,
        scope: words,
    }
    .compile()?;

    let mut filters = vec![];
    for (index, pipe) in pipes.iter().enumerate() {
        let end = pipes.get(index + 1).copied().unwrap_or(tokens.len());
        filters.push(compile_filter(&tokens[*pipe].span, &tokens[pipe + 1..end])?);
    }
    match what {
        CompiledCall::Constant(mut bytes) => {
            for filter in &filters {
                filter.apply(&mut bytes, 0);
            }
            program.push_literal(&bytes);
        }
        CompiledCall::Dynamic(what) => program.instructions.push(Instruction {
            opcode: what,
            filters: filters.into(),
            span: place,
            name: name.0.into(),
        }),
    }
    Ok(close.end)
}

/// The filter that is named behind the pipe.
fn compile_filter(
    pipe: &Range<usize>,
    tokens: &[TemplateToken],
) -> Result<TemplateFilter, TemplateError> {
    let known = "json, url or base64";
    let words = call::source_words(tokens);
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
    let found = TemplateFilter::ALL.iter().find(|(name, _)| name == word);
    found.map(|(_, filter)| *filter).ok_or_else(|| {
        let near = nearest(word, TemplateFilter::ALL.map(|(name, _)| name));
        let wrong = format!("has an unknown filter {}", abbreviated(word));
        TemplateError::new(place.clone(), wrong, near.unwrap_or(known))
    })
}
