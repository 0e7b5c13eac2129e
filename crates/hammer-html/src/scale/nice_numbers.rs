//! Round numbers for axes: 1, 2 and 5 times a power of ten.

/// Returns the smallest of 1, 2 and 5 times a power of ten that is at least `step`.
pub(crate) fn nice_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let fitting = factors
        .into_iter()
        .find(|factor| factor * power >= step * (1.0 - 1e-9));
    fitting.unwrap_or(10.0) * power
}

/// Returns the smallest round number that is at least `value`.
pub(crate) fn nice_ceil(value: f64) -> f64 {
    nice_step(value.max(f64::MIN_POSITIVE))
}

/// Returns the largest round number that is at most `value`.
pub(crate) fn nice_floor(value: f64) -> f64 {
    let value = value.max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(value.log10().floor());
    let factors = [10.0, 5.0, 2.0, 1.0];
    let fitting = factors
        .into_iter()
        .find(|factor| factor * power <= value * (1.0 + 1e-9));
    fitting.unwrap_or(1.0) * power
}

/// Returns the ticks of a logarithmic axis, and whether each is minor.
///
/// Over three decades or more, these are the powers of ten; else, 2 and 5 times them as well.
pub(crate) fn log_ticks(min: f64, max: f64) -> Vec<(f64, bool)> {
    let decades = (max / min).log10();
    let first = min.log10().floor() as i32;
    let last = max.log10().ceil() as i32;
    let is_within = |value: f64| value >= min * (1.0 - 1e-9) && value <= max * (1.0 + 1e-9);
    let factors: &[f64] = if decades < 3.0 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    (first..=last)
        .flat_map(|power| {
            factors
                .iter()
                .map(move |factor| (factor * 10_f64.powi(power), *factor != 1.0 && decades > 1.0))
        })
        .filter(|(value, _)| is_within(*value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_1_2_and_5() {
        let about = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-6;
        for (value, floor, ceil) in [
            (1.0, 1.0, 1.0),
            (1.3, 1.0, 2.0),
            (4.9, 2.0, 5.0),
            (0.07, 0.05, 0.1),
            (999.0, 500.0, 1000.0),
            (2000.0, 2000.0, 2000.0),
        ] {
            assert!(about(nice_floor(value), floor), "{value}");
            assert!(about(nice_ceil(value), ceil), "{value}");
        }
    }

    #[test]
    fn ticks_of_many_decades_are_powers_of_ten() {
        let values = |min, max| -> Vec<f64> {
            let ticks = log_ticks(min, max).into_iter();
            ticks.map(|(value, _)| value).collect()
        };
        assert_eq!(values(1.0, 1000.0), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(values(2.0, 20.0), [2.0, 5.0, 10.0, 20.0]);
    }
}
