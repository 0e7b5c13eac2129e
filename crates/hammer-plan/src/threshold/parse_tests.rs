//! Tables of texts: what they are, and what is wrong with them.

use super::Threshold;

#[test]
fn texts_are_thresholds_and_are_shown_as_they_were_written() {
    for (text, shown) in [
        ("p99 < 250ms", ""),
        ("p99<250 ms", "p99 < 250ms"),
        ("  response.p99.9   <=\t1s ", "response.p99.9 <= 1s"),
        ("service.p50 < 20ms", ""),
        ("lateness.p99 < 5ms", ""),
        ("p75 < 0.25s", ""),
        ("p99.999 < 1m", ""),
        ("p0 >= 1ns", ""),
        ("p100 < 1h", ""),
        ("max < 2s", ""),
        ("min > 10us", ""),
        ("service.min > 10µs", ""),
        ("mean < 10ms", ""),
        ("errors < 0.1%", ""),
        ("errors == 0", ""),
        ("achieved >= 99%", ""),
        ("achieved < 101.5%", ""),
        ("rate >= 900/s", ""),
        ("rate >= 900", ""),
        ("rate >= 1.5k/s", ""),
        ("rate >= 1 M", "rate >= 1M"),
        ("hits >= 10k", ""),
        ("rate != 600 /m", "rate != 600/m"),
        ("failed == 0", ""),
        ("rejected < 10", ""),
        ("unsent == 0", ""),
        ("hits >= 1000", ""),
        ("scheduled >= 1000", ""),
        ("ok > 99.9%", ""),
        ("timed_out == 0", ""),
        ("abandoned == 0", ""),
        ("label.503 < 1%", ""),
        ("label.not found < 1", ""),
        ("failure.connect_refused == 0", ""),
        ("phase.connect.p50 < 5ms", ""),
        ("phase.first_byte.p99.9 < 5ms", ""),
        ("[checkout] p99 < 1s", ""),
        (
            "[ check  out ,stage  2 ]p99<1s",
            "[ check out ,stage 2 ] p99 < 1s",
        ),
        ("[stage 2] p99 < 1s", ""),
        ("[stage steps(100..1000, 10, 30s)] p99 < 1s", ""),
        ("[stages] p99 < 1s", ""),
    ] {
        let threshold: Threshold = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        let shown = if shown.is_empty() { text } else { shown };
        assert_eq!(threshold.to_string(), shown);
        assert_eq!(shown.parse(), Ok(threshold), "{shown}");
    }
}

/// The place is marked with carets under the text.
#[test]
fn what_is_wrong_is_shown_where_it_is() {
    for (text, carets, error) in [
        (
            "p99 < 250",
            "      ^^^",
            "250 has no unit; right would be 250ms",
        ),
        (
            "p99 < 250 sec",
            "      ^^^^^^^",
            "'sec' is no unit of a time; right would be 250s",
        ),
        (
            "p99 < 5%",
            "      ^^",
            "'%' is no unit of a time; right would be 5ms",
        ),
        (
            "p99 < fast",
            "      ^^^^",
            "'fast' is no number; right would be 250ms",
        ),
        (
            "p99 < 1e3ms",
            "      ^^^^^",
            "'e3ms' is no unit of a time; right would be 1ms",
        ),
        (
            "p99 < 1.2.3s",
            "      ^^^^^^",
            "'1.2.3s' is no number; right would be 250ms",
        ),
        (
            "p99 < -5ms",
            "      ^^^^",
            "-5ms is below 0; right would be 5ms",
        ),
        (
            "p99 <",
            "     ^",
            "there is nothing to compare with; right would be 250ms",
        ),
        (
            "p99",
            "   ^",
            "there is no operator; right would be p99 < 250ms, with one of < <= > >= == !=",
        ),
        (
            "p99 250ms",
            "    ^^^^^",
            "there is no operator; right would be p99 < 250ms, with one of < <= > >= == !=",
        ),
        (
            "p99 = 5ms",
            "    ^",
            "'=' is no operator; right would be ==",
        ),
        (
            "p99 ≤ 5ms",
            "    ^",
            "'≤' is no operator; right would be <=",
        ),
        (
            "p99 <! 5ms",
            "    ^^",
            "'<!' is no operator; right would be one of < <= > >= == !=",
        ),
        (
            "p99_9 < 1s",
            "^^^^^",
            "'p99_9' is no percentile; right would be p99.9",
        ),
        (
            "p999 < 1s",
            "^^^^",
            "'p999' is no percentile; right would be p99.9",
        ),
        (
            "95th < 1s",
            "^^^^",
            "'95th' is no percentile; right would be p95",
        ),
        (
            "p101 < 1s",
            "^^^^",
            "'p101' is no percentile; right would be p99 or p99.9",
        ),
        (
            "service.pp9 < 1s",
            "        ^^^",
            "'pp9' is no percentile; right would be p9",
        ),
        (
            "P99 < 1s",
            "^^^",
            "'P99' is no percentile; right would be p99",
        ),
        (
            "median < 1s",
            "^^^^^^",
            "unknown figure 'median'; right would be p50",
        ),
        (
            "service.avg < 1s",
            "        ^^^",
            "unknown figure 'avg'; right would be mean",
        ),
        (
            "error < 1%",
            "^^^^^",
            "unknown figure 'error'; right would be errors",
        ),
        (
            "latency < 1%",
            "^^^^^^^",
            "unknown figure 'latency'; right would be p99, mean, max, errors, achieved or rate",
        ),
        (
            "service.errors < 1%",
            "        ^^^^^^",
            "unknown figure 'errors'; right would be p50, p99, p99.9, min, mean or max",
        ),
        (
            "response < 1s",
            "^^^^^^^^",
            "response needs a statistic; right would be response.p99",
        ),
        (
            "response. < 1s",
            "         ^",
            "there is no statistic; right would be p50, p99, p99.9, min, mean or max",
        ),
        (
            "phase.tls < 1s",
            "^^^^^^^^^",
            "a phase has a name and a statistic; right would be phase.tls.p50",
        ),
        (
            "label. < 1",
            "^^^^^^",
            "there is no name behind label.; right would be label.503",
        ),
        (
            "failure == 0",
            "^^^^^^^",
            "a failure has a name; right would be failure.timeout",
        ),
        (
            "< 1s",
            "^",
            "there is nothing to look at; right would be p99 < 250ms",
        ),
        ("", "^", "there is no condition; right would be p99 < 250ms"),
        (
            "  ",
            "  ^",
            "there is no condition; right would be p99 < 250ms",
        ),
        (
            "achieved >= 99",
            "            ^^",
            "99 has no unit; right would be 99%",
        ),
        (
            "achieved >= 0.99",
            "            ^^^^",
            "0.99 has no unit; right would be 99%",
        ),
        (
            "errors < 0.1",
            "         ^^^",
            "0.1 is no whole number of hits; right would be 0.1%",
        ),
        (
            "errors < 101%",
            "         ^^^^",
            "101% of all hits is more than all; right would be 100%",
        ),
        (
            "failed < 5ms",
            "         ^^^",
            "'ms' is no unit of a number of hits; right would be 5 or 5%",
        ),
        (
            "rate > 900rps",
            "       ^^^^^^",
            "'rps' is no unit of a rate; right would be 900/s",
        ),
        (
            "rate > 9/d",
            "       ^^^",
            "'/d' is no unit of a rate; right would be 9/s",
        ),
        (
            "p99 < 1s && max < 2s",
            "         ^^^^^^^^^^^",
            "something stands behind 1s; right would be one condition in each expression",
        ),
        (
            "p99 < 1s max",
            "         ^^^",
            "something stands behind 1s; right would be one condition in each expression",
        ),
        (
            "[checkout p99 < 1s",
            "^^^^^^^^^^^^^^^^^^",
            "the bracket is not closed; right would be [checkout] p99 < 1s",
        ),
        (
            "[] p99 < 1s",
            " ^",
            "there is no name in the brackets; right would be [checkout] or [stage 2]",
        ),
        (
            "[a, b] p99 < 1s",
            "    ^",
            "behind a load stands a stage; right would be [checkout, stage 2]",
        ),
        (
            "[stage] p99 < 1s",
            "      ^",
            "the stage has no number; right would be [stage 2]",
        ),
        (
            "[a, stage 0] p99 < 1s",
            "          ^",
            "stages count from 1; right would be 1",
        ),
        (
            "[a]",
            "   ^",
            "there is no condition; right would be p99 < 250ms",
        ),
    ] {
        let wrong = text.parse::<Threshold>().expect_err(text);
        assert_eq!(wrong.to_string(), error, "{text}");
        let place = wrong.span();
        let column = |byte: usize| text[..byte].chars().count();
        let (start, end) = (column(place.start), column(place.end));
        let shown = format!("{}{}", " ".repeat(start), "^".repeat((end - start).max(1)));
        assert_eq!(shown, carets, "{text}: {place:?}");
    }
}

#[test]
fn no_text_is_too_long_or_too_strange() {
    let strange = [
        "µ", "[", "]", "<", "=", "p", "9", ".", "\0", "\u{2028}", "ü 🦀", "stage ", "label.",
    ];
    for part in strange {
        for text in [
            part.to_owned(),
            part.repeat(100_000),
            format!("{part}p99 < 1s"),
            format!("p99 < 1{part}"),
            format!("p99{part} < 1s"),
            format!("label.{part} < {part}"),
            format!("[{part}] p99 < 1s"),
            format!("p99 < {}s", "9".repeat(400)),
        ] {
            if let Err(error) = text.parse::<Threshold>() {
                let place = error.span();
                assert!(text.get(place.clone()).is_some(), "{place:?} of {text:.50}");
                assert!(error.to_string().chars().count() < 200, "{error}");
            }
        }
    }
}
