//! The code sets of the extracts. They are the same in every return year. No type here has a `Debug`.

/// Declares a code set: `Variant = "TEXT" "what it means"`, with other texts for the same behind `or`.
macro_rules! code_set {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal $(or $other:literal)? $words:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $words] $variant,)+
        }
        impl $name {
            /// Every text that a cell may hold.
            #[cfg(test)]
            pub(super) const TEXTS: &[&str] = &[$($text, $($other,)?)+];

            /// Reads a code in upper case.
            pub fn parse(code: &[u8]) -> Option<Self> {
                $(if code == $text.as_bytes() $(|| code == $other.as_bytes())? {
                    return Some(Self::$variant);
                })+
                None
            }
        }
    };
}

code_set!(
    /// Who filled a questionnaire in.
    Informant { Carer = "CARER" "Main carer.", Young = "SELF" "The child.", Teacher = "TEACHER" "A teacher." }
);

code_set!(
    /// An answer with a middle.
    Sometimes { Yes = "YES" "Yes.", Some = "SOME" "Sometimes.", No = "NO" "No." }
);

code_set!(
    /// An answer without a middle.
    YesNo { Yes = "YES" "Yes.", No = "NO" "No." }
);

code_set!(
    /// How life goes on.
    Trend { Better = "YES" "Better than a year ago.", Same = "SAME" "About the same.", No = "NO" "Not better." }
);

code_set!(
    /// How often a child sees somebody.
    Amount {
        Right = "RIGHT" "The right amount.",
        Little = "LITTLE" "Too little.",
        Much = "MUCH" "Too much.",
        NoneOk = "NONE_OK" "Does not see them and is content.",
        NoneNot = "NONE_NOT" "Does not see them and is not content.",
    }
);

code_set!(
    /// With how many of the brothers and sisters in care at this authority the child lives.
    Siblings { All = "ALL" "All.", Some = "SOME" "Some.", None = "NONE" "None.", HasNone = "X" "Has none in care here." }
);

code_set!(
    /// What a mental-health service decided on a referral.
    Decision { Accepted = "ACC" "Accepted.", Not = "NOT" "Not accepted.", Wait = "WAIT" "Not decided on 31 March." }
);

code_set!(
    /// What kind of health assessment it is.
    HealthCheck {
        Initial = "IHA" or "INITIAL HEALTH ASSESSMENT" "The initial one.",
        Review = "RHA" or "REVIEW HEALTH ASSESSMENT" "A later one.",
        NotSaid = "HA" or "HEALTH ASSESSMENT" "Which of the two is not said.",
        Dental = "DENTAL" or "DENTAL CHECK" "Of the teeth.",
        Other = "OTHER" "Another.",
    }
);

code_set!(
    /// What became of a health assessment.
    HealthCheckStatus {
        Planned = "PLANNED" "Planned.",
        Refused = "REFUSED" "Refused.",
        Cancelled = "CANCELLED" "Cancelled.",
        Completed = "COMPLETED" "Completed.",
    }
);

code_set!(
    /// The main carer's training.
    Training {
        Done = "DONE" "Completed in the allowed time.",
        Time = "TIME" "Not completed, and the time is not over.",
        Late = "LATE" "Completed after the allowed time.",
        Not = "NOT" "Not completed, and the time is over.",
    }
);

code_set!(
    /// Whether something was offered and taken up.
    Offer { Used = "USED" "Used.", Offered = "OFFERED" "Offered and not used.", NotOffered = "NONE" "Not offered." }
);

code_set!(
    /// What followed children's mental-health services at 18.
    AdultService {
        Adult = "ADULT" "An adult service.",
        To25 = "TO25" "A service that goes on to 25.",
        Agreed = "AGREED" "Ended by agreement.",
        Gap = "GAP" "More than three months without.",
        WasNot = "X" "Was not in one at 17.",
    }
);

code_set!(
    /// The mental-health service on 31 March.
    Service { Child = "CHILD" "A children's service.", Adult = "ADULT" "An adult service.", None = "NONE" "None." }
);

code_set!(
    /// Whether there was a support plan after going home.
    HomePlan { Yes = "YES" "For the whole twelve months.", Part = "PART" "For a part of them.", No = "NO" "None." }
);
