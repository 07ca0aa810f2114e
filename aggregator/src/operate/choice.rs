//! What an operator chose for a plan: whether it can be, told by the options that were given, and what to think over first.
//!
//! Pure. The plan's own check in `shared` keeps every rule; here each is told in the words of the command line, before.

use shared::ids::ReportingYear;
use shared::limits::{REASON_BYTES_MAX, SOURCE_BYTES_MAX, SPREAD_S_MAX};
use shared::plan::{Dates, Draw, Plan};
use shared::privacy::RhoNano;
use shared::time::{Day, Timestamp};

use super::PlanWish;

/// Greatest cost of a year that an agent accepts when its council set nothing else.
const RHO_YEAR_USUAL: RhoNano = RhoNano(200_000_000);
/// Seconds over which slots are spread when nobody said otherwise: three days.
const SPREAD_S_USUAL: u64 = 72 * 3_600;
/// Seconds from the end of sending to the first correction, when nobody said otherwise: sixty days.
const CORRECTION_AFTER_S_USUAL: i64 = 60 * 86_400;
/// Seconds from the first correction to the last, when nobody said otherwise: twenty-eight days.
const CORRECTION_S_USUAL: i64 = 28 * 86_400;

/// Why no plan can be made of these options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No submission could ever arrive.
    #[error("the round closes before it opens: --closes-at {closes_at} must be after --opens-at {opens_at}")]
    Closes {
        /// When it opens.
        opens_at: Timestamp,
        /// When it closes.
        closes_at: Timestamp,
    },
    /// The slots of the agents would lie after the end.
    #[error(
        "--spread-hours is too great: the agents' slots are spread over {spread_s} seconds, and the round closes {window_s} seconds \
         after it opens"
    )]
    Spread {
        /// Over how many seconds.
        spread_s: u64,
        /// Seconds that the round is open.
        window_s: i64,
    },
    /// Corrections while first answers still come.
    #[error("--correction-opens-at {opens_at} must not be before --closes-at {closes_at}: corrections follow a release")]
    CorrectionOpens {
        /// When it takes corrections.
        opens_at: Timestamp,
        /// When sending ends.
        closes_at: Timestamp,
    },
    /// No correction could ever arrive.
    #[error(
        "--correction-closes-at {closes_at} must be after {opens_at}, which is --correction-opens-at, or 60 days after --closes-at \
         where that is left out"
    )]
    CorrectionCloses {
        /// When it takes corrections.
        opens_at: Timestamp,
        /// Until when.
        closes_at: Timestamp,
    },
    /// A text that stands in the plan.
    #[error("{option} takes 1 to {bytes_max} bytes on one line, and was given {n_bytes}")]
    Text {
        /// Which option.
        option: &'static str,
        /// How many bytes it may have.
        bytes_max: usize,
        /// How many it has.
        n_bytes: usize,
    },
    /// A draw's budget is too small for any noise.
    #[error(
        "--rho-{draw} {rho} is too small: a plan keeps a budget for its {draw}, and with these units that is {least} at least",
        draw = draw.word()
    )]
    Rho {
        /// Which draw.
        draw: Draw,
        /// What it was given.
        rho: RhoNano,
        /// The least that would do.
        least: RhoNano,
    },
}

/// Refuses texts that cannot stand in a plan.
pub(super) fn check_texts(wish: &PlanWish) -> Result<(), ChoiceError> {
    let source = wish.population.as_ref().map(|(_, source)| source);
    let texts =
        [("--accept-wide", wish.accept_wide.as_ref(), REASON_BYTES_MAX), ("--population-source", source, SOURCE_BYTES_MAX)];
    for (option, text, bytes_max) in texts {
        let Some(text) = text else { continue };
        if text.is_empty() || text.len() > bytes_max || text.chars().any(char::is_control) {
            return Err(ChoiceError::Text { option, bytes_max, n_bytes: text.len() });
        }
    }
    Ok(())
}

/// The plan's dates. Slots are spread over three days, or over half of a round that is open for less than six.
pub(super) fn dates(wish: &PlanWish) -> Result<Dates, ChoiceError> {
    let (opens_at, closes_at) = (wish.opens_at, wish.closes_at);
    if opens_at >= closes_at {
        return Err(ChoiceError::Closes { opens_at, closes_at });
    }
    let window_s = closes_at.unix_seconds() - opens_at.unix_seconds();
    let usual = || SPREAD_S_USUAL.min(u64::try_from(window_s / 2).unwrap_or(0));
    let spread_s = wish.spread_s.unwrap_or_else(usual);
    let too_wide = ChoiceError::Spread { spread_s, window_s };
    let spread = u32::try_from(spread_s).ok().filter(|s| *s <= SPREAD_S_MAX && i64::from(*s) < window_s);
    let (correction_opens_at, correction_closes_at) = wish.corrections;
    let correction_opens_at = correction_opens_at.unwrap_or(closes_at.plus_seconds(CORRECTION_AFTER_S_USUAL));
    let correction_closes_at = correction_closes_at.unwrap_or(correction_opens_at.plus_seconds(CORRECTION_S_USUAL));
    if correction_opens_at < closes_at {
        return Err(ChoiceError::CorrectionOpens { opens_at: correction_opens_at, closes_at });
    }
    if correction_closes_at <= correction_opens_at {
        return Err(ChoiceError::CorrectionCloses { opens_at: correction_opens_at, closes_at: correction_closes_at });
    }
    Ok(Dates {
        freeze_on: wish.freeze_on.unwrap_or(Day(opens_at.day())),
        send_opens_at: opens_at,
        send_spread_s: spread.ok_or(too_wide)?,
        send_closes_at: closes_at,
        correction_opens_at,
        correction_closes_at,
    })
}

/// What an operator should think over before a plan is logged: nothing could arrive, or every agent would refuse it, or
/// almost every one.
pub fn doubts(plan: &Plan, now: Timestamp) -> Vec<String> {
    let (body, dates) = (plan.body(), plan.body().dates);
    let mut doubts = Vec::new();
    if now >= dates.send_closes_at {
        let corrections = if now >= dates.correction_closes_at { ", and so did the time for corrections" } else { "" };
        let closes_at = dates.send_closes_at;
        doubts.push(format!(
            "sending ended at {closes_at}, which is past{corrections}: no council can send, and the year is used up"
        ));
    }
    // agents draw inside the slot, and judge the year by the day on which they do
    let newest = ReportingYear::of(now.max(dates.send_opens_at).day()).map(|year| year.before(1));
    let year = body.reporting_year;
    let is_right = newest.is_some_and(|newest| year == newest || (body.made_up && year < newest));
    if !is_right {
        let newest = newest.map_or("not known".to_owned(), |newest| newest.to_string());
        doubts
            .push(format!("{year} is not the newest complete reporting year, which is {newest}: every agent refuses this plan"));
    }
    if body.rho_year_nano > RHO_YEAR_USUAL {
        doubts.push(format!(
            "rho {} for the release and {} for a correction are more than {RHO_YEAR_USUAL} together, the cap of every agent whose \
             council set no other: these refuse this plan",
            body.rho_release_nano, body.rho_correction_nano
        ));
    }
    doubts
}

/// What an operator should know of a plan that is none the worse for it.
pub fn remarks(plan: &Plan, now: Timestamp) -> Vec<String> {
    let dates = plan.body().dates;
    let is_sending = dates.send_opens_at < now && now < dates.send_closes_at;
    let since = dates.send_opens_at;
    is_sending
        .then(|| {
            format!("sending is open already, since {since}: some councils' slots may be past, and their agents send at once")
        })
        .into_iter()
        .collect()
}
