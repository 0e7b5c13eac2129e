//! Rules for the responses of one target among several.

use hammer_core::Report;
use hammer_http::{Http, HttpBuilder, ResponseCapture, ResponseRules, TargetList, TemplateScope};

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

const SHOP: &str = "# once: true
# name: login
POST {url}login

# name: items
GET {url}items
X-T: {{ticket}}

# name: cart
GET {url}cart
X-T: {{ticket}}
";

fn capture(text: &str) -> ResponseCapture {
    text.parse().expect(text)
}

/// A server with a login, and with items whose identifier has the same place as the login's token.
fn shop() -> ScriptedServer {
    ScriptedServer::replying(|request| match request.path() {
        "/login" => response_bytes("201 Created", &[], b"{\"id\": \"t1\"}"),
        "/items" => response_bytes("200 OK", &[], b"{\"id\": \"item\"}"),
        _ => response_bytes("404 Not Found", &[], b"empty"),
    })
}

fn builder(server: &ScriptedServer) -> HttpBuilder {
    let text = SHOP.replace("{url}", &server.url());
    let targets: TargetList = text.parse().expect("valid targets");
    Http::builder_for_targets(targets).template_scope(TemplateScope::new())
}

fn run_builder(http: HttpBuilder, hits: u64) -> Report {
    run(http.build().expect("valid options"), hits)
}

#[test]
fn a_value_is_captured_from_its_target_alone() {
    let server = shop();
    let login = ResponseRules::new().capture("ticket", capture("json:/id"));
    let report = run_builder(builder(&server).rules_for("login", login), 5);
    let heads = server.heads();
    assert_eq!(heads.len(), 5, "{:?}", report.failures);
    for head in &heads[1..] {
        assert!(head.contains("x-t: t1\r\n"), "{head}");
    }
    let missed = report.counts.get("capture_missed");
    assert_eq!(missed, None, "only the login has the value");
}

#[test]
fn a_missing_value_is_counted_where_it_was_meant() {
    let server = shop();
    let (login, cart) = (
        ResponseRules::new().capture("ticket", capture("json:/id")),
        ResponseRules::new().capture("total", capture("json:/total")),
    );
    let http = builder(&server)
        .expect_status("2xx,404".parse().expect("statuses"))
        .rules_for("login", login)
        .rules_for("cart", cart);
    let report = run_builder(http, 5);
    assert_eq!(report.hits.ok, 5, "{:?}", report.labels);
    assert_eq!(report.counts["capture_missed"], 2, "of two carts");
}

#[test]
fn two_targets_can_set_one_value() {
    let server = shop();
    let token = |source: &str| ResponseRules::new().capture("ticket", capture(source));
    let http = builder(&server)
        .rules_for("login", token("json:/id"))
        .rules_for("items", token("regex:\"(it)em"));
    run_builder(http, 5);
    let heads = server.heads();
    let mut ticket = "t1";
    for head in &heads[1..] {
        assert!(head.contains(&format!("x-t: {ticket}\r\n")), "{head}");
        if head.contains("/items") {
            ticket = "it";
        }
    }
    assert_eq!(ticket, "it");
}

#[test]
fn expectations_of_a_target_add_to_the_common_ones() {
    let server = shop();
    let status = |text: &str| text.parse().expect(text);
    let cart = ResponseRules::new()
        .expect_status(status("404"))
        .expect_body("empty");
    let items = ResponseRules::new().expect_json("/id=none".parse().expect("an expectation"));
    let http = builder(&server)
        .capture("ticket", capture("regex:\"t1\"|it|e"))
        .expect_status(status("200"))
        .expect_status(status("201"))
        .rules_for("cart", cart)
        .rules_for("items", items);
    let report = run_builder(http, 5);
    let of_group = |name: &str| {
        let group = report.groups.iter().find(|group| group.name == name);
        let group = group.expect(name);
        (group.hits.ok, group.hits.rejected)
    };
    assert_eq!(of_group("login"), (1, 0));
    assert_eq!(of_group("items"), (0, 2), "{:?}", report.labels);
    assert_eq!(of_group("cart"), (2, 0), "{:?}", report.labels);
    assert_eq!(report.labels["json_expected"], 2);
}

/// The error had 40,000 characters for a list of as many targets.
#[test]
fn an_unknown_target_is_answered_with_a_few_names() {
    let long = "n".repeat(5_000);
    let names = (0..40).map(|n| format!("page-{}", n / 2)).chain([long]);
    let text: String = names
        .rev()
        .map(|name| format!("# name: {name}\nGET http://127.0.0.1:1/\n\n"))
        .collect();
    let rules = ResponseRules::new().capture("ticket", capture("json:/id"));
    let error = Http::builder_for_targets(text.parse::<TargetList>().expect("valid targets"))
        .template_scope(TemplateScope::new())
        .rules_for("checkout", rules)
        .build()
        .expect_err("an unknown target")
        .to_string();
    assert!(error.len() < 400, "{error}");
    assert!(error.contains("page-19, page-18, "), "{error}");
    assert!(error.ends_with("page-11, and 11 more"), "{error}");
}

#[test]
fn rules_that_contradict_each_other_or_have_no_target_are_refused() {
    let server = shop();
    let token = || ResponseRules::new().capture("ticket", capture("json:/id"));
    let builder = || builder(&server);
    for (http, fragment) in [
        (
            builder()
                .rules_for("login", token())
                .rules_for("lgoin", token()),
            "unknown target \"lgoin\"; did you mean \"login\"?",
        ),
        (
            builder()
                .rules_for("login", token())
                .rules_for("checkout", token()),
            "expected one of login, items, cart",
        ),
        (
            builder()
                .rules_for("login", token())
                .capture("ticket", capture("json:/t")),
            "captured from all targets and from the target \"login\"",
        ),
        (
            builder()
                .rules_for("login", token())
                .rules_for("login", token()),
            "two captures are named \"ticket\"",
        ),
        (
            Http::builder("http://127.0.0.1/").rules_for("login", ResponseRules::new()),
            "no target has a name",
        ),
    ] {
        let error = http.build().expect_err(fragment).to_string();
        assert!(error.contains(fragment), "{error}");
    }
}
