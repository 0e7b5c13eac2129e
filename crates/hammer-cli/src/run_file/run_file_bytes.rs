//! The JSON of a run file in each form in which it is kept.

use std::io::{self, Read};

use hammer_files::InputFile;

/// The first bytes of a frame of zstd (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Returns the JSON in `bytes`, which may be compressed with zstd.
///
/// # Errors
///
/// If the compressed bytes are damaged, or have more inside than a run file may have.
pub(super) fn decompressed(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !bytes.starts_with(&ZSTD_MAGIC) {
        return Ok(bytes);
    }
    let mut decoder = zstd::stream::read::Decoder::new(&*bytes)?;
    InputFile::Run.read_from(decoder.by_ref())
}
