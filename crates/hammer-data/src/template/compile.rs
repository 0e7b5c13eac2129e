//! Compiler from the text of a template to its program.

use std::ops::Range;

use super::Template;
use super::call::{self, CompiledCall, FunctionCall};
use super::filter::TemplateFilter;
use super::instruction::{Instruction, Opcode};
use super::token::{self, TemplateToken, TemplateTokenKind};
use crate::TemplateScope;
use hammer_diagnostic::{Diagnostic, excerpt};

/// A program under construction.
#[derive(Default)]
struct TemplateProgramBuilder {
    bytes: Vec<u8>,
    instructions: Vec<Instruction>,
}

impl TemplateProgramBuilder {
    /// Appends literal bytes, to the last instruction if that is a literal.
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

pub(super) fn compile(text: &str, scope: &TemplateScope) -> Result<Template, Diagnostic> {
    if scope.literal {
        return Ok(Template::from_literal(text));
    }
    let mut program = TemplateProgramBuilder::default();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|open| at + open) {
        if let Some(before) = text[at..open].strip_suffix('\\') {
            program.push_literal(before.as_bytes());
            program.push_literal(b"{{");
            at = open + 2;
            continue;
        }
        program.push_literal(&text.as_bytes()[at..open]);
        at = compile_braces(text, open, scope, &mut program)?;
    }
    program.push_literal(&text.as_bytes()[at..]);
    Ok(Template::new(text, program.bytes, program.instructions))
}

/// Compiles the expression in the braces that open at byte `open`, and returns the byte after them.
fn compile_braces(
    text: &str,
    open: usize,
    scope: &TemplateScope,
    program: &mut TemplateProgramBuilder,
) -> Result<usize, Diagnostic> {
    let mut tokens: Vec<TemplateToken> = vec![];
    let close = loop {
        let at = tokens.last().map_or(open + 2, |last| last.span.end);
        let token = token::next_token(text, open, at)?;
        if token.kind == TemplateTokenKind::Close {
            break token.span;
        }
        tokens.push(token);
    };
    let span = open..close.end;
    let pipes: Vec<usize> = (0..tokens.len())
        .filter(|index| tokens[*index].kind == TemplateTokenKind::Pipe)
        .collect();
    let call = call::source_words(&tokens[..pipes.first().copied().unwrap_or(tokens.len())]);
    let Some((name, arguments)) = call.split_first() else {
        let expected = call::known_names(scope);
        return Err(Diagnostic::new(span, "missing name").or_expected(expected));
    };
    let call = FunctionCall {
        name,
        arguments,
        scope,
    }
    .compile()?;

    let mut filters = vec![];
    for (index, pipe) in pipes.iter().enumerate() {
        let end = pipes.get(index + 1).copied().unwrap_or(tokens.len());
        filters.push(compile_filter(&tokens[*pipe].span, &tokens[pipe + 1..end])?);
    }
    match call {
        CompiledCall::Constant(mut bytes) => {
            for filter in &filters {
                filter.apply(&mut bytes, 0);
            }
            program.push_literal(&bytes);
        }
        CompiledCall::Dynamic(opcode) => program.instructions.push(Instruction {
            opcode,
            filters: filters.into(),
            span,
            name: name.0.into(),
        }),
    }
    Ok(close.end)
}

/// Compiles the filter after a pipe.
fn compile_filter(
    pipe: &Range<usize>,
    tokens: &[TemplateToken],
) -> Result<TemplateFilter, Diagnostic> {
    const FILTERS: &str = "json, url or base64";
    let words = call::source_words(tokens);
    let Some((word, span)) = words.first() else {
        return Err(Diagnostic::new(pipe.clone(), "missing filter").with_expected(FILTERS));
    };
    if let Some((argument, span)) = words.get(1) {
        let problem = format!("filters take no arguments, found {}", excerpt(argument));
        return Err(
            Diagnostic::new(span.clone(), problem).with_expected("'|' and another filter, or '}}'")
        );
    }
    let found = TemplateFilter::ALL.iter().find(|(name, _)| name == word);
    found.map(|(_, filter)| *filter).ok_or_else(|| {
        let known = TemplateFilter::ALL.map(|(name, _)| name);
        Diagnostic::unknown(span.clone(), "filter", word, known).or_expected(FILTERS)
    })
}
