//! The migrations: an upgraded database is the same as a fresh one, and what this program does not know is
//! refused.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::super::migrate::{MIGRATIONS, Migration, check, checksum, run};
use super::{open, refusal};
use crate::store::Refusal;

const SECOND: Migration = Migration {
    version: 2,
    name: "second",
    sql: "ALTER TABLE nodes ADD COLUMN shelf TEXT; CREATE TABLE shelves (name TEXT PRIMARY KEY) STRICT;",
};
const WRONG: Migration = Migration {
    version: 2,
    name: "wrong",
    sql: "CREATE TABLE shelves (name TEXT PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);",
};

fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), Refusal> {
    let applied = check(connection, Path::new("db"), migrations, Duration::ZERO)?;
    run(connection, Path::new("db"), &migrations[applied..], Duration::ZERO)
}

fn dump(connection: &Connection) -> Vec<String> {
    let sql = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn first() -> &'static Migration {
    &MIGRATIONS[0]
}

fn with(second: Migration) -> [Migration; 2] {
    let Migration { version, name, sql } = *first();
    [Migration { version, name, sql }, second]
}

/// A script that was released may be in anybody's database: write another one instead of changing it.
#[test]
fn released_scripts_are_never_edited() {
    let checksums: Vec<String> = MIGRATIONS.iter().map(|migration| checksum(migration.sql)).collect();
    assert_eq!(checksums, ["8ac89348d72a62d9"]);
    assert!(
        MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .eq(1..=MIGRATIONS.len() as u32)
    );
}

#[test]
fn an_upgraded_schema_equals_a_fresh_one() {
    let mut fresh = Connection::open_in_memory().unwrap();
    migrate(&mut fresh, MIGRATIONS).unwrap();
    for released in 0..=MIGRATIONS.len() {
        let mut upgraded = Connection::open_in_memory().unwrap();
        migrate(&mut upgraded, &MIGRATIONS[..released]).unwrap();
        migrate(&mut upgraded, MIGRATIONS).unwrap();
        assert_eq!(dump(&upgraded), dump(&fresh));
    }
}

#[test]
fn only_what_is_missing_is_applied() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, MIGRATIONS).unwrap();
    let migrations = with(SECOND);
    migrate(&mut connection, &migrations).unwrap();
    migrate(&mut connection, &migrations).unwrap();
    connection.execute("INSERT INTO shelves VALUES ('top')", []).unwrap();
}

#[test]
fn a_script_that_fails_leaves_nothing() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, MIGRATIONS).unwrap();
    let before = dump(&connection);
    migrate(&mut connection, &with(WRONG)).unwrap_err();
    assert_eq!(dump(&connection), before);
    migrate(&mut connection, &with(SECOND)).unwrap();
}

#[test]
fn a_newer_schema_is_refused_and_both_versions_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    drop(open(&path));
    let outsider = Connection::open(&path).unwrap();
    outsider
        .execute(
            "INSERT INTO schema_migrations VALUES (1000, 'later', '0', '99.9.9', '')",
            [],
        )
        .unwrap();
    drop(outsider);
    let refusal = refusal(&path);
    assert!(
        matches!(&*refusal, Refusal::NewerSchema { found: 1000, .. }),
        "{refusal:?}"
    );
    let text = refusal.to_string();
    for part in [
        "schema 1000",
        "99.9.9",
        &format!("up to {}", MIGRATIONS.len()),
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_script_that_differs_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    drop(open(&path));
    let outsider = Connection::open(&path).unwrap();
    outsider
        .execute("UPDATE schema_migrations SET checksum = 'x'", [])
        .unwrap();
    drop(outsider);
    assert!(matches!(&*refusal(&path), Refusal::ChangedMigration { version: 1, .. }));
}

#[test]
fn the_checksum_minds_the_text_and_not_the_line_ends() {
    assert_eq!(checksum("a\nb"), checksum("a\r\nb"));
    assert_ne!(checksum("a\nb"), checksum("a\nc"));
}
