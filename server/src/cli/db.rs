//! What an operator can ask of the database beside a running server, or without one: whether it is whole, and for a
//! copy of it.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::list::pretty;
use crate::config::{Config, Connection, Faults};
use crate::serve::Ended;
use crate::store::sqlite::SqliteStore;
use crate::store::to_restore;

#[derive(Subcommand)]
pub(super) enum DbVerb {
    /// Looks through the database for damage; exits 1 if there is any
    Check {
        /// Another database than the configured one, such as a backup
        file: Option<PathBuf>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Copies the database, as it is at one instant, to a file that is not there yet
    Backup {
        /// The copy
        file: PathBuf,
    },
}

/// Carries it out, and hands over what there is to print, which with damage is not all. The configuration is read
/// only if it is needed.
pub(super) fn run(
    verb: &DbVerb,
    config: impl FnOnce() -> Result<Config, Faults>,
    print: fn(&str),
) -> Result<(), Ended> {
    let configured = || {
        config().map(|config| {
            let Connection::Sqlite { path } = config.database.connection;
            path
        })
    };
    match verb {
        DbVerb::Check { file: Some(file), json } => check(file, *json, print),
        DbVerb::Check { file: None, json } => check(&configured()?, *json, print),
        DbVerb::Backup { file } => {
            let database = configured()?;
            SqliteStore::backup_file(&database, file).map_err(|error| Ended::Failed(error.to_string()))?;
            print(&format!("{} is copied to {}\n", database.display(), file.display()));
            Ok(())
        }
    }
}

fn check(database: &Path, json: bool, print: fn(&str)) -> Result<(), Ended> {
    let findings = SqliteStore::check_file(database).map_err(|error| Ended::Failed(error.to_string()))?;
    let path = database.display();
    if json {
        print(&pretty(&json!({ "database": path.to_string(), "findings": findings })));
    } else if findings.is_empty() {
        print(&format!("{path} is whole\n"));
    } else {
        print(&(findings.join("\n") + "\n"));
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Ended::Failed(format!("{path} is damaged; {}", to_restore(database))))
}
