//! Each generator against the distribution it claims, at fixed seeds. Bounds are at most those that a
//! good generator passes in all but one of ten thousand seeds; a wrong one is far beyond them.

use hammer_data::generator::{Exponential, Normal, RegexGenerator, UniformInteger, Weighted, Zipf};
use hammer_data::{HitContext, TemplateScope};

use crate::{compiled, rendered, rng};

const DRAWS: usize = 200_000;

/// The chi-square of counts against shares that add up to 1, less what lies within one of ten
/// thousand for its degrees of freedom (Wilson and Hilferty's approximation): below 0 is well.
fn chi_square_excess(counts: &[u64], shares: &[f64]) -> f64 {
    assert_eq!(counts.len(), shares.len());
    let draws: u64 = counts.iter().sum();
    let terms = counts.iter().zip(shares).map(|(count, share)| {
        let expected = share * draws as f64;
        assert!(expected >= 5.0, "too few draws for a share of {share}");
        (*count as f64 - expected).powi(2) / expected
    });
    let freedom = (counts.len() - 1) as f64;
    // 3.719 is the 99.99th percentile of the standard normal distribution.
    let root = 1.0 - 2.0 / (9.0 * freedom) + 3.719 * (2.0 / (9.0 * freedom)).sqrt();
    terms.sum::<f64>() - freedom * root.powi(3)
}

/// Kolmogorov and Smirnov's distance between draws and a distribution, times √n, which is above 2.23
/// once in ten thousand times.
fn max_deviation(mut draws: Vec<f64>, distribution: impl Fn(f64) -> f64) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let gaps = draws.iter().enumerate().map(|(index, x)| {
        let (below, at) = (index as f64 / n, (index + 1) as f64 / n);
        let expected = distribution(*x);
        (expected - below).abs().max((at - expected).abs())
    });
    gaps.fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn uniform_numbers_are_uniform() {
    for (seed, (least, most)) in (1..).zip([(1, 6), (-50, 49), (0, 999)]) {
        let (uniform, mut rng) = (UniformInteger::new(least, most), rng(seed));
        let mut counts = vec![0; usize::try_from(most - least + 1).expect("few")];
        for _ in 0..DRAWS {
            counts[usize::try_from(uniform.draw(&mut rng) - least).expect("in range")] += 1;
        }
        let shares = vec![1.0 / counts.len() as f64; counts.len()];
        assert!(
            chi_square_excess(&counts, &shares) < 0.0,
            "{least} to {most}"
        );
    }
    let (all, mut rng) = (UniformInteger::new(i64::MIN, i64::MAX), rng(4));
    let below_zero = (0..DRAWS).filter(|_| all.draw(&mut rng) < 0).count() as u64;
    assert!(chi_square_excess(&[below_zero, DRAWS as u64 - below_zero], &[0.5, 0.5]) < 0.0);
}

#[test]
fn normal_numbers_are_normal() {
    let (normal, mut rng) = (Normal::new(100.0, 15.0), rng(1));
    let draws: Vec<f64> = (0..4 * DRAWS).map(|_| normal.draw(&mut rng)).collect();
    // The distance below is blind to a deviation that is wrong by a hundredth. The variance of draws is
    // itself normal, with a relative deviation of √(2/n).
    let squares = draws.iter().map(|x| ((x - 100.0) / 15.0).powi(2));
    let variance = squares.sum::<f64>() / draws.len() as f64;
    assert!((variance - 1.0).abs() < 3.891 * (2.0 / draws.len() as f64).sqrt());
    let distance = max_deviation(draws, |x| standard_normal((x - 100.0) / 15.0));
    assert!(distance < 2.23, "{distance}");
}

/// The integral of the standard normal density up to x, by Simpson's rule in steps of 1/64 at most:
/// its error is below 10⁻⁹.
fn standard_normal(x: f64) -> f64 {
    let steps = (x.abs() * 64.0).ceil().max(2.0) as u32 / 2 * 2 + 2;
    let width = x / f64::from(steps);
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let inner = (1..steps).map(|step| {
        let weight = if step % 2 == 1 { 4.0 } else { 2.0 };
        weight * density(f64::from(step) * width)
    });
    0.5 + (density(0.0) + inner.sum::<f64>() + density(x)) * width / 3.0
}

#[test]
fn exponential_numbers_are_exponential() {
    let (exponential, mut rng) = (Exponential::with_mean(0.25), rng(1));
    let draws = (0..DRAWS).map(|_| exponential.draw(&mut rng)).collect();
    let distance = max_deviation(draws, |x| 1.0 - (-x / 0.25).exp());
    assert!(distance < 2.23, "{distance}");
}

#[test]
fn ranks_follow_zipf() {
    let table = [
        (1, 1.0),
        (2, 1.5),
        (10, 0.0),
        (100, 0.5),
        (100, 0.99),
        (100, 1.0),
        (100, 1.000_000_001),
        (1_000, 1.2),
        (50, 3.0),
    ];
    for (seed, (ranks, s)) in (1..).zip(table) {
        let (zipf, mut rng) = (Zipf::new(ranks, s), rng(seed));
        let mut counts = vec![0_u64; usize::try_from(ranks).expect("few")];
        for _ in 0..DRAWS {
            counts[usize::try_from(zipf.draw(&mut rng) - 1).expect("a rank")] += 1;
        }
        let weights: Vec<f64> = (1..=ranks).map(|k| (k as f64).powf(-s)).collect();
        let sum: f64 = weights.iter().sum();
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        // Ranks that come seldom count as one.
        let often = shares.iter().filter(|share| **share * DRAWS as f64 > 20.0);
        let often = often.count().min(shares.len() - 1);
        let seldom = (shares.drain(often..).sum(), counts.drain(often..).sum());
        shares.push(seldom.0);
        counts.push(seldom.1);
        if shares.len() > 1 {
            let beyond = chi_square_excess(&counts, &shares);
            assert!(beyond < 0.0, "{ranks} ranks, s {s}: {beyond}");
        }
    }
}

/// With 2⁵² ranks nothing is tabled; the share of the first ranks is known all the same.
#[test]
fn ranks_without_number_follow_zipf() {
    let (zipf, mut rng) = (Zipf::new(1 << 52, 2.0), rng(1));
    let ones = (0..DRAWS).filter(|_| zipf.draw(&mut rng) == 1).count() as u64;
    // The sum of 1/k² is π²/6.
    let share = 6.0 / std::f64::consts::PI.powi(2);
    assert!(chi_square_excess(&[ones, DRAWS as u64 - ones], &[share, 1.0 - share]) < 0.0);
}

#[test]
fn choices_follow_their_weights() {
    let table: [&[f64]; 4] = [
        &[1.0],
        &[3.0, 1.0],
        &[0.5, 0.25, 0.125, 0.125],
        &[10.0, 1.0, 7.0, 3.0, 3.0, 20.0, 1.5, 1.0, 0.25, 2.0],
    ];
    for (seed, weights) in (1..).zip(table) {
        let (weighted, mut rng) = (Weighted::new(weights), rng(seed));
        let mut counts = vec![0; weights.len()];
        for _ in 0..DRAWS {
            counts[weighted.draw(&mut rng)] += 1;
        }
        let sum: f64 = weights.iter().sum();
        let shares: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        if weights.len() > 1 {
            assert!(chi_square_excess(&counts, &shares) < 0.0, "{weights:?}");
        }
    }
    let (weighted, mut rng) = (Weighted::new(&[0.0, 2.0, 0.0, 1.0]), rng(9));
    assert!((0..DRAWS).all(|_| [1, 3].contains(&weighted.draw(&mut rng))));
}

#[test]
fn strings_follow_their_expression() {
    let table: [(&str, &[(&str, f64)]); 3] = [
        ("a|bb|ccc", &[("a", 1.0), ("bb", 1.0), ("ccc", 1.0)]),
        ("[a-cx]", &[("a", 1.0), ("b", 1.0), ("c", 1.0), ("x", 1.0)]),
        (
            "y{1,4}",
            &[("y", 1.0), ("yy", 1.0), ("yyy", 1.0), ("yyyy", 1.0)],
        ),
    ];
    for (seed, (expression, expected)) in (1..).zip(table) {
        let (pattern, mut rng) = (RegexGenerator::new(expression).expect("one"), rng(seed));
        let mut counts = vec![0; expected.len()];
        for _ in 0..DRAWS {
            let mut text = vec![];
            pattern.draw(&mut rng, &mut text);
            let found = expected
                .iter()
                .position(|(known, _)| known.as_bytes() == text);
            counts[found.expect("one of them")] += 1;
        }
        let shares = vec![1.0 / counts.len() as f64; counts.len()];
        assert!(chi_square_excess(&counts, &shares) < 0.0, "{expression}");
    }
}

/// What templates pick, and the digits that they write, are each as likely as any other.
#[test]
fn picks_and_digits_are_uniform() {
    for (seed, (text, values)) in (1..).zip([
        ("{{pick a bb c d e}}", &["a", "bb", "c", "d", "e"][..]),
        ("{{rand 7 9}}", &["7", "8", "9"]),
    ]) {
        let template = compiled(text, &TemplateScope::new());
        let mut counts = vec![0; values.len()];
        for hit in 0..DRAWS as u64 {
            let mut moment = HitContext::new(hit, 0, rng(seed * 1_000_000 + hit));
            let text = rendered(&template, &mut moment);
            let found = values.iter().position(|value| *value == text);
            counts[found.expect("one of them")] += 1;
        }
        let shares = vec![1.0 / counts.len() as f64; counts.len()];
        assert!(
            chi_square_excess(&counts, &shares) < 0.0,
            "{text}: {counts:?}"
        );
    }
    // The digits of a UUID whose bits are given are left out.
    for (text, given) in [
        ("{{hex 31}}", &[][..]),
        ("{{uuid}}", &[8, 13, 14, 18, 19, 23]),
    ] {
        let template = compiled(text, &TemplateScope::new());
        // Two that stand beside each other, so that they are seen to know nothing of each other.
        let mut counts = vec![0_u64; 256];
        for hit in 0..10_000 {
            let mut moment = HitContext::new(hit, 0, rng(hit));
            let text = rendered(&template, &mut moment);
            for place in 0..text.len() / 2 {
                let pair = 2 * place..2 * place + 2;
                if !given.iter().any(|given| pair.contains(given)) {
                    let pair = usize::from_str_radix(&text[pair], 16);
                    counts[pair.expect("two digits")] += 1;
                }
            }
        }
        let shares = vec![1.0 / 256.0; 256];
        assert!(
            chi_square_excess(&counts, &shares) < 0.0,
            "{text}: {counts:?}"
        );
    }
}
