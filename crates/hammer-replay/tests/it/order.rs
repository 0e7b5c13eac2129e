//! Order: rows are sorted by arrival, whatever order their lines were in.

use hammer_replay::compile::TieOrder;
use hammer_replay::timeline::TimestampSpread;
use proptest::prelude::*;

use crate::fixture::{LogFolder, builder_for};

/// Milliseconds since some second, and lengths in milliseconds.
type GeneratedLine = (u64, u64, u8);

/// Lines, and the same in another order.
type ShuffledLines = (Vec<GeneratedLine>, Vec<GeneratedLine>);

fn lines() -> impl Strategy<Value = Vec<GeneratedLine>> {
    // Few targets, so that there are lines that are the same in all.
    prop::collection::vec((0..100_000_u64, 0..3_000_u64, 0..4_u8), 1..300)
}

fn shuffled() -> impl Strategy<Value = ShuffledLines> {
    lines().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
}

/// A log of stamps in milliseconds, at the end.
fn millisecond_log(lines: &[GeneratedLine]) -> String {
    let line = |(ms, took, target): &GeneratedLine| {
        let (seconds, ms) = (1_772_359_200 + ms / 1_000, ms % 1_000);
        let (s, fraction) = (took / 1_000, took % 1_000);
        format!("{seconds}.{ms:03} {s}.{fraction:03} \"GET /{target} HTTP/1.1\"\n")
    };
    lines.iter().map(line).collect()
}

/// The same with stamps of whole seconds.
fn whole_second_log(lines: &[GeneratedLine]) -> String {
    let line = |(ms, took, target): &GeneratedLine| {
        let (minute, second) = (ms / 60_000, ms / 1_000 % 60);
        let (s, fraction) = (took / 1_000, took % 1_000);
        format!(
            "[01/Mar/2026:10:{minute:02}:{second:02} +0000] {s}.{fraction:03} \"GET /{target} HTTP/1.1\"\n"
        )
    };
    lines.iter().map(line).collect()
}

const MILLISECOND_FORMAT: &str = "nginx:$msec $request_time \"$request\"";
const WHOLE_SECOND_FORMAT: &str = "nginx:[$time_local] $request_time \"$request\"";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// However small the window is, and so whatever is late, on disk, and merged.
    #[test]
    fn shuffled_lines_are_the_same_timeline((sorted, shuffled) in shuffled(), window in 4_096..60_000_usize) {
        let place = LogFolder::new();
        let mut sorted = sorted;
        sorted.sort();
        let (one, other) = (place.write_log("log", millisecond_log(&sorted)), place.write_log("log2", millisecond_log(&shuffled)));
        let one = place.build(&builder_for(&one, MILLISECOND_FORMAT)).expect("a timeline");
        let other = place.build(&builder_for(&other, MILLISECOND_FORMAT).window_bytes(window)).expect("a timeline");
        prop_assert_eq!(one.arrivals(), other.arrivals());
        prop_assert_eq!(one.tails(), other.tails());
        prop_assert!(one.arrivals().is_sorted());
    }

    #[test]
    fn shuffled_lines_of_whole_seconds_are_too_if_ties_are_by_content((sorted, shuffled) in shuffled()) {
        for spread in [TimestampSpread::Uniform, TimestampSpread::Even, TimestampSpread::None] {
            let place = LogFolder::new();
            let build = |name, lines: &[_]| {
                let path = place.write_log(name, whole_second_log(lines));
                let build = builder_for(&path, WHOLE_SECOND_FORMAT).spread(spread).ties(TieOrder::Content);
                place.build(&build).expect("a timeline")
            };
            let mut sorted = sorted.clone();
            sorted.sort();
            let (one, other) = (build("log", &sorted), build("log2", &shuffled));
            prop_assert_eq!(one.arrivals(), other.arrivals());
            prop_assert_eq!(one.tails(), other.tails());
        }
    }

    #[test]
    fn the_same_log_is_the_same_timeline(lines in lines(), window in 4_096..60_000_usize) {
        let place = LogFolder::new();
        let path = place.write_log("log", whole_second_log(&lines));
        let one = place.build(&builder_for(&path, WHOLE_SECOND_FORMAT)).expect("a timeline");
        let again = place.build(&builder_for(&path, WHOLE_SECOND_FORMAT)).expect("a timeline");
        prop_assert_eq!(&one.text, &again.text);
        let seeded = place.build(&builder_for(&path, WHOLE_SECOND_FORMAT).seed(2)).expect("a timeline");
        prop_assert_ne!(one.arrivals(), seeded.arrivals());
        let small = place.build(&builder_for(&path, WHOLE_SECOND_FORMAT).window_bytes(window)).expect("a timeline");
        prop_assert!(small.arrivals().is_sorted());
        prop_assert_eq!(small.summary.trailer.rows, one.summary.trailer.rows);
    }
}

/// Each line has its own target, by which its row is known.
fn log_of_one_second(count: usize) -> String {
    (0..count)
        .map(|n| format!("[01/Mar/2026:10:00:00 +0000] 0.000 \"GET /{n} HTTP/1.1\"\n"))
        .collect()
}

#[test]
fn rows_of_one_second_keep_the_order_of_their_lines() {
    let place = LogFolder::new();
    let path = place.write_log("log", log_of_one_second(1_000));
    for spread in [
        TimestampSpread::Uniform,
        TimestampSpread::Even,
        TimestampSpread::None,
    ] {
        let timeline = place
            .build(&builder_for(&path, WHOLE_SECOND_FORMAT).spread(spread))
            .expect("a timeline");
        let targets = timeline
            .tails()
            .iter()
            .map(|tail| tail.to_string())
            .collect::<Vec<_>>();
        let expected: Vec<_> = (0..1_000)
            .map(|n| format!("\"u\":\"/{n}\",\"d\":0}}"))
            .collect();
        assert_eq!(targets, expected, "{spread:?}");
        let start = 1_772_359_200_000_000;
        let offsets: Vec<_> = timeline.arrivals().iter().map(|t| t - start).collect();
        match spread {
            TimestampSpread::None => assert!(offsets.iter().all(|t| *t == 0)),
            TimestampSpread::Even => assert!(
                offsets
                    .iter()
                    .enumerate()
                    .all(|(n, t)| *t == 500 + n as i64 * 1_000)
            ),
            // Of a thousand uniform draws a hundred are in each tenth, with a deviation of 9.5.
            _ => {
                for tenth in 0..10 {
                    let within = (tenth * 100_000)..((tenth + 1) * 100_000);
                    let count = offsets.iter().filter(|t| within.contains(*t)).count();
                    assert!((60..140).contains(&count), "{count} in {within:?}");
                }
            }
        }
    }
}

/// A second that took more memory than the window was closed in parts, each with draws of its own over
/// the whole second.
#[test]
fn a_second_that_does_not_fit_into_memory_keeps_the_order_of_its_lines() {
    let place = LogFolder::new();
    // Each second has its turn again and again.
    let stamped = |n: usize| log_of_one_second(n).replace("10:00:00", &format!("10:00:0{}", n % 3));
    let log: String = [700, 1_001, 1_000, 500].map(stamped).concat();
    let path = place.write_log("log", log);
    for ties in [TieOrder::Line, TieOrder::Content] {
        for spread in [
            TimestampSpread::Uniform,
            TimestampSpread::Even,
            TimestampSpread::None,
        ] {
            let build = builder_for(&path, WHOLE_SECOND_FORMAT)
                .spread(spread)
                .ties(ties);
            let whole = place.build(&build).expect("a timeline");
            let build = build.window_bytes(1 << 14);
            let parts = place.build(&build).expect("a timeline");
            // Thousands of rows are no message.
            assert!(whole.arrivals() == parts.arrivals(), "{ties:?} {spread:?}");
            assert!(whole.tails() == parts.tails(), "{ties:?} {spread:?}");
        }
    }
}

/// Rows of a second that was closed without them had draws of their own, and the others fewer.
#[test]
fn ties_by_content_are_the_same_however_far_lines_are_from_their_places() {
    let place = LogFolder::new();
    // Half an hour, in which each second has its turn every time.
    let line = |n: u64| (n * 7_919 % 1_800 * 1_000, n % 700, (n % 4) as u8);
    let shuffled: Vec<_> = (0..7_200).map(line).collect();
    let mut sorted = shuffled.clone();
    sorted.sort();
    let (one, other) = (
        place.write_log("log", whole_second_log(&sorted)),
        place.write_log("log2", whole_second_log(&shuffled)),
    );
    for spread in [
        TimestampSpread::Uniform,
        TimestampSpread::Even,
        TimestampSpread::None,
    ] {
        for window in [4_096, 64 << 20] {
            let build = |log, window| {
                let build = builder_for(log, WHOLE_SECOND_FORMAT)
                    .spread(spread)
                    .ties(TieOrder::Content);
                place
                    .build(&build.window_bytes(window))
                    .expect("a timeline")
            };
            let (one, other) = (build(&one, 64 << 20), build(&other, window));
            // Thousands of rows are no message.
            assert!(one.rows() == other.rows(), "{spread:?} {window}");
            assert!(one.arrivals() == other.arrivals(), "{spread:?} {window}");
        }
    }
}

/// A row that comes when its neighbours are written has its place all the same.
#[test]
fn no_row_is_too_late() {
    let place = LogFolder::new();
    let mut lines: Vec<_> = (0..3_000).map(|n| (n * 30, 0, (n % 4) as u8)).collect();
    let sorted = millisecond_log(&lines);
    // The first thousand come at the end.
    lines.rotate_left(1_000);
    let (one, other) = (
        place.write_log("log", sorted),
        place.write_log("log2", millisecond_log(&lines)),
    );
    let one = place
        .build(&builder_for(&one, MILLISECOND_FORMAT))
        .expect("a timeline");
    let other = place
        .build(&builder_for(&other, MILLISECOND_FORMAT).window_bytes(4_096))
        .expect("a timeline");
    assert_eq!(
        (one.tails(), one.arrivals()),
        (other.tails(), other.arrivals())
    );
    assert!(
        one.summary.late_rows == 0 && other.summary.late_rows >= 1_000,
        "{}",
        other.summary.late_rows
    );
    assert!(other.summary.spilled_rows > 0);
    assert_eq!(place.files(), ["log", "log2", "out.jsonl"]);
}
