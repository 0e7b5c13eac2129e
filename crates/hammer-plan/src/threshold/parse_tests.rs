//! Tests of parsing: valid thresholds, and errors with their positions.

use super::Threshold;

#[test]
fn valid_thresholds_are_displayed_with_normalized_spaces() {
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
        ("rate >= 900/1s", ""),
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
        ("[checkout, items] p99 < 1s", ""),
        ("p99>400 ms  over 10 s", "p99 > 400ms over 10s"),
        ("failed > 5 over 1m", ""),
        ("[stage steps(100..1000, 10, 30s)] p99 < 1s", ""),
        ("[stages] p99 < 1s", ""),
        ("p99 <= baseline", ""),
        ("p99<=baseline+5 %", "p99 <= baseline + 5%"),
        ("p99 <= baseline+ 10  ms", "p99 <= baseline + 10ms"),
        ("p99 >= baseline -0.5s", "p99 >= baseline - 0.5s"),
        ("errors <= baseline + 0.1%", ""),
        ("errors <= baseline + 10", ""),
        ("label.baseline < baseline", ""),
        ("achieved >= baseline - 1%", ""),
        ("rate >= baseline - 2%", ""),
        ("rate >= baseline - 0.1k/s", ""),
        ("hits >= baseline - 2%", ""),
        ("hits == baseline + 1k", ""),
        (
            "[ baseline,stage 2 ] p99<baseline+150%",
            "[ baseline,stage 2 ] p99 < baseline + 150%",
        ),
        ("p99>baseline  over 10 s", "p99 > baseline over 10s"),
        (
            "p99 > baseline + 50 %  over 1 m",
            "p99 > baseline + 50% over 1m",
        ),
    ] {
        let threshold: Threshold = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        let shown = if shown.is_empty() { text } else { shown };
        assert_eq!(threshold.to_string(), shown);
        assert_eq!(shown.parse(), Ok(threshold), "{shown}");
    }
}

/// Asserts that `text` is refused with `error`, whose span is marked with carets under the text.
pub(super) fn assert_error(text: &str, carets: &str, error: &str) {
    let found = text.parse::<Threshold>().expect_err(text);
    assert_eq!(found.to_string(), error, "{text}");
    assert_eq!(found.input(), Some(text));
    let span = found.position();
    let column = |byte: usize| text[..byte].chars().count();
    let (start, end) = (column(span.start), column(span.end));
    let shown = format!("{}{}", " ".repeat(start), "^".repeat((end - start).max(1)));
    assert_eq!(shown, carets, "{text}: {span:?}");
}

#[test]
fn errors_have_a_span_and_an_expectation() {
    for (text, carets, error) in [
        (
            "p99 < 250",
            "      ^^^",
            "'250' has no unit; expected 250ms",
        ),
        (
            "p99 < 250 sec",
            "      ^^^^^^^",
            "'sec' is not a unit of time; expected 250s",
        ),
        (
            "p99 < 5%",
            "      ^^",
            "'%' is not a unit of time; expected 5ms",
        ),
        (
            "p99 < fast",
            "      ^^^^",
            "'fast' is not a number; expected a bound such as 250ms",
        ),
        (
            "p99 < 1e3ms",
            "      ^^^^^",
            "'1e3ms' is not a number with a unit; expected a bound such as 250ms",
        ),
        (
            "p99 < 1,000ms",
            "      ^^^^^^^",
            "'1,000ms' is not a number with a unit; expected a bound such as 250ms",
        ),
        (
            "errors < 1e3",
            "         ^^^",
            "'1e3' is not a number with a unit; expected a bound such as 0.1%",
        ),
        (
            "rate > 1e3/s",
            "       ^^^^^",
            "'1e3/s' is not a number with a unit; expected a bound such as 900/s",
        ),
        (
            "p99 < 1.2.3s",
            "      ^^^^^^",
            "'1.2.3s' is not a number; expected a bound such as 250ms",
        ),
        (
            "p99 < -5ms",
            "      ^^^^",
            "'-5ms' is below 0; expected 5ms",
        ),
        (
            "p99 <",
            "     ^",
            "missing bound; expected a bound such as 250ms",
        ),
        (
            "p99",
            "   ^",
            "missing operator; expected one of < <= > >= == !=, as in p99 < 250ms",
        ),
        (
            "p99 250ms",
            "    ^^^^^",
            "missing operator; expected one of < <= > >= == !=, as in p99 < 250ms",
        ),
        ("p99 = 5ms", "    ^", "unknown operator '='; expected =="),
        ("p99 ≤ 5ms", "    ^", "unknown operator '≤'; expected <="),
        (
            "p99 <! 5ms",
            "    ^^",
            "unknown operator '<!'; expected one of < <= > >= == !=",
        ),
        (
            "p99_9 < 1s",
            "^^^^^",
            "'p99_9' is not a percentile; expected p99.9",
        ),
        (
            "p999 < 1s",
            "^^^^",
            "'p999' is not a percentile; expected p99.9",
        ),
        (
            "95th < 1s",
            "^^^^",
            "'95th' is not a percentile; expected p95",
        ),
        (
            "p101 < 1s",
            "^^^^",
            "'p101' is not a percentile; expected p99 or p99.9",
        ),
        (
            "service.pp9 < 1s",
            "        ^^^",
            "'pp9' is not a percentile; expected p9",
        ),
        ("P99 < 1s", "^^^", "'P99' is not a percentile; expected p99"),
        (
            "median < 1s",
            "^^^^^^",
            "unknown figure 'median'; expected 'p50'",
        ),
        (
            "service.avg < 1s",
            "        ^^^",
            "unknown figure 'avg'; expected 'mean'",
        ),
        (
            "error < 1%",
            "^^^^^",
            "unknown figure 'error'; expected 'errors'",
        ),
        (
            "latency < 1%",
            "^^^^^^^",
            "unknown figure 'latency'; expected p99, mean, max, errors, ok, label.503, failure.timeout, achieved or rate",
        ),
        (
            "service.errors < 1%",
            "        ^^^^^^",
            "unknown figure 'errors'; expected p50, p99, p99.9, min, mean or max",
        ),
        (
            "response < 1s",
            "^^^^^^^^",
            "'response' needs a statistic; expected response.p99",
        ),
        (
            "response. < 1s",
            "         ^",
            "missing statistic; expected p50, p99, p99.9, min, mean or max",
        ),
        (
            "phase.tls < 1s",
            "^^^^^^^^^",
            "a phase needs a name and a statistic; expected phase.tls.p50",
        ),
        (
            "label. < 1",
            "^^^^^^",
            "missing name after 'label.'; expected label.503",
        ),
        (
            "failure == 0",
            "^^^^^^^",
            "'failure' needs a name; expected failure.timeout",
        ),
        (
            "< 1s",
            "^",
            "missing figure; expected a condition such as p99 < 250ms",
        ),
        (
            "",
            "^",
            "missing condition; expected a condition such as p99 < 250ms",
        ),
        (
            "  ",
            "  ^",
            "missing condition; expected a condition such as p99 < 250ms",
        ),
        (
            "achieved >= 99",
            "            ^^",
            "'99' has no unit; expected 99%",
        ),
        (
            "achieved >= 0.99",
            "            ^^^^",
            "'0.99' has no unit; expected 99%",
        ),
        (
            "errors < 0.1",
            "         ^^^",
            "'0.1' is not a whole number of hits; expected 0.1%",
        ),
        (
            "errors < 101%",
            "         ^^^^",
            "'101%' is above 100%; expected 100%",
        ),
        (
            "failed < 5ms",
            "         ^^^",
            "'ms' is not a unit of hits; expected 5 or 5%",
        ),
        (
            "rate > 900rps",
            "       ^^^^^^",
            "'rps' is not a unit of rate; expected 900/s",
        ),
        (
            "rate > 1/10s",
            "       ^^^^^",
            "'/10s' is not a unit of rate; expected 6/m",
        ),
        (
            "rate > 1.5k/2m",
            "       ^^^^^^^",
            "'k/2m' is not a unit of rate; expected 12.5/s",
        ),
        (
            "rate > 9/d",
            "       ^^^",
            "'/d' is not a unit of rate; expected 9/s",
        ),
        (
            "p99 < 1s && max < 2s",
            "         ^^^^^^^^^^^",
            "unexpected text after '1s'; expected one condition per expression",
        ),
        (
            "p99 < 1s max",
            "         ^^^",
            "unexpected text after '1s'; expected one condition per expression",
        ),
        (
            "[checkout p99 < 1s",
            "^^^^^^^^^^^^^^^^^^",
            "unclosed bracket; expected ']' after the scope, as in [checkout] p99 < 1s",
        ),
        (
            "[] p99 < 1s",
            " ^",
            "missing load, group or stage; expected a scope such as [checkout] or [stage 2]",
        ),
        (
            "[a, ] p99 < 1s",
            "   ^",
            "missing stage or group after the comma; expected a scope such as [checkout, stage 2] or [checkout, items]",
        ),
        (
            "p99 > 1s over",
            "             ^",
            "missing window; expected a window such as 10s",
        ),
        (
            "errors > 5 over 0.5s",
            "                ^^^^",
            "'0.5s' is not a window; expected whole seconds up to an hour, such as 10s or 5m",
        ),
        (
            "p99 > 1s over 2h",
            "              ^^",
            "'2h' is not a window; expected whole seconds up to an hour, such as 10s or 5m",
        ),
        (
            "p99 > 1s overall",
            "         ^^^^^^^",
            "unexpected text after '1s'; expected one condition per expression",
        ),
        (
            "[stage] p99 < 1s",
            "      ^",
            "missing stage number; expected a stage such as [stage 2]",
        ),
        (
            "[a, stage 0] p99 < 1s",
            "          ^",
            "stages count from 1; expected 1 or more",
        ),
        (
            "[a]",
            "   ^",
            "missing condition; expected a condition such as p99 < 250ms",
        ),
    ] {
        assert_error(text, carets, error);
    }
}

#[test]
fn any_text_is_parsed_or_refused_with_a_short_error() {
    let parts = [
        "µ", "[", "]", "<", "=", "p", "9", ".", "\0", "\u{2028}", "ü 🦀", "stage ", "label.",
    ];
    for part in parts {
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
                let span = error.position();
                assert!(text.get(span.clone()).is_some(), "{span:?} of {text:.50}");
                assert!(error.to_string().chars().count() < 200, "{error}");
            }
        }
    }
}
