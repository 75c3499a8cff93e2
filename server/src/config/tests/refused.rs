//! A section that its driver refuses: each mistake at its place, no secret shown.

use bessemer::Error;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::*;

fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "bmc_password": {"type": "string"},
            "bmc": {
                "type": "object",
                "properties": {"url": {"type": "string"}, "tries": {"type": "integer"}},
                "required": ["url"],
            },
        },
    })
}

/// The driver refuses this section with this error, which is told so.
#[track_caller]
fn check_refused(text: &str, error: Error, expected: &str) {
    let config = config(text);
    let faults = config.drivers[0].refused("acme", schema, &error);
    let told: Vec<String> = faults.iter().map(|fault| fault.render(Colour::Plain)).collect();
    let told = told.join("\n\n");
    assert_eq!(told.trim(), expected.trim(), "\n--- got:\n{told}");
}

#[test]
fn every_value_that_does_not_fit_is_shown_at_its_own_place() {
    check_refused(
        "[drivers.acme]\nport = \"many\"\n[drivers.acme.bmc]\ntries = 1.5\n",
        Error::invalid("invalid type: string \"many\", expected u16"),
        r#"
error: drivers.acme.bmc.tries must be an integer, not 1.5
 --> config.toml:4:9
  |
4 | tries = 1.5
  |         ^^^

error: drivers.acme.bmc.url is missing: text
 --> config.toml:3:15
  |
3 | [drivers.acme.bmc]
  |               ^^^

error: drivers.acme.port must be an integer from 1 to 65535, not "many"
 --> config.toml:2:8
  |
2 | port = "many"
  |        ^^^^^^
"#,
    );
}

#[test]
fn what_the_driver_says_is_shown_at_the_key_it_names() {
    check_refused(
        "[drivers.acme]\nport = 80\nbmc = { url = 'http://x' }\n",
        Error::invalid("`url` is not encrypted"),
        r#"
error: driver "acme" cannot be configured: `url` is not encrypted
 --> config.toml:3:9
  |
3 | bmc = { url = 'http://x' }
  |         ^^^
"#,
    );
    // The schema is no judge of what the driver refuses for reasons of its own.
    check_refused(
        "[drivers.acme]\nport = 0\n",
        Error::invalid("the room is on fire"),
        r#"
error: driver "acme" cannot be configured: the room is on fire
 --> config.toml:1:10
  |
1 | [drivers.acme]
  |          ^^^^
"#,
    );
}

#[test]
fn no_secret_is_shown() {
    check_refused(
        "[drivers.acme]\nbmc_password = 4711\n",
        Error::invalid("invalid type: integer `4711`, expected a string"),
        r#"
error: drivers.acme.bmc_password must be text
 --> config.toml:2:16
  |
2 | bmc_password = ****
  |                ^^^^
"#,
    );
    check_refused(
        "[drivers.acme]\nbmc_password = 'geheim'\n",
        Error::invalid("the rack refused geheim").with_cause("\"geheim\" is short"),
        r#"
error: driver "acme" cannot be configured: the rack refused ******
 --> config.toml:1:10
  |
1 | [drivers.acme]
  |          ^^^^
  |
  = "******" is short
"#,
    );
}
