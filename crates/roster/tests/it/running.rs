//! A server that runs as long as this value lives.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use roster_testkit::refuse_secrets;

use crate::place::PASSWORDS;

/// Killed when dropped, also when the test fails.
pub struct Running {
    child: Child,
    base: String,
    greeting: String,
    stdout: BufReader<ChildStdout>,
    log: Receiver<String>,
}

impl Running {
    /// Starts it and waits until it says where it listens.
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (lines, log) = channel();
        // Read all the time: a full pipe would stop the server.
        thread::spawn(move || {
            let read = stderr.lines().map_while(Result::ok).inspect(|line| refuse_secrets(line, &PASSWORDS));
            read.for_each(|line| drop(lines.send(line)));
        });

        let mut running = Self { child, base: String::new(), greeting: String::new(), stdout, log };
        running.stdout.read_line(&mut running.greeting).unwrap();
        let Some(at) = running.greeting.find("http://") else {
            let log: Vec<String> = running.log.iter().collect();
            panic!("the server didn't start: {}{}", running.greeting, log.join("\n"));
        };
        running.base = running.greeting[at..].split_whitespace().next().unwrap().to_owned();
        running
    }

    /// `http://127.0.0.1:…`
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `127.0.0.1:…`
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said first.
    pub fn first_line(&self) -> &str {
        &self.greeting
    }

    /// What it says up to the line with this in it.
    pub fn printed_until(&mut self, part: &str) -> String {
        let mut printed = String::new();
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "it ended without saying {part:?}: {printed}");
            printed.push_str(&line);
        }
        printed
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits until it logs a line with this in it.
    pub fn wait_for_log(&self, part: &str) -> String {
        self.log.iter().find(|line| line.contains(part)).unwrap_or_else(|| panic!("it ended without logging {part:?}"))
    }

    /// Waits for its end: its exit code, and what else it said and logged.
    pub fn ended(mut self) -> (Option<i32>, String, Vec<String>) {
        let mut said = self.greeting.clone();
        self.stdout.read_to_string(&mut said).unwrap();
        let code = self.child.wait().unwrap().code();
        (code, said, self.log.iter().collect())
    }

    /// Ends it as nothing can be prepared for: SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
