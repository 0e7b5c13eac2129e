//! Phrases that are hard to read, and better wordings.

/// A refused phrase.
///
/// In a phrase, `_` matches any one word, `_;` a word and a semicolon, and `word*` any word that
/// starts with `word`.
pub(crate) struct RefusedPhrase {
    pub(crate) words: &'static str,
    /// A better wording.
    pub(crate) better: &'static str,
    /// Longer phrases that contain it and are allowed.
    pub(crate) except: &'static [&'static str],
}

const fn phrase(words: &'static str, better: &'static str) -> RefusedPhrase {
    RefusedPhrase {
        words,
        better,
        except: &[],
    }
}

impl RefusedPhrase {
    const fn except(self, except: &'static [&'static str]) -> Self {
        Self { except, ..self }
    }
}

pub(crate) const REFUSED: &[RefusedPhrase] = &[
    // In two parts, so that a search for the phrase finds nothing.
    phrase(
        concat!("right would", " be"),
        "write \"expected …, found …\", or \"(try …)\"",
    ),
    phrase("is told", "write \"is reported\"").except(&["is told to"]),
    phrase("are told", "write \"are reported\"").except(&["are told to"]),
    phrase("be told", "write \"be reported\"").except(&["be told to", "be told apart"]),
    phrase("was told", "write \"was reported\"").except(&["was told to"]),
    phrase("were told", "write \"were reported\"").except(&["were told to"]),
    phrase("turned to hits", "write \"started hits\""),
    phrase("turns to hits", "write \"starts hits\""),
    phrase("turn to hits", "write \"start hits\""),
    phrase("looked into", "write \"inspected\""),
    phrase("looks into", "write \"inspects\""),
    phrase("for want of", "write \"without\""),
    phrase("so many", "write \"that many\", or the number").except(&["so many that"]),
    phrase("so long", "write \"that long\", or the time").except(&["so long as", "so long that"]),
    phrase("so often", "write \"that often\", or the number").except(&["so often that"]),
    phrase("whom*", "name the thing, or use \"that\""),
    phrase(
        "nobody*",
        "write \"not … by anyone\", \"no user\", or the passive voice",
    )
    .except(&["user nobody"]),
    phrase("a _ more", "write \"another …\", or \"one more …\"").except(&[
        "a few more",
        "a little more",
        "a bit more",
        "a lot more",
        "a _ more than",
    ]),
    phrase("is no", "write \"is not a …\"").except(&["there is no", "is no longer", "is no more"]),
    phrase("are no", "write \"are not …\"").except(&[
        "there are no",
        "are no longer",
        "are no more",
    ]),
    phrase("was no", "write \"was not a …\"").except(&[
        "there was no",
        "was no longer",
        "was no more",
    ]),
    phrase("were no", "write \"were not …\"").except(&[
        "there were no",
        "were no longer",
        "were no more",
    ]),
    phrase("_; none", "write \", or `None` if …\""),
    phrase("go with", "write \"be combined with\""),
    phrase("goes with", "write \"can be combined with\""),
    phrase("going with", "write \"combined with\""),
    phrase("went with", "write \"was combined with\""),
    phrase("stands", "write \"is\"").except(&["stands for", "stands still"]),
    phrase("stand", "write \"be\" or \"appear\"").except(&["stand for", "stand still", "stand in"]),
    phrase("has its say", "write \"decides\""),
    phrase("have their say", "write \"decide\""),
    phrase("such a", "write \"this\", or \"a … like this\""),
    phrase("thereby", "split the sentence"),
    phrase("whereby", "write \"by which\", or split the sentence"),
    phrase("wherein", "write \"in which\""),
    phrase("all of it", "write \"the whole …\""),
    phrase("no more than that", "leave it out"),
    phrase("behind the other", "write \"after the other\""),
    phrase("behind one another", "write \"after one another\""),
    phrase("swing", "write \"run\""),
    phrase("swings", "write \"runs\""),
    phrase("swinging", "write \"running\""),
    phrase("swung", "write \"run\""),
    phrase("sheet", "write \"buffer\" or \"table\"").except(&["data sheet"]),
    phrase("sheets", "write \"buffers\" or \"tables\""),
    phrase("desk", "write \"buffer\""),
    phrase("shelf", "write \"queue\""),
    phrase("shelves", "write \"queues\""),
    phrase("deck", "write \"queue\""),
    phrase("the house", "write \"the workspace\", or \"tidy\""),
    phrase("rows of the report", "write \"groups of the report\""),
    phrase(
        "six verdicts",
        "write \"six results\"; a verdict is about the generator",
    ),
    // American spelling, as in the ecosystem.
    phrase("behaviour*", "write \"behavior\""),
    phrase("colour*", "write \"color\""),
    phrase("favour*", "write \"favor\""),
    phrase("honour*", "write \"honor\""),
    phrase("neighbour*", "write \"neighbor\""),
    phrase("licence*", "write \"license\""),
    phrase("cancelled", "write \"canceled\""),
    phrase("cancelling", "write \"canceling\""),
    phrase("labelled", "write \"labeled\""),
    phrase("modelled", "write \"modeled\""),
    phrase("centre", "write \"center\""),
    phrase("catalogue", "write \"catalog\""),
    phrase("acknowledgement*", "write \"acknowledgment\""),
    phrase("artefact*", "write \"artifact\""),
    phrase("optimis*", "write \"optimiz…\"").except(&["optimism", "optimistic*"]),
    phrase("unoptimised", "write \"unoptimized\""),
    phrase("recognis*", "write \"recogniz…\""),
    phrase("serialis*", "write \"serializ…\""),
    phrase("normalis*", "write \"normaliz…\""),
    phrase("initialis*", "write \"initializ…\""),
    phrase("parametris*", "write \"parametriz…\""),
];
