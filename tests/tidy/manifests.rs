//! What every `Cargo.toml` looks like.

use crate::tree::{File, file, files, packages};

/// Entries of a table that stand together, each with its line.
type Group<'a> = Vec<(usize, &'a str)>;

/// The tables of a manifest by their headers. A new group begins after an empty line or a comment.
fn tables(manifest: &File) -> Vec<(&str, Vec<Group<'_>>)> {
    let mut tables: Vec<(&str, Vec<Group<'_>>)> = Vec::new();
    for (number, line) in manifest.lines() {
        if line.starts_with('[') {
            tables.push((line.trim_matches(['[', ']']), vec![vec![]]));
        } else if let Some((_, groups)) = tables.last_mut() {
            let is_entry = line.starts_with(|c: char| c.is_ascii_alphanumeric()) && line.contains('=');
            if is_entry {
                groups
                    .last_mut()
                    .expect("a table begins with a group")
                    .push((number, line));
            } else if line.is_empty() || line.starts_with('#') {
                groups.push(vec![]);
            }
        }
    }
    tables
}

fn is_of_dependencies(header: &str) -> bool {
    header.ends_with("dependencies")
}

/// The manifests of members and of the packages beside the workspace.
fn manifests() -> impl Iterator<Item = &'static File> {
    files()
        .iter()
        .filter(|file| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"))
}

#[test]
fn dependencies_are_sorted() {
    for manifest in manifests() {
        for (header, groups) in tables(manifest).iter().filter(|(header, _)| is_of_dependencies(header)) {
            for group in groups {
                for pair in group.windows(2) {
                    let [(_, first), (number, second)] = pair else { continue };
                    // `serde_json.workspace = true` comes after `serde.workspace = true`.
                    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap_or(line).replace('-', "_");
                    assert!(
                        name(first) < name(second),
                        "{}:{number}: `{second}` stands after `{first}`; sort [{header}] by name",
                        manifest.path
                    );
                }
            }
        }
    }
}

#[test]
fn members_take_versions_from_the_workspace() {
    for package in packages() {
        let manifest = file(&format!("{}/Cargo.toml", package.folder()));
        for (header, groups) in tables(manifest).iter().filter(|(header, _)| is_of_dependencies(header)) {
            for (number, line) in groups.iter().flatten() {
                assert!(
                    line.contains("workspace = true"),
                    "{}:{number}: `{line}` in [{header}]; say `workspace = true` and put the version into \
                     [workspace.dependencies] of the root",
                    manifest.path
                );
            }
        }
    }
}

#[test]
fn every_package_opts_into_the_lints() {
    for package in packages() {
        let manifest = file(&format!("{}/Cargo.toml", package.folder()));
        assert!(
            manifest.text.contains("\n[lints]\nworkspace = true\n"),
            "{} does not have the workspace's lints; end it with\n[lints]\nworkspace = true",
            manifest.path
        );
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    let roots = manifests().filter(|manifest| manifest.text.lines().any(|line| line.starts_with("[workspace]")));
    for root in roots {
        let forbids = tables(root).iter().any(|(header, groups)| {
            header.ends_with("lints.rust")
                && groups
                    .iter()
                    .flatten()
                    .any(|(_, line)| *line == "unsafe_code = \"forbid\"")
        });
        assert!(
            forbids,
            "{} does not say `unsafe_code = \"forbid\"` in its table of lints",
            root.path
        );
    }
}

#[test]
fn only_packages_for_others_are_published() {
    let published = |name: &str| {
        name.starts_with("bessemer-driver-") || ["bessemer", "bessemer-macros", "bessemer-server"].contains(&name)
    };
    for package in packages() {
        let manifest = file(&format!("{}/Cargo.toml", package.folder()));
        let withheld = manifest.text.contains("\npublish = false\n");
        assert!(
            published(package.name()) != withheld,
            "{}: what others build on is published, anything else says `publish = false`",
            manifest.path
        );
        assert!(
            manifest.text.contains("\ndescription = \""),
            "{} has no `description`; say in one line what the package is",
            manifest.path
        );
    }
}
