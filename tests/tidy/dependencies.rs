//! Who may depend on whom: drivers → framework → macros, server → framework. Only the server's `main.rs` names
//! drivers.

use crate::tree::{file, packages};

/// What the framework may stand on. Each of these is in every driver of every author.
const FRAMEWORK: &[&str] = &[
    "bessemer-macros",
    "futures-channel",
    "linkme",
    "schemars",
    "serde",
    "serde_json",
    "strsim",
];

/// What the macros may stand on: every driver waits for them to compile.
const MACROS: &[&str] = &["proc-macro2", "quote", "strsim", "syn"];

#[track_caller]
fn stands_only_on(package: &str, allowed: &[&str], why: &str) {
    let package = packages()
        .iter()
        .find(|it| it.name() == package)
        .expect("the package is in the workspace");
    for name in package.linked() {
        assert!(allowed.contains(&name), "{} depends on {name}: {why}", package.name());
    }
}

#[test]
fn the_framework_stands_on_little() {
    stands_only_on(
        "bessemer",
        FRAMEWORK,
        "the framework has no HTTP, no runtime and no SQL; put it into the server, or add it to FRAMEWORK in this \
         file if every driver of every author shall have it",
    );
}

#[test]
fn the_macros_stand_on_little() {
    stands_only_on(
        "bessemer-macros",
        MACROS,
        "every driver waits for the macros to compile; do without it, or add it to MACROS in this file",
    );
}

#[test]
fn the_server_depends_on_no_driver_but_for_its_binary() {
    let server = packages()
        .iter()
        .find(|it| it.name() == "bessemer-server")
        .expect("the server is in the workspace");
    for dependency in server
        .dependencies()
        .filter(|it| it.name().starts_with("bessemer-driver-"))
    {
        let (name, krate) = (dependency.name(), dependency.name().replace('-', "_"));
        assert!(
            dependency.is_optional(),
            "make {name} optional in server/Cargo.toml: whoever builds a server of \
                their own has their own drivers"
        );
        let features = server.features_of(name);
        let [feature] = features[..] else {
            panic!(
                "one feature in server/Cargo.toml must turn on {name}, not {features:?}: `redfish = [\"dep:{name}\"]`"
            )
        };
        let (named, main) = (
            format!("#[cfg(feature = \"{feature}\")] {krate}"),
            file("server/src/main.rs"),
        );
        let words = main.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains(&format!("{named},")) || words.contains(&format!("{named} }}")),
            "server/src/main.rs does not name {krate}, so its drivers would not be linked; add `{named},`"
        );
    }
}

#[test]
fn drivers_stand_on_the_framework_and_not_on_each_other() {
    let drivers = packages().iter().filter(|it| it.folder().starts_with("drivers/"));
    for driver in drivers {
        assert!(
            driver.name().starts_with("bessemer-driver-"),
            "{} lies in drivers/: call it bessemer-driver-…, that is how it is found",
            driver.name()
        );
        for dependency in driver.dependencies() {
            let ours = packages().iter().any(|it| it.name() == dependency.name());
            assert!(
                !ours || dependency.name() == "bessemer",
                "{} depends on {}: a driver stands on the framework and on libraries of its protocol only; what two \
                 drivers share is a library of its own",
                driver.name(),
                dependency.name()
            );
        }
    }
}

#[test]
fn one_version_of_syn() {
    let lock = file("Cargo.lock");
    let versions: Vec<_> = lock
        .lines()
        .filter(|(_, line)| *line == "name = \"syn\"")
        .map(|(number, _)| number)
        .collect();
    assert!(
        versions.len() == 1,
        "Cargo.lock has {} versions of syn (lines {versions:?}), each takes seconds of every build: `cargo tree -d` \
         shows who wants the other one",
        versions.len()
    );
}
