//! Properties of a function.

#[bessemer::properties]
fn info() {}

fn main() {}
