//! Searches for the highest value that holds.

/// First guess, as a share of the upper bound. Most tools hold at least this rate.
const FIRST_GUESS_SHARE: f64 = 0.8;
/// Next guess, as a share of one that does not hold.
const NEXT_GUESS_SHARE: f64 = 0.7;
/// Guesses before the search gives up.
const MAX_GUESSES: u32 = 8;

/// Finds the highest value below `above` for which `holds` is true, to the share `resolution`.
///
/// It assumes that if a value holds, so do all lower ones. `None` if nothing holds down to about a
/// fifteenth of `above`.
///
/// # Errors
///
/// Returns the first error of `holds`.
pub(crate) fn highest_that_holds<E>(
    above: f64,
    resolution: f64,
    mut holds: impl FnMut(f64) -> Result<bool, E>,
) -> Result<Option<f64>, E> {
    let mut high = above;
    let mut low = None;
    for _ in 0..MAX_GUESSES {
        let guess = high
            * if high < above {
                NEXT_GUESS_SHARE
            } else {
                FIRST_GUESS_SHARE
            };
        if holds(guess)? {
            low = Some(guess);
            break;
        }
        high = guess;
    }
    let Some(mut low) = low else { return Ok(None) };
    while high / low > 1.0 + resolution {
        let middle = f64::midpoint(low, high);
        if holds(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_limit_to_the_resolution() {
        for (above, limit) in [
            (100_000.0, 99_999.0),
            (100_000.0, 80_000.0),
            (100_000.0, 79_999.0),
            (100_000.0, 50_123.0),
            (100_000.0, 9_000.0),
        ] {
            for resolution in [0.04, 0.01] {
                let mut tries = 0;
                let found = highest_that_holds(above, resolution, |rate| {
                    tries += 1;
                    Ok::<_, ()>(rate <= limit)
                });
                let found = found.expect("holds never fails").expect("a value holds");
                assert!(found <= limit, "{limit}: {found}");
                assert!(found * (1.0 + resolution) >= limit, "{limit}: {found}");
                assert!(tries <= 15, "{limit}: {tries} tries");
            }
        }
    }

    #[test]
    fn gives_up_and_passes_errors_on() {
        let nothing = highest_that_holds(1000.0, 0.01, |_| Ok::<_, ()>(false));
        assert_eq!(nothing, Ok(None));
        let broken = highest_that_holds(1000.0, 0.01, |_| Err("broken"));
        assert_eq!(broken, Err("broken"));
    }
}
