#![allow(clippy::unwrap_used)]

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use storage::{Database, DatabaseOptions, schema};

use super::*;

/// A folder that PostgreSQL's user can get to. `None` where there is no PostgreSQL to test with.
fn folder() -> Option<tempfile::TempDir> {
    if let Err(missing) = Binaries::find(None) {
        eprintln!("skipped: {missing:#}");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
    Some(folder)
}

async fn migrated(cluster: &Cluster) -> Vec<i64> {
    schema::ensure_database(cluster.url()).await.unwrap();
    let options = DatabaseOptions {
        url: cluster.url().to_owned(),
        max_connections: 2,
        acquire_timeout: Duration::from_secs(5),
        answer_timeout: Duration::from_secs(5),
    };
    let database = Database::connect_lazy(&options).unwrap();
    let applied = schema::migrate(&database).await.unwrap();
    database.close().await;
    applied
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_goes_on_from_the_first() {
    let Some(folder) = folder() else { return };
    let place = folder.path().join("postgres");
    let data = place.join("data");
    let cluster = Cluster::start(&place).unwrap();
    let url = cluster.url().to_owned();
    assert!(Cluster::is_its_url(&place, &url));
    assert!(!migrated(&cluster).await.is_empty());
    cluster.stop().await;
    assert!(!data.join("postmaster.pid").exists(), "it stopped cleanly");

    let cluster = Cluster::start(&place).unwrap();
    assert_eq!(migrated(&cluster).await, Vec::<i64>::new(), "what was there is there");
    drop(cluster);
    assert!(!data.join("postmaster.pid").exists(), "dropped, it stops as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_says_what_to_do() {
    let Some(folder) = folder() else { return };
    let place = folder.path().join("postgres");
    fs::create_dir_all(place.join("data")).unwrap();
    let said = Cluster::start(&place).unwrap_err().to_string();
    assert!(said.contains("PG_VERSION") && said.contains("delete it"), "{said}");
    fs::write(place.join("data/PG_VERSION"), "9\n").unwrap();
    let said = Cluster::start(&place).unwrap_err().to_string();
    assert!(said.contains("PostgreSQL 9") && said.contains("--data"), "{said}");
    // A first start that was killed leaves a half-made folder, which is no hindrance.
    fs::remove_dir_all(place.join("data")).unwrap();
    fs::create_dir_all(place.join("data.new")).unwrap();
    fs::write(place.join("data.new/rubbish"), "").unwrap();
    let cluster = Cluster::start(&place).unwrap();
    cluster.stop().await;
    // A server that cannot start says why.
    fs::write(place.join("data/postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let said = Cluster::start(&place).unwrap_err().to_string();
    assert!(said.contains("did not start") && said.contains("postgresql.conf"), "{said}");
}

#[test]
fn a_door_fits_its_path() {
    let socket = Door::Socket(PathBuf::from("/tmp/a folder/socket"));
    assert_eq!(socket.url("pw"), "postgres://chancery:pw@localhost/chancery?host=%2Ftmp%2Fa+folder%2Fsocket");
    assert_eq!(Door::Port(5000).url("pw"), "postgres://chancery:pw@127.0.0.1:5000/chancery");
    let long = PathBuf::from(format!("/{}", "x".repeat(120)));
    assert!(matches!(Door::choose(&long, &Runner::Ourselves), Ok(Door::Port(_))));
}
