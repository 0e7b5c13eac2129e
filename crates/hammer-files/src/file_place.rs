//! The places that paths name.

use std::fs;
use std::path::{Path, PathBuf};

use crate::path_kind::PathKind;

/// The place of a file, to find out whether two paths name the same file.
///
/// Paths of one place may differ in `.` and `..`, in symbolic links, and, on Unix, in hard links. The
/// file need not exist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePlace(PlaceKey);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum PlaceKey {
    /// A file that exists, by its device and its inode.
    #[cfg(unix)]
    Inode(u64, u64),
    /// The path without symbolic links.
    Path(PathBuf),
}

impl FilePlace {
    /// The place that `path` names now.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        #[cfg(unix)]
        if let Ok(metadata) = fs::metadata(path) {
            use std::os::unix::fs::MetadataExt;
            return Self(PlaceKey::Inode(metadata.dev(), metadata.ino()));
        }
        let named = match PathKind::of(path) {
            Ok(PathKind::Named(named)) => named,
            _ => path.to_owned(),
        };
        Self(PlaceKey::Path(without_links(named)))
    }
}

/// The path with the real path of its folder, if there is one.
fn without_links(path: PathBuf) -> PathBuf {
    if let Ok(path) = fs::canonicalize(&path) {
        return path;
    }
    let Some(name) = path.file_name() else {
        return path;
    };
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    match fs::canonicalize(folder) {
        Ok(folder) => folder.join(name),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_file_have_one_place() {
        let folder = tempfile::tempdir().expect("created");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).expect("created");
        for exists in [false, true] {
            if exists {
                fs::write(path("run.json"), "{}").expect("written");
            }
            let place = FilePlace::of(&path("run.json"));
            assert_eq!(FilePlace::of(&path("./sub/../run.json")), place);
            assert_ne!(FilePlace::of(&path("other.json")), place);
            assert_ne!(FilePlace::of(&path("sub/run.json")), place);
        }
        // A folder that does not exist has places, too.
        let [one, other] = ["none/a", "none/b"].map(|name| FilePlace::of(&path(name)));
        assert_ne!(one, other);
    }

    #[cfg(unix)]
    #[test]
    fn links_have_the_place_of_their_file() {
        let folder = tempfile::tempdir().expect("created");
        let path = |name: &str| folder.path().join(name);
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(path(target), path(name)).expect("linked");
        };
        fs::write(path("run.json"), "{}").expect("written");
        fs::hard_link(path("run.json"), path("hard.json")).expect("linked");
        link("run.json", "soft.json");
        link("new.json", "dangling.json");
        for name in ["hard.json", "soft.json"] {
            assert_eq!(FilePlace::of(&path(name)), FilePlace::of(&path("run.json")));
        }
        assert_eq!(
            FilePlace::of(&path("dangling.json")),
            FilePlace::of(&path("new.json"))
        );
    }
}
