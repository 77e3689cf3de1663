//! The table of all turns. What two sides are compared by is the median over the pairs of their turns with one number,
//! which followed each other: a machine that slows down half-way slows both. A turn that failed leaves its pair out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use crate::turn::Turn;

/// How a row's figure is made of the turns of its two sides.
#[derive(Clone, Copy)]
enum Figure {
    /// How many times as much was done.
    Rate,
    /// How many times as much was done, where the first does so many at once.
    RateTimes(f64),
    /// How many times as long half of all took.
    P50,
    /// How many times as long 99 of 100 took.
    P99,
}

/// What a figure should be.
#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
    None,
}

struct Line {
    title: &'static str,
    /// The first and the second.
    sides: [&'static str; 2],
    figure: Figure,
    goal: Goal,
}

const fn line(title: &'static str, sides: [&'static str; 2], figure: Figure, goal: Goal) -> Line {
    Line { title, sides, figure, goal }
}

const LINES: &[Line] = &[
    line("GET /contact/{id} ÷ pgbench", ["get", "pgbench-get"], Figure::Rate, Goal::AtLeast(2.5)),
    line("GET /contact?limit=50 ÷ pgbench", ["list", "pgbench-list"], Figure::Rate, Goal::AtLeast(1.2)),
    line("POST /contact ÷ pgbench", ["create", "pgbench-create"], Figure::Rate, Goal::AtLeast(2.5)),
    line("PUT /contact/{id} ÷ pgbench", ["update", "pgbench-update"], Figure::Rate, Goal::AtLeast(2.0)),
    line(
        "?q= of the small client ÷ pgbench",
        ["search-small", "pgbench-search-small"],
        Figure::Rate,
        Goal::AtLeast(3.0),
    ),
    line(
        "?q= of the large client ÷ pgbench",
        ["search-large", "pgbench-search-large"],
        Figure::Rate,
        Goal::AtLeast(3.0),
    ),
    line("  small, ÷ as the planner would", ["search-small", "pgbench-search-small-planned"], Figure::Rate, Goal::None),
    line("  large, ÷ as the planner would", ["search-large", "pgbench-search-large-planned"], Figure::Rate, Goal::None),
    line("whole list, time ÷ binary COPY", ["stream", "copy"], Figure::P50, Goal::AtMost(1.3)),
    line("SQLite: get ÷ Postgres", ["sqlite-get", "beside-get"], Figure::Rate, Goal::AtLeast(1.0)),
    line("SQLite: list of 50 ÷ Postgres", ["sqlite-list", "beside-list"], Figure::Rate, Goal::AtLeast(1.0)),
    line("SQLite: create ÷ Postgres", ["sqlite-create", "beside-create"], Figure::Rate, Goal::AtLeast(1.0)),
    line(
        "SQLite: ?q=, large client ÷ Postgres",
        ["sqlite-search-large", "beside-search-large"],
        Figure::Rate,
        Goal::None,
    ),
    line("SQLite: update ÷ Postgres", ["sqlite-update", "beside-update"], Figure::Rate, Goal::None),
    line("1 connection: p50 ÷ bare HTTP, pool", ["one", "pooled-http"], Figure::P50, Goal::AtMost(1.0)),
    line("1 connection: p50 ÷ pool alone", ["one", "pooled"], Figure::P50, Goal::None),
    line("mixed: p99 at 128 ÷ at 32", ["mixed-128", "mixed-32"], Figure::P99, Goal::AtMost(3.0)),
    line("in Postgres: 16 gets at once ÷ singly", ["round-of-gets", "single-get"], Figure::RateTimes(16.0), Goal::None),
    line(
        "in Postgres: 16 creates at once ÷ singly",
        ["round-of-creates", "single-create"],
        Figure::RateTimes(16.0),
        Goal::None,
    ),
];

/// One side's turns, by their numbers.
type Turns = BTreeMap<u32, Turn>;

/// Lines of a side, its turn's number and that turn's figures, to a table.
pub fn report(figures: &str) -> anyhow::Result<String> {
    let mut turns: BTreeMap<&str, Turns> = BTreeMap::new();
    for line in figures.lines() {
        let (side, rest) = line.split_once('\t').context("a line of figures has no side")?;
        let (number, turn) = rest.split_once('\t').context("a line of figures has no turn's number")?;
        let number = number.parse().context("a turn's number is no number")?;
        if turns.entry(side).or_default().insert(number, Turn::parse(turn)?).is_some() {
            bail!("{side} has two turns {number}");
        }
    }
    let mut table = format!("{:<40} {:>7} {:>8}   first ; second\n", "", "figure", "goal");
    for line in LINES {
        let [Some(first), Some(second)] = line.sides.map(|side| turns.get(side)) else { continue };
        let pairs = first.iter().filter_map(|(number, turn)| Some((turn, second.get(number)?)));
        let ratios: Vec<f64> = pairs
            .map(|(a, b)| match line.figure {
                Figure::Rate => a.rate / b.rate,
                Figure::RateTimes(times) => a.rate * times / b.rate,
                Figure::P50 => a.p50 / b.p50,
                Figure::P99 => a.p99 / b.p99,
            })
            .collect();
        if ratios.is_empty() {
            continue;
        }
        let ratio = median(ratios);
        writeln!(
            table,
            "{:<40} {ratio:>7.2} {:>8} {} {} ; {}",
            line.title,
            line.goal.text(""),
            line.goal.mark(ratio),
            side(first),
            side(second)
        )?;
    }
    for (title, value, unit, goal) in single(&turns) {
        writeln!(table, "{title:<40} {value:>7.1} {:>8} {}", goal.text(unit), goal.mark(value))?;
    }
    Ok(table)
}

/// Figures of one side alone.
fn single(turns: &BTreeMap<&str, Turns>) -> Vec<(&'static str, f64, &'static str, Goal)> {
    let of = |side: &str, figure: fn(&Turn) -> f64| Some(median(turns.get(side)?.values().map(figure).collect()));
    let worst = |side: &str, figure: fn(&Turn) -> f64| turns.get(side)?.values().map(figure).reduce(f64::max);
    [
        ("mixed: p99 at 128, ms", of("mixed-128", |turn| turn.p99 / 1e3), " ms", Goal::AtMost(20.0)),
        ("whole list: first byte, ms", of("stream", |turn| turn.p99 / 1e3), " ms", Goal::AtMost(50.0)),
        ("whole list: memory growth, MB", worst("stream", |turn| turn.growth / 1024.0), " MB", Goal::AtMost(16.0)),
        ("server's peak memory, MB", worst("peak", |turn| turn.growth / 1024.0), " MB", Goal::None),
        ("server's peak memory on SQLite, MB", worst("sqlite-peak", |turn| turn.growth / 1024.0), " MB", Goal::None),
    ]
    .into_iter()
    .filter_map(|(title, value, unit, goal)| Some((title, value?, unit, goal)))
    .collect()
}

impl Goal {
    fn text(self, unit: &str) -> String {
        match self {
            Self::AtLeast(goal) => format!("≥ {goal}{unit}"),
            Self::AtMost(goal) => format!("≤ {goal}{unit}"),
            Self::None => String::new(),
        }
    }

    fn mark(self, figure: f64) -> &'static str {
        match self {
            Self::AtLeast(goal) if figure < goal => "✗",
            Self::AtMost(goal) if figure > goal => "✗",
            Self::None => " ",
            Self::AtLeast(_) | Self::AtMost(_) => "✓",
        }
    }
}

/// One side's figures, over its turns.
fn side(turns: &Turns) -> String {
    let of = |figure: fn(&Turn) -> f64| median(turns.values().map(figure).collect());
    let rate = of(|turn| turn.rate);
    let (p50, p99) = (of(|turn| turn.p50) / 1e3, of(|turn| turn.p99) / 1e3);
    let mut text = if rate < 100.0 { format!("{rate:.1}/s") } else { format!("{rate:.0}/s") };
    let _ = write!(text, ", p50 {p50:.2} p99 {p99:.2} ms");
    for (name, value) in
        [("server", of(|turn| turn.server)), ("postgres", of(|turn| turn.postgres)), ("caller", of(|turn| turn.own))]
    {
        if !value.is_nan() {
            let _ = write!(text, ", {name} {value:.0} µs");
        }
    }
    text
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sides, numbers and rates of turns, as they stand in the file.
    fn figures(turns: &[(&str, u32, f64)]) -> String {
        let line = |(side, number, rate): &(&str, u32, f64)| {
            format!("{side}\t{number}\t{}\n", Turn { rate: *rate, ..Turn::NOTHING })
        };
        turns.iter().map(line).collect()
    }

    fn line_of_gets(report: &str) -> Option<&str> {
        report.lines().find(|line| line.starts_with("GET /contact/{id}"))
    }

    const GETS: [(&str, u32, f64); 6] = [
        ("get", 1, 300.0),
        ("pgbench-get", 1, 100.0),
        ("get", 2, 30.0),
        ("pgbench-get", 2, 15.0),
        ("get", 3, 290.0),
        ("pgbench-get", 3, 100.0),
    ];

    #[test]
    fn ratios_are_of_pairs() {
        let report = report(&figures(&GETS)).unwrap();
        let line = line_of_gets(&report).unwrap();
        assert!(line.contains("2.90") && line.contains("≥ 2.5 ✓") && line.contains("290/s"), "{line}");
    }

    #[test]
    fn a_turn_that_failed_leaves_the_other_pairs_alone() {
        let without = |gone: &[usize]| {
            let left = GETS.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, turn)| *turn);
            report(&figures(&left.collect::<Vec<_>>())).unwrap()
        };
        let report = without(&[0]);
        let line = line_of_gets(&report).unwrap();
        assert!(line.contains("2.45"), "of 30 ÷ 15 and 290 ÷ 100: {line}");
        assert_eq!(line_of_gets(&without(&[0, 3, 5])), None, "no two turns have one number");
    }

    #[test]
    fn a_turn_is_told_once() {
        assert!(report(&figures(&[("get", 1, 300.0), ("get", 1, 290.0)])).is_err());
        assert!(report("get\t300.0\n").is_err());
    }

    #[test]
    fn the_middle_of_few() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![3.0, 1.0]) - 2.0).abs() < f64::EPSILON);
    }
}
