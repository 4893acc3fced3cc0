//! `chancery audit list`.

use anyhow::bail;
use clap::Args;
use provider::audit::list::{self, Filter, Shown};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{moment, when};
use crate::{
    command::keys::{refused, with_context},
    location::Location,
    output::{Output, table},
};

/// What to look for.
#[derive(Args, Debug)]
pub struct List {
    /// Of a person: their id, username or mail address.
    #[arg(long, value_name = "WHO")]
    person: Option<String>,
    /// Of a client.
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// Of a session.
    #[arg(long, value_name = "ID")]
    session: Option<Uuid>,
    /// Of a token, by its `jti`.
    #[arg(long, value_name = "JTI")]
    token: Option<Uuid>,
    /// Of a grant.
    #[arg(long, value_name = "ID")]
    grant: Option<Uuid>,
    /// Of an event; `token.*` means all that begin so.
    #[arg(long)]
    event: Option<String>,
    /// Not before this day or time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<OffsetDateTime>,
    /// Before this day or time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<OffsetDateTime>,
    /// The most to print.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl List {
    pub async fn run(self) -> anyhow::Result<()> {
        let found = with_context(&self.location, async |context| {
            let user_id = match &self.person {
                Some(who) => match refused(list::person(context, who).await)? {
                    Some(user) => Some(user),
                    None => bail!("there is no user {who:?}"),
                },
                None => None,
            };
            let filter = Filter {
                user_id,
                client_id: self.client.clone(),
                grant_id: self.grant,
                session_id: self.session,
                jti: self.token,
                event: self.event.clone(),
                since: self.since,
                until: self.until,
                before: None,
            };
            refused(list::run(context, &filter, self.limit).await)
        })
        .await?;
        self.output.print(&found, |found| rows(found))
    }
}

/// Records as a table.
pub fn rows(found: &[Shown]) -> String {
    let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let row = |one: &Shown| {
        let place = match (&one.address, one.unreadable) {
            (Some(address), _) => address.to_string(),
            (None, true) => "(gone)".to_owned(),
            (None, false) => String::new(),
        };
        vec![
            one.seq.map_or_else(|| "-".to_owned(), |seq| seq.to_string()),
            when(one.at),
            one.event.clone(),
            one.outcome.clone(),
            text(one.user_id),
            one.client_id.clone().unwrap_or_default(),
            place,
            text(one.jti.or(one.grant_id)),
            one.detail.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]
    };
    let header = ["NO.", "TIME", "EVENT", "OUTCOME", "PERSON", "CLIENT", "ADDRESS", "TOKEN OR GRANT", "DETAIL"];
    table(&header, &found.iter().map(row).collect::<Vec<_>>())
}
