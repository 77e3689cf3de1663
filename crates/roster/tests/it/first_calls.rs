//! The lines that the server prints to be copied and pasted do what they say.

use serde_json::Value;

use crate::place::{Place, Said};

#[test]
fn the_three_calls_to_make_first_work_as_printed() {
    let place = Place::bare();
    let mut running = place.serve();
    assert!(running.first_line().starts_with("Roster "), "{}", running.first_line());
    let base = running.base().to_owned();
    let printed = running.printed_until("/contact -H");

    let lines: Vec<&str> = printed.lines().filter(|line| line.contains("curl ")).collect();
    assert_eq!(lines.len(), 3, "{printed}");
    assert!(lines.iter().all(|line| line.contains(&base)), "{printed}");
    let script = format!("{}\necho\n{}\n{}\n", lines[0], lines[1], lines[2]);
    let said = Said::of(place.command("sh").args(["-c", &script]).output().unwrap());
    let answers: Vec<Value> = said.done().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2, "{}", said.stdout);
    assert_eq!(answers[0]["status"], true, "{}", answers[0]);
    assert_eq!(answers[1]["message"], "Contact created successfully!", "{}", answers[1]);
}
