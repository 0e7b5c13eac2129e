//! CPU samples taken with Linux `perf`, which include kernel functions.

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use inferno::collapse::Collapse;
use inferno::collapse::perf::{Folder, Options};

use super::cpu_profile::CpuProfile;
use super::folded_stacks::FoldedStacks;
use super::profile_scenario::ProfileScenario;
use super::setup::ProfileSetup;
use crate::error::Error;
use crate::executable::BuiltExecutable;

/// Copies the stack with each sample and unwinds it later, since the build has no frame pointers.
///
/// The size is the largest that perf accepts. The outermost frames of a worker are large: with half
/// the size, 96 of 100 stacks have no root.
const CALL_GRAPH: &str = "dwarf,65528";

/// The fields that inferno reads. Without the period, each sample counts as one.
const FIELDS: &str = "comm,pid,tid,time,event,ip,sym,dso";

/// Samples a run with perf.
///
/// # Errors
///
/// If perf is missing, or not permitted to sample the process or the kernel.
pub(crate) fn record_profile(
    scenario: &ProfileScenario,
    load: &ProfileSetup<'_>,
    binary: &BuiltExecutable,
    out: &Path,
) -> Result<CpuProfile, Error> {
    let data = out.join("perf.data");
    let length = format!("{}ms", scenario.duration.as_millis());
    let running = load.start_hammer(binary, ["--duration", &length], None)?;
    let recorder =
        load.start_on_target_core(&mut record_command(running.pid(), scenario.duration, &data));
    // Wait for hammer even if perf failed to start.
    let report = running.wait_for_report()?;
    let folded = wait_for_recorder(recorder?).and_then(|()| fold_samples(&data));
    // The file may have hundreds of megabytes, and is not needed once it is folded.
    if data.exists() {
        fs::remove_file(&data).map_err(Error::io("remove", &data))?;
    }
    let stacks = FoldedStacks::parse(&folded?);
    if stacks.total() == 0 {
        return Err(Error::failed("perf took no samples"));
    }
    // Without the kernel, most of the time of a load generator would be missing.
    if !stacks.include_kernel() {
        return Err(Error::failed("perf is not permitted to sample the kernel"));
    }
    Ok(CpuProfile {
        report,
        stacks,
        sampler: "perf",
        perf_failure: None,
    })
}

/// The command that samples a process until it ends.
fn record_command(pid: u32, duration: Duration, data: &Path) -> Command {
    let mut command = Command::new("perf");
    command
        .args(["record", "--freq", &frequency_hz(duration).to_string()])
        .args(["--call-graph", CALL_GRAPH])
        .args(["--pid", &pid.to_string(), "--output"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn wait_for_recorder(recorder: Child) -> Result<(), Error> {
    let output = recorder
        .wait_with_output()
        .map_err(Error::io("wait for", "perf"))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(Error::failed(format!(
        "perf record: {}",
        failure_reason(&stderr)
    )))
}

/// The line of perf's output that contains the error.
fn failure_reason(stderr: &str) -> &str {
    stderr
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && *line != "Error:")
        .unwrap_or("it failed without a message")
}

/// The frequency that gives about 5,000 samples, since each brings 64 KiB of stack.
///
/// All are primes, so that the samples do not run in step with periodic work.
fn frequency_hz(duration: Duration) -> u32 {
    match duration.as_secs() {
        0..=5 => 997,
        6..=10 => 499,
        11..=20 => 251,
        _ => 97,
    }
}

/// Folds the samples into one line per stack.
fn fold_samples(data: &Path) -> Result<String, Error> {
    let mut script = Command::new("perf")
        .args(["script", "--fields", FIELDS, "--input"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Error::io("start", "perf script"))?;
    let mut options = Options::default();
    options.annotate_kernel = true;
    let mut folded = Vec::new();
    if let Some(output) = script.stdout.take() {
        Folder::from(options)
            .collapse(BufReader::new(output), &mut folded)
            .map_err(Error::io("read", "perf script"))?;
    }
    let status = script
        .wait()
        .map_err(Error::io("wait for", "perf script"))?;
    if !status.success() {
        return Err(Error::failed(
            "perf script failed to read the recorded data",
        ));
    }
    Ok(String::from_utf8_lossy(&folded).into_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use inferno::collapse::Collapse;
    use inferno::collapse::perf::{Folder, Options};

    use super::{failure_reason, frequency_hz};
    use crate::profile::folded_stacks::FoldedStacks;

    #[test]
    fn takes_about_five_thousand_samples() {
        for (seconds, most) in [
            (1, 1_000),
            (5, 5_000),
            (10, 5_000),
            (20, 5_100),
            (60, 6_000),
        ] {
            let samples = seconds * u64::from(frequency_hz(Duration::from_secs(seconds)));
            assert!(
                samples <= most && samples * 3 > most.min(5_000) * 2,
                "{seconds} s: {samples}"
            );
        }
    }

    #[test]
    fn finds_the_reason() {
        let table = [
            ("Error:\nAccess is limited.\nMore.\n", "Access is limited."),
            ("\n  No permission\n", "No permission"),
            ("", "it failed without a message"),
        ];
        for (stderr, expected) in table {
            assert_eq!(failure_reason(stderr), expected, "{stderr}");
        }
    }

    #[test]
    fn folds_the_output_of_perf() {
        let script = "\
hammer-0  28938/28941   1211.665777: cpu-clock:ppp: 
\tffffffff81ff5686 ip_rcv_core ([kernel.kallsyms])
\tffffffff816b7aac do_writev ([kernel.kallsyms])
\t           fde9d __GI___writev (/usr/lib/libc.so.6)
\t           fde9d __GI___writev (/usr/lib/libc.so.6)
\t          40b9da tokio::io::poll_evented::PollEvented<E>::poll_write (inlined)
\t          1de0aa std::panic::catch_unwind (inlined)
\t          1de0aa hammer_core::worker::run (/target/profiling/hammer)

hammer-0  28938/28941   1211.666780: cpu-clock:ppp: 
\t    7ffc00000a56 __vdso_clock_gettime ([vdso])
\t          1de0aa hammer_core::worker::run (/target/profiling/hammer)

";
        let mut options = Options::default();
        options.annotate_kernel = true;
        let mut folded = Vec::new();
        Folder::from(options)
            .collapse(script.as_bytes(), &mut folded)
            .expect("the output folds");
        let stacks = FoldedStacks::parse(std::str::from_utf8(&folded).expect("frames are UTF-8"));
        assert_eq!(
            stacks.lines(),
            [
                "hammer-0;hammer_core::worker::run;__vdso_clock_gettime 1",
                "hammer-0;hammer_core::worker::run;tokio::io::poll_evented::PollEvented<E>::poll_write;\
                 writev;do_writev_[k];ip_rcv_core_[k] 1",
            ]
        );
        assert!(stacks.include_kernel());
    }
}
