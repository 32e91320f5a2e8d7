//! Random templates and names: the index finds what the rules say, and templates that are refused do not panic.

use fastrand::Rng;
use serde_json::{Value, json};

use super::server;
use crate::settings::v2::template::{Segment, Template};

const SEED: u64 = 20_261_129;

/// Finds a template by the rules alone: of all that match, the one whose first difference is a literal.
fn by_the_rules<'a>(templates: &'a [Template], name: &str) -> Option<&'a Template> {
    let given: Vec<_> = name.split('/').collect();
    let fits = |(segment, value): (Segment<'_>, &&str)| match segment {
        Segment::Literal(text) => text == *value,
        Segment::Parameter(_) => {
            !value.is_empty() && value.chars().all(|it| it.is_ascii_alphanumeric() || "_-".contains(it))
        }
    };
    let matching = templates
        .iter()
        .filter(|template| template.segments().count() == given.len() && template.segments().zip(&given).all(fits));
    matching.min_by_key(|template| shape(template))
}

/// Returns which segments are parameters. `false` comes first.
fn shape(template: &Template) -> Vec<bool> {
    template.segments().map(|segment| matches!(segment, Segment::Parameter(_))).collect()
}

fn path(dice: &mut Rng, segments: &[&str]) -> String {
    let segments: Vec<_> = (0..dice.usize(1..5)).filter_map(|_| dice.choice(segments).copied()).collect();
    segments.join("/")
}

#[test]
fn the_index_finds_what_the_rules_say() {
    let mut dice = Rng::with_seed(SEED);
    let (mut found, mut others) = (0, 0);
    for _ in 0..500 {
        let mut templates: Vec<Template> = Vec::new();
        for _ in 0..dice.usize(0..30) {
            let template = path(&mut dice, &["a", "b", "a b", "A", "{x}", "{y}"]);
            // The same parameter twice is refused.
            let Ok(template) = Template::try_from(template) else { continue };
            let matches_the_same = |other: &Template| {
                let literals = |template: &Template| template.as_str().replace("{y}", "{x}");
                literals(other) == literals(&template)
            };
            if !templates.iter().any(matches_the_same) {
                templates.push(template);
            }
        }
        let server = server(templates.iter().map(|template| json!({ "name": template })).collect::<Value>());
        for _ in 0..200 {
            let name = path(&mut dice, &["a", "b", "a b", "A", "c", "-_7", "", "é", "{x}"]);
            let expected = by_the_rules(&templates, &name);
            match server.channel_for(&name) {
                Ok((channel, params)) => {
                    assert_eq!(Some(&channel.name), expected, "{name} of {templates:?}");
                    assert_eq!(filled(&channel.name, params.iter()), name, "the parameters put back");
                    found += 1;
                }
                Err(_) => {
                    assert_eq!(expected, None, "{name} of {templates:?}");
                    others += 1;
                }
            }
        }
    }
    assert!(found > 10_000 && others > 10_000, "{found} found, {others} not: both kinds are tried");
}

/// Returns the template with its parameters replaced by their values.
fn filled<'a>(template: &Template, params: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    params.fold(template.as_str().to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[test]
fn every_text_is_a_template_or_refused_with_the_rule() {
    let mut dice = Rng::with_seed(SEED);
    let pieces = ["a", "é", "/", "{", "}", "{id}", "{id}", "-", "_", " ", "\u{7}", "{a-b}", "//", "\u{202e}", "*"];
    let mut accepted = 0;
    for _ in 0..100_000 {
        let text: String = (0..dice.usize(0..9)).filter_map(|_| dice.choice(pieces)).collect();
        match Template::try_from(text.clone()) {
            Ok(template) => {
                assert_eq!(template.as_str(), text);
                assert!(template.segments().all(|segment| segment != Segment::Literal("")));
                accepted += 1;
            }
            Err(why) => assert!(why.starts_with("must") || why.starts_with("has") || why.starts_with('"'), "{why}"),
        }
    }
    assert!((1_000..99_000).contains(&accepted), "{accepted} accepted: both kinds are tried");
}

#[test]
fn many_templates_that_share_segments_are_searched_in_one_pass() {
    // Every name is tried on both ways of every level: 2^12 ends, each visited once.
    let template = |bits: usize| {
        let segment = |level: usize| if bits >> level & 1 == 0 { "a".to_owned() } else { format!("{{p{level}}}") };
        json!({ "name": (0..12).map(segment).collect::<Vec<_>>().join("/") })
    };
    let server = server((0..1 << 12).map(template).collect::<Value>());
    let name = ["a"; 12].join("/");
    assert_eq!(server.channel_for(&name).unwrap().0.name.as_str(), name);
    assert!(server.channel_for(&format!("{name}/a")).is_err());
}

#[test]
fn a_long_name_is_no_deep_recursion() {
    let server = server(json!([{ "name": "{a}" }, { "name": vec!["a"; 100].join("/") }]));
    assert!(server.channel_for(&"a/".repeat(1_000_000)).is_err());
}
