//! What a service manager does for the server, and what it is told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::api::Api;
use crate::place::Place;
use crate::running::Running;

/// A server that is given this socket, as systemd gives it.
fn serve_on(place: &Place, socket: &TcpListener) -> Running {
    let mut command = place.command("sh");
    let script = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" serve";
    command.args(["-c", script, env!("CARGO_BIN_EXE_roster")]);
    command.stdin(Stdio::from(OwnedFd::from(socket.try_clone().unwrap())));
    Running::start(command)
}

#[test]
fn on_a_socket_that_is_passed_on_callers_wait_through_a_restart() {
    // Its own addresses would be refused: nobody has them.
    let place = Place::bare().with("ROSTER_SERVER__LISTEN", "192.0.2.1:1");
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let running = serve_on(&place, &socket);
    assert_eq!(running.address(), socket.local_addr().unwrap().to_string());
    Api::signed_up(&running).contact("Amina Bello", "2348000000001");
    running.signal("TERM");
    assert_eq!(running.ended().0, Some(0));

    let mut caller = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    caller.write_all(b"GET /health/live HTTP/1.1\r\nHost: roster\r\nConnection: close\r\n\r\n").unwrap();
    let running = serve_on(&place, &socket);
    let mut answer = String::new();
    caller.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(Api::of(&running).signed_in().contacts().len(), 1);
}

#[test]
fn a_socket_of_another_kind_is_refused() {
    let place = Place::bare();
    let mut command: Command = place.command("sh");
    let script = "exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" serve";
    let output = command.args(["-c", script, env!("CARGO_BIN_EXE_roster")]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("ListenStream="), "{complaint}");
}

#[test]
fn it_is_told_of_the_beginning_and_of_the_end() {
    let place = Place::bare();
    let path = place.folder().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let told = || {
        let mut message = [0; 64];
        let length = manager.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap()
    };
    let place = place.with("NOTIFY_SOCKET", path.to_str().unwrap());
    let running = place.serve();
    assert_eq!(told().trim(), "READY=1");
    running.signal("TERM");
    assert_eq!(told().trim(), "STOPPING=1");
    assert_eq!(running.ended().0, Some(0));
}
