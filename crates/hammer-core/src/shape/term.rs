use std::fmt;
use std::time::Duration;

use super::level::Level;
use super::span::Shown;
use super::stage::Form;

/// What stands between two commas of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Term {
    /// One stage, with an end or without.
    Stage(Form, Option<u64>),
    /// `steps(from..to, count, length)`: as many levels, the first and the last as given.
    ///
    /// ```text
    ///   to ┤          ┏━━
    ///      │    ┏━━━━━┛        steps(from..to, 3, d)
    /// from ┤━━━━┛              lasts 3·d
    ///      └────┴─────┴──
    /// ```
    Steps {
        from: Level,
        to: Level,
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
        base: Level,
        peak: Level,
        length: u64,
        whole: u64,
    },
}

impl Term {
    /// The stages that it stands for.
    pub(super) fn stages(&self) -> Vec<(Form, Option<u64>)> {
        match *self {
            Self::Stage(form, length) => vec![(form, length)],
            Self::Steps {
                from,
                to,
                count,
                length,
            } => (0..count)
                .map(|step| Level::between(from, to, step, count - 1))
                .map(|level| (Form::Level(level), Some(length)))
                .collect(),
            Self::Spike {
                base,
                peak,
                length,
                whole,
            } => {
                let before = (whole - length) / 2;
                [
                    (base, before),
                    (peak, length),
                    (base, whole - length - before),
                ]
                .into_iter()
                .filter(|(_, length)| *length > 0)
                .map(|(level, length)| (Form::Level(level), Some(length)))
                .collect()
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |nanos: u64| Shown(Duration::from_nanos(nanos));
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
                whole,
            } => write!(
                f,
                "spike({base}, {peak}, {})/{}",
                shown(length),
                shown(whole)
            ),
        }
    }
}
