//! Copies the node locks out of the server, once as they are and once for each planted mistake, with shuttle's mutex
//! and atomics and a timer that counts polls (`world.rs`). The product's files know nothing of this: no feature and
//! no `cfg` of a test is compiled into a server. What no longer fits the product's text fails the build.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "mutants.rs"]
mod mutants;

use mutants::{Edit, MUTANTS};

/// What is copied, from the server's `src/lock`. The tests of the product stay where they are.
const FILES: &[&str] = &[
    "guard.rs",
    "invariants.rs",
    "mod.rs",
    "table.rs",
    "table/invariants.rs",
    "types.rs",
];

/// What is other in every copy. `calls.rs` takes the place of the product's tests, so it sees what they see.
const EVERYWHERE: &[Edit] = &[
    Edit {
        file: "mod.rs",
        from: "use std::sync::atomic::",
        to: "use shuttle::sync::atomic::",
    },
    Edit {
        file: "mod.rs",
        from: "use parking_lot::Mutex;",
        to: "use crate::world::Mutex;",
    },
    Edit {
        file: "mod.rs",
        from: "tokio::time::timeout_at(",
        to: "crate::world::timeout_at(",
    },
    // Each is a place where another call could go on: a lock of all shards takes as many steps.
    Edit {
        file: "mod.rs",
        from: "const SHARDS: usize = 64;",
        to: "const SHARDS: usize = 2;",
    },
    Edit {
        file: "mod.rs",
        from: "#[cfg(test)]\nmod tests;",
        to: concat!(
            "#[path = \"",
            env!("CARGO_MANIFEST_DIR"),
            "/calls.rs\"]\npub(crate) mod calls;"
        ),
    },
    Edit {
        file: "table.rs",
        from: "#[cfg(test)]\nmod tests;",
        to: "",
    },
];

fn main() {
    let product = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../server/src/lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=mutants.rs");
    println!("cargo::rerun-if-changed={}", product.display());

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    let mut modules = String::new();
    let sound = copy(&product, &out.join("sound"), &[]);
    let _ = writeln!(
        modules,
        "#[allow(dead_code, unreachable_pub, unused_imports, reason = \"no server is here to call all of it\")]\n\
         pub(crate) mod sound {{\n    #[path = {sound:?}]\n    pub(crate) mod lock;\n}}"
    );
    for mutant in MUTANTS {
        let name = mutant.name;
        let path = copy(&product, &out.join(name), mutant.edits);
        let _ = writeln!(
            modules,
            "#[allow(warnings, reason = \"a mistake is planted in it\")]\n\
             mod {name} {{\n    #[path = {path:?}]\n    mod lock;\n\n    \
             #[test]\n    fn is_found() {{\n        crate::is_found({name:?}, lock::calls::any);\n    }}\n}}"
        );
    }
    fs::write(out.join("copies.rs"), modules).expect("cargo's directory can be written");
}

/// Writes one copy, and returns where its root module lies.
fn copy(product: &Path, copy: &Path, edits: &[Edit]) -> PathBuf {
    for file in FILES {
        let path = product.join(file);
        let mut text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for edit in EVERYWHERE.iter().chain(edits).filter(|edit| edit.file == *file) {
            let places = text.matches(edit.from).count();
            assert!(
                places == 1,
                "server/src/lock/{file} has {places} places instead of one with\n{}\nsay it in tests/schedules anew",
                edit.from
            );
            text = text.replacen(edit.from, edit.to, 1);
        }
        let path = copy.join(file);
        fs::create_dir_all(path.parent().expect("it lies in the copy")).expect("cargo's directory can be written");
        fs::write(path, text).expect("cargo's directory can be written");
    }
    copy.join("mod.rs")
}
