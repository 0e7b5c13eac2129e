use super::program::{FormatProgram, FormatStep, ValueTerminator};
use super::variable::{FormatPart, FormatVariable, LogField, ValueSyntax};
use crate::log::EscapeStyle;

/// Makes a program of the parts of a format.
///
/// # Errors
///
/// Why lines of this format can't be read: they can be meant in more than one way, or do not say when
/// or what for.
pub(super) fn compile(
    parts: Vec<FormatPart>,
    escape: EscapeStyle,
) -> Result<FormatProgram, String> {
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
        let until = match parts.peek() {
            Some(FormatPart::Literal(literal)) => literal.clone(),
            Some(FormatPart::Variable(next)) => {
                return Err(format!(
                    "{} and {} stand next to each other, so nothing tells where the one ends",
                    variable.name, next.name
                ));
            }
            None => Vec::new(),
        };
        variables.push((variable, until));
    }
    require_time_and_target(&variables)?;
    let last = variables
        .iter()
        .rposition(|(variable, _)| variable.field != LogField::Ignored);
    let needed = last.map_or(0, |last| last + 1);
    let mut steps = Vec::new();
    for (index, (variable, until)) in variables.into_iter().enumerate() {
        match value_terminator(&variable, &until, escape) {
            Ok(shape) => steps.push(FormatStep {
                field: variable.field,
                terminator: shape,
                literal: until.into(),
            }),
            // Behind all that is of use nothing needs to be told apart.
            Err(_) if index >= needed => {
                steps.push(FormatStep {
                    field: LogField::Ignored,
                    terminator: ValueTerminator::Line,
                    literal: Box::default(),
                });
                break;
            }
            Err(why) => return Err(why),
        }
    }
    Ok(FormatProgram {
        prefix: prefix.into(),
        steps: steps.into(),
        needed_steps: needed,
        escape,
        absolute_urls: false,
    })
}

/// It says when, and what for.
fn require_time_and_target(variables: &[(FormatVariable, Vec<u8>)]) -> Result<(), String> {
    let has = |wanted: fn(&LogField) -> bool| variables.iter().any(|(it, _)| wanted(&it.field));
    if !has(|what| matches!(what, LogField::Time(..))) {
        return Err("no variable of it tells a time".to_owned());
    }
    if !has(|what| matches!(what, LogField::Request | LogField::Target | LogField::Url)) {
        return Err("no variable of it tells the target of a request".to_owned());
    }
    Ok(())
}

fn value_terminator(
    variable: &FormatVariable,
    until: &[u8],
    escape: EscapeStyle,
) -> Result<ValueTerminator, String> {
    let FormatVariable {
        name,
        syntax: nature,
        ..
    } = variable;
    let Some(first) = until.first() else {
        return Ok(match nature {
            ValueSyntax::Number => ValueTerminator::Number,
            ValueSyntax::Time => ValueTerminator::Time,
            _ => ValueTerminator::Line,
        });
    };
    let shown = until.escape_ascii();
    let ambiguous = |why: &str| {
        Err(format!(
            "{name} ends at \"{shown}\", and {why}; put it into quotation marks"
        ))
    };
    match nature {
        ValueSyntax::Number if first.is_ascii_digit() || *first == b'.' => {
            ambiguous("a number may go on so")
        }
        ValueSyntax::Number => Ok(ValueTerminator::Number),
        ValueSyntax::Time => Ok(ValueTerminator::Time),
        ValueSyntax::Word if first.is_ascii_alphanumeric() => ambiguous("may have that in it"),
        ValueSyntax::Word if *first == b'"' => Ok(ValueTerminator::Quoted),
        ValueSyntax::Word | ValueSyntax::UserName => Ok(ValueTerminator::Plain),
        // In quotation marks it may be anything.
        ValueSyntax::List if *first == b'"' => Ok(ValueTerminator::Quoted),
        ValueSyntax::List if *first == b' ' && !until.starts_with(b" : ") => {
            Ok(ValueTerminator::List)
        }
        ValueSyntax::List => ambiguous("a list may have that in it"),
        ValueSyntax::FreeText if escape == EscapeStyle::None => {
            ambiguous("without escapes it may have that in it")
        }
        ValueSyntax::FreeText if *first == b'"' => Ok(ValueTerminator::Quoted),
        // Escaped by both servers, so that it can't be within.
        ValueSyntax::FreeText if first.is_ascii_control() => Ok(ValueTerminator::Plain),
        ValueSyntax::FreeText => ambiguous("may have that in it"),
    }
}
