//! Description of a run, without sending anything.

mod load_forecast;
mod peak_rate;

use std::env;
use std::time::Duration;

use hammer_core::{ResourceLimits, Schedule};

use self::load_forecast::hits_in;
pub(crate) use self::load_forecast::{FIRST_HITS, LoadForecast};
#[cfg(feature = "replay")]
pub(crate) use self::load_forecast::{engine_settings, proxy_reports};
use self::peak_rate::peak_rate;
use crate::baseline::comparable_loads;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::execution::RunnablePlan;
use crate::output::print_stdout;
use crate::process::is_child_of_a_duel;
use crate::text::format_rate;
use crate::text::lines::{SEPARATOR, wrap, wrap_items};
use crate::text::number::format_count;

/// The environment variable with which a duel asks for the loads of a plan in place of a description.
pub(crate) const LOADS_VARIABLE: &str = "HAMMER_DRY_RUN_LOADS";

/// Returns true if a duel asks for the loads of the plan. The variable of anyone else is ignored.
pub(crate) fn is_for_a_duel() -> bool {
    env::var_os(LOADS_VARIABLE).is_some() && is_child_of_a_duel()
}

/// Prints the description of a run.
pub(crate) fn print(plan: &RunnablePlan) -> Result<CommandExit, Error> {
    print_stdout(&describe(plan))?;
    Ok(CommandExit::OK)
}

/// Prints the loads of a plan as JSON, with what other runs must share to be compared with them.
pub(crate) fn print_loads(plan: &RunnablePlan) -> Result<CommandExit, Error> {
    let loads = serde_json::to_string(&comparable_loads(plan));
    let loads = loads.map_err(|error| Error::Run(format!("failed to write the loads: {error}")))?;
    print_stdout(&loads)?;
    Ok(CommandExit::OK)
}

/// Describes the plan, each of its loads, and the resources that they need together.
fn describe(plan: &RunnablePlan) -> String {
    let single = plan.single_load().is_some();
    let forecasts: Vec<_> = plan.loads.iter().map(|load| load.load.forecast()).collect();
    let mut text = if single {
        wrap("dry run", "nothing is sent", 1)
    } else {
        let loads = plan.loads.len();
        let summary = format!("{} would run {loads} loads; nothing is sent", plan.name);
        let totals = wrap_items("total", &totals(plan, &forecasts), 2);
        wrap("dry run", &summary, 2) + &totals + &needs(plan)
    };
    for (load, forecast) in plan.loads.iter().zip(&forecasts) {
        let name = if single { "" } else { &load.name };
        let length = load.load.schedule().duration();
        text.push('\n');
        text.push_str(&forecast.render(name, load.offset, length));
        let warnings = load.load.warnings().iter();
        text.extend(warnings.map(|warning| wrap("warning", warning, usize::MAX)));
    }
    if single {
        text.push_str(&needs(plan));
    }
    text
}

/// The hits of all loads, the time that they take, and the highest rate of all loads together.
fn totals(plan: &RunnablePlan, forecasts: &[LoadForecast]) -> String {
    let hits = forecasts.iter().map(|forecast| forecast.expected_hits);
    let hits = hits.reduce(|sum, more| Some(sum?.saturating_add(more?)));
    let exact = forecasts.iter().all(|forecast| forecast.exact);
    let loads = plan.loads.iter();
    let loads: Vec<_> = loads
        .map(|load| (load.offset, load.load.schedule()))
        .collect();
    let end = plan_end(&loads);
    let hits = hits_in(hits.flatten(), exact, end, "targets allow");
    match end {
        Some(end) => {
            let peak = format_rate(peak_rate(&loads, end));
            format!("{hits}{SEPARATOR}{peak} at the peak")
        }
        None => hits,
    }
}

/// The end of the last schedule after the start of the plan, if it is known.
fn plan_end(loads: &[(Duration, Schedule)]) -> Option<Duration> {
    let ends = loads.iter();
    let ends = ends.map(|(offset, schedule)| Some(*offset + schedule.duration()?));
    ends.collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn needs(plan: &RunnablePlan) -> String {
    let needs = plan.needs();
    let text = format!(
        "up to {} files and {} ports if every hit takes as long as the timeout",
        format_count(needs.files),
        format_count(needs.ports)
    );
    let short = needs.shortages(ResourceLimits::read());
    let short = short.iter().map(|short| {
        wrap(
            "warning",
            &plan.setting_names.reword(&short.to_string()),
            usize::MAX,
        )
    });
    short.fold(wrap("needs", &text, 1), |text, short| text + &short)
}
