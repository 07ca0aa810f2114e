//! Attacks on the noise: its map, its guards, its statistics, its message.

use proptest::prelude::*;
use shared::framework::{AGE_MAX, ChildKind, Framework, Presence};
use shared::ids::ReportingYear;
use shared::limits::SCALE_MILLI_MAX;
use shared::plan::{Cohort, Dates, Draw, Plan, PlanChoice};
use shared::privacy::{RhoNano, cost, l2_squared};

use super::release::{guard_cost, release};
use super::*;
use crate::bounds::BoundedCell;
use crate::bounds::tests::greatest_child;

fn plan(framework: &Framework) -> Plan {
    let choice = PlanChoice {
        reporting_year: ReportingYear::new(2025).unwrap(),
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse().unwrap(),
            send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
            correction_opens_at: "2025-10-01T09:00:00Z".parse().unwrap(),
            correction_closes_at: "2025-10-31T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort { members: Vec::new(), regions: Vec::new(), population: None },
        authorities_min: 1,
    };
    Plan::with_equal_shares(framework, choice).unwrap()
}

fn children(framework: &Framework) -> Vec<BoundedChild> {
    ChildKind::all().map(|kind| BoundedChild::new(framework, greatest_child(framework, kind)).unwrap()).collect()
}

/// The one table of such a domain, in which a child counts one unit.
const ONE: NoiseTable = NoiseTable { table: 0, unit: 1 };

/// A domain of one table of `n` cells, as wide as a test of statistics needs.
fn wide(n: u32, scale_milli: u64, children: Vec<Child>) -> DrawRequest {
    let domain =
        ChildDomain::new(vec![DomainTable { n_cells: n, abs_max: 1, ages: [0, AGE_MAX], on_31_march: Presence::Either }])
            .unwrap();
    let block = NoiseBlock { scale_milli, rho_nano: cost(1, scale_milli).unwrap(), tables: vec![ONE] };
    DrawRequest::from_parts(domain, vec![block], children)
}

#[test]
fn the_map_is_the_cost_that_plans_claim() {
    let f = Framework::built_in();
    let request = DrawRequest::new(&f, &plan(&f), Draw::Release, Vec::new()).unwrap();
    let claimed = plan(&f).rho().as_rho();
    let release = release(request.domain(), request.blocks()).unwrap();
    let one = release.map(&1).unwrap();
    assert!(one <= claimed && one > claimed - 1e-7, "{one} {claimed}");
    let three = release.map(&3).unwrap();
    assert!((three / one - 9.0).abs() < 1e-9, "three children cost nine times one");
    assert_eq!(guard_cost(&release, request.blocks()), Ok(()));
}

#[test]
fn the_domain_agrees_with_the_shared_sensitivity() {
    let f = Framework::built_in();
    let domain = ChildDomain::of_framework(&f).unwrap();
    for block in &plan(&f).body().blocks {
        let place = |id: &str| f.tables().iter().position(|t| t.id == id).unwrap();
        let index = |id: &str| u16::try_from(place(id)).unwrap();
        let tables: Vec<NoiseTable> = block.tables.iter().map(|t| NoiseTable { table: index(&t.table), unit: t.unit }).collect();
        let of_block = block.tables.iter().map(|t| (f.table(&t.table).unwrap(), t.unit));
        assert_eq!(domain.l2_squared(&tables), l2_squared(of_block));
        assert_eq!(domain.l2_squared(&tables), Some(block.l2_squared));
        let wrong = |table, unit| domain.l2_squared(&[NoiseTable { table, unit }]);
        assert_eq!((wrong(0, 0), wrong(0, u32::MAX), wrong(u16::MAX, 1)), (None, None, None));
    }
}

#[test]
fn a_plan_that_claims_less_than_the_map_is_refused() {
    let f = Framework::built_in();
    for steal in [10, 1_000, 100_000_000] {
        let request = DrawRequest::new(&f, &plan(&f), Draw::Release, Vec::new()).unwrap();
        let mut blocks = request.blocks().to_vec();
        blocks[0].rho_nano.0 -= steal;
        let bad = DrawRequest::from_parts(request.domain().clone(), blocks, Vec::new());
        assert_eq!(draw(bad), Err(NoiseError::Map), "{steal}");
    }
    let request = DrawRequest::new(&f, &plan(&f), Draw::Release, Vec::new()).unwrap();
    let mut blocks = request.blocks().to_vec();
    blocks.iter_mut().for_each(|b| b.scale_milli -= 1);
    assert_eq!(draw(DrawRequest::from_parts(request.domain().clone(), blocks, Vec::new())), Err(NoiseError::Map));
}

#[test]
fn a_scale_outside_its_limits_is_refused() {
    for scale_milli in [0, 1, 100, 1_999, SCALE_MILLI_MAX + 1, u64::MAX] {
        let mut request = wide(4, 2_000, Vec::new());
        request.blocks[0].scale_milli = scale_milli;
        request.blocks[0].rho_nano = RhoNano(u64::MAX / 4);
        assert_eq!(draw(request), Err(NoiseError::Scale), "{scale_milli}");
    }
    let mut request = wide(4, 2_000, Vec::new());
    request.blocks.clear();
    assert_eq!(draw(request), Err(NoiseError::Scale));
}

#[test]
fn a_child_outside_the_domain_is_refused_before_the_draw() {
    let cell = |table, cell, amount| BoundedCell { table, cell, amount };
    let check = |age: u8, cells: Vec<BoundedCell>, expected: Result<usize, NoiseError>| {
        let fair = Child { kind: in_care(3), cells: vec![cell(0, 0, 1)] };
        let answer = draw(wide(4, 2_000, vec![fair, Child { kind: in_care(age), cells }]));
        assert_eq!(answer.map(|c| c.blocks[0].len()), expected);
    };
    check(AGE_MAX, vec![cell(0, 3, -1)], Ok(4));
    check(0, vec![], Ok(4));
    check(AGE_MAX + 1, vec![cell(0, 0, 1)], Err(NoiseError::Domain));
    check(3, vec![cell(0, 0, 2)], Err(NoiseError::Domain));
    check(3, vec![cell(0, 0, i32::MIN)], Err(NoiseError::Domain));
    check(3, vec![cell(0, 4, 1)], Err(NoiseError::Domain));
    check(3, vec![cell(1, 0, 1)], Err(NoiseError::Domain));
    check(3, vec![cell(0, 0, 1), cell(0, 1, 1)], Err(NoiseError::Domain));
}

fn in_care(age: u8) -> ChildKind {
    ChildKind { age, in_care: true }
}

#[test]
fn a_child_in_a_table_that_leaves_its_kind_out_is_refused() {
    let f = Framework::built_in();
    let changes: [fn(&mut ChildKind); 2] = [|kind| kind.age = 1, |kind| kind.in_care = !kind.in_care];
    for change in changes {
        let request = DrawRequest::new(&f, &plan(&f), Draw::Release, children(&f)).unwrap();
        let (domain, blocks) = (request.domain().clone(), request.blocks().to_vec());
        let mut children = request.children;
        change(&mut children[34].kind);
        assert_eq!(draw(DrawRequest::from_parts(domain, blocks, children)), Err(NoiseError::Domain));
    }
}

#[test]
fn a_correction_is_drawn_with_its_own_scales_and_cost() {
    let f = Framework::built_in();
    let plan = plan(&f);
    let request = |draw| DrawRequest::new(&f, &plan, draw, Vec::new()).unwrap();
    for of in [Draw::Release, Draw::Correction] {
        let request = request(of);
        let cost = release(request.domain(), request.blocks()).unwrap().map(&1).unwrap();
        let claimed = plan.rho_of(of).as_rho();
        assert!(cost <= claimed && cost > claimed - 1e-7, "{of:?} {cost} {claimed}");
    }
    assert_eq!(request(Draw::Correction).blocks()[0].scale_milli, plan.body().blocks[0].correction_scale_milli);
}

/// A table of unit 50 under noise of two contributions. False alarm below 1e-6: 40 children are twenty standard deviations.
#[test]
fn a_word_is_in_units_of_its_table() {
    let child = |_| Child { kind: in_care(5), cells: vec![BoundedCell { table: 0, cell: 1, amount: 1 }] };
    let domain = wide(4, 2_000, Vec::new()).domain;
    let block = NoiseBlock {
        scale_milli: 100_000,
        rho_nano: cost(2_500, 100_000).unwrap(),
        tables: vec![NoiseTable { table: 0, unit: 50 }],
    };
    let cells = draw(DrawRequest::from_parts(domain, vec![block], (0..3_000).map(child).collect())).unwrap();
    for (word, expected) in cells.blocks[0].iter().zip([0, 3_000, 0, 0]) {
        assert!((word - expected * 50).abs() < 40 * 50, "{word}");
    }
}

#[test]
fn a_scale_below_two_contributions_of_the_finest_table_is_refused() {
    let mut request = wide(4, 99_999, Vec::new());
    request.blocks[0].tables[0].unit = 50;
    request.blocks[0].rho_nano = RhoNano(u64::MAX / 4);
    assert_eq!(draw(request), Err(NoiseError::Scale));
}

#[test]
fn a_table_in_two_places_is_refused() {
    let mut request = wide(4, 2_000, Vec::new());
    request.blocks[0].tables = vec![ONE, ONE];
    assert_eq!(draw(request), Err(NoiseError::Message));
}

/// Mean and variance of many draws at one scale. False alarm: each bound is 5.4 standard errors, below 1e-7 two-sided.
#[test]
fn the_noise_has_the_mean_and_variance_of_its_scale() {
    let n = 20_000_u32;
    for scale_milli in [2_000_u64, 17_321, 346_410] {
        let (words, count) = (draw(wide(n, scale_milli, Vec::new())).unwrap().blocks.remove(0), f64::from(n));
        let values: Vec<f64> = words.iter().map(|w| w.to_string().parse().unwrap()).collect();
        let scale = scale_milli.to_string().parse::<f64>().unwrap() / 1_000.0;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|v| v * v).sum::<f64>() / count;
        assert!(mean.abs() < 5.4 * scale / count.sqrt(), "mean {mean} at scale {scale}");
        assert!((variance / (scale * scale) - 1.0).abs() < 5.4 * (2.0 / count).sqrt(), "variance {variance} at scale {scale}");
        // neighbours are independent: correlation within the same number of standard errors
        let product = values.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / (count - 1.0) / variance;
        assert!(product.abs() < 5.4 / count.sqrt(), "correlation {product}");
    }
}

#[test]
fn two_draws_of_one_request_differ() {
    let answer = || draw(wide(400, 17_321, Vec::new())).unwrap();
    assert_ne!(answer(), answer());
}

/// Sums under the least noise: 2,000 equal children in one cell. False alarm below 1e-6: 40 is twenty standard deviations.
#[test]
fn sums_are_those_of_a_plain_count() {
    let child = |n: u32| Child {
        kind: in_care(5),
        cells: vec![BoundedCell { table: 0, cell: n % 3, amount: if n % 3 == 2 { -1 } else { 1 } }],
    };
    let cells = draw(wide(4, 2_000, (0..6_000).map(child).collect())).unwrap();
    for (word, expected) in cells.blocks[0].iter().zip([2_000, 2_000, -2_000, 0]) {
        assert!((word - expected).abs() < 40);
    }
}

#[test]
fn a_whole_plan_is_drawn_in_its_shape() {
    let f = Framework::built_in();
    let request = DrawRequest::new(&f, &plan(&f), Draw::Release, children(&f)).unwrap();
    let shape = request.shape().unwrap();
    assert_eq!(shape.iter().sum::<usize>(), f.n_cells());
    let read = decode_request(&encode_request(request).unwrap()).unwrap();
    assert_eq!(read.children().len(), 52);
    let cells = draw(read).unwrap();
    assert_eq!(decode_answer(&encode_answer(&cells).unwrap(), &shape), Ok(cells));
}

#[test]
fn every_word_names_its_error() {
    for error in NoiseError::ALL {
        assert_eq!(NoiseError::of_word(error.word().as_bytes()), error);
    }
    assert_eq!(NoiseError::of_word(b"panicked at 'child 7'"), NoiseError::Process);
}

#[test]
fn a_damaged_message_is_refused() {
    let f = Framework::built_in();
    let bytes = encode_request(DrawRequest::new(&f, &plan(&f), Draw::Release, children(&f)).unwrap()).unwrap();
    for cut in [0, 1, 19, 20, 24, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(decode_request(&bytes[..cut]).map(|_| ()), Err(NoiseError::Message), "{cut}");
    }
    assert!(decode_request(&[&bytes[..], &[0]].concat()).is_err());
    assert!(decode_request(&[b"goldenthread-draw/4\n", &bytes[20..]].concat()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_request(&[&b"goldenthread-draw/3\n"[..], &bytes].concat());
        let _ = decode_answer(&[&b"goldenthread-cell/1\n"[..], &bytes].concat(), &[3]);
        let _ = decode_answer(&bytes, &[]);
    }
}
