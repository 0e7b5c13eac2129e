//! Selection of a hammer by its name or by the scheme of a URL.

use super::HammerCommand;

/// Finds the hammer with this name.
pub(crate) fn pick_by_name<'a>(
    entries: &'a [Box<dyn HammerCommand>],
    name: &str,
) -> Result<&'a dyn HammerCommand, String> {
    let found = entries.iter().find(|entry| entry.name() == name);
    found.map(|entry| &**entry).ok_or_else(|| {
        let known: Vec<_> = entries.iter().map(|entry| entry.name()).collect();
        format!("unknown hammer; expected one of {}", known.join(", "))
    })
}

/// Finds the hammer for the scheme of `url`.
pub(crate) fn pick_by_scheme<'a>(
    entries: &'a [Box<dyn HammerCommand>],
    url: &str,
) -> Result<&'a dyn HammerCommand, String> {
    let schemes = entries.iter().flat_map(|entry| entry.schemes());
    let error = |problem: String| {
        let known: Vec<_> = schemes.copied().collect();
        format!("{problem}; expected one of {}", known.join(", "))
    };
    let Some((scheme, _)) = url.split_once("://") else {
        return Err(error("missing scheme".into()));
    };
    let found = entries.iter().find(|entry| {
        let mut schemes = entry.schemes().iter();
        schemes.any(|known| known.eq_ignore_ascii_case(scheme))
    });
    found
        .map(|entry| &**entry)
        .ok_or_else(|| error(format!("unknown scheme '{scheme}'")))
}
