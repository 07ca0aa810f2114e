//! Every rule of the catalogue by name. The catalogue says what each is; a test holds the two lists together.

macro_rules! rule_ids {
    ($($id:ident $code:literal),+ $(,)?) => {
        /// Names a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId { $(#[doc = concat!("Rule `", $code, "`.")] $id,)+ }

        impl RuleId {
            /// All rules, in the order of the catalogue's areas.
            pub const ALL: &[Self] = &[$(Self::$id),+];

            /// The code that data teams know.
            pub fn code(self) -> &'static str {
                match self { $(Self::$id => $code,)+ }
            }

            /// The rule of a code.
            pub fn by_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|id| id.code().eq_ignore_ascii_case(code))
            }

            /// Its position in [`RuleId::ALL`].
            #[expect(clippy::as_conversions, reason = "an enum without fields is its position")]
            pub(super) fn index(self) -> usize {
                self as usize
            }
        }
    };
}

rule_ids! {
    R101 "101", R102 "102", R103 "103", R168 "168", R209 "209", R210 "210", R232 "232", R301 "301", R351 "351",
    R442 "442", R444 "444", R607 "607", Epi "EPI", Int32 "INT32", R141 "141", R142 "142", R143 "143", R144 "144",
    R145 "145", R147 "147", R148 "148", R149 "149", R302 "302", R352 "352", R353 "353", R354 "354", R355 "355",
    R356 "356", R357 "357", R361 "361", R362 "362", R363 "363", R365 "365", R366 "366", R367 "367", R385 "385",
    R386 "386", R388 "388", R389 "389", R390 "390", R426 "426", R431 "431", R432 "432", R433 "433", R434 "434",
    R435 "435", R436 "436", R437 "437", R501 "501", R504 "504", Int03 "INT03", R146 "146", R178 "178", R213 "213",
    R218 "218", R222 "222", R225 "225", R226 "226", R233 "233", R234 "234", R371 "371", R372 "372", R373 "373",
    R374 "374", R375 "375", R376 "376", R377 "377", R378 "378", R379 "379", R380 "380", R381 "381", R382 "382",
    R383 "383", R384 "384", R392a "392a", R392b "392b", R392c "392c", R392d "392d", R454 "454", R526 "526",
    R527 "527", R528 "528", R529 "529", R530 "530", R531 "531", R550 "550", R1008 "1008", R1009 "1009", R166 "166",
    R167 "167", R440 "440", R441 "441", Int08 "INT08", Int17 "INT17", R104 "104", R231 "231", R303 "303", R304 "304",
    Int09 "INT09", Int18 "INT18", Int21 "INT21", Int36 "INT36", R157 "157", R158 "158", R159 "159", R180 "180",
    R181 "181", R182 "182", R185 "185", R186 "186", R188 "188", R189 "189", R190 "190", R191 "191", R192 "192",
    R193 "193", R196 "196", R197b "197B", R197a "197a", R198 "198", R542 "542", R543 "543", R544 "544", R545 "545",
    R546 "546", R547 "547", Int05 "INT05", Int14 "INT14", Int33 "INT33", R131 "131", R132 "132", R133 "133",
    R153 "153", R187 "187", R215 "215", R344 "344", R345 "345", R347 "347", R348 "348", R391 "391", R1000 "1000",
    R1001 "1001", R1002 "1002", R1007 "1007", R1011 "1011", R1012 "1012", R1016 "1016", R3001 "3001", Int06 "INT06",
    Int15 "INT15", Int34 "INT34", R551 "551", R552 "552", R553 "553", R554 "554", R557 "557", R558 "558", R559 "559",
    R560 "560", R561 "561", R563 "563", R579 "579", R583 "583", R601 "601", R602 "602", Int01 "INT01", Int02 "INT02",
    Int07 "INT07", Int11 "INT11", Int12 "INT12", Int16 "INT16", Int31 "INT31", Int35 "INT35", R564 "564", R565 "565",
    R566 "566", R567 "567", R570 "570", R571 "571", R574 "574", R575 "575", R576 "576", R577 "577", R578 "578",
    R580 "580", R581 "581", R586 "586", R1004 "1004", R1005 "1005", R1006 "1006", Int04 "INT04", Int13 "INT13",
    Gt02 "GT02", Gt06 "GT06", Gt07 "GT07", Sw01 "SW01STG1", Sw01a "SW01aSTG1", Sw01b "SW01bSTG1", Sw02 "SW02STG1",
    Sw04 "SW04STG1", Sw05 "SW05STG1", Sw06 "SW06STG2", Sw07 "SW07STG2", Sw08 "SW08STG2", Sw09 "SW09STG2",
    Sw10 "SW10STG2", Sw11b "SW11bSTG2", Sw12 "SW12STG2", Sw13 "SW13STG1", Sw17 "SW17STG2", R700 "700", R701 "701",
    R702 "702", R703 "703", R704 "704", R705 "705", R706 "706", R707 "707", R708 "708", R709 "709", R710 "710",
    R202 "202", R203 "203", R204 "204", R208 "208", R452 "452", R453 "453", R502 "502", R503a "503A", R503b "503B",
    R503c "503C", R503d "503D", R503e "503E", R503f "503F", R503g "503G", R503h "503H", R503j "503J", R562 "562",
    NoE "NoE", Gt01 "GT01", Gt03 "GT03", Gt04 "GT04", Gt05 "GT05", Gt10 "GT10", Gt11 "GT11", Gt12 "GT12", Gt13 "GT13",
    Ex01 "EX01", Ex02 "EX02", Ex10 "EX10", Ex11 "EX11", Ex12 "EX12", Ex13 "EX13", Ex14 "EX14", Ex15 "EX15",
    Ex16 "EX16", Ex17 "EX17", Ex18 "EX18", Ex20 "EX20", Ex21 "EX21", Ex22 "EX22", Ex23 "EX23", Ex24 "EX24",
    Ex25 "EX25", Ex26 "EX26", Ex27 "EX27", Ex28 "EX28", Ex29 "EX29", Ex30 "EX30", Ex31 "EX31", Ex32 "EX32",
    Ex33 "EX33", Ex34 "EX34", Ex35 "EX35", Ex36 "EX36", Ex37 "EX37", Ex40 "EX40", Ex41 "EX41", Ex42 "EX42",
    Ex43 "EX43", Ex44 "EX44", Ex45 "EX45", Ex46 "EX46", Ex47 "EX47", Ex50 "EX50", Ex51 "EX51", Ex52 "EX52",
    Ex53 "EX53", Ex54 "EX54", Ex60 "EX60", Ex61 "EX61", Ex62 "EX62", Ex63 "EX63", Ex64 "EX64", Ex65 "EX65",
    Ex66 "EX66", Ex67 "EX67", Ex68 "EX68", Ex69 "EX69", Ex70 "EX70", Ex71 "EX71", Ex72 "EX72", Ex73 "EX73",
    Ex74 "EX74", Ex80 "EX80", Ex81 "EX81", Ex82 "EX82", Ex83 "EX83", Ex84 "EX84",
}
