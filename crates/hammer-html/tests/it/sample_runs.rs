//! Runs whose pages are tested. They happen under a paused clock, so they take no time and are
//! always the same.

use std::time::Duration;

use hammer_core::testing::with_paused_clock;
use hammer_core::{
    Description, Failure, Hammer, Hit, Outcome, PlanLoadReport, PlanReport, Report, Run, RunFile,
    Schedule, Shape, Slot,
};
use hammer_plan::{Threshold, check_thresholds};

/// A minute at a constant rate that the target can serve.
pub(crate) fn steady_run() -> RunFile {
    let thresholds = ["p99 < 50ms", "errors < 1%"];
    run_file(report("steady", "200/s/1m", 400), &thresholds)
}

/// Steps up to more than the target can serve.
pub(crate) fn overloaded_run() -> RunFile {
    let thresholds = ["p99 < 50ms", "errors < 0.1%"];
    run_file(
        report("overload", "steps(50..300, 6, 10s)", 170),
        &thresholds,
    )
}

/// Too short for most statistics.
pub(crate) fn short_run() -> RunFile {
    run_file(report("short", "50/s/2s", 400), &[])
}

/// No hit finds a target.
pub(crate) fn unanswered_run() -> RunFile {
    run_file(report("unanswered", "20/s/3s", 0), &[])
}

/// Two loads, one of which starts later. Their names would break a careless page.
pub(crate) fn plan_run() -> RunFile {
    let loads = vec![
        PlanLoadReport::new(
            "browse <b>&amp;</script>".to_owned(),
            Duration::ZERO,
            report("browse", "100/s/20s", 400),
        ),
        PlanLoadReport::new(
            "buy \"now\"".to_owned(),
            Duration::from_secs(5),
            report("buy", "20..60/10s, 60/s/5s", 400),
        ),
    ];
    RunFile::new(PlanReport::new(
        "shop.toml".to_owned(),
        Duration::ZERO,
        loads,
    ))
}

fn run_file(report: Report, thresholds: &[&str]) -> RunFile {
    let mut report = PlanReport::from_single_load(report);
    let parsed = thresholds.iter().map(|text| text.parse().expect(text));
    let thresholds: Vec<Threshold> = parsed.collect();
    check_thresholds(&mut report, &thresholds, None);
    let mut run = RunFile::new(report);
    let command = ["hammer", "http", "http://127.0.0.1:8080/"];
    run.command = command.map(str::to_owned).to_vec();
    run
}

/// Runs a load against a target that answers at most `capacity` hits per second in time.
fn report(name: &str, shape: &str, capacity: u64) -> Report {
    let schedule = Schedule::new(shape.parse::<Shape>().expect(shape));
    let run = Run::new(SampleHammer { capacity }, schedule)
        .name(name)
        .target("http://127.0.0.1:8080/")
        .timeout(Duration::from_millis(800))
        .max_in_flight(60);
    with_paused_clock(run).execute().expect("a run")
}

/// A hammer whose target slows down when it has more to do than it can.
struct SampleHammer {
    capacity: u64,
}

impl Hammer for SampleHammer {
    type Session = ();

    async fn open(&self, slot: &Slot) -> Result<(), Failure> {
        if self.capacity == 0 {
            return Err(Failure::CONNECT_REFUSED);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        slot.mark("connect");
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let chance = mixed(hit.number());
        hit.group((chance % 3) as usize);
        let load = hit.slot().index() as u64;
        // Half of the hits take at most 6 ms, one in a thousand ten times as long.
        let tail = 1000 / (1 + chance % 1000);
        let busy = if load > self.capacity / 40 {
            load * 12
        } else {
            0
        };
        tokio::time::sleep(Duration::from_millis(2 + chance % 7)).await;
        hit.mark("wait");
        tokio::time::sleep(Duration::from_millis(tail.min(60) + busy)).await;
        hit.mark("body");
        match chance % 500 {
            0 if self.capacity < 400 => Err(Failure::RESET),
            1 => Ok(Outcome::rejected(503)),
            _ => Ok(Outcome::ok(200).sent(120).received(2_000)),
        }
    }

    fn describe(&self) -> Description {
        Description::new().groups(["/", "/cart?a=1&b=<2>", "/search"])
    }
}

/// Mixes the bits of a number (SplitMix64).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
