//! Weighted random choice in constant time.

use rand_xoshiro::rand_core::Rng;

use super::uniform::{random_below, unit};

/// A choice among items by weight, in constant time for any number of items.
///
/// Uses the alias method (Walker 1977), with the table of Vose (A Linear Algorithm for Generating
/// Random Numbers with a Given Distribution, 1991).
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedChoice {
    /// The alias table: for each column, the probability of its own item, and the item chosen
    /// otherwise.
    columns: Box<[(f64, u32)]>,
}

impl WeightedChoice {
    /// Creates a choice among as many items as there are weights.
    ///
    /// # Panics
    ///
    /// If there are no weights or more than 2³², if a weight is negative or not finite, or if all
    /// weights are 0.
    #[must_use]
    pub fn new(weights: &[f64]) -> Self {
        let sum: f64 = weights.iter().sum();
        assert!(
            sum.is_finite() && sum > 0.0 && weights.iter().all(|weight| *weight >= 0.0),
            "weights must not be negative, and their sum must be finite and above 0"
        );
        assert!(
            u32::try_from(weights.len() - 1).is_ok(),
            "there must be at most 2^32 weights"
        );
        let count = weights.len() as f64;
        // Divided by the sum first: the mean of very small weights would be rounded to 0.
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / sum * count).collect();
        let mut columns: Box<[(f64, u32)]> =
            (0..).map(|item| (1.0, item)).take(shares.len()).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..shares.len()).partition(|item| shares[*item] < 1.0);
        while let (Some(below), Some(above)) = (small.last().copied(), large.last().copied()) {
            small.pop();
            columns[below] = (shares[below], above as u32);
            shares[above] -= 1.0 - shares[below];
            if shares[above] < 1.0 {
                large.pop();
                small.push(above);
            }
        }
        // The items that are left have a share of 1, apart from rounding.
        Self { columns }
    }

    /// Draws the index of an item.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> usize {
        let item = random_below(rng, self.columns.len() as u64) as usize;
        let (share, alias) = self.columns[item];
        if unit(rng) < share {
            item
        } else {
            alias as usize
        }
    }
}
