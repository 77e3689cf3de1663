//! The site for nginx, with nginx itself where there is one.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{has, text};
use crate::api::{Api, EMAIL, PASSWORD};
use crate::eventually::eventually;
use crate::place::{Place, Said};

/// nginx with the site alone, on a port of this machine; ended when dropped.
struct Nginx {
    process: Child,
    base: String,
}

impl Nginx {
    fn before(upstream: &str, place: &Place) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Without what needs a name and its certificate.
        let site: Vec<String> = text("nginx/roster.conf")
            .lines()
            .filter(|line| !line.contains("ssl_certificate") && !line.contains("listen [::]"))
            .map(|line| line.replace("443 ssl", &format!("127.0.0.1:{port}")).replace("127.0.0.1:8080", upstream))
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
        Self { process, base: format!("http://127.0.0.1:{port}") }
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
    for route in ["/imports$", "/contact/batch$"] {
        let (_, location) = site.split_once(&format!("location ~ ^(/api/v1)?{route} {{")).unwrap();
        let location = location.split('}').next().unwrap();
        assert!(location.contains("proxy_request_buffering off;"), "{location}");
        assert!(location.contains("client_max_body_size"), "{location}");
    }
    assert!(site.contains("proxy_buffering off;") && site.contains("X-Forwarded-For $proxy_add_x_forwarded_for;"));
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
    eventually("nginx listens", || {
        stranger.try_call("GET", "/health/ready", None).is_ok_and(|(status, _)| status == 200)
    });

    let ada = stranger.sign_up();
    ada.contact("Amina Bello", "2348000000001");
    assert_eq!(ada.contacts().len(), 1);
    // More than nginx takes by itself, which Roster refuses in its own words.
    let long = json!({"number": "1", "name": "x".repeat(2 << 20)});
    let (status, answer) = ada.post("/contact", &long);
    assert_eq!((status, &answer["error"]["code"]), (413, &json!("too_large")), "{answer}");

    // From an address of its own, with a false word on where that is.
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let mut curl = place.command("curl");
    curl.args(["-sS", "--interface", "127.0.0.2", "--header", "X-Forwarded-For: 203.0.113.9", "--data", &body]);
    Said::of(curl.arg(format!("{}/sessions", nginx.base)).output().unwrap()).done();
    let (_, answer) = ada.get("/users/me/audit");
    assert_eq!(answer["data"][0]["address"], json!("127.0.0.2"), "{answer}");
}
