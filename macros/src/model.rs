//! A block in our own terms: the driver it declares, its hooks, its methods and what each of them takes. Made
//! from what was parsed, one method at a time; rules that need more than one look (pairs of options, the whole
//! block) are in `check`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, FnArg, ItemImpl, LitStr, Meta, Path, ReturnType, Signature, Type};

use crate::attr::{ArgOptions, DriverOptions, Given, MethodOptions};
use crate::errors::Errors;
use crate::parse::{Function, Member, Source};
use crate::signature;

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
    /// The method exists only where these hold.
    pub(crate) cfgs: Vec<TokenStream>,
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
        let one = first.attribute.path().to_token_stream();
        let other = second.attribute.path().to_token_stream();
        errors.on(
            &second.attribute,
            format!("one method cannot be both `#[{one}]` and `#[{other}]`: split it in two methods"),
        );
    }
    match HOOKS
        .into_iter()
        .find(|hook| signature::is(&first.attribute, hook.word()))
    {
        Some(kind) => hooks.push(Hook {
            kind,
            attribute: first.attribute,
            sig: function.sig.clone(),
        }),
        None => methods.push(Method::new(function, first, errors)),
    }
}

impl Method {
    fn new(function: &Function, mark: Mark, errors: &mut Errors) -> Self {
        let Function { attrs, sig, .. } = function;
        let node_level = signature::is(&mark.attribute, "passthru");
        let options = MethodOptions::read(&mark.attribute, node_level, errors);
        let name = match &options.name {
            Some(text) => given(text.value(), text.span()),
            None => given(sig.ident.unraw().to_string(), sig.ident.span()),
        };
        let mut cfgs: Vec<TokenStream> = attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .map(ToTokens::to_token_stream)
            .collect();
        cfgs.extend(mark.condition.map(|condition| quote!(#[cfg(#condition)])));
        let mut parameters = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(typed) => Some(typed),
        });
        let level = if node_level {
            Level::Node(parameters.next().map(|node| {
                Box::new(NodeParameter {
                    ty: (*node.ty).clone(),
                    argument: node.attrs.iter().find(|attribute| is_argument(attribute)).cloned(),
                })
            }))
        } else {
            Level::Driver
        };
        let inputs = parameters.map(|parameter| Input::new(parameter, errors)).collect();
        Self {
            description: match &options.description {
                Some(text) => text.to_token_stream(),
                None => description(attrs),
            },
            deprecated: attrs
                .iter()
                .find(|attribute| attribute.path().is_ident("deprecated"))
                .map(Deprecation::read),
            sig: sig.clone(),
            options,
            name,
            cfgs,
            level,
            inputs,
        }
    }

    /// The result type, if one is written.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }

    /// Whether it is answered 202 and carried out in the background.
    pub(crate) fn is_background(&self) -> bool {
        self.options.background.as_ref().is_some_and(|given| given.value)
    }

    /// Whether it holds the exclusive lock.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.options.exclusive.as_ref().is_none_or(|given| given.value)
    }
}

impl Input {
    fn new(parameter: &syn::PatType, errors: &mut Errors) -> Self {
        let ty = (*parameter.ty).clone();
        let body = parameter
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("body"));
        let arg = parameter
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("arg"));
        if body.is_none() && arg.is_none() {
            if let Type::Reference(reference) = signature::bare(&ty)
                && signature::ends_in(&reference.elem, "Call")
            {
                return Self::Call(ty);
            }
            if signature::ends_in(&ty, "Verb") {
                return Self::Verb;
            }
        }
        for attribute in &parameter.attrs {
            if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
                errors.on(
                    attribute,
                    "an argument cannot be conditional: write two methods, each with its `#[cfg]`",
                );
            }
        }
        if let Some(body) = body
            && !matches!(body.meta, Meta::Path(_))
        {
            errors.on(body, "`#[body]` has no options");
        }
        let options = arg.map(|arg| ArgOptions::read(arg, errors)).unwrap_or_default();
        if let (Some(body), Some(_)) = (body, arg) {
            errors.on(
                body,
                "a `#[body]` is the whole body: it has neither a name nor a default",
            );
        }
        let argument = Argument {
            name: match options.name {
                Some(text) => given(text.value(), text.span()),
                None => given(
                    argument_name(&parameter.pat, body.is_some(), errors),
                    span_of(&parameter.pat),
                ),
            },
            description: description(&parameter.attrs),
            ty,
            default: options.default,
        };
        if body.is_some() {
            Self::Body(argument)
        } else {
            Self::Named(argument)
        }
    }
}

/// The key of an argument that has no `#[arg(name = …)]`.
fn argument_name(pattern: &syn::Pat, is_body: bool, errors: &mut Errors) -> String {
    match pattern {
        syn::Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            let name = pattern.ident.unraw().to_string();
            if let Some(rest) = name.strip_prefix('_')
                && !is_body
            {
                errors.on(
                    &pattern.ident,
                    format!("the name of an argument is its key: write `{rest}`, or `#[arg(name = \"{name}\")]`"),
                );
            }
            name
        }
        _ if is_body => "body".into(),
        other => {
            errors.on(
                other,
                "an argument needs a name, which is its key: write `name: T`, or `#[arg(name = \"…\")]` before it",
            );
            String::new()
        }
    }
}

impl Deprecation {
    fn read(attribute: &Attribute) -> Self {
        let mut this = Self {
            since: None,
            note: None,
        };
        match &attribute.meta {
            Meta::Path(_) => {}
            Meta::NameValue(pair) => this.note = syn::parse2(pair.value.to_token_stream()).ok(),
            // A mistake in here is the compiler's to report.
            Meta::List(list) => {
                let _ = list.parse_nested_meta(|meta| {
                    let value: LitStr = meta.value()?.parse()?;
                    if meta.path.is_ident("since") {
                        this.since = Some(value);
                    } else if meta.path.is_ident("note") {
                        this.note = Some(value);
                    }
                    Ok(())
                });
            }
        }
        this
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

fn given<T>(value: T, span: Span) -> Given<T> {
    Given { value, span }
}

fn span_of(tokens: &impl ToTokens) -> Span {
    tokens
        .to_token_stream()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
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
