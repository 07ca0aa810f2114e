//! What differs between authorities: drawn once for all of them, then centred.
//!
//! An effect is drawn per authority and then centred over the whole nation, weighted by the denominator of
//! the measure that it moves, so that England's figure stays where the parameters put it. All authorities of
//! the list take part in the centring, also when only some have a council: a council is the same in every subset.

use super::authorities::Authority;
use super::chance::{Chance, Purpose};
use super::parameters;

/// The effects of one authority.
#[derive(Clone, Debug)]
pub struct Effects {
    /// Factor of the hazard of moves.
    pub moves: f64,
    /// Factor of the share who came alone.
    pub alone: f64,
    /// Factor of missing incidents.
    pub missing: f64,
    /// Factor of changes of social worker.
    pub workers: f64,
    /// Log-odds of a returned score.
    pub sdq_received: f64,
    /// Points on the score.
    pub sdq_level: f64,
    /// Log-odds added to health checks.
    pub health: f64,
    /// Factor of the odds of learning or work.
    pub learning: f64,
    /// Log-odds of suitable accommodation.
    pub suitable: f64,
}

/// The effects of all authorities, in the order of `authorities`.
#[must_use]
pub fn draw(seed: u64, authorities: &[Authority]) -> Vec<Effects> {
    let mut chance = Chance::new(seed, Purpose::Effects, 0);
    let children: Vec<f64> = authorities.iter().map(|a| f64::from(a.n_children)).collect();
    let mut normal = |sd: f64| -> Vec<f64> { authorities.iter().map(|_| sd * chance.normal()).collect() };
    let moves = factors(&normal(parameters::MOVES_COUNCILS), &children);
    let alone = factors(&normal(parameters::UASC_COUNCILS), &children);
    let missing = factors(&normal(parameters::MISSING_COUNCILS), &children);
    let workers = factors(&normal(parameters::WORKER_COUNCILS), &children);
    let received = log_odds(&normal(parameters::SDQ_RECEIVED_COUNCILS), &children, parameters::SDQ_RECEIVED);
    let with_score: Vec<f64> = received.iter().zip(&children).map(|(&odds, &n)| chance_of(odds) * n).collect();
    let level = centred(&normal(parameters::SDQ_COUNCILS), &with_score);
    let health_raw = normal(parameters::HEALTH_COUNCILS);
    let odds = odds_of(parameters::HEALTH_ALL);
    let health: Vec<f64> = log_odds(&health_raw, &children, parameters::HEALTH_ALL).iter().map(|total| total - odds).collect();
    let learning = centred(&normal(parameters::LEARNING_COUNCILS), &children);
    let suitable = log_odds(&normal(parameters::SUITABLE_COUNCILS), &children, parameters::SUITABLE);
    (0..authorities.len())
        .map(|i| Effects {
            moves: moves[i],
            alone: alone[i],
            missing: missing[i],
            workers: workers[i],
            sdq_received: received[i],
            sdq_level: level[i],
            health: health[i],
            learning: learning[i].exp(),
            suitable: suitable[i],
        })
        .collect()
}

/// The probability of log-odds.
#[must_use]
pub fn chance_of(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The log-odds of a probability.
#[must_use]
pub fn odds_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

/// Effects on a sum, with a weighted mean of 0.
fn centred(raw: &[f64], weights: &[f64]) -> Vec<f64> {
    let mean = weighted_mean(raw, weights);
    raw.iter().map(|x| x - mean).collect()
}

/// Effects on a rate, with a weighted mean of 1.
fn factors(raw: &[f64], weights: &[f64]) -> Vec<f64> {
    let raised: Vec<f64> = raw.iter().map(|x| x.exp()).collect();
    let mean = weighted_mean(&raised, weights);
    raised.iter().map(|x| x / mean).collect()
}

/// Log-odds whose probabilities have the weighted mean `target`, by halving.
fn log_odds(raw: &[f64], weights: &[f64], target: f64) -> Vec<f64> {
    let (mut low, mut high) = (-12.0_f64, 12.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let shares: Vec<f64> = raw.iter().map(|x| chance_of(x + middle)).collect();
        if weighted_mean(&shares, weights) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    raw.iter().map(|x| x + low).collect()
}

fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / total
}
