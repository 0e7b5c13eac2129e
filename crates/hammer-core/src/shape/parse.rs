//! Reads an expression from left to right, and knows at each byte what would be right there.

use std::time::Duration;

use super::level::Level;
use super::span;
use super::stage::Form;
use super::term::Term;
use super::{MOST_STAGES, Shape, ShapeError};
use crate::Rate;

const RATE: &str = "100, 2.5, 10k, 600/m";
const STEPS: &str = "steps(100..1000, 10, 30s)";
const SINE: &str = "sine(500, 200, 60s)/10m";
const SPIKE: &str = "spike(100, 5000, 10s)/2m";
const LENGTH: &str = "100/30s, 100..1000/5m";
const STAGES: &str = "0..500/1m, 500/5m, 500..0/1m";
/// A sine that swings faster than this is no shape of a load, but arrivals.
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);

type Parsed<T> = Result<T, ShapeError>;

pub(super) fn shape(text: &str) -> Parsed<Shape> {
    let mut parser = Parser { text, at: 0 };
    parser.space();
    if let Some(shape) = parser.max()? {
        return Ok(shape);
    }
    let mut terms = vec![];
    let (mut stages, mut length) = (0, 0_u64);
    loop {
        parser.space();
        let start = parser.at;
        let term = parser.term()?;
        for (_, part) in term.stages() {
            stages += 1;
            length = length.saturating_add(part.unwrap_or(0));
        }
        if stages > MOST_STAGES {
            let what = "has more than 256 stages";
            return Err(ShapeError::new(start, what, STAGES));
        }
        if u128::from(length) > span::LONGEST.as_nanos() {
            let what = "lasts longer than 366 days";
            return Err(ShapeError::new(start, what, STAGES));
        }
        let endless = matches!(term, Term::Stage(_, None));
        terms.push(term);
        parser.space();
        match parser.peek() {
            None => break,
            Some(',') if endless => {
                let what = "needs the length of each stage but the last";
                return Err(parser.wrong(what, STAGES));
            }
            Some(',') => parser.at += 1,
            Some(_) if endless => return Err(parser.wrong("goes on after its end", LENGTH)),
            Some(_) => return Err(parser.wrong("goes on after the end of a stage", STAGES)),
        }
    }
    let shape = Shape::of(terms);
    if shape.peak() == Some(0.0) {
        return Err(ShapeError::new(0, "must be above 0", RATE));
    }
    Ok(shape)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn wrong(&self, what: &'static str, right: &'static str) -> ShapeError {
        ShapeError::new(self.at, what, right)
    }

    /// Takes the characters that belong together.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let token = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
        self.at += token.len();
        token
    }

    fn expect(&mut self, sign: char, what: &'static str, right: &'static str) -> Parsed<()> {
        self.space();
        if self.peek() != Some(sign) {
            return Err(self.wrong(what, right));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// `max`, which stands alone.
    fn max(&mut self) -> Parsed<Option<Shape>> {
        let start = self.at;
        if self.take(char::is_alphanumeric) != "max" {
            self.at = start;
            return Ok(None);
        }
        let length = self.length()?;
        self.space();
        if self.peek().is_some() {
            let what = "has something behind max, which stands alone";
            return Err(self.wrong(what, "max, max/30s"));
        }
        Ok(Some(Shape::closed(length)))
    }

    fn term(&mut self) -> Parsed<Term> {
        let start = self.at;
        let name = self.take(char::is_alphabetic);
        self.space();
        if !name.is_empty() && self.peek() == Some('(') {
            return match name {
                "steps" => self.steps(),
                "sine" => self.sine(start),
                "spike" => self.spike(start),
                _ => {
                    let what = "has an unknown shape: steps, sine and spike are known";
                    Err(ShapeError::new(start, what, STEPS))
                }
            };
        }
        self.at = start;
        if name == "max" {
            return Err(self.wrong(
                "has max among its stages, which stands alone",
                "max, max/30s",
            ));
        }
        let from = self.level()?;
        self.space();
        if !self.rest().starts_with("..") {
            return Ok(Term::Stage(Form::Level(from), self.length()?));
        }
        self.at += 2;
        let to = self.level()?;
        match self.length()? {
            Some(length) => Ok(Term::Stage(Form::Ramp(from, to), Some(length))),
            None => Err(self.wrong("has a ramp without its length", LENGTH)),
        }
    }

    fn steps(&mut self) -> Parsed<Term> {
        self.expect('(', "needs a (", STEPS)?;
        let from = self.level()?;
        self.space();
        if !self.rest().starts_with("..") {
            return Err(self.wrong("needs .. between the first step and the last", STEPS));
        }
        self.at += 2;
        let to = self.level()?;
        self.expect(',', "needs a comma and the number of steps", STEPS)?;
        let place = self.at;
        let count: Option<u32> = self.take(char::is_alphanumeric).parse().ok();
        let count = count.filter(|count| (2..=MOST_STAGES as u32).contains(count));
        let what = "needs a number of steps from 2 to 256";
        let count = count.ok_or_else(|| ShapeError::new(place, what, STEPS))?;
        self.expect(',', "needs a comma and the length of a step", STEPS)?;
        let length = self.span(STEPS)?;
        self.expect(')', "needs a )", STEPS)?;
        if self.peek() == Some('/') {
            return Err(self.wrong("has a length behind steps, which have one each", STEPS));
        }
        Ok(Term::Steps {
            from,
            to,
            count,
            length,
        })
    }

    fn sine(&mut self, start: usize) -> Parsed<Term> {
        self.expect('(', "needs a (", SINE)?;
        let mean = self.level()?;
        self.expect(',', "needs a comma and the amplitude", SINE)?;
        let place = self.at;
        let amplitude = self.level()?;
        if amplitude.per_second() > mean.per_second() {
            let what = "has an amplitude above the mean, and would fall below 0";
            return Err(ShapeError::new(place, what, SINE));
        }
        if mean.per_second() + amplitude.per_second() > 1e9 {
            return Err(ShapeError::new(start, "is above 1,000,000,000/s", SINE));
        }
        self.expect(',', "needs a comma and the period", SINE)?;
        let place = self.at;
        let period = self.span(SINE)?;
        if u128::from(period) < SHORTEST_PERIOD.as_nanos() {
            return Err(ShapeError::new(place, "has a period below 1ms", SINE));
        }
        self.expect(')', "needs a )", SINE)?;
        let length = self.length()?;
        if mean.is_zero() {
            return Ok(Term::Stage(Form::Level(mean), length));
        }
        let form = Form::Sine {
            mean,
            amplitude,
            period,
        };
        Ok(Term::Stage(form, length))
    }

    fn spike(&mut self, start: usize) -> Parsed<Term> {
        self.expect('(', "needs a (", SPIKE)?;
        let base = self.level()?;
        self.expect(',', "needs a comma and the peak", SPIKE)?;
        let peak = self.level()?;
        self.expect(',', "needs a comma and the length of the spike", SPIKE)?;
        let length = self.span(SPIKE)?;
        self.expect(')', "needs a )", SPIKE)?;
        match self.length()? {
            Some(whole) if whole < length => {
                let what = "has a spike that is longer than its stage";
                Err(ShapeError::new(start, what, SPIKE))
            }
            Some(whole) => Ok(Term::Spike {
                base,
                peak,
                length,
                whole,
            }),
            None => Err(self.wrong("has a spike without the length of the whole", SPIKE)),
        }
    }

    /// A rate, or 0. A unit of time behind it begins with a letter, a length with a digit.
    fn level(&mut self) -> Parsed<Level> {
        self.space();
        let start = self.at;
        loop {
            self.take(|c| c.is_alphanumeric() || matches!(c, '-' | '+' | '_'));
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
            if !matches!(self.take(char::is_alphabetic), "s" | "m" | "h") {
                let what = "has an unknown unit of time: /s, /m and /h are known";
                return Err(ShapeError::new(place, what, RATE));
            }
        }
        let figures = number.trim_end_matches(['k', 'K', 'M']);
        let zero = figures.contains('0') && figures.chars().all(|c| matches!(c, '0' | '.'));
        if zero && figures.matches('.').count() < 2 {
            return Ok(Level::ZERO);
        }
        let rate: Result<Rate, _> = self.text[start..self.at].parse();
        rate.map(Level::from)
            .map_err(|error| ShapeError::new(start, error.what(), RATE))
    }

    /// `/5m`, if there is one.
    fn length(&mut self) -> Parsed<Option<u64>> {
        self.space();
        if self.peek() != Some('/') {
            return Ok(None);
        }
        self.at += 1;
        self.span(LENGTH).map(Some)
    }

    /// A length of time in nanoseconds.
    fn span(&mut self, right: &'static str) -> Parsed<u64> {
        self.space();
        if !self
            .rest()
            .starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            return Err(self.wrong("needs a length of time, with a number first", right));
        }
        let start = self.at;
        let token = self.take(|c| c.is_alphanumeric() || c == '.');
        let parsed = span::parse(token);
        let length = parsed.map_err(|(at, what)| ShapeError::new(start + at, what, right))?;
        u64::try_from(length.as_nanos()).map_err(|_| self.wrong("is too long", right))
    }
}
