//! `[outbound]`: what the server itself may reach.

use std::path::PathBuf;

use ipnet::IpNet;

use super::section::section;

section! {
    /// What the server itself may reach: clients' `jwks_uri` and back-channel logout. Private addresses are refused
    /// unless they are named here.
    Outbound {
        /// Private networks that may be reached after all.
        allowed_networks: Vec<IpNet> = Vec::new() => "[\"10.20.0.0/16\"]",
        /// PEM files of certificate authorities to trust besides the public ones.
        extra_ca_files: Vec<PathBuf> = Vec::new() => "[\"/etc/ssl/company-ca.pem\"]",
    }
}
