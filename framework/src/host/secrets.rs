//! Which keys speak of secrets. One answer for all: the server masks by it, messages leave values out by it, and the
//! test kit looks for leaks by it.

/// Parts of keys that speak of secrets, in lower case and without separators.
const PARTS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "community",
    "privatekey",
    "privkey",
    "authkey",
    "apikey",
    "accesskey",
    "kgkey",
    "encryptionkey",
    "signingkey",
];

/// Words that do so only by themselves: `bmc_pass`, but not `bypass`.
const WORDS: [&str; 4] = ["pass", "pwd", "psk", "passcode"];

/// Whether a key's name says that its value is a secret.
#[must_use]
pub fn speaks_of_secrets(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let compact: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    PARTS.iter().any(|part| compact.contains(part))
        || lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_speak_of_secrets_and_names_that_do_not() {
        for key in [
            "password",
            "Admin_Password",
            "SecretRef",
            "API-Key",
            "privateKey",
            "snmp_community_read",
            "sshPrivateKey",
            "ipmi_hex_kg_key",
            "X-Auth-Token",
            "bmc.pass",
            "pwd",
        ] {
            assert!(speaks_of_secrets(key), "{key}");
        }
        for key in [
            "ipmi_username",
            "redfish_address",
            "passthrough",
            "bypass",
            "key_type",
            "keyboard",
            "compass",
            "port",
        ] {
            assert!(!speaks_of_secrets(key), "{key}");
        }
    }
}
