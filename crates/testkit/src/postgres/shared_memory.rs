//! The shared memory segment that a killed postmaster leaves in the kernel.
#![expect(unsafe_code, reason = "System V segments are reached through libc only")]

use std::mem::MaybeUninit;
use std::ptr;

/// Removes the segment that a `postmaster.pid` names, if it is still that server's and nobody uses it.
///
/// A segment's id is used again, so its key is compared as well: PostgreSQL derives it from the data folder.
pub(super) fn remove(pid_file: &str) {
    let Some((key, id)) = segment(pid_file) else {
        return;
    };
    let mut segment = MaybeUninit::<libc::shmid_ds>::uninit();
    // SAFETY: the pointer is valid for a write of this very structure.
    if unsafe { libc::shmctl(id, libc::IPC_STAT, segment.as_mut_ptr()) } != 0 {
        return;
    }
    // SAFETY: the call succeeded, so it has filled the structure in.
    let segment = unsafe { segment.assume_init() };
    if is_key(&segment, key) && segment.shm_nattch == 0 {
        // SAFETY: this command reads no pointer.
        unsafe { libc::shmctl(id, libc::IPC_RMID, ptr::null_mut()) };
    }
}

#[cfg(target_os = "linux")]
fn is_key(segment: &libc::shmid_ds, key: u32) -> bool {
    u32::from_ne_bytes(segment.shm_perm.__key.to_ne_bytes()) == key
}

#[cfg(not(target_os = "linux"))]
fn is_key(_: &libc::shmid_ds, _: u32) -> bool {
    false
}

/// Line 7: the segment's key and id.
fn segment(pid_file: &str) -> Option<(u32, libc::c_int)> {
    let mut words = pid_file.lines().nth(6)?.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}
