use rand_xoshiro::rand_core::Rng;

use super::uniform::{random_below, unit};

/// A choice among things of different weight, in the same time for any number of them.
///
/// The alias method (Walker 1977; the table as Vose builds it, A Linear Algorithm for Generating
/// Random Numbers with a Given Distribution, 1991).
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// For each place: how much of it is its own, and who has the rest.
    places: Box<[(f64, u32)]>,
}

impl Weighted {
    /// A choice among as many things as there are weights.
    ///
    /// # Panics
    ///
    /// If there are no weights or more than 2³², if one is not finite or below 0, or if all are 0.
    #[must_use]
    pub fn new(weights: &[f64]) -> Self {
        let sum: f64 = weights.iter().sum();
        assert!(
            sum.is_finite() && sum > 0.0 && weights.iter().all(|weight| *weight >= 0.0),
            "weights are not below 0, and together finite and above 0"
        );
        assert!(
            u32::try_from(weights.len() - 1).is_ok(),
            "there are at most 2^32 weights"
        );
        let mean = sum / weights.len() as f64;
        let mut own: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut places: Box<[(f64, u32)]> = (0..).map(|own| (1.0, own)).take(own.len()).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..own.len()).partition(|index| own[*index] < 1.0);
        while let (Some(poor), Some(rich)) = (small.last().copied(), large.last().copied()) {
            small.pop();
            places[poor] = (own[poor], rich as u32);
            own[rich] -= 1.0 - own[poor];
            if own[rich] < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        // What is left has all of its place, but for rounding.
        Self { places }
    }

    /// The index of a thing.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> usize {
        let place = random_below(rng, self.places.len() as u64) as usize;
        let (own, other) = self.places[place];
        if unit(rng) < own {
            place
        } else {
            other as usize
        }
    }
}
