//! A property that nobody can know how to fill.

#[bessemer::properties]
struct Info {
    /// Where it is.
    address: String,
    port: u16,
}

fn main() {}
