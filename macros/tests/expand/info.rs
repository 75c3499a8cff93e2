// Everything that a struct of properties can hold.
/// How Acme controllers are reached.
#[properties]
#[derive(Clone)]
pub struct AcmeInfo {
    /// Where the controller answers.
    pub address: String,
    /// Its port.
    #[property(default = 623, name = "acme-port")]
    port: u16,
    /// Who logs in.
    #[cfg(feature = "login")]
    user: Option<String>,
    /// What nobody may see.
    #[property(secret)]
    password: Option<String>,
}
