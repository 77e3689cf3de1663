//! What becomes of rows.

use rstest::rstest;

use super::{Scene, rows, sums};
use crate::place::{Kind, Place};

const HOSTILE: &str = "\u{feff}Name;Phone;Contact group\r\n\
    Amina Bello;'+2348031234567;\r\n\
    \"Bola; \"\"the second\"\"\";+2348031234568;\r\n\
    =cmd();2.34803E+12;\r\n\
    Nobody;;\r\n\
    Chidi;+2348031234569;Swimmers\r\n\
    \"two\r\nlines\";+2348031234571;\r\n\
    Zoë \u{202e}🐚;+2348031234570;\r\n";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn each_row_is_accounted_for(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");

    let said = scene.import("people.csv", HOSTILE, &client, &[]);

    assert_eq!(said.code, Some(2), "{}{}", said.stdout, said.stderr);
    let [read, created, .., invalid] = sums(&said.stdout);
    assert_eq!((read, created, invalid), (7, 4, 3), "{}", said.stdout);
    assert!(said.stdout.contains("people.csv.report.csv"), "{}", said.stdout);
    let report = scene.read("people.csv.report.csv");
    let reasons: Vec<&str> = report.lines().filter(|line| line.contains(",invalid,")).collect();
    assert_eq!(reasons.len(), 3, "{report}");
    assert!(reasons[0].starts_with("4,1,invalid,Phone"), "{report}");
    assert!(reasons[1].contains("Nobody"), "{report}");
    assert!(report.contains("apostrophe"), "{report}");
    assert!(report.contains("the client has no group") && report.contains("Swimmers"), "{report}");
    assert!(!report.lines().any(|line| line.contains(",=cmd")), "{report}");
    assert_eq!(scene.numbers(&client).len(), 4);
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn once_more_makes_no_doubles(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    let import = |more: &[&str]| sums(scene.import("people.csv", rows(2_500), &client, more).done());

    assert_eq!(import(&[]), [2_500, 2_500, 0, 0, 0, 0]);
    assert_eq!(import(&[]), [2_500, 0, 0, 2_500, 0, 0]);
    assert_eq!(import(&["--on-match", "skip"]), [2_500, 0, 0, 0, 2_500, 0]);
    let [numbers, distinct] = [false, true].map(|distinct| {
        let mut numbers = scene.numbers(&client);
        numbers.sort();
        if distinct {
            numbers.dedup();
        }
        numbers.len()
    });
    assert_eq!((numbers, distinct), (2_500, 2_500));

    let changed = "name,number\nNew name,+2348000000007\n";
    let one = |more: &[&str]| sums(scene.import("one.csv", changed, &client, more).done());
    assert_eq!(one(&[]), [1, 0, 0, 1, 0, 0], "nothing is overwritten");
    assert_eq!(one(&["--on-match", "update"]), [1, 0, 1, 0, 0, 0]);
    assert_eq!(one(&["--on-match", "add"]), [1, 1, 0, 0, 0, 0]);
    let said = scene.import("one.csv", changed, &client, &["--on-match", "update"]);
    assert_eq!(sums(said.done()), [1, 0, 0, 0, 1, 0]);
    assert!(scene.read("one.csv.report.csv").contains("ambiguous"), "{}", said.stdout);
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn contacts_go_to_their_groups(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    let file = "name,number,group\nAmina,+2348030000001,Friends\nBola,+2348030000002,\nChidi,+2348030000003,Friends\n";
    let group = |title: &str| {
        let said = scene.place.run(&["export", "--client", &client, "--group", title, "--format", "ndjson"]);
        (said.code, said.stdout.lines().count())
    };

    scene.import("people.csv", file, &client, &["--group", "Swimmers"]).failed(1);
    assert_eq!(scene.numbers(&client).len(), 0);
    scene.import("people.csv", file, &client, &["--create-groups"]).done();
    assert_eq!(group("Friends"), (Some(0), 2));
    assert_eq!(group("Swimmers").0, Some(1));
    scene
        .import("people.csv", file, &client, &["--create-groups", "--group", "Swimmers", "--on-match", "update"])
        .done();
    assert_eq!(group("Swimmers"), (Some(0), 3));
    assert_eq!(group("Friends"), (Some(0), 0));
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_dry_run_tells_the_same_and_writes_nothing(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    scene.import("one.csv", "name,number\n,+2348000000007\n", &client, &[]).done();
    // Some know nobody by this number, and the last one is the first one's again.
    let file = rows(2_100) + "Amina,+2348000000000\nNobody,\nEfe,+2348100000000,\n,+2348100000000\n";
    let before = scene.export(&client, "ndjson");
    let import = |more: &[&str]| scene.import("people.csv", &file, &client, more);

    let dry = import(&["--dry-run"]);
    let report = scene.read("people.csv.report.csv");

    assert!(dry.stdout.starts_with("Nothing was written; it would be: "), "{}", dry.stdout);
    assert_eq!((dry.code, scene.export(&client, "ndjson")), (Some(2), before));
    let real = import(&[]);
    assert_eq!(sums(&dry.stdout), sums(&real.stdout));
    assert_eq!(sums(&real.stdout), [2_104, 2_100, 1, 2, 0, 1]);
    assert_eq!(scene.read("people.csv.report.csv"), report);
    import(&["--dry-run", "--group", "Swimmers", "--create-groups"]).failed(2);
    assert_eq!(scene.place.run(&["export", "--client", &client, "--group", "Swimmers"]).code, Some(1), "nor a group");
}

#[test]
fn how_it_ends_tells_how_it_went() {
    let scene = Scene::on(Kind::Sqlite);
    let client = scene.client("ada@example.org");
    let good = "name,number\nAmina,+2348030000001\n";

    scene.import("good.csv", good, &client, &[]).done();
    assert!(!scene.place.has("good.csv.report.csv"), "nothing to tell");
    scene.import("bad.csv", "name,number\nAmina,\n", &client, &["--report", "why.csv"]).failed(2);
    assert!(scene.read("why.csv").contains(",invalid,"));
    let said = scene.import("other.csv", "colour,size\nred,7\n", &client, &[]);
    assert!(said.failed(1).contains("number=Phone") && said.stderr.contains("colour, size"), "{}", said.stderr);
    scene.import("mapped.csv", "colour,size\nred,7\n", &client, &["--map", "number=size,name=colour"]).done();
    scene.import("empty.csv", "", &client, &[]).failed(1);
    let cut = "[{\"number\": \"1\"}, {\"number\": \"2\"";
    let said = scene.import("cut.json", cut, &client, &[]);
    assert!(said.failed(1).contains("cut off"), "{}", said.stderr);
    assert_eq!(sums(&said.stdout), [1, 1, 0, 0, 0, 0], "what isn't all there is no row");

    scene.place.run(&["import", "missing.csv", "--client", &client]).failed(1);
    scene.place.run(&["import", "good.csv", "--client", "0123456789abcdef01234567"]).failed(1);
    scene.place.run(&["import", "good.csv", "--client", "nobody's"]).failed(2);
    scene.place.run(&["import", "good.csv", "--client", &client, "--on-match", "replace"]).failed(2);
    scene.place.run(&["import", "good.csv", "--client", &client, "--report", "good.csv"]).failed(1);
    assert_eq!(scene.read("good.csv"), good);
    scene.place.run(&["import", "good.csv", "--client", &client, "--user", "eve@example.org"]).failed(1);
    scene.place.run(&["import", "good.csv", "--client", &client, "--user", "ada@example.org"]).done();
}

#[test]
fn standard_input_is_a_file_too() {
    let scene = Scene::on(Kind::Sqlite);
    let client = scene.client("ada@example.org");
    let said = scene.place.run_with_input(&["import", "-", "--client", &client], &rows(10));
    assert_eq!(sums(said.done())[1], 10);
    assert_eq!(scene.numbers(&client).len(), 10);
}

#[test]
fn a_server_may_run_beside() {
    let scene = Scene::on(Kind::Sqlite);
    let client = scene.client("ada@example.org");
    let running = scene.place.serve();
    scene.import("people.csv", rows(1_200), &client, &[]).done();
    assert_eq!(crate::api::Api::of(&running).signed_in().contacts().len(), 1_200);
}

#[test]
fn postgres_must_be_migrated_first() {
    let place = Place::unmigrated(Kind::Postgres);
    place.write("people.csv", &rows(1));
    let said = place.run(&["import", "people.csv", "--client", "0123456789abcdef01234567"]);
    assert!(said.failed(1).contains("roster migrate run"), "{}", said.stderr);
}
