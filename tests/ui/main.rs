//! stub
#[test]
fn ui() {}
