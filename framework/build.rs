//! Empty on purpose: cargo asks for a build script where a package has a `links` key.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
