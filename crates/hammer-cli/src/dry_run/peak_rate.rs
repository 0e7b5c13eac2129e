//! The highest rate of several loads together.

use std::time::Duration;

use hammer_core::Schedule;

/// Number of instants at which the rates of all loads are summed.
const PEAK_SAMPLES: u32 = 1000;

/// Returns the highest total rate of all loads until `end`, in hits per second. Each load has the
/// offset of its start.
///
/// The rate is sampled at both ends of every stage, and at regular instants between them.
pub(super) fn peak_rate(loads: &[(Duration, Schedule)], end: Duration) -> f64 {
    let nano = Duration::from_nanos(1);
    let at = |t: Duration| -> f64 {
        let rate = |(offset, schedule): &(Duration, Schedule)| {
            let t = t.checked_sub(*offset)?;
            let ended = schedule.duration().is_some_and(|length| t >= length);
            schedule.shape().rate_at(t).filter(|_| !ended)
        };
        loads.iter().filter_map(rate).sum()
    };
    let bounds = loads.iter().flat_map(|(offset, schedule)| {
        let stages = schedule.shape().stages().iter();
        let starts = stages.map(|stage| *offset + stage.start());
        starts.flat_map(|start| [start, start.saturating_sub(nano)])
    });
    (0..=PEAK_SAMPLES)
        .map(|sample| end.mul_f64(f64::from(sample) / f64::from(PEAK_SAMPLES)))
        .chain(bounds)
        .chain([end.saturating_sub(nano)])
        .map(at)
        .fold(0.0, f64::max)
}
