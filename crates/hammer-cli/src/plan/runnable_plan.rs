use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::{Args, Command, FromArgMatches};
use hammer_core::{ResourceNeeds, Shape};
use hammer_plan::{GoHammerScenario, Plan, PlanContent, PlanFile, PlanLoad, PlanPathStep};

use super::flag_table::FlagTable;
use crate::endpoint_args::JsonHeaders;
use crate::error::Error;
use crate::hammer_command::HammerCommand;
use crate::load_args::LoadArgs;
use crate::output::output_args::OutputArgs;
use crate::run::{pick_by_name, pick_by_scheme};
use crate::typed_load::PreparedLoad;
use crate::{EndpointArgs, PayloadArg, parsers::duration};

/// A plan with everything that it needs to be run.
pub(crate) struct RunnablePlan {
    pub(crate) name: String,
    pub(crate) loads: Vec<NamedLoad>,
    pub(crate) output: OutputArgs,
}

/// One load of a plan, ready to be made.
pub(crate) struct NamedLoad {
    pub(crate) name: String,
    pub(crate) offset: Duration,
    pub(crate) job: Box<dyn PreparedLoad>,
}

impl RunnablePlan {
    /// Finds the hammers for what `file` says, and builds them.
    pub(crate) fn new(entries: &[Box<dyn HammerCommand>], file: &PlanFile) -> Result<Self, Error> {
        let name = file.name().to_owned();
        let folder = Path::new(&name).parent().unwrap_or(Path::new(""));
        match file.content() {
            PlanContent::Plan(plan) => {
                let names = load_names(plan);
                let loads = plan.load.iter().zip(names).enumerate();
                let loads = loads.map(|(index, (load, name))| {
                    prepare_load(entries, file, folder, index, load, name)
                });
                let loads: Vec<NamedLoad> = loads.collect::<Result<_, _>>()?;
                let output = output_args(file, plan)?;
                output
                    .thresholds()
                    .validate_in_plan(file, &named_shapes(&loads))?;
                Ok(Self {
                    name,
                    loads,
                    output,
                })
            }
            PlanContent::Scenario(scenario) => Ok(Self {
                loads: vec![prepare_scenario(entries, file, scenario)?],
                output: OutputArgs::default(),
                name,
            }),
        }
    }

    /// The threads of a load that does not say how many: its part of the cores.
    pub(crate) fn threads(&self) -> usize {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (cores / self.loads.len()).max(1)
    }

    /// What all loads may need together.
    pub(crate) fn needs(&self) -> ResourceNeeds {
        let loads = self.loads.iter();
        ResourceNeeds::combined(loads.map(|load| load.job.needs(Some(self.threads()))))
    }
}

/// What thresholds have to fit: the loads by their names, and how their rates change.
pub(crate) fn named_shapes(loads: &[NamedLoad]) -> Vec<(&str, &Shape)> {
    let shaped = loads
        .iter()
        .map(|load| (load.name.as_str(), load.job.load().shape()));
    shaped.collect()
}

/// The names of the loads: those given, and load-1, load-2 for the others, by their place.
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
    file: &PlanFile,
    folder: &Path,
    index: usize,
    load: &PlanLoad,
    name: String,
) -> Result<NamedLoad, Error> {
    let path = [PlanPathStep::Key("load"), PlanPathStep::Item(index)];
    let way = |key| [path[0], path[1], PlanPathStep::Key(key)];
    let wrong = |key, what: String| Error::Usage(file.value_error(&way(key), what).to_string());
    let target = load.target.as_deref();
    let entry = match &load.hammer {
        Some(hammer) => pick_by_name(entries, hammer)
            .map_err(|what| wrong("hammer", format!("'{hammer}': {what}")))?,
        None => {
            let target = target.unwrap_or_default();
            pick_by_scheme(entries, target)
                .map_err(|what| wrong("target", format!("'{target}': {what}")))?
        }
    };
    let of = format!("a load of the {} hammer", entry.name());
    let arguments = FlagTable {
        file,
        path: &path,
        subject: &of,
        extra_keys: &PlanLoad::NON_FLAG_KEYS,
        folder,
    };
    let matches = arguments.matches(entry.load_command(), &load.flags(), target)?;
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
            parsed.map_err(|what| wrong("offset", format!("'offset': '{text}' {what}")))?
        }
    };
    let mut job = entry.prepare(&matches).map_err(|error| match error {
        Error::Usage(what) => {
            let key = first_flag_in(&what).replace('-', "_");
            let way = [path[0], path[1], PlanPathStep::Key(&key)];
            Error::Usage(file.value_error(&way, what).to_string())
        }
        other => other,
    })?;
    if job.once_renderer().is_some() {
        let what =
            "'once' shows a hit in place of a load; right would be the flag --once, without a plan";
        return Err(wrong("once", what.into()));
    }
    Ok(NamedLoad { name, offset, job })
}

/// The flag that a message names first, without its hyphens.
fn first_flag_in(message: &str) -> &str {
    let named = message.split("'--").nth(1).unwrap_or_default();
    named.split([' ', '\'']).next().unwrap_or_default()
}

/// The flags of the whole plan. Files that are written lie where the command runs.
fn output_args(file: &PlanFile, plan: &Plan) -> Result<OutputArgs, Error> {
    let arguments = FlagTable {
        file,
        path: &[],
        subject: "a plan",
        extra_keys: &["load"],
        folder: Path::new(""),
    };
    let command = OutputArgs::augment_args(Command::new("plan"));
    let matches = arguments.matches(command, &plan.flags(), None)?;
    let output = OutputArgs::from_arg_matches(&matches)?;
    let way = |index| [PlanPathStep::Key("output"), PlanPathStep::Item(index)];
    Ok(output.with_plan_locations(|index| file.value_error(&way(index), "'output'").to_string()))
}

fn prepare_scenario(
    entries: &[Box<dyn HammerCommand>],
    file: &PlanFile,
    scenario: &GoHammerScenario,
) -> Result<NamedLoad, Error> {
    let config = &scenario.hammer_config;
    let flags = [("duration", &scenario.duration), ("tps", &scenario.tps)];
    let flags = flags
        .into_iter()
        .filter_map(|(key, setting)| Some((key.to_owned(), setting.clone()?)))
        .collect();
    let arguments = FlagTable {
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
    let wrong = |path: &[PlanPathStep<'_>], what: String| {
        Error::Usage(file.value_error(path, what).to_string())
    };
    // The ancestor's names were those of its types, such as HTTPHammer.
    let hammer = scenario.hammer.as_deref().map(str::to_lowercase);
    let hammer = hammer
        .as_deref()
        .map(|hammer| hammer.strip_suffix("hammer").unwrap_or(hammer));
    let endpoint = [
        PlanPathStep::Key("hammerConfig"),
        PlanPathStep::Key("endpoint"),
    ];
    let entry = match hammer.filter(|hammer| !hammer.is_empty()) {
        Some(hammer) => pick_by_name(entries, hammer).map_err(|what| {
            wrong(
                &[PlanPathStep::Key("hammer")],
                format!("'{hammer}': {what}"),
            )
        })?,
        None => pick_by_scheme(entries, &config.endpoint)
            .map_err(|what| wrong(&endpoint, format!("'{}': {what}", config.endpoint)))?,
    };
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let job = entry.prepare_endpoint(
        EndpointArgs {
            url: config.endpoint.clone(),
            method: some(&config.method),
            payload: some(&config.payload).map(PayloadArg::from_text),
            headers: Some(JsonHeaders::from_map(&config.headers)),
            cacert: None::<PathBuf>,
            insecure: false,
        },
        load,
    );
    let job = job.map_err(|error| match error {
        // It names the flag of `run --endpoint` that it was given for.
        Error::Usage(what) => {
            let what = what.trim_start_matches("--");
            let key = what.split(':').next().unwrap_or_default();
            wrong(&[endpoint[0], PlanPathStep::Key(key)], what.to_owned())
        }
        other => other,
    })?;
    Ok(NamedLoad {
        name: "scenario".into(),
        offset: Duration::ZERO,
        job,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_without_a_name_have_that_of_their_place_unless_it_is_taken() {
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
