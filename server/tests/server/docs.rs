//! The documents of the server name every flag, endpoint, setting, limit, code and metric, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use xano_realtime_server::hub::Code;
use xano_realtime_server::{Limits, Settings};

use crate::support::{Running, get};

const DOCUMENT: &str = concat!(
    include_str!("../../../docs/server.md"),
    include_str!("../../../docs/server-reference.md"),
    include_str!("../../../docs/server-operations.md"),
);

/// Returns the texts in backticks at the start of the rows below a heading.
fn documented(heading: &str) -> BTreeSet<String> {
    rows(heading).into_iter().filter_map(|row| row.split('`').nth(1).map(str::to_owned)).collect()
}

fn rows(heading: &str) -> Vec<&'static str> {
    let after = DOCUMENT.split(&format!("\n{heading}\n")).nth(1).expect(heading);
    let section = after.split("\n#").next().unwrap();
    section.lines().filter(|line| line.starts_with("| `")).collect()
}

fn set<T: Into<String>>(names: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

/// Returns the text of every source file of the server.
fn sources() -> Vec<String> {
    fn collect(folder: &Path, texts: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, texts);
            } else {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut texts = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    texts
}

/// Returns the words of a text that start with `start`.
fn words<'a>(text: &'a str, start: &str, is_part: impl Fn(char) -> bool) -> BTreeSet<&'a str> {
    let starts = text.match_indices(start).map(|(at, _)| &text[at..]);
    starts.map(|rest| &rest[..rest.find(|character| !is_part(character)).unwrap_or(rest.len())]).collect()
}

#[test]
fn every_flag_and_every_environment_variable() {
    let help = Command::new(env!("CARGO_BIN_EXE_xano-realtime-server")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let options = help.lines().filter_map(|line| line.trim_start().strip_prefix("-h, ").or(Some(line.trim_start())));
    let flags = options.filter(|line| line.starts_with("--")).map(|line| line.split(' ').next().unwrap());
    let documented: BTreeSet<_> =
        documented("## Flags").iter().map(|flag| flag.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(documented, set(flags.filter(|flag| *flag != "--help")));

    let arguments = include_str!("../../src/args.rs");
    let table = rows("## Flags").join("\n");
    for variable in words(arguments, "XANO_", |part| part == '_' || part.is_ascii_uppercase()) {
        assert!(table.contains(&format!("`{variable}`")), "{variable}");
    }
}

#[test]
fn every_endpoint() {
    let mut endpoints = BTreeSet::new();
    for source in sources() {
        for route in source.split(".route(").skip(1) {
            let path = route.split('"').nth(1).unwrap();
            let methods = route.lines().next().unwrap();
            for method in ["get", "post", "put"] {
                if methods.contains(&format!("{method}(")) {
                    endpoints.insert(format!("{} {path}", method.to_uppercase()));
                }
            }
        }
    }
    let mut documented = documented("## Endpoints");
    assert!(documented.remove("GET /…"), "the files of --www");
    assert_eq!(documented, endpoints);
}

#[test]
fn every_setting() {
    let row = json!({ "pattern": "a", "triggers": { "join": "http://x/" } });
    let settings = Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap().to_json();
    let keys = |value: &serde_json::Value| set(value.as_object().unwrap().keys().cloned());
    let mut expected = keys(&settings);
    expected.extend(keys(&settings["channels"][0]));
    expected.extend(["id".to_owned(), "servers".to_owned()]);
    assert_eq!(documented("## Settings"), expected);
}

#[test]
fn every_setting_of_realtime_v2_with_its_default() {
    let field = json!({ "name": "a", "type": "int" });
    let message = json!({ "name": "a", "input": [field] });
    let channel = json!({ "name": "{a}", "input": [field], "messages": [message] });
    let servers = json!([{ "name": "a", "canonical": "a", "channels": [channel] }]);
    let json = Settings::parse(&json!({ "servers": servers }).to_string()).unwrap().to_json();
    for (heading, row) in [
        ("## Settings of a Realtime server", "/servers/0"),
        ("### Settings of a channel of V2", "/servers/0/channels/0"),
        ("### Settings of a message", "/servers/0/channels/0/messages/0"),
        ("### Settings of a parameter or a field", "/servers/0/channels/0/messages/0/input/0"),
    ] {
        let row = json.pointer(row).unwrap();
        let mut expected = BTreeSet::new();
        for (key, value) in row.as_object().unwrap() {
            match value {
                Value::Object(group) => {
                    expected.extend(group.iter().map(|(name, value)| (format!("{key}.{name}"), format!("`{value}`"))))
                }
                Value::Array(_) => drop(expected.insert((key.clone(), "`[]`".to_owned()))),
                _ if ["name", "canonical", "type"].contains(&&**key) => {
                    expected.insert((key.clone(), "required".to_owned()));
                }
                value => drop(expected.insert((key.clone(), format!("`{value}`")))),
            }
        }
        let documented = rows(heading).into_iter().map(|row| {
            let cells: Vec<_> = row.split(" | ").collect();
            (cells[0].trim_matches(['|', ' ', '`']).to_owned(), cells[2].to_owned())
        });
        assert_eq!(documented.collect::<BTreeSet<_>>(), expected, "{heading}");
    }
}

#[test]
fn every_example_of_a_settings_file_is_accepted() {
    let manual = include_str!("../../../docs/server.md");
    let blocks = manual.split("```json\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let examples: Vec<_> = blocks.filter(|text| text.contains("\"channels\": [")).collect();
    assert!(examples.len() >= 2, "one of each version");
    for example in examples {
        Settings::parse(example).unwrap_or_else(|error| panic!("{error}: {example}"));
    }
}

#[test]
fn every_limit_with_its_default() {
    let rows = rows("## Limits");
    for (name, default) in Limits::DEFAULTS {
        let row = format!("| `{name}` | {default} | ");
        assert!(rows.iter().any(|line| line.starts_with(&row)), "{row}");
    }
    assert_eq!(documented("## Limits").len(), Limits::DEFAULTS.len());
}

#[test]
fn every_error_code() {
    assert_eq!(documented("## Error codes"), set(Code::ALL.iter().map(|code| code.name())));
    let errors = include_str!("../../src/http/api_error.rs");
    let codes = words(errors, "ERROR_", |part| part == '_' || part.is_ascii_uppercase());
    assert_eq!(documented("## Errors over HTTP"), set(codes.into_iter().filter(|code| *code != "ERROR_")));
}

#[tokio::test]
async fn every_metric() {
    let server = Running::start().await;
    let (_, _, metrics) = get(server.address, "/metrics").await;
    let names = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    assert_eq!(documented("## Metrics"), set(names));
}
