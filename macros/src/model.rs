//! A block in our own terms: the driver it declares, its hooks, its methods and what each of them takes. Made
//! from what was parsed, one method at a time; rules that need more than one look (pairs of options, the whole
//! block) are in `check`.

mod method;
mod properties;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, FnArg, ItemImpl, LitStr, Meta, Path, Signature, Type};

use crate::attr::{DriverOptions, Given, MethodOptions};
use crate::errors::Errors;
use crate::parse::{Function, Member, Source};
use crate::signature;
pub(crate) use properties::{PropertiesStruct, Property};

/// One `#[driver]` block.
pub(crate) struct Block {
    /// The block as the compiler shall see it: without our attributes.
    pub(crate) item: ItemImpl,
    pub(crate) options: DriverOptions,
    pub(crate) description: TokenStream,
    /// `#[cfg]`s of the whole block.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) methods: Vec<Method>,
    pub(crate) hooks: Vec<Hook>,
}

/// A hook of the driver.
pub(crate) struct Hook {
    pub(crate) kind: HookKind,
    pub(crate) attribute: Attribute,
    pub(crate) sig: Signature,
    /// The conditions under which it exists, as of `cfg(…)`.
    pub(crate) conditions: Vec<TokenStream>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookKind {
    Start,
    Stop,
    Validate,
}

/// One vendor method.
pub(crate) struct Method {
    pub(crate) sig: Signature,
    pub(crate) options: MethodOptions,
    /// The name in the URL, and where it is written.
    pub(crate) name: Given<String>,
    /// The conditions under which it exists, as of `cfg(…)`.
    pub(crate) conditions: Vec<TokenStream>,
    pub(crate) description: TokenStream,
    pub(crate) deprecated: Option<Deprecation>,
    pub(crate) level: Level,
    /// Parameters after the receiver and the node, in their order.
    pub(crate) inputs: Vec<Input>,
}

/// What a method acts on.
pub(crate) enum Level {
    /// A node; `None` where the parameter is missing.
    Node(Option<Box<NodeParameter>>),
    /// The driver alone.
    Driver,
}

/// The first parameter of a method of a node.
pub(crate) struct NodeParameter {
    pub(crate) ty: Type,
    /// `#[arg]` or `#[body]` on it, which makes it no node.
    pub(crate) argument: Option<Attribute>,
}

/// `#[deprecated]`.
pub(crate) struct Deprecation {
    pub(crate) since: Option<LitStr>,
    pub(crate) note: Option<LitStr>,
}

/// A parameter that is not the node.
pub(crate) enum Input {
    /// `call: &Call`.
    Call(Type),
    /// `verb: Verb`.
    Verb,
    /// A named argument.
    Named(Argument),
    /// `#[body]`.
    Body(Argument),
}

/// A parameter that the caller fills.
pub(crate) struct Argument {
    /// The key; for a body the parameter's name.
    pub(crate) name: Given<String>,
    pub(crate) description: TokenStream,
    pub(crate) ty: Type,
    pub(crate) default: Option<Expr>,
}

impl Block {
    /// Reads the attributes of the block's members and takes ours away.
    pub(crate) fn new(options: DriverOptions, source: Source, errors: &mut Errors) -> Self {
        let Source { mut header, members } = source;
        let mut methods = Vec::new();
        let mut hooks = Vec::new();
        for member in members {
            let tokens = match member {
                Member::Fn(mut function) => {
                    let marks = take_marks(&mut function.attrs);
                    read_marks(&function, marks, &mut methods, &mut hooks, errors);
                    signature::strip(&mut function.sig);
                    function.tokens()
                }
                Member::Other { mut attrs, rest } => {
                    for mark in take_marks(&mut attrs) {
                        let name = mark.attribute.path().to_token_stream();
                        errors.on(&mark.attribute, format!("`#[{name}]` marks a method, which is an `fn`"));
                    }
                    quote!(#(#attrs)* #rest)
                }
                Member::Unread(unread) => {
                    errors.unread(unread.start, unread.shown(&header));
                    continue;
                }
            };
            header.items.push(syn::ImplItem::Verbatim(tokens));
        }
        Self {
            description: description(&header.attrs),
            cfgs: header
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("cfg"))
                .cloned()
                .collect(),
            item: header,
            options,
            methods,
            hooks,
        }
    }

    /// The path of the framework.
    pub(crate) fn krate(&self) -> Path {
        self.options
            .krate
            .clone()
            .unwrap_or_else(|| syn::parse_quote!(::bessemer))
    }
}

impl HookKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Validate => "validate",
        }
    }

    /// How it is written.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Self::Start => "async fn start(&self) -> Result<()>",
            Self::Stop => "async fn stop(&self) -> Result<()>",
            Self::Validate => "fn validate(&self, node: &NodeSnapshot) -> Result<()>",
        }
    }
}

/// One of our attributes on a member, with the condition of the `cfg_attr` it stood in.
struct Mark {
    attribute: Attribute,
    condition: Option<TokenStream>,
}

const METHODS: [&str; 2] = ["passthru", "driver_passthru"];
const HOOKS: [HookKind; 3] = [HookKind::Start, HookKind::Stop, HookKind::Validate];

/// Takes our attributes away, also out of `cfg_attr(condition, …)`.
fn take_marks(attrs: &mut Vec<Attribute>) -> Vec<Mark> {
    // The words of hooks are too common to be taken from another crate's path.
    let is_mark = |attribute: &Attribute| {
        METHODS.iter().any(|name| signature::is(attribute, name))
            || HOOKS.iter().any(|hook| attribute.path().is_ident(hook.word()))
    };
    let mut marks = Vec::new();
    let mut kept = Vec::new();
    for attribute in attrs.drain(..) {
        if is_mark(&attribute) {
            marks.push(Mark {
                attribute,
                condition: None,
            });
            continue;
        }
        match conditional(&attribute) {
            Some((condition, inner)) if inner.iter().any(is_mark) => {
                for inner in inner {
                    if is_mark(&inner) {
                        marks.push(Mark {
                            attribute: inner,
                            condition: Some(condition.to_token_stream()),
                        });
                    } else {
                        let meta = inner.meta;
                        kept.push(syn::parse_quote!(#[cfg_attr(#condition, #meta)]));
                    }
                }
            }
            _ => kept.push(attribute),
        }
    }
    *attrs = kept;
    marks
}

/// The condition and the attributes of a `cfg_attr`.
fn conditional(attribute: &Attribute) -> Option<(Meta, Vec<Attribute>)> {
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let Meta::List(list) = &attribute.meta else { return None };
    let metas = list
        .parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated)
        .ok()?;
    let mut metas = metas.into_iter();
    let condition = metas.next()?;
    let inner = metas
        .map(|meta| Attribute {
            meta,
            ..attribute.clone()
        })
        .collect();
    Some((condition, inner))
}

/// The conditions under which a function is what its mark says.
fn conditions(attrs: &[Attribute], of_mark: Option<TokenStream>) -> Vec<TokenStream> {
    let cfgs = attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let lists = cfgs.filter_map(|attribute| match &attribute.meta {
        Meta::List(list) => Some(list.tokens.clone()),
        _ => None,
    });
    lists.chain(of_mark).collect()
}

fn read_marks(
    function: &Function,
    marks: Vec<Mark>,
    methods: &mut Vec<Method>,
    hooks: &mut Vec<Hook>,
    errors: &mut Errors,
) {
    let mut marks = marks.into_iter();
    let Some(first) = marks.next() else {
        for input in &function.sig.inputs {
            if let FnArg::Typed(typed) = input
                && let Some(lost) = typed.attrs.iter().find(|attribute| is_argument(attribute))
            {
                errors.on(
                    lost,
                    "only a method marked `#[passthru]` or `#[driver_passthru]` takes arguments",
                );
            }
        }
        return;
    };
    for second in marks {
        let [one, other] = [&first, &second].map(|mark| mark.attribute.path().to_token_stream().to_string());
        let text = if one == other {
            format!("`#[{one}]` is given twice: write all options in one")
        } else {
            format!("one method cannot be both `#[{one}]` and `#[{other}]`: split it in two methods")
        };
        errors.on(&second.attribute, text);
    }
    match HOOKS
        .into_iter()
        .find(|hook| signature::is(&first.attribute, hook.word()))
    {
        Some(kind) => hooks.push(Hook {
            kind,
            conditions: conditions(&function.attrs, first.condition),
            attribute: first.attribute,
            sig: function.sig.clone(),
        }),
        None => methods.push(Method::new(function, first, errors)),
    }
}

/// The documentation among these attributes, as an expression of type `&'static str`.
fn description(attrs: &[Attribute]) -> TokenStream {
    let docs = attrs.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
        _ => None,
    });
    let mut lines = Vec::new();
    let mut parts = Vec::new();
    for doc in docs {
        match syn::parse2::<LitStr>(doc.to_token_stream()) {
            Ok(text) => {
                let text = text.value();
                let line = text.strip_prefix(' ').unwrap_or(&text).trim_end();
                lines.push(line.to_string());
                parts.push(quote!(#line));
            }
            // `#[doc = include_str!(…)]` and its like are known only to the compiler.
            Err(_) => parts.push(doc.to_token_stream()),
        }
    }
    if lines.len() == parts.len() {
        lines.join("\n").trim().to_token_stream()
    } else {
        quote!(::core::concat!(#(#parts, "\n"),*))
    }
}

/// Whether an attribute makes a parameter an argument, whatever its type.
fn is_argument(attribute: &Attribute) -> bool {
    attribute.path().is_ident("arg") || attribute.path().is_ident("body")
}
