//! Gives each law the inputs that are kept for it: what a fuzzer found to take another way through the code, and what
//! once broke the law.

use std::fs;
use std::path::Path;

use bessemer_fuzz::TARGETS;

/// Fewer mean that a folder was lost or renamed.
const KEPT_MIN: usize = 10;

#[test]
fn the_laws_hold_for_all_that_is_kept() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, law) in TARGETS {
        let folder = corpus.join(name);
        let mut kept = 0;
        for file in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = file.expect("a folder of ours can be read").path();
            let input = fs::read(&path).expect("a file of ours can be read");
            // What panics is told with the file that it panics on.
            if std::panic::catch_unwind(|| law(&input)).is_err() {
                panic!("{} breaks the law `{name}`", path.display());
            }
            kept += 1;
        }
        assert!(kept >= KEPT_MIN, "{}: {kept} inputs", folder.display());
    }
}

#[test]
fn each_folder_has_a_law() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for folder in fs::read_dir(corpus).expect("a folder of ours can be read") {
        let name = folder.expect("a folder of ours can be read").file_name();
        assert!(TARGETS.iter().any(|(target, _)| name == *target), "{}", name.display());
    }
}
