//! `key`: the authority's key for pseudonyms, and the keys that partners get. Shows fingerprints, never a key.
//!
//! Nothing in the agent keeps a pseudonym from one run to the next, since every run reads all returns again. So a rotation
//! loses no link inside the authority; what a partner delivered under a key of before is linked with that key.

use std::path::Path;

use anyhow::Context as _;
use shared::problem::{Exit, Problem};
use shared::time::Day;

use super::room::Parts;
use super::{Screen, UsageError};
use crate::cli::{KeyCommand, PartnerKeyArgs};
use crate::config::{AgentConfig, environment};
use crate::io::durable::write_once;
use crate::io::state::State;
use crate::io::state::keys::{IssuedKey, retired_name};
use crate::pseudonym::keys::{AuthorityKey, PartnerUse};
use crate::stop::Stop;

/// Runs a command.
pub fn run(command: &KeyCommand, parts: &Parts<'_>, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let config = match command {
        KeyCommand::Fingerprint(args) | KeyCommand::Create(args) | KeyCommand::Rotate(args) => &args.config,
        KeyCommand::Partner(args) => &args.config,
    };
    let config = AgentConfig::load(config, environment())?;
    let state = State::open(&config.state)?;
    if state.ledger()?.authority() != config.authority {
        let detail = format!("the state folder is not that of authority {}", config.authority);
        return Err(Stop::with(Problem::ConfigurationInvalid, detail).into());
    }
    let today = Day(parts.clock.now().day());
    let lines = match command {
        KeyCommand::Fingerprint(_) => vec![in_words(&state.pseudonym_key()?)],
        KeyCommand::Create(_) => {
            let key = state.create_pseudonym_key(&state.lock()?, today, parts.randomness)?;
            vec![in_words(&key), BACK_UP.to_owned()]
        }
        KeyCommand::Rotate(_) => rotate(&state, today, parts)?,
        KeyCommand::Partner(args) => partner(args, &config, &state, today)?,
    };
    for line in lines {
        screen.line(&line).context("cannot write the result")?;
    }
    Ok(Exit::Done)
}

const BACK_UP: &str =
    "back up the state folder now: without this key nobody can link what partners deliver under keys made from it";

fn in_words(key: &AuthorityKey) -> String {
    let made = key.made_on().map_or_else(|| "on a day that it does not say".to_owned(), |day| format!("on {day}"));
    format!("pseudonym key {}, made {made}", key.fingerprint())
}

fn rotate(state: &State, today: Day, parts: &Parts<'_>) -> Result<Vec<String>, Stop> {
    let former = state.pseudonym_key()?.fingerprint();
    let (number, key) = state.rotate_pseudonym_key(&state.lock()?, today, parts.randomness)?;
    let mut lines = vec![
        in_words(&key),
        format!("the former key {former} is kept as keys/{}", retired_name(number)),
        "inside the authority no link is lost: no pseudonym is kept between runs, and every run reads all returns again".into(),
        format!("an extract that a partner has delivered already is linked with `key partner --retired {number}`"),
        BACK_UP.into(),
    ];
    let stale = state.issued_keys()?;
    lines.push(match stale.len() {
        0 => "no partner's key was ever issued: none has to be issued again".into(),
        n => format!("{n} keys of partners were made from former keys; issue these again for extracts that are still to come:"),
    });
    lines.extend(stale.iter().map(|issued| format!("  {}", issued_in_words(issued))));
    Ok(lines)
}

/// A partner's key as `status` and `rotate` name it.
pub fn issued_in_words(issued: &IssuedKey) -> String {
    let IssuedKey { issued_on, fingerprint, partner_use: PartnerUse { partner, purpose, year }, .. } = issued;
    format!("{fingerprint}  partner {partner}, purpose {purpose}, year {year}, issued {issued_on}")
}

fn partner(args: &PartnerKeyArgs, config: &AgentConfig, state: &State, today: Day) -> anyhow::Result<Vec<String>> {
    let (folder, name) = place(&args.out)?;
    let own = match args.retired {
        Some(number) => state.retired_pseudonym_key(number)?,
        None => state.pseudonym_key()?,
    };
    let partner_use = PartnerUse { partner: args.partner.clone(), purpose: args.purpose.clone(), year: args.year };
    let key = own.for_partner(config.authority, partner_use.clone());
    let issued = IssuedKey { issued_on: today, derived_from: own.fingerprint(), fingerprint: key.fingerprint(), partner_use };
    // noted first: a key that is noted and was never written harms nobody
    state.note_issued(&state.lock()?, &issued)?;
    write_once(folder, name, key.to_text().as_bytes()).with_context(|| format!("cannot write {}", args.out.display()))?;
    Ok(vec![
        format!("key {}", issued_in_words(&issued)),
        format!("written to {}; its head says what it lets its holder do", args.out.display()),
        "hand it over by a way that only this partner can read, compare the fingerprint over another channel, then remove the file"
            .into(),
    ])
}

/// Folder and name of a file that must not be there yet.
fn place(out: &Path) -> Result<(&Path, &str), UsageError> {
    let refuse = |why: &str| UsageError(format!("{} {why}", out.display()));
    let name = out.file_name().and_then(|name| name.to_str()).ok_or_else(|| refuse("does not name a file"))?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if std::fs::symlink_metadata(out).is_ok() {
        return Err(refuse("exists already: name a new one"));
    }
    if !folder.is_dir() {
        return Err(refuse("lies in a folder that does not exist"));
    }
    Ok((folder, name))
}
