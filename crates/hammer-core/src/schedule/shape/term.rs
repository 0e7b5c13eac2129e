//! Terms of a rate expression, separated by commas.

use std::fmt;
use std::time::Duration;

use super::rate_or_zero::RateOrZero;
use super::stage::StageForm;
use crate::schedule::duration_text::DurationDisplay;

/// A term of a rate expression, which has one or several stages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ShapeTerm {
    /// One stage, with an end or without.
    Stage(StageForm, Option<u64>),
    /// `steps(from..to, count, length)`: `count` levels, including both ends.
    ///
    /// ```text
    ///   to ┤          ┏━━
    ///      │    ┏━━━━━┛        steps(from..to, 3, d)
    /// from ┤━━━━┛              lasts 3·d
    ///      └────┴─────┴──
    /// ```
    Steps {
        from: RateOrZero,
        to: RateOrZero,
        count: u32,
        length: u64,
    },
    /// `spike(base, peak, length)/total`: the peak in the middle of the total.
    ///
    /// ```text
    /// peak ┤      ┏━━┓
    ///      │      ┃  ┃           spike(base, peak, length)/total
    /// base ┤━━━━━━┛  ┗━━━━━━     base for (total − length)/2 before and after
    ///      └─────────────total
    /// ```
    Spike {
        base: RateOrZero,
        peak: RateOrZero,
        length: u64,
        total_length: u64,
    },
}

impl ShapeTerm {
    /// The stages of the term.
    pub(super) fn stages(&self) -> Vec<(StageForm, Option<u64>)> {
        match *self {
            Self::Stage(form, length) => vec![(form, length)],
            Self::Steps {
                from,
                to,
                count,
                length,
            } => (0..count)
                .map(|step| RateOrZero::interpolate(from, to, step, count - 1))
                .map(|level| (StageForm::Constant(level), Some(length)))
                .collect(),
            Self::Spike {
                base,
                peak,
                length,
                total_length,
            } => {
                let before = (total_length - length) / 2;
                [
                    (base, before),
                    (peak, length),
                    (base, total_length - length - before),
                ]
                .into_iter()
                .filter(|(_, length)| *length > 0)
                .map(|(level, length)| (StageForm::Constant(level), Some(length)))
                .collect()
            }
        }
    }
}

impl fmt::Display for ShapeTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |nanos: u64| DurationDisplay(Duration::from_nanos(nanos));
        match *self {
            Self::Stage(form, length) => {
                write!(f, "{form}")?;
                length.map_or(Ok(()), |length| write!(f, "/{}", shown(length)))
            }
            Self::Steps {
                from,
                to,
                count,
                length,
            } => write!(f, "steps({from}..{to}, {count}, {})", shown(length)),
            Self::Spike {
                base,
                peak,
                length,
                total_length,
            } => write!(
                f,
                "spike({base}, {peak}, {})/{}",
                shown(length),
                shown(total_length)
            ),
        }
    }
}
