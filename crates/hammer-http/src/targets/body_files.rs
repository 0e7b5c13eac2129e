//! The body files of a list of targets.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bytes::Bytes;
use hammer_files::InputFile;

/// The body files of a list of targets, each in memory once.
pub(super) struct BodyFiles<'a> {
    folder: &'a Path,
    bodies: RefCell<BTreeMap<String, Bytes>>,
    /// The bytes of all bodies.
    bytes: Cell<u64>,
}

impl<'a> BodyFiles<'a> {
    /// Creates a reader of files in `folder`, or else in the current folder.
    pub(super) fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            bodies: RefCell::default(),
            bytes: Cell::new(0),
        }
    }

    /// Reads a file, unless it was read before. All files together have the limit of one body.
    pub(super) fn read(&self, path: &str) -> Result<Bytes, String> {
        let mut bodies = self.bodies.borrow_mut();
        if let Some(body) = bodies.get(path) {
            return Ok(body.clone());
        }
        let result = match InputFile::Body.read(&self.folder.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                InputFile::Body.read(Path::new(path))
            }
            result => result,
        };
        let body = result
            .map(Bytes::from)
            .map_err(|error| format!("failed to read the body file {path:?}: {error}"))?;
        let bytes = self.bytes.get() + body.len() as u64;
        if bytes > InputFile::Body.max_bytes() {
            let limit = InputFile::Body.max_bytes() >> 20;
            return Err(format!(
                "expected at most {limit} MiB in all body files, found more in {path:?}"
            ));
        }
        self.bytes.set(bytes);
        bodies.insert(path.to_owned(), body.clone());
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_and_all_have_a_limit() {
        let folder = tempfile::tempdir().expect("created");
        for name in ["one", "two", "three"] {
            // A sparse file takes no space.
            let file = std::fs::File::create(folder.path().join(name)).expect("created");
            file.set_len(100 << 20).expect("sparse files are supported");
        }
        let files = BodyFiles::new(folder.path());
        let one = files.read("one").expect("readable");
        assert_eq!(files.read("one").expect("readable").as_ptr(), one.as_ptr());
        assert!(files.read("two").is_ok());
        let error = files.read("three").expect_err("too long together");
        assert!(error.contains("at most 256 MiB in all"), "{error}");
    }
}
