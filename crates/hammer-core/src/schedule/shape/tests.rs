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
        ("600/m/5m", "10/5m", Some(300), Some(3_000)),
        ("10k/1h", "10k/1h", Some(3600), Some(36_000_000)),
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
        ("bell(1, 2)", 0, "unknown shape"),
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
        assert_eq!(error.position(), at, "{text}: {message}");
    }
    let many = vec!["1/1s"; 257].join(",");
    let error = many.parse::<Shape>().expect_err("too many");
    assert!(error.to_string().contains("more than 256 stages"));
}
