//! One program for all laws: `BESSEMER_FUZZ` names the one that is tried. The rest of its command line is libFuzzer's.

#![no_main]

use std::sync::OnceLock;

use bessemer_fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static LAW: OnceLock<Target> = OnceLock::new();

fn chosen() -> Target {
    let wanted = std::env::var("BESSEMER_FUZZ").unwrap_or_default();
    let law = TARGETS.iter().find(|(name, _)| *name == wanted);
    *law.unwrap_or_else(|| panic!("BESSEMER_FUZZ must name a law, not {wanted:?}"))
}

fuzz_target!(|data: &[u8]| {
    let (_, hold) = LAW.get_or_init(chosen);
    hold(data);
});
