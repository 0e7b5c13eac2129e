//! Where figures are noted while rounds go by.

use crate::record::{Better, Figure};
use crate::spread::Spread;

/// A kind of figure.
#[derive(Debug)]
pub(crate) struct Measure {
    /// Its name in files.
    pub(crate) key: &'static str,
    /// Its name in tables, with its unit.
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
}

/// The figures of one scenario, in the order in which they were first noted.
#[derive(Debug)]
pub(crate) struct Sheet {
    scenario: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    tool: &'static str,
    measure: &'static Measure,
    rounds: Vec<Option<f64>>,
}

impl Sheet {
    pub(crate) fn new(scenario: &'static str) -> Self {
        Self {
            scenario,
            rows: Vec::new(),
        }
    }

    /// Notes what a tool measured in a round, counted from 0. Nothing is noted for `None`.
    pub(crate) fn note(
        &mut self,
        round: usize,
        tool: &'static str,
        measure: &'static Measure,
        value: Option<f64>,
    ) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return;
        };
        let is = |row: &Row| row.tool == tool && row.measure.key == measure.key;
        let at = self.rows.iter().position(is).unwrap_or_else(|| {
            self.rows.push(Row {
                tool,
                measure,
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

    /// The figures, those of a kind beside each other, with the titles of their kinds.
    pub(crate) fn figures(self) -> Vec<(&'static str, Figure)> {
        let mut kinds: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !kinds.contains(&row.measure.key) {
                kinds.push(row.measure.key);
            }
        }
        let mut rows = self.rows;
        rows.sort_by_key(|row| kinds.iter().position(|kind| *kind == row.measure.key));
        rows.into_iter()
            .filter_map(|row| {
                let figure = Figure {
                    scenario: self.scenario.to_owned(),
                    tool: row.tool.to_owned(),
                    figure: row.measure.key.to_owned(),
                    unit: row.measure.unit.to_owned(),
                    better: row.measure.better,
                    spread: Spread::of(row.rounds.iter().copied().flatten())?,
                    rounds: row.rounds,
                };
                Some((row.measure.title, figure))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Measure = Measure {
        key: "speed",
        title: "speed, m/s",
        unit: "m/s",
        better: Better::Higher,
    };
    const COST: Measure = Measure {
        key: "cost",
        title: "cost, s",
        unit: "s",
        better: Better::Lower,
    };

    #[test]
    fn keeps_rounds_in_their_places_and_kinds_together() {
        let mut sheet = Sheet::new("closed");
        sheet.note(0, "hammer", &SPEED, Some(1.0));
        sheet.note(0, "hammer", &COST, Some(9.0));
        sheet.note(0, "wrk", &SPEED, None);
        sheet.note(1, "wrk", &SPEED, Some(4.0));
        sheet.note(1, "hammer", &SPEED, Some(f64::NAN));
        sheet.note(2, "hammer", &SPEED, Some(3.0));
        let figures = sheet.figures();
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
