use std::cell::Cell;

use hammer_core::{Failure, Hammer, Hit, Outcome, Run, Slot};

use crate::{ms, per_second, run};

/// Counts in a cell of the worker, notes a fact for each session, and has a row for even and one
/// for odd hits; every tenth fails.
struct Noting;

#[derive(Default)]
struct Shared(Cell<u64>);

impl Hammer for Noting {
    type Session = ();

    async fn open(&self, slot: Slot) -> Result<(), Failure> {
        assert_eq!((slot.worker(), slot.workers()), (0, 1));
        slot.fact(
            "parity",
            if slot.index().is_multiple_of(2) {
                "even"
            } else {
                "odd"
            },
        );
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: Hit) -> Result<Outcome, Failure> {
        let shared = hit.slot().share(Shared::default);
        shared.0.set(shared.0.get() + 1);
        hit.slot().count("most", 1);
        if shared.0.get() == 50 {
            hit.slot().count("fifty", 1);
        }
        hit.row((hit.number() % 2) as usize);
        match hit.number() % 10 {
            9 => Err(Failure::RESET),
            _ => Ok(Outcome::ok("done")),
        }
    }

    fn rows(&self) -> Vec<String> {
        vec!["even".into(), "odd".into()]
    }
}

#[test]
fn counts_facts_and_rows_are_in_the_report() {
    let report = run(Run::new(Noting, per_second(100, ms(1000))));
    assert_eq!(report.counts["most"], 100);
    assert_eq!(
        report.counts["fifty"], 1,
        "what is shared counts the hits of all slots"
    );
    assert_eq!(
        report.facts["parity"].values().sum::<u64>(),
        report.generator.sessions_opened
    );
    let [even, odd] = &report.rows[..] else {
        panic!("{:?}", report.rows)
    };
    assert_eq!((even.name.as_str(), odd.name.as_str()), ("even", "odd"));
    assert_eq!(
        (even.hits.scheduled, even.hits.ok, even.hits.failed),
        (50, 50, 0)
    );
    assert_eq!(
        (odd.hits.scheduled, odd.hits.ok, odd.hits.failed),
        (50, 40, 10)
    );
    assert_eq!((even.response_us.count, odd.response_us.count), (50, 40));
}

#[test]
fn hits_of_a_warm_up_count_in_no_row_and_no_counter() {
    let run_it = |warmup| {
        let schedule = per_second(100, ms(1000));
        run(Run::new(Noting, schedule).warmup(ms(warmup)))
    };
    let (cold, warm) = (run_it(0), run_it(1000));
    assert_eq!(warm.counts["most"], cold.counts["most"]);
    assert_eq!(warm.rows[0].hits, cold.rows[0].hits);
    assert_eq!(
        warm.facts["parity"].values().sum::<u64>(),
        warm.generator.sessions_opened
    );
}
