//! A live source on a real PostgreSQL: a database gives the figures of the files it was loaded from, nothing in it can be
//! changed through a query, and whatever goes wrong refuses the whole return without a word of what the server said.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use agent::config::live::Live;
use agent::io::live::{Asked, connect};
use agent::records::source::Unreadable;
use agent::records::source::query::QueryWhy;
use agent::records::tables::Table;
use serde_json::Value;
use shared::ids::ReportingYear;
use shared::problem::Exit;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tests::councils::extracts::Supply;
use tests::councils::{Plan, Spec};
use tests::postgres::{Postgres, READER};
use tests::world::office::Office;
use tests::world::open::{Nobody, open};

use crate::ground::{Ground, YEAR, ground, spec};

const PASSWORD: &str = "sesame-sesame";
/// Files of a made-up return, and the tables that they are.
const FILES: [(&str, &str); 11] = [
    ("header", "Header"),
    ("episodes", "Episodes"),
    ("oc2", "OC2"),
    ("oc3", "OC3"),
    ("reviews", "Reviews"),
    ("missing", "Missing"),
    ("uasc", "UASC"),
    ("sw_episodes", "SWEpisodes"),
    ("ad1", "AD1"),
    ("placed_for_adoption", "PlacedAdoption"),
    ("previous_permanence", "PrevPerm"),
];

/// A server with one database, and a role that may read views and nothing else.
struct Care {
    server: Postgres,
    runtime: tokio::runtime::Runtime,
    owner: String,
    folder: TempDir,
}

impl Care {
    fn start() -> Option<Self> {
        let server = Postgres::start()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let owner = runtime.block_on(server.database("care"));
        let care = Self { server, runtime, owner, folder: tempfile::tempdir().unwrap() };
        care.sql(&format!("CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'; CREATE SCHEMA care; CREATE SCHEMA returns"));
        Some(care)
    }

    fn sql(&self, text: &str) {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.owner).await.unwrap();
            connection.execute(sqlx::raw_sql(AssertSqlSafe(text.to_owned()))).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    fn count(&self, from: &str) -> i64 {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.owner).await.unwrap();
            let query = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {from}")));
            let n = query.fetch_one(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            n
        })
    }

    /// Loads folders of CSV files, a table for each, with real types where every value has one, and a view that gives the
    /// columns of the return. Answers the lines of `[live.queries]`.
    fn load(&self, years: &[(i16, &Path)]) -> BTreeMap<&'static str, String> {
        let mut queries = BTreeMap::new();
        for (file, table) in FILES {
            let mut columns: Vec<String> = Vec::new();
            let mut rows: Vec<(i16, Vec<(String, String)>)> = Vec::new();
            for (year, folder) in years {
                let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(folder.join(format!("{file}.csv")))
                else {
                    continue;
                };
                let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_lowercase).collect();
                columns.extend(header.iter().filter(|name| !columns.contains(name)).cloned().collect::<Vec<_>>());
                for record in reader.records() {
                    let record = record.unwrap();
                    rows.push((*year, header.iter().cloned().zip(record.iter().map(str::to_owned)).collect()));
                }
            }
            assert!(!rows.is_empty(), "{file}.csv is in no folder");
            self.create(file, &columns, &rows);
            queries.insert(table, format!("select {} from returns.{file} where return_year = $1", columns.join(", ")));
        }
        queries
    }

    fn create(&self, file: &str, columns: &[String], rows: &[(i16, Vec<(String, String)>)]) {
        let values = |column: &str| {
            rows.iter().flat_map(|(_, cells)| cells).filter(|(name, _)| name == column).map(|(_, value)| value.as_str()).collect()
        };
        let typed: Vec<String> = columns.iter().map(|column| format!("{column} {}", type_of(&values(column)))).collect();
        let mut text = Vec::new();
        {
            let mut writer = csv::Writer::from_writer(&mut text);
            for (year, cells) in rows {
                let cell =
                    |column: &String| cells.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str());
                let year = year.to_string();
                writer.write_record(std::iter::once(year.as_str()).chain(columns.iter().map(cell))).unwrap();
            }
        }
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.owner).await.unwrap();
            let create = format!("SET datestyle = 'ISO, DMY'; CREATE TABLE care.{file} (return_year int, {})", typed.join(", "));
            connection.execute(sqlx::raw_sql(AssertSqlSafe(create))).await.unwrap();
            let mut copy = connection.copy_in_raw(&format!("COPY care.{file} FROM STDIN (FORMAT csv)")).await.unwrap();
            copy.send(text).await.unwrap();
            copy.finish().await.unwrap();
            let view = format!(
                "CREATE VIEW returns.{file} AS SELECT * FROM care.{file}; GRANT USAGE ON SCHEMA returns TO {READER}; \
                 GRANT SELECT ON returns.{file} TO {READER}"
            );
            connection.execute(sqlx::raw_sql(AssertSqlSafe(view))).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    /// Writes a file with an address that nobody else may read, and answers its path.
    fn address(&self, name: &str, url: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        std::fs::write(&path, format!("{url}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    fn as_reader(&self) -> String {
        self.address("reader", &self.server.url_as(READER, PASSWORD, "care"))
    }

    fn as_owner(&self) -> String {
        self.address("owner", &self.owner)
    }
}

/// The narrowest of a few types that takes every value as it stands.
fn type_of(values: &Vec<&str>) -> &'static str {
    let all = |is: &dyn Fn(&str) -> bool| values.iter().all(|value| value.is_empty() || is(value));
    let is_date = |value: &str| value.len() == 10 && jiff::civil::Date::strptime("%d/%m/%Y", value).is_ok();
    let is_whole = |value: &str| value.parse::<i32>().is_ok_and(|n| n.to_string() == value);
    if values.iter().all(|value| value.is_empty()) {
        "text"
    } else if all(&is_date) {
        if values.len().is_multiple_of(2) { "date" } else { "timestamp" }
    } else if all(&|value| value == "0" || value == "1") {
        "boolean"
    } else if all(&is_whole) {
        if values.len().is_multiple_of(2) { "integer" } else { "numeric(12, 2)" }
    } else {
        "text"
    }
}

/// The section of the configuration.
fn section(url_file: &str, years: &[i16], timeout_s: u64, queries: &BTreeMap<&str, String>) -> String {
    let queries: Vec<String> = queries.iter().map(|(table, sql)| format!("{table} = '''\n{sql}\n'''")).collect();
    format!(
        "[live]\nurl_file = \"{url_file}\"\nyears = {years:?}\ntimeout_s = {timeout_s}\n[live.queries]\n{}\n",
        queries.join("\n")
    )
}

/// A council with its returns in folders, and its agent.
fn office_with_returns(ground: &Ground, faults: f64) -> Office<'_> {
    let mut spec = spec(1);
    spec.faults = faults;
    spec.extracts = Supply::Nothing;
    let council = Plan::new(&spec).council(0);
    let office = Office::create(&ground.world, &council.code, YEAR).unwrap();
    council.write_returns(&office.returns()).unwrap();
    for year in std::fs::read_dir(office.returns()).unwrap() {
        for file in std::fs::read_dir(year.unwrap().path()).unwrap() {
            as_a_database_holds_it(&file.unwrap().path());
        }
    }
    office
}

/// Rewrites a file with what a database can hold of it: UTF-8, and as many cells in each row as there are columns.
fn as_a_database_holds_it(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    let text = String::from_utf8(bytes).unwrap_or_else(|not| not.into_bytes().into_iter().map(char::from).collect());
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut writer = csv::Writer::from_path(file).unwrap();
    for row in &rows {
        writer.write_record((0..rows[0].len()).map(|at| row.get(at).unwrap_or_default())).unwrap();
    }
    writer.flush().unwrap();
}

fn json(office: &Office<'_>, arguments: &[&str]) -> Value {
    let ended = office.run(arguments).unwrap();
    assert!(ended.is(Exit::Done) || ended.is(Exit::InputRefused), "{:?} {}", ended.code, ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// What a report says apart from names of files and numbers of lines.
fn without_places(mut report: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                // rows of a query are counted from 1, the first line of a file is its header
                map.retain(|key, _| !["file", "line", "left_aside", "name", "problems", "repairs"].contains(&key.as_str()));
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    for read in report["returns"].as_array_mut().into_iter().flatten() {
        if let Some(files) = read["files"].as_array_mut() {
            files.sort_by_key(|file| file["table"].to_string());
        }
    }
    strip(&mut report);
    report
}

#[test]
fn a_database_gives_the_figures_of_the_files_it_was_loaded_from() {
    for faults in [0.0, 0.01] {
        let Some(care) = Care::start() else { return };
        let ground = ground();
        let office = office_with_returns(&ground, faults);
        let from_files = ["check", "preview"].map(|command| json(&office, &[command, "--json"]));
        let returns = office.returns();
        let moved = care.folder.path().join("moved");
        std::fs::create_dir(&moved).unwrap();
        // the newest two from the database, the oldest still from its folder
        let folders: Vec<_> = [YEAR - 1, YEAR]
            .map(|year| {
                std::fs::rename(returns.join(year.to_string()), moved.join(year.to_string())).unwrap();
                (year, moved.join(year.to_string()))
            })
            .to_vec();
        let years: Vec<(i16, &Path)> = folders.iter().map(|(year, folder)| (*year, folder.as_path())).collect();
        let queries = care.load(&years);
        office.configure(YEAR, "https://localhost:1", &section(&care.as_reader(), &[YEAR - 1, YEAR], 60, &queries)).unwrap();
        let live = ["check", "preview"].map(|command| json(&office, &[command, "--json"]));
        let files = live[0]["returns"][2]["files"].as_array().unwrap();
        assert!(files.iter().any(|file| file["name"] == "query Header" && file["n_rows"].as_u64() > Some(10)), "{files:?}");
        assert!(faults == 0.0 || from_files[0]["returns"][2]["rules"].as_array().is_some_and(|rules| rules.len() > 10));
        for (live, files) in live.into_iter().zip(from_files) {
            let (live, files) = (without_places(live), without_places(files));
            assert_eq!(live, files, "faults {faults}");
        }
        // a year in two places is refused
        office.configure(YEAR, "https://localhost:1", &section(&care.as_reader(), &[YEAR - 2, YEAR], 60, &queries)).unwrap();
        let report = json(&office, &["check", "--json"]);
        assert!(
            report["refused"].as_array().unwrap().iter().any(|refused| refused["code"] == "year-twice"),
            "{}",
            report["refused"]
        );
    }
}

/// One query that must be refused.
struct Bad {
    what: &'static str,
    table: &'static str,
    sql: String,
    code: &'static str,
    named: &'static str,
}

fn bad_queries() -> Vec<Bad> {
    let bad = |what, sql: &str, code, named| Bad { what, table: "Reviews", sql: sql.to_owned(), code, named };
    let columns = "child, dob, review, review_code";
    let insert = "insert into care.reviews (return_year) values (1900)";
    vec![
        bad("a change", insert, "query-not-reading", "query Reviews"),
        bad(
            "a change inside",
            &format!("with x as ({insert} returning *) select {columns} from x"),
            "query-not-reading",
            "query Reviews",
        ),
        bad("a function that changes", &format!("select {columns} from care.meddle()"), "query-not-reading", "25006"),
        bad("two statements", &format!("select {columns} from care.reviews; drop table care.reviews"), "query-not-reading", ""),
        bad("the end of the transaction", "commit", "query-not-reading", "42601"),
        bad("an unknown table", "select child from care.revews", "query-unknown", "42P01"),
        bad("an unknown column", "select child, dobb from care.reviews", "query-unknown", "42703"),
        bad("a column too few", "select child, dob, review from care.reviews", "query-columns", "lacks REVIEW_CODE"),
        bad("another table", "select child, sex, dob, duc from care.uasc", "query-columns", "lacks REVIEW, REVIEW_CODE"),
        bad("a float", "select child, dob, review, 1.5::float8 as review_code from care.reviews", "query-type", "REVIEW_CODE"),
        bad(
            "a division",
            &format!("select {columns}, 1 / (return_year - return_year) from care.reviews"),
            "query-failed",
            "22012",
        ),
        bad(
            "a cast",
            "select child, ('sesame' || child)::date as dob, review, review_code from care.reviews",
            "query-failed",
            "22007",
        ),
        bad("no end", &format!("select {columns} from care.reviews, pg_sleep(600)"), "query-timeout", "57014"),
        bad(
            "a row that is too long",
            "select child, dob, review, repeat('sesame', 20000) as review_code from care.reviews",
            "file-too-large",
            "query Reviews:1",
        ),
        bad(
            "a server that ends in the middle",
            &format!(
                "select {columns} from (select *, row_number() over () as n from care.reviews) as r \
                 where n < 3 or pg_terminate_backend(pg_backend_pid())"
            ),
            "query-interrupted",
            "query Reviews",
        ),
    ]
}

#[test]
fn a_query_that_cannot_be_read_refuses_the_return_and_changes_nothing() {
    let Some(care) = Care::start() else { return };
    let ground = ground();
    let office = office_with_returns(&ground, 0.0);
    let folder = office.returns().join(YEAR.to_string());
    let queries = care.load(&[(YEAR, &folder)]);
    std::fs::rename(&folder, care.folder.path().join("moved")).unwrap();
    care.sql(
        "CREATE FUNCTION care.meddle() RETURNS SETOF care.reviews LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO care.reviews (return_year) VALUES (1900); RETURN QUERY SELECT * FROM care.reviews; END $$",
    );
    let n_before = care.count("care.reviews");
    let check = |what: &str, url_file: &str, queries: &BTreeMap<&str, String>, code: &str, named: &str| {
        office.configure(YEAR, "https://localhost:1", &section(url_file, &[YEAR], 2, queries)).unwrap();
        let ended = office.run(&["check", "--json"]).unwrap();
        assert!(ended.is(Exit::InputRefused), "{what}: {:?} {}{}", ended.code, ended.stdout, ended.stderr);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let refused = report["refused"].as_array().unwrap();
        let first = &refused.iter().find(|refused| refused["code"] == code).unwrap_or_else(|| panic!("{what}: {refused:?}"));
        assert!(first["why"].as_str().unwrap().contains(named), "{what}: {first}");
        assert!(!ended.says("sesame") && !ended.says("postgres://") && ended.says("nothing was sent"), "{what}: {ended:?}");
        assert!(!refused.iter().any(|refused| refused["code"] == "table-absent"), "{what}: {refused:?}");
    };
    let owner = care.as_owner();
    for bad in bad_queries() {
        let mut queries = queries.clone();
        queries.insert(bad.table, bad.sql);
        check(bad.what, &owner, &queries, bad.code, bad.named);
    }
    let mut denied = queries.clone();
    denied.insert("Reviews", queries["Reviews"].replace("returns.", "care."));
    check("a right that lacks", &care.as_reader(), &denied, "query-permission", "42501");
    let mut two = denied.clone();
    two.insert("Missing", "select nothing".to_owned());
    check("two at once, the first", &care.as_reader(), &two, "query-permission", "query Reviews");
    check("two at once, the second", &care.as_reader(), &two, "query-unknown", "query Missing");
    let wrong = care.address("wrong", &care.server.url_as(READER, "sesame", "care"));
    check("a wrong password", &wrong, &queries, "database-login", "28P01");
    let absent = care.address("absent", &care.server.url_as(READER, PASSWORD, "cares"));
    check("no such database", &absent, &queries, "database-login", "3D000");
    let tls = care.address("tls", &format!("{}?sslmode=verify-full", care.server.url_as(READER, PASSWORD, "care")));
    check("a server without TLS", &tls, &queries, "database-unreachable", "TLS");
    let remote = care.address("remote", "postgres://reader:sesame@db.example/care");
    check("another machine without TLS", &remote, &queries, "database-plain", "verify-full");
    care.server.stop();
    check("a server that is down", &owner, &queries, "database-unreachable", "the server");
    assert!(care.server.recover());
    assert_eq!(care.count("care.reviews"), n_before, "no query has changed anything");
    office.configure(YEAR, "https://localhost:1", &section(&care.as_reader(), &[YEAR], 60, &queries)).unwrap();
    assert_eq!(json(&office, &["check", "--json"])["refused"], Value::Array(Vec::new()));
}

fn settings(url_file: &str) -> Live {
    Live {
        url_file: url_file.into(),
        years: [ReportingYear::new(YEAR).unwrap()].into(),
        queries: BTreeMap::new(),
        timeout: Duration::from_secs(60),
    }
}

const SERIES: &str = "select n::text as child, '2010-01-01'::date as dob, '2025-01-01'::date as review, 'PN1' as review_code \
                      from generate_series(1, 5000) as n";

#[test]
fn all_queries_see_one_moment_and_a_server_that_goes_away_ends_the_reading() {
    let Some(care) = Care::start() else { return };
    let year = ReportingYear::new(YEAR).unwrap();
    let series = Asked { table: Table::Reviews, sql: SERIES, year };
    care.sql("CREATE TABLE care.own AS SELECT 'a' AS child, DATE '2010-01-01' AS dob, true AS sex, NULL::int AS duc");
    let own = Asked { table: Table::Uasc, sql: "select * from care.own -- of the year", year };
    let live = settings(&care.as_owner());
    let database = connect(&live).unwrap();
    let mut first = database.query(&series).unwrap();
    assert!(first.next_row().unwrap().is_some());
    care.sql("INSERT INTO care.own VALUES ('b', DATE '2011-01-01', false, 7)");
    let mut second = database.query(&own).unwrap();
    assert_eq!(second.sheets()[0].columns, ["CHILD", "DOB", "SEX", "DUC"]);
    let row = second.next_row().unwrap().unwrap();
    let cells: Vec<&[u8]> = (0..row.cells.n()).map(|at| row.cells.cell(at)).collect();
    assert_eq!(cells, [&b"a"[..], b"01/01/2010", b"1", b""]);
    assert!(second.next_row().unwrap().is_none(), "what was added after the first query is not seen");
    let mut n = 1;
    while let Some(row) = first.next_row().unwrap() {
        n += 1;
        assert_eq!((row.line, row.cells.cell(0)), (n, n.to_string().as_bytes()));
    }
    assert_eq!(n, 5000);
    let mut third = database.query(&series).unwrap();
    assert!(third.next_row().unwrap().is_some());
    care.server.stop();
    let fault = loop {
        match third.next_row() {
            Ok(Some(row)) => assert!(row.line < 5000, "rows go on without a server"),
            Ok(None) => panic!("the rows ended as if they were all"),
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault.why, Unreadable::Query(query) if query.why == QueryWhy::Interrupted), "{fault:?}");
}

/// A certificate authority, and a certificate and key for `localhost` that it signed; all as PEM.
fn certificates() -> [String; 3] {
    let (authority_key, key) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::from_ca_cert_pem(&pem, authority_key).unwrap();
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    [pem, certificate.pem(), key.serialize_pem()]
}

#[test]
fn a_server_is_believed_only_with_a_certificate_for_its_name() {
    let Some(care) = Care::start() else { return };
    let [authority, certificate, key] = certificates();
    care.server.speak_tls(&certificate, &key);
    let [own, foreign] = [("own.pem", authority), ("foreign.pem", certificates()[0].clone())].map(|(name, pem)| {
        let path = care.folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.display().to_string()
    });
    let owner = &care.owner;
    let named = owner.replace("127.0.0.1", "localhost");
    let check = |url: &str, root: &str, is_believed: bool| {
        let file = care.address("tls", &format!("{url}?sslmode=verify-full&sslrootcert={root}"));
        let code = connect(&settings(&file)).err().map(|fault| fault.to_string());
        let is_in_tls = code.as_ref().is_some_and(|text| text.contains("TLS with the server"));
        assert_eq!((code.is_none(), is_in_tls), (is_believed, !is_believed), "{root}: {code:?}");
    };
    check(&named, &own, true);
    check(&named, &foreign, false);
    check(owner, &own, false);
}

/// Sixteen times as many bytes as the agent may take for all its work.
#[test]
fn many_long_rows_take_the_memory_of_few() {
    let Some(care) = Care::start() else { return };
    let ground = ground();
    let office = office_with_returns(&ground, 0.0);
    let folder = office.returns().join(YEAR.to_string());
    let mut queries = care.load(&[(YEAR, &folder)]);
    std::fs::rename(&folder, care.folder.path().join("moved")).unwrap();
    // rows that are blank but for a column that is not read, behind those of the table
    let reviews = "select child, dob, review, review_code, null::text as note from returns.reviews where return_year = $1 \
                   union all select null, null, null, null, repeat(md5(n::text), 150) from generate_series(1, 200000) as n";
    queries.insert("Reviews", reviews.to_owned());
    office.configure(YEAR, "https://localhost:1", &section(&care.as_reader(), &[YEAR], 120, &queries)).unwrap();
    let report = json(&office, &["check", "--json"]);
    assert_eq!(report["refused"], Value::Array(Vec::new()));
    let peak = ground.world.processes.peaks_mb()["agent"];
    eprintln!("peak {peak} MB for 960 MB of rows");
    assert!(peak < 60.0, "{peak} MB");
}

#[test]
fn a_round_is_prepared_from_a_database_and_a_reading_that_breaks_off_leaves_nothing_behind() {
    let Some(care) = Care::start() else { return };
    let ground = ground();
    // the database holds the tables of the return alone
    let alone = Spec { extracts: Supply::Nothing, ..spec(1) };
    let round = open(&ground.world, &alone, None, &Nobody).unwrap();
    let office = &round.members[0].office;
    let folders: Vec<_> = [YEAR - 2, YEAR - 1, YEAR].map(|year| (year, office.returns().join(year.to_string()))).to_vec();
    let years: Vec<(i16, &Path)> = folders.iter().map(|(year, folder)| (*year, folder.as_path())).collect();
    let queries = care.load(&years);
    std::fs::remove_dir_all(office.returns()).unwrap();
    let all = [YEAR - 2, YEAR - 1, YEAR];
    let mut broken = queries.clone();
    let ending = queries["Reviews"].clone() + " and (child < '5' or pg_terminate_backend(pg_backend_pid()))";
    broken.insert("Reviews", ending);
    office.configure(YEAR, &round.served.agents_url, &section(&care.as_owner(), &all, 60, &broken)).unwrap();
    let n_before = office.n_ledger_files();
    for arguments in [&["prepare"][..], &["run", "--once"]] {
        let ended = office.run(arguments).unwrap();
        assert!(ended.is(Exit::InputRefused) && ended.says("query-interrupted"), "{:?} {}", ended.code, ended.stderr);
        assert!(ended.says("nothing was sent"), "{}", ended.stderr);
        assert_eq!(office.n_ledger_files(), n_before);
        assert!(office.envelope().is_err(), "something was prepared");
    }
    office.configure(YEAR, &round.served.agents_url, &section(&care.as_reader(), &all, 60, &queries)).unwrap();
    office.must(&["run", "--once"]).unwrap();
    assert!(office.receipt().unwrap().is_some());
}
