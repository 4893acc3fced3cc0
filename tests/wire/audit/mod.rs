//! The audit trail: sealed within a moment, proven, and nothing that somebody does to it in the database unseen.

mod chain;
mod keep;
mod read;
mod tamper;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use provider::{
    Context, Issuer, Provider, RequestInfo, Settings,
    audit::verify::{self, Asked, Report},
};
use storage::{Database, DatabaseOptions, sealed::SealingKeys};
use zeroize::Zeroizing;

use crate::harness::{World, binary::Said, until, world};

/// How long sealing may take on a machine on which other tests hold transactions open.
const SOON: Duration = Duration::from_secs(20);

impl World {
    /// Waits until nothing waits to be sealed.
    async fn until_sealed(&self) {
        until("everything is sealed", SOON, async || {
            (self.database.count("select count(*) from journal").await == 0).then_some(())
        })
        .await;
    }

    /// Has everything sealed where no server runs.
    async fn seal(&self) {
        until("everything is sealed", SOON, async || {
            self.command(["audit", "seal"]).await.ok();
            (self.database.count("select count(*) from journal").await == 0).then_some(())
        })
        .await;
    }

    async fn stop(&self) {
        for server in &self.servers {
            assert_eq!(server.stop().await, Some(0), "{}", server.log());
        }
    }

    async fn audit_verify(&self) -> Said {
        self.command(["audit", "verify", "--json"]).await
    }

    async fn end(&self) -> i64 {
        self.database.count("select seq from audit_head").await
    }
}

/// The same code as the command's, without a process for each time.
struct Eye(Arc<Provider>);

impl Eye {
    async fn of(world: &World) -> Self {
        let options = DatabaseOptions {
            url: world.database.url.clone(),
            max_connections: 6,
            acquire_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(30),
        };
        let mut settings = Settings::new(Issuer::parse(world.issuer()).unwrap());
        settings.mail.transport = outbound::mail::Transport::Trap;
        settings.mail.from = "id@example.test".to_owned();
        let key = world::sealing_key();
        let key: [u8; 32] = STANDARD.decode(key.strip_prefix("1:").unwrap()).unwrap().try_into().unwrap();
        let sealing = SealingKeys::new(&[(1, Zeroizing::new(key))]).unwrap();
        Self(Provider::start(settings, Database::connect_lazy(&options).unwrap(), sealing).await.unwrap())
    }

    fn context(&self) -> Context {
        self.0.begin(RequestInfo::of_nobody())
    }

    async fn verify(&self) -> Report {
        verify::run(&self.context(), &Asked::default(), &mut |_, _| {}).await.unwrap()
    }

    async fn verify_against(&self, checkpoint: &str) -> Report {
        let asked = Asked { checkpoint: Some(checkpoint.to_owned()), ..Asked::default() };
        verify::run(&self.context(), &asked, &mut |_, _| {}).await.unwrap()
    }
}

/// The first broken place: its record.
#[track_caller]
fn broken_at(report: &Report) -> i64 {
    let broken = report.broken.as_ref().unwrap_or_else(|| panic!("nobody noticed: {report:?}"));
    assert!(!report.proven);
    broken.seq.unwrap_or_else(|| panic!("no record: {broken:?}"))
}

/// A file of this world's.
fn file(world: &World, name: &str, content: &str) -> PathBuf {
    let path = world.home.folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn since(begun: Instant) -> String {
    format!("{:?}", begun.elapsed())
}
