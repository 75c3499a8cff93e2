//! The cells of the matrix: what is linked in which way, and what must be found in it.

use crate::cargo::{Build, built, refused};
use crate::elf::Elf;

/// One test.
pub(crate) struct Cell {
    pub(crate) name: String,
    pub(crate) check: Box<dyn Fn() -> Verdict>,
}

/// What was found, or what is wrong with it.
pub(crate) type Verdict = Result<String, String>;

/// What is in the crates `first` and `second`: the type, the driver or that it is a second block, the methods.
const BLOCKS: &[&str] = &[
    "first_driver::Root (extend): in_second_block",
    "first_driver::Root root: at_root",
    "first_driver::submodule::Sub in-submodule: in_submodule",
    "first_driver::submodule::nested::Nested in-nested-module: in_nested_module",
    "first_driver::uncalled::Inside in-function: in_function",
    "first_driver::uncalled_for_any::Inside in-generic-function: in_generic_function",
    "second_driver::Second in-second-crate: in_second_crate",
];

/// The linkers, by what the C compiler and this test's names call them. `DEFAULT` is what the toolchain takes unasked.
const LINKERS: &[&str] = &[DEFAULT, "bfd", "gold", "lld", "mold"];
const DEFAULT: &str = "default linker";

/// A way to link a binary.
struct Way {
    name: &'static str,
    profile: &'static str,
    /// For the last step, which makes the binary from its crates.
    flags: &'static [&'static str],
    /// Those that know the flags.
    linkers: &'static [&'static str],
}

const STRIP: &str = "-Cstrip=symbols";

/// The way that is always tried, with the default linker.
const QUICK: Way = Way {
    name: "quick LTO and strip",
    profile: "quick",
    flags: &[STRIP],
    linkers: &[DEFAULT],
};

const WAYS: &[Way] = &[
    Way {
        name: "dev",
        profile: "dev",
        flags: &[],
        linkers: LINKERS,
    },
    Way {
        name: "release",
        profile: "release",
        flags: &[],
        linkers: LINKERS,
    },
    Way {
        name: "release and strip",
        profile: "release",
        flags: &[STRIP],
        linkers: LINKERS,
    },
    Way {
        name: "thin LTO",
        profile: "thin",
        flags: &[],
        linkers: LINKERS,
    },
    Way {
        name: "fat LTO",
        profile: "fat",
        flags: &[],
        linkers: LINKERS,
    },
    // What else makes a linker leave things out or move them.
    Way {
        name: "start-stop-gc",
        profile: "release",
        flags: &["-Clink-arg=-Wl,-z,start-stop-gc"],
        linkers: &[DEFAULT, "bfd", "lld", "mold"],
    },
    Way {
        name: "identical code folded",
        profile: "release",
        flags: &["-Clink-arg=-Wl,--icf=all"],
        linkers: &[DEFAULT, "gold", "lld", "mold"],
    },
    Way {
        name: "static",
        profile: "release",
        flags: &["-Ctarget-feature=+crt-static"],
        linkers: LINKERS,
    },
    Way {
        name: "at a fixed address",
        profile: "release",
        flags: &["-Crelocation-model=static"],
        linkers: LINKERS,
    },
];

/// What is always tried.
pub(crate) fn short() -> Vec<Cell> {
    let mut cells = linked(&QUICK, DEFAULT);
    cells.push(Cell {
        name: "a crate that nobody names, under the lint".into(),
        check: Box::new(the_lint_names_crates_without_use),
    });
    cells.push(Cell {
        name: "panic = \"abort\"".into(),
        check: Box::new(abort_is_refused),
    });
    cells
}

/// What the long form tries beyond that.
pub(crate) fn long() -> Vec<Cell> {
    let ways = WAYS
        .iter()
        .flat_map(|way| way.linkers.iter().map(move |linker| (way, linker)));
    ways.flat_map(|(way, linker)| linked(way, linker)).collect()
}

/// The binary that names its crates and the one that does not.
fn linked(way: &'static Way, linker: &'static str) -> Vec<Cell> {
    let cell = |binary: &'static str, blocks: &'static [&'static str]| Cell {
        name: format!("{binary}, {}, {linker}", way.name),
        check: Box::new(move || has_blocks(binary, way, linker, blocks)),
    };
    vec![cell("named", BLOCKS), cell("unnamed", &[])]
}

fn has_blocks(binary: &str, way: &Way, linker: &str, expected: &[&str]) -> Verdict {
    let mut flags = way.flags.to_vec();
    let asked = format!("-Clink-arg=-fuse-ld={linker}");
    if linker != DEFAULT {
        flags.push(&asked);
        // Where the toolchain brings a linker of its own, it would be found under the name of another one.
        #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
        flags.push("-Clinker-features=-lld");
    }
    let elf = Elf::read(&built(&Build {
        target: &["--package", "binary", "--bin", binary],
        profile: way.profile,
        flags: &flags,
    })?)?;
    let told = elf.run()?;
    let found = format!(
        "{} of {} blocks, {} bytes of records, {}, by {}",
        told.blocks.len(),
        expected.len(),
        elf.records,
        if elf.has_symbols { "with symbols" } else { "no symbols" },
        elf.linker
    );
    if told.blocks != expected {
        return Err(format!("{found}\nexpected {expected:#?}\nfound {:#?}", told.blocks));
    }
    // What the binary says of itself must be told by its file as well.
    if elf.records != expected.len() * told.record {
        return Err(format!("{found}\na record has {} bytes", told.record));
    }
    if way.flags.contains(&STRIP) && elf.has_symbols {
        return Err(format!("{found}\nit is not stripped"));
    }
    if linker != DEFAULT && !elf.linker.to_lowercase().contains(linker) {
        return Err(format!("{found}\n{linker} was asked for"));
    }
    Ok(found)
}

fn the_lint_names_crates_without_use() -> Verdict {
    refused(
        &Build {
            target: &["--package", "binary", "--bin", "unnamed"],
            profile: QUICK.profile,
            flags: &["-Dunused-crate-dependencies"],
        },
        &[
            "error: extern crate `first_driver` is unused in crate `unnamed`",
            "or add `use first_driver as _;`",
            "error: extern crate `second_driver` is unused in crate `unnamed`",
        ],
    )
}

fn abort_is_refused() -> Verdict {
    refused(
        &Build {
            target: &["--package", "bessemer", "--lib"],
            profile: QUICK.profile,
            flags: &["-Cpanic=abort"],
        },
        &["remove `panic = \"abort\"` from the profile"],
    )
}
