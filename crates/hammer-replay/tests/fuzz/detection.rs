//! Checks that hold for the first lines of every log, for the fuzzer and for the test.

use hammer_replay::log::{ContainerUnwrapper, FormatDetection, FormatMismatch, LogFormat};

/// Detects the format of a log, and describes each line that does not match the best format.
///
/// # Panics
///
/// If a documented property does not hold.
pub(crate) fn check(bytes: &[u8]) {
    let mut unwrapper = ContainerUnwrapper::default();
    let mut lines = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(line) = unwrapper.unwrap(line) {
            lines.push(line.text.to_vec());
        }
    }
    let numbered = || (1..).zip(lines.iter().map(Vec::as_slice));
    let detection = FormatDetection::from_lines(numbered());
    let best = &detection.scores()[0];
    assert!(best.usable_lines <= best.matching_lines && best.matching_lines <= best.data_lines);
    if let Some(format) = detection.best() {
        assert_eq!(format.name(), best.name);
    }
    check_message(&detection.to_string(), 4_000);
    let format = LogFormat::parse(best.name, None).expect("a known format");
    for (number, line) in numbered() {
        let mismatch = FormatMismatch::new(number, line, &format).to_string();
        check_message(&mismatch, 600);
        assert!(mismatch.lines().count() <= 3, "{mismatch}");
    }
}

/// Checks that a message is printable and short.
fn check_message(message: &str, max_chars: usize) {
    let length = message.chars().count();
    assert!((1..=max_chars).contains(&length), "{message}");
    let is_control = |char: char| char.is_control() && char != '\n';
    assert!(!message.contains(is_control), "{message:?}");
}
