//! Which keys speak of secrets. One answer for all: the server masks by it, messages leave values out by it, and the
//! test kit looks for leaks by it.

/// Parts of keys that speak of secrets, in lower case and without separators. What Ironic masks by its key is masked
/// by these: its list is that of `oslo_utils.strutils`, of which those that have another one of these in them are left
/// out.
const PARTS: [&str; 35] = [
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
    // From here on those that only OpenStack has.
    "adminpass",
    "barbicansimplecryptokek",
    "cephadminkey",
    "cephclientkey",
    "cephclusterfsid",
    "cephmanilaclientkey",
    "cephmdskey",
    "cephmonkey",
    "cephrgwkey",
    "configdrive",
    "designaterndckey",
    "encryptedkey",
    "fernetkey",
    "migrationsshkey",
    "newpass",
    "octaviaheartbeatkey",
    "rabbitcookie",
    "sslkey",
    "swifthashsuffix",
    "syspswd",
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
            "fernet_key",
            "sslKey",
            "configdrive",
            "ceph_mon_key",
            "swift-hash-suffix",
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
