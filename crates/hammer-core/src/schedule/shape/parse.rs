//! Parser of rate expressions, with the position of each error.

use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use hammer_diagnostic::Diagnostic;

use super::rate_or_zero::RateOrZero;
use super::stage::StageForm;
use super::term::ShapeTerm;
use super::{MAX_STAGES, Shape};
use crate::schedule::duration_text::{self, DURATION_EXAMPLES, DurationDisplay};
use crate::schedule::rate::Rate;
use crate::schedule::rate::{
    ABOVE_MAX_RATE, RATE_EXAMPLES, RATE_UNITS, UNKNOWN_RATE_UNIT, ZERO_RATE,
};

const MAX_EXAMPLES: &str = "max or max/30s alone";
const STEPS_EXAMPLE: &str = "a form such as steps(100..1000, 10, 30s)";
const SINE_EXAMPLE: &str = "a form such as sine(500, 200, 60s)/10m";
const SPIKE_EXAMPLE: &str = "a form such as spike(100, 5000, 10s)/2m";
/// The shortest period of a sine. Faster changes belong to arrivals, not to a shape.
const MIN_PERIOD: Duration = Duration::from_millis(1);

type ParseResult<T> = Result<T, Diagnostic>;

impl FromStr for Shape {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Self, Diagnostic> {
        shape(text).map_err(|error| error.in_input(text))
    }
}

fn shape(text: &str) -> ParseResult<Shape> {
    let mut parser = ShapeParser { text, at: 0 };
    parser.skip_spaces();
    if let Some(shape) = parser.closed_loop()? {
        return Ok(shape);
    }
    let mut terms = vec![];
    let (mut stages, mut length) = (0, 0_u64);
    loop {
        parser.skip_spaces();
        let start = parser.at;
        let term = parser.term()?;
        for (_, part) in term.stages() {
            stages += 1;
            length = length.saturating_add(part.unwrap_or(0));
        }
        if stages > MAX_STAGES {
            let problem = "more than 256 stages";
            return Err(error(start..parser.at, problem, "at most 256 stages"));
        }
        if u128::from(length) > duration_text::MAX_DURATION.as_nanos() {
            let problem = "longer than 366 days";
            let expected = "stages of at most 366 days in total";
            return Err(error(start..parser.at, problem, expected));
        }
        let endless = matches!(term, ShapeTerm::Stage(_, None));
        terms.push(term);
        parser.skip_spaces();
        match parser.peek() {
            None => break,
            Some(',') if endless => {
                let expected = "a duration for each stage but the last, such as 100/30s";
                return Err(parser.error_here("missing duration", expected));
            }
            Some(',') => parser.at += 1,
            Some(_) if endless => {
                let expected = "the end or a duration such as /30s";
                return Err(parser.unexpected("unexpected text after the rate", expected));
            }
            Some(_) => {
                let expected = "the end or a comma and another stage";
                return Err(parser.unexpected("unexpected text after a stage", expected));
            }
        }
    }
    let written = text.trim();
    let start = text.len() - text.trim_start().len();
    let shape = Shape::from_terms(terms);
    if shape.peak() == Some(0.0) {
        return Err(error(
            start..start + written.len(),
            ZERO_RATE,
            RATE_EXAMPLES,
        ));
    }
    match (shape.rate(), shape.duration()) {
        (Some(rate), Some(length)) if has_bare_length(written) => {
            let lone = lone_stage(rate, length);
            lone.map_err(|error| error.map_position(|_| start..start + written.len()))
        }
        _ => Ok(shape),
    }
}

/// Returns true if a rate without a unit comes before a duration, as in `1/10s`.
fn has_bare_length(text: &str) -> bool {
    let after = text.split_once('/').map(|(_, after)| after.trim_start());
    after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

/// The shape of a rate without a unit that has a duration, with no other stages.
///
/// As a stage, `1/10s` is 1/s for 10 s, but in vegeta and other tools it is one hit in 10 s. The rate is
/// the same only for `/1s`.
fn lone_stage(rate: Rate, length: Duration) -> ParseResult<Shape> {
    if length == Duration::from_secs(1) {
        return Ok(Shape::constant(rate));
    }
    let (number, span) = (RateOrZero::from(rate), DurationDisplay(length));
    let stage = format!("{number}/s/{span} ({number}/s for {span})");
    let expected = match rate.per_period(length) {
        Some(per_period) => {
            let per_period = per_period.exact_text();
            format!("{per_period} ({number} per {span}) or {stage}")
        }
        None => stage,
    };
    Err(Diagnostic::new(0..0, "ambiguous rate").with_expected(expected))
}

fn error(position: Range<usize>, problem: &'static str, expected: &'static str) -> Diagnostic {
    Diagnostic::new(position, problem).with_expected(expected)
}

/// Moves the position of an error in the part of the text that begins at byte `start`.
fn shifted(error: Diagnostic, start: usize) -> Diagnostic {
    error.map_position(|at| start + at.start..start + at.end)
}

struct ShapeParser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> ShapeParser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Describes something that is missing here.
    fn error_here(&self, problem: &'static str, expected: &'static str) -> Diagnostic {
        error(self.at..self.at, problem, expected)
    }

    /// Describes the rest of the text, which should not be there.
    fn unexpected(&self, problem: &'static str, expected: &'static str) -> Diagnostic {
        let end = self.at + self.rest().trim_end().len();
        error(self.at..end, problem, expected)
    }

    /// Describes the text from `start` to here.
    fn error_since(
        &self,
        start: usize,
        problem: &'static str,
        expected: &'static str,
    ) -> Diagnostic {
        error(start..self.at, problem, expected)
    }

    /// Takes the characters for which `belongs` is true.
    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let token = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
        self.at += token.len();
        token
    }

    fn expect(
        &mut self,
        sign: char,
        problem: &'static str,
        expected: &'static str,
    ) -> ParseResult<()> {
        self.skip_spaces();
        if self.peek() != Some(sign) {
            return Err(self.error_here(problem, expected));
        }
        self.at += 1;
        self.skip_spaces();
        Ok(())
    }

    /// Parses `max`, which must be the whole expression.
    fn closed_loop(&mut self) -> ParseResult<Option<Shape>> {
        let start = self.at;
        if self.take_while(char::is_alphanumeric) != "max" {
            self.at = start;
            return Ok(None);
        }
        let length = self.optional_length()?;
        self.skip_spaces();
        if self.peek().is_some() {
            return Err(self.unexpected("unexpected text after max", MAX_EXAMPLES));
        }
        Ok(Some(Shape::closed_loop_for(length)))
    }

    fn term(&mut self) -> ParseResult<ShapeTerm> {
        let start = self.at;
        let name = self.take_while(char::is_alphabetic);
        self.skip_spaces();
        if !name.is_empty() && self.peek() == Some('(') {
            return match name {
                "steps" => self.steps(),
                "sine" => self.sine(start),
                "spike" => self.spike(start),
                _ => {
                    let position = start..start + name.len();
                    let known = ["steps", "sine", "spike"];
                    let error = Diagnostic::unknown(position, "shape", name, known);
                    Err(error.or_expected("steps, sine or spike"))
                }
            };
        }
        self.at = start;
        if name == "max" {
            let problem = "max cannot be combined with other stages";
            return Err(error(start..start + name.len(), problem, MAX_EXAMPLES));
        }
        let from = self.rate()?;
        self.skip_spaces();
        if !self.rest().starts_with("..") {
            return Ok(ShapeTerm::Stage(
                StageForm::Constant(from),
                self.optional_length()?,
            ));
        }
        self.at += 2;
        let to = self.rate()?;
        match self.optional_length()? {
            Some(length) => Ok(ShapeTerm::Stage(StageForm::Ramp(from, to), Some(length))),
            None => {
                let expected = "a duration, as in 100..1000/5m";
                Err(self.error_here("missing duration of the ramp", expected))
            }
        }
    }

    fn steps(&mut self) -> ParseResult<ShapeTerm> {
        self.expect('(', "missing (", STEPS_EXAMPLE)?;
        let from = self.rate()?;
        self.skip_spaces();
        if !self.rest().starts_with("..") {
            return Err(self.error_here("missing .. and the last rate", STEPS_EXAMPLE));
        }
        self.at += 2;
        let to = self.rate()?;
        self.expect(',', "missing number of steps", STEPS_EXAMPLE)?;
        let position = self.at;
        let count: Option<u32> = self.take_while(char::is_alphanumeric).parse().ok();
        let count = count.filter(|count| (2..=MAX_STAGES as u32).contains(count));
        let problem = "invalid number of steps";
        let expected = "a whole number from 2 to 256";
        let count = count.ok_or_else(|| self.error_since(position, problem, expected))?;
        self.expect(',', "missing duration of a step", STEPS_EXAMPLE)?;
        let length = self.duration()?;
        self.expect(')', "missing )", STEPS_EXAMPLE)?;
        if self.peek() == Some('/') {
            return Err(self.unexpected("unexpected duration after steps", STEPS_EXAMPLE));
        }
        Ok(ShapeTerm::Steps {
            from,
            to,
            count,
            length,
        })
    }

    fn sine(&mut self, start: usize) -> ParseResult<ShapeTerm> {
        self.expect('(', "missing (", SINE_EXAMPLE)?;
        let mean = self.rate()?;
        self.expect(',', "missing amplitude", SINE_EXAMPLE)?;
        let position = self.at;
        let amplitude = self.rate()?;
        if amplitude.per_second() > mean.per_second() {
            let problem = "amplitude above the mean, so the rate would fall below 0";
            let expected = "an amplitude of at most the mean";
            return Err(self.error_since(position, problem, expected));
        }
        if mean.per_second() + amplitude.per_second() > 1e9 {
            return Err(self.error_since(start, ABOVE_MAX_RATE, SINE_EXAMPLE));
        }
        self.expect(',', "missing period", SINE_EXAMPLE)?;
        let position = self.at;
        let period = self.duration()?;
        if u128::from(period) < MIN_PERIOD.as_nanos() {
            let expected = "a period of at least 1ms";
            return Err(self.error_since(position, "period below 1ms", expected));
        }
        self.expect(')', "missing )", SINE_EXAMPLE)?;
        let length = self.optional_length()?;
        if mean.is_zero() {
            return Ok(ShapeTerm::Stage(StageForm::Constant(mean), length));
        }
        let form = StageForm::Sine {
            mean,
            amplitude,
            period,
        };
        Ok(ShapeTerm::Stage(form, length))
    }

    fn spike(&mut self, start: usize) -> ParseResult<ShapeTerm> {
        self.expect('(', "missing (", SPIKE_EXAMPLE)?;
        let base = self.rate()?;
        self.expect(',', "missing peak", SPIKE_EXAMPLE)?;
        let peak = self.rate()?;
        self.expect(',', "missing duration of the spike", SPIKE_EXAMPLE)?;
        let length = self.duration()?;
        self.expect(')', "missing )", SPIKE_EXAMPLE)?;
        match self.optional_length()? {
            Some(total_length) if total_length < length => {
                let problem = "spike longer than its stage";
                Err(self.error_since(start, problem, SPIKE_EXAMPLE))
            }
            Some(total_length) => Ok(ShapeTerm::Spike {
                base,
                peak,
                length,
                total_length,
            }),
            None => Err(self.error_here("missing duration of the stage", SPIKE_EXAMPLE)),
        }
    }

    /// Parses a rate, or 0. After the slash, a unit of time begins with a letter and a duration
    /// with a digit.
    fn rate(&mut self) -> ParseResult<RateOrZero> {
        self.skip_spaces();
        let start = self.at;
        loop {
            self.take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '+' | '_'));
            if !self.rest().starts_with('.') || self.rest().starts_with("..") {
                break;
            }
            self.at += 1;
        }
        let number = &self.text[start..self.at];
        let unit = self.rest().strip_prefix('/').unwrap_or_default();
        if unit.starts_with(char::is_alphabetic) {
            self.at += 1;
            let position = self.at;
            if !matches!(self.take_while(char::is_alphabetic), "s" | "m" | "h") {
                return Err(self.error_since(position, UNKNOWN_RATE_UNIT, RATE_UNITS));
            }
        }
        let digits = number.trim_end_matches(['k', 'K', 'M']);
        let is_zero = digits.contains('0') && digits.chars().all(|c| matches!(c, '0' | '.'));
        if is_zero && digits.matches('.').count() < 2 {
            return Ok(RateOrZero::ZERO);
        }
        let rate: Result<Rate, _> = self.text[start..self.at].parse();
        rate.map(RateOrZero::from)
            .map_err(|error| shifted(error, start))
    }

    /// Parses a duration such as `/5m`, if there is one.
    fn optional_length(&mut self) -> ParseResult<Option<u64>> {
        self.skip_spaces();
        if self.peek() != Some('/') {
            return Ok(None);
        }
        self.at += 1;
        self.duration().map(Some)
    }

    /// Parses a duration, in nanoseconds.
    fn duration(&mut self) -> ParseResult<u64> {
        self.skip_spaces();
        if !self
            .rest()
            .starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            return Err(self.error_here("missing duration", DURATION_EXAMPLES));
        }
        let start = self.at;
        let token = self.take_while(|c| c.is_alphanumeric() || c == '.');
        let parsed = duration_text::parse(token);
        let duration = parsed.map_err(|error| shifted(error, start))?;
        u64::try_from(duration.as_nanos())
            .map_err(|_| self.error_here("duration too long", DURATION_EXAMPLES))
    }
}
