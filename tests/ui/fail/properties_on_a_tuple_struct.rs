//! Properties without names.

#[bessemer::properties]
struct Info(String, u16);

fn main() {}
