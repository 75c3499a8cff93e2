//! An attribute that says nothing.

#[bessemer::properties]
struct Info {
    /// Where it is.
    #[property]
    address: String,
}

fn main() {}
