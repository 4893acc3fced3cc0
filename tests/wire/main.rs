//! The wire: the real binary, as clients, people, operators and attackers see it.
//!
//! One binary, so that it is linked once; one module per thing that is promised. Needs a PostgreSQL where databases
//! may be made (`CHANCERY_TEST_DATABASE_URL`); `script/test` provides it.
#![allow(clippy::unwrap_used)]

mod harness;

mod account;
mod api;
mod apply;
mod audit;
mod backchannel;
mod bounded;
mod client_auth;
mod code_flow;
mod commands;
mod consent;
mod cors;
mod dev;
mod discovery;
mod exchange;
mod guessing;
mod http;
mod issuer_path;
mod keys;
mod languages;
mod logout;
mod mail;
mod mail_flows;
mod one_time;
mod openidconnect_crate;
mod outage;
mod passkey;
mod people;
mod properties;
mod race;
mod refresh;
mod second_factor;
mod secrets_at_rest;
mod service;
mod session;
mod spending;
mod startup;
mod steps;
mod tables;
mod theme;
mod upstream;
mod userinfo;
mod withdrawal;
