//! What may be sequenced, and how it can end.

use shared::framework::Framework;
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::log::entry::CloseReason;
use shared::problem::Problem;
use shared::sign::PublicKey;

use crate::intake::Message;
use crate::store::CertificateRow;

/// One thing that changes the log or the registry.
pub enum Act {
    /// A framework that rounds may use.
    Framework {
        /// Its text.
        text: &'static str,
        /// The same, read.
        framework: Box<Framework>,
    },
    /// A certificate for an authority, and its signing key unless it is registered already.
    Register(Registration),
    /// All keys and certificates of an authority, at once.
    Revoke(AuthorityId),
    /// The signed plan of a new round, which opens it.
    Plan {
        /// The round.
        round: RoundId,
        /// Id of the plan's envelope.
        id: Digest,
        /// Key that signed it.
        key: Digest,
        /// The plan's framework.
        framework: Digest,
        /// The plan's envelope.
        envelope: Vec<u8>,
    },
    /// The end of a round: no message is accepted after it.
    Close {
        /// The round.
        round: RoundId,
        /// Why now, for everybody to read.
        reason: CloseReason,
    },
    /// A round that is released takes corrections from here on.
    OpenCorrections(RoundId),
    /// It takes none any more.
    CloseCorrections {
        /// The round.
        round: RoundId,
        /// Why now, for everybody to read.
        reason: CloseReason,
    },
    /// A message that intake let through.
    Message(Message),
    /// A release with its files.
    Release(ReleaseFiles),
}

/// A certificate for an authority, and the key that will sign its messages.
pub struct Registration {
    /// The certificate.
    pub certificate: CertificateRow,
    /// The signing key.
    pub key: PublicKey,
}

/// A release, signed and ready.
pub struct ReleaseFiles {
    /// Of which round.
    pub round: RoundId,
    /// Version, such as `2025.1`.
    pub version: String,
    /// Id of the statement's envelope.
    pub id: Digest,
    /// The statement's envelope.
    pub statement: Vec<u8>,
    /// `figures.json`.
    pub figures: Vec<u8>,
    /// `figures.csv`.
    pub figures_csv: Vec<u8>,
    /// `figures.meta.csv`.
    pub meta_csv: Vec<u8>,
    /// `changes.csv`.
    pub changes_csv: Vec<u8>,
}

/// How an act ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; its first leaf has this index, or would have had.
    Done(u64),
    /// The message is in the log, now or since long: its receipt.
    Receipt(String),
    /// The message is refused.
    Refused(Problem),
    /// The message was judged by a registry that has changed: judge it again.
    Stale,
    /// The operator's act is refused.
    Denied(Denied),
}

/// Why an operator's act is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// A framework stands in the log once.
    #[error("this framework is logged already")]
    FrameworkKnown,
    /// No such framework.
    #[error("the plan's framework is not logged")]
    FrameworkUnknown,
    /// A key signs for one authority.
    #[error("the signing key is registered for authority {0}")]
    KeyOfAnother(AuthorityId),
    /// A revoked key stays revoked.
    #[error(
        "the signing key of authority {0} was revoked and stays so: ask the authority to set up its agent anew, with a new key, \
         and to send the new request; compare its fingerprint over a second channel, then run `authority add` with it"
    )]
    KeyRevoked(AuthorityId),
    /// Nothing is registered.
    #[error("authority {0} has no key that stands")]
    NothingToRevoke(AuthorityId),
    /// A reporting year has one plan for ever.
    #[error("round {0} has a plan; a second plan for a year is refused")]
    PlanSecond(RoundId),
    /// No such round.
    #[error("there is no round {0}")]
    RoundUnknown(RoundId),
    /// A round closes once.
    #[error("round {0} is closed already")]
    RoundClosed(RoundId),
    /// A release stands on a closed round.
    #[error("round {0} is not closed")]
    RoundOpen(RoundId),
    /// A release is never changed.
    #[error(
        "round {0} is published: what is published is never changed, and a version with corrections follows only their deadline"
    )]
    ReleaseSecond(RoundId),
    /// What was given up is not published.
    #[error(
        "round {0} was given up, the log says (closed as `withdrawn`): nothing is published of it, what councils spent stays \
         spent, and its reporting year has no other round"
    )]
    Withdrawn(RoundId),
    /// Corrections that were given up are not published.
    #[error("the corrections of round {0} were given up, the log says (closed as `withdrawn`): its first release stands")]
    CorrectionsWithdrawn(RoundId),
    /// Versions follow one another.
    #[error("the next release of round {round} is version {next} and no other")]
    VersionNotNext {
        /// The round.
        round: RoundId,
        /// Its next version.
        next: String,
    },
    /// What is not published cannot be corrected.
    #[error("round {0} is not published: corrections are taken after its first release")]
    NotReleased(RoundId),
    /// A round takes corrections once.
    #[error("round {0} takes corrections already, or did: it has one time for them")]
    CorrectionsOpened(RoundId),
    /// Nothing to close.
    #[error("round {0} takes no corrections, or none any more")]
    CorrectionsNotOpen(RoundId),
    /// A version with corrections stands on their deadline.
    #[error("round {0} still takes corrections: close them first (`round correction-close`)")]
    CorrectionsOpen(RoundId),
    /// A version that says the same as the first.
    #[error("no correction of round {0} was accepted: its first release stands, and there is no other version")]
    NothingCorrected(RoundId),
}
