//! Child processes that end when this process ends, however it ends.
#![expect(unsafe_code, reason = "the parent-death signal is set between fork and exec")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

type Job = (Command, Sender<io::Result<Child>>);

/// Starts a child that gets SIGQUIT when this process dies.
///
/// The kernel sends a parent-death signal when the *thread* that made the child ends, and a test's thread
/// ends with its test. So every child is made by one thread that lives as long as the process.
pub(super) fn spawn(mut command: Command) -> io::Result<Child> {
    static KEEPER: OnceLock<Sender<Job>> = OnceLock::new();

    die_with_this_process(&mut command);
    // A group of its own: Ctrl-C is for the tests, which then take the server down in order.
    command.process_group(0);

    let (reply, child) = channel();
    KEEPER.get_or_init(keep).send((command, reply)).map_err(io::Error::other)?;
    child.recv().map_err(io::Error::other)?
}

fn keep() -> Sender<Job> {
    let (orders, jobs) = channel::<Job>();
    thread::spawn(move || {
        // The sender is a static, so this never ends on its own.
        for (mut command, reply) in jobs {
            // Who asked always waits for the answer; were it gone, the child would only be unwatched.
            let _ = reply.send(command.spawn());
        }
    });
    orders
}

#[cfg(target_os = "linux")]
fn die_with_this_process(command: &mut Command) {
    let parent = std::process::id();
    let set_signal = move || {
        // SAFETY: plain system calls without pointers.
        let (set, current_parent) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGQUIT), libc::getppid()) };
        if set != 0 {
            return Err(io::Error::last_os_error());
        }
        // It may have died before the signal was set.
        if u32::try_from(current_parent) != Ok(parent) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure makes system calls only: no allocation, no locks.
    // The standard library runs it after it has changed the user, which would clear the signal.
    unsafe { command.pre_exec(set_signal) };
}

#[cfg(not(target_os = "linux"))]
fn die_with_this_process(_: &mut Command) {}
