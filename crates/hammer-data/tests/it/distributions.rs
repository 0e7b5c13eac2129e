//! Generators and template functions against their distributions, at fixed seeds.
//!
//! A correct generator passes with all but one of ten thousand seeds. A wrong one fails by far.

use hammer_data::generator::{
    ExponentialDistribution, NormalDistribution, RegexGenerator, UniformInteger, WeightedChoice,
    ZipfDistribution,
};
use hammer_data::{HitContext, TemplateScope};

use crate::{compiled, rendered, rng};

const DRAWS: usize = 200_000;

/// Returns the chi-square of counts against shares that add up to 1, less its 99.99th percentile
/// (Wilson and Hilferty's approximation). A negative result passes.
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

/// Returns the Kolmogorov–Smirnov distance between draws and a distribution, times √n. It exceeds 2.23
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

/// Renders a template for this number of hits, each with another seed.
fn render_hits(text: &str, seed: u64) -> impl Iterator<Item = String> {
    let template = compiled(text, &TemplateScope::new());
    (0..DRAWS as u64).map(move |hit| {
        let mut context = HitContext::new(hit, 0, rng(seed * 1_000_000 + hit));
        rendered(&template, &mut context)
    })
}

#[test]
fn uniform_numbers_are_uniform() {
    for (seed, (min, max)) in (1..).zip([(1, 6), (-50, 49), (0, 999)]) {
        let (uniform, mut rng) = (UniformInteger::new(min, max), rng(seed));
        let mut counts = vec![0; usize::try_from(max - min + 1).expect("a small range")];
        for _ in 0..DRAWS {
            counts[usize::try_from(uniform.draw(&mut rng) - min).expect("in range")] += 1;
        }
        let shares = vec![1.0 / counts.len() as f64; counts.len()];
        assert!(chi_square_excess(&counts, &shares) < 0.0, "{min} to {max}");
    }
    let (all, mut rng) = (UniformInteger::new(i64::MIN, i64::MAX), rng(4));
    let negative = (0..DRAWS).filter(|_| all.draw(&mut rng) < 0).count() as u64;
    assert!(chi_square_excess(&[negative, DRAWS as u64 - negative], &[0.5, 0.5]) < 0.0);
}

#[test]
fn normal_numbers_are_normal() {
    let (normal, mut rng) = (NormalDistribution::new(100.0, 15.0), rng(1));
    let draws: Vec<f64> = (0..4 * DRAWS).map(|_| normal.draw(&mut rng)).collect();
    // The distance does not detect a deviation that is off by 1 %, but the variance does: it is itself
    // normally distributed, with a relative deviation of √(2/n).
    let squares = draws.iter().map(|x| ((x - 100.0) / 15.0).powi(2));
    let variance = squares.sum::<f64>() / draws.len() as f64;
    assert!((variance - 1.0).abs() < 3.891 * (2.0 / draws.len() as f64).sqrt());
    let distance = max_deviation(draws, |x| standard_normal((x - 100.0) / 15.0));
    assert!(distance < 2.23, "{distance}");

    let draws = render_hits("{{normal 100 15 6}}", 1);
    let draws = draws.map(|text| text.parse().expect("a number"));
    let distance = max_deviation(draws.collect(), |x| standard_normal((x - 100.0) / 15.0));
    assert!(distance < 2.23, "{distance}");
}

/// Returns the integral of the standard normal density up to x by Simpson's rule, in steps of at most
/// 1/64. Its error is below 10⁻⁹.
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
    let (exponential, mut rng) = (ExponentialDistribution::with_mean(0.25), rng(1));
    let draws = (0..DRAWS).map(|_| exponential.draw(&mut rng)).collect();
    let distance = max_deviation(draws, |x| 1.0 - (-x / 0.25).exp());
    assert!(distance < 2.23, "{distance}");

    let draws = render_hits("{{exponential 30 6}}", 1);
    let draws = draws.map(|text| text.parse().expect("a number"));
    let distance = max_deviation(draws.collect(), |x| 1.0 - (-x / 30.0).exp());
    assert!(distance < 2.23, "{distance}");
}

/// Without decimal places, a number is rounded to the nearest integer.
#[test]
fn integers_in_templates_are_rounded() {
    let counts = render_hits("{{normal 0 1}}", 1).fold([0; 7], |mut counts, text| {
        let number: i64 = text.parse().expect("an integer");
        counts[usize::try_from(number.clamp(-3, 3) + 3).expect("not negative")] += 1;
        counts
    });
    let below = |x: i32| standard_normal(f64::from(x) - 0.5);
    let mut shares = vec![below(-2)];
    shares.extend((-2..=2).map(|x| below(x + 1) - below(x)));
    shares.push(1.0 - below(3));
    assert!(chi_square_excess(&counts, &shares) < 0.0, "{counts:?}");
}

#[test]
fn ranks_follow_zipfs_law() {
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
        let (zipf, mut rng) = (ZipfDistribution::new(ranks, s), rng(seed));
        check_zipf(ranks, s, (0..DRAWS).map(|_| zipf.draw(&mut rng)));
    }
    let drawn = render_hits("{{zipf 1000 1.1}}", 1);
    check_zipf(1_000, 1.1, drawn.map(|text| text.parse().expect("a rank")));
}

/// Checks drawn ranks against the shares of a Zipf distribution.
fn check_zipf(ranks: u64, s: f64, drawn: impl Iterator<Item = u64>) {
    let mut counts = vec![0_u64; usize::try_from(ranks).expect("few ranks")];
    for rank in drawn {
        counts[usize::try_from(rank - 1).expect("ranks begin at 1")] += 1;
    }
    let weights: Vec<f64> = (1..=ranks).map(|k| (k as f64).powf(-s)).collect();
    let sum: f64 = weights.iter().sum();
    let mut shares: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
    // Rare ranks are counted together.
    let frequent = shares.iter().filter(|share| **share * DRAWS as f64 > 20.0);
    let frequent = frequent.count().min(shares.len() - 1);
    let rare = (
        shares.drain(frequent..).sum(),
        counts.drain(frequent..).sum(),
    );
    shares.push(rare.0);
    counts.push(rare.1);
    if shares.len() > 1 {
        let excess = chi_square_excess(&counts, &shares);
        assert!(excess < 0.0, "{ranks} ranks, s {s}: {excess}");
    }
}

/// The extreme exponents of templates draw valid ranks in bounded time.
#[test]
fn extreme_exponents_draw_valid_ranks() {
    for (seed, (ranks, s)) in
        (1..).zip([(1 << 52, 0.0), (1 << 52, 1.0), (1 << 52, 100.0), (2, 100.0)])
    {
        let (zipf, mut rng) = (ZipfDistribution::new(ranks, s), rng(seed));
        assert!((0..DRAWS).all(|_| (1..=ranks).contains(&zipf.draw(&mut rng))));
    }
}

/// The share of the first rank is known even for 2⁵² ranks.
#[test]
fn many_ranks_follow_zipfs_law() {
    let (zipf, mut rng) = (ZipfDistribution::new(1 << 52, 2.0), rng(1));
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
        let (weighted, mut rng) = (WeightedChoice::new(weights), rng(seed));
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
    let (weighted, mut rng) = (WeightedChoice::new(&[0.0, 2.0, 0.0, 1.0]), rng(9));
    assert!((0..DRAWS).all(|_| [1, 3].contains(&weighted.draw(&mut rng))));
    let (tiny, mut rng) = (WeightedChoice::new(&[0.0, f64::from_bits(1)]), self::rng(9));
    assert!((0..DRAWS).all(|_| tiny.draw(&mut rng) == 1));
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
        let generator = RegexGenerator::new(expression).expect("a valid expression");
        let (mut counts, mut rng) = (vec![0; expected.len()], rng(seed));
        for _ in 0..DRAWS {
            let mut text = vec![];
            generator.draw(&mut rng, &mut text);
            let found = expected
                .iter()
                .position(|(known, _)| known.as_bytes() == text);
            counts[found.expect("an expected string")] += 1;
        }
        let shares = vec![1.0 / counts.len() as f64; counts.len()];
        assert!(chi_square_excess(&counts, &shares) < 0.0, "{expression}");
    }
}

#[test]
fn words_in_templates_follow_their_weights() {
    for (seed, (text, expected)) in (1..).zip([
        (
            "{{pick a bb c d}}",
            &[("a", 0.25), ("bb", 0.25), ("c", 0.25), ("d", 0.25)][..],
        ),
        (
            "{{rand 7 9}}",
            &[("7", 1.0 / 3.0), ("8", 1.0 / 3.0), ("9", 1.0 / 3.0)],
        ),
        (
            "{{weighted read 9 'write it' 0.75 drop 0.25}}",
            &[("read", 0.9), ("write it", 0.075), ("drop", 0.025)],
        ),
    ]) {
        let mut counts = vec![0; expected.len()];
        for rendered in render_hits(text, seed) {
            let found = expected.iter().position(|(word, _)| *word == rendered);
            counts[found.expect("an expected word")] += 1;
        }
        let shares: Vec<f64> = expected.iter().map(|(_, share)| *share).collect();
        assert!(
            chi_square_excess(&counts, &shares) < 0.0,
            "{text}: {counts:?}"
        );
    }
}

#[test]
fn hexadecimal_digits_are_uniform() {
    // Version, variant and hyphens of a UUID are fixed.
    for (text, fixed) in [
        ("{{hex 31}}", &[][..]),
        ("{{uuid}}", &[8, 13, 14, 18, 19, 23]),
    ] {
        let template = compiled(text, &TemplateScope::new());
        // Pairs of neighbors show whether digits are independent.
        let mut counts = vec![0_u64; 256];
        for hit in 0..10_000 {
            let mut context = HitContext::new(hit, 0, rng(hit));
            let text = rendered(&template, &mut context);
            for index in 0..text.len() / 2 {
                let pair = 2 * index..2 * index + 2;
                if !fixed.iter().any(|fixed| pair.contains(fixed)) {
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
