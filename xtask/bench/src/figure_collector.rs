//! Collects the figures of a scenario over its rounds.

use crate::record::{BetterDirection, MeasuredFigure};
use crate::spread::RoundSpread;

/// A kind of figure.
#[derive(Debug)]
pub(crate) struct FigureKind {
    /// Its name in records.
    pub(crate) key: &'static str,
    /// Its name in tables, with its unit.
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: BetterDirection,
}

/// The figures of one scenario, in the order in which they were first recorded.
#[derive(Debug)]
pub(crate) struct FigureCollector {
    scenario: &'static str,
    rows: Vec<ToolFigureRounds>,
}

#[derive(Debug)]
struct ToolFigureRounds {
    tool: &'static str,
    kind: &'static FigureKind,
    rounds: Vec<Option<f64>>,
}

impl FigureCollector {
    pub(crate) fn new(scenario: &'static str) -> Self {
        Self {
            scenario,
            rows: Vec::new(),
        }
    }

    /// Records the value of a tool in a round (from 0); `None` is ignored.
    pub(crate) fn record(
        &mut self,
        round: usize,
        tool: &'static str,
        kind: &'static FigureKind,
        value: Option<f64>,
    ) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return;
        };
        let is = |row: &ToolFigureRounds| row.tool == tool && row.kind.key == kind.key;
        let at = self.rows.iter().position(is).unwrap_or_else(|| {
            self.rows.push(ToolFigureRounds {
                tool,
                kind,
                rounds: Vec::new(),
            });
            self.rows.len() - 1
        });
        let rounds = &mut self.rows[at].rounds;
        if rounds.len() <= round {
            rounds.resize(round + 1, None);
        }
        rounds[round] = Some(value);
    }

    /// The figures, grouped by kind, each with the title of its kind.
    pub(crate) fn into_figures(self) -> Vec<(&'static str, MeasuredFigure)> {
        let mut kinds: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !kinds.contains(&row.kind.key) {
                kinds.push(row.kind.key);
            }
        }
        let mut rows = self.rows;
        rows.sort_by_key(|row| kinds.iter().position(|kind| *kind == row.kind.key));
        rows.into_iter()
            .filter_map(|row| {
                let figure = MeasuredFigure {
                    scenario: self.scenario.to_owned(),
                    tool: row.tool.to_owned(),
                    figure: row.kind.key.to_owned(),
                    unit: row.kind.unit.to_owned(),
                    better: row.kind.better,
                    spread: RoundSpread::from_values(row.rounds.iter().copied().flatten())?,
                    rounds: row.rounds,
                };
                Some((row.kind.title, figure))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: FigureKind = FigureKind {
        key: "speed",
        title: "speed, m/s",
        unit: "m/s",
        better: BetterDirection::Higher,
    };
    const COST: FigureKind = FigureKind {
        key: "cost",
        title: "cost, s",
        unit: "s",
        better: BetterDirection::Lower,
    };

    #[test]
    fn keeps_the_order_of_rounds_and_groups_kinds() {
        let mut collector = FigureCollector::new("closed");
        collector.record(0, "hammer", &SPEED, Some(1.0));
        collector.record(0, "hammer", &COST, Some(9.0));
        collector.record(0, "wrk", &SPEED, None);
        collector.record(1, "wrk", &SPEED, Some(4.0));
        collector.record(1, "hammer", &SPEED, Some(f64::NAN));
        collector.record(2, "hammer", &SPEED, Some(3.0));
        let figures = collector.into_figures();
        let seen: Vec<_> = figures
            .iter()
            .map(|(title, one)| (*title, &*one.tool, one.rounds.as_slice()))
            .collect();
        assert_eq!(
            seen,
            [
                ("speed, m/s", "hammer", &[Some(1.0), None, Some(3.0)][..]),
                ("speed, m/s", "wrk", &[None, Some(4.0)]),
                ("cost, s", "hammer", &[Some(9.0)]),
            ]
        );
    }
}
