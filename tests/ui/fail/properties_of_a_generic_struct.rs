//! Properties of any type.

#[bessemer::properties]
struct Info<T> {
    /// Where it is.
    address: T,
}

fn main() {}
