//! A made-up nation with its exact cells, the tuned plan for it, and every figure that a release of it has.

use aggregator::authorities::Authorities;
use aggregator::budget::Budget;
use anyhow::{Context as _, ensure};
use shared::framework::{Framework, Kind, Table};
use shared::fuse::{Margins, Parts};
use shared::ids::{AuthorityId, ReportingYear};
use shared::plan::{Cohort, Dates, Draw, Plan, PlanChoice, PopulationEstimate};
use shared::privacy::RhoNano;
use shared::release::{Level, What};

use crate::councils::extracts::Supply;
use crate::councils::{self, Spec};
use crate::exact;
use crate::reading::{InputFile, Return};

const YEAR: i16 = 2025;
const N_YEARS: usize = 4;

/// One authority.
pub struct Member {
    /// Its code.
    pub authority: AuthorityId,
    /// Place of its region among the areas.
    pub region: usize,
    /// Exact cells in layout order; of a mean centred.
    pub cells: Vec<f64>,
}

/// One area: England, a region, or an authority.
pub struct Area {
    /// Its level.
    pub level: Level,
    /// Its code in a release.
    pub code: String,
    /// Exact cells.
    pub cells: Vec<f64>,
    /// Its authorities, by place.
    pub members: Vec<usize>,
}

/// A figure with an interval.
pub struct Target {
    /// Place of its area.
    pub area: usize,
    /// What it is.
    pub what: What,
    /// Table, group and category, as a release names them.
    pub id: (String, String, String),
    /// Cells of its numerator.
    pub part: Vec<usize>,
    /// Cells of its denominator; of a count none.
    pub whole: Vec<usize>,
    /// Variances and covariance of both over the area.
    pub var_part: f64,
    /// See `var_part`.
    pub var_whole: f64,
    /// See `var_part`.
    pub covariance: f64,
    /// The exact count, share or centred mean.
    pub truth: f64,
    /// Standard deviation over value, of the denominator; of a count or rate of itself.
    pub noise_ratio: f64,
    /// The widest set that is published, as a share or in the mean's unit.
    pub width_max: f64,
}

/// Everything that does not change from draw to draw.
pub struct Nation {
    /// The framework.
    pub framework: Framework,
    /// Which margins are shared.
    pub margins: Margins,
    /// The plan.
    pub plan: Plan,
    /// Variance of the noise in one cell of each table.
    pub variances: Vec<f64>,
    /// Authorities by code.
    pub members: Vec<Member>,
    /// England, the regions, then the authorities.
    pub areas: Vec<Area>,
    /// Every figure.
    pub targets: Vec<Target>,
    /// Shares and means of nobody, which have no truth.
    pub n_of_nobody: usize,
}

impl Nation {
    /// Makes the first so many councils of the nation of a seed, or all, and counts them without noise.
    ///
    /// # Errors
    /// When a council is wrong, or tables that must agree do not.
    pub fn make(seed: u64, n_authorities: Option<usize>) -> anyhow::Result<Self> {
        let framework = Framework::built_in();
        let margins = Margins::of(&framework);
        let counted = count(&framework, seed, n_authorities)?;
        let plan = plan(&framework, &counted)?;
        let place = |t: &Table| plan.place(&framework, &t.id).context("a plan places every table");
        let variances =
            framework.tables().iter().map(|t| Ok(place(t)?.variance(Draw::Release))).collect::<anyhow::Result<Vec<f64>>>()?;
        let regions: Vec<String> = plan.body().cohort.regions.iter().map(|r| r.code.clone()).collect();
        let member = |(authority, cells): (AuthorityId, Vec<f64>)| {
            let region = plan.member(authority).and_then(|m| regions.iter().position(|r| *r == m.region));
            Ok(Member { authority, region: region.context("an authority lies in a region")? + 1, cells })
        };
        let members = counted.into_iter().map(member).collect::<anyhow::Result<Vec<_>>>()?;
        let areas = areas(&plan, &members);
        for area in &areas {
            let fused = margins.estimate(&area.cells, &variances);
            let agree = fused.iter().zip(&area.cells).all(|(a, b)| (a - b).abs() <= 1e-6);
            ensure!(agree, "tables of {} that count the same children do not agree", area.code);
        }
        let mut nation = Self { margins, plan, variances, members, areas, targets: Vec::new(), n_of_nobody: 0, framework };
        nation.find_targets()?;
        Ok(nation)
    }

    fn find_targets(&mut self) -> anyhow::Result<()> {
        let parts = self.margins.parts(&self.variances);
        let mut targets = Vec::new();
        for (at, area) in self.areas.iter().enumerate() {
            let figures = Figures { nation: self, parts: &parts, at, area };
            for (t, table) in self.framework.tables().iter().enumerate() {
                match table.kind {
                    Kind::Share => figures.of_share(t, &mut targets)?,
                    Kind::Mean | Kind::Fact if area.level == Level::Local => {}
                    Kind::Mean | Kind::Fact => figures.of_mean(t, &mut targets)?,
                }
            }
        }
        let n = targets.len();
        targets.retain(|target| target.truth.is_finite());
        self.n_of_nobody = n - targets.len();
        self.targets = targets;
        Ok(())
    }
}

struct Figures<'a> {
    nation: &'a Nation,
    parts: &'a Parts,
    at: usize,
    area: &'a Area,
}

impl Figures<'_> {
    fn of_share(&self, t: usize, out: &mut Vec<Target>) -> anyhow::Result<()> {
        let framework = &self.nation.framework;
        let table = &framework.tables()[t];
        let measure = framework.measure(&table.measure).context("a table has a measure")?;
        let has_rate = measure.rate && table.breakdown == "total";
        if self.area.level == Level::Local && !has_rate {
            return Ok(());
        }
        let counted = counted(table);
        let shared = counted.len() > 1;
        let mut lines: Vec<(&str, Vec<usize>, bool)> =
            table.categories.iter().enumerate().map(|(k, c)| (c.id.as_str(), vec![k], shared && !c.outside)).collect();
        for view in &measure.views {
            let sum: Option<Vec<usize>> = view.sum.iter().map(|id| table.category(id)).collect();
            lines.push((&view.id, sum.context("a view names categories")?, shared));
        }
        if shared {
            lines.push(("base", counted.clone(), false));
        }
        for group in 0..table.groups.len() {
            for (category, own, has_share) in &lines {
                let figure = |what, whole: &[usize]| self.target(t, group, category, what, (t, own), (t, whole), 0.5);
                out.push(figure(What::Count, &[]));
                if has_rate {
                    out.push(figure(What::Rate, &[]));
                }
                if *has_share {
                    out.push(figure(What::Share, &counted));
                }
            }
        }
        Ok(())
    }

    fn of_mean(&self, t: usize, out: &mut Vec<Target>) -> anyhow::Result<()> {
        let framework = &self.nation.framework;
        let table = &framework.tables()[t];
        let measure = framework.measure(&table.measure).context("a table has a measure")?;
        let base = format!("{}.{}", measure.count_from.as_ref().context("a mean has a count")?, table.breakdown);
        let base = framework.tables().iter().position(|t| t.id == base).context("a mean's count has a table")?;
        let whole = counted(&framework.tables()[base]);
        let [low, high] = measure.bounds.context("a mean has bounds")?;
        let width_max = 0.1 * f64::from(high - low);
        for group in 0..table.groups.len() {
            out.push(self.target(t, group, "mean", What::Mean, (t, &[0]), (base, &whole), width_max));
        }
        Ok(())
    }

    /// One figure: numerator and denominator each as table and categories. Those of a mean share no noise.
    #[expect(clippy::too_many_arguments, reason = "the parts of one figure, named at each call")]
    fn target(
        &self,
        t: usize,
        group: usize,
        category: &str,
        what: What,
        part: (usize, &[usize]),
        whole: (usize, &[usize]),
        width_max: f64,
    ) -> Target {
        let tables = self.nation.framework.tables();
        let n: f64 = f64::from(u32::try_from(self.area.members.len()).unwrap_or(u32::MAX));
        let covariance = |(t, a): (usize, &[usize]), b: &[usize]| n * self.parts.covariance(t, group, a, b);
        let cells = |(t, of): (usize, &[usize])| of.iter().map(|k| tables[t].cell(group, *k)).collect::<Vec<_>>();
        let sum = |cells: &[usize]| cells.iter().map(|c| self.area.cells[*c]).sum::<f64>();
        let is_ratio = !whole.1.is_empty();
        let (part_cells, whole_cells) = (cells(part), cells(whole));
        let (var_part, var_whole) = (covariance(part, part.1), covariance(whole, whole.1));
        let (numerator, denominator) = (sum(&part_cells), sum(&whole_cells));
        let noise_ratio = if is_ratio { var_whole.sqrt() / denominator.abs() } else { var_part.sqrt() / numerator.abs() };
        Target {
            area: self.at,
            what,
            id: (tables[t].id.clone(), tables[t].groups[group].id.clone(), category.to_owned()),
            truth: if is_ratio { numerator / denominator } else { numerator },
            covariance: if is_ratio && part.0 == whole.0 { covariance(part, whole.1) } else { 0.0 },
            part: part_cells,
            whole: whole_cells,
            var_part,
            var_whole,
            noise_ratio,
            width_max,
        }
    }
}

fn counted(table: &Table) -> Vec<usize> {
    table.categories.iter().enumerate().filter(|(_, c)| !c.outside).map(|(k, _)| k).collect()
}

/// England, the regions by code, the authorities by code.
fn areas(plan: &Plan, members: &[Member]) -> Vec<Area> {
    let cohort = &plan.body().cohort;
    let area = |level, code: &str, is_in: &dyn Fn(&Member) -> bool| {
        let inside: Vec<usize> = (0..members.len()).filter(|m| is_in(&members[*m])).collect();
        let mut cells = vec![0.0; members.first().map_or(0, |m| m.cells.len())];
        for m in &inside {
            cells.iter_mut().zip(&members[*m].cells).for_each(|(sum, cell)| *sum += cell);
        }
        Area { level, code: code.to_owned(), cells, members: inside }
    };
    let mut areas = vec![area(Level::National, "E92000001", &|_| true)];
    for (place, region) in cohort.regions.iter().enumerate() {
        areas.push(area(Level::Regional, &region.code, &|m| m.region == place + 1));
    }
    for member in &cohort.members {
        areas.push(area(Level::Local, &member.ons_code, &|m| m.authority == member.authority));
    }
    areas
}

/// The plan that `plan create` makes of the compiled-in budget for these authorities.
fn plan(framework: &Framework, counted: &[(AuthorityId, Vec<f64>)]) -> anyhow::Result<Plan> {
    let reporting_year = ReportingYear::new(YEAR).context("a reporting year")?;
    let only = counted.iter().map(|(authority, _)| *authority).collect();
    let mut cohort: Cohort = Authorities::built_in()?.cohort(reporting_year, Some(&only))?;
    let sizes = councils::authorities::all();
    for member in &mut cohort.members {
        let size = sizes.iter().find(|a| a.code == member.authority.to_string()).context("an authority has a size")?;
        member.population_0_17 = Some(u64::from(size.n_population));
    }
    cohort.population =
        Some(PopulationEstimate { mid_year: reporting_year.before(1).number(), source: "A made-up estimate".into() });
    let choice = PlanChoice {
        reporting_year,
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse()?,
            send_opens_at: "2025-07-01T09:00:00Z".parse()?,
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse()?,
            correction_opens_at: "2025-10-01T09:00:00Z".parse()?,
            correction_closes_at: "2025-10-31T17:00:00Z".parse()?,
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort,
        authorities_min: 1,
    };
    Ok(Plan::with_units(framework, &Budget::built_in(framework)?.units, choice)?)
}

/// Makes and counts councils on all processors, by code.
fn count(framework: &Framework, seed: u64, authorities: Option<usize>) -> anyhow::Result<Vec<(AuthorityId, Vec<f64>)>> {
    let spec = Spec { seed, authorities, reporting_year: YEAR, n_years: N_YEARS, extracts: Supply::All, ..Spec::default() };
    let councils = councils::Plan::new(&spec);
    let n = councils.authorities().len();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let one = |place: usize| -> anyhow::Result<(AuthorityId, Vec<f64>)> {
        let council = councils.council(place);
        let files =
            |year| council.files(year).into_iter().map(|table| InputFile { name: table.file.to_owned(), bytes: table.bytes });
        let years = council.years_returned().into_iter().filter(|&year| year <= YEAR);
        let returns = years.map(|year| Ok((ReportingYear::new(year).context("a return year")?, files(year).collect())));
        let returns = returns.collect::<anyhow::Result<Vec<Return>>>()?;
        Ok((council.code.parse()?, cells(framework, &exact::of_returns(&returns, YEAR, framework)?)?))
    };
    let mut counted = std::thread::scope(|scope| {
        let work = |thread| (thread..n).step_by(n_threads).map(one).collect::<anyhow::Result<Vec<_>>>();
        let threads: Vec<_> = (0..n_threads).map(|thread| scope.spawn(move || work(thread))).collect();
        let done = threads.into_iter().map(|thread| thread.join().expect("counting a council does not panic"));
        done.collect::<anyhow::Result<Vec<_>>>()
    })?
    .concat();
    counted.sort_by_key(|(authority, _)| *authority);
    Ok(counted)
}

/// Cells in layout order, means centred.
fn cells(framework: &Framework, exact: &exact::Cells) -> anyhow::Result<Vec<f64>> {
    let mut cells = Vec::with_capacity(framework.n_cells());
    for table in framework.tables() {
        let centre = framework.measure(&table.measure).context("a table has a measure")?.centre();
        for group in &table.groups {
            let n = |category: &str| {
                let (table, group, category) = (table.id.clone(), group.id.clone(), category.to_owned());
                exact.get(&exact::Cell { table, group, category }).copied().unwrap_or(0)
            };
            for category in &table.categories {
                let cell = match table.kind {
                    Kind::Share => n(&category.id),
                    Kind::Mean | Kind::Fact => n("sum") - i64::from(centre) * n("n"),
                };
                cells.push(f64::from(i32::try_from(cell)?));
            }
        }
    }
    Ok(cells)
}
