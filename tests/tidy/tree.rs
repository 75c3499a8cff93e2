//! What the tests look at: the files of the project, and cargo's view of its packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// A file of the project.
pub(crate) struct File {
    /// From the root, with slashes.
    pub(crate) path: String,
    /// Its text; empty where it is no text.
    pub(crate) text: String,
}

impl File {
    /// Numbered lines that are no comments. Comments may speak of anything.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Numbered lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Whether it lies in a folder.
    pub(crate) fn is_under(&self, folder: &str) -> bool {
        Path::new(&self.path).starts_with(folder)
    }

    /// Whether it is Rust that somebody reads, and no case that is given to the compiler or the macros.
    pub(crate) fn is_rust(&self) -> bool {
        let cases = ["tests/ui/fail", "tests/ui/pass", "macros/tests/expand"];
        self.path.ends_with(".rs") && !cases.iter().any(|folder| self.is_under(folder))
    }
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests' package lies in the workspace")
}

/// All files that git knows or would add; where there is no git, all that do not look like a build's.
pub(crate) fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut paths = of_git().unwrap_or_else(|| {
            let mut paths = Vec::new();
            walk(root(), &mut paths);
            paths
        });
        // What a fuzzer made up is nobody's text.
        paths.retain(|path| !path.starts_with("tests/fuzz/corpus/"));
        paths.sort();
        let read = |path: String| {
            let bytes = std::fs::read(root().join(&path)).ok()?;
            Some(File {
                path,
                text: String::from_utf8(bytes).unwrap_or_default(),
            })
        };
        // What git knows may have been deleted since.
        paths.into_iter().filter_map(read).collect()
    })
}

/// The file of this path.
pub(crate) fn file(path: &str) -> &'static File {
    files()
        .iter()
        .find(|file| file.path == path)
        .unwrap_or_else(|| panic!("{path} is gone"))
}

fn of_git() -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success() && !output.stdout.is_empty())?;
    let text = String::from_utf8(output.stdout).expect("our file names are text");
    Some(text.split_terminator('\0').map(String::from).collect())
}

fn walk(directory: &Path, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).expect("a directory of ours can be read") {
        let path = entry.expect("a directory of ours can be read").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("our file names are text");
        if path.is_dir() {
            if !["target", ".git", ".tools", ".venv", "__pycache__"].contains(&name) {
                walk(&path, paths);
            }
        } else {
            let path = path.strip_prefix(root()).expect("it was found under the root");
            paths.push(path.to_str().expect("our file names are text").replace('\\', "/"));
        }
    }
}

/// What `cargo metadata` says of the workspace's own packages.
pub(crate) fn packages() -> &'static [Package] {
    static PACKAGES: OnceLock<Vec<Package>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        let Value::Array(packages) = metadata["packages"].take() else {
            panic!("cargo lists packages")
        };
        packages.into_iter().map(Package).collect()
    })
}

/// A package of the workspace.
pub(crate) struct Package(Value);

/// A dependency as its manifest has it.
pub(crate) struct Dependency<'a>(&'a Value);

impl Package {
    pub(crate) fn name(&self) -> &str {
        text(&self.0["name"])
    }

    /// Its folder, from the root.
    pub(crate) fn folder(&self) -> String {
        let manifest = PathBuf::from(text(&self.0["manifest_path"]));
        let folder = manifest.parent().expect("a manifest lies in a folder");
        let folder = folder
            .strip_prefix(root().canonicalize().expect("the root exists"))
            .unwrap_or(folder);
        folder.to_str().expect("our file names are text").to_owned()
    }

    /// All dependencies.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = Dependency<'_>> {
        self.0["dependencies"].as_array().into_iter().flatten().map(Dependency)
    }

    /// The names of what is linked into it: no development dependencies.
    pub(crate) fn linked(&self) -> Vec<&str> {
        self.dependencies()
            .filter(|it| !it.is_for_development())
            .map(|it| it.name())
            .collect()
    }

    /// The features that turn on an optional dependency.
    pub(crate) fn features_of(&self, dependency: &str) -> Vec<&str> {
        let wanted = format!("dep:{dependency}");
        let features = self.0["features"].as_object().into_iter().flatten();
        features
            .filter(|(_, parts)| parts.as_array().into_iter().flatten().any(|part| text(part) == wanted))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

impl<'a> Dependency<'a> {
    pub(crate) fn name(&self) -> &'a str {
        text(&self.0["name"])
    }

    pub(crate) fn is_for_development(&self) -> bool {
        self.0["kind"] == "dev"
    }

    pub(crate) fn is_optional(&self) -> bool {
        self.0["optional"] == true
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo writes text here")
}
