use std::fmt;
use std::time::Duration;

use super::duration_text::DurationDisplay;
use super::rate_or_zero::RateOrZero;
use super::stage::StageForm;

/// What stands between two commas of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ShapeTerm {
    /// One stage, with an end or without.
    Stage(StageForm, Option<u64>),
    /// `steps(from..to, count, length)`: as many levels, the first and the last as given.
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
    /// `spike(base, peak, length)/whole`: the peak in the middle of the whole.
    ///
    /// ```text
    /// peak ┤      ┏━━┓
    ///      │      ┃  ┃           spike(base, peak, length)/whole
    /// base ┤━━━━━━┛  ┗━━━━━━     base for (whole − length)/2 before and after
    ///      └─────────────whole
    /// ```
    Spike {
        base: RateOrZero,
        peak: RateOrZero,
        length: u64,
        total_length: u64,
    },
}

impl ShapeTerm {
    /// The stages that it stands for.
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
                total_length: whole,
            } => {
                let before = (whole - length) / 2;
                [
                    (base, before),
                    (peak, length),
                    (base, whole - length - before),
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
                total_length: whole,
            } => write!(
                f,
                "spike({base}, {peak}, {})/{}",
                shown(length),
                shown(whole)
            ),
        }
    }
}
