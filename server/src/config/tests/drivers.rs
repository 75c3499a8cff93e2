//! `[drivers.<name>]`: what is kept of a free-form section, and where each part of it was written.

use serde_json::json;

use super::*;

const TEXT: &str = r#"
[drivers.acme]
url = "https://bmc"
since = 2024-05-01T10:00:00Z
limits = { tries = 3, waits = [0.5, 2] }
[drivers.acme.tls]
verify = false
"#;

fn with_fragment(text: &str, later: &str) -> Config {
    let mut draft = Draft::with_defaults();
    tree::lay(&Source::new("config.toml", text), &mut draft);
    tree::lay(&Source::new("later.toml", later), &mut draft);
    resolve::resolve(draft, &machine()).sound().unwrap().0
}

#[test]
fn section_is_kept_as_json_and_moments_as_text() {
    let config = config(TEXT);
    let section = config.driver("acme").unwrap();
    assert_eq!(
        section.table,
        json!({
            "url": "https://bmc",
            "since": "2024-05-01T10:00:00Z",
            "limits": { "tries": 3, "waits": [0.5, 2] },
            "tls": { "verify": false },
        })
    );
    assert_eq!(section.name.origin.to_string(), "config.toml:2:10");
    assert!(config.driver("other").is_none());
}

#[test]
fn every_key_and_value_knows_its_place() {
    let config = config(TEXT);
    let section = config.driver("acme").unwrap();
    let places = |path: &[&str]| {
        (
            section.key_origin(path).to_string(),
            section.value_origin(path).to_string(),
        )
    };
    let at = |key: &str, value: &str| (format!("config.toml:{key}"), format!("config.toml:{value}"));
    assert_eq!(places(&["url"]), at("3:1", "3:7"));
    assert_eq!(places(&["limits", "tries"]), at("5:12", "5:20"));
    assert_eq!(places(&["limits", "waits"]), at("5:23", "5:31"));
    assert_eq!(places(&["limits", "waits", "1"]), at("5:37", "5:37"));
    assert_eq!(places(&["tls", "verify"]), at("7:1", "7:10"));
    assert_eq!(places(&["tls"]), at("6:15", "6:15"));
    // What is missing is missing in the thing above it.
    assert_eq!(places(&["tls", "ca", "file"]), at("6:15", "6:15"));
    assert_eq!(places(&["address"]), at("2:10", "2:10"));
}

#[test]
fn later_source_is_laid_over_key_by_key() {
    let config = with_fragment(
        TEXT,
        "[drivers.acme]\nurl = 'http://x'\nlimits.tries = 9\ntls.verify.x = 1\n[drivers.b]\n",
    );
    let names: Vec<&str> = config
        .drivers
        .iter()
        .map(|section| section.name.value.as_str())
        .collect();
    assert_eq!(names, ["acme", "b"]);
    let section = &config.drivers[0];
    assert_eq!(section.table["url"], "http://x");
    assert_eq!(section.table["limits"], json!({ "tries": 9, "waits": [0.5, 2] }));
    assert_eq!(section.table["tls"], json!({ "verify": { "x": 1 } }));
    let place = |path: &[&str]| section.value_origin(path).to_string();
    assert_eq!(place(&["limits", "tries"]), "later.toml:3:16");
    assert_eq!(place(&["limits", "waits", "1"]), "config.toml:5:37");
    assert_eq!(place(&["tls", "verify", "x"]), "later.toml:4:16");
    assert_eq!(section.name.origin.to_string(), "config.toml:2:10");
}

#[test]
fn number_that_json_cannot_hold() {
    check(
        "[drivers.acme]\nratio = nan\nserial = 99999999999999999999\n",
        r"
error: a driver's setting cannot be nan
 --> config.toml:2:9
  |
2 | ratio = nan
  |         ^^^ not a finite number

error: a driver's setting cannot be 99999999999999999999
 --> config.toml:3:10
  |
3 | serial = 99999999999999999999
  |          ^^^^^^^^^^^^^^^^^^^^ more than 64 bits hold
",
    );
}

#[test]
fn debug_shows_names_only() {
    let config = config("[drivers.acme]\npassword = 'geheim'\n");
    let debug = format!("{config:?}");
    assert!(debug.contains("password"));
    assert!(!debug.contains("geheim"));
}
