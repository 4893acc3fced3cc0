//! A mail host: takes what it is told to take, in clear or encrypted, and keeps it.

use std::{
    collections::VecDeque,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use mailparse::MailHeaderMap;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::{spawn, until, world};

/// How the way to it is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In clear.
    Plain,
    /// STARTTLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// What becomes of the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// 250.
    Taken,
    /// 451.
    Later,
    /// 550.
    Never,
    /// No answer.
    Hangs,
}

/// A mail that came.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The recipient of the envelope.
    pub to: String,
    /// Head and body as they came.
    pub raw: String,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// User name and password.
    pub login: Option<(String, String)>,
}

impl Mail {
    fn parts(&self) -> (String, String) {
        let parsed = mailparse::parse_mail(self.raw.as_bytes()).expect("a mail");
        let part = |kind: &str| {
            let found = parsed.subparts.iter().find(|part| part.ctype.mimetype == kind);
            found.unwrap_or_else(|| panic!("no {kind}")).get_body().expect("its body").replace("\r\n", "\n")
        };
        (part("text/plain"), part("text/html"))
    }

    /// The plain part.
    pub fn text(&self) -> String {
        self.parts().0
    }

    /// The HTML part.
    pub fn html(&self) -> String {
        self.parts().1
    }

    /// A header, decoded.
    pub fn header(&self, name: &str) -> String {
        let parsed = mailparse::parse_mail(self.raw.as_bytes()).expect("a mail");
        parsed.headers.get_first_value(name).unwrap_or_else(|| panic!("no {name} in {}", self.raw))
    }

    /// The line that is a link.
    pub fn link(&self) -> String {
        let text = self.text();
        let link = text.lines().find(|line| line.starts_with("http") && line.contains("token="));
        link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
    }

    /// The token of that link.
    pub fn token(&self) -> String {
        self.link().split_once("token=").expect("a token").1.to_owned()
    }

    /// The code, as it is shown.
    pub fn code(&self) -> String {
        let text = self.text();
        let code = text.lines().find_map(|line| line.strip_prefix("Your code: "));
        code.unwrap_or_else(|| panic!("no code in {text}")).to_owned()
    }
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    fates: VecDeque<Fate>,
    commands: Vec<String>,
}

/// The mail host.
#[derive(Clone, Debug)]
pub struct Sink {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// The certificate of its own making.
    pub certificate: PathBuf,
    state: Arc<Mutex<State>>,
}

struct Session {
    way: Way,
    tls: Option<TlsAcceptor>,
    state: Arc<Mutex<State>>,
    encrypted: bool,
    login: Option<(String, String)>,
}

impl Sink {
    /// In clear, and lets everybody in.
    pub async fn start() -> Self {
        Self::protected(Way::Plain).await
    }

    /// Encrypted, with a certificate for `localhost`; lets in who has a user name and a password.
    pub async fn protected(way: Way) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let folder = world::scratch();
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        let certificate = folder.join(format!("mail-host-{port}.pem"));
        std::fs::write(&certificate, made.cert.pem()).expect("the certificate's file");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a TLS server");
        let tls = TlsAcceptor::from(Arc::new(config));
        let state = Arc::<Mutex<State>>::default();
        let sink = Self { port, certificate, state: Arc::clone(&state) };
        spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, state) = (tls.clone(), Arc::clone(&state));
                tokio::spawn(async move {
                    let mut session = Session { way, tls: None, state, encrypted: false, login: None };
                    match way {
                        Way::Tls => {
                            session.encrypted = true;
                            let Ok(stream) = tls.accept(stream).await else { return };
                            session.serve(stream).await;
                        }
                        Way::Plain => drop(session.serve(stream).await),
                        Way::StartTls => {
                            session.tls = Some(tls.clone());
                            let Some(stream) = session.serve(stream).await else { return };
                            session.encrypted = true;
                            let Ok(stream) = tls.accept(stream).await else { return };
                            session.tls = None;
                            session.serve(stream).await;
                        }
                    }
                });
            }
        });
        sink
    }

    /// What becomes of the next ones; those after them are taken.
    pub fn next(&self, fates: &[Fate]) {
        self.state().fates.extend(fates);
    }

    /// What came.
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.clone()
    }

    /// Everything that was said to it, passwords left out.
    pub fn commands(&self) -> Vec<String> {
        self.state().commands.clone()
    }

    /// Waits for the first mail to an address.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.mails_to(address, 1).await.remove(0)
    }

    /// Waits until so many have come to an address.
    pub async fn mails_to(&self, address: &str, count: usize) -> Vec<Mail> {
        until(&format!("{count} mails to {address}"), Duration::from_secs(20), async || {
            let found: Vec<_> = self.mails().into_iter().filter(|mail| mail.to == address).collect();
            (found.len() >= count).then_some(found)
        })
        .await
    }

    /// The settings of a deployment that hands its mail in here.
    pub fn settings(&self) -> Vec<world::Setting> {
        vec![
            ("mail", "host", "\"127.0.0.1\"".to_owned()),
            ("mail", "port", self.port.to_string()),
            ("mail", "security", "\"none\"".to_owned()),
            ("mail", "from", "\"Example ID <id@example.test>\"".to_owned()),
            ("theme", "service", "\"Example ID\"".to_owned()),
        ]
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Speaks SMTP until the end, or until STARTTLS, which gives the stream back.
    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: S) -> Option<S> {
        let mut stream = BufReader::new(stream);
        // After STARTTLS, the greeting has been said.
        if !(self.way == Way::StartTls && self.encrypted) {
            say(&mut stream, "220 localhost ESMTP").await?;
        }
        let mut to = String::new();
        loop {
            let line = hear(&mut stream).await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let shown = if verb == "AUTH" { "AUTH".to_owned() } else { line.clone() };
            self.state.lock().unwrap_or_else(PoisonError::into_inner).commands.push(shown);
            match verb.as_str() {
                "EHLO" => {
                    let mut offers = vec!["localhost", "8BITMIME"];
                    if self.tls.is_some() {
                        offers.push("STARTTLS");
                    }
                    if self.encrypted {
                        offers.push("AUTH PLAIN");
                    }
                    let last = offers.len() - 1;
                    let lines = offers.iter().enumerate().map(|(index, offer)| match index == last {
                        true => format!("250 {offer}"),
                        false => format!("250-{offer}"),
                    });
                    say(&mut stream, &lines.collect::<Vec<_>>().join("\r\n")).await?;
                }
                "STARTTLS" if self.tls.is_some() => {
                    say(&mut stream, "220 go ahead").await?;
                    return Some(stream.into_inner());
                }
                "AUTH" => {
                    let given = line.rsplit(' ').next().and_then(|given| STANDARD.decode(given).ok());
                    let given = String::from_utf8(given.unwrap_or_default()).expect("UTF-8");
                    let mut given = given.split('\0').skip(1).map(str::to_owned);
                    self.login = given.next().zip(given.next());
                    let good = self.login.as_ref().is_some_and(|(_, password)| password == PASSWORD);
                    say(&mut stream, if good { "235 welcome" } else { "535 5.7.8 no such user" }).await?;
                }
                "RCPT" => {
                    to = line
                        .split_once('<')
                        .and_then(|(_, rest)| rest.split_once('>'))
                        .expect("<address>")
                        .0
                        .to_owned();
                    let fate = self.state.lock().unwrap_or_else(PoisonError::into_inner).fates.pop_front();
                    match fate.unwrap_or(Fate::Taken) {
                        Fate::Taken => say(&mut stream, "250 ok").await?,
                        Fate::Later => say(&mut stream, &format!("451 4.2.1 <{to}> later, please")).await?,
                        Fate::Never => say(&mut stream, &format!("550 5.1.1 <{to}> nobody of that name")).await?,
                        Fate::Hangs => tokio::time::sleep(Duration::from_secs(600)).await,
                    }
                }
                "DATA" => {
                    say(&mut stream, "354 go ahead").await?;
                    let mut raw = String::new();
                    loop {
                        let line = hear(&mut stream).await?;
                        if line == "." {
                            break;
                        }
                        raw += line.strip_prefix('.').unwrap_or(&line);
                        raw += "\r\n";
                    }
                    let mail = Mail { to: to.clone(), raw, encrypted: self.encrypted, login: self.login.clone() };
                    self.state.lock().unwrap_or_else(PoisonError::into_inner).mails.push(mail);
                    say(&mut stream, "250 taken").await?;
                }
                "QUIT" => {
                    say(&mut stream, "221 bye").await;
                    return None;
                }
                _ => say(&mut stream, "250 ok").await?,
            }
        }
    }
}

/// The only password that is let in.
pub const PASSWORD: &str = "the password of the mail host";

async fn say<S: AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) -> Option<()>
where
    BufReader<S>: AsyncWrite,
{
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
