//! Properties with a lifetime.

#[bessemer::properties]
struct Info<'a> {
    /// Where it is.
    address: &'a str,
}

fn main() {}
