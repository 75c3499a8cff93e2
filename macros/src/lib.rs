//! stub
use proc_macro::TokenStream;
/// s
#[proc_macro_attribute]
pub fn driver(_a: TokenStream, i: TokenStream) -> TokenStream {
    i
}
/// s
#[proc_macro_attribute]
pub fn passthru(_a: TokenStream, i: TokenStream) -> TokenStream {
    i
}
/// s
#[proc_macro_attribute]
pub fn driver_passthru(_a: TokenStream, i: TokenStream) -> TokenStream {
    i
}
/// s
#[proc_macro_attribute]
pub fn model(_a: TokenStream, i: TokenStream) -> TokenStream {
    i
}
