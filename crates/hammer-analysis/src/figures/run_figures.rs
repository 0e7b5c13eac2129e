//! The figures of one run as plain numbers.

use std::collections::BTreeMap;

use super::value_precision::ValuePrecision;
use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::comparison::figure_scope::FigureScope;
use crate::statistics::wilson::wilson_interval;

/// The figures of one run as plain numbers, by the part of the run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunFigures {
    scopes: Vec<(FigureScope, PartFigures)>,
}

/// The figures of a part of a run.
pub(crate) type PartFigures = BTreeMap<ComparedFigure, MeasuredFigure>;

/// A figure of a run, with an interval from the variation within the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MeasuredFigure {
    /// Infinite if a percentile falls among hits without an answer; `None` if it was not measured.
    pub(crate) value: Option<f64>,
    /// The ends of the interval, or the reason why there is none.
    pub(crate) interval: Result<(f64, f64), UndecidedReason>,
    /// The least uncertainty of the value.
    pub(crate) precision: ValuePrecision,
    /// The hits without an answer, which decide whether a percentile is infinite; `None` if the figure
    /// is none, or if they are unknown.
    pub(crate) unanswered: Option<UnansweredHits>,
}

/// The hits without an answer, and the percentile that they may make infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct UnansweredHits {
    pub(crate) share: HitShare,
    /// The share, in percent, above which the percentile is infinite: 1 for p99.
    pub(crate) limit_percent: f64,
}

/// A share of the hits of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HitShare {
    pub(crate) percent: f64,
    /// The independent hits that the hits of which it is a share are worth.
    pub(crate) effective_hits: f64,
}

impl HitShare {
    /// The share of `part` in `all` hits, whose variance is `design_effect` times that of independent
    /// ones. `None` without hits.
    pub(crate) fn new(part: u64, all: u64, design_effect: f64) -> Option<Self> {
        (all > 0).then(|| Self {
            // Multiplying first gives the float nearest to the exact quotient, as in thresholds.
            percent: part as f64 * 100.0 / all as f64,
            effective_hits: all as f64 / design_effect,
        })
    }

    /// Its interval by Wilson, in percent.
    pub(crate) fn interval(self, confidence: f64) -> (f64, f64) {
        let share = wilson_interval(self.percent / 100.0, self.effective_hits, confidence);
        (share.low * 100.0, share.high * 100.0)
    }
}

impl MeasuredFigure {
    /// A figure that was not measured.
    pub(crate) const NONE: Self = Self {
        value: None,
        interval: Err(UndecidedReason::NotMeasured),
        precision: ValuePrecision::THREE_DIGITS,
        unanswered: None,
    };

    /// A figure of which a run has only one value.
    pub(crate) fn one_value(value: f64, precision: ValuePrecision) -> Self {
        Self {
            value: Some(value),
            interval: Err(UndecidedReason::OneValuePerRun),
            precision,
            unanswered: None,
        }
    }

    /// A share of hits, in percent.
    pub(crate) fn share(share: HitShare, interval: Result<(f64, f64), UndecidedReason>) -> Self {
        Self {
            value: Some(share.percent),
            interval,
            precision: ValuePrecision::PercentOf(share.effective_hits),
            unanswered: None,
        }
    }
}

impl RunFigures {
    /// Adds a figure of which only the value is known. [`Self::with_errors`] adds errors.
    #[must_use]
    pub fn with_value(self, scope: FigureScope, figure: ComparedFigure, value: f64) -> Self {
        let precision = match figure.quantile() {
            Some(_) => ValuePrecision::of_time(value),
            None => ValuePrecision::THREE_DIGITS,
        };
        self.with_measured(scope, figure, MeasuredFigure::one_value(value, precision))
    }

    /// Adds the share of errors: the hits that did not end ok, of all. Without hits, it adds nothing.
    #[must_use]
    pub fn with_errors(self, scope: FigureScope, errors: u64, hits: u64) -> Self {
        let Some(share) = HitShare::new(errors, hits, 1.0) else {
            return self;
        };
        let measured = MeasuredFigure::share(share, Err(UndecidedReason::OneValuePerRun));
        self.with_measured(scope, ComparedFigure::Errors, measured)
    }

    fn with_measured(
        mut self,
        scope: FigureScope,
        figure: ComparedFigure,
        measured: MeasuredFigure,
    ) -> Self {
        match self.scopes.iter_mut().find(|(known, _)| *known == scope) {
            Some((_, figures)) => figures.insert(figure, measured),
            None => {
                let figures = PartFigures::from([(figure, measured)]);
                self.scopes.push((scope, figures));
                None
            }
        };
        self
    }

    /// Adds all figures of a part of the run, which has none yet.
    pub(crate) fn push(&mut self, scope: FigureScope, figures: PartFigures) {
        self.scopes.push((scope, figures));
    }

    /// True if hits of a part of the run ended, and none of them with an answer.
    pub(crate) fn is_unanswered(&self, scope: &FigureScope) -> bool {
        let unanswered = self.figure(scope, ComparedFigure::ResponseP50).unanswered;
        unanswered.is_some_and(|hits| hits.share.percent >= 100.0)
    }

    /// The parts of the run, in order.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &FigureScope> {
        self.scopes.iter().map(|(scope, _)| scope)
    }

    /// A figure of a part of the run.
    pub(crate) fn figure(&self, scope: &FigureScope, figure: ComparedFigure) -> MeasuredFigure {
        let mut scopes = self.scopes.iter();
        let part = scopes.find(|(known, _)| known == scope);
        let measured = part.and_then(|(_, figures)| figures.get(&figure));
        measured.copied().unwrap_or(MeasuredFigure::NONE)
    }
}
