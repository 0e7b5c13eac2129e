//! Templates: what they render to, what they tell of themselves, what is wrong with them.

use std::sync::Arc;

use hammer_data::{
    Feeder, FeederFormat, Template, TemplateContext, TemplatePart, TemplateScope, VariableValue,
    VariesBy,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use regex::Regex;

use crate::{compiled, hit_context, rendered, rng};

fn scope() -> TemplateScope {
    let users = "id,e mail,name\n1,a@b,\"A \"\"quoted\"\" name\"\n2,c@d,Ö\n";
    let users = Feeder::read(users.as_bytes(), FeederFormat::Csv).expect("rows");
    let colours = Feeder::read(&b"red\ngreen\n"[..], FeederFormat::Lines).expect("rows");
    TemplateScope::new()
        .feeder("users", Arc::new(users))
        .feeder("colours", Arc::new(colours))
        .with_clients()
        .variable("cart", VariesBy::Slot, Some(100))
        .variable("count", VariesBy::Client, Some(20))
        .variable("answer", VariesBy::Hit, None)
        .environment(|name| (name == "KEY").then(|| "s3cr\"t".to_owned()))
}

#[test]
fn texts_are_rendered() {
    for (text, expected) in [
        ("", "^$"),
        ("no { braces }} here", r"^no \{ braces \}\} here$"),
        (r"\{{uuid}}", r"^\{\{uuid\}\}$"),
        (r"a\b{{hit}}\", r"^a\\b7\\$"),
        (r"\\{{hit}}", r"^\\\{\{hit\}\}$"),
        ("{{hit}}{{ slot }}/{{seq}}/{{client}}", "^73/7/3$"),
        (
            "{{uuid}}",
            "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        ),
        ("{{now}}", r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"),
        ("{{now_ms}}", r"^[1-9]\d{12}$"),
        ("{{rand 1 100}}", r"^([1-9]|[1-9]\d|100)$"),
        ("{{rand -5 -3}}", "^-[345]$"),
        (
            "{{pick red green 'light blue'}}",
            "^(red|green|light blue)$",
        ),
        ("{{hex 16}}", "^[0-9a-f]{16}$"),
        ("{{text 200}}", "^[a-z ]{200}$"),
        (r#"{{regex "[A-Z]{3}[0-9]{4}"}}"#, "^[A-Z]{3}[0-9]{4}$"),
        ("{{regex '[}{]{2}'}}", r"^[}{]{2}$"),
        (r"{{regex \d{2}-x}}", r"^\d\d-x$"),
        ("{{name}}", r"^\S+ \S+$"),
        ("{{name zh}}", r"^\S+$"),
        ("{{email}}", r"^[a-z.]+\d+@example\.(com|net|org)$"),
        ("{{ip}}", r"^\d+\.\d+\.\d+\.\d+$"),
        ("{{address de}}", r"^.+ \d+, \d+ .+$"),
        ("{{users.id}},{{users.name}}", "^2,Ö$"),
        ("{{colours}} {{colours.line}}", "^green green$"),
        ("{{users.name | url}}", "^%C3%96$"),
        ("{{env KEY}}", "^s3cr\"t$"),
        ("{{env KEY|json}}", "^s3cr\\\\\"t$"),
        ("{{env KEY | json | base64}}", "^czNjclwidA==$"),
        ("{{hex 3 | base64}}", "^[A-Za-z0-9]{4}$"),
    ] {
        let template = compiled(text, &scope());
        let shown = rendered(&template, &mut hit_context(7, 3));
        let expected = Regex::new(expected).expect("a regex");
        assert!(expected.is_match(&shown), "{text}: {shown}");
        assert!(
            template.max_bytes().expect("known") >= shown.len(),
            "{text}"
        );
    }
}

/// A context as an MQTT hammer has it, with variables of its own.
struct EmbedderContext(Xoshiro256PlusPlus);

impl TemplateContext for EmbedderContext {
    type Rng = Xoshiro256PlusPlus;
    fn rng(&mut self) -> &mut Xoshiro256PlusPlus {
        &mut self.0
    }
    fn hit(&self) -> u64 {
        u64::MAX
    }
    fn slot(&self) -> u64 {
        2
    }
    fn client(&self) -> u64 {
        7
    }
    fn seq(&self) -> u64 {
        0
    }
    fn variable(&self, index: usize) -> VariableValue<'_> {
        match index {
            0 => VariableValue::Bytes(b"tok\x01en"),
            _ => VariableValue::Number(42),
        }
    }
}

#[test]
fn an_embedder_has_numbers_and_variables_of_its_own() {
    let text = "devices/{{client}}/{{seq}}/{{hit}}/{{cart | json}}/{{count}}";
    let template = compiled(text, &scope());
    let mut text = b"kept ".to_vec();
    template
        .render(&mut EmbedderContext(rng(1)), &mut text)
        .expect("rendered");
    let expected = r"kept devices/7/0/18446744073709551615/tok\u0001en/42";
    assert_eq!(String::from_utf8_lossy(&text), expected);
    let fixed = "devices//////".len() - 1;
    assert_eq!(template.max_bytes(), Some(fixed + 3 * 20 + 600 + 20));
    assert_eq!(compiled("{{answer}}", &scope()).max_bytes(), None);
}

#[test]
fn a_template_knows_what_it_has() {
    for (text, hit, slot, client, literal) in [
        ("", false, false, false, Some("")),
        ("a", false, false, false, Some("a")),
        (
            r"a\{{b{{env KEY}}",
            false,
            false,
            false,
            Some("a{{bs3cr\"t"),
        ),
        ("{{client}}", false, false, true, None),
        ("{{count}}{{cart}}", false, true, true, None),
        ("{{seq}}", true, false, false, None),
        ("{{slot}}", false, true, false, None),
        ("{{hit}}/{{client}}", true, false, true, None),
        ("{{uuid}}", true, false, false, None),
        ("{{users.id}}", true, false, false, None),
    ] {
        let template = compiled(text, &scope());
        let differs =
            [VariesBy::Hit, VariesBy::Slot, VariesBy::Client].map(|per| template.varies_by(per));
        assert_eq!(differs, [hit, slot, client], "{text}");
        assert_eq!(template.literal(), literal.map(str::as_bytes), "{text}");
    }
    let fixed = Template::from_literal(b"{{uuid}}\xff");
    assert_eq!(fixed.literal(), Some(&b"{{uuid}}\xff"[..]));

    let template = compiled("a/{{ users.id | url }}/b{{rand 1 2}}", &scope());
    let names: Vec<&str> = template.variables().collect();
    assert_eq!(names, ["users.id", "rand"]);
    let parts: Vec<TemplatePart<'_>> = template.parts().collect();
    let variable = |name, place| TemplatePart::Variable { name, span: place };
    assert_eq!(parts[0], TemplatePart::Literal(b"a/"));
    assert_eq!(parts[1], variable("users.id", 2..22));
    assert_eq!(parts[2], TemplatePart::Literal(b"/b"));
    assert_eq!(&template.source()[2..22], "{{ users.id | url }}");
}

#[test]
fn a_template_keeps_the_environment_to_itself() {
    let template = compiled("{{env KEY}}", &scope());
    assert_eq!(format!("{template:?}"), "Template(\"{{env KEY}}\")");
    assert!(!format!("{:?}", scope()).contains("s3cr"));
}

#[test]
fn what_is_wrong_has_its_place() {
    for (text, place, wrong, right) in [
        ("a{{uuid", "{{", "has no }}", "}} behind it"),
        (
            "a{{}}",
            "{{}}",
            "has no name",
            "one of address, answer, cart",
        ),
        ("a{{ | json}}", "{{ | json}}", "has no name", "uuid"),
        ("{{uid}}", "uid", "unknown name \"uid\"", "uuid"),
        ("ö{{ sloth }}", "sloth", "unknown name", "slot"),
        ("{{user.id}}", "user.id", "unknown name", "users.id"),
        (
            "{{users.nmae}}",
            "nmae",
            "column that users does not have",
            "users.name",
        ),
        (
            "{{users.xyz}}",
            "xyz",
            "column",
            "users.id or users.e mail or users.name",
        ),
        ("{{users}}", "users", "names no column", "users.id or"),
        ("{{xyzzy}}", "xyzzy", "unknown name", "one of"),
        ("{{rand 1}}", "rand 1", "takes two whole", "{{rand 1 100}}"),
        ("{{rand 1 x}}", "x", "whole numbers", "{{rand 1 100}}"),
        (
            "{{rand 5 1}}",
            "1",
            "smaller number first",
            "{{rand 1 100}}",
        ),
        (
            "{{pick}}",
            "pick",
            "what to pick from",
            "{{pick red green blue}}",
        ),
        ("{{hex}}", "hex", "takes one length", "{{hex 16}}"),
        ("{{hex -1}}", "-1", "takes a length", "{{hex 16}}"),
        ("{{text 99999999}}", "99999999", "16777216", "{{text 200}}"),
        ("{{regex \"a(b\"}}", "(", "unclosed group", "{{regex"),
        (
            "{{regex [z-a]}}",
            "z-a",
            "invalid character class",
            "{{regex",
        ),
        ("{{regex \"ab}}", "\"", "no second quote", "\" at the end"),
        ("{{name xx}}", "xx", "takes no language", "one of en, ar"),
        (
            "{{env NOPE}}",
            "NOPE",
            "which is not set",
            "a variable that is set",
        ),
        ("{{token}}", "token", "no source of tokens", "tokens"),
        ("{{uuid 4 5}}", "4 5", "takes none", "}}"),
        ("{{uuid | jsn}}", "jsn", "unknown filter", "json"),
        ("{{uuid | x}}", "x", "unknown filter", "json, url or base64"),
        ("{{regex 'a|b' |}}", "|", "no filter behind", "json"),
        (
            "{{uuid | json 3}}",
            "3",
            "filter with an argument",
            "another filter",
        ),
    ] {
        let error = Template::compile(text, &scope()).expect_err(text);
        assert_eq!(&text[error.span()], place, "{text}: {error}");
        assert!(error.problem().contains(wrong), "{text}: {error}");
        assert!(error.expected().contains(right), "{text}: {error}");
    }
    let bare = Template::compile("{{client}}", &TemplateScope::new()).expect_err("no clients");
    assert!(!bare.expected().contains("client"), "{bare}");
    let text = r"{{uid}} \{{ {{";
    assert_eq!(
        compiled(text, &scope().literal(true)).literal(),
        Some(text.as_bytes())
    );
}

proptest::proptest! {
    /// Whatever a text is, it compiles or has an error whose place lies on characters of the text.
    #[test]
    fn any_text_compiles_or_has_a_place(text in r#"([a-z \\|"'.0-9{}ö-]|\{\{|\}\}|uuid|regex|users\.id|json){0,20}"#) {
        match Template::compile(&text, &scope()) {
            Ok(template) => {
                let shown = rendered(&template, &mut hit_context(1, 1));
                assert!(shown.len() <= template.max_bytes().unwrap_or(usize::MAX));
            }
            Err(error) => assert!(text.get(error.span()).is_some(), "{error}"),
        }
    }
}
