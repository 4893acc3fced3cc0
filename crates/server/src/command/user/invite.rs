//! `chancery user invite` and `chancery user reset`: links, mailed or printed.

use clap::Args;
use provider::{
    Issuer,
    administration::{AdminError, Administration},
    mail,
    one_time::{Issued, Kind},
    people::{reset, sign_up},
};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use crate::{
    location::{Deployment, Location},
    output::Output,
};

/// Who is invited.
#[derive(Args, Debug)]
pub struct Invite {
    /// The mail address that the account is to have. Whoever has the link is taken at its word for it.
    address: String,
    /// The username that the form suggests.
    #[arg(long)]
    username: Option<String>,
    /// The name that the form suggests.
    #[arg(long)]
    name: Option<String>,
    /// Print the link and mail nothing. It is printed as well where mail is off.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Whose password.
#[derive(Args, Debug)]
pub struct Reset {
    user: String,
    /// Print the link and mail nothing. It is printed as well where mail is off.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// A link that was made.
struct Made {
    issued: Issued,
    /// Where it was mailed to.
    mailed: Option<String>,
    issuer: Issuer,
}

impl Invite {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        let invitation = sign_up::Invitation { address: self.address, username: self.username, name: self.name };
        let act = async |administration: &Administration, mailed| {
            let issued = sign_up::invite(administration, &invitation, mailed).await?;
            Ok((issued, mailed.then(|| invitation.address.clone())))
        };
        make(&self.location, self.print, act).await?.say(&self.output, Kind::Invitation, &invitation.address)
    }
}

impl Reset {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        let act =
            async |administration: &Administration, mailed| reset::issue(administration, &self.user, mailed).await;
        make(&self.location, self.print, act).await?.say(&self.output, Kind::ResetPassword, &self.user)
    }
}

async fn make(
    location: &Location,
    print: bool,
    act: impl AsyncFnOnce(&Administration, bool) -> Result<(Issued, Option<String>), AdminError>,
) -> anyhow::Result<Made> {
    let deployment: Deployment = location.find().await?;
    let outcome = prepare(&deployment, print, act).await;
    deployment.close().await;
    outcome
}

async fn prepare(
    deployment: &Deployment,
    print: bool,
    act: impl AsyncFnOnce(&Administration, bool) -> Result<(Issued, Option<String>), AdminError>,
) -> anyhow::Result<Made> {
    let settings = deployment.config.settings()?;
    let administration = deployment.administration()?;
    let (issued, mailed) = act(&administration, mail::is_on(&settings) && !print).await?;
    Ok(Made { issued, mailed, issuer: settings.issuer })
}

impl Made {
    fn say(self, output: &Output, kind: Kind, who: &str) -> anyhow::Result<()> {
        let Self { issued, mailed, issuer } = self;
        let until = issued.expires_at.format(&Rfc3339)?;
        let link = issuer.endpoint(&format!("{}?token={}", kind.path(), issued.token));
        // What was mailed is its reader's alone.
        let shown = mailed.is_none().then_some(&link);
        let report = json!({ "user": who, "mailed_to": mailed, "link": shown, "expires_at": until });
        output.print(&report, |_| match &mailed {
            Some(address) => format!("A link is on its way to {address}. It works until {until}."),
            None => format!("{link}\n\nIt works once, until {until}. Whoever has it can use it."),
        })
    }
}
