use hammer_core::testing::{Scripted, Step, conformance};
use hammer_core::{Failure, Outcome, from_fn};

use crate::{ms, ok_after};

#[test]
fn a_sound_hammer_conforms() {
    let hammer = Scripted::new(|_| ok_after(ms(1)));
    let counts = hammer.counts();
    conformance(hammer).expect("it is sound");
    assert_eq!(
        (
            counts.opened(),
            counts.hits(),
            counts.ended(),
            counts.closed()
        ),
        (3, 10, 9, 2)
    );
    conformance(from_fn(|_| async { Ok(Outcome::ok("done")) })).expect("a closure is a hammer");
}

#[test]
fn an_unsound_hammer_is_told_what_is_wrong() {
    let fails = conformance(Scripted::new(|_| Step::Fail(ms(1), Failure::RESET)));
    assert_eq!(
        fails.expect_err("it fails").to_string(),
        "hit failed: connection_reset"
    );

    std::panic::set_hook(Box::new(|_| ()));
    let panics = conformance(Scripted::new(|_| Step::Panic));
    let _ = std::panic::take_hook();
    assert_eq!(panics.expect_err("it panics").to_string(), "hit panicked");

    let refuses = Scripted::new(|_| ok_after(ms(1)))
        .opening(|_: &hammer_core::Slot| Step::Fail(ms(1), Failure::CONNECT_REFUSED));
    let refuses = conformance(refuses).expect_err("nothing opens").to_string();
    assert_eq!(refuses, "open failed: connect_refused");

    let hangs = conformance(Scripted::new(|hit| match hit.number() {
        0..=3 => ok_after(ms(1)),
        _ => Step::Hang,
    }));
    let hangs = hangs.expect_err("it hangs").to_string();
    assert_eq!(
        hangs,
        "hit after a hit was dropped half-way hangs: no end within 5s"
    );
}
