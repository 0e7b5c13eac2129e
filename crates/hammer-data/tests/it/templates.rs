//! Templates: rendering, properties, and errors.

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
    let users = Feeder::read(users.as_bytes(), FeederFormat::Csv).expect("valid rows");
    let colors = Feeder::read(&b"red\ngreen\n"[..], FeederFormat::Lines).expect("valid rows");
    TemplateScope::new()
        .feeder("users", Arc::new(users))
        .feeder("colors", Arc::new(colors))
        .with_clients()
        .variable("cart", VariesBy::Slot, Some(100))
        .variable("count", VariesBy::Client, Some(20))
        .variable("answer", VariesBy::Hit, None)
        .environment(|name| (name == "KEY").then(|| "s3cr\"t".to_owned()))
}

#[test]
fn templates_render_to_the_expected_form() {
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
        ("{{zipf 99 1.1}}", r"^[1-9]\d?$"),
        ("{{normal 100 15}}", r"^\d+$"),
        ("{{normal -1000 0.4 2}}", r"^-\d+\.\d\d$"),
        ("{{exponential 30}}", r"^\d+$"),
        ("{{exponential 0.5 3}}", r"^\d+\.\d{3}$"),
        ("{{weighted a 9 'b c' 1}}", "^(a|b c)$"),
        ("{{weighted never 0 always 0.1}}", "^always$"),
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
        ("{{colors}} {{colors.line}}", "^green green$"),
        ("{{users.name | url}}", "^%C3%96$"),
        ("{{env KEY}}", "^s3cr\"t$"),
        ("{{env KEY|json}}", "^s3cr\\\\\"t$"),
        ("{{env KEY | json | base64}}", "^czNjclwidA==$"),
        ("{{hex 3 | base64}}", "^[A-Za-z0-9]{4}$"),
    ] {
        let template = compiled(text, &scope());
        let expected = Regex::new(expected).expect("the expression is valid");
        let rendered = rendered(&template, &mut hit_context(7, 3));
        assert!(expected.is_match(&rendered), "{text}: {rendered}");
        let max_bytes = template.max_bytes().expect("an upper bound is known");
        assert!(rendered.len() <= max_bytes, "{text}");
    }
}

/// A context with variables, like that of an MQTT hammer.
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
fn a_hammer_can_define_numbers_and_variables() {
    let text = "devices/{{client}}/{{seq}}/{{hit}}/{{cart | json}}/{{count}}";
    let template = compiled(text, &scope());
    let mut text = b"prefix ".to_vec();
    template
        .render(&mut EmbedderContext(rng(1)), &mut text)
        .expect("rendered");
    let expected = r"prefix devices/7/0/18446744073709551615/tok\u0001en/42";
    assert_eq!(String::from_utf8_lossy(&text), expected);
    let literals = "devices/////".len();
    assert_eq!(template.max_bytes(), Some(literals + 3 * 20 + 600 + 20));
    assert_eq!(compiled("{{answer}}", &scope()).max_bytes(), None);
}

#[test]
fn templates_report_their_parts_and_dimensions() {
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
        let varies = [VariesBy::Hit, VariesBy::Slot, VariesBy::Client]
            .map(|dimension| template.depends_on(dimension));
        assert_eq!(varies, [hit, slot, client], "{text}");
        assert_eq!(template.literal(), literal.map(str::as_bytes), "{text}");
    }
    let literal = Template::from_literal(b"{{uuid}}\xff");
    assert_eq!(literal.literal(), Some(&b"{{uuid}}\xff"[..]));

    let template = compiled("a/{{ users.id | url }}/b{{rand 1 2}}", &scope());
    let names: Vec<&str> = template.variables().collect();
    assert_eq!(names, ["users.id", "rand"]);
    let parts: Vec<TemplatePart<'_>> = template.parts().collect();
    let variable = |name, span| TemplatePart::Variable { name, span };
    assert_eq!(parts[0], TemplatePart::Literal(b"a/"));
    assert_eq!(parts[1], variable("users.id", 2..22));
    assert_eq!(parts[2], TemplatePart::Literal(b"/b"));
    assert_eq!(&template.source()[2..22], "{{ users.id | url }}");
}

#[test]
fn debug_output_omits_the_environment() {
    let template = compiled("{{env KEY}}", &scope());
    assert_eq!(format!("{template:?}"), "Template(\"{{env KEY}}\")");
    assert!(!format!("{:?}", scope()).contains("s3cr"));
}

#[test]
fn errors_have_a_position_and_a_remedy() {
    for (text, part, problem, expected) in [
        (
            "a{{uuid",
            "{{",
            "unclosed '{{'",
            r"'}}' after it, or '\{{' for a literal '{{'",
        ),
        ("a{{}}", "{{}}", "missing name", "one of address, answer, "),
        ("a{{ | json}}", "{{ | json}}", "missing name", "uuid"),
        ("{{uid}}", "uid", "unknown name 'uid'", "'uuid'"),
        ("ö{{ sloth }}", "sloth", "unknown name", "'slot'"),
        ("{{user.id}}", "user.id", "unknown name", "'users.id'"),
        (
            "{{users.nmae}}",
            "nmae",
            "unknown column 'nmae' of 'users'",
            "'users.name'",
        ),
        (
            "{{users.xyz}}",
            "xyz",
            "unknown column 'xyz'",
            "'users.id' or 'users.\"e mail\"' or 'users.name'",
        ),
        (
            "{{users}}",
            "users",
            "missing column of 'users'",
            "'users.id' or",
        ),
        ("{{xyzzy}}", "xyzzy", "unknown name", "one of"),
        (
            "{{rand 1}}",
            "rand 1",
            "'rand' takes two integers",
            "a form such as {{rand 1 100}}",
        ),
        (
            "{{rand 1 x}}",
            "x",
            "'rand' takes integers, found 'x'",
            "{{rand 1 100}}",
        ),
        (
            "{{rand 5 1}}",
            "1",
            "smaller integer first",
            "{{rand 1 100}}",
        ),
        (
            "{{zipf 9}}",
            "zipf 9",
            "'zipf' takes a number of ranks and an exponent",
            "{{zipf 1000 1.1}}",
        ),
        ("{{zipf 0 1}}", "0", "1 to 2^52 ranks, found '0'", "{{zipf"),
        (
            "{{zipf 4503599627370497 1}}",
            "4503599627370497",
            "1 to 2^52",
            "{{zipf",
        ),
        ("{{zipf 9 -1}}", "-1", "an exponent from 0 to 100", "{{zipf"),
        (
            "{{zipf 9 nan}}",
            "nan",
            "an exponent from 0 to 100",
            "{{zipf",
        ),
        (
            "{{normal 100}}",
            "normal 100",
            "'normal' takes a mean and a standard deviation",
            "{{normal 100 15}} or {{normal 36.6 0.4 1}}",
        ),
        (
            "{{normal x 15}}",
            "x",
            "a mean from -1e11 to 1e11",
            "{{normal",
        ),
        (
            "{{normal 1 -15}}",
            "-15",
            "a deviation from 0 to 1e11",
            "{{normal",
        ),
        ("{{normal 1 inf}}", "inf", "a deviation from 0", "{{normal"),
        ("{{normal 1 1 7}}", "7", "0 to 6 decimal places", "{{normal"),
        (
            "{{normal 1 1 1 1}}",
            "normal 1 1 1 1",
            "takes a mean",
            "{{normal",
        ),
        (
            "{{exponential}}",
            "exponential",
            "'exponential' takes a mean",
            "{{exponential 30}}",
        ),
        (
            "{{exponential 0}}",
            "0",
            "a mean above 0 and up to 1e11, found '0'",
            "{{exponential 30}}",
        ),
        ("{{exponential 1 x}}", "x", "0 to 6 decimal places", "{{exp"),
        (
            "{{weighted a 9 b}}",
            "weighted a 9 b",
            "'weighted' takes words, each followed by a weight",
            "{{weighted read 9 write 1}}",
        ),
        ("{{weighted}}", "weighted", "followed by a weight", "{{wei"),
        (
            "{{weighted a 9 b -1}}",
            "-1",
            "weights from 0 to 1e11, found '-1'",
            "{{weighted",
        ),
        ("{{weighted 9 a}}", "a", "weights from 0", "{{weighted"),
        (
            "{{weighted a 0 b 0}}",
            "weighted a 0 b 0",
            "at least one weight above 0",
            "{{weighted",
        ),
        ("{{wieghted a 1}}", "wieghted", "unknown name", "'weighted'"),
        ("{{zpif 9 1}}", "zpif", "unknown name 'zpif'", "'zipf'"),
        (
            "{{pick}}",
            "pick",
            "'pick' takes at least one word",
            "{{pick red green blue}}",
        ),
        ("{{hex}}", "hex", "takes one length", "{{hex 16}}"),
        (
            "{{hex -1}}",
            "-1",
            "'hex' takes a length from 0 to 16777216, found '-1'",
            "{{hex 16}}",
        ),
        ("{{text 99999999}}", "99999999", "16777216", "{{text 200}}"),
        (
            "{{regex \"a(b\"}}",
            "(",
            "regex: unclosed group",
            "a regular expression such as",
        ),
        (
            "{{regex [z-a]}}",
            "z-a",
            "invalid character class",
            "a regular expression",
        ),
        ("{{regex \"ab}}", "\"", "unclosed quote", "\" at the end"),
        (
            "{{name xx}}",
            "xx",
            "unknown language 'xx'",
            "one of en, ar",
        ),
        (
            "{{env NOPE}}",
            "NOPE",
            "environment variable 'NOPE' is not set",
            "a variable that is set",
        ),
        (
            "{{token}}",
            "token",
            "'token' without a source of tokens",
            "a source of tokens",
        ),
        (
            "{{uuid 4 5}}",
            "4 5",
            "'uuid' takes no arguments",
            "'}}', or '|' and a filter",
        ),
        ("{{uuid | jsn}}", "jsn", "unknown filter 'jsn'", "'json'"),
        ("{{uuid | x}}", "x", "unknown filter", "json, url or base64"),
        (
            "{{regex 'a|b' |}}",
            "|",
            "missing filter",
            "json, url or base64",
        ),
        (
            "{{uuid | json 3}}",
            "3",
            "filters take no arguments, found '3'",
            "'|' and another filter, or '}}'",
        ),
    ] {
        let error = Template::compile(text, &scope()).expect_err(text);
        assert_eq!(error.found(), Some(part), "{text}: {error}");
        assert!(error.problem().contains(problem), "{text}: {error}");
        let found = error.expected().unwrap_or_default();
        assert!(found.contains(expected), "{text}: {error}");
    }
    let error = Template::compile("a{{uid}}", &scope()).expect_err("unknown name");
    let message = "unknown name 'uid'; expected 'uuid'";
    assert_eq!(error.to_string(), message);
    let redacted = "unknown name at byte 3; expected 'uuid'";
    assert_eq!(error.redacted().to_string(), redacted);

    let error = Template::compile("{{client}}", &TemplateScope::new()).expect_err("no clients");
    assert!(!error.to_string().contains("client,"), "{error}");
    let text = r"{{uid}} \{{ {{";
    assert_eq!(
        compiled(text, &scope().literal(true)).literal(),
        Some(text.as_bytes())
    );
}

/// A template once was repeated in an error of more than 400 characters.
#[test]
fn an_error_repeats_a_short_and_printable_part_of_the_text() {
    let name = format!("col{}ours", "\u{18}".repeat(37));
    for text in [
        format!("W}}&c={{{{{name}}}}}"),
        format!("{{{{users.{name}}}}}"),
        format!("{{{{uuid|{name}}}}}"),
        format!("{{{{hex {name}}}}}"),
        format!("{{{{regex \"({name}\"}}}}"),
        format!("{{{{{}}}}}", "x".repeat(100_000)),
    ] {
        let error = Template::compile(&text, &scope())
            .expect_err(&text)
            .to_string();
        assert!(error.chars().count() < 300, "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    let text = format!("{{{{{name}}}}}");
    let error = Template::compile(&text, &scope())
        .expect_err(&text)
        .to_string();
    assert!(
        error.starts_with(r"unknown name 'col\u{18}\u{18}"),
        "{error}"
    );
}

proptest::proptest! {
    /// The position of an error is always within the text and between characters.
    #[test]
    fn any_text_compiles_or_has_an_error_with_a_position(text in r#"([a-z \\|"'.0-9{}ö-]|\{\{|\}\}|uuid|regex|users\.id|json){0,20}"#) {
        match Template::compile(&text, &scope()) {
            Ok(template) => {
                let rendered = rendered(&template, &mut hit_context(1, 1));
                assert!(rendered.len() <= template.max_bytes().unwrap_or(usize::MAX));
            }
            Err(error) => assert!(error.found().is_some(), "{error}"),
        }
    }
}

/// The hint was `users.e mail`, which was read as a name with an argument.
#[test]
fn a_column_with_a_space_is_written_as_its_hint_says() {
    for text in [
        "{{users.e_mail}}",
        "{{users.\"e mial\"}}",
        "{{user.\"e mail\"}}",
    ] {
        let error = Template::compile(text, &scope()).expect_err(text);
        let name = error.nearest().unwrap_or_default();
        assert_eq!(name, "users.\"e mail\"", "{text}: {error}");
        let hinted = Template::compile(&format!("{{{{{name} | url}}}}"), &scope());
        assert!(hinted.is_ok(), "{hinted:?}");
    }
}
