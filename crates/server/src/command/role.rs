//! `chancery role …`, and giving roles to people and clients.

use clap::{Args, Subcommand};
use provider::{
    administration::{AdminError, Administration},
    roles::{self, NewRole, RoleView},
};
use serde_json::json;

use super::{administer, resource::lines, yes};
use crate::{
    location::Location,
    output::{Output, table},
};

/// Roles: what administrators may do. `role show owner` lists every permission.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// List roles.
    List(List),
    /// Show one role.
    Show(One),
    /// Make a role.
    Create(Create),
    /// Delete a role that nobody holds.
    Delete(One),
}

/// All of them.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which role.
#[derive(Args, Debug)]
pub struct One {
    name: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// What the role permits.
#[derive(Args, Debug)]
pub struct Create {
    name: String,
    /// What it is for, in plain words.
    #[arg(long, default_value = "")]
    description: String,
    /// A permission, such as clients:read.
    #[arg(long = "permission", value_name = "PERMISSION", required = true)]
    permissions: Vec<String>,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Role {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(List { location, output }) => {
                let found = administer(&location, async |a| Ok(roles::list(&a).await?)).await?;
                output.print(&found, |roles| {
                    let row = |role: &RoleView| {
                        vec![
                            role.name.clone(),
                            yes(role.shipped),
                            role.people.to_string(),
                            role.clients.to_string(),
                            role.description.clone(),
                        ]
                    };
                    table(&["ROLE", "SHIPPED", "PEOPLE", "CLIENTS", "FOR"], &roles.iter().map(row).collect::<Vec<_>>())
                })
            }
            Self::Show(One { name, location, output }) => {
                let role = administer(&location, async |a| Ok(roles::show(&a, &name).await?)).await?;
                output.print(&role, lines)
            }
            Self::Create(Create { name, description, permissions, location, output }) => {
                let role = NewRole { name, description, permissions };
                let made = administer(&location, async |a| Ok(roles::create(&a, &role).await?)).await?;
                output.print(&made, lines)
            }
            Self::Delete(One { name, location, output }) => {
                administer(&location, async |a| Ok(roles::delete(&a, &name).await?)).await?;
                output.print(&json!({ "role": name, "changed": true }), |_| format!("The role {name} is deleted."))
            }
        }
    }
}

/// Whose role, and which.
#[derive(Args, Debug)]
pub struct Holding {
    /// A person or a client, by name.
    holder: String,
    role: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Holding {
    /// Gives or takes it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(
        self,
        act: impl AsyncFnOnce(&Administration, &str, &str) -> Result<bool, AdminError>,
        done: &str,
        before: &str,
    ) -> anyhow::Result<()> {
        let Self { holder, role, location, output } = self;
        let changed = administer(&location, async |a| Ok(act(&a, &holder, &role).await?)).await?;
        let report = json!({ "holder": holder, "role": role, "changed": changed });
        output.print(&report, |_| format!("{holder} {} the role {role}.", if changed { done } else { before }))
    }
}
