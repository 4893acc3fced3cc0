//! `chancery user …`

mod export;
mod import;
mod invite;

use std::{io::IsTerminal, path::PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};
use provider::{
    people::{self, NewUser, Password, UserView},
    roles,
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{Paging, administer, read_text, role::Holding, yes};
use crate::{
    location::Location,
    output::{Output, table},
};

/// People who sign in. They are named by username, verified mail address or id.
#[derive(Debug, Subcommand)]
pub enum User {
    /// List people.
    List(List),
    /// Show one person.
    Show(One),
    /// Make an account.
    Create(Create),
    /// Let a disabled person sign in again. What they had stays ended.
    Enable(One),
    /// Keep a person out: nothing new, and what they have ends everywhere.
    Disable(One),
    /// Delete a person with everything that is theirs.
    Delete(One),
    /// Give a person another password and end all that they have.
    SetPassword(SetPassword),
    /// Make a link with which a person chooses a new password. Until it is used, the old one goes on working.
    Reset(invite::Reset),
    /// Make a link with which somebody sets up an account of their own.
    Invite(invite::Invite),
    /// Say that a person signs in with a second factor only.
    RequireFactor(RequireFactor),
    /// Give a person a role. From then on they sign in with two factors.
    GrantRole(Holding),
    /// Take a role from a person.
    RevokeRole(Holding),
    /// Sign a person out everywhere. What outlives a session goes on, and they may sign in again.
    EndSessions(One),
    /// Bring people from elsewhere, one a line of a file. A second run goes on where the first one stopped.
    Import(import::Import),
    /// Write people, one a line, as `import` reads them.
    Export(export::Export),
}

/// Which people.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Who.
#[derive(Args, Debug)]
pub struct One {
    user: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Who, and with what.
#[derive(Args, Debug)]
pub struct Create {
    username: String,
    /// The mail address.
    #[arg(long)]
    email: Option<String>,
    /// The address is known to be the person's: one can sign in with it.
    #[arg(long, requires = "email")]
    email_verified: bool,
    /// What people call them.
    #[arg(long)]
    name: Option<String>,
    /// A file with the password; `-` reads standard input. Without it there is no password yet.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Who, and whether.
#[derive(Args, Debug)]
pub struct RequireFactor {
    user: String,
    /// Require it no more.
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Whose password.
#[derive(Args, Debug)]
pub struct SetPassword {
    user: String,
    /// A file with the password; `-` reads standard input.
    #[arg(long, value_name = "FILE", default_value = "-")]
    password_file: PathBuf,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl User {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(one) => {
                let name = &one.user;
                let user = administer(&one.location, async |a| Ok(people::show(&a, name).await?)).await?;
                one.output.print(&user, super::resource::lines)
            }
            Self::Create(create) => create.run().await,
            Self::Enable(one) => {
                let name = &one.user;
                let changed = administer(&one.location, async |a| Ok(people::enable(&a, name).await?)).await?;
                one.said(changed, "enabled")
            }
            Self::Disable(one) => {
                let name = &one.user;
                let changed = administer(&one.location, async |a| Ok(people::disable(&a, name).await?)).await?;
                one.said(changed, "disabled")
            }
            Self::Delete(one) => {
                let name = &one.user;
                administer(&one.location, async |a| Ok(people::delete(&a, name).await?)).await?;
                one.said(true, "deleted")
            }
            Self::Reset(reset) => reset.run().await,
            Self::Invite(invite) => invite.run().await,
            Self::RequireFactor(require) => require.run().await,
            Self::EndSessions(one) => {
                let name = &one.user;
                let ended = administer(&one.location, async |a| Ok(people::end_sessions(&a, name).await?)).await?;
                one.output.print(&ended, |ended| match ended.sessions {
                    0 => format!("{name} was signed in nowhere."),
                    _ => format!(
                        "{name} is signed out: {} sessions and {} grants ended, {} apps are told.",
                        ended.sessions, ended.grants, ended.told
                    ),
                })
            }
            Self::GrantRole(holding) => holding.run(roles::grant_to_person, "has", "had").await,
            Self::RevokeRole(holding) => holding.run(roles::revoke_from_person, "no longer has", "did not have").await,
            Self::Import(import) => import.run().await,
            Self::Export(export) => export.run().await,
            Self::SetPassword(set) => {
                let password = password(&set.password_file)?;
                let name = &set.user;
                let act = administer(&set.location, async |a| Ok(people::set_password(&a, name, password).await?));
                set.output.print(&act.await?, |user| format!("{} has another password.", user.username))
            }
        }
    }
}

fn password(file: &std::path::Path) -> anyhow::Result<SecretString> {
    if file == std::path::Path::new("-") && std::io::stdin().is_terminal() {
        bail!("a typed password would be seen: name a file with --password-file, or pipe it in");
    }
    Ok(read_text(file)?.trim_end_matches(['\r', '\n']).into())
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let Self { paging, location, output } = self;
        let found = administer(&location, async |a| {
            let read = async |after: Option<String>, limit| {
                let after = match after {
                    Some(id) if id.parse::<provider::id::UserId>().is_err() => Some(people::show(&a, &id).await?.id),
                    Some(id) => id.parse().ok(),
                    None => None,
                };
                Ok(people::list(&a, after, limit).await?)
            };
            paging.collect(read, |user: &UserView| user.id.to_string()).await
        });
        output.print(&found.await?, |users| {
            let row = |user: &UserView| {
                vec![
                    user.username.clone(),
                    user.email.clone().unwrap_or_default(),
                    yes(user.enabled),
                    factors(user),
                    user.roles.as_ref().map(|roles| roles.join(",")).unwrap_or_default(),
                    user.id.to_string(),
                ]
            };
            table(&["USER", "EMAIL", "ENABLED", "FACTORS", "ROLES", "ID"], &users.iter().map(row).collect::<Vec<_>>())
        })
    }
}

/// What there is besides a password, in a word each, and whether one of them is required.
fn factors(user: &UserView) -> String {
    let found = user.factors.unwrap_or_default();
    let mut words = Vec::new();
    words.extend((found.passkeys > 0).then(|| format!("passkeys:{}", found.passkeys)));
    words.extend(found.totp.then(|| "totp".to_owned()));
    words.extend((found.recovery_codes > 0).then(|| format!("recovery:{}", found.recovery_codes)));
    let required = user.require_factor || user.roles.as_ref().is_some_and(|roles| !roles.is_empty());
    words.extend(required.then(|| "required".to_owned()));
    words.join(",")
}

impl RequireFactor {
    async fn run(self) -> anyhow::Result<()> {
        let Self { user, off, location, output } = self;
        let changed = administer(&location, async |a| Ok(people::require_factor(&a, &user, !off).await?)).await?;
        let report = json!({ "user": user, "require_factor": !off, "changed": changed });
        output.print(&report, |_| {
            let how = if off { "may sign in with one factor" } else { "signs in with a second factor only" };
            format!("{user} {how}{}.", if changed { "" } else { ", as before" })
        })
    }
}

impl One {
    fn said(&self, changed: bool, state: &str) -> anyhow::Result<()> {
        let report = json!({ "user": self.user, "changed": changed });
        self.output.print(&report, |_| match changed {
            true => format!("{} is {state}.", self.user),
            false => format!("{} was {state} already.", self.user),
        })
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let password = self.password_file.as_deref().map(password).transpose()?.map(Password::Plain);
        let name = self.name.map(|name| ("name".to_owned(), Value::String(name)));
        let user = NewUser {
            username: self.username,
            email: self.email,
            email_verified: self.email_verified,
            claims: Map::from_iter(name),
            password,
        };
        let made = administer(&self.location, async |a| Ok(people::create(&a, user).await?)).await?;
        self.output.print(&made, super::resource::lines)
    }
}
