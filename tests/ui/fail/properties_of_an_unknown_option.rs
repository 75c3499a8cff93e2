//! An option that the attribute on the struct does not have.

#[bessemer::properties(secret)]
struct Info {
    /// Where it answers.
    port: u16,
}

fn main() {}
