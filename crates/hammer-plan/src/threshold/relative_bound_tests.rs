//! Tests of bounds relative to a baseline: errors with their positions.

use super::parse_tests::assert_error;

#[test]
fn errors_in_a_relative_bound_have_a_span_and_an_expectation() {
    for (text, carets, error) in [
        (
            "p99 <= baselin + 5%",
            "       ^^^^^^^",
            "unknown word 'baselin'; expected 'baseline'",
        ),
        (
            "p99 <= Baseline + 5%",
            "       ^^^^^^^^",
            "unknown word 'Baseline'; expected 'baseline'",
        ),
        (
            "p99 <= base + 5%",
            "       ^^^^",
            "unknown word 'base'; expected 'baseline'",
        ),
        (
            "p99 <= baseline5%",
            "               ^^",
            "unexpected '5%' after 'baseline'; expected a margin such as + 5%",
        ),
        (
            "p99 <= baseline * 1.1",
            "                ^^^^^",
            "unexpected '* 1.1' after 'baseline'; expected baseline + 10%",
        ),
        (
            "rate >= baseline*0.98",
            "                ^^^^^",
            "unexpected '*0.98' after 'baseline'; expected baseline - 2%",
        ),
        (
            "errors <= baseline * 2",
            "                   ^^^",
            "unexpected '* 2' after 'baseline'; expected a margin such as + 0.1%",
        ),
        (
            "p99 <= 1.1 * baseline",
            "       ^^^^^^^^^^^^^^",
            "the bound does not begin with 'baseline'; expected baseline + 5%",
        ),
        (
            "p99 <= 5% + baseline",
            "       ^^^^^^^^^^^^^",
            "the bound does not begin with 'baseline'; expected baseline + 5%",
        ),
        (
            "p99 <= baseline +",
            "                 ^",
            "missing margin; expected a margin such as 5%",
        ),
        (
            "p99 <= baseline + over 10s",
            "                  ^^^^",
            "'over' is not a margin; expected a margin such as 5%",
        ),
        (
            "p99 <= baseline + 5",
            "                  ^",
            "'5' has no unit; expected 5% or 5ms",
        ),
        (
            "p99 <= baseline + 5 sec",
            "                  ^^^^^",
            "'sec' is not a unit of time; expected 5s",
        ),
        (
            "p99 <= baseline + 5/s",
            "                  ^^^",
            "'/s' is not a unit of time; expected 5ms",
        ),
        (
            "p99 <= baseline +-5%",
            "                 ^^^",
            "'-5%' is not a margin; expected a margin such as 5%",
        ),
        (
            "p99 <= baseline + 1e2%",
            "                  ^^^^",
            "'1e2%' is not a percentage; expected a margin such as 5%",
        ),
        (
            "p99 >= baseline - 100%",
            "                  ^^^^",
            "'100%' leaves nothing of the baseline; expected less than 100%",
        ),
        (
            "achieved >= baseline - 1",
            "                       ^",
            "'1' has no unit; expected 1%",
        ),
        (
            "errors <= baseline + 0.1",
            "                     ^^^",
            "'0.1' is not a whole number of hits; expected 0.1%",
        ),
        (
            "errors <= baseline + 101%",
            "                     ^^^^",
            "'101%' is above 100%; expected 100%",
        ),
        (
            "errors <= baseline + 5ms",
            "                     ^^^",
            "'ms' is not a unit of hits; expected 5 or 5%",
        ),
        (
            "rate >= baseline - 5ms",
            "                   ^^^",
            "'ms' is not a unit of rate; expected 5/s",
        ),
        (
            "p99 <= baseline + 5% + 1ms",
            "                     ^^^^^",
            "unexpected text after '5%'; expected one condition per expression",
        ),
        (
            "p99 <= baseline over",
            "                    ^",
            "missing window; expected a window such as 10s",
        ),
    ] {
        assert_error(text, carets, error);
    }
}
