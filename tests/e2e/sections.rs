//! Sections `[drivers.<name>]` that are refused: each fault at its place, all of them at once.

use super::startup::refuses;

#[test]
fn a_section_for_a_driver_that_is_not_compiled_in_is_refused() {
    refuses(
        "[drivers.redfish]\naddress = \"x\"\n",
        1,
        &[
            "driver \"redfish\" has a section, but is not compiled into this binary",
            "config.toml:1:10",
        ],
    );
}

#[test]
fn every_unknown_key_of_a_drivers_section_is_told_at_once() {
    refuses(
        "[drivers.moody]\nstrat = \"well\"\npatience = 3\ncolour = \"red\"\n",
        2,
        &[
            "driver \"moody\" has no setting \"strat\"",
            "config.toml:2:1",
            "did you mean \"start\"?",
            "driver \"moody\" has no setting \"colour\"",
            "config.toml:4:1",
            "its settings: patience, refusal, start",
        ],
    );
}

#[test]
fn every_value_that_does_not_fit_a_drivers_setting_is_told_at_its_place() {
    refuses(
        "[drivers.moody]\nrefusal = \"never asked\"\npatience = \"much\"\nstart = \"wel\"\n",
        2,
        &[
            "drivers.moody.patience must be an integer from 0 to 255, not \"much\"",
            "config.toml:3:12",
            "drivers.moody.start must be one of \"well\", \"fail\", \"hang\", \"block\", \"panic\", not \"wel\"",
            "config.toml:4:9",
        ],
    );
}

#[test]
fn the_faults_of_all_sections_are_told_at_once() {
    refuses(
        "[drivers.sullen]\npatience = 256\nstrat = \"well\"\n[drivers.fake-plain]\n[drivers.redfish]\n[api]\nprot = 1\n",
        5,
        &[
            "drivers.sullen.patience must be an integer from 0 to 255, not 256",
            "config.toml:2:12",
            "driver \"moody\" has no setting \"strat\"",
            "config.toml:3:1",
            "driver \"fake-plain\" has no settings",
            "config.toml:4:10",
            "driver \"redfish\" has a section, but is not compiled into this binary",
            "did you mean \"port\"?",
        ],
    );
}

#[test]
fn a_section_for_a_driver_without_settings_is_refused() {
    refuses(
        "[drivers.fake-plain]\n",
        1,
        &[
            "driver \"fake-plain\" has no settings",
            "config.toml:1:10",
            "remove [drivers.fake-plain]",
        ],
    );
}

#[test]
fn two_sections_for_one_driver_are_refused() {
    refuses(
        "[drivers.moody]\n[drivers.sullen]\n",
        1,
        &[
            "driver \"moody\" has two sections",
            "config.toml:2:10",
            "put all its keys into [drivers.moody]",
        ],
    );
}

#[test]
fn a_driver_that_cannot_be_configured_is_shown_with_its_section() {
    refuses(
        "[drivers.moody]\nrefusal = \"two racks of one name\"\n",
        1,
        &[
            "driver \"moody\" cannot be configured: two racks of one name",
            "config.toml:1:10",
        ],
    );
}
