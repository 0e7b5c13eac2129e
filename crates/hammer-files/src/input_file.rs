//! Files that are read into memory, with a limit for each kind.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// A kind of file that is read into memory as a whole.
///
/// A file, a pipe or a device with more bytes than its kind allows is an error, so that a wrong path
/// such as `/dev/zero` does not fill the memory. The limit is one of the size of the file: while a pipe
/// is read, its buffer and the smaller one before it together take up to 1.5 times as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputFile {
    /// A body, or several of them: at most 256 MiB.
    Body,
    /// A list of targets: at most 256 MiB.
    Targets,
    /// Certificates or keys: at most 16 MiB.
    Certificates,
    /// Rules for the bodies of a replay: at most 16 MiB.
    BodyRules,
    /// A run file, or what is inside of a compressed one: at most 256 MiB.
    Run,
    /// A plan: at most 1 MiB.
    Plan,
    /// A token, a login or another secret: at most 1 MiB.
    Secret,
}

/// Number of bytes by which a buffer grows at first.
const MIN_GROWTH_BYTES: usize = 64 << 10;

impl InputFile {
    /// Returns the largest number of bytes that is read.
    #[must_use]
    pub const fn max_bytes(self) -> u64 {
        match self {
            Self::Body | Self::Targets | Self::Run => 256 << 20,
            Self::Certificates | Self::BodyRules => 16 << 20,
            Self::Plan | Self::Secret => 1 << 20,
        }
    }

    /// Reads the file, pipe or device at `path` to its end.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is longer than its kind allows.
    pub fn read(self, path: &Path) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(
                ErrorKind::IsADirectory,
                "expected a file, found a directory",
            ));
        }
        // Devices and pipes have a length of 0.
        let length = metadata.len();
        if length > self.max_bytes() {
            return Err(self.too_long());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        self.append(file, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads `input` to its end.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn read_from(self, input: impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = vec![];
        self.append(input, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads the text at `path` to its end.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read), and if the bytes are not UTF-8.
    pub fn read_text(self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?)
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, "expected UTF-8"))
    }

    /// Appends the input to no bytes. The buffer grows up to the limit, and never beyond it.
    fn append(self, mut input: impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
        let max = usize::try_from(self.max_bytes()).unwrap_or(usize::MAX);
        loop {
            let room = bytes.capacity() - bytes.len();
            let read = input.by_ref().take(room as u64).read_to_end(bytes)?;
            if read < room {
                return Ok(());
            }
            let mut next = vec![];
            if input.by_ref().take(1).read_to_end(&mut next)? == 0 {
                return Ok(());
            }
            let Some(rest) = max.checked_sub(bytes.len()).filter(|rest| *rest > 0) else {
                return Err(self.too_long());
            };
            bytes.reserve_exact(bytes.len().clamp(MIN_GROWTH_BYTES.min(rest), rest));
            bytes.append(&mut next);
        }
    }

    fn too_long(self) -> io::Error {
        let limit = self.max_bytes() >> 20;
        io::Error::new(
            ErrorKind::FileTooLarge,
            format!("expected at most {limit} MiB, found more"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [InputFile; 7] = [
        InputFile::Body,
        InputFile::Targets,
        InputFile::Certificates,
        InputFile::BodyRules,
        InputFile::Run,
        InputFile::Plan,
        InputFile::Secret,
    ];

    #[test]
    fn an_endless_input_ends_at_the_limit() {
        for kind in KINDS
            .into_iter()
            .filter(|kind| kind.max_bytes() < 256 << 20)
        {
            let error = kind.read_from(io::repeat(0)).expect_err("endless");
            assert_eq!(error.kind(), ErrorKind::FileTooLarge);
            let limit = format!("at most {} MiB", kind.max_bytes() >> 20);
            assert!(error.to_string().contains(&limit), "{error}");
            let longest = io::repeat(0).take(kind.max_bytes());
            let bytes = kind.read_from(longest).expect("as long as allowed");
            assert_eq!(bytes.len() as u64, kind.max_bytes());
        }
    }

    /// The buffer doubled beyond the limit.
    #[test]
    fn the_buffer_is_never_larger_than_the_limit() {
        for length in [0, 1, 100_000, 1 << 20] {
            let mut bytes = vec![];
            let input = io::repeat(7).take(length);
            InputFile::Plan.append(input, &mut bytes).expect("short");
            assert_eq!(bytes, vec![7; length as usize]);
            assert!(bytes.capacity() <= 1 << 20, "{}", bytes.capacity());
        }
        let mut bytes = vec![];
        let endless = InputFile::Plan.append(io::repeat(7), &mut bytes);
        endless.expect_err("too long");
        assert_eq!(bytes.capacity(), 1 << 20);
    }

    #[test]
    fn a_long_file_is_refused_before_it_is_read() {
        let file = tempfile::NamedTempFile::new().expect("created");
        for kind in KINDS {
            // A sparse file takes no space.
            file.as_file()
                .set_len(kind.max_bytes() + 1)
                .expect("sparse files are supported");
            let error = kind.read(file.path()).expect_err("too long");
            assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        }
    }

    #[test]
    fn a_folder_and_bytes_that_are_not_text_are_refused() {
        let folder = tempfile::tempdir().expect("created");
        let error = InputFile::Plan.read(folder.path()).expect_err("a folder");
        assert!(error.to_string().contains("directory"), "{error}");
        let path = folder.path().join("latin1");
        std::fs::write(&path, b"caf\xe9").expect("written");
        let error = InputFile::Plan.read_text(&path).expect_err("not UTF-8");
        assert_eq!(error.to_string(), "expected UTF-8");
        assert_eq!(InputFile::Plan.read(&path).expect("bytes"), b"caf\xe9");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_to_its_end() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
        if !Path::new(&path).exists() {
            return;
        }
        io::Write::write_all(&mut writer, b"body").expect("written");
        drop(writer);
        let read = InputFile::Body.read(Path::new(&path)).expect("readable");
        assert_eq!(read, b"body");
    }
}
