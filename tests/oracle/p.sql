-- P: how many children. P1 Q1 on 31 March, P2 first start, P3 last ending in the year.

INSERT INTO measure VALUES ('P1', 0, 25, false), ('P2', 0, 25, false), ('P3', 0, 25, false);

INSERT INTO answer
SELECT council, child, 'P1', 'children', NULL, 'last_day', last_day, year FROM cohort WHERE q1;

INSERT INTO answer
SELECT council, child, 'P2', 'children', NULL, 'start', s.decom, c.year FROM started s JOIN cohort c USING (council, child);

INSERT INTO answer
SELECT council, child, 'P3', 'children', NULL, 'end', w.dec - 1, c.year
FROM way_out w JOIN cohort c USING (council, child) WHERE w.year = c.year AND w.last_of_year;
