//! The proxies that hits go through, as lines of text.

use hammer_core::ProxyReport;

use super::lines::wrap;
use super::number::format_count;

/// Maximum number of proxies that are shown.
const MAX_PROXIES: usize = 2;

/// Renders a line for each proxy, with a doubt if answers were `rejected` that can be its own.
pub(crate) fn proxy_lines(proxies: &[ProxyReport], rejected: u64) -> String {
    let mut out = String::new();
    for (index, proxy) in proxies.iter().take(MAX_PROXIES).enumerate() {
        let text = proxy_text(proxy, rejected);
        let name = if index == 0 { "proxy" } else { "" };
        out.push_str(&wrap(name, &text, 2));
    }
    let others = proxies.len().saturating_sub(MAX_PROXIES);
    if others > 0 {
        out.push_str(&wrap("", &format!("{others} more (see -o json)"), 1));
    }
    out
}

/// A proxy, with a doubt if answers were `rejected` that can be its own.
pub(crate) fn proxy_text(proxy: &ProxyReport, rejected: u64) -> String {
    let mut text = proxy.url.clone();
    if let Some(variable) = &proxy.variable {
        text.push_str(&format!(", from the variable {variable}"));
    }
    match rejected {
        0 => {}
        _ if !proxy.forwards => {}
        1 => text.push_str("; the rejected answer can be its own"),
        _ => {
            let rejected = format_count(rejected);
            text.push_str(&format!("; the {rejected} rejected answers can be its own"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use hammer_core::ProxyDescription;

    use super::*;

    fn proxy(url: &str, variable: Option<&str>, forwards: bool) -> ProxyReport {
        let proxy = ProxyDescription::new(url).forwards(forwards);
        proxy.variable(variable.map(str::to_owned)).into()
    }

    /// A 404 of a proxy from the environment looked like an answer of the target.
    #[test]
    fn a_proxy_is_shown_with_its_variable_and_the_answers_that_can_be_its_own() {
        let forwarding = proxy("http://a:3128", Some("http_proxy"), true);
        let tunnel = proxy("socks5://[::1]:1080", None, false);
        for (proxies, rejected, expected) in [
            (vec![], 5, ""),
            (
                vec![forwarding.clone()],
                0,
                "proxy         http://a:3128, from the variable http_proxy\n",
            ),
            (
                vec![forwarding.clone()],
                1,
                "proxy         http://a:3128, from the variable http_proxy; the rejected answer can be its \
                 own\n",
            ),
            (
                vec![tunnel.clone(), forwarding.clone()],
                2000,
                "proxy         socks5://[::1]:1080\n              http://a:3128, from the variable http_proxy; \
                 the 2,000 rejected answers can be its own\n",
            ),
            (
                vec![tunnel.clone(), tunnel.clone(), tunnel],
                0,
                "proxy         socks5://[::1]:1080\n              socks5://[::1]:1080\n              1 more (see \
                 -o json)\n",
            ),
        ] {
            assert_eq!(proxy_lines(&proxies, rejected), expected);
        }
    }
}
