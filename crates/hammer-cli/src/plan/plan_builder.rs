//! Makes a plan that can run from a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Command, FromArgMatches};
use hammer_plan::{GoHammerScenario, ParsedPlanFile, Plan, PlanContent, PlanLoad, PlanPathStep};

use super::flag_table::PlanFlagTable;
use crate::args::{EndpointArgs, JsonHeaders, LoadArgs, OutputArgs, PayloadArg};
use crate::error::Error;
use crate::execution::{RunnablePlan, RunnablePlanLoad};
use crate::hammer::{HammerCommand, external_name, pick_by_name, pick_by_scheme};
use crate::parsers::duration;
use crate::setting_names::SettingNames;

/// Finds and builds the hammers of a plan file. Returns the plan with its output flags.
pub(crate) fn build(
    entries: &[Box<dyn HammerCommand>],
    file: &ParsedPlanFile,
) -> Result<(RunnablePlan, OutputArgs), Error> {
    let name = file.name().to_owned();
    let folder = Path::new(&name).parent().unwrap_or(Path::new(""));
    match file.content() {
        PlanContent::Plan(plan) => {
            let names = load_names(plan);
            let loads = plan.load.iter().zip(names).enumerate();
            let loads = loads.map(|(index, (load, name))| {
                prepare_load(entries, file, folder, index, load, name)
            });
            let loads: Vec<RunnablePlanLoad> = loads.collect::<Result<_, _>>()?;
            let output = output_args(file, folder, plan)?;
            let plan = RunnablePlan {
                name,
                loads,
                setting_names: SettingNames::PlanKeys,
                variables: file.variables().clone(),
            };
            Ok((plan, output))
        }
        PlanContent::Scenario(scenario) => {
            let loads = vec![prepare_scenario(entries, file, scenario)?];
            let plan = RunnablePlan {
                name,
                loads,
                setting_names: SettingNames::PlanKeys,
                variables: file.variables().clone(),
            };
            Ok((plan, OutputArgs::default()))
        }
    }
}

/// The name of the hammer of all loads, if it is the same and not one of these.
pub(crate) fn only_external_hammer<'a>(
    entries: &[Box<dyn HammerCommand>],
    file: &'a ParsedPlanFile,
) -> Option<&'a str> {
    let PlanContent::Plan(plan) = file.content() else {
        return None;
    };
    let mut names = plan.load.iter().map(|load| {
        let target = load.target.as_deref().unwrap_or_default();
        external_name(entries, load.hammer.as_deref(), target)
    });
    let first = names.next()??;
    names.all(|name| name == Some(first)).then_some(first)
}

/// Names of the loads: the given ones, and `load-N` for the N-th load without a name.
fn load_names(plan: &Plan) -> Vec<String> {
    let given = plan.load.iter().filter_map(|load| load.name.as_deref());
    let given: BTreeSet<&str> = given.collect();
    let mut names: Vec<String> = vec![];
    for (index, load) in plan.load.iter().enumerate() {
        let free = (index + 1..).map(|number| format!("load-{number}"));
        let free = free.filter(|name| !given.contains(name.as_str()) && !names.contains(name));
        let name = load.name.clone().or_else(|| free.into_iter().next());
        names.extend(name);
    }
    names
}

fn prepare_load(
    entries: &[Box<dyn HammerCommand>],
    file: &ParsedPlanFile,
    folder: &Path,
    index: usize,
    load: &PlanLoad,
    name: String,
) -> Result<RunnablePlanLoad, Error> {
    let path = [PlanPathStep::Key("load"), PlanPathStep::Item(index)];
    let key_path = |key| [path[0], path[1], PlanPathStep::Key(key)];
    let value_error = |key, shown: String, problem: String| {
        let problem = format!("{shown}: {problem}");
        Error::from_plan_error(&file.value_error(&key_path(key), problem))
    };
    let target = load.target.as_deref();
    let entry = match &load.hammer {
        Some(hammer) => pick_by_name(entries, hammer).map_err(|problem| {
            let shown = file.shown_value(&key_path("hammer"), hammer);
            value_error("hammer", shown, problem)
        })?,
        None => {
            let target = target.unwrap_or_default();
            pick_by_scheme(entries, target).map_err(|problem| {
                let shown = file.shown_url(&key_path("target"), target);
                value_error("target", shown, problem)
            })?
        }
    };
    let subject = format!("a load of the {} hammer", entry.name());
    let arguments = PlanFlagTable {
        file,
        path: &path,
        subject: &subject,
        extra_keys: &PlanLoad::NON_FLAG_KEYS,
        folder,
    };
    let flags = load.flags();
    let matches = arguments.matches(entry.load_command(), &flags, target)?;
    let offset = match &load.offset {
        None => Duration::ZERO,
        Some(offset) => {
            let text = offset.texts().join(", ");
            let is_zero = matches!(text.as_str(), "0" | "0s");
            let parsed = if is_zero {
                Ok(Duration::ZERO)
            } else {
                duration::parse(&text)
            };
            parsed.map_err(|error| {
                let error = file.invalid_value(&key_path("offset"), &text, error);
                Error::from_plan_error(&error)
            })?
        }
    };
    let mut prepared = (entry.prepare(&matches))
        .map_err(|error| arguments.translate_build_error(&entry.load_command(), &flags, error))?;
    if prepared.single_hit().is_some() {
        let problem = "'once' is not available in a plan (try the flag --once without a plan)";
        let error = file.value_error(&key_path("once"), problem);
        return Err(Error::from_plan_error(&error));
    }
    Ok(RunnablePlanLoad {
        name,
        offset,
        load: prepared,
    })
}

/// The output flags of the whole plan. Paths of outputs are relative to the working directory, and
/// those of files that are read to `folder`.
fn output_args(file: &ParsedPlanFile, folder: &Path, plan: &Plan) -> Result<OutputArgs, Error> {
    let arguments = PlanFlagTable {
        file,
        path: &[],
        subject: "a plan",
        extra_keys: &["load"],
        folder,
    };
    let command = OutputArgs::augment_args(Command::new("plan"));
    let matches = arguments.matches(command, &plan.flags(), None)?;
    let output = OutputArgs::from_arg_matches(&matches)?.with_plan_thresholds(file);
    let path = |index| [PlanPathStep::Key("output"), PlanPathStep::Item(index)];
    Ok(output.with_plan_locations(|index| file.value_error(&path(index), "'output'").to_string()))
}

fn prepare_scenario(
    entries: &[Box<dyn HammerCommand>],
    file: &ParsedPlanFile,
    scenario: &GoHammerScenario,
) -> Result<RunnablePlanLoad, Error> {
    let config = &scenario.hammer_config;
    let flags = [("duration", &scenario.duration), ("tps", &scenario.tps)];
    let flags = flags
        .into_iter()
        .filter_map(|(key, setting)| Some((key.to_owned(), setting.clone()?)))
        .collect();
    let arguments = PlanFlagTable {
        file,
        path: &[],
        subject: "a scenario",
        extra_keys: &["hammer", "hammerConfig"],
        folder: Path::new(""),
    };
    let command = LoadArgs::augment_args(Command::new("scenario"));
    let matches = arguments.matches(command, &flags, None)?;
    let load = LoadArgs::from_arg_matches(&matches)?;
    load.check()?;
    let value_error = |path: &[PlanPathStep<'_>], problem: String| {
        Error::Usage(file.value_error(path, problem).to_string())
    };
    // go-hammer names its hammers by type, such as HTTPHammer.
    let hammer = scenario.hammer.as_deref().map(str::to_lowercase);
    let hammer = hammer
        .as_deref()
        .map(|hammer| hammer.strip_suffix("hammer").unwrap_or(hammer));
    let endpoint = [
        PlanPathStep::Key("hammerConfig"),
        PlanPathStep::Key("endpoint"),
    ];
    let entry = match hammer.filter(|hammer| !hammer.is_empty()) {
        Some(hammer) => pick_by_name(entries, hammer).map_err(|problem| {
            value_error(
                &[PlanPathStep::Key("hammer")],
                format!("'{hammer}': {problem}"),
            )
        })?,
        None => pick_by_scheme(entries, &config.endpoint).map_err(|problem| {
            let shown = file.shown_url(&endpoint, &config.endpoint);
            value_error(&endpoint, format!("{shown}: {problem}"))
        })?,
    };
    let non_empty = |text: &String| (!text.is_empty()).then(|| text.clone());
    let prepared = entry.prepare_endpoint(
        EndpointArgs {
            url: config.endpoint.clone(),
            method: non_empty(&config.method),
            payload: non_empty(&config.payload).map(PayloadArg::from_text),
            headers: Some(JsonHeaders::from_map(&config.headers)),
            cacert: None::<PathBuf>,
            insecure: false,
        },
        load,
    );
    let prepared = prepared.map_err(|error| match error {
        // The message starts with a flag of `run --endpoint`.
        Error::Usage(_) | Error::InvalidExpression { .. } => {
            let message = error.message();
            let message = message.trim_start_matches("--");
            let key = message.split(':').next().unwrap_or_default();
            value_error(&[endpoint[0], PlanPathStep::Key(key)], message.to_owned())
        }
        other => other,
    })?;
    Ok(RunnablePlanLoad {
        name: "scenario".into(),
        offset: Duration::ZERO,
        load: prepared,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_without_a_name_are_numbered() {
        let load = |name: &str| PlanLoad {
            name: (!name.is_empty()).then(|| name.to_owned()),
            ..PlanLoad::default()
        };
        for (given, all) in [
            (["", "", ""], ["load-1", "load-2", "load-3"]),
            (["a", "", "b"], ["a", "load-2", "b"]),
            (["", "", "load-1"], ["load-2", "load-3", "load-1"]),
        ] {
            let plan = Plan {
                load: given.map(load).to_vec(),
                ..Plan::default()
            };
            assert_eq!(load_names(&plan), all, "{given:?}");
        }
    }
}
