/// How Acme controllers are reached.
#[derive(Clone)]
pub struct AcmeInfo {
    /// Where the controller answers.
    pub address: String,
    /// Its port.
    port: u16,
    /// Who logs in.
    #[cfg(feature = "login")]
    user: Option<String>,
    /// What nobody may see.
    password: Option<String>,
}
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
    use ::bessemer::__private::{HasNoDebug as _, RequiredByType as _};
    impl ::bessemer::__private::Properties for AcmeInfo {
        const PROPERTIES: &'static [::bessemer::__private::Property] = &[
            ::bessemer::__private::property::<String>()
                .named(
                    "address",
                    "Where the controller answers.",
                    false,
                    <::bessemer::__private::Presence<String>>::REQUIRED,
                    ::core::option::Option::None,
                ),
            ::bessemer::__private::property::<u16>()
                .named(
                    "acme-port",
                    "Its port.",
                    false,
                    false,
                    ::core::option::Option::Some(|| ::bessemer::__private::default_json::<
                        u16,
                    >(&Self::__default_of_port())),
                ),
            #[cfg(feature = "login")]
            ::bessemer::__private::property::<Option<String>>()
                .named(
                    "user",
                    "Who logs in.",
                    false,
                    <::bessemer::__private::Presence<Option<String>>>::REQUIRED,
                    ::core::option::Option::None,
                ),
            ::bessemer::__private::property::<Option<String>>()
                .named(
                    "password",
                    "What nobody may see.",
                    true,
                    <::bessemer::__private::Presence<Option<String>>>::REQUIRED,
                    ::core::option::Option::None,
                ),
        ];
        fn read(
            info: &::bessemer::__private::serde_json::Map<
                ::std::string::String,
                ::bessemer::__private::serde_json::Value,
            >,
        ) -> ::core::result::Result<Self, ::bessemer::__private::Error> {
            let read = || ::core::option::Option::Some(Self {
                address: (::bessemer::__private::property::<String>()
                    .take)(info, "address")?,
                port: (::bessemer::__private::property::<u16>()
                    .take_or)(info, "acme-port", Self::__default_of_port)?,
                #[cfg(feature = "login")]
                user: (::bessemer::__private::property::<Option<String>>()
                    .take)(info, "user")?,
                password: (::bessemer::__private::property::<Option<String>>()
                    .take)(info, "password")?,
            });
            read()
                .ok_or_else(|| ::bessemer::__private::bad_properties(
                    Self::PROPERTIES,
                    info,
                ))
        }
    }
    impl AcmeInfo {
        fn __default_of_port() -> u16 {
            623
        }
    }
    impl ::bessemer::__private::ShowFields for AcmeInfo {
        fn show_fields(&self, shown: &mut ::bessemer::__private::Shown<'_, '_>) {
            shown
                .field(
                    "address",
                    "address",
                    ::bessemer::__private::DebugOf(&self.address).shown(),
                );
            shown
                .field(
                    "port",
                    "acme-port",
                    ::bessemer::__private::DebugOf(&self.port).shown(),
                );
            #[cfg(feature = "login")]
            shown
                .field(
                    "user",
                    "user",
                    ::bessemer::__private::DebugOf(&self.user).shown(),
                );
            shown.secret("password");
        }
    }
    ::bessemer::__private::properties_write_their_own_debug_remove_yours!(
        AcmeInfo, "AcmeInfo"
    );
};
