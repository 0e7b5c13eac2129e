use std::fmt;

use jiff::tz::TimeZone;

use super::{Asked, Entry, Format, Parser};

/// How well each format fits the first lines of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    lines: usize,
    scores: Vec<Score>,
}

/// How well a format fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The name of the format.
    pub name: &'static str,
    /// Lines of it.
    pub fitting: usize,
    /// Those of them that say when and what for, be it no hit.
    pub telling: usize,
}

impl Detection {
    /// How many lines are looked at.
    pub const LINES: usize = 1_000;
    /// The least share of lines, in percent, that has to fit.
    pub const LEAST_PERCENT: usize = 90;

    /// Tries every format with a name on `lines`; empty ones say nothing.
    #[must_use]
    pub fn of<'l>(lines: impl Iterator<Item = &'l [u8]> + Clone) -> Self {
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        let score = |name| {
            let format = Format::parse(name, None).expect("a name of a format");
            let mut parser = Parser::pedantic(&format, TimeZone::UTC);
            let (mut fitting, mut telling) = (0, 0);
            for line in lines.clone() {
                let mut entry = Entry::default();
                match parser.read(line, &mut entry) {
                    // Any object is one of Caddy's that says nothing.
                    Ok(()) if says_something(&entry) => {
                        fitting += 1;
                        telling += 1;
                    }
                    Ok(()) => fitting += usize::from(Asked::of(&entry).is_ok()),
                    Err(skip) => fitting += usize::from(skip.fits()),
                }
            }
            Score {
                name,
                fitting,
                telling,
            }
        };
        let mut scores: Vec<_> = Format::NAMES.into_iter().map(score).collect();
        // The sort is stable, so that of equals the first of the names is the best.
        scores.sort_by_key(|score| std::cmp::Reverse((score.fitting, score.telling)));
        Self {
            lines: lines.clone().count(),
            scores,
        }
    }

    /// The format that fits, if one does well enough.
    #[must_use]
    pub fn best(&self) -> Option<Format> {
        let best = self.scores.first()?;
        let enough = best.fitting * 100 >= self.lines * Self::LEAST_PERCENT;
        (enough && best.telling > 0)
            .then(|| Format::parse(best.name, None).expect("a name of a format"))
    }

    /// Lines that were looked at.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// The formats, the best one first.
    #[must_use]
    pub fn scores(&self) -> &[Score] {
        &self.scores
    }
}

fn says_something(entry: &Entry<'_>) -> bool {
    let timed = entry.start.is_some() || entry.end.is_some();
    let asked = entry.request.is_some() || entry.target.is_some() || entry.url.is_some();
    timed && asked
}

/// A table of those that fit anything, a line each.
impl fmt::Display for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |score: &&Score| score.fitting > 0;
        for score in self.scores.iter().filter(fits) {
            let percent = score.fitting as f64 * 100.0 / self.lines.max(1) as f64;
            let Score { name, fitting, .. } = score;
            let of = self.lines;
            writeln!(f, "  {name:<12} {percent:>5.1} %  {fitting} of {of} lines")?;
        }
        Ok(())
    }
}
