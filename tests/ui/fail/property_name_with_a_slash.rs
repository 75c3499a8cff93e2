//! A key that no JSON Patch could name.

#[bessemer::properties]
struct Info {
    /// Where it is.
    #[property(name = "bmc/address")]
    address: String,
}

fn main() {}
