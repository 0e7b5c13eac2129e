use hammer_core::rand_xoshiro::rand_core::Rng;

use super::TargetOrder;

/// Deals hits to targets by their weights.
#[derive(Debug)]
pub(crate) struct WeightedOrder {
    /// The weights of each target and all before it, added up.
    cumulative_weights: Vec<u64>,
    /// Whether each has the weight 1.
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

    /// The target of the hit of this number, which is the `turn`-th of its slot.
    pub(crate) fn pick(&self, number: u64, turn: u64, rng: &mut impl Rng) -> usize {
        let total = self.cumulative_weights.last().copied().unwrap_or(1);
        let place = match self.order {
            TargetOrder::RoundRobin => number % total,
            TargetOrder::PerSlot => turn % total,
            // The high half of the product is even over 0..total, but for total in 2⁶⁴.
            TargetOrder::Random => {
                let product = u128::from(rng.next_u64()) * u128::from(total);
                (product >> 64) as u64
            }
        };
        self.target_at(place)
    }

    fn target_at(&self, place: u64) -> usize {
        if self.uniform {
            return place as usize;
        }
        self.cumulative_weights.partition_point(|end| *end <= place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_dealt_as_often_as_its_weight() {
        let table: [(&[u32], &[usize]); 5] = [
            (&[1], &[0]),
            (&[1, 1, 1], &[0, 1, 2]),
            (&[3, 1, 2], &[0, 0, 0, 1, 2, 2]),
            (&[1, 1_000_000], &[0, 1, 1]),
            (&[0, 2, 0, 2], &[1, 1, 3, 3]),
        ];
        for (weights, expected) in table {
            let deal = WeightedOrder::new(weights.iter().copied(), TargetOrder::RoundRobin);
            let found: Vec<_> = (0..expected.len() as u64)
                .map(|place| deal.target_at(place))
                .collect();
            assert_eq!(found, expected, "{weights:?}");
        }
    }
}
