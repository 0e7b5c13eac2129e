//! Writer of a file in compressed zstd frames.

use std::fs::File;
use std::io::{self, Write};

use zstd::bulk::Compressor;

/// Compression level. At 1 a core compresses rows faster than it parses logs.
const LEVEL: i32 = 1;
/// Uncompressed size of a frame.
const FRAME_BYTES: usize = 1 << 20;

/// Compresses bytes with zstd in independent frames. Decoders read them as one stream.
pub(super) struct ZstdFrameWriter {
    file: File,
    compressor: Compressor<'static>,
    plain: Vec<u8>,
    compressed: Vec<u8>,
}

impl ZstdFrameWriter {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.include_checksum(true)?;
        Ok(Self {
            file,
            compressor,
            plain: Vec::with_capacity(FRAME_BYTES),
            compressed: Vec::with_capacity(zstd::zstd_safe::compress_bound(FRAME_BYTES)),
        })
    }

    /// Writes the buffered bytes as a frame.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if !self.plain.is_empty() {
            self.compressed.clear();
            self.compressor
                .compress_to_buffer(&self.plain, &mut self.compressed)?;
            self.file.write_all(&self.compressed)?;
            self.plain.clear();
        }
        self.file.flush()
    }
}

impl Write for ZstdFrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = FRAME_BYTES - self.plain.len();
        let bytes = &bytes[..bytes.len().min(room)];
        self.plain.extend_from_slice(bytes);
        if self.plain.len() == FRAME_BYTES {
            self.finish()?;
        }
        Ok(bytes.len())
    }

    /// Flushes complete frames only: short frames would compress worse.
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
