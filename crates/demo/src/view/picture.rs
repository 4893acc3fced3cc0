//! Who acts for whom, as a chain of names read out of a token.

use crate::{DemoConfig, jwt::Jwt};

/// One link of the chain.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The name of a symbol in the page: `person`, `app`, `api`, `report` or `service`.
    pub(crate) icon: &'static str,
    pub(crate) name: String,
    /// What it does, or what the token calls it.
    pub(crate) role: &'static str,
}

/// "Ada → via Demo API → Reports API: read".
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) nodes: Vec<Node>,
    pub(crate) scopes: Vec<String>,
    /// The same in words.
    pub(crate) sentence: String,
}

impl Chain {
    /// The way that the demo is about, before there is any token.
    pub(crate) fn promise() -> Self {
        let node = |icon, name: &str, role| Node { icon, name: name.to_owned(), role };
        Self {
            nodes: vec![
                node("person", "You", "allow it once"),
                node("app", "Demo app", "signs you in"),
                node("api", "Demo API", "serves the app"),
                node("report", "Reports API", "serves the Demo API"),
            ],
            scopes: vec![],
            sentence: "You, the Demo app, the Demo API, the Reports API".to_owned(),
        }
    }

    /// Reads the chain out of an access token: its `sub`, its `act` or `client_id`, its `aud`.
    pub(crate) fn of(token: &str, person: &str, config: &DemoConfig) -> Option<Self> {
        let jwt = Jwt::parse(token).ok()?;
        let mut nodes = vec![Node { icon: "person", name: person.to_owned(), role: "the person: sub" }];
        let mut actors = jwt.actors();
        actors.reverse();
        if actors.is_empty() {
            let client = jwt.text("client_id").unwrap_or_default();
            nodes.push(client_node(client, "asked for it: client_id", config));
        }
        nodes.extend(actors.iter().map(|it| client_node(it, "acts for them: act", config)));
        let apis = jwt.audiences().into_iter().filter(|audience| *audience != config.issuer);
        nodes.extend(apis.map(|audience| api_node(audience, config)));
        let scopes: Vec<_> = jwt
            .text("scope")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .filter(|scope| ["read", "write", "publish"].contains(scope))
            .map(str::to_owned)
            .collect();
        let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
        let sentence = format!("{}: {}", names.join(" → via "), scopes.join(", "));
        let sentence = match sentence.rfind("via ") {
            Some(last) => format!("{}{}", &sentence[..last], &sentence[last + 4..]),
            None => sentence,
        };
        Some(Self { nodes, scopes, sentence })
    }
}

fn client_node(client_id: &str, role: &'static str, config: &DemoConfig) -> Node {
    let (icon, name) = match client_id {
        id if id == config.client_id => ("app", "Demo app"),
        id if id == config.api_client_id => ("api", "Demo API"),
        id if id == config.service_client_id => ("service", "Demo service"),
        other => ("service", other),
    };
    Node { icon, name: name.to_owned(), role }
}

fn api_node(resource: &str, config: &DemoConfig) -> Node {
    let (icon, name) = match resource {
        it if it == config.api_resource => ("api", "Demo API"),
        it if it == config.reports_resource => ("report", "Reports API"),
        other => ("service", other),
    };
    Node { icon, name: name.to_owned(), role: "may accept it: aud" }
}
