//! Who may name what, in the text of the code. Comments may name anything.

use crate::tree::{File, files};

/// Fails at the first line of code that `is_wrong` finds something in.
#[track_caller]
fn none_in(is_looked_at: impl Fn(&File) -> bool, is_wrong: impl Fn(&str) -> bool, what_to_do: &str) {
    let mut looked_at = 0;
    for file in files()
        .iter()
        .filter(|file| file.path.ends_with(".rs") && is_looked_at(file))
    {
        looked_at += 1;
        if let Some((number, line)) = file.code().find(|(_, line)| is_wrong(line)) {
            panic!("{}:{number}: `{}`: {what_to_do}", file.path, line.trim());
        }
    }
    assert!(looked_at > 0, "the folder that this test looks at is gone");
}

/// Whether a line names one of these words as a word of its own.
fn names(line: &str, words: &[&str]) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| words.contains(&word))
}

/// Whether a line holds SQL or names a library for it.
fn is_sql(line: &str) -> bool {
    const STATEMENTS: &[&str] = &[
        "SELECT ",
        "INSERT INTO ",
        "INSERT OR ",
        "UPDATE ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "PRAGMA ",
    ];
    STATEMENTS.iter().any(|statement| line.contains(statement)) || names(line, &["rusqlite", "tokio_postgres"])
}

#[test]
fn the_framework_knows_no_server() {
    none_in(
        |file| file.is_under("framework/src"),
        |line| names(line, &["axum", "hyper", "tokio", "StatusCode"]) || is_sql(line),
        "the framework knows no HTTP library, no runtime and no SQL; a host gives it what it needs (framework/src/host.rs)",
    );
}

#[test]
fn only_the_edge_knows_http() {
    // The access log prints the status that the edge hands over.
    let log = "server/src/telemetry/access.rs";
    none_in(
        |file| file.is_under("server/src") && !file.is_under("server/src/http") && file.path != log,
        |line| names(line, &["axum", "StatusCode"]),
        "only server/src/http knows axum and statuses; return an error of this layer and let http/fault.rs map it",
    );
}

#[test]
fn only_the_store_knows_sql() {
    none_in(
        |file| file.is_under("server") && !file.is_under("server/src/store"),
        is_sql,
        "only server/src/store has SQL; add a noun_verb method to the trait `Store`",
    );
}

#[test]
fn only_main_names_drivers() {
    none_in(
        |file| {
            ["server/src", "framework/src", "macros/src"]
                .iter()
                .any(|folder| file.is_under(folder))
                && file.path != "server/src/main.rs"
        },
        |line| line.contains("bessemer_driver_"),
        "only server/src/main.rs names drivers; what the server must know of one goes through the catalogue",
    );
}

#[test]
fn an_expansion_names_nothing_of_its_surroundings() {
    none_in(
        |file| file.path.starts_with("macros/src/expand") && !file.path.ends_with("/tests.rs"),
        |line| absolute_paths(line).any(|start| !["core", "std", "bessemer"].contains(&start)),
        "an expansion may use ::core and ::std and what framework/src/private.rs re-exports: an author's crate may \
         have nothing else, and may have other things of the same name",
    );
}

/// The first segments of paths that begin with `::`.
fn absolute_paths(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("::").filter_map(move |(at, _)| {
        let before = line[..at].chars().next_back();
        let is_absolute = !before.is_some_and(|c| c.is_alphanumeric() || "_>)}]".contains(c));
        let rest = &line[at + 2..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        (is_absolute && end > 0).then(|| &rest[..end])
    })
}

#[test]
fn no_test_is_ignored() {
    none_in(
        |file| file.path != "tests/tidy/sources.rs",
        |line| line.contains("#[ignore"),
        "an ignored test tests nothing; make it pass or remove it",
    );
}

#[test]
fn no_test_waits_for_time_to_pass() {
    none_in(
        |file| {
            let is_suite = file.is_under("tests") || file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
            // A driver made for tests may be slow.
            let is_tested = file.is_under("tests/fixtures") || file.is_under("tests/bench");
            is_suite && !is_tested && file.path != "tests/tidy/sources.rs"
        },
        |line| line.contains("thread::sleep") || line.contains("time::sleep("),
        "a sleep is too short on a busy machine and too long on any other; wait for what must happen instead",
    );
}
