//! Places of labels that would overlap.

/// Moves labels apart, so that neighbors are at least `gap` apart. `places` are y-coordinates that
/// are sorted from the bottom upwards; they stay between `bottom` and `top` if there is room.
pub(crate) fn separate_labels(places: &mut [f64], gap: f64, (bottom, top): (f64, f64)) {
    let mut lowest = bottom;
    for place in places.iter_mut() {
        *place = place.min(lowest);
        lowest = *place - gap;
    }
    let mut highest = top;
    for place in places.iter_mut().rev() {
        *place = place.max(highest);
        highest = *place + gap;
    }
}

#[cfg(test)]
mod tests {
    use super::separate_labels;

    /// Regression: labels of lines that ended at the top of a chart were above its title.
    #[test]
    fn labels_stay_in_the_chart() {
        let cases: [(&[f64], &[f64]); 5] = [
            (&[], &[]),
            (&[90.0, 50.0], &[90.0, 50.0]),
            (&[50.0, 49.0, 20.0], &[50.0, 40.0, 20.0]),
            (&[12.0, 11.0, 10.0], &[30.0, 20.0, 10.0]),
            (&[100.0, 100.0, 99.0], &[100.0, 90.0, 80.0]),
        ];
        for (places, expected) in cases {
            let mut moved = places.to_vec();
            separate_labels(&mut moved, 10.0, (100.0, 10.0));
            assert_eq!(moved, expected, "{places:?}");
        }
    }
}
