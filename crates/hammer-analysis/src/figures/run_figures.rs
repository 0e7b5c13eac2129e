//! The figures of one run as plain numbers.

use std::collections::BTreeMap;

use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::comparison::figure_scope::FigureScope;

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
}

impl MeasuredFigure {
    /// A figure that was not measured.
    pub(crate) const NONE: Self = Self {
        value: None,
        interval: Err(UndecidedReason::NotMeasured),
    };

    /// A figure of which a run has only one value.
    pub(crate) fn one_value(value: f64) -> Self {
        Self {
            value: Some(value),
            interval: Err(UndecidedReason::OneValuePerRun),
        }
    }
}

impl RunFigures {
    /// Adds a figure of which only the value is known.
    #[must_use]
    pub fn with_value(mut self, scope: FigureScope, figure: ComparedFigure, value: f64) -> Self {
        let measured = MeasuredFigure::one_value(value);
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
