//! The conformance check of hammers.

use hammer_core::testing::{ScriptStep, ScriptedHammer, check_conformance};
use hammer_core::{Failure, Outcome, from_fn};

use crate::{ms, ok_after};

#[test]
fn a_correct_hammer_conforms() {
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1)));
    let counts = hammer.counts();
    check_conformance(hammer).expect("a correct hammer");
    assert_eq!(
        (
            counts.opened(),
            counts.hits(),
            counts.ended(),
            counts.closed()
        ),
        (3, 10, 9, 2)
    );
    check_conformance(from_fn(async |_| Ok(Outcome::ok("done")))).expect("a closure is a hammer");
}

#[test]
fn an_incorrect_hammer_is_rejected_with_the_problem() {
    let fails = check_conformance(ScriptedHammer::new(|_| {
        ScriptStep::Fail(ms(1), Failure::RESET)
    }));
    assert_eq!(
        fails.expect_err("hit fails").to_string(),
        "hit failed: connection_reset"
    );

    std::panic::set_hook(Box::new(|_| ()));
    let panics = check_conformance(ScriptedHammer::new(|_| ScriptStep::Panic));
    let _ = std::panic::take_hook();
    assert_eq!(panics.expect_err("hit panics").to_string(), "hit panicked");

    let refused = ScriptedHammer::new(|_| ok_after(ms(1)))
        .on_open(|_: &hammer_core::Slot| ScriptStep::Fail(ms(1), Failure::CONNECT_REFUSED));
    let refused = check_conformance(refused)
        .expect_err("open fails")
        .to_string();
    assert_eq!(refused, "open failed: connect_refused");

    let hangs = check_conformance(ScriptedHammer::new(|hit| match hit.number() {
        0..=3 => ok_after(ms(1)),
        _ => ScriptStep::Hang,
    }));
    let hangs = hangs.expect_err("hit hangs").to_string();
    assert_eq!(
        hangs,
        "hit after a hit was dropped half-way did not end within 5s"
    );
}
