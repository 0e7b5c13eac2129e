use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::Endpoint;
use crate::entry::{self, Entry};
use crate::error::Error;
use crate::exit::Exit;

/// The subcommand.
pub(crate) const NAME: &str = "run";

/// What `run` needs besides the endpoint and the load.
#[derive(Debug, Args)]
#[group(skip)]
struct RunArgs {
    /// Hammer to use, whatever the scheme says
    #[arg(long, value_name = "NAME")]
    hammer: Option<String>,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// `run`, for targets of these URL schemes.
pub(crate) fn command(schemes: impl Iterator<Item = &'static str>) -> Command {
    let schemes: Vec<&str> = schemes.collect();
    let command = Command::new(NAME).after_help(format!("Schemes: {}.", schemes.join(", ")));
    entry::with_load(RunArgs::augment_args(command))
        .about("Hit a target of any kind; its URL says which")
}

/// Picks the hammer and swings it.
pub(crate) fn run(entries: &[Box<dyn Entry>], matches: &ArgMatches) -> Result<Exit, Error> {
    let args = RunArgs::from_arg_matches(matches)?;
    let (load, output) = entry::load_of(matches)?;
    pick(entries, &args)?.run_endpoint(args.endpoint, &load, &output)
}

fn pick<'a>(entries: &'a [Box<dyn Entry>], args: &RunArgs) -> Result<&'a dyn Entry, Error> {
    let url = args.endpoint.url.as_str();
    let find = |wanted: &dyn Fn(&dyn Entry) -> bool| {
        entries
            .iter()
            .map(|entry| &**entry)
            .find(|entry| wanted(*entry))
    };
    if let Some(name) = args.hammer.as_deref() {
        return find(&|entry| entry.name() == name).ok_or_else(|| {
            let known: Vec<_> = entries.iter().map(|entry| entry.name()).collect();
            let wrong = format!("no such hammer; right would be {}", known.join(", "));
            Error::value("--hammer <NAME>", name, wrong)
        });
    }
    let wrong = |wrong: String| {
        let known: Vec<_> = entries
            .iter()
            .flat_map(|entry| entry.schemes())
            .copied()
            .collect();
        let right = format!("{wrong}; right would be {}", known.join(", "));
        Error::value("--endpoint <URL>", url, right)
    };
    let Some((scheme, _)) = url.split_once("://") else {
        return Err(wrong("it has no scheme".into()));
    };
    find(&|entry| {
        entry
            .schemes()
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme))
    })
    .ok_or_else(|| wrong(format!("unknown scheme '{scheme}'")))
}
