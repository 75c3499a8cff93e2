//! The option table: every option's key, type, default, names and meaning, said once. From it come
//! the check of a file, the environment's names, `config sample`, `config show` and the documents.
//!
//! To add an option: a field in `written.rs` and `model.rs`, a row in its section's file, a line in
//! `resolve.rs`. What can be asked of the table is in `options.rs`.

mod api;
mod conductor;
mod service;
mod top;

use std::time::Duration;

use super::options::Opt;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

const NAME: &str = "a name of letters, digits, '.', '-' and '_'";

/// What lock_wait allows, and so what Ironic's two options may come to.
pub(super) const LOCK_WAIT_MAX: Duration = HOUR;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The sections, in the order of `config sample`: what has no section comes first, as TOML demands.
const SECTIONS: [&[Opt]; 4] = [top::TOP, api::API, conductor::CONDUCTOR, service::SERVICE];

/// The table.
pub(super) static OPTIONS: &[Opt] = &joined::<{ len() }>();

const fn len() -> usize {
    let (mut len, mut section) = (0, 0);
    while section < SECTIONS.len() {
        len += SECTIONS[section].len();
        section += 1;
    }
    len
}

const fn joined<const LEN: usize>() -> [Opt; LEN] {
    let mut table = [SECTIONS[0][0]; LEN];
    let (mut at, mut section) = (0, 0);
    while section < SECTIONS.len() {
        let mut row = 0;
        while row < SECTIONS[section].len() {
            table[at] = SECTIONS[section][row];
            at += 1;
            row += 1;
        }
        section += 1;
    }
    table
}
