//! The peers that a bench measures.

use crate::error::Error;
use crate::peers::all_peers;
use crate::scenarios::PUBLISHER_NAMES;

/// The peers that a bench measures, of those that are on PATH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PeerSelection {
    None,
    All,
    /// Only those with these names.
    Named(Vec<String>),
}

impl PeerSelection {
    /// The selection by `--peers`, whose names are empty if it has none.
    ///
    /// # Errors
    ///
    /// If a name is unknown.
    pub(crate) fn new(flag: Option<&[String]>) -> Result<Self, Error> {
        let names = match flag {
            None => return Ok(Self::None),
            Some([]) => return Ok(Self::All),
            Some(names) => names,
        };
        let peers = all_peers();
        let known: Vec<&str> = peers
            .iter()
            .map(|peer| peer.name())
            .chain(PUBLISHER_NAMES)
            .collect();
        match names.iter().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(Error::usage(format!(
                "unknown peer {unknown:?}, expected one of: {}",
                known.join(", ")
            ))),
            None => Ok(Self::Named(names.to_vec())),
        }
    }

    /// True if the peer is selected.
    pub(crate) fn includes(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(names) => names.iter().any(|one| one == name),
        }
    }

    /// True if peers were selected by name, so that even a quick bench runs them in each scenario.
    pub(crate) fn is_by_name(&self) -> bool {
        matches!(self, Self::Named(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_all_or_by_name() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        for (flag, included, by_name) in [
            (None, [false, false], false),
            (Some(vec![]), [true, true], false),
            (Some(words("wrk mosquitto_pub")), [true, false], true),
            (Some(words("oha")), [false, true], true),
        ] {
            let selected = PeerSelection::new(flag.as_deref()).expect("the names are known");
            let found = ["wrk", "oha"].map(|name| selected.includes(name));
            assert_eq!(
                (found, selected.is_by_name()),
                (included, by_name),
                "{flag:?}"
            );
        }
        let error = PeerSelection::new(Some(&words("wrk ab"))).expect_err("ab is unknown");
        assert!(
            error.to_string().contains("\"ab\", expected one of: wrk, "),
            "{error}"
        );
        assert_eq!(error.exit_code(), 2);
    }
}
