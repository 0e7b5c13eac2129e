use super::scanner::{JsonScanError, JsonScanner, RawJsonValue};
use crate::log::text::{LogField, set_number, set_text};
use crate::log::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{TimestampParser, parse_decimal};

/// Which keys of an object mean what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct JsonFieldMap {
    keys: Vec<(Box<[u8]>, JsonFieldNode)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum JsonFieldNode {
    Value(LogField),
    Object(JsonFieldMap),
}

impl JsonFieldMap {
    /// The keys of `table`; a dot goes into an object, and is a part of a key, too.
    pub(crate) fn from_paths<'a>(table: impl IntoIterator<Item = (&'a str, LogField)>) -> Self {
        let mut map = Self::default();
        for (path, what) in table {
            map.insert(path, &what);
            if path.contains('.') {
                map.keys
                    .push((path.as_bytes().into(), JsonFieldNode::Value(what)));
            }
        }
        map
    }

    fn insert(&mut self, path: &str, what: &LogField) {
        let Some((key, rest)) = path.split_once('.') else {
            let found = JsonFieldNode::Value(what.clone());
            return self.keys.push((path.as_bytes().into(), found));
        };
        let same = |(known, found): &&mut (Box<[u8]>, JsonFieldNode)| {
            **known == *key.as_bytes() && matches!(found, JsonFieldNode::Object(_))
        };
        if let Some((_, JsonFieldNode::Object(map))) = self.keys.iter_mut().find(same) {
            return map.insert(rest, what);
        }
        let mut map = Self::default();
        map.insert(rest, what);
        self.keys
            .push((key.as_bytes().into(), JsonFieldNode::Object(map)));
    }

    /// Reads the object that `line` is into `entry`.
    pub(crate) fn read<'l>(
        &self,
        line: &'l [u8],
        clock: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        let mut scan = JsonScanner::new(line);
        let mut timeless = false;
        if scan.peek() != Ok(b'{') {
            return Err(SkipReason::Malformed);
        }
        let read = self.read_object(&mut scan, clock, entry, &mut timeless);
        match read {
            Ok(()) if !scan.is_at_end() => Err(SkipReason::Malformed),
            Ok(()) if timeless => Err(SkipReason::NoTime),
            Ok(()) => Ok(()),
            Err(JsonScanError::Truncated) => Err(SkipReason::Truncated),
            Err(JsonScanError::Malformed) => Err(SkipReason::Malformed),
        }
    }

    fn read_object<'l>(
        &self,
        scan: &mut JsonScanner<'l>,
        clock: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
        timeless: &mut bool,
    ) -> Result<(), JsonScanError> {
        scan.expect(b'{')?;
        if scan.peek()? == b'}' {
            return scan.expect(b'}');
        }
        loop {
            let key = scan.key()?;
            match self.keys.iter().find(|(known, _)| **known == *key) {
                Some((_, JsonFieldNode::Object(map))) if scan.peek()? == b'{' => {
                    map.read_object(scan, clock, entry, timeless)?;
                }
                Some((_, JsonFieldNode::Value(what))) => {
                    let put = match scan.value()? {
                        RawJsonValue::String(string) => set_text(
                            what,
                            EscapedText::new(string, EscapeStyle::Json),
                            clock,
                            entry,
                        ),
                        RawJsonValue::Bare(bare) => set_bare_value(what, bare, clock, entry),
                        RawJsonValue::Nested => Some(()),
                    };
                    *timeless |= put.is_none();
                }
                _ => {
                    scan.value()?;
                }
            }
            if !scan.has_more(b'}')? {
                return Ok(());
            }
        }
    }
}

fn set_bare_value<'l>(
    what: &LogField,
    bare: &'l [u8],
    clock: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Option<()> {
    // `null`, `true` and `false` say nothing that is looked for; a negative number neither.
    if !bare.first().is_some_and(u8::is_ascii_digit) {
        return Some(());
    }
    match what {
        LogField::Status | LogField::ResponseBytes | LogField::RequestBytes => {
            set_number(entry, what, parse_decimal(bare)?.0);
            Some(())
        }
        LogField::Time(..) | LogField::Duration(_) => set_text(
            what,
            EscapedText::new(bare, EscapeStyle::None),
            clock,
            entry,
        ),
        _ => Some(()),
    }
}
