//! `[mail]`: where mail is handed in.

use std::net::IpAddr;

use outbound::mail::{MailOptions, Security, SmtpOptions, Transport, check_mailbox};

use super::{
    Config, ConfigError,
    section::section,
    setting::{Protection, Secret},
};

section! {
    /// Where mail is handed in: confirmations, links and codes, security notices. Without a host, no mail is sent, and
    /// what needs mail is not offered. Try it with `chancery doctor` and `chancery mail test ADDRESS`.
    Mail {
        /// The mail host that takes our mail: a name or an address. It may be a private one.
        host: String = String::new() => "smtp.example.com",
        /// Its port. 0: 465 for "tls", 587 for "starttls", 25 for "none".
        port: u16 = 0,
        /// How the way there is protected: "tls" from the first byte, "starttls" (required: a host that does not offer
        /// it gets nothing), or "none", which is for hosts on this machine only.
        security: Protection = Protection::Tls,
        /// With "none", hand mail to another machine in clear after all: links that sign people in can then be read on
        /// the way. A password is never sent so.
        allow_plaintext: bool = false,
        /// The user name, if the host wants one.
        username: String = String::new() => "chancery",
        /// Its password.
        password: Secret = Secret::default() => "a password",
        /// The sender, with the name that people see.
        from: String = String::new() => "Example <no-reply@example.com>",
        /// Where answers go, if elsewhere.
        reply_to: String = String::new() => "Example support <help@example.com>",
    }
}

impl Mail {
    fn security(&self) -> Security {
        match self.security {
            Protection::Tls => Security::Tls,
            Protection::Starttls => Security::StartTls,
            Protection::None => Security::Plain,
        }
    }

    /// Whether mail stays on this machine.
    fn is_local(&self) -> bool {
        let name = self.host.to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

impl Config {
    /// How mail is sent.
    pub fn mail_options(&self) -> MailOptions {
        let mail = &self.mail;
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let transport = match (mail.host.is_empty(), self.trap_mail) {
            (true, false) => Transport::Off,
            (true, true) => Transport::Trap,
            (false, _) => Transport::Smtp(SmtpOptions {
                host: mail.host.clone(),
                port: if mail.port == 0 { mail.security().default_port() } else { mail.port },
                security: mail.security(),
                credentials: text(&mail.username).zip(mail.password.get().cloned()),
                hello: self.issuer_host(),
                extra_ca_files: self.outbound.extra_ca_files.clone(),
            }),
        };
        let nobody = || format!("{:?} <no-reply@{}>", self.theme.service, self.issuer_host());
        MailOptions { transport, from: text(&mail.from).unwrap_or_else(nobody), reply_to: text(&mail.reply_to) }
    }

    fn issuer_host(&self) -> String {
        let url = url::Url::parse(&self.server.issuer).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "localhost".to_owned())
    }
}

/// What production must not start with.
pub fn problems(config: &Config, problems: &mut Vec<ConfigError>) {
    let mail = &config.mail;
    let mut refuse = |key: &str, what: &str| problems.push(config.error(key, what));
    if mail.host.is_empty() {
        // Somebody wanted mail, and would not get any.
        for key in ["mail.username", "mail.password", "mail.from", "mail.reply_to"] {
            if config.origin(key).is_some() {
                return refuse(key, "means nothing without mail.host");
            }
        }
        return;
    }
    let is_name = url::Host::parse(&mail.host).is_ok() || mail.host.parse::<IpAddr>().is_ok();
    if !is_name {
        refuse("mail.host", "must be a name or an address, without scheme and port");
    }
    if mail.from.is_empty() {
        refuse("mail.from", "is missing: who is the sender?");
    }
    for (key, value) in [("mail.from", &mail.from), ("mail.reply_to", &mail.reply_to)] {
        if let (false, Err(error)) = (value.is_empty(), check_mailbox(value)) {
            refuse(key, &error);
        }
    }
    if !mail.username.is_empty() && mail.password.get().is_none() {
        refuse("mail.username", "has no mail.password");
    }
    if mail.username.is_empty() && mail.password.get().is_some() {
        refuse("mail.password", "has no mail.username");
    }
    if mail.security == Protection::None && !mail.is_local() {
        if mail.password.get().is_some() {
            refuse("mail.security", "must not be \"none\" with a password: it would travel in clear");
        } else if !mail.allow_plaintext {
            let what = "must not be \"none\": links that sign people in would travel in clear. Use \"tls\" or \
                        \"starttls\", or say allow_plaintext = true";
            refuse("mail.security", what);
        }
    }
}
