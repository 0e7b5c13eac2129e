//! Selection of a hammer by its name or by the scheme of a URL.

use super::HammerCommand;
use crate::commands::external;

/// Finds the hammer with this name.
pub(crate) fn pick_by_name<'a>(
    entries: &'a [Box<dyn HammerCommand>],
    name: &str,
) -> Result<&'a dyn HammerCommand, String> {
    let found = entries.iter().find(|entry| entry.name() == name);
    found.map(|entry| &**entry).ok_or_else(|| {
        if external::exists(name) {
            return only_alone(name);
        }
        let known: Vec<_> = entries.iter().map(|entry| entry.name()).collect();
        let known = known.join(", ");
        format!("unknown hammer; expected one of {known}, or NAME of a program hammer-NAME on PATH")
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
    // Text that cannot be a scheme may be a password.
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let Some(scheme) = scheme.filter(|scheme| is_scheme(scheme)) else {
        return Err(error("missing scheme".into()));
    };
    let found = entries.iter().find(|entry| has_scheme(&***entry, scheme));
    found.map(|entry| &**entry).ok_or_else(|| {
        if external::exists(scheme) {
            return only_alone(scheme);
        }
        error(format!("unknown scheme '{scheme}'"))
    })
}

/// The name or the scheme if it is that of no hammer here. It may be that of another program.
pub(crate) fn external_name<'a>(
    entries: &[Box<dyn HammerCommand>],
    name: Option<&'a str>,
    url: &'a str,
) -> Option<&'a str> {
    let known = |is_known: &dyn Fn(&dyn HammerCommand) -> bool| {
        entries.iter().any(|entry| is_known(&**entry))
    };
    match name {
        Some(name) => Some(name).filter(|name| !known(&|entry| entry.name() == *name)),
        None => {
            let (scheme, _) = url.split_once("://")?;
            Some(scheme).filter(|scheme| !known(&|entry| has_scheme(entry, scheme)))
        }
    }
}

/// Returns true if the text has the form of a scheme (RFC 3986, section 3.1).
fn is_scheme(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn has_scheme(entry: &dyn HammerCommand, scheme: &str) -> bool {
    let mut schemes = entry.schemes().iter();
    schemes.any(|known| known.eq_ignore_ascii_case(scheme))
}

/// The problem with a hammer of another program, which runs only plans with nothing else.
fn only_alone(name: &str) -> String {
    format!(
        "this hammer is in the program hammer-{name}, which only runs plan files whose loads all use it \
         (try separate plans, or one program with all hammers)"
    )
}
