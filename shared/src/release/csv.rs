//! The file pair `figures.csv` and `figures.meta.csv`: one row for each area, table, group and category.
//!
//! Column names and symbols follow the open data standard of Explore Education Statistics: `u` low reliability, `x` not
//! available since no authority of the area took part, `z` not applicable; interval ends as columns of their own.

use super::changes::Change;
use super::interval::{Decimals, rounded};
use super::{Figure, Level, What};
use crate::framework::{About, Framework};
use crate::plan::Region;

const COLUMNS: [&str; 34] = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
    "measure",
    "measure_title",
    "breakdown_topic",
    "breakdown",
    "category",
    "category_kind",
    "figure_id",
    "children_count",
    "children_count_lower_ci",
    "children_count_upper_ci",
    "children_count_unrounded",
    "children_count_noisy",
    "children_percent",
    "children_percent_lower_ci",
    "children_percent_upper_ci",
    "score_average",
    "score_average_lower_ci",
    "score_average_upper_ci",
    "children_rate",
    "children_rate_lower_ci",
    "children_rate_upper_ci",
    "authorities_answering",
    "authority_count",
    "notice",
];

const META: &str = "\
col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column
measure,Filter,Measure,,,,Id in the outcomes framework,
measure_title,Filter,Title of the measure,,,,,
breakdown_topic,Filter,Breakdown topic,,,,,
breakdown,Filter,Breakdown,,,,,
category,Filter,Category,,,,,
category_kind,Filter,Kind of category,,,,Only rows of kind category add up; sum and base are made of them; outside is coverage; fact is about authorities and not about children,
figure_id,Filter,Figure,,,,Table and group and category,
children_count,Indicator,Number of children (rounded so that categories and groups and regions add up exactly; u: noise leaves nothing to say; x: no authority took part; z: does not apply),Number,,1,,
children_count_lower_ci,Indicator,Number of children (lower end of the 95 % interval),Number,,1,,
children_count_upper_ci,Indicator,Number of children (upper end of the 95 % interval),Number,,1,,
children_count_unrounded,Indicator,Number of children (before rounding),Number,,,,
children_count_noisy,Indicator,Number of children (sum of the noisy cells as the authorities sent them),Number,,,,
children_percent,Indicator,Percentage of children,Percentage,%,4,,
children_percent_lower_ci,Indicator,Percentage of children (lower end of the 95 % interval),Percentage,%,4,,
children_percent_upper_ci,Indicator,Percentage of children (upper end of the 95 % interval),Percentage,%,4,,
score_average,Indicator,Average score,Average,,4,,
score_average_lower_ci,Indicator,Average score (lower end of the 95 % interval),Average,,4,,
score_average_upper_ci,Indicator,Average score (upper end of the 95 % interval),Average,,4,,
children_rate,Indicator,Children per ten thousand aged 0 to 17 who live there,Rate,,1,,
children_rate_lower_ci,Indicator,Children per ten thousand aged 0 to 17 who live there (lower end of the 95 % interval),Rate,,1,,
children_rate_upper_ci,Indicator,Children per ten thousand aged 0 to 17 who live there (upper end of the 95 % interval),Rate,,1,,
authorities_answering,Indicator,Authorities that gave this answer about themselves (exact),Facts,,0,,
authority_count,Indicator,Authorities in the sum,Coverage,,0,,
";

pub(super) fn meta(head: &super::json::Head) -> Vec<u8> {
    format!("{META}notice,Filter,Notice,,,,{},\n", quote(&head.notices.join(" "))).into_bytes()
}

pub(super) fn data(head: &super::json::Head, figures: &[Figure], regions: &[Region], framework: &Framework) -> Vec<u8> {
    let mut out = COLUMNS.join(",") + "\n";
    let notice = head.notices.join(" ");
    let same_row =
        |a: &Figure, b: &Figure| (&a.area_code, &a.id, &a.group, &a.category) == (&b.area_code, &b.id, &b.group, &b.category);
    for row in figures.chunk_by(same_row) {
        let cells = row_cells(head, row, regions, framework, &notice);
        let quoted: Vec<String> = cells.iter().map(|c| quote(c)).collect();
        out += &quoted.join(",");
        out.push('\n');
    }
    out.into_bytes()
}

fn row_cells(head: &super::json::Head, row: &[Figure], regions: &[Region], framework: &Framework, notice: &str) -> Vec<String> {
    let first = &row[0];
    let measure = framework.measure(&first.measure).expect("a figure's measure is in the framework");
    let topic =
        framework.breakdowns().iter().find(|b| b.id == first.breakdown).expect("a figure's breakdown is in the framework");
    let groups = framework.table(&first.id).map_or(&topic.groups, |table| &table.groups);
    let group = groups.iter().find(|g| g.id == first.group).map(|g| g.label.clone()).unwrap_or_default();
    let title = match measure.about {
        About::Children => measure.title.clone(),
        About::CareLeavers => format!("{} (care leavers)", measure.title),
        About::Authority => format!("{} (authorities)", measure.title),
    };
    let mut cells = vec![head.reporting_year.to_string(), "Reporting year".to_owned(), first.level.word().to_owned()];
    cells.extend(["E92000001", "England"].map(str::to_owned));
    cells.extend(places(first, regions));
    cells.extend([
        first.measure.clone(),
        title,
        topic.label.clone(),
        group,
        first.label.clone(),
        first.kind.word().to_owned(),
        format!("{}/{}/{}", first.id, first.group, first.category),
    ]);
    for what in [What::Count, What::Share, What::Mean, What::Rate] {
        let figure = row.iter().find(|f| f.what == what);
        let end = |f: fn(&Figure) -> Option<f64>| symbol(first, figure, f);
        cells.extend([end(|f| f.value), end(|f| f.low), end(|f| f.high)]);
        if what == What::Count {
            cells.extend([end(|f| f.unrounded), end(|f| f.noisy)]);
        }
    }
    cells.push(symbol(first, row.iter().find(|f| f.what == What::Authorities), |f| f.value));
    cells.extend([first.authorities.to_string(), notice.to_owned()]);
    cells
}

const CHANGE_COLUMNS: &str = "time_period,compared_with,geographic_level,area_code,area_name,measure,breakdown_topic,figure_id,category,\
what,authority_count,value,value_lower_ci,value_upper_ci,former_value,former_value_lower_ci,former_value_upper_ci,difference,\
difference_lower_ci,difference_upper_ci,chance,change_claimed,notice\n";

/// The file `changes.csv`: one row for each figure that the year before has too; the head alone where there is none.
pub(super) fn changes(head: &super::json::Head, compared: Option<(&str, &[Change])>) -> Vec<u8> {
    let mut out = CHANGE_COLUMNS.to_owned();
    let (before, changes) = compared.unwrap_or_default();
    let end = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
    let notice = head.notices.join(" ");
    for change in changes {
        let f = &change.figure;
        let cells = [
            head.version.clone(),
            before.to_owned(),
            f.level.word().to_owned(),
            f.area_code.clone(),
            f.area.clone(),
            f.measure.clone(),
            f.breakdown.clone(),
            format!("{}/{}/{}", f.id, f.group, f.category),
            f.label.clone(),
            f.what.word().to_owned(),
            f.authorities.to_string(),
            end(f.value),
            end(f.low),
            end(f.high),
            end(change.former.value),
            end(change.former.low),
            end(change.former.high),
            rounded(change.difference, Decimals::Four).to_string(),
            rounded(change.low, Decimals::Four).to_string(),
            rounded(change.high, Decimals::Four).to_string(),
            change.chance.to_string(),
            if change.is_claimed { "yes" } else { "no" }.to_owned(),
            notice.clone(),
        ];
        out += &cells.map(|cell| quote(&cell)).join(",");
        out.push('\n');
    }
    out.into_bytes()
}

/// One end of a figure, or the symbol that says why there is none.
fn symbol(first: &Figure, figure: Option<&Figure>, end: fn(&Figure) -> Option<f64>) -> String {
    let none = if first.authorities == 0 { "x" } else { "u" };
    match figure {
        Some(figure) => end(figure).map_or(none.to_owned(), |x| x.to_string()),
        None => "z".to_owned(),
    }
}

/// Region and authority, by code and name; blank where a level does not apply.
fn places(figure: &Figure, regions: &[Region]) -> [String; 5] {
    let blank = || String::new();
    match figure.level {
        Level::National => [blank(), blank(), blank(), blank(), blank()],
        Level::Regional => [figure.area_code.clone(), figure.area.clone(), blank(), blank(), blank()],
        Level::Local => {
            let region = regions.iter().find(|r| figure.region.as_ref() == Some(&r.code));
            let (code, name) = region.map_or((blank(), blank()), |r| (r.code.clone(), r.name.clone()));
            let old = figure.authority.map_or(blank(), |id| id.to_string());
            [code, name, old, figure.area_code.clone(), figure.area.clone()]
        }
    }
}

fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
