//! Tables of rate expressions and of errors in them.

use super::*;

fn shape(text: &str) -> Shape {
    text.parse().expect(text)
}

#[test]
fn expressions_have_a_duration_and_a_hit_count() {
    for (text, shown, length_s, total) in [
        ("100", "100", None, None),
        ("2.5/s", "2.5", None, None),
        ("600/m/5m", "10/s/5m", Some(300), Some(3_000)),
        ("7/m/5m", "7/m/5m", Some(300), Some(35)),
        ("100/1s", "100", None, None),
        ("100/s/1s", "100/s/1s", Some(1), Some(100)),
        ("10k/s/1h", "10k/s/1h", Some(3600), Some(36_000_000)),
        ("max", "max", None, None),
        ("max/30s", "max/30s", Some(30), None),
        ("100..1000/10s", "100..1000/10s", Some(10), Some(5_500)),
        (
            "0..500/1m,500/5m,  2000/30s, 500..0/1m",
            "0..500/1m, 500/5m, 2000/30s, 500..0/1m",
            Some(450),
            Some(240_000),
        ),
        (
            "steps( 100 .. 1000 ,10, 30s )",
            "steps(100..1000, 10, 30s)",
            Some(300),
            Some(165_000),
        ),
        (
            "sine(500, 200, 60s)/10m",
            "sine(500, 200, 1m)/10m",
            Some(600),
            Some(300_000),
        ),
        (
            "spike(100, 5000, 10s)/2m",
            "spike(100, 5000, 10s)/2m",
            Some(120),
            Some(61_000),
        ),
        ("60/m..120/m/1m30s", "1..2/1m30s", Some(90), Some(135)),
        ("100/1s, 0/1s, 100", "100/1s, 0/1s, 100", None, None),
    ] {
        let shape = shape(text);
        assert_eq!(shape.to_string(), shown);
        assert_eq!(
            shape.duration(),
            length_s.map(Duration::from_secs),
            "{text}"
        );
        assert_eq!(shape.hit_count(), total, "{text}");
        assert_eq!(shown.parse(), Ok(shape));
    }
}

#[test]
fn an_error_has_its_position_and_the_valid_input() {
    for (text, at, expected) in [
        ("", 0, "missing rate; expected a rate such as"),
        ("fast", 0, "not a number"),
        ("0", 0, "must be above 0"),
        ("0/1m, 0..0/1m", 0, "must be above 0"),
        ("-5", 0, "must be above 0"),
        ("100..-5/1m", 5, "must be above 0"),
        ("100..10x0/5m", 5, "not a number"),
        ("100..", 5, "missing rate"),
        ("100..200", 8, "missing duration of the ramp"),
        ("100/d", 4, "unknown unit of time; expected s, m or h"),
        ("100/5w", 5, "unknown unit of time; expected ms,"),
        ("100/5", 5, "missing unit of time"),
        ("600/m/m", 6, "missing duration; expected a duration such"),
        ("100/", 4, "missing duration"),
        ("100/0s", 4, "duration must be above 0"),
        ("100/9h/3s", 6, "unexpected text after a stage"),
        ("100 200", 4, "unexpected text after the rate"),
        ("100, 200/1m", 3, "each stage but the last"),
        ("100/1m,", 7, "missing rate"),
        ("100/1m, max", 8, "max cannot be combined"),
        ("max, 100", 3, "unexpected text after max"),
        ("bell(1, 2)", 0, "unknown shape 'bell'; expected steps,"),
        ("spkie(1, 2)", 0, "unknown shape 'spkie'; expected 'spike'"),
        ("steps(1, 10, 3s)", 7, "missing .."),
        ("steps(1..2, 1, 3s)", 12, "from 2 to 256"),
        ("steps(1..2, 999999999999, 3s)", 12, "from 2 to 256"),
        ("steps(1..2, 3, 3s", 17, "missing )"),
        ("steps(1..2, 3, 3s)/5m", 18, "after steps"),
        ("sine(100, 200, 1s)", 10, "above the mean"),
        ("sine(1, 1, 1us)", 11, "below 1ms"),
        ("sine(1, 1, 0s)", 11, "above 0"),
        ("sine(900M, 900M, 1s)", 0, "above 1,000,000,000/s"),
        ("spike(1, 2, 10s)", 16, "missing duration of the stage"),
        ("spike(1, 2, 10s)/5s", 0, "longer than its stage"),
        ("2000M", 0, "above 1,000,000,000/s"),
        ("1/400d", 2, "366 days"),
        ("1/300d, 1/300d", 8, "366 days"),
        ("ä", 0, "not a number"),
        ("100..ä/1s", 5, "not a number"),
        ("100/1ä", 5, "unknown unit"),
    ] {
        let error = text.parse::<Shape>().expect_err(text);
        let message = error.to_string();
        assert!(message.contains(expected), "{text}: {message}");
        assert!(message.contains("; expected "), "{text}: {message}");
        assert_eq!(error.position().start, at, "{text}: {message}");
        assert_eq!(error.input(), Some(text));
    }
    let many = vec!["1/1s"; 257].join(",");
    let error = many.parse::<Shape>().expect_err("too many");
    assert!(error.to_string().contains("more than 256 stages"));
}

#[test]
fn an_error_covers_what_was_found() {
    for (text, found) in [
        (" fast ", "fast"),
        ("100..10x0/5m", "10x0"),
        ("100/d", "d"),
        ("100/5w", "w"),
        ("100/1.2.3s", "1.2.3"),
        ("100/9h/3s ", "/3s"),
        ("100 200, 300", "200, 300"),
        ("100/1m, max", "max"),
        ("steps(1..2, many, 3s)", "many"),
        ("sine(100, 200, 1s)", "200"),
        ("100..200", ""),
        ("1/300d, 1/300d", "1/300d"),
        (" 0/1m ", "0/1m"),
        (" 1/10s ", "1/10s"),
    ] {
        let error = text.parse::<Shape>().expect_err(text);
        assert_eq!(error.found(), Some(found), "{text}: {error}");
    }
}

/// `1/10s` once sent ten hits in ten seconds, where other tools mean a single one.
#[test]
fn a_rate_per_period_is_refused_with_both_meanings() {
    for (text, expected) in [
        ("1/10s", "6/m (1 per 10s) or 1/s/10s (1/s for 10s)"),
        ("1/2m", "30/h (1 per 2m) or 1/s/2m (1/s for 2m)"),
        ("5/10ms", "500/s (5 per 10ms) or 5/s/10ms (5/s for 10ms)"),
        ("600 / 1m", "10/s (600 per 1m) or 600/s/1m (600/s for 1m)"),
        (
            "2.5/.5s",
            "5/s (2.5 per 500ms) or 2.5/s/500ms (2.5/s for 500ms)",
        ),
        (
            "100/30s",
            "200/m (100 per 30s) or 100/s/30s (100/s for 30s)",
        ),
        ("1M/1us", "1M/s/1us (1M/s for 1us)"),
    ] {
        let error = text.parse::<Shape>().expect_err(text);
        assert_eq!(error.problem(), "ambiguous rate", "{text}");
        assert_eq!(error.expected().as_deref(), Some(expected), "{text}");
        for spelling in expected.split(" or ") {
            let rate = spelling.split(' ').next().expect(spelling);
            assert!(rate.parse::<Shape>().is_ok(), "{text}: {rate}");
        }
    }
    // With a unit or among other stages, it is a stage.
    for text in ["1/s/10s", "6/m/10s", "1/10s, 2", "2/1s, 1/10s", "1..2/10s"] {
        let shape = shape(text);
        assert_eq!(shape.to_string().parse(), Ok(shape), "{text}");
    }
}
