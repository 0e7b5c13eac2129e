//! Errors of many searches.

/// The errors of searches, relative to the rate by arithmetic, and their costs.
#[derive(Debug, Default)]
pub(crate) struct SearchTally {
    errors: Vec<f64>,
    seconds: Vec<f64>,
    looks: Vec<f64>,
    searches: usize,
}

impl SearchTally {
    /// Adds a search, with its answer if it has one.
    pub(crate) fn add(&mut self, answer: Option<f64>, exact: f64, seconds: f64, looks: usize) {
        self.searches += 1;
        self.errors.extend(answer.map(|rate| rate / exact - 1.0));
        self.seconds.push(seconds);
        self.looks.push(looks as f64);
    }

    /// The percentage of searches whose answer has such an error.
    pub(crate) fn percent(&self, has: impl Fn(f64) -> bool) -> f64 {
        let count = self.errors.iter().filter(|error| has(**error)).count();
        100.0 * count as f64 / self.searches as f64
    }

    pub(crate) fn within(&self) -> f64 {
        self.percent(|error| error.abs() <= 0.03)
    }

    pub(crate) fn too_high(&self) -> f64 {
        self.percent(|error| error > 0.01)
    }

    /// A quantile of the errors, in percent.
    pub(crate) fn error(&self, quantile: f64) -> f64 {
        100.0 * quantile_of(&self.errors, quantile)
    }

    pub(crate) fn seconds(&self, quantile: f64) -> f64 {
        quantile_of(&self.seconds, quantile)
    }

    pub(crate) fn looks(&self) -> f64 {
        quantile_of(&self.looks, 0.5)
    }
}

fn quantile_of(values: &[f64], quantile: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let rank = ((values.len() as f64 * quantile).ceil() as usize).max(1) - 1;
    values.get(rank).copied().unwrap_or(f64::NAN)
}
