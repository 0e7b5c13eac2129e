//! Playback of timelines.

use std::io::Cursor;
use std::time::Duration;

use hammer_replay::play::{
    BodyRules, PassLimit, PlaybackRow, PlaybackStatus, RowFilter, RowSampling, TargetRewrite,
    TimelinePlayer,
};
use hammer_replay::timeline::{
    TimelineHeader, TimelineReader, TimelineRow, TimelineTrailerInput, TimelineWriter,
};
use hammer_replay::{Error, ErrorKind};
use proptest::prelude::*;

/// Writes a timeline to memory.
fn timeline<'r>(rows: impl IntoIterator<Item = TimelineRow<'r>>) -> Vec<u8> {
    let mut writer =
        TimelineWriter::new(Vec::new(), &TimelineHeader::default()).expect("writing to memory");
    rows.into_iter()
        .for_each(|row| writer.write_row(&row).expect("sorted"));
    writer
        .finish(TimelineTrailerInput::default())
        .expect("writing to memory")
        .1
}

fn player(text: Vec<u8>) -> TimelinePlayer {
    TimelinePlayer::new(move || TimelineReader::from_reader(Cursor::new(text.clone()), "t.jsonl"))
}

/// Plays a timeline: the due time in µs, and the target with the body, of each hit.
fn play_all(player: &TimelinePlayer) -> Vec<(u64, String)> {
    let make = |planned: &PlaybackRow<'_>| {
        let body = String::from_utf8_lossy(&planned.body).into_owned();
        Ok(String::from_utf8_lossy(planned.row.target).into_owned() + &body)
    };
    let survey = player
        .survey(|planned| make(planned).map(drop))
        .expect("a timeline");
    let status = PlaybackStatus::default();
    let all: Vec<_> = player
        .playback(&survey, &status, make)
        .map(|(due, target)| (due.as_micros() as u64, target))
        .collect();
    assert!(status.take_error().is_none());
    assert_eq!(all.len() as u64, survey.all_passes.hits);
    all
}

fn rows(times: &[u64]) -> Vec<TimelineRow<'static>> {
    rows_with_duration(times, 0)
}

fn rows_with_duration(times: &[u64], duration_us: u64) -> Vec<TimelineRow<'static>> {
    let row = |t_us: &u64| TimelineRow {
        t_us: *t_us,
        duration_us: Some(duration_us),
        ..TimelineRow::get(b"/")
    };
    times.iter().map(row).collect()
}

#[test]
fn random_values_in_bodies_differ_by_row_copy_and_pass() {
    let posts = (0..2).map(|t_us| TimelineRow {
        method: "POST",
        t_us,
        ..TimelineRow::get(b"/")
    });
    let rule = "[[body]]\ntemplate = '{{uuid}}'\n";
    let bodies = BodyRules::parse(rule, "b.toml", std::path::Path::new("")).expect("a rule");
    let player = player(timeline(posts))
        .allow_methods(["POST".to_owned()])
        .bodies(bodies);
    let player = player.amplify(2).passes(PassLimit::Times(3));
    let bodies = || play_all(&player).into_iter().map(|(_, sent)| sent);
    let all: std::collections::BTreeSet<_> = bodies().collect();
    assert_eq!(all.len(), 12);
    assert!(bodies().eq(bodies()));
}

fn due_times(player: &TimelinePlayer) -> Vec<u64> {
    play_all(player).into_iter().map(|(due, _)| due).collect()
}

#[test]
fn due_times_follow_the_arrivals() {
    let times = [5_000, 5_001, 7_500, 9_000_000];
    let all = player(timeline(rows(&times)));
    let ms = Duration::from_millis;
    for (name, player, expected) in [
        ("original speed", all.clone(), vec![0, 1, 2_500, 8_995_000]),
        (
            "twice as fast",
            all.clone().speed("2".parse().unwrap()),
            vec![0, 0, 1_250, 4_497_500],
        ),
        (
            "a window",
            all.clone().window(Some(1_000), Some(9_000_000)),
            vec![4_000, 4_001, 6_500],
        ),
        (
            "without pauses",
            all.clone().skip_idle(Some(ms(2))),
            vec![0, 1, 2_001, 4_001],
        ),
        (
            "no pause above the limit",
            all.clone().skip_idle(Some(ms(9_000))),
            vec![0, 1, 2_500, 8_995_000],
        ),
        (
            "amplified",
            all.clone().amplify(2).window(None, Some(7_000)),
            vec![0, 0, 1, 1],
        ),
        (
            "three times",
            all.clone()
                .window(Some(5_000), Some(5_100))
                .passes(PassLimit::Times(3)),
            vec![0, 1, 100, 101, 200, 201],
        ),
        (
            "twice, with a mean gap after the first pass",
            all.clone()
                .window(None, Some(8_000))
                .passes(PassLimit::Times(2)),
            vec![0, 1, 2_500, 3_750, 3_751, 6_250],
        ),
    ] {
        assert_eq!(due_times(&player), expected, "{name}");
    }
    let minute = all
        .window(Some(5_000), Some(5_100))
        .passes(PassLimit::For(ms(1)));
    // Ten passes of 100 µs fit in 1 ms.
    assert_eq!(due_times(&minute).len(), 2 * 10);
}

#[test]
fn the_peak_is_at_least_the_mean() {
    let rows: Vec<_> = (0..10).map(|n| n * 10_000).collect();
    let player = player(timeline(rows_with_duration(&rows, 50_000))).passes(PassLimit::Times(20));
    let survey = player.survey(|_| Ok(())).unwrap();
    assert_eq!(survey.all_passes.hits, 200);
    assert!(
        (survey.peak_rate() - 100.0).abs() < 2.0,
        "{}",
        survey.peak_rate()
    );
    assert!((survey.peak_in_flight - survey.in_flight).abs() < 1e-9);
}

#[test]
fn copies_are_made_one_at_a_time() {
    let player = player(timeline(rows(&[0, 7]))).amplify(4_000_000_000);
    let survey = player.survey(|_| Ok(())).unwrap();
    assert_eq!(survey.all_passes.hits, 8_000_000_000);
    let made = std::cell::Cell::new(0);
    let hits = player.playback(&survey, &PlaybackStatus::default(), |planned| {
        made.set(made.get() + 1);
        Ok(planned.copy)
    });
    let copies: Vec<_> = hits.take(1_000).map(|(_, copy)| copy).collect();
    assert_eq!(copies, (0..1_000).collect::<Vec<_>>());
    assert_eq!(made.get(), 1_000);
}

fn survey_error(player: &TimelinePlayer) -> Error {
    player.survey(|_| Ok(())).expect_err("a malformed timeline")
}

#[test]
fn only_safe_methods_are_sent_unless_allowed_and_with_a_body_rule() {
    let row = |method, target: &'static [u8]| TimelineRow {
        method,
        ..TimelineRow::get(target)
    };
    let text = timeline([
        row("GET", b"/a"),
        row("HEAD", b"/b"),
        row("OPTIONS", b"*"),
        row("POST", b"/cart"),
        row("POST", b"/other"),
        row("DELETE", b"/cart"),
        row("GET", b"http://third.party/x"),
        row("GET", b"third.party:443"),
    ]);
    let safe = player(text);
    let safe_targets = ["/a", "/b", "*"];
    let targets = |player: &TimelinePlayer| -> Vec<String> {
        play_all(player)
            .into_iter()
            .map(|(_, target)| target)
            .collect()
    };
    assert_eq!(targets(&safe), safe_targets);
    let skipped = safe.survey(|_| Ok(())).unwrap().skipped;
    assert_eq!(skipped["method_not_allowed"], 3);
    assert_eq!(skipped["not_of_the_endpoint"], 2);

    let allowed = safe.clone().allow_methods(["POST".to_owned()]);
    assert_eq!(targets(&allowed), safe_targets);
    assert_eq!(
        allowed.survey(|_| Ok(())).unwrap().skipped["no_body_rule"],
        2
    );

    let rule = "[[body]]\npath = '/cart'\ntext = '!'\n";
    let bodies = BodyRules::parse(rule, "b", std::path::Path::new("")).unwrap();
    assert_eq!(
        targets(&safe.bodies(bodies.clone())),
        safe_targets,
        "a rule does not allow a method"
    );
    assert_eq!(
        targets(&allowed.bodies(bodies)),
        ["/a", "/b", "*", "/cart!"]
    );
}

#[test]
fn rows_that_cannot_be_made_are_counted_and_left_out() {
    let text = timeline(rows(&[0, 10, 20]));
    let player = player(text);
    let make = |planned: &PlaybackRow<'_>| match planned.row.t_us {
        10 => Err("odd"),
        t => Ok(t),
    };
    let survey = player.survey(|planned| make(planned).map(drop)).unwrap();
    assert_eq!((survey.hits, survey.skipped["odd"]), (2, 1));
    let hits = player.playback(&survey, &PlaybackStatus::default(), make);
    assert_eq!(hits.map(|(_, t)| t).collect::<Vec<_>>(), [0, 20]);
}

#[test]
fn a_survey_finds_peaks_and_hits_in_flight() {
    let row = |n: u64| TimelineRow {
        // 100 hits per second, and a burst of 50 in the third second.
        t_us: if n < 300 { n * 10_000 } else { 2_990_000 + n },
        duration_us: Some(50_000),
        status: Some(200),
        ..TimelineRow::get(b"/")
    };
    let survey = player(timeline((0..350).map(row)))
        .survey(|_| Ok(()))
        .unwrap();
    assert_eq!((survey.hits, survey.rows()), (350, 350));
    assert_eq!((survey.peak_per_second, survey.peak_per_tenth), (150, 60));
    assert!(
        (survey.in_flight - 350.0 * 0.05 / 3.0).abs() < 0.2,
        "{}",
        survey.in_flight
    );
    assert!((survey.peak_in_flight - 7.5).abs() < 1e-9);
    assert_eq!(survey.time_series.planned(), [100, 100, 150]);
    assert_eq!(survey.names.top(1), (vec![("GET /", 350)], 0));
}

#[test]
fn rewrites_change_only_the_matches_in_targets() {
    let text = timeline([
        TimelineRow::get(b"/v1/a?x=1&y=2"),
        TimelineRow::get(b"/v2/a?x=1"),
    ]);
    let rewrites =
        ["^/v1/=>/v2/", "x=(\\d)=>x=${1}0"].map(|text| text.parse::<TargetRewrite>().unwrap());
    let found = play_all(&player(text).rewrites(rewrites.to_vec()));
    let found: Vec<_> = found.iter().map(|(_, target)| &**target).collect();
    assert_eq!(found, ["/v2/a?x=10&y=2", "/v2/a?x=10"]);
    assert!("no arrow".parse::<TargetRewrite>().is_err());
    assert!("(=>x".parse::<TargetRewrite>().is_err());
}

#[test]
fn a_timeline_truncated_during_playback_is_an_error() {
    let whole = timeline(rows(&[0, 1, 2]));
    let trailer = whole.windows(8).rposition(|part| part == b"{\"rows\":");
    let truncated = whole[..trailer.expect("a trailer")].to_vec();
    assert_eq!(
        survey_error(&player(truncated.clone())).kind(),
        ErrorKind::Truncated
    );

    let survey = player(whole).survey(|_| Ok(())).unwrap();
    let status = PlaybackStatus::default();
    let truncated = player(truncated).passes(PassLimit::Times(5));
    let hits = truncated.playback(&survey, &status, |_| Ok(()));
    assert!(hits.count() <= 3);
    let error = status.take_error().expect("the timeline is truncated");
    assert!(error.to_string().starts_with("read t.jsonl:"), "{error}");
}

proptest! {
    #[test]
    fn windows_of_a_timeline_add_up_to_the_whole(
        mut times in prop::collection::vec(0..1_000_u64, 1..200),
        mut cuts in prop::collection::vec(0..1_000_u64, 0..5),
        speed in prop_oneof![Just("1"), Just("3"), Just("0.7")],
        share in 0.0..1.0_f64,
    ) {
        times.sort_unstable();
        cuts.sort_unstable();
        let speed = speed.parse().unwrap();
        let sample = Some(RowSampling { share, by_client: false, seed: 7 });
        let filter = RowFilter { sample, ..RowFilter::default() };
        let text = timeline(rows(&times));
        let whole = player(text).speed(speed).filter(filter);
        let end = 1_000;
        let all = due_times(&whole.clone().window(Some(0), Some(end)));
        let mut bounds = vec![0];
        bounds.extend(cuts);
        bounds.push(end);
        let mut parts = vec![];
        for pair in bounds.windows(2) {
            let part = whole.clone().window(Some(pair[0]), Some(pair[1]));
            // The due times of a part count from the start of its window.
            let survey = part.survey(|_| Ok(())).unwrap();
            let hits = part.playback(&survey, &PlaybackStatus::default(), |planned| Ok(planned.row.t_us));
            parts.extend(hits.map(|(due, t)| (due, t, pair[0])));
        }
        prop_assert_eq!(parts.len(), all.len());
        for ((due, t, from), whole) in parts.into_iter().zip(all) {
            prop_assert_eq!(due, speed.due_after(u128::from(t - from)));
            prop_assert_eq!(speed.due_after(t.into()).as_micros() as u64, whole);
        }
    }
}
