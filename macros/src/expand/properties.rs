//! `#[properties]`: the author's struct as it was, and beside it the list of its properties, the function that reads
//! them, and a `Debug` that shows no secret.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Generics, Ident, Item, Path};

use super::method::{default_value, option};
use super::ours;
use crate::errors::Errors;
use crate::model::{PropertiesStruct, Property};
use crate::{check, data};

/// `#[properties]`.
pub(crate) fn properties(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = data::krate_option("properties", options, &mut errors);
    let private = quote!(#krate::__private);
    let form = "`#[properties]` stands on a struct with named fields";
    let (name, generics) = match syn::parse2(item.clone()) {
        Ok(Item::Struct(item)) => {
            let (name, generics) = (item.ident.clone(), item.generics.clone());
            match PropertiesStruct::new(item, &mut errors) {
                Some(all) => {
                    check::properties(&all, &mut errors);
                    let item = &all.item;
                    if errors.is_empty() {
                        let hidden = Expansion { private, all: &all }.tokens();
                        return quote!(#item #hidden);
                    }
                    return instead(item, &name, &generics, &krate, &errors);
                }
                None => {
                    errors.on(&name, format!("{form}: write `struct {name} {{ … }}`"));
                    (name, generics)
                }
            }
        }
        Ok(Item::Enum(item)) => {
            errors.on(
                &item.enum_token,
                format!("{form}: a node has all of its settings at once"),
            );
            (item.ident, item.generics)
        }
        Ok(Item::Union(item)) => {
            errors.on(&item.union_token, form);
            (item.ident, item.generics)
        }
        Ok(_) => {
            errors.at(Span::call_site(), form);
            let errors = errors.tokens();
            return quote!(#item #errors);
        }
        Err(error) => {
            errors.push(error);
            let errors = errors.tokens();
            return quote!(#item #errors);
        }
    };
    instead(&item, &name, &generics, &krate, &errors)
}

/// What is emitted for a type with mistakes: the type, and the fact that it is one of properties, so that no other
/// place fails because of this one.
fn instead(item: &impl ToTokens, name: &Ident, generics: &Generics, krate: &Path, errors: &Errors) -> TokenStream {
    let private = quote!(#krate::__private);
    let (impl_generics, ty_generics, bounds) = generics.split_for_impl();
    let errors = errors.tokens();
    quote! {
        #item
        impl #impl_generics #private::Properties for #name #ty_generics #bounds {
            const PROPERTIES: &'static [#private::Property] = &[];
            fn read(
                _: &#private::serde_json::Map<::std::string::String, #private::serde_json::Value>,
            ) -> ::core::result::Result<Self, #private::Error> {
                ::core::result::Result::Err(#private::Error::internal(""))
            }
        }
        #errors
    }
}

struct Expansion<'a> {
    /// `::bessemer::__private`.
    private: TokenStream,
    all: &'a PropertiesStruct,
}

impl Expansion<'_> {
    fn tokens(&self) -> TokenStream {
        let Self { private, all } = self;
        let PropertiesStruct { item, cfgs, .. } = all;
        let name = &item.ident;
        let records = all.properties.iter().map(|property| self.record(property));
        let fields = all.properties.iter().map(|property| self.field(property));
        let defaults = self.defaults();
        let debug = all.debug.is_none().then(|| self.debug());
        quote! {
            #(#cfgs)*
            #[allow(
                clippy::all,
                clippy::nursery,
                clippy::pedantic,
                deprecated,
                non_snake_case,
                unused_imports,
                unused_qualifications
            )]
            const _: () = {
                // The one by which a property is known to be required, and the one for types without `Debug`.
                use #private::{HasNoDebug as _, RequiredByType as _};

                impl #private::Properties for #name {
                    const PROPERTIES: &'static [#private::Property] = &[#(#records),*];

                    fn read(
                        info: &#private::serde_json::Map<::std::string::String, #private::serde_json::Value>,
                    ) -> ::core::result::Result<Self, #private::Error> {
                        let read = || ::core::option::Option::Some(Self { #(#fields),* });
                        read().ok_or_else(|| #private::bad_properties(Self::PROPERTIES, info))
                    }
                }
                #defaults
                #debug
            };
        }
    }

    /// States what the type can be, always in the same words at the same place, so that the compiler says once what
    /// is wrong with it.
    fn witness(&self, property: &Property) -> TokenStream {
        let Self { private, .. } = self;
        let ty = &property.ty;
        quote!(#private::property::<#ty>())
    }

    fn record(&self, property: &Property) -> TokenStream {
        let Self { private, .. } = self;
        let Property {
            name,
            description,
            ty,
            default,
            secret,
            conditions,
            ..
        } = property;
        let name = &name.value;
        let required = match default {
            Some(_) => quote!(false),
            None => quote!(<#private::Presence<#ty>>::REQUIRED),
        };
        let default = option(default.as_ref().map(|_| {
            let make = default_name(property);
            quote!(|| #private::default_json::<#ty>(&Self::#make()))
        }));
        let witness = self.witness(property);
        quote! {
            #(#[cfg(#conditions)])*
            #witness.named(#name, #description, #secret, #required, #default)
        }
    }

    fn field(&self, property: &Property) -> TokenStream {
        let Property {
            field,
            name,
            default,
            conditions,
            ..
        } = property;
        let name = &name.value;
        let witness = self.witness(property);
        let value = match default {
            Some(_) => {
                let make = default_name(property);
                quote!((#witness.take_or)(info, #name, Self::#make)?)
            }
            None => quote!((#witness.take)(info, #name)?),
        };
        quote!(#(#[cfg(#conditions)])* #field: #value)
    }

    /// A hidden function for each default.
    fn defaults(&self) -> Option<TokenStream> {
        let name = &self.all.item.ident;
        let makers: Vec<TokenStream> = self
            .all
            .properties
            .iter()
            .filter_map(|property| {
                let Property { ty, conditions, .. } = property;
                let make = default_name(property);
                let value = default_value(ty, property.default.as_ref()?);
                Some(quote!(#(#[cfg(#conditions)])* fn #make() -> #ty { #value }))
            })
            .collect();
        (!makers.is_empty()).then(|| quote!(impl #name { #(#makers)* }))
    }

    fn debug(&self) -> TokenStream {
        let Self { private, all } = self;
        let name = &all.item.ident;
        let text = name.unraw().to_string();
        let fields = all.properties.iter().map(|property| {
            let Property {
                field,
                name,
                secret,
                conditions,
                ..
            } = property;
            let text = field.unraw().to_string();
            let key = &name.value;
            let shows = if *secret {
                quote!(shown.secret(#text))
            } else {
                quote!(shown.field(#text, #key, #private::DebugOf(&self.#field).shown()))
            };
            quote!(#(#[cfg(#conditions)])* #shows;)
        });
        quote! {
            impl #private::ShowFields for #name {
                fn show_fields(&self, shown: &mut #private::Shown<'_, '_>) {
                    #(#fields)*
                }
            }
            #private::properties_write_their_own_debug_remove_yours!(#name, #text);
        }
    }
}

/// The hidden function that makes a field's default.
fn default_name(property: &Property) -> Ident {
    format_ident!(
        "__default_of_{}",
        property.field.unraw(),
        span = ours(property.field.span())
    )
}
