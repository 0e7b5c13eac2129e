//! The choice of targets by weight, in sequence or at random.

use hammer_core::rand_xoshiro::rand_core::Rng;

use super::TargetOrder;

/// Distributes hits over targets by weight.
#[derive(Debug)]
pub(crate) struct WeightedOrder {
    /// For each target, the sum of its weight and all weights before it.
    cumulative_weights: Vec<u64>,
    /// True if all weights are 1.
    uniform: bool,
    order: TargetOrder,
}

impl WeightedOrder {
    pub(crate) fn new(weights: impl IntoIterator<Item = u32>, order: TargetOrder) -> Self {
        let mut uniform = true;
        let ends = weights.into_iter().scan(0, |end, weight| {
            uniform &= weight == 1;
            *end += u64::from(weight);
            Some(*end)
        });
        Self {
            cumulative_weights: ends.collect(),
            uniform,
            order,
        }
    }

    /// Returns true if the target of a hit depends on its slot.
    pub(crate) fn is_per_slot(&self) -> bool {
        self.order == TargetOrder::PerSlot
    }

    /// Picks the target of the hit with this number, the `turn`-th hit of its slot.
    pub(crate) fn pick(&self, number: u64, turn: u64, rng: &mut impl Rng) -> usize {
        let total = self.cumulative_weights.last().copied().unwrap_or(1);
        let position = match self.order {
            TargetOrder::RoundRobin => number % total,
            TargetOrder::PerSlot => turn % total,
            // The high half of the product is uniform over 0..total, up to a bias of total in 2⁶⁴.
            TargetOrder::Random => {
                let product = u128::from(rng.next_u64()) * u128::from(total);
                (product >> 64) as u64
            }
        };
        self.target_at(position)
    }

    fn target_at(&self, position: u64) -> usize {
        if self.uniform {
            return position as usize;
        }
        self.cumulative_weights
            .partition_point(|end| *end <= position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_is_picked_as_often_as_its_weight() {
        let table: [(&[u32], &[usize]); 5] = [
            (&[1], &[0]),
            (&[1, 1, 1], &[0, 1, 2]),
            (&[3, 1, 2], &[0, 0, 0, 1, 2, 2]),
            (&[1, 1_000_000], &[0, 1, 1]),
            (&[0, 2, 0, 2], &[1, 1, 3, 3]),
        ];
        for (weights, expected) in table {
            let order = WeightedOrder::new(weights.iter().copied(), TargetOrder::RoundRobin);
            let found: Vec<_> = (0..expected.len() as u64)
                .map(|position| order.target_at(position))
                .collect();
            assert_eq!(found, expected, "{weights:?}");
        }
    }
}
