//! Goldens of expansions, and what may never stand in one. The drivers are `macros/tests/expand/*.rs`, their
//! expansions `*.expanded.rs` beside them. To write those anew, and then to read them:
//!
//! ```text
//! EXPAND=overwrite cargo test -p bessemer-macros
//! ```
//!
//! These tests are in the crate because nothing outside of a macro crate can call its functions.

use std::path::PathBuf;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::ToTokens;

use super::{driver, properties};

/// The item in a file, expanded by the attribute that it has.
fn expanded(name: &str) -> TokenStream {
    let text = std::fs::read_to_string(path(name, "rs")).unwrap();
    let mut item: syn::Item = syn::parse_str(&text).unwrap();
    let (attrs, expand): (_, fn(TokenStream, TokenStream) -> TokenStream) = match &mut item {
        syn::Item::Impl(block) => (&mut block.attrs, driver),
        syn::Item::Struct(item) => (&mut item.attrs, properties),
        _ => panic!("{name} is no item with an attribute of ours"),
    };
    let is_ours = |attribute: &syn::Attribute| {
        ["driver", "properties"]
            .iter()
            .any(|name| attribute.path().is_ident(name))
    };
    let place = attrs.iter().position(is_ours).unwrap();
    let options = match attrs.remove(place).meta {
        syn::Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    expand(options, item.to_token_stream())
}

fn path(name: &str, extension: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/expand")
        .join(format!("{name}.{extension}"))
}

#[track_caller]
fn golden(name: &str) {
    let file = syn::parse2(expanded(name)).unwrap();
    let got = prettyplease::unparse(&file);
    let path = path(name, "expanded.rs");
    if std::env::var_os("EXPAND").is_some_and(|value| value == "overwrite") {
        std::fs::write(&path, &got).unwrap();
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        got == want,
        "{name} expands to something else now; see the head of this file:\n{got}"
    );
}

#[test]
fn an_ordinary_block() {
    golden("acme");
}

#[test]
fn a_block_with_one_of_each() {
    golden("rack");
}

#[test]
fn a_block_that_needs_adapters() {
    golden("adapted");
}

#[test]
fn a_block_of_a_trait() {
    golden("extended");
}

#[test]
fn a_struct_of_properties() {
    golden("info");
}

/// Words that mean something only where nobody has hidden them.
const PRELUDE: &[&str] = &[
    "Box", "Clone", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Send", "Some", "String",
    "Sync", "ToString", "Vec",
];

/// What the hidden block calls the framework's private module; it says so in its first line.
const ALIAS: &str = "__bessemer";

/// Words after which a path may begin with `::`.
const KEYWORDS: &[&str] = &["as", "impl", "match", "mut", "return", "use"];

#[test]
fn expansions_name_everything_by_its_whole_path() {
    let block: TokenStream = r##"
        impl G<u8> {
            #[start]
            #[cfg(feature = "f")]
            async fn start(&self) -> R {}
            #[stop]
            async fn stop(&self) -> R {}
            #[validate]
            #[cfg(feature = "f")]
            fn validate(&self, node: &S) -> R {}
            #[validate]
            #[cfg(not(feature = "f"))]
            fn validate(&self, node: &S) -> R {}
            #[passthru(http = "POST", attach, timeout = "1s")]
            #[deprecated(since = "1", note = "n")]
            async fn set(&self, node: &mut N, call: &Call, a: A, #[arg(default = 1)] b: B, verb: Verb) -> R {}
            #[passthru(http = "POST", async, require_exclusive_lock = false)]
            #[deprecated]
            fn get(&self, node: &Node, #[body] a: A) -> R {}
            #[passthru(http = "POST", attach = false, require_exclusive_lock = false)]
            fn look(&self, node: NodeSnapshot, #[arg(default = "d", name = "n")] r#try: r#struct) -> R {}
            #[driver_passthru(http = "POST")]
            async fn of_driver(&self) -> R {}
            #[driver_passthru(http = "POST")]
            fn of_driver_with_call(&self, call: &Call, verb: Verb) -> R {}
            #[passthru(http = "POST")]
            async fn adapted(&self, node: M<'_>, call: &Call, verb: Verb, #[body] a: A) -> R {}
            #[passthru(http = "POST", require_exclusive_lock = false)]
            fn r#type<'a: 'b, 'b>(&'a self, node: M<'b>, a: A) -> R {}
            #[passthru(http = "POST", require_exclusive_lock = false)]
            async fn bounded<'a, 'b>(&'a self, node: NodeSnapshot, call: &'b Call) -> R where 'a: 'b {}
        }
    "##
    .parse()
    .unwrap();
    let info: TokenStream = r#"
        struct Info {
            /// A.
            #[property(secret)]
            a: A,
            /// B.
            #[property(default = 1)]
            b: B,
        }
    "#
    .parse()
    .unwrap();
    let of_block = |options: &str| driver(options.parse().unwrap(), block.clone());
    let of_info = |options: &str| properties(options.parse().unwrap(), info.clone());
    for (all, krate) in [
        (
            of_block("name = \"a\", aliases = [\"b\"], config = C, properties = I"),
            "bessemer",
        ),
        (of_block("name = \"a\", crate = ::steel"), "steel"),
        (of_info(""), "bessemer"),
        (of_info("crate = ::steel"), "steel"),
    ] {
        let hidden = all.to_string();
        assert!(!hidden.contains("compile_error"), "{hidden}");
        let mut faults = Vec::new();
        look(all, krate, &mut faults);
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

/// Notes paths that start with anything but a crate, the alias or `Self`, words of the prelude, and macros without a path.
fn look(tokens: TokenStream, krate: &str, faults: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |index: Option<usize>, wanted: char, spacing: Spacing| match index.and_then(|index| tokens.get(index)) {
        Some(TokenTree::Punct(punct)) => punct.as_char() == wanted && punct.spacing() == spacing,
        _ => false,
    };
    for (index, token) in tokens.iter().enumerate() {
        let back = |n| index.checked_sub(n);
        let word = match token {
            TokenTree::Group(group) => {
                look(group.stream(), krate, faults);
                continue;
            }
            TokenTree::Ident(word) => word.to_string(),
            _ => continue,
        };
        // `before::word` and `word::after`.
        let follows = is(back(1), ':', Spacing::Alone) && is(back(2), ':', Spacing::Joint);
        let leads = is(Some(index + 1), ':', Spacing::Joint) && is(Some(index + 2), ':', Spacing::Alone);
        let has_parent = match back(3).and_then(|index| tokens.get(index)) {
            Some(TokenTree::Ident(word)) => !KEYWORDS.contains(&word.to_string().as_str()),
            Some(TokenTree::Punct(punct)) => punct.as_char() == '>',
            _ => false,
        };
        if follows && !has_parent && ![krate, "core", "std"].contains(&word.as_str()) {
            faults.push(format!("::{word}"));
        }
        if !follows && leads && !["Self", "clippy", ALIAS].contains(&&*word) && !KEYWORDS.contains(&&*word) {
            faults.push(format!("{word}::"));
        }
        let is_macro = is(Some(index + 1), '!', Spacing::Alone);
        if !follows && (is_macro || PRELUDE.contains(&word.as_str())) {
            faults.push(word);
        }
    }
}
