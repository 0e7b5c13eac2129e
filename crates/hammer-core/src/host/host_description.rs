//! The machine that a run was made on.

use std::{env, fmt, fs, thread};

use serde::{Deserialize, Serialize};

/// The machine that a run was made on. Texts are empty if the system does not provide them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HostDescription {
    /// The model of the processor (`/proc/cpuinfo`).
    pub cpu_model: String,
    /// The cores that the process can use.
    pub cores: usize,
    /// The release of the kernel (`/proc/sys/kernel/osrelease`).
    pub kernel: String,
    /// The architecture, such as `x86_64`.
    pub arch: String,
    /// The operating system, such as `linux`.
    pub os: String,
}

impl HostDescription {
    /// Describes this machine.
    #[must_use]
    pub fn read() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        Self {
            cpu_model: cpu_model(&read("/proc/cpuinfo")),
            cores: thread::available_parallelism().map_or(0, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            arch: env::consts::ARCH.to_owned(),
            os: env::consts::OS.to_owned(),
        }
    }
}

impl fmt::Display for HostDescription {
    /// Writes what is known of the machine: `A CPU @ 2.50GHz, 2 cores, x86_64, linux 6.1.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = match self.cores {
            0 => String::new(),
            1 => "1 core".to_owned(),
            cores => format!("{cores} cores"),
        };
        let system = format!("{} {}", self.os, self.kernel);
        let parts = [&self.cpu_model, &cores, &self.arch, system.trim()];
        let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&known.join(", "))
    }
}

/// The model of the first processor: `model name` on x86, `Model` or `Hardware` on some others.
fn cpu_model(cpu_info: &str) -> String {
    let field = |name: &str| {
        cpu_info.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    let known = ["model name", "Model", "Hardware"].into_iter();
    known.filter_map(field).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_has_what_is_known() {
        let mut host = HostDescription::default();
        assert_eq!(host.to_string(), "");
        host.os = "linux".to_owned();
        host.cores = 1;
        assert_eq!(host.to_string(), "1 core, linux");
        host.kernel = "6.1.0".to_owned();
        host.arch = "x86_64".to_owned();
        (host.cpu_model, host.cores) = ("A CPU".to_owned(), 2);
        assert_eq!(host.to_string(), "A CPU, 2 cores, x86_64, linux 6.1.0");
    }

    #[test]
    fn the_model_of_the_first_processor_is_found() {
        for (info, model) in [
            (
                "processor\t: 0\nmodel\t\t: 85\nmodel name\t: A CPU @ 2.50GHz\n\nmodel name\t: B\n",
                "A CPU @ 2.50GHz",
            ),
            ("processor : 0\nHardware : BCM2835\n", "BCM2835"),
            ("", ""),
        ] {
            assert_eq!(cpu_model(info), model, "{info:?}");
        }
    }
}
