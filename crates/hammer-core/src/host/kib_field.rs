//! Fields of /proc that are in kibibytes.

/// Parses a line of /proc/meminfo or /proc/self/status, in bytes.
pub(crate) fn parse_kib_field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_parsed() {
        let memory = "MemTotal:  24684096 kB\nMemAvailable:   1024 kB\n";
        assert_eq!(parse_kib_field(memory, "MemAvailable:"), Some(1_048_576));
        assert_eq!(parse_kib_field(memory, "SwapFree:"), None);
    }
}
