//! Signals to processes, and what the process table says about them.
#![expect(unsafe_code, reason = "the standard library can only send SIGKILL")]

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Sends a signal; a process that is gone already is no error.
pub(super) fn signal(pid: u32, signal: libc::c_int) {
    if let Ok(pid) = libc::pid_t::try_from(pid) {
        // SAFETY: a system call without pointers.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Asks again every few milliseconds until the answer is yes; false when the time is over.
pub(super) fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    loop {
        if done() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        sleep(Duration::from_millis(5));
    }
}

/// Kills a postmaster and every process it has started, as a power cut would.
///
/// Backends make sessions of their own, so no process group reaches them. The postmaster is frozen first:
/// it can't start another one behind our back.
pub(super) fn kill_with_children(postmaster: u32) {
    signal(postmaster, libc::SIGSTOP);
    wait_until(Duration::from_secs(2), || state(postmaster).is_none_or(|(state, _)| matches!(state, 'T' | 'Z')));
    let children = children(postmaster);
    signal(postmaster, libc::SIGKILL);
    for &child in &children {
        signal(child, libc::SIGKILL);
    }
    wait_until(Duration::from_secs(10), || children.iter().all(|&child| !is_running(child)));
}

/// Whether the process exists and is more than a zombie.
pub(super) fn is_running(pid: u32) -> bool {
    state(pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

/// Whether the process runs with this path on its command line: process ids are used again.
pub(super) fn is_running_with(pid: u32, path: &Path) -> bool {
    is_running(pid)
        && fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
            let path = path.as_os_str().as_encoded_bytes();
            line.windows(path.len()).any(|part| part == path)
        })
}

fn children(parent: u32) -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|&pid| state(pid).is_some_and(|(_, its_parent)| its_parent == parent))
        .collect()
}

/// The state letter and the parent of a process.
fn state(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets, which may itself hold spaces and brackets.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    Some((state, fields.next()?.parse().ok()?))
}
