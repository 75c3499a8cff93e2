//! What keeps a database from being opened, and what is said then.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::child::{self, Running};
use super::{Options, SqliteStore, open, options, refusal};
use crate::store::testing::{list, node, task};
use crate::store::{Refusal, Store, StoreError, TaskState};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn files_are_for_their_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("a/b");
    let path = state.join("db");
    let store = open(&path);
    store.node_create(node(None)).await.unwrap();
    assert_eq!((mode(&state), mode(&directory.path().join("a"))), (0o700, 0o700));
    let mut files: Vec<_> = fs::read_dir(&state)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let names: Vec<_> = files
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(names, ["db", "db-shm", "db-wal", "db.lock", "db.reserve"]);
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    store.close().await.unwrap();
    assert!(!state.join("db-wal").exists());
}

#[test]
fn a_second_process_is_refused_and_told_who_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let mut child = Running::start("opening::child_holds", directory.path());
    assert_eq!(child.line(), "holding");
    let refusal = refusal(&path);
    let Refusal::Held { holder, .. } = &*refusal else {
        panic!("{refusal:?}");
    };
    let start = format!("process {} (here) since 20", child.id());
    assert!(holder.starts_with(&start), "{holder}");
    assert!(refusal.to_string().contains(path.to_str().unwrap()), "{refusal}");
    child.kill();
    open(&path);
}

#[tokio::test]
async fn child_holds() {
    let Some(directory) = child::task() else { return };
    let store = open(&directory.join("db"));
    store.node_create(node(None)).await.unwrap();
    child::tell(format_args!("holding"));
    // Until the parent is gone, or kills this.
    let _ = std::io::read_to_string(std::io::stdin());
}

#[tokio::test]
async fn one_file_has_one_lock_by_whatever_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = open(&path);
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(&*refusal(&link), Refusal::Held { .. }));
    store.close().await.unwrap();
    open(&link);
}

/// A process that is being made has, until it becomes another program, all files of its parent open.
#[test]
fn a_closed_store_is_free_whoever_is_being_started() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                Command::new("true").status().unwrap();
            }
        });
        for _ in 0..200 {
            match SqliteStore::open(&path, &options()) {
                Ok(store) => drop(store),
                Err(error) => {
                    done.store(true, Ordering::Relaxed);
                    panic!("{error}");
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    for text in ["x", "a shopping list, and quite a long one at that"] {
        fs::write(&path, text).unwrap();
        assert!(matches!(&*refusal(&path), Refusal::NotADatabase { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let path = directory.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(&*refusal(&path), Refusal::Foreign { .. }));
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn files_and_directories_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(&*refusal(directory.path()), Refusal::IsDirectory { .. }));
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.join("db"), file.join("deeper/db")] {
        let refusal = refusal(&path);
        assert!(matches!(&*refusal, Refusal::NotADirectory { .. }), "{refusal:?}");
        assert!(refusal.to_string().contains(file.to_str().unwrap()), "{refusal}");
    }
}

#[test]
fn a_read_only_file_system_is_refused() {
    if !child::in_small_file_system("opening::a_read_only_file_system_is_refused", 4 << 20) {
        return;
    }
    let directory = child::task().unwrap();
    drop(open(&directory.join("db")));
    let remounted = std::process::Command::new("mount")
        .args(["-o", "remount,ro"])
        .arg(&directory)
        .status()
        .unwrap();
    assert!(remounted.success());
    for path in [directory.join("db"), directory.join("new"), directory.join("new/db")] {
        let refusal = refusal(&path);
        assert!(matches!(&*refusal, Refusal::NotWritable { .. }), "{refusal:?}");
    }
}

#[tokio::test]
async fn damage_is_found_and_the_way_out_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let backup = directory.path().join("backup");
    let store = open(&path);
    for _ in 0..200 {
        store.node_create(node(None)).await.unwrap();
    }
    store.backup_to(backup.clone()).await.unwrap();
    let kept = list(&store).await.unwrap();
    store.close().await.unwrap();

    damage(&path);
    let damaged = fs::read(&path).unwrap();
    let refusal = refusal(&path);
    assert!(matches!(&*refusal, Refusal::Damaged { .. }), "{refusal:?}");
    let text = refusal.to_string();
    for part in [path.to_str().unwrap(), "copy a backup", "`bessemer db check`"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(fs::read(&path).unwrap() == damaged);
    assert!(!matches!(SqliteStore::check_file(&path), Ok(findings) if findings.is_empty()));

    // The way out, as it is told.
    fs::copy(&backup, &path).unwrap();
    assert_eq!(list(&open(&path)).await.unwrap(), kept);
}

#[tokio::test]
async fn nodes_that_are_read_in_parts_keep_their_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = open(&path);
    let mut created = Vec::new();
    for _ in 0..6 {
        created.push(store.node_create(node(None)).await.unwrap());
    }
    store.close().await.unwrap();
    // As far apart as after many were deleted, so that each part is worth a thread; at the ends of three parts.
    let outsider = Connection::open(&path).unwrap();
    for (id, moved) in (1..7).zip([1, 5000, 5001, 10_000, 10_001, 15_000]).rev() {
        let moved = outsider.execute("UPDATE nodes SET id = ?2 WHERE id = ?1", [id, moved]);
        assert_eq!(moved.unwrap(), 1);
    }
    drop(outsider);
    assert_eq!(list(&open(&path)).await.unwrap(), created);
}

fn damage(path: &Path) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    assert!(file.metadata().unwrap().len() > 20 * 4096);
    file.write_all_at(&[0xA5; 8 * 4096], 8 * 4096).unwrap();
}

#[tokio::test]
async fn after_an_unclean_stop_a_large_file_is_checked_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = open(&path);
    for _ in 0..200 {
        store.node_create(node(None)).await.unwrap();
    }
    store.close().await.unwrap();
    damage(&path);
    let large = Options {
        checked_bytes_max: 0,
        ..options()
    };
    // Not looked for, it is met when it is read, and that is the end of the store.
    let store = SqliteStore::open(&path, &large).unwrap();
    let error = list(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error:?}");
    drop(store);
    let Err(StoreError::Refused(refusal)) = SqliteStore::open(&path, &large) else {
        panic!("it was opened");
    };
    assert!(matches!(&*refusal, Refusal::Damaged { .. }), "{refusal:?}");
}

#[tokio::test]
async fn an_outsider_that_keeps_the_file_locked_is_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let outsider = Connection::open(&path).unwrap();
    outsider.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let refusal = refusal(&path);
    assert!(matches!(&*refusal, Refusal::Busy { .. }), "{refusal:?}");
    outsider.execute_batch("ROLLBACK").unwrap();

    let store = open(&path);
    let kept = store.node_create(node(Some("n-1"))).await.unwrap();
    outsider.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.node_create(node(Some("n-2"))).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
    assert!(error.to_string().contains("sqlite3"), "{error}");
    // Reading goes on, and so does writing when the outsider has gone.
    assert_eq!(list(&store).await.unwrap(), [kept]);
    outsider.execute_batch("ROLLBACK").unwrap();
    store.node_create(node(Some("n-2"))).await.unwrap();
}

#[tokio::test]
async fn a_store_dropped_without_closing_is_closed_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = open(&path);
    let row = task(None);
    store.task_start(row.clone()).await.unwrap();
    drop(store);
    assert_eq!(fs::read_to_string(directory.path().join("db.lock")).unwrap(), "");
    let store = open(&path);
    assert_eq!(store.task_get(row.uuid).await.unwrap().state, TaskState::Running);
}
