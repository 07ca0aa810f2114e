//! The registry: which keys and certificates each authority has, and which rounds there are. A pure snapshot.
//!
//! It carries the version at which it was read; the sequencer takes nothing that was judged at another version.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::framework::Framework;
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::plan::{PLAN_BYTES_MAX, Plan};
use shared::problem::Problem;
use shared::sign::{Envelope, PublicKey};
use shared::submission::MessageKind;
use shared::time::Timestamp;

use crate::store::{CertificateRow, FrameworkRow, KeyRow, RoundRow, Stages, StoreError};

/// Keys and certificates of one authority.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Signing keys that are not revoked.
    pub keys: Vec<PublicKey>,
    /// Every certificate that was issued.
    pub certificates: Vec<CertificateRow>,
}

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundState {
    /// Messages are accepted inside the plan's dates.
    Open,
    /// None are accepted any more.
    Closed,
    /// A release is out, and nothing is to come, or not yet.
    Released,
    /// A release is out, and corrections are accepted.
    Correcting,
    /// None are accepted any more; the release with corrections is to come.
    Corrected,
}

impl RoundState {
    /// Where a round stands that went on at these leaves and has so many releases.
    pub fn of(stages: &Stages, n_releases: usize) -> Self {
        match (stages.deadline_index, n_releases, stages.correction_index, stages.correction_deadline_index) {
            (None, ..) => Self::Open,
            (Some(_), 0, ..) => Self::Closed,
            (Some(_), 1, Some(_), None) => Self::Correcting,
            (Some(_), 1, Some(_), Some(_)) => Self::Corrected,
            (Some(_), ..) => Self::Released,
        }
    }
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Released => "released",
            Self::Correcting => "correcting",
            Self::Corrected => "corrected",
        }
    }
}

/// A round with its plan.
#[derive(Clone, Debug)]
pub struct Round {
    /// The plan, checked against its framework.
    pub plan: Plan,
    /// Id of the plan's envelope.
    pub plan_id: Digest,
    /// The plan's envelope.
    pub envelope: Vec<u8>,
    /// Framework of the plan.
    pub framework: Arc<Framework>,
    /// The leaves at which it went on.
    pub stages: Stages,
    /// How many releases of it are out.
    pub n_releases: usize,
    /// Where it stands.
    pub state: RoundState,
}

/// All of it at one version.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// Version of the rows that it was made from.
    pub version: i64,
    /// Authorities by code.
    pub members: BTreeMap<AuthorityId, Member>,
    /// Rounds by year.
    pub rounds: BTreeMap<RoundId, Round>,
    /// Frameworks by hash.
    pub frameworks: BTreeMap<Digest, Arc<Framework>>,
    /// Releases in the order of the log.
    pub releases: Vec<(String, RoundId)>,
}

/// What a client certificate says, after TLS found it valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The authority that its one name stands for.
    pub authority: AuthorityId,
    /// Its serial number, lower-case hexadecimal.
    pub serial: String,
    /// Last second of its life.
    pub not_after: Timestamp,
}

/// Rows of the store, read at one version.
pub struct Rows {
    /// The version.
    pub version: i64,
    /// Signing keys.
    pub keys: Vec<KeyRow>,
    /// Certificates.
    pub certificates: Vec<CertificateRow>,
    /// Frameworks.
    pub frameworks: Vec<FrameworkRow>,
    /// Rounds.
    pub rounds: Vec<RoundRow>,
    /// Releases.
    pub releases: Vec<(String, RoundId)>,
}

impl Round {
    /// Whether bodies of a kind are public: those of a release are, once it is out.
    pub fn is_public(&self, kind: MessageKind) -> bool {
        match kind {
            MessageKind::Submission => self.n_releases > 0,
            MessageKind::Correction => self.n_releases > 1,
        }
    }
}

impl Registry {
    /// Makes a snapshot from rows. Plans were checked when they were made; one that no longer parses is damage.
    pub fn from_rows(rows: Rows) -> Result<Self, StoreError> {
        let mut registry = Self { version: rows.version, releases: rows.releases, ..Self::default() };
        for row in rows.keys {
            let member = registry.members.entry(row.authority).or_default();
            if row.revoked_index.is_none() {
                member.keys.push(row.key);
            }
        }
        for row in rows.certificates {
            registry.members.entry(row.authority).or_default().certificates.push(row);
        }
        for row in rows.frameworks {
            let text = std::str::from_utf8(&row.body).map_err(|_| StoreError::Damaged("framework"))?;
            let framework = Framework::parse(text).map_err(|_| StoreError::Damaged("framework"))?;
            registry.frameworks.insert(row.hash, Arc::new(framework));
        }
        for row in rows.rounds {
            let round = registry.round_of(row).ok_or(StoreError::Damaged("plan"))?;
            registry.rounds.insert(round.plan.body().round, round);
        }
        Ok(registry)
    }

    fn round_of(&self, row: RoundRow) -> Option<Round> {
        let framework = self.frameworks.get(&row.framework)?.clone();
        let envelope = Envelope::parse(&row.envelope, PLAN_BYTES_MAX).ok()?;
        let plan = Plan::parse(envelope.payload_unverified(), &framework).ok()?;
        let n_releases = self.releases.iter().filter(|(_, round)| *round == row.round).count();
        let (stages, state) = (row.stages, RoundState::of(&row.stages, n_releases));
        Some(Round { plan, plan_id: row.plan, envelope: row.envelope, framework, stages, n_releases, state })
    }

    /// Checks, at every request, that a certificate is one that was issued to its authority and stands.
    pub fn admit(&self, identity: &Identity, now: Timestamp) -> Result<AuthorityId, Problem> {
        let member = self.members.get(&identity.authority).ok_or(Problem::AuthorityUnknown)?;
        let issued = member.certificates.iter().find(|c| c.serial == identity.serial);
        let stands = issued.is_some_and(|c| !c.revoked && c.not_after == identity.not_after && now <= c.not_after);
        if stands { Ok(identity.authority) } else { Err(Problem::CertificateNotRegistered) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_stands_where_its_leaves_and_releases_say() {
        let check = |leaves: [Option<u64>; 3], n_releases, expected| {
            let [deadline_index, correction_index, correction_deadline_index] = leaves;
            let stages = Stages { deadline_index, correction_index, correction_deadline_index, ..Stages::default() };
            assert_eq!(RoundState::of(&stages, n_releases), expected, "{leaves:?} {n_releases}");
        };
        check([None, None, None], 0, RoundState::Open);
        check([Some(5), None, None], 0, RoundState::Closed);
        check([Some(5), None, None], 1, RoundState::Released);
        check([Some(5), Some(7), None], 1, RoundState::Correcting);
        check([Some(5), Some(7), Some(9)], 1, RoundState::Corrected);
        check([Some(5), Some(7), Some(9)], 2, RoundState::Released);
    }

    #[test]
    fn a_certificate_is_admitted_for_its_authority_while_it_stands() {
        let authority: AuthorityId = "301".parse().unwrap();
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        let row = CertificateRow { serial: "4a".into(), authority, not_after: at(100), revoked: false };
        let mut registry = Registry::default();
        registry.members.insert(authority, Member { keys: Vec::new(), certificates: vec![row] });
        let identity =
            |code: &str, serial: &str| Identity { authority: code.parse().unwrap(), serial: serial.into(), not_after: at(100) };
        assert_eq!(registry.admit(&identity("301", "4a"), at(100)), Ok(authority));
        assert_eq!(registry.admit(&identity("301", "4a"), at(101)), Err(Problem::CertificateNotRegistered));
        assert_eq!(registry.admit(&identity("301", "4b"), at(1)), Err(Problem::CertificateNotRegistered));
        assert_eq!(registry.admit(&identity("302", "4a"), at(1)), Err(Problem::AuthorityUnknown));
        registry.members.get_mut(&authority).unwrap().certificates[0].revoked = true;
        assert_eq!(registry.admit(&identity("301", "4a"), at(1)), Err(Problem::CertificateNotRegistered));
    }
}
