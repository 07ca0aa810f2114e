//! Hard cases by hand, each a tiny council: what it turns on stands in its name.

use std::collections::BTreeMap;

use super::codes::TABLES;
use super::{Sheet, World};

/// A child and its rows, as `year table cell,cell`; Header and the table's name stand as in the files.
struct Case {
    name: &'static str,
    round: i16,
    rows: &'static str,
}

/// All of them.
pub fn all() -> impl Iterator<Item = World> {
    CASES.iter().map(world)
}

fn world(case: &Case) -> World {
    let mut returns: BTreeMap<i16, BTreeMap<&'static str, Vec<Vec<String>>>> = BTreeMap::new();
    for line in case.rows.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut parts = line.splitn(3, ' ');
        let (year, table, cells) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        let year = year.and_then(|year| year.parse().ok()).expect("a line begins with a year");
        let (table, _) = TABLES.iter().find(|(name, _)| Some(*name) == table).expect("then names a table");
        let row = cells.split(',').map(str::to_owned).collect();
        let tables = returns.entry(year).or_default();
        tables.entry("Header").or_default();
        tables.entry("Episodes").or_default();
        let rows = tables.entry(table).or_default();
        if !cells.is_empty() {
            rows.push(row);
        }
    }
    let sheets = |tables: BTreeMap<&'static str, Vec<Vec<String>>>| {
        tables.into_iter().map(|(table, rows)| Sheet::new(table, rows)).collect()
    };
    let returns = returns.into_iter().map(|(year, tables)| (year, sheets(tables))).collect();
    World { name: format!("case-{}", case.name), round: case.round, returns, directory: None }
}

const CASES: [Case; 16] = [
    Case {
        name: "ends-31-march-and-1-april",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,M,10/05/2012,WBRI,UN1,,
            2025 Header C,F,10/05/2012,WBRI,UN1,,
            2025 Header D,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,01/05/2020,S,C2,N1,U4,PR1,31/03/2025,E4A,,,XA1 1AB,
            2025 Episodes B,01/05/2020,S,C2,N1,U4,PR1,01/04/2024,E4A,,,XA1 1AB,
            2025 Episodes C,31/03/2025,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Episodes D,01/04/2024,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Missing A,10/05/2012,M,31/03/2025,31/03/2025
            2025 Missing B,10/05/2012,M,01/04/2024,01/04/2024
            2025 Missing C,10/05/2012,M,30/03/2025,31/03/2025
            2025 Missing D,10/05/2012,M,30/03/2024,
            2025 OC2 A,10/05/2012,17,,0,,1,1,1,0,,
            2025 OC2 D,10/05/2012,16,,0,,1,1,1,0,,",
    },
    Case {
        name: "same-day-end-and-start",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,F,10/05/2012,WBRI,UN1,,
            2025 Header C,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,01/05/2020,S,C2,N1,U4,PR1,01/08/2024,E4A,,,XA1 1AB,
            2025 Episodes A,01/08/2024,S,C2,N1,U6,PR1,,,,,XA2 1AB,
            2025 Episodes B,01/05/2020,S,C2,N1,U4,PR1,01/08/2024,E4B,,,XA1 1AB,
            2025 Episodes B,01/08/2024,P,C2,N1,U6,PR1,,,,,XA2 1AB,
            2025 Episodes C,01/05/2020,S,C2,N1,U4,PR1,01/08/2024,X1,CREQB,,XA1 1AB,
            2025 Episodes C,01/08/2024,S,C2,N1,U6,PR1,,,,,XA2 1AB,
            2025 OC2 A,10/05/2012,17,,0,,1,1,1,0,,
            2025 OC2 B,10/05/2012,17,,0,,1,1,1,0,,
            2025 OC2 C,10/05/2012,17,,0,,1,1,1,0,,",
    },
    Case {
        name: "born-29-february",
        round: 2026,
        rows: "
            2025 Header A,F,29/02/2008,WBRI,UN1,,
            2026 Header A,F,29/02/2008,WBRI,UN1,,
            2026 Header B,F,29/02/2008,WBRI,UN1,,
            2025 Episodes A,01/05/2020,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2026 Episodes A,01/05/2020,S,C2,N1,U4,PR1,28/02/2026,E17,,,XA1 1AB,
            2026 Episodes B,01/05/2020,S,C2,N1,U4,PR1,27/02/2026,E17,,,XA1 1AB,
            2026 OC3 A,29/02/2008,YES,F2,Z1
            2026 OC3 B,29/02/2008,YES,F2,Z2
            2026 LeaverSupport A,USED,1,1,1,01/10/2025,GAP,CHILD
            2026 LeaverSupport B,,0,,,30/09/2025,ADULT,NONE",
    },
    Case {
        name: "leap-days-in-lengths",
        round: 2024,
        rows: "
            2024 Header A,1,10/05/2012,WBRI,UN1,,
            2024 Header B,1,10/05/2012,WBRI,UN1,,
            2024 Header C,1,10/05/2012,WBRI,UN1,,
            2024 Episodes A,29/02/2024,S,V2,N1,U4,PR1,,,,,XA1 1AB,
            2024 Episodes B,01/03/2024,S,V2,N1,U4,PR1,,,,,XA1 1AB,
            2024 Episodes C,30/09/2021,S,V2,N1,U4,PR1,,,,,XA1 1AB,",
    },
    Case {
        name: "a-month-after-the-31st",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,F,10/05/2012,WBRI,UN1,,
            2025 Header C,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,28/02/2025,S,V2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Episodes B,30/09/2024,S,V2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Episodes C,01/10/2024,S,V2,N1,U4,PR1,,,,,XA1 1AB,",
    },
    Case {
        name: "short-breaks-between-and-only",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,M,10/05/2006,WBRI,UN1,,
            2025 Episodes A,01/05/2020,S,C2,N1,U4,PR1,01/08/2024,X1,CARPL,,XA1 1AB,
            2025 Episodes A,01/07/2024,S,V3,N2,U6,PR1,,,,,XA2 1AB,
            2025 Episodes A,01/08/2024,P,C2,N1,U6,PR1,,,,,XA3 1AB,
            2025 Episodes B,01/05/2022,S,V4,N2,U6,PR1,09/05/2024,E8,,,XA2 1AB,
            2025 OC2 A,10/05/2012,17,,0,,1,1,1,0,,
            2025 OC3 B,10/05/2006,YES,F2,B1",
    },
    Case {
        name: "back-after-no-day-a-day-a-year",
        round: 2025,
        rows: "
            2024 Header A,1,10/05/2012,WBRI,UN1,,
            2024 Header B,1,10/05/2012,WBRI,UN1,,
            2024 Header C,1,10/05/2012,WBRI,UN1,,
            2024 Header D,1,10/05/2012,WBRI,UN1,,
            2024 Episodes A,01/05/2020,S,C2,N1,U4,PR1,15/06/2023,E4A,,,XA1 1AB,
            2024 Episodes A,15/06/2023,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2024 Episodes B,01/05/2020,S,C2,N1,U4,PR1,15/06/2023,E4B,,,XA1 1AB,
            2024 Episodes C,01/05/2020,S,C2,N1,U4,PR1,15/06/2023,E8,,,XA1 1AB,
            2024 Episodes D,01/05/2020,S,C2,N1,U4,PR1,15/06/2023,E13,,,XA1 1AB,
            2025 Header A,M,10/05/2012,WBRI,UN1,,
            2025 Header B,M,10/05/2012,WBRI,UN1,,
            2025 Header C,M,10/05/2012,WBRI,UN1,,
            2025 Header D,M,10/05/2012,WBRI,UN1,,
            2025 Episodes A,15/06/2023,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Episodes B,16/06/2023,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Episodes C,15/06/2024,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Episodes D,16/06/2024,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 AfterHome A,15/06/2023,YES
            2025 AfterHome B,15/06/2023,PART",
    },
    Case {
        name: "adopted-by-the-carer",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2020,WBRI,UN1,,
            2025 Header B,F,10/05/2020,WBRI,UN1,,
            2025 Header C,F,10/05/2020,WBRI,UN1,,
            2025 Episodes A,01/06/2020,S,C2,N1,U5,PR1,10/09/2024,X1,PLACE,,XA1 1AB,
            2025 Episodes A,10/09/2024,P,E1,N1,A3,PR1,,,,,XA1 1AB,
            2025 Episodes B,01/06/2020,S,C2,N1,U5,PR1,10/09/2024,X1,CARPL,,XA1 1AB,
            2025 Episodes B,10/09/2024,B,E1,N1,A5,PR1,01/12/2024,X1,PLACE,,XA1 1AB,
            2025 Episodes B,01/12/2024,T,E1,N1,A6,PR1,,,,,XA4 1AB,
            2025 Episodes C,01/06/2020,S,C2,N1,U6,PR1,10/09/2024,X1,CARPL,,XA1 1AB,
            2025 Episodes C,10/09/2024,P,E1,N1,A6,PR1,,,,,XA5 1AB,",
    },
    Case {
        name: "temporary-and-back-to-the-same-home",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,01/06/2020,S,C2,N1,U6,PR1,10/09/2024,X1,CREQO,,XA1 1AB,SC000100
            2025 Episodes A,10/09/2024,P,C2,N1,T3,,17/09/2024,X1,,,XA2 1AB,
            2025 Episodes A,17/09/2024,P,C2,N1,U6,PR1,,,,,XA1 1AB,SC000100
            2025 Episodes B,01/06/2020,S,C2,N1,U6,PR1,30/03/2025,X1,CREQO,,XA1 1AB,
            2025 Episodes B,30/03/2025,P,C2,N1,T1,,31/03/2025,X1,,,XA2 1AB,
            2025 Episodes B,31/03/2025,P,C2,N1,T4,,,,,,XA3 1AB,",
    },
    Case {
        name: "temporary-and-on-to-another-home",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,F,10/05/2012,WBRI,UN1,,
            2025 Header C,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,01/06/2020,S,C2,N1,U6,PR1,10/09/2024,X1,CREQO,,XA1 1AB,
            2025 Episodes A,10/09/2024,P,C2,N1,T0,,17/09/2024,X1,ALLEG,,XA2 1AB,
            2025 Episodes A,17/09/2024,P,C2,N1,U6,PR1,,,,,XA3 1AB,
            2025 Episodes B,01/06/2020,S,C2,N1,U6,PR1,10/09/2024,X1,CHILD,,XA1 1AB,
            2025 Episodes B,10/09/2024,P,C2,N1,T0,,17/09/2024,X1,,,XA2 1AB,
            2025 Episodes B,17/09/2024,B,C2,N1,U6,PR1,,,,,XA3 1AB,
            2025 Episodes C,01/06/2020,S,C2,N1,U6,PR1,10/09/2024,X1,CHILD,,XA1 1AB,
            2025 Episodes C,10/09/2024,P,C2,N1,T0,,17/09/2024,X1,PLACE,,XA2 1AB,
            2025 Episodes C,17/09/2024,T,C2,N1,U6,PR1,,,,,XA3 1AB,",
    },
    Case {
        name: "care-begins-temporary",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,20/03/2025,S,C2,N1,T4,,24/03/2025,X1,,,XA2 1AB,
            2025 Episodes A,24/03/2025,P,C2,N1,U6,PR1,,,,,XA1 1AB,
            2025 Episodes B,24/03/2025,S,C2,N1,T4,,,,,,XA2 1AB,",
    },
    Case {
        name: "care-leavers-without-episodes",
        round: 2025,
        rows: "
            2025 Header A,F,31/03/2004,WBRI,UN1,,
            2025 Header B,F,01/04/1999,BCRB,UN1,,
            2025 Header C,F,31/03/1999,BCRB,UN1,,
            2025 Header D,F,10/05/2012,WBRI,UN1,,
            2025 Episodes D,01/05/2020,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 OC3 A,31/03/2004,YES,F1,U1
            2025 OC3 B,01/04/1999,NO,0,0
            2025 OC3 C,31/03/1999,YES,G5,S2
            2025 UASC A,F,31/03/2004,
            2025 LeaverSupport A,NONE,1,1,0,,X,ADULT
            2025 LeaverSupport B,,,,,,,",
    },
    Case {
        name: "open-in-a-former-return-and-then-absent",
        round: 2025,
        rows: "
            2024 Header A,1,10/05/2012,WBRI,UN1,,
            2024 Header B,1,10/05/2012,WBRI,UN1,,
            2024 Header C,1,10/05/2012,WBRI,UN1,,
            2024 Header D,1,10/05/2012,WBRI,UN1,,
            2024 Episodes A,01/05/2020,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2024 Episodes B,31/03/2024,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2024 Episodes C,01/05/2020,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2024 Episodes D,31/03/2024,S,C2,N1,U4,PR1,,,,,XA1 1AB,
            2025 Header A,M,10/05/2012,WBRI,UN1,,
            2025 Header C,M,10/05/2012,WBRI,UN1,,
            2025 Header D,M,10/05/2012,WBRI,UN1,,
            2025 Episodes C,01/07/2024,P,C2,N1,U4,PR1,,,,,XA2 1AB,
            2025 Episodes D,01/04/2024,S,C2,N1,U4,PR1,,,,,XA2 1AB,",
    },
    Case {
        name: "overlap-gap-and-open-twice",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2012,WBRI,UN1,,
            2025 Header B,F,10/05/2012,WBRI,UN1,,
            2025 Header C,F,10/05/2012,WBRI,UN1,,
            2025 Episodes A,01/05/2020,S,C2,N1,U4,PR1,01/10/2024,X1,CREQB,,XA1 1AB,
            2025 Episodes A,01/09/2024,P,C2,N1,U6,PR1,,,,,XA2 1AB,
            2025 Episodes B,01/05/2020,S,C2,N1,U4,PR1,01/08/2024,X1,CREQB,,XA1 1AB,
            2025 Episodes B,01/09/2024,P,C2,N1,U6,PR1,,,,,XA2 1AB,
            2025 Episodes C,01/05/2020,S,C2,N1,U4,PR1,,X1,CREQB,,XA1 1AB,
            2025 Episodes C,01/09/2024,P,C2,N1,U6,PR1,,,,,XA2 1AB,
            2025 Episodes C,01/12/2024,S,C2,N1,U6,PR1,,,,,XA3 1AB,",
    },
    Case {
        name: "foster-home-after-18",
        round: 2025,
        rows: "
            2025 Header A,F,10/05/2006,WBRI,UN1,,
            2025 Header B,F,10/05/2006,WBRI,UN1,,
            2025 Header C,F,10/05/2006,WBRI,UN1,,
            2025 Header D,F,10/05/2005,WBRI,UN1,,
            2025 Episodes A,09/02/2024,S,C2,N1,U4,PR1,10/05/2024,E17,,,XA1 1AB,
            2025 Episodes B,10/02/2024,S,C2,N1,U4,PR1,10/05/2024,E17,,,XA1 1AB,
            2025 Episodes C,01/05/2020,S,C2,N1,U4,PR1,01/05/2024,X1,,,XA1 1AB,
            2025 Episodes C,01/05/2024,P,C2,N1,T2,,09/05/2024,E17,,,XA2 1AB,
            2025 OC3 A,10/05/2006,YES,F2,Z1
            2025 OC3 B,10/05/2006,YES,F2,Z1
            2025 OC3 C,10/05/2006,YES,F2,U1
            2025 OC3 D,10/05/2005,YES,F2,Z2",
    },
    Case {
        name: "a-row-amended-a-year-later",
        round: 2025,
        rows: "
            2024 Header A,2,10/05/2012,WBRI,UN1,,
            2024 Episodes A,01/05/2023,S,V2,N1,U4,PR1,01/12/2023,E4A,,,XA1 1AB,
            2024 Episodes A,01/05/2023,S,V2,N1,U6,PR1,02/12/2023,E4B,,,XA1 1AB,
            2024 OC2 A,10/05/2012,20,,0,,1,1,1,0,,
            2025 Header A,F,11/05/2012,BAFR,UN1,,
            2025 Episodes A,01/05/2023,S,C1,N1,K2,PR1,,,,,XA1 1AB,
            2025 OC2 A,11/05/2012,12,SDQ2,0,,1,1,1,0,,",
    },
];
