//! `bessemer db`: whether the database is whole, and a copy of it, beside a running server and without one.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bessemer_tests::{Binary, Client, Server, path_of};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// What it told: code, standard output, standard error.
type Told = (i32, String, String);

fn db(state: &Path, args: &[&str]) -> Told {
    told(
        Command::new(path_of(Binary::Stock))
            .arg("--state-dir")
            .arg(state)
            .arg("db")
            .args(args),
    )
}

fn told(command: &mut Command) -> Told {
    let output = command.env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn is(told: &Told, code: i32, stdout: &str) {
    assert_eq!((told.0, &*told.1), (code, stdout), "{told:?}");
}

fn database(state: &Path) -> PathBuf {
    state.join("bessemer.sqlite")
}

fn files(directory: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(directory).unwrap();
    names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

async fn serve(state: &Path) -> Server {
    Server::builder().config("").state(state).start().await
}

async fn create(client: &Client, name: &str) {
    let node = json!({ "driver": "fake", "name": name });
    let answer = client.post("/v1/nodes", &node).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

fn damage(database: &Path) {
    let file = fs::File::options().write(true).open(database).unwrap();
    // The second half of every page but the first.
    for page in 1..file.metadata().unwrap().len() / 4096 {
        file.write_all_at(&[0xA5; 2048], page * 4096 + 2048).unwrap();
    }
}

#[tokio::test]
async fn a_whole_database_is_called_so_beside_its_server_and_without_it() {
    let state = tempfile::tempdir().unwrap();
    let server = serve(state.path()).await;
    create(&server, "n").await;
    let path = database(state.path());
    let whole = format!("{} is whole\n", path.display());
    is(&db(state.path(), &["check"]), 0, &whole);
    create(&server, "m").await;
    assert_eq!(server.stop().code, Some(0));
    let left = files(state.path());
    is(&db(state.path(), &["check"]), 0, &whole);
    let (code, stdout, _) = db(state.path(), &["check", "--json"]);
    let stdout: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, stdout),
        (0, json!({ "database": path.to_str(), "findings": [] }))
    );
    assert_eq!(files(state.path()), left, "asking leaves nothing behind");
}

#[tokio::test]
async fn after_a_crash_it_is_whole_and_what_the_server_left_stays() {
    let state = tempfile::tempdir().unwrap();
    let server = serve(state.path()).await;
    create(&server, "n").await;
    server.kill();
    let path = database(state.path());
    let log = fs::read(state.path().join("bessemer.sqlite-wal")).unwrap();
    is(
        &db(state.path(), &["check"]),
        0,
        &format!("{} is whole\n", path.display()),
    );
    let copy = state.path().join("copy");
    assert_eq!(db(state.path(), &["backup", copy.to_str().unwrap()]).0, 0);
    assert!(
        fs::read(state.path().join("bessemer.sqlite-wal")).unwrap() == log,
        "the log was touched"
    );
    let server = serve(state.path()).await;
    assert_eq!(server.get("/v1/nodes/n").await.status, 200);
}

#[tokio::test]
async fn damage_is_listed_and_the_way_out_is_told() {
    let state = tempfile::tempdir().unwrap();
    let server = serve(state.path()).await;
    for number in 0..60 {
        create(&server, &format!("n-{number}")).await;
    }
    assert_eq!(server.stop().code, Some(0));
    let path = database(state.path());
    damage(&path);
    let before = fs::read(&path).unwrap();
    let (code, stdout, stderr) = db(state.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(stdout.lines().count() > 1, "{stdout}");
    let shown = path.display();
    assert!(
        stderr.starts_with(&format!("error: {shown} is damaged; to restore: stop every server")),
        "{stderr}"
    );
    assert!(stderr.contains(&format!("copy a backup to {shown}")), "{stderr}");
    let (code, stdout, _) = db(state.path(), &["check", "--json"]);
    let findings: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, 1);
    assert!(findings["findings"].as_array().unwrap().len() > 1, "{findings}");
    // Nobody finds out too late that their backup is none.
    let copy = state.path().join("copy");
    let (code, stdout, stderr) = db(state.path(), &["backup", copy.to_str().unwrap()]);
    assert_eq!((code, &*stdout), (1, ""), "{stderr}");
    assert!(
        stderr.contains(&format!("{shown} is damaged")) && !copy.exists(),
        "{stderr}"
    );
    assert!(fs::read(&path).unwrap() == before, "it was changed");
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let state = tempfile::tempdir().unwrap();
    let path = database(state.path());
    let shown = path.display();
    let copy = state.path().join("copy");
    for verb in [&["check"][..], &["backup", copy.to_str().unwrap()]] {
        let (code, stdout, stderr) = db(state.path(), verb);
        assert_eq!((code, &*stdout), (1, ""), "{stderr}");
        assert_eq!(stderr, format!("error: there is no database {shown}\n"));
    }
    assert!(files(state.path()).is_empty(), "asking leaves nothing behind");
    fs::write(&path, "a shopping list, and quite a long one at that").unwrap();
    let (code, _, stderr) = db(state.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("is not a database"), "{stderr}");
    rusqlite::Connection::open(&copy)
        .unwrap()
        .execute_batch("CREATE TABLE songs (title TEXT)")
        .unwrap();
    let (code, _, stderr) = db(state.path(), &["check", copy.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(stderr.contains("copy is a database of another program"), "{stderr}");
    let (code, _, stderr) = db(state.path(), &["check", state.path().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(stderr.contains("is a directory"), "{stderr}");
}

#[test]
fn command_line_and_configuration_have_codes_of_their_own() {
    let state = tempfile::tempdir().unwrap();
    for wrong in [&[][..], &["frob"], &["backup"], &["check", "--frob"]] {
        assert_eq!(db(state.path(), wrong).0, 2, "{wrong:?}");
    }
    for wrong in [
        &["check", "--set", "api.prot=1"][..],
        &["backup", "x", "--port", "many"],
    ] {
        let (code, stdout, stderr) = db(state.path(), wrong);
        assert_eq!((code, &*stdout), (78, ""), "{wrong:?}: {stderr}");
    }
    // Without a place for the state there is none to look for; a file that is named needs no configuration.
    let bessemer = || Command::new(path_of(Binary::Stock));
    assert_eq!(told(bessemer().args(["db", "check"])).0, 78);
    assert_eq!(
        told(bessemer().args(["db", "check", "nowhere"])).2,
        "error: there is no database nowhere\n"
    );
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_is_for_its_owner_alone() {
    let state = tempfile::tempdir().unwrap();
    let server = serve(state.path()).await;
    create(&server, "n").await;
    let copy = state.path().join("copy");
    let argument = copy.to_str().unwrap();
    let said = format!("{} is copied to {argument}\n", database(state.path()).display());
    is(&db(state.path(), &["backup", argument]), 0, &said);
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    is(
        &db(state.path(), &["check", argument]),
        0,
        &format!("{argument} is whole\n"),
    );
    let before = fs::read(&copy).unwrap();
    let (code, stdout, stderr) = db(state.path(), &["backup", argument]);
    assert_eq!((code, &*stdout), (1, ""));
    assert!(
        stderr.contains("copy already exists; a backup overwrites nothing"),
        "{stderr}"
    );
    assert!(fs::read(&copy).unwrap() == before);
    let nowhere = state.path().join("nowhere/copy");
    let (code, _, stderr) = db(state.path(), &["backup", nowhere.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(stderr.contains("nowhere/copy"), "{stderr}");
}

/// Each client counts up on a node of its own: what a node says tells of which instant it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_backup_made_while_32_clients_write_is_of_one_instant_and_can_be_served() {
    let state = tempfile::tempdir().unwrap();
    let server = serve(state.path()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let answered: Arc<Vec<AtomicU64>> = Arc::new((0..32).map(|_| AtomicU64::new(0)).collect());
    let mut clients = JoinSet::new();
    for number in 0..answered.len() {
        create(&server, &format!("n-{number}")).await;
        let (client, answered, stop) = (Client::clone(&server), Arc::clone(&answered), Arc::clone(&stop));
        clients.spawn(async move {
            for turn in 1.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let patch = json!([{ "op": "add", "path": "/extra/turn", "value": turn }]);
                let answer = client.patch(&format!("/v1/nodes/n-{number}"), &patch).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                answered[number].store(turn, Ordering::SeqCst);
            }
        });
    }
    let turns = || {
        answered
            .iter()
            .map(|turn| turn.load(Ordering::SeqCst))
            .collect::<Vec<u64>>()
    };
    let restored = tempfile::tempdir().unwrap();
    let mut bounds = Vec::new();
    for copy in ["first", "second", "third"] {
        let before = turns();
        let (state, file) = (state.path().to_owned(), restored.path().join(copy));
        let told = tokio::task::spawn_blocking(move || db(&state, &["backup", file.to_str().unwrap()]));
        assert_eq!(told.await.unwrap().0, 0);
        bounds.push((copy, before, turns()));
    }
    stop.store(true, Ordering::Relaxed);
    clients.join_all().await;
    assert_eq!(server.stop().code, Some(0));
    for (copy, before, after) in bounds {
        let state = tempfile::tempdir().unwrap();
        fs::copy(restored.path().join(copy), database(state.path())).unwrap();
        let server = serve(state.path()).await;
        for (number, (before, after)) in before.into_iter().zip(after).enumerate() {
            let node = server.get(&format!("/v1/nodes/n-{number}")).await.json();
            let turn = node["extra"]["turn"].as_u64().unwrap_or(0);
            // One more may have been on disk and not answered yet.
            assert!(
                (before..=after + 1).contains(&turn),
                "{copy}: {before} <= {turn} <= {after}"
            );
        }
        // And it is a database like any other.
        create(&server, "more").await;
    }
}
