//! What the service manager is told (systemd's `Type=notify`); nothing where there is none.

use sd_notify::NotifyState;
use tracing::debug;

/// Requests are answered from here on.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// It was told to stop, and ends what is under way.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        debug!(%error, "the service manager couldn't be told");
    }
}
