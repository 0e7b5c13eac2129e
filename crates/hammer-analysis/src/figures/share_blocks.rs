//! The variance of a ratio between blocks of time.

/// A ratio of sums over blocks of time, such as errors per hit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RatioBlocks(pub(crate) Vec<RatioBlock>);

/// A block of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RatioBlock {
    pub(crate) numerator: f64,
    pub(crate) denominator: f64,
}

impl RatioBlocks {
    /// The degrees of freedom of the variance.
    pub(crate) fn degrees_of_freedom(&self) -> f64 {
        self.0.len() as f64 - 1.0
    }

    /// The ratio of the sums with its variance: B/(B−1) · Σ (xᵦ − r·nᵦ)² / n², as in W. G. Cochran,
    /// Sampling Techniques (1977), section 6. `None` if the denominator is 0.
    pub(crate) fn ratio_and_variance(&self) -> Option<(f64, f64)> {
        let sum = |part: fn(&RatioBlock) -> f64| self.0.iter().map(part).sum::<f64>();
        let denominator = sum(|block| block.denominator);
        if denominator <= 0.0 || self.0.len() < 2 {
            return None;
        }
        let ratio = sum(|block| block.numerator) / denominator;
        let residuals = self.0.iter();
        let residuals = residuals.map(|it| it.numerator - ratio * it.denominator);
        let squares: f64 = residuals.map(|residual| residual * residual).sum();
        let count = self.0.len() as f64;
        Some((ratio, count / (count - 1.0) * squares / denominator.powi(2)))
    }

    /// The variance of a share of hits, divided by that of independent hits: at least 1.
    pub(crate) fn design_effect(&self) -> f64 {
        let count: f64 = self.0.iter().map(|block| block.denominator).sum();
        let effect = self
            .ratio_and_variance()
            .map(|(share, variance)| variance / (share * (1.0 - share) / count));
        effect.filter(|it| it.is_finite()).unwrap_or(1.0).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(counts: &[(f64, f64)]) -> RatioBlocks {
        let blocks = counts.iter().map(|&(numerator, denominator)| RatioBlock {
            numerator,
            denominator,
        });
        RatioBlocks(blocks.collect())
    }

    #[test]
    fn blocks_of_one_ratio_have_no_variance() {
        let equal = blocks(&[(1.0, 10.0), (2.0, 20.0), (5.0, 50.0)]);
        let (ratio, variance) = equal.ratio_and_variance().expect("a ratio");
        assert!(
            (ratio - 0.1).abs() < 1e-12 && variance < 1e-24,
            "{variance}"
        );
        assert_eq!(equal.design_effect(), 1.0);
        assert_eq!(blocks(&[(0.0, 0.0), (0.0, 0.0)]).ratio_and_variance(), None);
        assert_eq!(blocks(&[(0.0, 9.0), (0.0, 9.0)]).design_effect(), 1.0);
    }

    /// All 100 errors of 1,000 hits in one of ten blocks: 10/9 · (90² + 9 · 10²) / 1000² = 0.01, and
    /// independent hits would have 0.1 · 0.9 / 1000 = 0.00009.
    #[test]
    fn errors_in_a_row_are_worth_few_hits() {
        let mut counts = [(0.0, 100.0); 10];
        counts[3].0 = 100.0;
        let (_, variance) = blocks(&counts).ratio_and_variance().expect("a ratio");
        assert!((variance - 0.01).abs() < 1e-12, "{variance}");
        let effect = blocks(&counts).design_effect();
        assert!((effect - 0.01 / 0.00009).abs() < 1e-9, "{effect}");
    }
}
