//! Files that users name: read within a limit, and written under their name only when complete.
//!
//! - [`InputFile`] reads a file, a pipe or a device into memory, up to the limit of its kind.
//! - [`AtomicFile`] is written under a temporary name, and renamed when it is complete.
//! - [`LateFile`] is a place that is checked first, and gets its file later.
//! - [`FilePlace`] tells whether two paths name the same file.
//!
//! ```
//! use std::io::Write;
//! use hammer_files::{AtomicFile, FileMode, InputFile};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("plan.toml");
//! let mut file = AtomicFile::create(&path, FileMode::Private)?;
//! file.write_all(b"[[load]]\n")?;
//! assert!(!path.exists());
//! file.commit()?;
//! assert_eq!(InputFile::Plan.read_text(&path)?, "[[load]]\n");
//! # Ok::<(), std::io::Error>(())
//! ```

mod atomic_file;
mod file_mode;
mod file_place;
mod input_file;
mod late_file;
mod path_kind;

pub use atomic_file::AtomicFile;
pub use file_mode::FileMode;
pub use file_place::FilePlace;
pub use input_file::InputFile;
pub use late_file::LateFile;
