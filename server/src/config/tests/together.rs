//! Faults together: all at once, in order, with places that others can use.

use super::*;
use crate::config::{Located, Origin};

#[test]
fn faults_come_in_the_order_of_the_text() {
    let text = "enabled_hardware_types = []\nenabled_drivers = []\nzebra = 1\n[api]\nport = -1\nbert = 1\n";
    let faults = read(text).expect_err("four faults");
    let places: Vec<String> = faults.iter().map(|fault| fault.origin().to_string()).collect();
    let expected = [
        "config.toml:2:1",
        "config.toml:3:1",
        "config.toml:5:8",
        "config.toml:6:1",
    ];
    assert_eq!(places, expected);
}

#[test]
fn place_in_words_counts_characters_too() {
    let faults = read("[drivers.acme]\n\"größe\" = nan\n").expect_err("one fault");
    let origin = faults.iter().next().unwrap().origin();
    assert_eq!(origin.to_string(), "config.toml:2:11");
    assert!(faults.render(Colour::Plain).contains("--> config.toml:2:11"));
}

/// Seven mistakes of seven kinds; none hides another, and none is told twice.
#[test]
fn seven_planted_faults_give_seven_messages() {
    let text = r#"enabled_drivers = ["fake"]
hots = "metal-1"

[api]
port = 70000
max_limit = "many"
header_timeout = "3 weeks"

[databse]
connection = "sqlite:///x"

[log]
level = "verbose"
colour = true
"#;
    let faults = read(text).expect_err("seven faults");
    let told: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.origin(), fault.message()))
        .collect();
    let expected = [
        "config.toml:2:1: unknown option hots",
        "config.toml:5:8: api.port must be an integer from 0 to 65535, not 70000",
        r#"config.toml:6:13: api.max_limit must be an integer from 1 to 1000000, not "many""#,
        r#"config.toml:7:18: api.header_timeout must be a duration from 100ms to 1h, not "3 weeks""#,
        "config.toml:9:2: unknown section [databse]",
        r#"config.toml:13:9: log.level must be one of error, warn, info, debug, trace, not "verbose""#,
        "config.toml:14:1: unknown option log.colour",
    ];
    assert_eq!(told, expected);

    let rendered = faults.render(Colour::Plain);
    assert_eq!(rendered.matches("error: ").count(), 7);
    let carets: Vec<&str> = rendered
        .lines()
        .filter(|line| line.contains('^'))
        .map(str::trim)
        .collect();
    let expected = [
        "| ^^^^ did you mean \"host\"?",
        "|        ^^^^^ at most 65535",
        "|             ^^^^^^ expected an integer, found text",
        "|                  ^^^^^^^^^ expected seconds, or text with a unit: 500ms, 3s, 2m, 1h",
        "|  ^^^^^^^ did you mean [database]?",
        "|         ^^^^^^^^^ no such word",
        "| ^^^^^^ no such option",
    ];
    assert_eq!(carets, expected);
}

/// The catalogue's fault, at the element of the list that it is about.
#[test]
fn driver_that_is_not_compiled_in() {
    let config = config("# drivers of rack 7\n\nenabled_drivers = [\"redfish\", \"acmee\"]\n");
    let enabled = config.enabled_drivers.expect("a list was given");
    let Located { value, origin } = &enabled[1];
    let near = crate::config::did_you_mean(value, ["acme", "fake-hardware", "ipmi", "redfish"]).unwrap();
    let fault = Diagnostic::fault(format!(
        "driver \"{value}\" is enabled but not compiled into this binary"
    ))
    .at(origin)
    .label(format!("did you mean \"{near}\" (acme-bmc 1.4.0)?"))
    .note("compiled in: acme, fake-hardware, ipmi, redfish")
    .note("if it is another crate: metal build --like self --add CRATE@VERSION");
    let expected = r#"
error: driver "acmee" is enabled but not compiled into this binary
 --> config.toml:3:31
  |
3 | enabled_drivers = ["redfish", "acmee"]
  |                               ^^^^^^^ did you mean "acme" (acme-bmc 1.4.0)?
  |
  = compiled in: acme, fake-hardware, ipmi, redfish
  = if it is another crate: metal build --like self --add CRATE@VERSION"#;
    assert_eq!(fault.render(Colour::Plain), expected.trim_start());
}

#[test]
fn colour_is_for_terminals_only() {
    let fault = Diagnostic::fault("no").at(&Origin::flag("--port", "x")).label("here");
    assert!(!fault.render(Colour::Plain).contains('\u{1b}'));
    assert!(fault.render(Colour::Terminal).contains('\u{1b}'));
}

#[test]
fn file_that_is_no_configuration_does_not_fill_the_terminal() {
    let text: String = (0..1_000).map(|n| format!("line{n} = 1\n")).collect();
    let told = told(read(&text));
    assert_eq!(told.matches("error: ").count(), 100);
    assert!(told.ends_with("\n\nand 900 more"));
}
