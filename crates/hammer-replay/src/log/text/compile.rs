use super::program::{Program, Shape, Step};
use super::variable::{Nature, Part, Variable, What};
use crate::log::Escape;

/// Makes a program of the parts of a format.
///
/// # Errors
///
/// Why lines of this format can't be read: they can be meant in more than one way, or do not say when
/// or what for.
pub(super) fn compile(parts: Vec<Part>, escape: Escape) -> Result<Program, String> {
    let mut parts = parts.into_iter().peekable();
    let prefix = match parts.next_if(|part| matches!(part, Part::Literal(_))) {
        Some(Part::Literal(literal)) => literal,
        _ => Vec::new(),
    };
    let mut variables: Vec<(Variable, Vec<u8>)> = Vec::new();
    while let Some(part) = parts.next() {
        let Part::Variable(variable) = part else {
            continue;
        };
        let until = match parts.peek() {
            Some(Part::Literal(literal)) => literal.clone(),
            Some(Part::Variable(next)) => {
                return Err(format!(
                    "{} and {} stand next to each other, so nothing tells where the one ends",
                    variable.name, next.name
                ));
            }
            None => Vec::new(),
        };
        variables.push((variable, until));
    }
    complete(&variables)?;
    let last = variables
        .iter()
        .rposition(|(variable, _)| variable.what != What::Nothing);
    let needed = last.map_or(0, |last| last + 1);
    let mut steps = Vec::new();
    for (index, (variable, until)) in variables.into_iter().enumerate() {
        match shape(&variable, &until, escape) {
            Ok(shape) => steps.push(Step {
                what: variable.what,
                shape,
                until: until.into(),
            }),
            // Behind all that is of use nothing needs to be told apart.
            Err(_) if index >= needed => {
                steps.push(Step {
                    what: What::Nothing,
                    shape: Shape::Line,
                    until: Box::default(),
                });
                break;
            }
            Err(why) => return Err(why),
        }
    }
    Ok(Program {
        prefix: prefix.into(),
        steps: steps.into(),
        needed,
        escape,
        urls: false,
    })
}

/// It says when, and what for.
fn complete(variables: &[(Variable, Vec<u8>)]) -> Result<(), String> {
    let has = |wanted: fn(&What) -> bool| variables.iter().any(|(it, _)| wanted(&it.what));
    if !has(|what| matches!(what, What::Time(..))) {
        return Err("no variable of it tells a time".to_owned());
    }
    if !has(|what| matches!(what, What::Request | What::Target | What::Url)) {
        return Err("no variable of it tells the target of a request".to_owned());
    }
    Ok(())
}

fn shape(variable: &Variable, until: &[u8], escape: Escape) -> Result<Shape, String> {
    let Variable { name, nature, .. } = variable;
    let Some(first) = until.first() else {
        return Ok(match nature {
            Nature::Number => Shape::Number,
            Nature::Time => Shape::Time,
            _ => Shape::Line,
        });
    };
    let shown = until.escape_ascii();
    let ambiguous = |why: &str| {
        Err(format!(
            "{name} ends at \"{shown}\", and {why}; put it into quotation marks"
        ))
    };
    match nature {
        Nature::Number if first.is_ascii_digit() || *first == b'.' => {
            ambiguous("a number may go on so")
        }
        Nature::Number => Ok(Shape::Number),
        Nature::Time => Ok(Shape::Time),
        Nature::Word if first.is_ascii_alphanumeric() => ambiguous("may have that in it"),
        Nature::Word if *first == b'"' => Ok(Shape::Quoted),
        Nature::Word | Nature::Name => Ok(Shape::Plain),
        // In quotation marks it may be anything.
        Nature::List if *first == b'"' => Ok(Shape::Quoted),
        Nature::List if *first == b' ' && !until.starts_with(b" : ") => Ok(Shape::List),
        Nature::List => ambiguous("a list may have that in it"),
        Nature::Free if escape == Escape::None => {
            ambiguous("without escapes it may have that in it")
        }
        Nature::Free if *first == b'"' => Ok(Shape::Quoted),
        // Escaped by both servers, so that it can't be within.
        Nature::Free if first.is_ascii_control() => Ok(Shape::Plain),
        Nature::Free => ambiguous("may have that in it"),
    }
}
