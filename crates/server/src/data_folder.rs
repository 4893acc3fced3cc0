//! The folder of `chancery dev`: its database, its sealing key, its demo's secrets, and a configuration file that
//! tells all of it to the other commands.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    config::{Config, setting::SealingKeyList},
    embedded_postgres::{self, Cluster},
    location,
};

/// A data folder. One process at a time may hold it; others may look.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

/// Says that this process holds the folder, until it is dropped or the process ends.
#[derive(Debug)]
pub struct Held(#[allow(dead_code, reason = "holding it is its use")] File);

impl DataFolder {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let parents = path.parent().map_or(Ok(()), fs::create_dir_all);
        parents.with_context(|| format!("cannot make the data folder {}", path.display()))?;
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => bail!("cannot make the data folder {}: {error}", path.display()),
        }
        // Links and dots are resolved once: everything below is named by absolute paths.
        let path = path.canonicalize().with_context(|| format!("cannot enter {}", path.display()))?;
        Ok(Self { path })
    }

    /// A folder that `chancery dev` made before.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn existing(path: &Path) -> anyhow::Result<Self> {
        let found = path.canonicalize().ok().filter(|path| path.join("chancery.toml").is_file());
        let path = found
            .with_context(|| format!("{} is no data folder: start `chancery dev --data {0}` once", path.display()))?;
        Ok(Self { path })
    }

    /// Takes the folder for this process.
    ///
    /// # Errors
    /// One line when another process has it.
    pub fn hold(&self) -> anyhow::Result<Held> {
        match self.try_hold()? {
            Some(held) => Ok(held),
            None => bail!("another chancery dev uses {}: stop it, or give --data another folder", self.path.display()),
        }
    }

    fn try_hold(&self) -> anyhow::Result<Option<Held>> {
        let path = self.path.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Held(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => bail!("cannot lock {}: {error}", path.display()),
        }
    }

    /// A file or folder in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The configuration that `chancery dev` wrote. Only what has nothing to do with the database and its keys can
    /// be overridden by variables: `--data` comes first.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn config(&self) -> anyhow::Result<Config> {
        let mut variables = location::environment();
        variables.retain(|name, _| {
            let ours = name.starts_with("CHANCERY__DATABASE__") || name.starts_with("CHANCERY__SECRETS__");
            name != "DATABASE_URL" && !ours
        });
        Ok(Config::load(Some(&self.join("chancery.toml")), &variables)?)
    }

    /// Writes the configuration for the other commands.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_config(&self, issuer: &str, database_url: &str) -> anyhow::Result<()> {
        let text = format!(
            "# Written by `chancery dev` at each start, for `--data`.\n\
             [server]\nissuer = {issuer:?}\n\n[database]\nurl = {database_url:?}\n\n\
             [secrets]\nsealing_keys_file = \"sealing.key\"\n"
        );
        self.write("chancery.toml", text.as_bytes())
    }

    /// The sealing keys of this folder, made at the first start.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn sealing_keys(&self) -> anyhow::Result<SealingKeyList> {
        let path = self.join("sealing.key");
        if !path.exists() {
            self.write("sealing.key", format!("{}\n", *SealingKeyList::generate(1)).as_bytes())?;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        SealingKeyList::parse(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
    }

    /// Reads a file of ours, or makes it at the first start.
    ///
    /// # Errors
    /// One line that says what to do.
    pub fn remember<T: Serialize + DeserializeOwned>(&self, name: &str, make: impl FnOnce() -> T) -> anyhow::Result<T> {
        let path = self.join(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is broken: delete it to start anew", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let value = make();
                self.write(name, &serde_json::to_vec_pretty(&value)?)?;
                Ok(value)
            }
            Err(error) => bail!("cannot read {}: {error}", path.display()),
        }
    }

    /// Writes a file that only we may read, whole or not at all.
    fn write(&self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        let path = self.join(name);
        let unfinished = self.join(&format!("{name}.new"));
        let write = || {
            let _ = fs::remove_file(&unfinished);
            let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&unfinished)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// Starts the private PostgreSQL of this folder.
    ///
    /// # Errors
    /// One line that says what to do.
    pub async fn start_cluster(&self) -> anyhow::Result<Cluster> {
        let folder = self.path.clone();
        // Whoever runs PostgreSQL must get through to its own folder.
        if embedded_postgres::runs_as_another_user() {
            fs::set_permissions(&self.path, fs::Permissions::from_mode(0o711))
                .with_context(|| format!("cannot change the mode of {}", self.path.display()))?;
        }
        tokio::task::spawn_blocking(move || Cluster::start(&folder.join("postgres"))).await?
    }

    /// Starts the private PostgreSQL if this folder has one that does not run.
    ///
    /// # Errors
    /// One line that says what to do.
    pub async fn start_cluster_if_stopped(&self) -> anyhow::Result<Option<Cluster>> {
        let embedded = self.join("postgres").join("data").exists()
            && Cluster::is_its_url(&self.join("postgres"), self.config()?.database.url.expose());
        if !embedded {
            return Ok(None);
        }
        // Whoever holds the folder runs its database.
        let Some(held) = self.try_hold()? else { return Ok(None) };
        let mut cluster = self.start_cluster().await?;
        cluster.keep(held);
        Ok(Some(cluster))
    }
}
