//! Whatever is written: nothing panics, every fault can be shown, no secret gets longer or shorter.

use proptest::prelude::*;

use super::*;
use crate::config::{Origins, mask};

/// Pieces of TOML, right and wrong, in any order.
fn toml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zé_.=\"'\\[\\]{}#\\\\ \n,0-9-]{0,12}",
        prop::sample::select(vec![
            "[api]\n",
            "[drivers.a]\n",
            "[drivers.a.b]\n",
            "[conductor]\n",
            "[[log]]\n",
            "port = ",
            "host = ",
            "enabled_drivers = ",
            "lock_wait = ",
            "node_locked_retry_attempts = ",
            "driver_workers_max = ",
            "connection = ",
            "password = ",
            "\"\"\"",
            "'é'",
            "[1, 'x', {}]",
            "\"pg://u:p@h\"",
            "{ token = 'é' }",
            "\"50%\"",
            "1e400",
            "nan",
            "-1",
            "99999999999999999999",
            "1979-05-27",
            "\r\n",
            "\n",
            "*",
            "\u{feff}",
            "\u{202e}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_file_is_read_or_told(text in toml_like()) {
        match read(&text) {
            Ok((config, _)) => {
                let shown = config.show(Origins::Told);
                prop_assert!(read(&shown).is_ok(), "{shown}");
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(faults.render(Colour::Plain).starts_with("error: "));
            }
        }
    }

    #[test]
    fn any_variable_and_flag_is_read_or_told(name in "BESSEMER_[A-Z_]{0,20}", key in "[a-z_.]{0,20}", text in "\\PC{0,20}") {
        for known in ["BESSEMER_ENABLED_DRIVERS", "BESSEMER_CONDUCTOR__LOCK_WAIT", "BESSEMER_DATABASE__CONNECTION", &name] {
            let sources = machine().env(known, &text).flag(&key, &text, "--flag");
            if let Err(faults) = Config::load(&sources) {
                prop_assert!(faults.render(Colour::Plain).starts_with("error: "));
            }
        }
    }

    #[test]
    fn hiding_keeps_every_place(text in toml_like()) {
        let hidden = mask::hide(&text);
        prop_assert_eq!(hidden.len(), text.len());
        prop_assert_eq!(hidden.lines().count(), text.lines().count());
    }
}
