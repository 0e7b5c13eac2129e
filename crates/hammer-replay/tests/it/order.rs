//! Order of rows: sorted by arrival, for any order of the lines.

use hammer_replay::compile::TieOrder;
use hammer_replay::timeline::TimestampSpread;
use proptest::prelude::*;

use crate::fixture::{LogFolder, builder_for};

/// Milliseconds after a fixed second, duration in milliseconds, and target.
type GeneratedLine = (u64, u64, u8);

/// Lines, and the same lines in another order.
type ShuffledLines = (Vec<GeneratedLine>, Vec<GeneratedLine>);

fn lines() -> impl Strategy<Value = Vec<GeneratedLine>> {
    // Few targets make identical lines likely.
    prop::collection::vec((0..100_000_u64, 0..3_000_u64, 0..4_u8), 1..300)
}

fn shuffled() -> impl Strategy<Value = ShuffledLines> {
    lines().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
}

/// Returns a log with end times in milliseconds.
fn millisecond_log(lines: &[GeneratedLine]) -> String {
    let line = |(ms, duration, target): &GeneratedLine| {
        let (seconds, ms) = (1_772_359_200 + ms / 1_000, ms % 1_000);
        let (s, fraction) = (duration / 1_000, duration % 1_000);
        format!("{seconds}.{ms:03} {s}.{fraction:03} \"GET /{target} HTTP/1.1\"\n")
    };
    lines.iter().map(line).collect()
}

/// Returns a log with end times in whole seconds.
fn whole_second_log(lines: &[GeneratedLine]) -> String {
    let line = |(ms, duration, target): &GeneratedLine| {
        let (minute, second) = (ms / 60_000, ms / 1_000 % 60);
        let (s, fraction) = (duration / 1_000, duration % 1_000);
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

    /// Small windows make rows late, so that they are spilled and merged.
    #[test]
    fn shuffled_lines_give_the_same_timeline((sorted, shuffled) in shuffled(), window in 4_096..60_000_usize) {
        let folder = LogFolder::new();
        let mut sorted = sorted;
        sorted.sort();
        let (one, other) = (folder.write_log("log", millisecond_log(&sorted)), folder.write_log("log2", millisecond_log(&shuffled)));
        let one = folder.build(&builder_for(&one, MILLISECOND_FORMAT).ties(TieOrder::Content)).expect("a timeline");
        let other = folder.build(&builder_for(&other, MILLISECOND_FORMAT).ties(TieOrder::Content).window_bytes(window)).expect("a timeline");
        prop_assert_eq!(one.arrivals(), other.arrivals());
        prop_assert_eq!(one.tails(), other.tails());
        prop_assert!(one.arrivals().is_sorted());
    }

    #[test]
    fn shuffled_whole_second_lines_give_the_same_timeline_with_ties_by_content((sorted, shuffled) in shuffled()) {
        for spread in [TimestampSpread::Uniform, TimestampSpread::Even, TimestampSpread::None] {
            let folder = LogFolder::new();
            let build = |name, lines: &[_]| {
                let path = folder.write_log(name, whole_second_log(lines));
                let build = builder_for(&path, WHOLE_SECOND_FORMAT).spread(spread).ties(TieOrder::Content);
                folder.build(&build).expect("a timeline")
            };
            let mut sorted = sorted.clone();
            sorted.sort();
            let (one, other) = (build("log", &sorted), build("log2", &shuffled));
            prop_assert_eq!(one.arrivals(), other.arrivals());
            prop_assert_eq!(one.tails(), other.tails());
        }
    }

    #[test]
    fn the_same_log_gives_the_same_timeline(lines in lines(), window in 4_096..60_000_usize) {
        let folder = LogFolder::new();
        let path = folder.write_log("log", whole_second_log(&lines));
        let one = folder.build(&builder_for(&path, WHOLE_SECOND_FORMAT)).expect("a timeline");
        let again = folder.build(&builder_for(&path, WHOLE_SECOND_FORMAT)).expect("a timeline");
        prop_assert_eq!(&one.text, &again.text);
        let seeded = folder.build(&builder_for(&path, WHOLE_SECOND_FORMAT).seed(2)).expect("a timeline");
        prop_assert_ne!(one.arrivals(), seeded.arrivals());
        let small = folder.build(&builder_for(&path, WHOLE_SECOND_FORMAT).window_bytes(window)).expect("a timeline");
        prop_assert!(small.arrivals().is_sorted());
        prop_assert_eq!(small.summary.trailer.rows, one.summary.trailer.rows);
    }
}

/// Returns a log in which the target identifies each line.
fn log_of_one_second(count: usize) -> String {
    (0..count)
        .map(|n| format!("[01/Mar/2026:10:00:00 +0000] 0.000 \"GET /{n} HTTP/1.1\"\n"))
        .collect()
}

/// Rows with equal fractions of a second were ordered by a hash of their content.
#[test]
fn equal_timestamps_of_any_precision_keep_the_order_of_their_lines() {
    let folder = LogFolder::new();
    let lines = |time: &dyn Fn(usize) -> String, count: usize| -> String {
        let line = |n| format!("{} 0.000 \"GET /{n} HTTP/1.1\"\n", time(n));
        (0..count).map(line).collect()
    };
    let expected = |count: usize| -> Vec<_> {
        (0..count)
            .map(|n| format!("\"u\":\"/{n}\",\"d\":0}}"))
            .collect()
    };
    for time in ["1772359200.500", "1772359200.500125", "1772359200"] {
        let path = folder.write_log("log", lines(&|_| time.to_owned(), 500));
        // A small window makes rows late, and a stream makes all of them wait for the end.
        for window in [4_096, 64 << 20] {
            let build = builder_for(&path, MILLISECOND_FORMAT).window_bytes(window);
            let build = build.spread(TimestampSpread::None);
            let timeline = folder.build(&build).expect("a timeline");
            assert_eq!(timeline.tails(), expected(500), "{time} {window}");
        }
    }
    // Equal arrivals of different seconds: the later line ended a second later.
    let log: String = (0..100)
        .map(|n| format!("{} {n}.000 \"GET /{n} HTTP/1.1\"\n", 1_772_359_200 + n))
        .collect();
    let path = folder.write_log("log", log);
    let build = builder_for(&path, MILLISECOND_FORMAT).spread(TimestampSpread::None);
    let timeline = folder.build(&build).expect("a timeline");
    let targets: Vec<_> = timeline.rows().iter().map(|row| row["u"].clone()).collect();
    let expected: Vec<_> = (0..100).map(|n| format!("/{n}")).collect();
    assert_eq!(targets, expected);
}

/// Late rows with the time of written ones follow them, as their lines do.
#[test]
fn late_rows_of_equal_timestamps_keep_the_order_of_their_lines() {
    let folder = LogFolder::new();
    // Two blocks of the same times; the second one comes too late for the window.
    let block = |name: &str| -> String {
        (0..2_000)
            .map(|n| {
                format!(
                    "{}.500 0.000 \"GET /{name}/{n} HTTP/1.1\"\n",
                    1_772_359_200 + n
                )
            })
            .collect()
    };
    let path = folder.write_log("log", [block("z"), block("a")].concat());
    let build = builder_for(&path, MILLISECOND_FORMAT).window_bytes(4_096);
    let timeline = folder.build(&build).expect("a timeline");
    assert!(
        timeline.summary.late_rows > 1_000,
        "{}",
        timeline.summary.late_rows
    );
    let targets: Vec<_> = timeline.rows().iter().map(|row| row["u"].clone()).collect();
    for (n, pair) in targets.chunks(2).enumerate() {
        assert_eq!(pair, [format!("/z/{n}"), format!("/a/{n}")], "{n}");
    }
}

#[test]
fn rows_of_one_second_keep_the_order_of_their_lines() {
    let folder = LogFolder::new();
    let path = folder.write_log("log", log_of_one_second(1_000));
    for spread in [
        TimestampSpread::Uniform,
        TimestampSpread::Even,
        TimestampSpread::None,
    ] {
        let timeline = folder
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
            // Of 1,000 uniform draws, 100 fall in each tenth, with a standard deviation of 9.5.
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

/// Regression: a second larger than the window was closed in parts, each with separate draws.
#[test]
fn a_second_larger_than_the_window_keeps_the_order_of_its_lines() {
    let folder = LogFolder::new();
    // Each second occurs several times.
    let stamped = |n: usize| log_of_one_second(n).replace("10:00:00", &format!("10:00:0{}", n % 3));
    let log: String = [700, 1_001, 1_000, 500].map(stamped).concat();
    let path = folder.write_log("log", log);
    for ties in [TieOrder::Line, TieOrder::Content] {
        for spread in [
            TimestampSpread::Uniform,
            TimestampSpread::Even,
            TimestampSpread::None,
        ] {
            let build = builder_for(&path, WHOLE_SECOND_FORMAT)
                .spread(spread)
                .ties(ties);
            let in_memory = folder.build(&build).expect("a timeline");
            let build = build.window_bytes(1 << 14);
            let spilled = folder.build(&build).expect("a timeline");
            // `assert_eq!` would print thousands of rows.
            assert!(
                in_memory.arrivals() == spilled.arrivals(),
                "{ties:?} {spread:?}"
            );
            assert!(in_memory.tails() == spilled.tails(), "{ties:?} {spread:?}");
        }
    }
}

/// Regression: rows that came after their second was closed had separate draws.
#[test]
fn ties_by_content_do_not_depend_on_the_distance_of_lines() {
    let folder = LogFolder::new();
    // Half an hour, in which each second occurs four times.
    let line = |n: u64| (n * 7_919 % 1_800 * 1_000, n % 700, (n % 4) as u8);
    let shuffled: Vec<_> = (0..7_200).map(line).collect();
    let mut sorted = shuffled.clone();
    sorted.sort();
    let (one, other) = (
        folder.write_log("log", whole_second_log(&sorted)),
        folder.write_log("log2", whole_second_log(&shuffled)),
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
                folder
                    .build(&build.window_bytes(window))
                    .expect("a timeline")
            };
            let (one, other) = (build(&one, 64 << 20), build(&other, window));
            // `assert_eq!` would print thousands of rows.
            assert!(one.rows() == other.rows(), "{spread:?} {window}");
            assert!(one.arrivals() == other.arrivals(), "{spread:?} {window}");
        }
    }
}

/// Rows that come after their neighbors were written are merged at the right position.
#[test]
fn late_rows_are_merged() {
    let folder = LogFolder::new();
    let mut lines: Vec<_> = (0..3_000).map(|n| (n * 30, 0, (n % 4) as u8)).collect();
    let sorted = millisecond_log(&lines);
    // The first thousand come at the end.
    lines.rotate_left(1_000);
    let (one, other) = (
        folder.write_log("log", sorted),
        folder.write_log("log2", millisecond_log(&lines)),
    );
    let one = folder
        .build(&builder_for(&one, MILLISECOND_FORMAT))
        .expect("a timeline");
    let other = folder
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
    assert_eq!(folder.files(), ["log", "log2", "out.jsonl"]);
}
