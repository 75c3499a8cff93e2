//! A hidden function between the framework and a method whose signature is not plain enough to be called by generic
//! code. Most methods have none, since it is compiled again for each.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{GenericParam, Ident, ItemImpl, Type};

use super::method::{Lock, path};
use super::{Names, located, ours};
use crate::model::{Argument, Input, Level, Method};
use crate::signature;

impl Names {
    /// The name of the method's adapter, if it has one.
    pub(super) fn adapter_name(&self, method: &Method) -> Option<Ident> {
        (has_other_node(method) || has_bounded_lifetimes(method)).then(|| self.hidden("adapter", &method.sig.ident))
    }

    /// A function with the signature that the framework expects, which calls the method. Here the compiler says that
    /// a type is no node, at that type.
    pub(super) fn adapter(&self, item: &ItemImpl, method: &Method) -> Option<TokenStream> {
        let Self { private, .. } = self;
        let name = self.adapter_name(method)?;
        let at = ours(method.sig.ident.span());
        let (parameter, node) = match (&method.level, Lock::of(method)) {
            (Level::Node(Some(node)), lock) => {
                let ty = signature::with_lifetimes_inferred(&node.ty);
                let here = ours(node.ty.span());
                let private = located(private.clone(), here);
                let (given, made) = match lock {
                    Lock::Exclusive => (
                        quote_spanned!(here=> &mut #private::Node),
                        quote_spanned!(here=> <#ty as #private::ExclusiveNode<'_>>::of(node)),
                    ),
                    Lock::Shared => (
                        quote_spanned!(here=> &#private::Node),
                        quote_spanned!(here=> <#ty as #private::SharedNode<'_>>::of(node)),
                    ),
                    Lock::Snapshot | Lock::Driver => (
                        quote_spanned!(here=> #private::NodeSnapshot),
                        quote_spanned!(here=> node),
                    ),
                };
                (
                    Some(quote_spanned!(here=> node: #given,)),
                    Some(quote_spanned!(here=> let node = #made;)),
                )
            }
            _ => (None, None),
        };
        let (mut parameters, mut given) = (Vec::new(), Vec::new());
        for (index, input) in method.inputs.iter().enumerate() {
            // The author's own names could be those of our locals.
            let name = format_ident!("a{index}", span = Span::call_site());
            let ty = match input {
                Input::Call(_) => quote!(&#private::Call),
                Input::Verb => quote!(#private::Verb),
                Input::Named(Argument { ty, .. }) | Input::Body(Argument { ty, .. }) => quote!(#ty),
            };
            parameters.push(quote!(#name: #ty));
            given.push(name);
        }
        let path = path(item, method);
        let output = method.output();
        let asyncness = method.sig.asyncness.map(|_| quote_spanned!(at=> async));
        let wait = method.sig.asyncness.map(|_| quote!(.await));
        let passed = node.as_ref().map(|_| quote!(node,));
        let call = located(quote!(#path(driver, #passed #(#given),*)), at);
        Some(quote! {
            #asyncness fn #name(driver: &Self, #parameter #(#parameters),*) -> #output {
                #node
                #call #wait
            }
        })
    }
}

/// Whether the node's type is not written as `&Node`, `&mut Node` or `NodeSnapshot`: it may be an alias, or no node.
fn has_other_node(method: &Method) -> bool {
    let Level::Node(Some(node)) = &method.level else {
        return false;
    };
    match signature::bare(&node.ty) {
        Type::Reference(reference) => !signature::ends_in(&reference.elem, "Node"),
        other => !signature::ends_in(other, "NodeSnapshot"),
    }
}

/// Whether the compiler fixes a lifetime when the method is named, not when it is called: one with a bound.
fn has_bounded_lifetimes(method: &Method) -> bool {
    let generics = &method.sig.generics;
    let is_bounded = |parameter: &GenericParam| match parameter {
        GenericParam::Lifetime(lifetime) => !lifetime.bounds.is_empty(),
        _ => false,
    };
    generics.where_clause.is_some() || generics.params.iter().any(is_bounded)
}
