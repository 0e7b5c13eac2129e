use std::fs::File;
use std::io::{self, Write};

use zstd::bulk::Compressor;

/// How hard zstd tries: at 1 a core packs rows faster than it parses logs.
const LEVEL: i32 = 1;
/// What goes into a frame. Frames are packed by themselves, from bytes that lie in one piece.
const FRAME_BYTES: usize = 1 << 20;

/// Packs what is written by zstd, in one frame after the other, which are one stream to whoever reads.
pub(super) struct ZstdFrameWriter {
    file: File,
    compressor: Compressor<'static>,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

impl ZstdFrameWriter {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.include_checksum(true)?;
        Ok(Self {
            file,
            compressor,
            plain: Vec::with_capacity(FRAME_BYTES),
            packed: Vec::with_capacity(zstd::zstd_safe::compress_bound(FRAME_BYTES)),
        })
    }

    /// Writes what is left to the file.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if !self.plain.is_empty() {
            self.packed.clear();
            self.compressor
                .compress_to_buffer(&self.plain, &mut self.packed)?;
            self.file.write_all(&self.packed)?;
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

    /// A frame is not ended early: it would be packed worse.
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
