//! Lines of a log of hits, compressed with zstd.

use std::io::{self, Write};

use zstd::stream::write::Encoder;
use zstd::zstd_safe::CParameter;

use super::hits_destination::{HitsDestination, write_fully};
use super::line_ends::LineEnds;
use super::line_sink::{IncompleteLines, LineSink};

/// The fastest of the usual levels. The coordinator compresses, while hits end.
const LEVEL: i32 = 1;
/// Matches within 128 kB, found through a table of 1,024 entries. For lines of hits, the file is smaller
/// than with the defaults of the level, and costs less, because the table stays in the cache.
const WINDOW_LOG: u32 = 17;
const HASH_LOG: u32 = 10;
/// The last block of a frame: raw and empty (RFC 8878, section 3.1.1.2).
const LAST_BLOCK: [u8; 3] = [1, 0, 0];

/// Writes a single frame of zstd, because some readers stop at the end of the first one.
///
/// In a file, the last block follows each write, and the next write replaces it. So the file of a run
/// that is killed is a complete frame. The frame has no checksum, which would have to be replaced as
/// well. A pipe gets its last block at the end.
pub(super) struct ZstdLines<D> {
    out: D,
    encoder: Encoder<'static, Vec<u8>>,
    /// The end of the complete blocks in the output.
    written: u64,
}

impl<D: HitsDestination> ZstdLines<D> {
    pub(super) fn new(out: D) -> io::Result<Self> {
        let mut encoder = Encoder::new(vec![], LEVEL)?;
        encoder.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
        encoder.set_parameter(CParameter::HashLog(HASH_LOG))?;
        Ok(Self {
            out,
            encoder,
            written: 0,
        })
    }

    /// Compresses `text` to whole blocks, and writes them in place of the last one.
    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        self.encoder.get_mut().clear();
        self.encoder.write_all(text)?;
        self.encoder.flush()?;
        let blocks = self.encoder.get_mut();
        let length = blocks.len() as u64;
        if self.out.is_rewritable() {
            blocks.extend(LAST_BLOCK);
            self.out.move_to(self.written)?;
        }
        write_fully(&mut self.out, blocks).map_err(|(_, error)| error)?;
        self.written += length;
        Ok(())
    }

    /// Ends the frame after the blocks that are complete.
    fn cut_back(&mut self) {
        if self.written == 0 {
            return self.out.cut_back(0);
        }
        // There is room for the last block, since it was there before.
        let moved = self.out.move_to(self.written);
        let ended = moved.is_ok() && write_fully(&mut self.out, &LAST_BLOCK).is_ok();
        let end = if ended { LAST_BLOCK.len() as u64 } else { 0 };
        self.out.cut_back(self.written + end);
    }
}

impl<D: HitsDestination> LineSink for ZstdLines<D> {
    fn write_lines(&mut self, text: &[u8], _ends: &LineEnds) -> Result<(), IncompleteLines> {
        self.append(text).map_err(|error| {
            self.cut_back();
            IncompleteLines { kept: 0, error }
        })
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.out.is_rewritable() {
            write_fully(&mut self.out, &LAST_BLOCK).map_err(|(_, error)| error)?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::hits_destination::testing::SmallDisk;
    use super::*;

    fn text(from: usize, lines: usize) -> String {
        let numbers = from..from + lines;
        numbers.map(|number| format!("{number},ok\n")).collect()
    }

    fn write(lines: &mut ZstdLines<SmallDisk>, text: &str) -> bool {
        let ends = LineEnds::after(0);
        lines.write_lines(text.as_bytes(), &ends).is_ok()
    }

    /// Decompresses a single frame, which ends with the bytes.
    fn decompressed(bytes: &[u8]) -> String {
        let length = zstd::zstd_safe::find_frame_compressed_size(bytes).expect("a complete frame");
        assert_eq!(length, bytes.len());
        let plain = zstd::decode_all(bytes).expect("zstd");
        String::from_utf8(plain).expect("text")
    }

    /// Readers took the file of a killed run for a damaged one.
    #[test]
    fn a_file_is_one_complete_frame_after_each_write() {
        let disk = SmallDisk::file(1 << 20);
        let mut lines = ZstdLines::new(disk.clone()).expect("a compressor");
        let mut expected = String::new();
        for (from, count) in [(0, 1), (1, 30_000), (30_001, 2)] {
            let more = text(from, count);
            assert!(write(&mut lines, &more));
            expected += &more;
            assert_eq!(decompressed(&disk.bytes()), expected);
        }
        let before = disk.bytes();
        lines.finish().expect("there is room");
        assert_eq!(disk.bytes(), before);
        assert!(before.len() < expected.len() / 2);
    }

    #[test]
    fn a_pipe_gets_one_frame_that_ends_with_the_log() {
        let pipe = SmallDisk::pipe(1 << 20);
        let mut lines = ZstdLines::new(pipe.clone()).expect("a compressor");
        assert!(write(&mut lines, &text(0, 1000)) && write(&mut lines, &text(1000, 1000)));
        lines.finish().expect("there is room");
        assert_eq!(decompressed(&pipe.bytes()), text(0, 2000));
    }

    #[test]
    fn a_full_disk_keeps_the_frame_of_the_writes_before() {
        let disk = SmallDisk::file(1 << 20);
        let mut lines = ZstdLines::new(disk.clone()).expect("a compressor");
        assert!(write(&mut lines, &text(0, 1000)));
        let first = disk.bytes().len();
        assert!(write(&mut lines, &text(1000, 1000)));
        let second = disk.bytes().len();
        for room in 0..second {
            let disk = SmallDisk::file(room);
            let mut lines = ZstdLines::new(disk.clone()).expect("a compressor");
            let fits = write(&mut lines, &text(0, 1000));
            assert_eq!(fits, room >= first, "{room}");
            if fits {
                assert!(!write(&mut lines, &text(1000, 1000)), "{room}");
                assert_eq!(decompressed(&disk.bytes()), text(0, 1000), "{room}");
            } else {
                assert!(disk.bytes().is_empty(), "{room}");
            }
        }
    }
}
