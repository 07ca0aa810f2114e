//! Problems: the closed list of refusals, the same over HTTP, on the command line and in the documents.

/// Whether trying again with the same bytes can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It can, later.
    Later,
    /// It cannot.
    Never,
}

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A fault was found, or something unexpected happened.
    Fault = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Done, with problems, under `--strict`.
    DoneWithProblems = 3,
    /// The configuration is invalid.
    Configuration = 10,
    /// The input was refused.
    InputRefused = 11,
    /// A privacy guard refused.
    PrivacyGuard = 12,
    /// The aggregator cannot be reached; try again.
    Unreachable = 13,
    /// The aggregator refused.
    AggregatorRefused = 14,
    /// Clock or certificate is wrong.
    ClockOrCertificate = 15,
    /// Another run holds the lock.
    Locked = 16,
    /// Interrupted by a person.
    Interrupted = 130,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Fault => 1,
            Self::Usage => 2,
            Self::DoneWithProblems => 3,
            Self::Configuration => 10,
            Self::InputRefused => 11,
            Self::PrivacyGuard => 12,
            Self::Unreachable => 13,
            Self::AggregatorRefused => 14,
            Self::ClockOrCertificate => 15,
            Self::Locked => 16,
            Self::Interrupted => 130,
        }
    }
}

macro_rules! problems {
    ($($name:ident $code:literal $status:literal $exit:ident $retry:ident $title:literal $todo:literal;)*) => {
        /// One refusal. The list is closed: a new one is added here and nowhere else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Problem {
            $(#[doc = $title] $name,)*
        }
        impl Problem {
            /// All of them, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The stable code, `signature-invalid`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }
            /// The HTTP status with which the aggregator answers it.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }
            /// How the agent ends on it.
            pub fn exit(self) -> Exit {
                match self { $(Self::$name => Exit::$exit),* }
            }
            /// Whether trying again can help.
            pub fn retry(self) -> Retry {
                match self { $(Self::$name => Retry::$retry),* }
            }
            /// The sentence that a person reads.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
            /// What to do.
            pub fn what_to_do(self) -> &'static str {
                match self { $(Self::$name => $todo),* }
            }
            /// The problem with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|p| p.code() == code)
            }
        }
    };
}

problems! {
    // the authority's own side; status 0: never sent over HTTP
    ConfigurationInvalid "configuration-invalid" 0 Configuration Never "the configuration is invalid" "correct the named setting";
    InputRefused "input-refused" 0 InputRefused Never "the records cannot be used as they are" "correct the rows that check lists, then run check again";
    AnotherRunHoldsTheLock "locked" 0 Locked Later "another run of this agent holds the lock" "wait until it ends; remove nothing by hand";
    AggregatorUnreachable "unreachable" 0 Unreachable Later "the aggregator cannot be reached" "check address, proxy and firewall; run the same command again, the same bytes are sent";
    ServerNotTrusted "server-not-trusted" 0 ClockOrCertificate Never "the server's certificate is not the aggregator's" "a proxy may be inspecting TLS: have this host name exempted, or check the trust file";
    CertificateExpired "certificate-expired" 0 ClockOrCertificate Never "the agent's certificate is not valid now" "check this machine's clock, then renew the certificate";
    // privacy guards of the agent: nothing is drawn
    PlanSignatureInvalid "plan-signature-invalid" 0 PrivacyGuard Never "the plan is not signed by the plan key pinned at enrolment" "tell the aggregator's operator; do not change the trust file";
    PlanMalformed "plan-malformed" 0 PrivacyGuard Never "the plan contradicts itself or this agent's framework" "update the agent, or tell the aggregator's operator";
    PlanUnlogged "plan-unlogged" 0 PrivacyGuard Never "the plan is not in the public log" "tell the aggregator's operator";
    PlanSecond "plan-second" 0 PrivacyGuard Never "two plans were signed for one round" "both are kept in the state folder: tell the aggregator's operator";
    PlanCapYear "plan-cap-year" 0 PrivacyGuard Never "the plan would spend more than this agent allows for one reporting year" "ask for a plan within the cap; the cap is the authority's decision";
    PlanCap365Days "plan-cap-365-days" 0 PrivacyGuard Never "the plan would spend more than this agent allows in 365 days" "ask for a later round; the cap is the authority's decision";
    PlanCapLifetime "plan-cap-lifetime" 0 PrivacyGuard Never "the plan would spend more than this agent allows for ever" "this authority's budget is used up: decide anew whether to take part";
    PlanYearNotNewest "plan-year-not-newest" 0 PrivacyGuard Never "the plan is for another year than the newest complete one" "older years are not drawn again; tell the aggregator's operator";
    PlanMadeUp "plan-made-up" 0 PrivacyGuard Never "plan and settings disagree on whether the data are made up" "set made_up = true in agent.toml only where the records are made up; else tell the aggregator's operator";
    PlanNotOpen "plan-not-open" 0 PrivacyGuard Later "the round is not open for sending now" "run again inside the dates of the plan";
    ApprovalMissing "approval-missing" 0 PrivacyGuard Never "nobody approved these inputs" "look at preview, then run approve --by NAME; approval = \"none\" in agent.toml asks for none";
    ApprovalStale "approval-stale" 0 PrivacyGuard Never "the inputs are not the ones that were approved" "records or settings changed since: look at preview, then run approve --by NAME again";
    CorrectionUnchanged "correction-unchanged" 0 PrivacyGuard Never "the inputs are those of the first submission" "nothing is there to correct: a second draw from the same inputs would only tell more of the children";
    CorrectionDrawn "correction-drawn" 0 PrivacyGuard Never "the correction of this round is drawn already" "there is one correction a round: send posts it, and figures of the next round can be right";
    ReceiptMissing "receipt-missing" 0 PrivacyGuard Later "the receipt of this submission is not here yet" "run send; what was drawn is shown, and can be corrected, once the log holds it";
    FrameworkUnknown "framework-unknown" 0 PrivacyGuard Never "the plan uses a framework that this agent does not have" "update the agent";
    ProtectionUnknown "protection-unknown" 0 PrivacyGuard Never "the plan asks for a protection that this agent does not know" "update the agent";
    BudgetMapRefused "budget-map-refused" 0 PrivacyGuard Never "the noise of the plan does not cost what the plan says" "tell the aggregator's operator";
    DomainRefused "domain-refused" 0 PrivacyGuard Never "a record exceeds what the framework says one child can add" "tell the maintainers; nothing was drawn";
    LedgerMissing "ledger-missing" 0 PrivacyGuard Never "there is no ledger here" "run init once; if a ledger was lost, restore it from backup and follow docs/ledger.md";
    LedgerDamaged "ledger-damaged" 0 PrivacyGuard Never "the ledger does not add up" "restore it from backup; do not edit it";
    LedgerBehindLog "ledger-behind-log" 0 PrivacyGuard Never "the public log holds a submission or a key of this authority that the ledger lacks" "the state was restored, copied or made anew: use the machine that holds the newest ledger; only where that is lost, follow docs/ledger.md";
    LogInconsistent "log-inconsistent" 0 PrivacyGuard Never "the log does not continue what this agent remembers" "keep the state folder and tell every other authority: the log may have been forked";
    CheckpointInvalid "checkpoint-invalid" 0 PrivacyGuard Never "the log's checkpoint is not signed by the log key pinned at enrolment" "tell the aggregator's operator; do not change the trust file";
    CheckpointNotWitnessed "checkpoint-not-witnessed" 0 PrivacyGuard Later "too few witnesses vouch for the log's checkpoint as of the last 24 hours" "check this machine's clock and run again later; if it lasts, tell the aggregator's operator; do not change the trust file";
    ReceiptInvalid "receipt-invalid" 0 AggregatorRefused Never "the receipt does not prove that the submission is in the log" "the submission stays in the outbox; tell the aggregator's operator";
    NothingPrepared "nothing-prepared" 0 Fault Never "nothing is prepared for this round" "run prepare first";
    // the aggregator's answers
    AuthorityUnknown "authority-unknown" 403 AggregatorRefused Never "no authority of this code takes part" "check the authority code, then ask the aggregator's operator to add it";
    CertificateNotRegistered "certificate-not-registered" 403 ClockOrCertificate Never "this certificate is not registered, or was revoked" "ask the aggregator's operator for a new certificate";
    AuthorityMismatch "authority-mismatch" 403 AggregatorRefused Never "the message is of another authority than the certificate" "send the message from the authority that signed it";
    KeyUnknown "key-unknown" 403 AggregatorRefused Never "the message is signed by a key that is not registered for this authority" "register the key with the aggregator's operator";
    SignatureInvalid "signature-invalid" 403 AggregatorRefused Never "the signature does not fit the message" "the outbox may be damaged: restore it, or send from the machine that prepared it";
    BodyTooLarge "body-too-large" 413 AggregatorRefused Never "the body is larger than this round allows" "send the prepared envelope unchanged";
    EnvelopeMalformed "envelope-malformed" 400 AggregatorRefused Never "the body is not a DSSE envelope" "send the prepared envelope unchanged";
    EnvelopeNotCanonical "envelope-not-canonical" 400 AggregatorRefused Never "the envelope is not in its canonical form" "send the prepared envelope unchanged";
    PayloadMalformed "payload-malformed" 400 AggregatorRefused Never "the payload is not a submission of this version" "update the agent";
    PlanUnknown "plan-unknown" 409 AggregatorRefused Never "the message names another plan than the round's" "fetch the plan anew; if it changed, tell the aggregator's operator";
    ShapeMismatch "shape-mismatch" 422 AggregatorRefused Never "blocks, scales or lengths are not those of the plan" "update the agent";
    RoundUnknown "round-unknown" 404 AggregatorRefused Never "no such round" "check the reporting year";
    RoundNotOpen "round-not-open" 409 AggregatorRefused Later "the round does not accept messages yet" "run again inside the dates of the plan";
    SubmissionLate "submission-late" 409 AggregatorRefused Never "the round is closed" "the figures of this authority will be missing from this release; wait for the next round";
    SubmissionSecond "submission-second" 409 AggregatorRefused Never "this authority already has another submission in this round" "nothing to do: the first one counts";
    CorrectionNotOpen "correction-not-open" 409 AggregatorRefused Later "the round does not take corrections yet" "send it again once the public log says that corrections are open; the prepared bytes stay as they are";
    CorrectionLate "correction-late" 409 AggregatorRefused Never "the time for corrections of this round is over" "nothing to do: what was published first stands";
    CorrectionWithoutFirst "correction-without-first" 409 AggregatorRefused Never "this authority has no accepted submission in this round that could be corrected" "nothing to do: its figures are missing from this round; wait for the next one";
    CorrectionOfAnother "correction-of-another" 409 AggregatorRefused Never "the correction does not name this authority's accepted submission as the one before it" "use the machine that holds the newest ledger";
    CorrectionSecond "correction-second" 409 AggregatorRefused Never "this authority already has another correction in this round" "nothing to do: the first correction counts";
    HeartbeatMalformed "heartbeat-malformed" 400 AggregatorRefused Never "the body is not the heartbeat of this version" "update the agent";
    MessageKindUnknown "message-kind-unknown" 404 AggregatorRefused Never "no such kind of message" "update the agent";
    NotReleased "not-released" 404 AggregatorRefused Later "bodies are public only once the release is out" "ask again after the release";
    NotFound "not-found" 404 AggregatorRefused Never "there is nothing here" "check the address";
    MethodNotAllowed "method-not-allowed" 405 AggregatorRefused Never "this address does not take this method" "check the method";
    RequestTimeout "request-timeout" 408 Unreachable Later "the request took too long" "try again";
    Busy "busy" 503 Unreachable Later "the aggregator is busy" "try again later, with some jitter";
    Internal "internal" 500 Unreachable Later "the aggregator failed; the reason is in its own log" "try again later; the same bytes are accepted once";
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.title(), self.code())
    }
}

impl std::error::Error for Problem {}

/// The body of a refusal over HTTP (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProblemDocument {
    /// `urn:goldenthread:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sentence that a person reads.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What to do.
    pub what_to_do: String,
}

impl From<Problem> for ProblemDocument {
    fn from(p: Problem) -> Self {
        Self {
            kind: format!("urn:goldenthread:problem:{}", p.code()),
            title: p.title().to_owned(),
            status: p.status(),
            code: p.code().to_owned(),
            what_to_do: p.what_to_do().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_words_joined_by_hyphens() {
        let codes: BTreeSet<_> = Problem::ALL.iter().map(|p| p.code()).collect();
        assert_eq!(codes.len(), Problem::ALL.len());
        for p in Problem::ALL {
            assert!(p.code().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{p:?}");
            assert_eq!(Problem::from_code(p.code()), Some(*p));
            assert!(!p.title().ends_with('.') && !p.what_to_do().is_empty());
            assert!(p.status() == 0 || (400..600).contains(&p.status()));
        }
    }
}
