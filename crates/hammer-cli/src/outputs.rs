use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, IsTerminal, Write};

use hammer_core::{Event, Report};
use hammer_plan::PlanReport;

use crate::error::Error;
use crate::hits_log::HitsLog;
use crate::output::{Kind, Output, OutputArgs};
use crate::{junit, text};

/// Everything a run writes except progress; the files are made before anything is sent.
pub(crate) struct Outputs {
    reports: Vec<(Output, Sink)>,
    hits: Vec<(Output, HitsLog<Sink>)>,
}

/// A report of any shape.
pub(crate) trait Written {
    fn json(&self) -> serde_json::Result<Vec<u8>>;
    fn text(&self, colour: bool) -> String;
    fn junit(&self) -> String;
}

impl Written for Report {
    fn json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    fn text(&self, colour: bool) -> String {
        text::render(self, colour)
    }

    fn junit(&self) -> String {
        junit::render(self)
    }
}

impl Written for PlanReport {
    fn json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    fn text(&self, colour: bool) -> String {
        text::render_plan(self, colour)
    }

    fn junit(&self) -> String {
        junit::render_plan(self)
    }
}

enum Sink {
    Stdout,
    File(File),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout => io::stdout().write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().flush(),
            Self::File(file) => file.flush(),
        }
    }
}

impl Outputs {
    /// Makes the files, empty.
    pub(crate) fn open(args: &OutputArgs) -> Result<Self, Error> {
        Self::open_for(args, false)
    }

    /// The same, for several loads if `loads`.
    pub(crate) fn open_for(args: &OutputArgs, loads: bool) -> Result<Self, Error> {
        let mut outputs = Self {
            reports: vec![],
            hits: vec![],
        };
        let all = args.outputs();
        let mut taken = BTreeSet::new();
        for output in &all {
            if !taken.insert(output.path.clone()) {
                let wrong = "something else is written there; right would be another path";
                return Err(wrong_output(output, wrong));
            }
        }
        for output in all {
            let sink = match &output.path {
                None => Sink::Stdout,
                Some(path) => Sink::File(File::create(path).map_err(|error| {
                    let wrong = format!("failed to create the file: {error}; right would be a path that can be written");
                    wrong_output(&output, &wrong)
                })?),
            };
            match output.kind {
                Kind::Hits => outputs.hits.push((output, HitsLog::new(sink, loads))),
                Kind::Text | Kind::Json | Kind::Junit => outputs.reports.push((output, sink)),
            }
        }
        Ok(outputs)
    }

    /// Whether the engine has to send a record of each hit.
    pub(crate) fn wants_hits(&self) -> bool {
        !self.hits.is_empty()
    }

    /// Writes hits down as they end, those of `load` if there are several. The error is told once.
    pub(crate) fn on_event(&mut self, load: Option<&str>, event: &Event<'_>) -> Result<(), String> {
        let Event::Hits(records) = event else {
            return Ok(());
        };
        let mut result = Ok(());
        for (output, log) in &mut self.hits {
            if let Err(error) = log.write(load, records) {
                result = Err(broken(output, &error));
            }
        }
        result
    }

    /// Writes the report everywhere, and tells what could not be written.
    ///
    /// A report that could not be written where it was wanted is printed where it can be seen.
    pub(crate) fn finish(mut self, report: &dyn Written) -> Vec<String> {
        let mut errors = vec![];
        for (output, log) in &mut self.hits {
            if let Err(error) = log.finish() {
                errors.push(broken(output, &error));
            }
            if log.is_broken() && errors.is_empty() {
                errors.push(format!("the log of hits ({output}) is not complete"));
            }
        }
        let (mut lost, mut on_stdout, mut stdout_broken) = (false, false, false);
        for (output, sink) in &mut self.reports {
            let stdout = matches!(sink, Sink::Stdout);
            match write_report(output.kind, sink, report) {
                Ok(()) => on_stdout |= stdout,
                // Whoever closed the pipe has seen what they wanted.
                Err(error) if stdout && error.kind() == io::ErrorKind::BrokenPipe => {
                    on_stdout = true;
                }
                Err(error) => {
                    errors.push(broken(output, &error));
                    lost = true;
                    stdout_broken |= stdout;
                }
            }
        }
        if lost && !on_stdout {
            let text = report.text(false);
            let on_stdout = !stdout_broken && io::stdout().write_all(text.as_bytes()).is_ok();
            if !on_stdout {
                let _ = io::stderr().write_all(text.as_bytes());
            }
        }
        errors
    }
}

fn write_report(kind: Kind, sink: &mut Sink, report: &dyn Written) -> io::Result<()> {
    let bytes = if kind == Kind::Json {
        let mut json = report.json()?;
        json.push(b'\n');
        json
    } else if kind == Kind::Junit {
        report.junit().into_bytes()
    } else {
        let terminal = matches!(sink, Sink::Stdout) && io::stdout().is_terminal();
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        report.text(colour).into_bytes()
    };
    sink.write_all(&bytes)?;
    sink.flush()
}

fn wrong_output(output: &Output, wrong: &str) -> Error {
    match &output.place {
        Some(place) => Error::Usage(format!("{place}: invalid value '{output}': {wrong}")),
        None => Error::value("--output <KIND[=PATH]>", &output.to_string(), wrong),
    }
}

fn broken(output: &Output, error: &io::Error) -> String {
    format!("failed to write --output {output}: {error}")
}
