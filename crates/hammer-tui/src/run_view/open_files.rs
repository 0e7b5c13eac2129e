//! The number of files that the process has open.

use std::fs;
use std::time::{Duration, Instant};

/// The time between two counts if counting has to list a folder.
const LISTING_INTERVAL: Duration = Duration::from_secs(5);

/// The most files that a listing counts. It would take a millisecond per thousand.
const MOST_LISTED: usize = 4_096;

/// Counts the files that the process has open.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenFileCounter {
    last: Option<(Instant, Option<u64>)>,
}

impl OpenFileCounter {
    /// The number of open files, at most a few seconds old; `None` if it is unknown or too large to
    /// count.
    pub(crate) fn count(&mut self, now: Instant) -> Option<u64> {
        if let Some(files) = size_of_folder() {
            return Some(files);
        }
        match self.last {
            Some((at, files)) if now.duration_since(at) < LISTING_INTERVAL => files,
            _ => {
                let files = list_folder();
                self.last = Some((now, files));
                files
            }
        }
    }
}

/// The size of the folder, which Linux sets to the number of files from version 6.2 on.
fn size_of_folder() -> Option<u64> {
    let size = fs::metadata("/proc/self/fd").ok()?.len();
    (size > 0).then_some(size)
}

fn list_folder() -> Option<u64> {
    let folders = ["/proc/self/fd", "/dev/fd"];
    let entries = folders.iter().find_map(|path| fs::read_dir(path).ok())?;
    let files = entries.take(MOST_LISTED + 1).count();
    // One of them is the folder that is being listed.
    (files <= MOST_LISTED).then(|| files.saturating_sub(1) as u64)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn another_open_file_is_counted() {
        let before = list_folder().expect("/proc is there");
        let files: Vec<_> = (0..100)
            .map(|_| fs::File::open("/proc/self/stat"))
            .collect();
        let after = list_folder().expect("/proc is there");
        // Other tests may open and close files meanwhile.
        assert!(
            after >= before + 50,
            "{before}, {after} with {} more",
            files.len()
        );
        let counted = OpenFileCounter::default().count(Instant::now());
        assert!(counted >= Some(50), "{counted:?}");
    }
}
