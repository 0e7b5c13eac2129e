//! Bounds relative to a baseline: `baseline`, `baseline + 5%`, `baseline - 10ms`.

use hammer_core::BaselineBound;
use hammer_diagnostic::{excerpt, nearest};

use super::figure::{HitCategory, ThresholdFigure};
use super::fixed_bound::{FigureUnit, FixedBound};
use super::operator::ComparisonOperator;
use super::text_slice::{TextSlice, ThresholdParseResult, quotable};

/// The keyword for the figure of the baseline.
pub(crate) const KEYWORD: &str = "baseline";

/// A bound relative to the same figure of an earlier run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RelativeBound {
    unit: FigureUnit,
    margin: BoundMargin,
}

/// The difference between a bound and the figure of the baseline; negative for a lower bound.
#[derive(Debug, Clone, Copy, PartialEq)]
enum BoundMargin {
    /// A share of the figure, in percent.
    Share(f64),
    /// A difference in the unit of the figure. That of a percentage is in percentage points.
    Difference(f64),
}

impl RelativeBound {
    /// Makes the bound without a margin.
    pub(crate) fn without_margin(figure: &ThresholdFigure) -> Self {
        let unit = match figure {
            ThresholdFigure::Time(..) => FigureUnit::Micros,
            ThresholdFigure::Rate => FigureUnit::PerSecond,
            ThresholdFigure::Count(HitCategory::All) => FigureUnit::Hits,
            // Runs of different lengths have different numbers of errors.
            ThresholdFigure::Achieved | ThresholdFigure::Count(_) => FigureUnit::Percent,
        };
        Self {
            unit,
            margin: BoundMargin::Difference(0.0),
        }
    }

    /// Parses the margin after the sign.
    pub(crate) fn parse(
        sign: BaselineSign,
        margin: TextSlice<'_>,
        figure: &ThresholdFigure,
    ) -> ThresholdParseResult<Self> {
        let usual = Self::without_margin(figure);
        let example = example_margin(figure);
        if margin.text.is_empty() {
            return margin.error("missing margin", format!("a margin such as {example}"));
        }
        if !margin
            .text
            .starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            let problem = format!("{} is not a margin", excerpt(margin.text));
            return margin.error(problem, format!("a margin such as {example}"));
        }
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let Some(digits) = margin.text.strip_suffix('%') else {
            if is_number(margin.text) && usual.unit == FigureUnit::Micros {
                let problem = format!("{} has no unit", excerpt(margin.text));
                let expected = match quotable(margin.text) {
                    Some(number) => format!("{number}% or {number}ms"),
                    None => format!("a margin such as {example}"),
                };
                return margin.error(problem, expected);
            }
            let bound = FixedBound::parse(margin.text, margin.span(), figure)?;
            return Ok(Self {
                unit: bound.unit(),
                margin: BoundMargin::Difference(sign.signed(bound.value())),
            });
        };
        if usual.unit == FigureUnit::Percent {
            let points = FixedBound::parse(margin.text, margin.span(), figure)?;
            return Ok(Self {
                margin: BoundMargin::Difference(sign.signed(points.value())),
                ..usual
            });
        }
        let digits = digits.trim_end();
        let share = digits.parse::<f64>().ok().filter(|_| is_number(digits));
        match share.filter(|share| share.is_finite()) {
            None => margin.error(
                format!("{} is not a percentage", excerpt(margin.text)),
                format!("a margin such as {example}"),
            ),
            Some(share) if sign == BaselineSign::Minus && share >= 100.0 => margin.error(
                format!("{} leaves nothing of the baseline", excerpt(margin.text)),
                "less than 100%",
            ),
            Some(share) => Ok(Self {
                margin: BoundMargin::Share(sign.signed(share)),
                ..usual
            }),
        }
    }

    pub(crate) fn unit(self) -> FigureUnit {
        self.unit
    }

    /// Computes the bound from the figure of the baseline.
    pub(crate) fn for_baseline(self, baseline: f64) -> BaselineBound {
        let bound = match self.margin {
            BoundMargin::Difference(difference) => baseline + difference,
            BoundMargin::Share(share) => baseline * (100.0 + share) / 100.0,
        };
        BaselineBound { baseline, bound }
    }

    /// Returns true if some value of `figure` can hold against the bound.
    pub(crate) fn can_hold(
        self,
        figure: &ThresholdFigure,
        operator: ComparisonOperator,
        bound: f64,
    ) -> bool {
        let is_share =
            matches!(figure, ThresholdFigure::Count(_)) && self.unit == FigureUnit::Percent;
        let most = if is_share { 100.0 } else { f64::INFINITY };
        match operator {
            ComparisonOperator::Less | ComparisonOperator::LessOrEqual => {
                operator.holds(0.0, bound)
            }
            ComparisonOperator::Greater | ComparisonOperator::GreaterOrEqual => {
                operator.holds(most, bound)
            }
            ComparisonOperator::Equal => (0.0..=most).contains(&bound),
            ComparisonOperator::NotEqual => true,
        }
    }
}

/// The sign between a baseline and its margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BaselineSign {
    Plus,
    Minus,
}

impl BaselineSign {
    pub(crate) fn parse(sign: char) -> Option<Self> {
        match sign {
            '+' => Some(Self::Plus),
            '-' => Some(Self::Minus),
            _ => None,
        }
    }

    fn signed(self, margin: f64) -> f64 {
        match self {
            Self::Plus => margin,
            Self::Minus => -margin,
        }
    }
}

/// Returns an example of a margin for a figure.
pub(crate) fn example_margin(figure: &ThresholdFigure) -> &'static str {
    match figure {
        ThresholdFigure::Count(HitCategory::All) | ThresholdFigure::Time(..) => "5%",
        ThresholdFigure::Rate | ThresholdFigure::Achieved => "2%",
        ThresholdFigure::Count(_) => "0.1%",
    }
}

/// Returns true for a word that was probably meant as [`KEYWORD`].
pub(crate) fn is_misspelled(word: &str) -> bool {
    word != KEYWORD && (word == "base" || nearest(&word.to_lowercase(), [KEYWORD]).is_some())
}

/// Returns the margin of a product such as `* 1.1`, if the margin is a share of the figure.
pub(crate) fn margin_of_factor(text: &str, figure: &ThresholdFigure) -> Option<String> {
    if RelativeBound::without_margin(figure).unit == FigureUnit::Percent {
        return None;
    }
    let factor: f64 = text.strip_prefix(['*', '×'])?.trim().parse().ok()?;
    if !(factor > 0.0 && factor < 1e6) {
        return None;
    }
    // A factor such as 1.1 is not exact in binary.
    let percent = ((factor - 1.0) * 1e8).round() / 1e6;
    let sign = if percent < 0.0 { '-' } else { '+' };
    Some(format!("{KEYWORD} {sign} {}%", percent.abs()))
}
