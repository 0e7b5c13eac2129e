//! Reads an expression from left to right, and knows at each byte what would be right there.

use std::time::Duration;

use super::duration_text;
use super::rate_or_zero::RateOrZero;
use super::stage::StageForm;
use super::term::ShapeTerm;
use super::{MAX_STAGES, Shape, ShapeError};
use crate::Rate;

const RATE_EXAMPLES: &str = "100, 2.5, 10k, 600/m";
const STEPS_EXAMPLE: &str = "steps(100..1000, 10, 30s)";
const SINE_EXAMPLE: &str = "sine(500, 200, 60s)/10m";
const SPIKE_EXAMPLE: &str = "spike(100, 5000, 10s)/2m";
const LENGTH_EXAMPLES: &str = "100/30s, 100..1000/5m";
const STAGES_EXAMPLE: &str = "0..500/1m, 500/5m, 500..0/1m";
/// A sine that swings faster than this is no shape of a load, but arrivals.
const MIN_PERIOD: Duration = Duration::from_millis(1);

type ParseResult<T> = Result<T, ShapeError>;

pub(super) fn shape(text: &str) -> ParseResult<Shape> {
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
            let what = "has more than 256 stages";
            return Err(ShapeError::new(start, what, STAGES_EXAMPLE));
        }
        if u128::from(length) > duration_text::MAX_DURATION.as_nanos() {
            let what = "lasts longer than 366 days";
            return Err(ShapeError::new(start, what, STAGES_EXAMPLE));
        }
        let endless = matches!(term, ShapeTerm::Stage(_, None));
        terms.push(term);
        parser.skip_spaces();
        match parser.peek() {
            None => break,
            Some(',') if endless => {
                let what = "needs the length of each stage but the last";
                return Err(parser.error_here(what, STAGES_EXAMPLE));
            }
            Some(',') => parser.at += 1,
            Some(_) if endless => {
                return Err(parser.error_here("goes on after its end", LENGTH_EXAMPLES));
            }
            Some(_) => {
                return Err(parser.error_here("goes on after the end of a stage", STAGES_EXAMPLE));
            }
        }
    }
    let shape = Shape::from_terms(terms);
    if shape.peak() == Some(0.0) {
        return Err(ShapeError::new(0, "must be above 0", RATE_EXAMPLES));
    }
    Ok(shape)
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

    fn error_here(&self, what: &'static str, right: &'static str) -> ShapeError {
        ShapeError::new(self.at, what, right)
    }

    /// Takes the characters that belong together.
    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let token = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
        self.at += token.len();
        token
    }

    fn expect(&mut self, sign: char, what: &'static str, right: &'static str) -> ParseResult<()> {
        self.skip_spaces();
        if self.peek() != Some(sign) {
            return Err(self.error_here(what, right));
        }
        self.at += 1;
        self.skip_spaces();
        Ok(())
    }

    /// `max`, which stands alone.
    fn closed_loop(&mut self) -> ParseResult<Option<Shape>> {
        let start = self.at;
        if self.take_while(char::is_alphanumeric) != "max" {
            self.at = start;
            return Ok(None);
        }
        let length = self.optional_length()?;
        self.skip_spaces();
        if self.peek().is_some() {
            let what = "has something behind max, which stands alone";
            return Err(self.error_here(what, "max, max/30s"));
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
                    let what = "has an unknown shape: steps, sine and spike are known";
                    Err(ShapeError::new(start, what, STEPS_EXAMPLE))
                }
            };
        }
        self.at = start;
        if name == "max" {
            return Err(self.error_here(
                "has max among its stages, which stands alone",
                "max, max/30s",
            ));
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
            None => Err(self.error_here("has a ramp without its length", LENGTH_EXAMPLES)),
        }
    }

    fn steps(&mut self) -> ParseResult<ShapeTerm> {
        self.expect('(', "needs a (", STEPS_EXAMPLE)?;
        let from = self.rate()?;
        self.skip_spaces();
        if !self.rest().starts_with("..") {
            return Err(self.error_here(
                "needs .. between the first step and the last",
                STEPS_EXAMPLE,
            ));
        }
        self.at += 2;
        let to = self.rate()?;
        self.expect(',', "needs a comma and the number of steps", STEPS_EXAMPLE)?;
        let place = self.at;
        let count: Option<u32> = self.take_while(char::is_alphanumeric).parse().ok();
        let count = count.filter(|count| (2..=MAX_STAGES as u32).contains(count));
        let what = "needs a number of steps from 2 to 256";
        let count = count.ok_or_else(|| ShapeError::new(place, what, STEPS_EXAMPLE))?;
        self.expect(',', "needs a comma and the length of a step", STEPS_EXAMPLE)?;
        let length = self.duration(STEPS_EXAMPLE)?;
        self.expect(')', "needs a )", STEPS_EXAMPLE)?;
        if self.peek() == Some('/') {
            return Err(self.error_here(
                "has a length behind steps, which have one each",
                STEPS_EXAMPLE,
            ));
        }
        Ok(ShapeTerm::Steps {
            from,
            to,
            count,
            length,
        })
    }

    fn sine(&mut self, start: usize) -> ParseResult<ShapeTerm> {
        self.expect('(', "needs a (", SINE_EXAMPLE)?;
        let mean = self.rate()?;
        self.expect(',', "needs a comma and the amplitude", SINE_EXAMPLE)?;
        let place = self.at;
        let amplitude = self.rate()?;
        if amplitude.per_second() > mean.per_second() {
            let what = "has an amplitude above the mean, and would fall below 0";
            return Err(ShapeError::new(place, what, SINE_EXAMPLE));
        }
        if mean.per_second() + amplitude.per_second() > 1e9 {
            return Err(ShapeError::new(
                start,
                "is above 1,000,000,000/s",
                SINE_EXAMPLE,
            ));
        }
        self.expect(',', "needs a comma and the period", SINE_EXAMPLE)?;
        let place = self.at;
        let period = self.duration(SINE_EXAMPLE)?;
        if u128::from(period) < MIN_PERIOD.as_nanos() {
            return Err(ShapeError::new(
                place,
                "has a period below 1ms",
                SINE_EXAMPLE,
            ));
        }
        self.expect(')', "needs a )", SINE_EXAMPLE)?;
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
        self.expect('(', "needs a (", SPIKE_EXAMPLE)?;
        let base = self.rate()?;
        self.expect(',', "needs a comma and the peak", SPIKE_EXAMPLE)?;
        let peak = self.rate()?;
        self.expect(
            ',',
            "needs a comma and the length of the spike",
            SPIKE_EXAMPLE,
        )?;
        let length = self.duration(SPIKE_EXAMPLE)?;
        self.expect(')', "needs a )", SPIKE_EXAMPLE)?;
        match self.optional_length()? {
            Some(whole) if whole < length => {
                let what = "has a spike that is longer than its stage";
                Err(ShapeError::new(start, what, SPIKE_EXAMPLE))
            }
            Some(whole) => Ok(ShapeTerm::Spike {
                base,
                peak,
                length,
                total_length: whole,
            }),
            None => {
                Err(self.error_here("has a spike without the length of the whole", SPIKE_EXAMPLE))
            }
        }
    }

    /// A rate, or 0. A unit of time behind it begins with a letter, a length with a digit.
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
            let place = self.at;
            if !matches!(self.take_while(char::is_alphabetic), "s" | "m" | "h") {
                let what = "has an unknown unit of time: /s, /m and /h are known";
                return Err(ShapeError::new(place, what, RATE_EXAMPLES));
            }
        }
        let figures = number.trim_end_matches(['k', 'K', 'M']);
        let zero = figures.contains('0') && figures.chars().all(|c| matches!(c, '0' | '.'));
        if zero && figures.matches('.').count() < 2 {
            return Ok(RateOrZero::ZERO);
        }
        let rate: Result<Rate, _> = self.text[start..self.at].parse();
        rate.map(RateOrZero::from)
            .map_err(|error| ShapeError::new(start, error.problem(), RATE_EXAMPLES))
    }

    /// `/5m`, if there is one.
    fn optional_length(&mut self) -> ParseResult<Option<u64>> {
        self.skip_spaces();
        if self.peek() != Some('/') {
            return Ok(None);
        }
        self.at += 1;
        self.duration(LENGTH_EXAMPLES).map(Some)
    }

    /// A length of time in nanoseconds.
    fn duration(&mut self, right: &'static str) -> ParseResult<u64> {
        self.skip_spaces();
        if !self
            .rest()
            .starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            return Err(self.error_here("needs a length of time, with a number first", right));
        }
        let start = self.at;
        let token = self.take_while(|c| c.is_alphanumeric() || c == '.');
        let parsed = duration_text::parse(token);
        let length = parsed.map_err(|(at, what)| ShapeError::new(start + at, what, right))?;
        u64::try_from(length.as_nanos()).map_err(|_| self.error_here("is too long", right))
    }
}
