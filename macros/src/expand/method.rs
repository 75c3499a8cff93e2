//! The hidden members for one vendor method: witnesses of its types, its record, and the function that decodes
//! its arguments and makes it ready to run.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ItemImpl, LitStr, Type};

use super::{Names, line_of, located, ours};
use crate::model::{Argument, Deprecation, Input, Level, Method};
use crate::signature;

/// What the method acts on, with what each kind needs.
struct Target {
    /// The variant of `Entry`.
    entry: Ident,
    /// What `Start` is given.
    held: TokenStream,
    /// How the held value is bound.
    pattern: TokenStream,
    /// Makes the parameter; absent for a driver-level method.
    node: Option<TokenStream>,
}

impl Names {
    pub(super) fn members(&self, item: &ItemImpl, method: &Method) -> TokenStream {
        let conditions = &method.conditions;
        let mut members = vec![self.marker(method)];
        members.extend(self.takes(method));
        members.extend([self.record(method), self.start(item, method)]);
        members
            .into_iter()
            .map(|member| quote!(#(#[cfg(#conditions)])* #member))
            .collect()
    }

    /// What is checked beside the hidden block: a constant within it would be looked at only in a full build.
    pub(super) fn proof(&self, self_ty: &Type, method: &Method) -> Option<TokenStream> {
        let attach = method.options.attach.as_ref()?;
        let conditions = &method.conditions;
        let record = self.hidden("METHOD", &method.sig.ident);
        let is = quote!(<#self_ty>::#record.attach);
        let agrees = if attach.value {
            quote!(::core::assert!(#is, "`attach` is written, but the method does not return an `Attachment`"))
        } else {
            quote!(::core::assert!(!#is, "`attach = false` is written, but the method returns an `Attachment`"))
        };
        let agrees = located(agrees, attach.span);
        Some(quote!(#(#[cfg(#conditions)])* const _: () = #agrees;))
    }

    /// Its name clashes where two blocks of a type define the same method, and says so.
    fn marker(&self, method: &Method) -> TokenStream {
        let level = if matches!(method.level, Level::Driver) {
            "driver_"
        } else {
            ""
        };
        let name = method.name.value.replace('-', "_dash_");
        let marker = format_ident!(
            "{level}passthru_method_named_{name}_is_defined_twice",
            span = ours(method.name.span)
        );
        quote_spanned!(ours(method.name.span)=> fn #marker() {})
    }

    /// States what the result can be. Stated wherever the proof is used, always in the same words at the same
    /// place, so that the compiler says once what is wrong; a constant for it would cost a tenth of the build.
    fn returns(&self, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        let ty = method.output();
        let witness = if method.is_background() {
            quote!(returns_nothing)
        } else {
            quote!(returns)
        };
        quote!(#private::#witness::<#ty>())
    }

    /// The list of named arguments, and their defaults.
    fn takes(&self, method: &Method) -> Vec<TokenStream> {
        let Self { private, .. } = self;
        if named(method).next().is_none() {
            return Vec::new();
        }
        let mut members = Vec::new();
        let mut list = Vec::new();
        for (index, argument) in named(method).enumerate() {
            let Argument {
                name,
                description,
                ty,
                default,
            } = argument;
            let default = option(default.as_ref().map(|expr| {
                let make = self.default(method, index);
                let expr = default_value(ty, expr);
                members.push(quote!(fn #make() -> #ty { #expr }));
                quote!(|| #private::default_json::<#ty>(&Self::#make()))
            }));
            let key = &name.value;
            list.push(quote!(#private::arg::<#ty>().named(#key, #description, #default)));
        }
        let arguments = self.hidden("ARGUMENTS", &method.sig.ident);
        members.push(quote!(const #arguments: &'static [#private::Argument] = &[#(#list),*];));
        members
    }

    /// The list of named arguments, to be read.
    fn arguments(&self, method: &Method) -> TokenStream {
        match named(method).next() {
            Some(_) => {
                let arguments = self.hidden("ARGUMENTS", &method.sig.ident);
                quote!(Self::#arguments)
            }
            None => quote!(&[]),
        }
    }

    fn record(&self, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        let ident = &method.sig.ident;
        let record = self.hidden("METHOD", ident);
        let returns = self.returns(method);
        let start = self.hidden("start", ident);
        let name = &method.name.value;
        let description = &method.description;
        let verbs = method
            .options
            .verbs
            .iter()
            .map(|(_, variant)| Ident::new(variant, Span::call_site()));
        let is_async = method.is_background();
        let timeout = option(method.options.timeout.map(|timeout| {
            let ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            quote!(::core::time::Duration::from_millis(#ms))
        }));
        let deprecated = option(method.deprecated.as_ref().map(|Deprecation { since, note }| {
            let text = |text: &Option<LitStr>| option(text.as_ref().map(|text| quote!(#text)));
            let (since, note) = (text(since), text(note));
            quote!(#private::Deprecation { since: #since, note: #note })
        }));
        let takes = match body(method) {
            Some(Argument { ty, description, .. }) => quote! {
                Body(#private::Body {
                    description: #description,
                    schema: #private::body::<#ty>().schema,
                })
            },
            None => {
                let arguments = self.arguments(method);
                quote!(Named(#arguments))
            }
        };
        let entry = self.target(method).entry;
        let line = line_of(ident.span());
        let place = self.place();
        quote! {
            const #record: #private::Method = #private::Method {
                name: #name,
                description: #description,
                verbs: &[#(#private::Verb::#verbs),*],
                is_async: #is_async,
                attach: #returns.attach,
                timeout: #timeout,
                deprecated: #deprecated,
                takes: #private::Takes::#takes,
                result: #returns.schema,
                entry: #private::Entry::#entry(Self::#start),
                place: #private::Place { line: #line, ..#place },
            };
        }
    }

    fn start(&self, item: &ItemImpl, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        let ident = &method.sig.ident;
        let start = self.hidden("start", ident);
        let returns = self.returns(method);
        let self_ty = &item.self_ty;
        let Target {
            held, pattern, node, ..
        } = self.target(method);
        let decode = self.decode(method);
        let node_parameter = node.as_ref().map(|_| quote!(node,));
        let bind_node = node.map(|node| quote!(let node = #node;));
        let mut call = quote!(_);
        let mut names = argument_names();
        let inputs: Vec<TokenStream> = method
            .inputs
            .iter()
            .map(|input| match input {
                Input::Call(_) => {
                    call = quote!(call);
                    quote!(&call)
                }
                Input::Verb => quote!(verb),
                Input::Named(_) => {
                    let name = names.next();
                    quote!(#name)
                }
                Input::Body(_) => quote!(body),
            })
            .collect();
        let verb = method
            .inputs
            .iter()
            .any(|input| matches!(input, Input::Verb))
            .then(|| quote!(let verb = input.verb;));
        let path = match &item.trait_ {
            Some((of_trait, _)) => quote!(<Self as #of_trait>::#ident),
            None => quote!(Self::#ident),
        };
        let at = ours(ident.span());
        let private_here = located(private.clone(), at);
        let (prepared, wait, block) = if method.sig.asyncness.is_some() {
            (
                quote_spanned!(at=> prepared_async),
                quote!(.await),
                quote_spanned!(at=> async move),
            )
        } else {
            (quote_spanned!(at=> prepared_blocking), quote!(), quote!())
        };
        // At the method's name, because here the compiler says that a future cannot move between threads.
        let prepared = quote_spanned! {at=>
            #private_here::#prepared(move |#pattern: #held, #call: #private::Call| #block {
                #bind_node
                let result = #path(&driver, #node_parameter #(#inputs),*) #wait;
                #private::Finished { result: (#returns.into)(result), target: held }
            })
        };
        quote! {
            fn #start(
                instance: &#private::Instance,
                input: &#private::Input<'_>,
            ) -> ::core::result::Result<#private::Prepared<#held>, #private::BadArguments> {
                let driver = (#private::driver::<#self_ty>().of)(instance);
                #verb
                #decode
                ::core::result::Result::Ok(#prepared)
            }
        }
    }

    /// Decodes what the method takes, or returns what is wrong with it.
    fn decode(&self, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        if let Some(Argument { ty, .. }) = body(method) {
            return quote!(let body = (#private::body::<#ty>().take)(input)?;);
        }
        let list = self.arguments(method);
        let names: Vec<Ident> = argument_names().take(named(method).count()).collect();
        if names.is_empty() {
            return quote!(let _ = #private::Arguments::named(input, #list)?;);
        }
        let values = named(method).enumerate().map(|(index, argument)| {
            let ty = &argument.ty;
            let take = quote!((#private::arg::<#ty>().take)(&arguments, #index));
            if argument.default.is_none() {
                return take;
            }
            let make = self.default(method, index);
            quote! {
                if arguments.is_given(#index) { #take } else { ::core::option::Option::Some(Self::#make()) }
            }
        });
        quote! {
            let arguments = #private::Arguments::named(input, #list)?;
            let (#(::core::option::Option::Some(#names),)*) = (#(#values,)*) else {
                return ::core::result::Result::Err(arguments.explain());
            };
        }
    }

    fn target(&self, method: &Method) -> Target {
        let Self { private, .. } = self;
        let ident = |name| Ident::new(name, Span::call_site());
        match &method.level {
            Level::Driver => Target {
                entry: ident("Driver"),
                held: quote!(()),
                pattern: quote!(held),
                node: None,
            },
            Level::Node(Some(node)) if method.is_exclusive() => {
                let ty = signature::with_lifetimes_inferred(&node.ty);
                Target {
                    entry: ident("Exclusive"),
                    held: quote!(#private::Exclusive),
                    pattern: quote!(mut held),
                    node: Some(quote!(<#ty as #private::ExclusiveNode<'_>>::of(&mut held))),
                }
            }
            Level::Node(Some(node)) if !signature::ends_in(&node.ty, "NodeSnapshot") => {
                let ty = signature::with_lifetimes_inferred(&node.ty);
                Target {
                    entry: ident("Shared"),
                    held: quote!(#private::Shared),
                    pattern: quote!(held),
                    node: Some(quote!(<#ty as #private::SharedNode<'_>>::of(&held))),
                }
            }
            Level::Node(_) => Target {
                entry: ident("Snapshot"),
                held: quote!(#private::NodeSnapshot),
                pattern: quote!(held),
                node: Some(quote!(::core::clone::Clone::clone(&held))),
            },
        }
    }

    fn default(&self, method: &Method, index: usize) -> Ident {
        self.hidden(&format!("default_{index}"), &method.sig.ident)
    }
}

fn named(method: &Method) -> impl Iterator<Item = &Argument> {
    method.inputs.iter().filter_map(|input| match input {
        Input::Named(argument) => Some(argument),
        _ => None,
    })
}

fn body(method: &Method) -> Option<&Argument> {
    method.inputs.iter().find_map(|input| match input {
        Input::Body(argument) => Some(argument),
        _ => None,
    })
}

/// `a0`, `a1`, …: the author's own names could be those of our locals.
fn argument_names() -> impl Iterator<Item = Ident> {
    (0..).map(|index| format_ident!("a{index}", span = Span::call_site()))
}

/// A default as the author wrote it, except that a text is made a `String` where one is wanted.
pub(super) fn default_value(ty: &syn::Type, expr: &syn::Expr) -> TokenStream {
    match expr {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) if signature::ends_in(ty, "String") => {
            quote!(::core::convert::Into::into(#text))
        }
        other => quote!(#other),
    }
}

pub(super) fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
