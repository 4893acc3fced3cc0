//! One running instance of the real binary.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

use super::{binary, undertaker, world::Home};

/// How long a server may take to be ready. (A release build takes a fraction of a second.)
const START: Duration = Duration::from_secs(20);
/// How long it may take to stop.
const STOP: Duration = Duration::from_secs(15);

/// Where an instance listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// What clients reach.
    pub public: u16,
    /// Health and metrics.
    pub management: u16,
}

impl Ports {
    /// Two ports that nobody uses. Below those that the system hands out, so that no other test's connection takes
    /// one meanwhile.
    pub fn pick() -> Self {
        Self { public: free_port(), management: free_port() }
    }
}

/// A port that nobody uses.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 10_000 + u16::try_from(std::process::id() % 40 * 240).expect("less than 9600");
    for _ in 0..2000 {
        let port = start + NEXT.fetch_add(1, Ordering::Relaxed) % 2000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {start} on");
}

/// A running instance. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub ports: Ports,
    child: Mutex<Option<Child>>,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts `chancery serve` and waits until it is ready.
    pub async fn start(home: &Home, ports: Ports) -> Self {
        let server = Self::launch(home, ports);
        server.wait_until_ready().await;
        server
    }

    /// Starts it and waits for nothing.
    pub fn launch(home: &Home, ports: Ports) -> Self {
        let mut command = home.command(["serve"]);
        command
            .env("CHANCERY__SERVER__LISTEN", format!("127.0.0.1:{}", ports.public))
            .env("CHANCERY__SERVER__MANAGEMENT_LISTEN", format!("127.0.0.1:{}", ports.management));
        Self::spawn(command, ports)
    }

    /// Starts whatever serves at these ports.
    pub fn spawn(mut command: Command, ports: Ports) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", binary::path().display()));
        undertaker::started(child.id());
        let log = Arc::new(Mutex::new(String::new()));
        keep(child.stdout.take().expect("piped"), &log);
        keep(child.stderr.take().expect("piped"), &log);
        Self { ports, child: Mutex::new(Some(child)), log }
    }

    /// Waits until it says that it is ready.
    pub async fn wait_until_ready(&self) {
        let deadline = Instant::now() + START;
        let url = format!("http://127.0.0.1:{}/readyz", self.ports.management);
        let client = super::http::client();
        loop {
            if let Ok(reply) = client.get(&url).send().await
                && reply.status().is_success()
            {
                return;
            }
            assert!(self.is_running(), "the server ended before it was ready:\n{}", self.log());
            assert!(Instant::now() < deadline, "the server is not ready after {START:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Where clients reach it.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.public))
    }

    /// Everything it logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.with_child(|child| child.as_ref().expect("a running server").id())
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.with_child(|child| child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None))))
    }

    fn with_child<T>(&self, f: impl FnOnce(&mut Option<Child>) -> T) -> T {
        f(&mut self.child.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
        assert!(status.success(), "kill -s {name} {pid}");
    }

    /// Pulls the plug.
    pub fn kill(&self) {
        if let Some(mut child) = self.with_child(Option::take) {
            let _ = child.kill();
            let _ = child.wait();
            undertaker::ended(child.id());
        }
    }

    /// Waits for its end; the exit code, `None` if a signal ended it.
    pub async fn wait(&self) -> Option<i32> {
        let code = super::until("the server exits", STOP, async || {
            self.with_child(|child| child.as_mut().expect("a server").try_wait().expect("its state"))
                .map(|status| status.code())
        })
        .await;
        if let Some(child) = self.with_child(Option::take) {
            undertaker::ended(child.id());
        }
        code
    }

    /// Stops it as an operator does.
    pub async fn stop(&self) -> Option<i32> {
        self.signal("TERM");
        self.wait().await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let panicked = self.log().contains("panicked at");
        assert!(!panicked || std::thread::panicking(), "the server panicked:\n{}", self.log());
    }
}

/// Keeps what the server says.
fn keep(stream: impl std::io::Read + Send + 'static, log: &Arc<Mutex<String>>) {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    });
}
