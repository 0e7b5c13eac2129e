//! Compiler from the parts of a format to a program.

use hammer_diagnostic::Diagnostic;

use super::program::{FormatProgram, FormatStep, RequestUrls, ValueTerminator};
use super::variable::{FormatPart, FormatVariable, LogField, ValueSyntax};
use crate::log::{EscapeStyle, FormatSource, shortened};

/// Compiles the parts of a format.
///
/// # Errors
///
/// If lines of the format would be ambiguous, or have no time or no target.
pub(super) fn compile(
    source: FormatSource<'_>,
    parts: Vec<FormatPart>,
    escape: EscapeStyle,
) -> Result<FormatProgram, Diagnostic> {
    let mut parts = parts.into_iter().peekable();
    let prefix = match parts.next_if(|part| matches!(part, FormatPart::Literal(_))) {
        Some(FormatPart::Literal(literal)) => literal,
        _ => Vec::new(),
    };
    let mut variables: Vec<(FormatVariable, Vec<u8>)> = Vec::new();
    while let Some(part) = parts.next() {
        let FormatPart::Variable(variable) = part else {
            continue;
        };
        let literal = match parts.peek() {
            Some(FormatPart::Literal(literal)) => literal.clone(),
            Some(FormatPart::Variable(next)) => {
                let (first, second) = (shortened(&variable.name), shortened(&next.name));
                return Err(source.error(
                    &format!("{}{}", variable.name, next.name),
                    format!("nothing separates {first} and {second}"),
                    "a literal between them",
                ));
            }
            None => Vec::new(),
        };
        variables.push((variable, literal));
    }
    require_time_and_target(source, &variables)?;
    let last = variables
        .iter()
        .rposition(|(variable, _)| variable.field != LogField::Ignored);
    let needed = last.map_or(0, |last| last + 1);
    let mut steps = Vec::new();
    for (index, (variable, literal)) in variables.into_iter().enumerate() {
        match value_terminator(source, &variable, &literal, escape) {
            Ok(terminator) => steps.push(FormatStep {
                field: variable.field,
                terminator,
                literal: literal.into(),
            }),
            // Unused variables at the end need not be unambiguous.
            Err(_) if index >= needed => {
                steps.push(FormatStep {
                    field: LogField::Ignored,
                    terminator: ValueTerminator::Line,
                    literal: Box::default(),
                });
                break;
            }
            Err(reason) => return Err(reason),
        }
    }
    Ok(FormatProgram {
        prefix: prefix.into(),
        steps: steps.into(),
        needed_steps: needed,
        escape,
        request_urls: RequestUrls::AsSent,
    })
}

/// Fails unless the format has a time and a target.
fn require_time_and_target(
    source: FormatSource<'_>,
    variables: &[(FormatVariable, Vec<u8>)],
) -> Result<(), Diagnostic> {
    let has = |wanted: fn(&LogField) -> bool| variables.iter().any(|(it, _)| wanted(&it.field));
    if !has(|field| matches!(field, LogField::Time(..))) {
        return Err(source.whole_error(
            "no variable for the time",
            "a time such as $time_local or %t",
        ));
    }
    if !has(|field| matches!(field, LogField::Request | LogField::Target | LogField::Url)) {
        return Err(source.whole_error(
            "no variable for the target",
            "a request or a target, such as $request or %r",
        ));
    }
    Ok(())
}

fn value_terminator(
    source: FormatSource<'_>,
    variable: &FormatVariable,
    literal: &[u8],
    escape: EscapeStyle,
) -> Result<ValueTerminator, Diagnostic> {
    let FormatVariable { name, syntax, .. } = variable;
    let Some(first) = literal.first() else {
        return Ok(match syntax {
            ValueSyntax::Number => ValueTerminator::Number,
            ValueSyntax::Time => ValueTerminator::Time,
            _ => ValueTerminator::Line,
        });
    };
    let ambiguous = |reason: &str| {
        let literal = shortened(&literal.escape_ascii().to_string());
        let problem = format!("{} ends at \"{literal}\", {reason}", shortened(name));
        Err(source.error(name, problem, "quotation marks around it"))
    };
    match syntax {
        ValueSyntax::Number if first.is_ascii_digit() || *first == b'.' => {
            ambiguous("which may continue the number")
        }
        ValueSyntax::Number => Ok(ValueTerminator::Number),
        ValueSyntax::Time => Ok(ValueTerminator::Time),
        ValueSyntax::Word if first.is_ascii_alphanumeric() => {
            ambiguous("which its value may contain")
        }
        ValueSyntax::Word if *first == b'"' => Ok(ValueTerminator::Quoted),
        ValueSyntax::Word | ValueSyntax::UserName => Ok(ValueTerminator::Plain),
        // Inside quotation marks a list may contain anything.
        ValueSyntax::List if *first == b'"' => Ok(ValueTerminator::Quoted),
        ValueSyntax::List if *first == b' ' && !literal.starts_with(b" : ") => {
            Ok(ValueTerminator::List)
        }
        ValueSyntax::List => ambiguous("which a list may contain"),
        ValueSyntax::FreeText if escape == EscapeStyle::None => {
            ambiguous("which its value may contain without an escape")
        }
        ValueSyntax::FreeText if *first == b'"' => Ok(ValueTerminator::Quoted),
        // Both servers escape control characters.
        ValueSyntax::FreeText if first.is_ascii_control() => Ok(ValueTerminator::Plain),
        ValueSyntax::FreeText => ambiguous("which its value may contain"),
    }
}
