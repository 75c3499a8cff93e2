//! The hidden members for one vendor method: its record, with a witness for each of its types, and a function for
//! each default. Nothing here wraps the method: the framework's generic code calls it (`start.rs` there), because
//! what is written out here is compiled again for every method.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ItemImpl, LitStr, Type};

use super::{Names, line_of, located, ours};
use crate::model::{Argument, Deprecation, Input, Level, Method};
use crate::signature;

impl Names {
    pub(super) fn members(&self, item: &ItemImpl, method: &Method) -> TokenStream {
        let conditions = &method.conditions;
        let mut members = self.defaults(method);
        members.push(marker(method));
        members.extend(self.adapter(item, method));
        members.push(self.record(item, method));
        members
            .into_iter()
            .map(|member| quote!(#(#[cfg(#conditions)])* #member))
            .collect()
    }

    /// What is checked beside the hidden block: a constant within it would be looked at only in a full build.
    pub(super) fn proof(&self, self_ty: &Type, method: &Method) -> Option<TokenStream> {
        let attach = method.options.attach.as_ref()?;
        let conditions = &method.conditions;
        let record = self.record_name(method);
        let is = quote!(<#self_ty>::#record.attach);
        let agrees = if attach.value {
            quote!(::core::assert!(#is, "`attach` is written, but the method does not return an `Attachment`"))
        } else {
            quote!(::core::assert!(!#is, "`attach = false` is written, but the method returns an `Attachment`"))
        };
        let agrees = located(agrees, attach.span);
        Some(quote!(#(#[cfg(#conditions)])* const _: () = #agrees;))
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

    /// A function for each default, in which `Self` means what the author means.
    fn defaults(&self, method: &Method) -> Vec<TokenStream> {
        let defaults = named(method)
            .enumerate()
            .filter_map(|(index, Argument { ty, default, .. })| {
                let make = self.default(method, index);
                let expr = default_value(ty, default.as_ref()?);
                Some(quote!(fn #make() -> #ty { #expr }))
            });
        defaults.collect()
    }

    /// What it takes, for listings.
    fn takes(&self, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        if let Some(Argument { ty, description, .. }) = body(method) {
            return quote!(Body(#private::body::<#ty>(#description)));
        }
        let arguments = named(method).enumerate().map(|(index, argument)| {
            let Argument {
                name,
                description,
                ty,
                default,
            } = argument;
            let default = option(default.as_ref().map(|_| {
                let make = self.default(method, index);
                quote!(|| #private::default_json::<#ty>(&Self::#make()))
            }));
            let key = &name.value;
            quote!(#private::argument::<#ty>(#key, #description, #default))
        });
        quote!(Named(&[#(#arguments),*]))
    }

    /// How each thing that follows node and call is decoded, in the order of the signature.
    fn decode(&self, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        let mut index = 0_usize;
        let taken = method.inputs.iter().filter_map(|input| match input {
            Input::Call(_) => None,
            Input::Verb => Some(quote!(#private::verb())),
            Input::Body(Argument { ty, .. }) => Some(quote!(#private::taken_whole::<#ty>())),
            Input::Named(Argument { ty, default, .. }) => {
                let or = default.as_ref().map(|_| {
                    let make = self.default(method, index);
                    quote!(.or(Self::#make))
                });
                let taken = quote!(#private::taken::<#ty>(#index) #or);
                index += 1;
                Some(taken)
            }
        });
        quote!(&(#(#taken,)*))
    }

    fn record(&self, item: &ItemImpl, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        let ident = &method.sig.ident;
        let record = self.record_name(method);
        let returns = self.returns(method);
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
        let takes = self.takes(method);
        let decode = self.decode(method);
        let entry = self.entry(item, method);
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
                decode: #decode,
                result: #returns.schema,
                entry: #entry,
                place: #private::Place { line: #line, ..#place },
            };
        }
    }

    /// The method with its signature. All at the method's name, because here the compiler says that a future
    /// cannot move between threads.
    fn entry(&self, item: &ItemImpl, method: &Method) -> TokenStream {
        let Self { private, .. } = self;
        let ident = &method.sig.ident;
        let path = match self.adapter_name(method) {
            Some(adapter) => quote!(Self::#adapter),
            None => path(item, method),
        };
        let lock = Lock::of(method);
        let target = match lock {
            Lock::Exclusive => quote!(#private::Exclusive),
            Lock::Shared => quote!(#private::Shared),
            Lock::Snapshot => quote!(#private::NodeSnapshot),
            Lock::Driver => quote!(()),
        };
        let has_node = lock != Lock::Driver;
        let has_call = method.inputs.iter().any(|input| matches!(input, Input::Call(_)));
        let form = match (has_node, has_call) {
            (true, false) => "WithNode",
            (true, true) => "WithNodeAndCall",
            (false, true) => "WithCall",
            (false, false) => "WithNothing",
        };
        let (start, bound) = if method.sig.asyncness.is_some() {
            ("Async", "asynchronous")
        } else {
            ("Blocking", "blocking")
        };
        let [lock, form, start, bound] =
            [lock.entry(), form, start, bound].map(|name| Ident::new(name, Span::call_site()));
        let arguments = method.inputs.iter().filter_map(|input| match input {
            Input::Call(_) => None,
            Input::Verb => Some(quote!(#private::Verb)),
            Input::Body(Argument { ty, .. }) | Input::Named(Argument { ty, .. }) => Some(quote!(#ty)),
        });
        let returns = self.returns(method);
        let at = ours(ident.span());
        let authored = located(quote!(#private::authored), at);
        let authored = quote_spanned!(at=> &#authored::<#target, Self, _, #private::#form, (#(#arguments,)*)>(#path));
        let bound = located(quote!(#private::#bound), at);
        quote!(#private::Entry::#lock(#private::Start::#start(&#bound(#returns, #authored))))
    }

    pub(super) fn record_name(&self, method: &Method) -> Ident {
        self.hidden("METHOD", &method.sig.ident)
    }

    fn default(&self, method: &Method, index: usize) -> Ident {
        self.hidden(&format!("default_{index}"), &method.sig.ident)
    }
}

/// What a method acts on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    Exclusive,
    Shared,
    Snapshot,
    Driver,
}

impl Lock {
    pub(super) fn of(method: &Method) -> Self {
        match &method.level {
            Level::Driver => Self::Driver,
            Level::Node(Some(_)) if method.is_exclusive() => Self::Exclusive,
            Level::Node(Some(node)) if !signature::ends_in(&node.ty, "NodeSnapshot") => Self::Shared,
            Level::Node(_) => Self::Snapshot,
        }
    }

    /// The variant of `Entry`.
    fn entry(self) -> &'static str {
        match self {
            Self::Exclusive => "Exclusive",
            Self::Shared => "Shared",
            Self::Snapshot => "Snapshot",
            Self::Driver => "Driver",
        }
    }
}

/// The author's method.
pub(super) fn path(item: &ItemImpl, method: &Method) -> TokenStream {
    let ident = &method.sig.ident;
    match &item.trait_ {
        Some((of_trait, _)) => quote!(<Self as #of_trait>::#ident),
        None => quote!(Self::#ident),
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

/// Its name clashes where two blocks of a type define the same method, and says so.
fn marker(method: &Method) -> TokenStream {
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
