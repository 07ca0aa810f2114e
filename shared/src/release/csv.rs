//! The file pair `figures.csv` and `figures.meta.csv`: one row for each area, table, group and category.
//!
//! Column names and symbols follow the open data standard of Explore Education Statistics: `u` low reliability, `x` not
//! available since no authority of the area took part, `z` not applicable; interval ends as columns of their own.

use super::{Figure, Level, What};
use crate::framework::{About, Framework};

const COLUMNS: [&str; 25] = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
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
    "children_percent",
    "children_percent_lower_ci",
    "children_percent_upper_ci",
    "score_average",
    "score_average_lower_ci",
    "score_average_upper_ci",
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
category_kind,Filter,Kind of category,,,,Only rows of kind category add up; sum and base are made of them; outside is coverage,
figure_id,Filter,Figure,,,,Table and group and category,
children_count,Indicator,Number of children (u: noise leaves nothing to say; x: no authority took part; z: does not apply),Number,,0,,
children_count_lower_ci,Indicator,Number of children (lower end of the 95 % interval),Number,,1,,
children_count_upper_ci,Indicator,Number of children (upper end of the 95 % interval),Number,,1,,
children_percent,Indicator,Percentage of children,Percentage,%,4,,
children_percent_lower_ci,Indicator,Percentage of children (lower end of the 95 % interval),Percentage,%,4,,
children_percent_upper_ci,Indicator,Percentage of children (upper end of the 95 % interval),Percentage,%,4,,
score_average,Indicator,Average score,Average,,4,,
score_average_lower_ci,Indicator,Average score (lower end of the 95 % interval),Average,,4,,
score_average_upper_ci,Indicator,Average score (upper end of the 95 % interval),Average,,4,,
authority_count,Indicator,Authorities in the sum,Coverage,,0,,
";

pub(super) fn meta(head: &super::json::Head) -> Vec<u8> {
    format!("{META}notice,Filter,Notice,,,,{},\n", quote(&head.notices.join(" "))).into_bytes()
}

pub(super) fn data(head: &super::json::Head, figures: &[Figure], framework: &Framework) -> Vec<u8> {
    let mut out = COLUMNS.join(",") + "\n";
    let notice = head.notices.join(" ");
    let same_row =
        |a: &Figure, b: &Figure| (&a.area_code, &a.id, &a.group, &a.category) == (&b.area_code, &b.id, &b.group, &b.category);
    for row in figures.chunk_by(same_row) {
        let cells = row_cells(head, row, framework, &notice);
        let quoted: Vec<String> = cells.iter().map(|c| quote(c)).collect();
        out += &quoted.join(",");
        out.push('\n');
    }
    out.into_bytes()
}

fn row_cells(head: &super::json::Head, row: &[Figure], framework: &Framework, notice: &str) -> Vec<String> {
    let first = &row[0];
    let measure = framework.measure(&first.measure).expect("a figure's measure is in the framework");
    let table = framework.table(&first.id).expect("a figure's table is in the framework");
    let topic = framework.breakdowns().iter().find(|b| b.id == first.breakdown).expect("a table's breakdown is in the framework");
    let group = table.group(&first.group).map(|g| table.groups[g].label.clone()).unwrap_or_default();
    let (level, region_code, region_name) = match first.level {
        Level::National => ("National", "", ""),
        Level::Regional => ("Regional", first.area_code.as_str(), first.area.as_str()),
    };
    let title = match measure.about {
        About::Children => measure.title.clone(),
        About::CareLeavers => format!("{} (care leavers)", measure.title),
    };
    let mut cells: Vec<String> = [
        &head.reporting_year.to_string(),
        "Reporting year",
        level,
        "E92000001",
        "England",
        region_code,
        region_name,
        &first.measure,
        &title,
        &topic.label,
        &group,
        &first.label,
        first.kind.word(),
        &format!("{}/{}/{}", first.id, first.group, first.category),
    ]
    .map(str::to_owned)
    .to_vec();
    for what in [What::Count, What::Share, What::Mean] {
        let figure = row.iter().find(|f| f.what == what);
        let none = if first.authorities == 0 { "x" } else { "u" };
        let end = |f: fn(&Figure) -> Option<f64>| match figure {
            Some(figure) => f(figure).map_or(none.to_owned(), |x| x.to_string()),
            None => "z".to_owned(),
        };
        cells.extend([end(|f| f.value), end(|f| f.low), end(|f| f.high)]);
    }
    cells.extend([first.authorities.to_string(), notice.to_owned()]);
    cells
}

fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
