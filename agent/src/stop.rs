//! Why a command ends early, and what had happened by then.
//!
//! A [`Stop`] is a problem of the closed list with what a person needs to act, or a fault outside the list. Its detail
//! never carries a record's value, an exact count or a text of the noise library.

use shared::problem::{Exit, Problem, Retry};

/// Why a command ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The problem; `None` for a fault that the list does not foresee, such as a full disk.
    pub problem: Option<Problem>,
    /// What was tried, on what.
    pub detail: Option<String>,
    /// What to do, where that can be said more closely than for every stop with this problem.
    pub what_to_do: Option<String>,
}

impl Stop {
    /// A fault outside the list.
    pub fn fault(detail: impl Into<String>) -> Self {
        Self { problem: None, detail: Some(detail.into()), what_to_do: None }
    }
    /// A problem with what a person needs to act on it.
    pub fn with(problem: Problem, detail: impl Into<String>) -> Self {
        Self { problem: Some(problem), detail: Some(detail.into()), what_to_do: None }
    }
    /// The same with another advice than the problem's own.
    #[must_use]
    pub fn advising(mut self, what_to_do: impl Into<String>) -> Self {
        self.what_to_do = Some(what_to_do.into());
        self
    }
    /// How the program ends.
    pub fn exit(&self) -> Exit {
        self.problem.map_or(Exit::Fault, Problem::exit)
    }
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.problem.map_or("fault", Problem::code)
    }
    /// Whether the same bytes may be posted again within the same run.
    pub fn is_worth_another_try(&self) -> bool {
        self.problem.is_some_and(|p| p.retry() == Retry::Later && p.exit() == Exit::Unreachable)
    }
    /// The lines that a person reads.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = match self.problem {
            Some(problem) => vec![format!("{}: {}", problem.code(), problem.title())],
            None => vec!["fault: something unexpected happened".to_owned()],
        };
        lines.extend(self.detail.iter().map(|d| format!("detail: {d}")));
        let advice = self.what_to_do.as_deref().or_else(|| self.problem.map(Problem::what_to_do));
        lines.extend(advice.map(|advice| format!("what to do: {advice}")));
        lines
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self { problem: Some(problem), detail: None, what_to_do: None }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines().join("; "))
    }
}

impl std::error::Error for Stop {}

/// How far a command has come. The order is that of the way: nothing is ever taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// No noise was drawn by this command, and nothing left this machine but requests to read.
    Nothing,
    /// The same, and the heartbeat was sent: that this agent runs, and nothing else.
    Heard,
    /// A submission lies in the outbox, drawn now or earlier.
    Kept,
    /// The same, and the heartbeat was sent.
    HeardKept,
    /// The submission was posted; whether it arrived is not known.
    Posted,
    /// The receipt is here.
    Receipted,
}

impl Reached {
    /// The same, and a submission lies in the outbox.
    #[must_use]
    pub fn with_kept(self) -> Self {
        match self {
            Self::Nothing | Self::Kept => Self::Kept,
            Self::Heard | Self::HeardKept => Self::HeardKept,
            Self::Posted | Self::Receipted => self,
        }
    }
    /// The sentence with which every command ends.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Nothing => "nothing was drawn, nothing was sent",
            Self::Heard => "nothing was drawn, nothing was sent but the heartbeat",
            Self::Kept => "nothing was sent; the prepared bytes are kept in the outbox",
            Self::HeardKept => "nothing was sent but the heartbeat; the prepared bytes are kept in the outbox",
            Self::Posted => {
                "the submission was posted and no valid receipt came back; the bytes are kept, and sending them again is safe"
            }
            Self::Receipted => "the submission was sent, and its receipt is kept",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_later_try_can_mend_is_tried_again_at_once() {
        let again: Vec<&str> = Problem::ALL.iter().filter(|p| Stop::from(**p).is_worth_another_try()).map(|p| p.code()).collect();
        assert_eq!(again, ["unreachable", "request-timeout", "busy", "internal"]);
        assert!(!Stop::fault("disk full").is_worth_another_try());
    }

    #[test]
    fn what_lies_in_the_outbox_takes_nothing_back() {
        for reached in [Reached::Nothing, Reached::Heard, Reached::Kept, Reached::HeardKept, Reached::Posted, Reached::Receipted]
        {
            let after = reached.with_kept();
            assert!(after >= reached && after >= Reached::Kept && after.with_kept() == after, "{reached:?}");
        }
        assert_eq!((Reached::Heard.with_kept(), Reached::Nothing.with_kept()), (Reached::HeardKept, Reached::Kept));
    }

    #[test]
    fn a_refusal_tells_code_reason_and_what_to_do() {
        let lines = Stop::with(Problem::PlanCapYear, "0.32 of 0.2").lines();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[0].starts_with("plan-cap-year: ") && lines[1] == "detail: 0.32 of 0.2" && lines[2].starts_with("what to do: ")
        );
        let lines = Stop::from(Problem::ConfigurationInvalid).advising("chmod 700 state").lines();
        assert_eq!(lines[1..], ["what to do: chmod 700 state"], "advice of its own stands in the place of the problem's");
        assert_eq!((Stop::fault("x").exit(), Stop::from(Problem::LedgerMissing).exit()), (Exit::Fault, Exit::PrivacyGuard));
    }
}
