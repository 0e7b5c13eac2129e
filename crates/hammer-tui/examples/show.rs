//! Shows a made-up run on the terminal, to try the display by hand:
//! `cargo run -p hammer-tui --example show -- [SECONDS] [hammer|coordinator]`.
//!
//! The second argument makes a hit of the hammer panic, or the coordinator.

use std::io::{self, Write};
use std::time::Duration;

use hammer_core::{
    Error, Hit, Outcome, Rate, Report, Run, RunEvent, Schedule, StopHandle, from_fn,
};
use hammer_tui::{
    ErrorBudget, LiveBound, LiveDisplay, LiveLoad, LiveRun, LiveSecond, LiveSender, LiveThreshold,
    LiveUpdate, obstacle, restore_terminal,
};

/// Requested hits per second.
const RATE: u64 = 500;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(60));
    let panics = arguments.next().unwrap_or_default();
    if let Some(obstacle) = obstacle() {
        let _ = writeln!(io::stderr(), "no display: {obstacle}");
    }
    let stop = StopHandle::new();
    let on_stop = stop.clone();
    let display = LiveDisplay::start(described(length), move || {
        on_stop.escalate();
    })?;
    let sender = display.sender();
    let ran = std::panic::catch_unwind(move || {
        LiveDisplay::register_coordinator();
        run(length, &panics, stop, &sender)
    });
    for line in display.close() {
        let _ = writeln!(io::stderr(), "{line}");
    }
    // As the third signal does.
    restore_terminal();
    let report = ran.map_err(|_| io::Error::other("the coordinator panicked"))?;
    let report = report.map_err(io::Error::other)?;
    writeln!(io::stdout(), "{} hits", report.hits.ended())
}

/// Runs a hammer that sleeps for a while, and shows it.
fn run(
    length: Duration,
    panics: &str,
    stop: StopHandle,
    display: &LiveSender,
) -> Result<Report, Error> {
    let hammer_panics = panics == "hammer";
    let hammer = from_fn(async move |hit: &mut Hit| {
        let number = hit.number();
        assert!(!hammer_panics || number != RATE, "the hammer panicked");
        let slow = if number.is_multiple_of(97) {
            180
        } else {
            5 + number % 13
        };
        tokio::time::sleep(Duration::from_millis(slow)).await;
        Ok(Outcome::ok(if number.is_multiple_of(500) {
            "503"
        } else {
            "200"
        }))
    });
    let schedule = Schedule::constant(Rate::per_second(RATE)).with_duration(length);
    let run = Run::new(hammer, schedule).threads(2).stop(stop);
    run.execute_with(|event| match event {
        RunEvent::Started {
            hit_count,
            duration,
        } => display.send(LiveUpdate::Started {
            load: 0,
            hit_count,
            length: duration,
        }),
        RunEvent::Tick(tick) => {
            assert_ne!(panics, "coordinator", "the coordinator panicked");
            let second = Box::new(LiveSecond::new(tick));
            display.send(LiveUpdate::Thresholds(thresholds(&second)));
            display.send(LiveUpdate::Second { load: 0, second });
            display.send(LiveUpdate::Log(format!(
                "second {}",
                tick.elapsed.as_secs()
            )));
        }
        RunEvent::Draining => display.send(LiveUpdate::Draining { load: 0 }),
        _ => {}
    })
}

fn described(length: Duration) -> LiveRun {
    let load = LiveLoad {
        hammer: "sleep".into(),
        target: "a made-up run".into(),
        shape: format!("{RATE}/s"),
        length: Some(length),
        hit_count: Some(RATE * length.as_secs()),
        bounds: vec![LiveBound {
            expression: "p99 < 250ms".into(),
            at: Duration::from_millis(250),
        }],
        ..LiveLoad::default()
    };
    LiveRun {
        name: "sleep".into(),
        loads: vec![load],
        ..LiveRun::default()
    }
}

fn thresholds(second: &LiveSecond) -> Vec<LiveThreshold> {
    let p99 = second.last.response.quantile(0.99);
    let is_measured = !second.last.response.is_empty();
    let on_response = LiveThreshold {
        expression: "p99 < 250ms".into(),
        figure: format!("{:.0} ms", p99.as_secs_f64() * 1e3),
        holds: is_measured.then_some(p99 < Duration::from_millis(250)),
        is_abort_condition: false,
        budget: None,
    };
    let on_errors = LiveThreshold {
        expression: "errors < 0.1%".into(),
        figure: "0 %".into(),
        holds: Some(true),
        budget: Some(ErrorBudget {
            left: 71,
            total: 96,
        }),
        ..on_response.clone()
    };
    vec![on_response, on_errors]
}
