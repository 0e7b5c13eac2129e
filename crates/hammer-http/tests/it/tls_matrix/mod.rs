//! Certificates, keys, cipher suites and groups, tried with Hammer and with curl.
//!
//! The result is the table in docs/HTTP.md. To rewrite it, set `HAMMER_WRITE_TLS`:
//!
//! ```sh
//! HAMMER_WRITE_TLS=1 cargo test -p hammer-http --test it tls_matrix
//! ```

mod case;
mod cases;
mod certificates;
mod clients;
mod doc_table;
mod openssl_server;

use std::env;

use self::certificates::Certificates;

#[test]
fn the_table_of_tls_says_what_is_accepted() {
    let Some(certificates) = Certificates::create() else {
        skip("cannot run openssl");
        return;
    };
    let mut cases = cases::trust(&certificates);
    cases.extend(cases::issuers(&certificates));
    cases.extend(cases::keys(&certificates));
    cases.extend(cases::insecure(&certificates));
    cases.extend(cases::parameters(&certificates));
    cases.extend(cases::clients(&certificates));
    let with_curl = clients::curl_version().is_some();
    let rows: Vec<_> = cases.iter().map(|case| case.run(with_curl)).collect();
    if env::var_os("HAMMER_WRITE_TLS").is_some() {
        assert!(
            with_curl,
            "expected curl, whose results are a column of the table"
        );
        doc_table::write(&rows);
    }
    doc_table::check(&rows, with_curl);
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip(reason: &str) {
    assert!(env::var_os("HAMMER_REQUIRE_SERVERS").is_none(), "{reason}");
    eprintln!("skipped: {reason}");
}
