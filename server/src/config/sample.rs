//! The option table as text: `config sample`, and the markdown table of the documents.

use std::fmt::Write;

use super::kind::Kind;
use super::options::{Opt, env_name, leaf};
use super::table::OPTIONS;

const SAMPLE_WIDTH: usize = 78;

const SAMPLE_HEAD: &str = "\
## Configuration of Bessemer: every option, with its default.
##
## A line with ## explains. A line with one # is an option at its default: take
## the # away to set it.
## A duration is a number of seconds, or text with a unit: \"500ms\", \"3s\",
## \"2m\", \"1h\".
## Order of sources, the last one wins: defaults, this file, conf.d/*.toml beside
## it in the order of names, environment (BESSEMER_<SECTION>__<NAME>), flags.
## `bessemer config show --origin` tells what is in force.
";

const SAMPLE_DRIVERS: &str = "
## The settings of a driver go into a section with its name; `bessemer drivers`
## lists the names.
## [drivers.NAME]
## OPTION = VALUE
";

/// A complete file with every option commented out.
pub fn sample() -> String {
    let mut sample = SAMPLE_HEAD.to_owned();
    let mut section = None;
    for opt in shown() {
        if opt.section() != section {
            section = opt.section();
            sample.extend(section.map(|name| format!("\n[{name}]\n")));
        }
        sample.push('\n');
        for line in wrapped(&explained(opt)) {
            sample.extend(["## ", &line, "\n"]);
        }
        sample.extend(["#", leaf(opt.key), " = ", opt.default, "\n"]);
    }
    sample + SAMPLE_DRIVERS
}

/// Every option as a row of a markdown table.
pub fn markdown() -> String {
    let mut table = "| Option | Accepts | Default | Ironic | Meaning |\n|---|---|---|---|---|\n".to_owned();
    for opt in OPTIONS {
        let default = match (opt.instead_of, opt.stands_for) {
            (Some(_), _) => format!("`{}`, if the other one is given", opt.default),
            (None, Some(stands_for)) => format!("`{}`: {stands_for}", opt.default),
            (None, None) => format!("`{}`", opt.default),
        };
        let cells = [&accepts(opt), &default, opt.ironic.unwrap_or_default(), opt.doc];
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace('<', "&lt;"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| `{}`<br>`{}` | {} |",
            opt.key,
            env_name(opt.key),
            cells.join(" | ")
        );
    }
    table
}

/// Ironic's way to say another option is told there, and must not stand beside it.
fn shown() -> impl Iterator<Item = &'static Opt> {
    OPTIONS.iter().filter(|opt| opt.instead_of.is_none())
}

fn explained(opt: &Opt) -> String {
    let mut text = format!("{} Accepts {}.", opt.doc, accepts(opt));
    if let Some(stands_for) = opt.stands_for {
        let _ = write!(text, " {} means {stands_for}.", opt.default);
    }
    if let Some(ironic) = opt.ironic {
        let _ = write!(text, " Ironic: {ironic}.");
    }
    text
}

fn accepts(opt: &Opt) -> String {
    match opt.kind {
        Kind::Duration { .. } => format!("{}; a number is seconds", opt.kind.accepts()),
        _ => opt.kind.accepts(),
    }
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= SAMPLE_WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
