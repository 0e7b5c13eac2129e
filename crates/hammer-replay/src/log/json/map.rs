use super::scan::{Scan, Value, Wrong};
use crate::log::text::{What, put_number, put_text};
use crate::log::{Entry, Escape, Skip, Text};
use crate::time::{Clock, decimal};

/// Which keys of an object mean what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Map {
    keys: Vec<(Box<[u8]>, Found)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Value(What),
    Object(Map),
}

impl Map {
    /// The keys of `table`; a dot goes into an object, and is a part of a key, too.
    pub(crate) fn of<'a>(table: impl IntoIterator<Item = (&'a str, What)>) -> Self {
        let mut map = Self::default();
        for (path, what) in table {
            map.insert(path, &what);
            if path.contains('.') {
                map.keys.push((path.as_bytes().into(), Found::Value(what)));
            }
        }
        map
    }

    fn insert(&mut self, path: &str, what: &What) {
        let Some((key, rest)) = path.split_once('.') else {
            let found = Found::Value(what.clone());
            return self.keys.push((path.as_bytes().into(), found));
        };
        let same = |(known, found): &&mut (Box<[u8]>, Found)| {
            **known == *key.as_bytes() && matches!(found, Found::Object(_))
        };
        if let Some((_, Found::Object(map))) = self.keys.iter_mut().find(same) {
            return map.insert(rest, what);
        }
        let mut map = Self::default();
        map.insert(rest, what);
        self.keys.push((key.as_bytes().into(), Found::Object(map)));
    }

    /// Reads the object that `line` is into `entry`.
    pub(crate) fn read<'l>(
        &self,
        line: &'l [u8],
        clock: &mut Clock,
        entry: &mut Entry<'l>,
    ) -> Result<(), Skip> {
        let mut scan = Scan::new(line);
        let mut timeless = false;
        if scan.peek() != Ok(b'{') {
            return Err(Skip::Malformed);
        }
        let read = self.object(&mut scan, clock, entry, &mut timeless);
        match read {
            Ok(()) if !scan.is_over() => Err(Skip::Malformed),
            Ok(()) if timeless => Err(Skip::NoTime),
            Ok(()) => Ok(()),
            Err(Wrong::Cut) => Err(Skip::Cut),
            Err(Wrong::Malformed) => Err(Skip::Malformed),
        }
    }

    fn object<'l>(
        &self,
        scan: &mut Scan<'l>,
        clock: &mut Clock,
        entry: &mut Entry<'l>,
        timeless: &mut bool,
    ) -> Result<(), Wrong> {
        scan.take(b'{')?;
        if scan.peek()? == b'}' {
            return scan.take(b'}');
        }
        loop {
            let key = scan.key()?;
            match self.keys.iter().find(|(known, _)| **known == *key) {
                Some((_, Found::Object(map))) if scan.peek()? == b'{' => {
                    map.object(scan, clock, entry, timeless)?;
                }
                Some((_, Found::Value(what))) => {
                    let put = match scan.value()? {
                        Value::String(string) => {
                            put_text(what, Text::new(string, Escape::Json), clock, entry)
                        }
                        Value::Bare(bare) => bare_value(what, bare, clock, entry),
                        Value::Nested => Some(()),
                    };
                    *timeless |= put.is_none();
                }
                _ => {
                    scan.value()?;
                }
            }
            if !scan.more(b'}')? {
                return Ok(());
            }
        }
    }
}

fn bare_value<'l>(
    what: &What,
    bare: &'l [u8],
    clock: &mut Clock,
    entry: &mut Entry<'l>,
) -> Option<()> {
    // `null`, `true` and `false` say nothing that is looked for; a negative number neither.
    if !bare.first().is_some_and(u8::is_ascii_digit) {
        return Some(());
    }
    match what {
        What::Status | What::Bytes | What::Body => {
            put_number(entry, what, decimal(bare)?.0);
            Some(())
        }
        What::Time(..) | What::Duration(_) => {
            put_text(what, Text::new(bare, Escape::None), clock, entry)
        }
        _ => Some(()),
    }
}
