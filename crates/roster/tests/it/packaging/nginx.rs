//! The site for nginx, with nginx itself where there is one.

use std::process::{Child, Command, Stdio};

use roster_testkit::eventually;
use serde_json::{Value, json};

use super::{has, text};
use crate::address;
use crate::api::{Api, EMAIL, PASSWORD};
use crate::place::{Place, Said};

/// nginx with the site alone, on an address of its own; ended when dropped.
struct Nginx {
    process: Child,
    base: String,
}

impl Nginx {
    fn before(upstream: &str, place: &Place) -> Self {
        let address = address::own();
        // Without what needs a name and its certificate.
        let site: Vec<String> = text("nginx/roster.conf")
            .lines()
            .filter(|line| !line.contains("ssl_certificate") && !line.contains("listen [::]"))
            .map(|line| line.replace("127.0.0.1:8080", upstream).replace("443 ssl", &address))
            .collect();
        place.write("site.conf", &site.join("\n"));
        let folder = place.folder().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {folder}/nginx-{kind}; "))
            .concat();
        place.write(
            "nginx.conf",
            &format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n\
                 http {{ access_log off; {temporary} include {folder}/site.conf; }}"
            ),
        );
        let nginx = |more: &[&str]| {
            let mut command = Command::new("nginx");
            command.current_dir(place.folder()).arg("-p").arg(place.folder()).arg("-c");
            command.arg(place.folder().join("nginx.conf")).args(more);
            command
        };
        let checked = nginx(&["-t"]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let process = nginx(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { process, base: format!("http://{address}") }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_names_every_route_that_may_be_long() {
    let site = text("nginx/roster.conf");
    for route in ["/imports/?$", "/contact/batch/?$"] {
        let (_, location) = site.split_once(&format!("location ~ ^(/api/v1)?{route} {{")).unwrap();
        let location = location.split('}').next().unwrap();
        assert!(location.contains("proxy_request_buffering off;"), "{location}");
        assert!(location.contains("client_max_body_size"), "{location}");
    }
    assert!(site.contains("proxy_buffering off;") && site.contains("X-Forwarded-For $proxy_add_x_forwarded_for;"));
}

/// What somebody with this address is answered, who makes a call with more of curl's arguments.
fn called_from(address: &str, place: &Place, more: &[&str]) -> (u16, String) {
    let mut curl = place.command("curl");
    let said = Said::of(
        curl.args(["-sS", "--interface", address, "--write-out", "\n%{http_code}"]).args(more).output().unwrap(),
    );
    let (answer, status) = said.done().rsplit_once('\n').unwrap();
    (status.parse().unwrap(), answer.to_owned())
}

#[test]
fn calls_go_through_it_and_callers_keep_their_addresses() {
    if !has("nginx") {
        return;
    }
    let place = Place::bare().with("ROSTER_SERVER__TRUSTED_PROXIES", "127.0.0.1");
    let running = place.serve();
    let nginx = Nginx::before(running.address(), &place);
    let stranger = Api::at(&nginx.base);
    eventually("nginx listens", || stranger.try_call("GET", "/health/ready", None).ok());

    let ada = stranger.sign_up();
    ada.contact("Amina Bello", "2348000000001");
    assert_eq!(ada.contacts().len(), 1);
    // More than nginx takes by itself, which Roster refuses in its own words.
    let long = json!({"number": "1", "name": "x".repeat(2 << 20)});
    let (status, answer) = ada.post("/contact", &long);
    assert_eq!((status, &answer["error"]["code"]), (413, &json!("too_large")), "{answer}");

    // From an address of its own, with a false word on where that is.
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let forwarded = ["--header", "X-Forwarded-For: 203.0.113.9", "--data", &body, &format!("{}/sessions", nginx.base)];
    assert_eq!(called_from("127.0.0.2", &place, &forwarded).0, 201);
    let (_, answer) = ada.get("/users/me/audit");
    assert_eq!(answer["data"][0]["address"], json!("127.0.0.2"), "{answer}");

    // How it is is told to whoever looks after it, under every name of the route.
    for path in ["/health/ready", "/health/live", "/api/v1/health/ready", "/api/v1/health/live"] {
        let url = format!("{}{path}", nginx.base);
        assert_eq!(called_from("127.0.0.1", &place, &[&url]).0, 200, "{path}");
        assert_eq!(called_from("127.0.0.2", &place, &[&url]).0, 403, "{path}");
    }

    // A file that is larger than anything else may be, under every name of the route too.
    let mut file = "number,note\n2348000000002,".to_owned();
    file.push_str(&"x".repeat(17 << 20));
    place.write("large.csv", &file);
    let token = format!("Authorization: Bearer {}", ada.token());
    for path in ["/imports", "/imports/", "/api/v1/imports/"] {
        let url = format!("{}{path}?dry_run=true", nginx.base);
        let more = ["--header", &token, "--header", "Content-Type: text/csv", "--data-binary", "@large.csv", &url];
        let (status, answer) = called_from("127.0.0.1", &place, &more);
        assert_eq!(status, 202, "{path}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["data"]["file"]["bytes"], json!(file.len()), "{path}: {answer}");
    }
}
