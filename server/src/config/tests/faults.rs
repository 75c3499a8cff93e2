//! What is told about a wrong file: exactly these lines, carets included.

use super::*;

#[test]
fn unknown_option_names_the_one_meant() {
    check(
        "[api]\nprot = 1\n",
        r#"
error: unknown option api.prot
 --> config.toml:2:1
  |
2 | prot = 1
  | ^^^^ did you mean "port"?
"#,
    );
}

#[test]
fn option_of_another_section_is_sent_there() {
    check(
        "[api]\nlevel = \"info\"\n",
        r#"
error: unknown option api.level
 --> config.toml:2:1
  |
2 | level = "info"
  | ^^^^^ did you mean "level" of [log]?
"#,
    );
    check(
        "[log]\nenabled_drivers = []\n",
        r#"
error: unknown option log.enabled_drivers
 --> config.toml:2:1
  |
2 | enabled_drivers = []
  | ^^^^^^^^^^^^^^^ did you mean "enabled_drivers", at the top of the file, before any [section]?
"#,
    );
}

#[test]
fn option_like_no_other_is_not_guessed() {
    check(
        "zebra = 1\n",
        r"
error: unknown option zebra
 --> config.toml:1:1
  |
1 | zebra = 1
  | ^^^^^ no such option
  |
  = help: `bessemer config sample` shows every option
",
    );
}

#[test]
fn unknown_section_is_one_fault_whatever_it_holds() {
    check(
        "[apii]\nport = 1\nzebra = 2\n",
        r"
error: unknown section [apii]
 --> config.toml:1:2
  |
1 | [apii]
  |  ^^^^ did you mean [api]?
",
    );
}

#[test]
fn ironic_section_of_a_driver_is_sent_to_drivers() {
    check(
        "[redfish]\nconnection_attempts = 5\n",
        r"
error: unknown section [redfish]
 --> config.toml:1:2
  |
1 | [redfish]
  |  ^^^^^^^ no such section
  |
  = sections: api, conductor, database, healthcheck, log, metrics, drivers
  = help: if it is a driver, its settings go below [drivers.redfish]
",
    );
}

#[test]
fn section_that_is_a_value() {
    check(
        "api = 3\n",
        r"
error: api is a section, not an option
 --> config.toml:1:7
  |
1 | api = 3
  |       ^ write its options below [api]
",
    );
    check(
        "[drivers]\nacme = true\n",
        r"
error: drivers.acme is a section, not an option
 --> config.toml:2:8
  |
2 | acme = true
  |        ^^^^ write the driver's options below [drivers.acme]
",
    );
}

#[test]
fn wrong_type() {
    check(
        "[api]\nport = \"6385\"\n",
        r#"
error: api.port must be an integer from 0 to 65535, not "6385"
 --> config.toml:2:8
  |
2 | port = "6385"
  |        ^^^^^^ expected an integer, found text
  |
  = help: take the quotes away
"#,
    );
    check(
        "host = 7\n",
        r"
error: host must be a name of letters, digits, '.', '-' and '_', not 7
 --> config.toml:1:8
  |
1 | host = 7
  |        ^ expected text, found an integer
  |
  = help: put it in quotes
",
    );
    check(
        "[log.level]\nx = 1\n",
        r"
error: log.level must be one of error, warn, info, debug, trace, not a table
 --> config.toml:1:1
  |
1 | [log.level]
  | ^^^^^^^^^^^ expected text, found a table
",
    );
}

#[test]
fn list_as_text_is_rewritten() {
    check(
        "enabled_drivers = \"redfish, ipmi\"\n",
        r#"
error: enabled_drivers must be a list of names, not "redfish, ipmi"
 --> config.toml:1:19
  |
1 | enabled_drivers = "redfish, ipmi"
  |                   ^^^^^^^^^^^^^^^ expected a list, found text
  |
  = help: write ["redfish", "ipmi"]
"#,
    );
}

#[test]
fn each_wrong_element_is_its_own_fault() {
    check(
        "enabled_drivers = [3, \"redfish\",\n  \"\"]\n",
        r#"
error: enabled_drivers must be a list of names, and 3 is no name
 --> config.toml:1:20
  |
1 | enabled_drivers = [3, "redfish",
  |                    ^ expected text, found an integer
  |
  = help: put it in quotes

error: enabled_drivers must be a list of names, and "" is no name
 --> config.toml:2:3
  |
2 |   ""]
  |   ^^ a name cannot be empty
"#,
    );
}

#[test]
fn driver_named_twice() {
    check(
        "enabled_drivers = [\"acme\", \"acme\"]\n",
        r#"
error: driver "acme" is enabled twice
 --> config.toml:1:28
  |
1 | enabled_drivers = ["acme", "acme"]
  |                    ------  ^^^^^^ named again
  |                    |
  |                    first named here
"#,
    );
}

#[test]
fn out_of_range() {
    check(
        "[api]\nport = 65536\n",
        r"
error: api.port must be an integer from 0 to 65535, not 65536
 --> config.toml:2:8
  |
2 | port = 65536
  |        ^^^^^ at most 65535
",
    );
    check(
        "[api]\nmax_json_body_size = 0x0\n",
        r"
error: api.max_json_body_size must be an integer from 1 to 65536 (KiB), not 0x0
 --> config.toml:2:22
  |
2 | max_json_body_size = 0x0
  |                      ^^^ at least 1
",
    );
}

#[test]
fn word_that_is_none_of_the_choices() {
    check(
        "[log]\nlevel = \"inof\"\n",
        r#"
error: log.level must be one of error, warn, info, debug, trace, not "inof"
 --> config.toml:2:9
  |
2 | level = "inof"
  |         ^^^^^^ did you mean "info"?
"#,
    );
}

#[test]
fn name_and_alias_in_one_file() {
    check(
        "enabled_drivers = []\nenabled_hardware_types = []\n",
        r"
error: enabled_drivers and enabled_hardware_types are two names of one option
 --> config.toml:2:1
  |
1 | enabled_drivers = []
  | --------------- first given here
2 | enabled_hardware_types = []
  | ^^^^^^^^^^^^^^^^^^^^^^ given again under its other name
  |
  = help: keep enabled_drivers
",
    );
}

#[test]
fn lock_wait_beside_both_of_ironics_options_is_one_fault() {
    check(
        "[conductor]\nnode_locked_retry_attempts = 3\nlock_wait = 3\nnode_locked_retry_interval = 1\n",
        r"
error: conductor.lock_wait and conductor.node_locked_retry_attempts say the same thing twice
 --> config.toml:2:1
  |
2 | node_locked_retry_attempts = 3
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^ Ironic's way to say it
3 | lock_wait = 3
  | --------- says it directly
  |
  = help: keep conductor.lock_wait
",
    );
}

#[test]
fn address_beyond_loopback_is_refused() {
    check(
        "[api]\nhost_ip = \"0.0.0.0\"\n",
        r#"
error: api.host_ip 0.0.0.0 can be reached from other machines, and there is no authentication yet
 --> config.toml:2:11
  |
2 | host_ip = "0.0.0.0"
  |           ^^^^^^^^^ not a loopback address
  |
  = help: use 127.0.0.1, or set api.allow_noauth_beyond_loopback = true if whoever reaches it may do everything
"#,
    );
}

#[test]
fn postgresql_is_refused_without_its_password() {
    check(
        "[database]\nconnection = \"postgresql://ironic:geheim@db/ironic\"\n",
        r#"
error: database.connection must be sqlite:/// with an absolute path, not "postgresql://ironic:******@db/ironic"
 --> config.toml:2:14
  |
2 | connection = "postgresql://ironic:******@db/ironic"
  |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ PostgreSQL is not built into this version
  |
  = help: use sqlite:///, or leave it out
"#,
    );
}

#[test]
fn timeout_above_its_cap() {
    check(
        "[conductor]\nsync_timeout = \"20m\"\n",
        r#"
error: conductor.sync_timeout 20m is larger than conductor.sync_timeout_max 10m
 --> config.toml:2:16
  |
2 | sync_timeout = "20m"
  |                ^^^^^
  |
  = conductor.sync_timeout_max has its default
"#,
    );
    check(
        "[conductor]\nworkers_pool_size = 10\ndriver_workers_max = 20\n",
        r"
error: conductor.driver_workers_max 20 is larger than conductor.workers_pool_size 10
 --> config.toml:3:22
  |
2 | workers_pool_size = 10
  |                     -- the other of the two
3 | driver_workers_max = 20
  |                      ^^
",
    );
}

#[test]
fn broken_syntax_is_one_fault() {
    check(
        "zebra = 1\n[api\nport = 1\n",
        r"
error: config.toml is not valid TOML
 --> config.toml:2:5
  |
2 | [api
  |     ^ unclosed table, expected `]`
",
    );
    check(
        "[api]\nport = 1\nport = 2\n",
        r"
error: config.toml is not valid TOML
 --> config.toml:3:1
  |
3 | port = 2
  | ^^^^ duplicate key
",
    );
}

#[test]
fn columns_count_characters_and_lines_may_end_in_crlf() {
    check(
        "[log]\r\nformat = \"ärger\" # größe\r\n",
        r#"
error: log.format must be one of auto, human, json, not "ärger"
 --> config.toml:2:10
  |
2 | format = "ärger" # größe
  |          ^^^^^^^ no such word
"#,
    );
}
