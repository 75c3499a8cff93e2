//! From the model to tokens: the author's block as it was, then one hidden block beside it. The hidden one names
//! everything by absolute path, states each requirement on a type once (a *witness*, so that one mistake gives
//! one error), and registers the whole block as one element of the linker's slice.

mod adapter;
mod method;
mod properties;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ItemImpl, LitStr, Path};

use crate::attr::DriverOptions;
use crate::errors::Errors;
use crate::model::{Block, Hook, HookKind};
use crate::{check, parse};
pub(crate) use properties::properties;

/// `#[driver]`.
pub(crate) fn driver(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !parse::is_impl(&item) {
        errors.at(
            Span::call_site(),
            "`#[driver(…)]` stands on an impl block: write it above `impl YourDriver { … }`",
        );
        let errors = errors.tokens();
        return quote!(#item #errors);
    }
    let source = match parse::block(item.clone()) {
        Ok(source) => source,
        Err(error) => {
            errors.push(error);
            let errors = errors.tokens();
            return quote!(#item #errors);
        }
    };
    let written = fingerprint(&options, &source);
    let options_are_empty = options.is_empty();
    let options = DriverOptions::read(options, &mut errors);
    if options.name.is_none() && options.extend.is_none() && (options_are_empty || errors.is_empty()) {
        errors.at(
            Span::call_site(),
            "`#[driver]` needs the driver's name, `#[driver(name = \"acme\")]`, \
             or `#[driver(extend)]` to add to a driver named elsewhere",
        );
    }
    let block = Block::new(options, source, &mut errors);
    check::block(&block, &mut errors);
    if errors.is_empty() {
        let item = &block.item;
        let hidden = Names::new(&written).block(&block);
        quote!(#item #hidden)
    } else {
        instead(&block, &errors)
    }
}

/// What is emitted for a block with mistakes: the author's methods, and the fact that the type is a driver, so
/// that no other place fails because of this one.
fn instead(block: &Block, errors: &Errors) -> TokenStream {
    let Block {
        item, options, cfgs, ..
    } = block;
    let errors = errors.tokens();
    let ItemImpl { self_ty, generics, .. } = item;
    let stand_in = (options.extend.is_none() && generics.params.is_empty()).then(|| {
        let krate = block.krate();
        quote! {
            #(#cfgs)*
            impl #krate::__private::IsDriver for #self_ty {
                const TYPE: #krate::__private::DriverType<Self> = #krate::__private::driver::<#self_ty>();
            }
        }
    });
    quote!(#item #stand_in #errors)
}

/// How hidden things are called. They are members of the author's type and neighbours of the author's names, so
/// their names carry a mark of the block: two blocks may hold methods of the same name in different traits.
struct Names {
    /// What `::bessemer::__private` is called in the hidden block: it stands in every other line there.
    private: TokenStream,
    mark: String,
}

impl Names {
    fn new(written: &str) -> Self {
        // FNV-1a: the same block has the same names in every build.
        let hash = written.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        Self {
            private: quote!(__bessemer),
            mark: format!("{hash:08x}"),
        }
    }

    fn hidden(&self, kind: &str, method: &Ident) -> Ident {
        let method = syn::ext::IdentExt::unraw(method);
        format_ident!("{kind}_{method}_{}", self.mark, span = Span::call_site())
    }

    /// The constant that holds the block's place.
    fn place(&self) -> Ident {
        format_ident!("PLACE_{}", self.mark, span = Span::call_site())
    }

    fn block(&self, block: &Block) -> TokenStream {
        let Self { private, .. } = self;
        let Block { item, cfgs, .. } = block;
        let self_ty = &item.self_ty;
        let members = block.methods.iter().map(|method| self.members(item, method));
        let elements = block.methods.iter().map(|method| {
            let record = self.record_name(method);
            let conditions = &method.conditions;
            quote!(#(#[cfg(#conditions)])* <#self_ty>::#record)
        });
        let proofs = block.methods.iter().filter_map(|method| self.proof(self_ty, method));
        let (driver, proof) = match &block.options.name {
            Some(name) => (self.declaration(block, name), self.is_driver(block, name)),
            None => (
                quote!(::core::option::Option::None),
                quote!(const _: () = #private::is_driver::<#self_ty>();),
            ),
        };
        let line = line_of(Span::call_site());
        let krate: Path = block.krate();
        let place = self.place();
        let static_ = format_ident!("BLOCK_{}", self.mark);
        quote! {
            #(#cfgs)*
            const _: () = {
                use #krate::__private as #private;
                #proof
                #[allow(
                    clippy::all,
                    clippy::nursery,
                    clippy::pedantic,
                    dead_code,
                    deprecated,
                    non_snake_case,
                    non_upper_case_globals,
                    unused_qualifications
                )]
                impl #self_ty {
                    #(#members)*
                }
                #(#proofs)*
                const #place: #private::Place = #private::Place {
                    crate_name: match ::core::option_env!("CARGO_PKG_NAME") {
                        ::core::option::Option::Some(name) => name,
                        ::core::option::Option::None => "",
                    },
                    crate_version: match ::core::option_env!("CARGO_PKG_VERSION") {
                        ::core::option::Option::Some(version) => version,
                        ::core::option::Option::None => "",
                    },
                    module: ::core::module_path!(),
                    file: ::core::file!(),
                    line: #line,
                };
                #[#private::distributed_slice(#private::BLOCKS)]
                #[linkme(crate = #private::linkme)]
                static #static_: #private::Block = #private::Block {
                    target: ::core::any::TypeId::of::<#self_ty>,
                    type_name: ::core::any::type_name::<#self_ty>,
                    driver: #driver,
                    methods: &[#(#elements),*],
                    place: #place,
                };
            };
        }
    }

    /// The impl that makes two names for one type an error at both names.
    fn is_driver(&self, block: &Block, name: &LitStr) -> TokenStream {
        let Self { private, .. } = self;
        let self_ty = &block.item.self_ty;
        quote_spanned! {ours(name.span())=>
            impl #private::IsDriver for #self_ty {
                const TYPE: #private::DriverType<Self> = #private::driver::<#self_ty>();
            }
        }
    }

    fn declaration(&self, block: &Block, name: &LitStr) -> TokenStream {
        let Self { private, .. } = self;
        let Block {
            item,
            options,
            description,
            ..
        } = block;
        let self_ty = &item.self_ty;
        let aliases = &options.aliases;
        let (config, build) = match &options.config {
            Some(config) => (
                quote!(::core::option::Option::Some(#private::schema_of::<#config>)),
                quote!(#private::build_configured::<#config, #self_ty>),
            ),
            None => (
                quote!(::core::option::Option::None),
                quote!(#private::build_default::<#self_ty>),
            ),
        };
        let properties = match &options.properties {
            Some(ty) => quote!(#private::properties::<#ty>()),
            None => quote!(&[]),
        };
        let start = self.hooks(block, HookKind::Start);
        let stop = self.hooks(block, HookKind::Stop);
        let validate = self.hooks(block, HookKind::Validate);
        quote! {
            ::core::option::Option::Some(&#private::Driver {
                name: #name,
                aliases: &[#(#aliases),*],
                description: #description,
                config: #config,
                build: #build,
                #start
                #stop
                #validate
                properties: #properties,
            })
        }
    }

    /// The field for a kind of hook: the hook, and nothing where it does not exist.
    fn hooks(&self, block: &Block, kind: HookKind) -> TokenStream {
        let field = Ident::new(kind.word(), Span::call_site());
        let mut tokens = TokenStream::new();
        let mut conditions = Vec::new();
        for hook in block.hooks.iter().filter(|hook| hook.kind == kind) {
            let condition = &hook.conditions;
            let value = self.hook(block, hook);
            if condition.is_empty() {
                return quote!(#field: #value,);
            }
            tokens.extend(quote!(#[cfg(all(#(#condition),*))] #field: #value,));
            conditions.push(quote!(all(#(#condition),*)));
        }
        let otherwise = (!conditions.is_empty()).then(|| quote!(#[cfg(not(any(#(#conditions),*)))]));
        quote!(#tokens #otherwise #field: ::core::option::Option::None,)
    }

    fn hook(&self, block: &Block, hook: &Hook) -> TokenStream {
        let Self { private, .. } = self;
        let self_ty = &block.item.self_ty;
        let name = &hook.sig.ident;
        let ty = match &hook.sig.output {
            syn::ReturnType::Type(_, ty) => quote!(#ty),
            syn::ReturnType::Default => quote!(()),
        };
        let at = ours(name.span());
        let body = match hook.kind {
            HookKind::Start | HookKind::Stop => {
                let boxed = located(quote!(#private::boxed), at);
                quote! {
                    |instance| {
                        let driver = (#private::driver::<#self_ty>().of)(&instance);
                        #boxed(async move { #private::hook::<#ty>(<#self_ty>::#name(&driver).await) })
                    }
                }
            }
            HookKind::Validate => quote! {
                |instance, node| {
                    let driver = (#private::driver::<#self_ty>().of)(instance);
                    #private::hook::<#ty>(<#self_ty>::#name(&driver, node))
                }
            },
        };
        quote!(::core::option::Option::Some(#body))
    }
}

/// A place of the author with the names of ours: a span alone would also carry where its names are looked up,
/// and in a block made by a `macro_rules!` ours would not be found there.
pub(crate) fn ours(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

/// These tokens as if they stood at this place, each with its own names.
fn located(tokens: TokenStream, at: Span) -> TokenStream {
    let locate = |token: TokenTree| {
        let mut token = match token {
            TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), located(group.stream(), at))),
            other => other,
        };
        token.set_span(token.span().located_at(at));
        token
    };
    tokens.into_iter().map(locate).collect()
}

/// The line of a place, 0 outside the compiler.
fn line_of(span: Span) -> u32 {
    if !is_compiling() {
        return 0;
    }
    u32::try_from(span.unwrap().line()).unwrap_or_default()
}

fn is_compiling() -> bool {
    proc_macro::is_available()
}

/// What tells this block from others of its type.
fn fingerprint(options: &TokenStream, source: &parse::Source) -> String {
    let ItemImpl { trait_, self_ty, .. } = &source.header;
    let of_trait = trait_.as_ref().map(|(path, _)| path);
    let mut text = quote!(#options; #of_trait; #self_ty).to_string();
    for member in &source.members {
        if let parse::Member::Fn(function) = member {
            text.push(' ');
            text.push_str(&function.sig.ident.to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests;
