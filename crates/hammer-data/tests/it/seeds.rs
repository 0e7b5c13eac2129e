//! Equal seeds give equal bytes for equal hits at any number of threads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hammer_core::{Hit, Outcome, Rate, Run, Schedule, from_fn};
use hammer_data::{Feeder, FeederFormat, FeederOrder, HitContext, TemplateScope};

use crate::{compiled, file};

#[test]
fn equal_seeds_send_equal_bytes_at_any_number_of_threads() {
    let rows: String = (0..100).map(|row| format!("row {row}\n")).collect();
    let rows = file(rows);
    let hits = |seed: u64, threads: usize| {
        let feeder = Feeder::open_streaming(rows.path(), FeederFormat::Lines).expect("valid rows");
        let scope = TemplateScope::new().feeder(
            "f",
            Arc::new(feeder.order(FeederOrder::Shuffled).seed(seed)),
        );
        let text = "{{hit}} {{uuid}} {{rand 1 1000}} {{name ja}} {{text 20}} {{f}} {{regex '.{9}'}} \
                    {{zipf 1000 1.1}} {{normal 100 15}} {{exponential 30 3}} {{weighted a 9 b 1}}";
        let template = Arc::new(compiled(text, &scope));
        let sent = Arc::new(Mutex::new(BTreeMap::new()));
        let hammer = from_fn({
            let sent = sent.clone();
            async move |hit: &mut Hit| {
                let mut context = HitContext::new(hit.number(), hit.slot().index(), hit.rng());
                let mut text = vec![];
                let rendered = template.render(&mut context, &mut text);
                sent.lock().expect("no panic").insert(hit.number(), text);
                rendered.expect("rendered");
                Ok(Outcome::ok("sent"))
            }
        });
        let schedule = Schedule::constant(Rate::per_second(100_000)).with_hit_count(2_000);
        let run = Run::new(hammer, schedule).threads(threads).seed(seed);
        run.execute().expect("the run succeeds");
        Arc::into_inner(sent)
            .expect("the run is over")
            .into_inner()
            .expect("no panic")
    };
    let one = hits(1, 1);
    assert_eq!(one.len(), 2_000);
    for threads in [2, 3] {
        assert!(
            hits(1, threads) == one,
            "{threads} threads send other bytes"
        );
    }
    assert!(hits(2, 1) != one, "another seed sends other bytes");
}
