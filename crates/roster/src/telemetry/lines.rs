//! Lines that wait to be written, and the thread that writes them.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// So much may wait; what comes beyond is dropped, and counted. It is what a busy server says in some ten seconds.
const MOST_WAITING: usize = 16 << 20;

/// For so long the thread gathers lines before it writes them: waking it costs more than a line does.
const GATHERING: Duration = Duration::from_millis(2);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Whether some are being written.
    writing: bool,
    dropped: u64,
    ended: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where lines are put.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

impl Lines {
    fn end(&self) {
        self.0.lock().ended = true;
        self.0.changed.notify_all();
    }

    /// Waits until all that was put there is written, or for so long.
    pub fn settle(&self, patience: Duration) {
        let busy = |state: &mut State| state.writing || !state.waiting.is_empty();
        drop(self.0.changed.wait_timeout_while(self.0.lock(), patience, busy));
    }
}

/// The thread that writes them, ended when this is dropped.
pub struct Writing<W> {
    lines: Lines,
    /// How long that waits for the last lines.
    patience: Duration,
    thread: Option<JoinHandle<W>>,
}

/// Begins to write lines there.
///
/// # Errors
/// When there can be no thread.
pub fn to<W: Write + Send + 'static>(writer: W) -> io::Result<(Lines, Writing<W>)> {
    let shared = Arc::new(Shared::default());
    let here = shared.clone();
    let thread = thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&here, writer))?;
    let lines = Lines(shared);
    Ok((lines.clone(), Writing { lines, patience: LAST_WORDS, thread: Some(thread) }))
}

fn write_all<W: Write>(shared: &Shared, mut writer: W) -> W {
    let mut lines = Vec::new();
    let mut lost = 0;
    loop {
        let ended = {
            let idle = |state: &mut State| state.waiting.is_empty() && !state.ended;
            let mut state = shared.changed.wait_while(shared.lock(), idle).unwrap_or_else(PoisonError::into_inner);
            if !state.ended {
                let gathering = shared.changed.wait_timeout_while(state, GATHERING, |state| !state.ended);
                state = gathering.unwrap_or_else(PoisonError::into_inner).0;
            }
            mem::swap(&mut state.waiting, &mut lines);
            state.writing = true;
            lost += mem::take(&mut state.dropped);
            state.ended
        };
        match writer.write_all(&lines).and_then(|()| writer.flush()) {
            Ok(()) if lost > 0 => {
                tracing::warn!(lines = lost, "log lines were dropped: they couldn't be written, or not fast enough");
                lost = 0;
            }
            Ok(()) => {}
            // Nobody can be told of it now.
            Err(_) => lost += lines.iter().filter(|byte| **byte == b'\n').count() as u64,
        }
        lines.clear();
        let mut state = shared.lock();
        state.writing = false;
        shared.changed.notify_all();
        if ended && state.waiting.is_empty() {
            return writer;
        }
    }
}

/// A log that nobody reads keeps no program from ending.
const LAST_WORDS: Duration = Duration::from_secs(2);

impl<W> Drop for Writing<W> {
    fn drop(&mut self) {
        self.lines.end();
        self.lines.settle(self.patience);
        if let Some(thread) = self.thread.take()
            && thread.is_finished()
        {
            let _ = thread.join();
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Lines;

    fn make_writer(&'a self) -> &'a Lines {
        self
    }
}

impl Write for &Lines {
    /// Takes a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        if state.waiting.len() + line.len() > MOST_WAITING {
            state.dropped += 1;
            return Ok(line.len());
        }
        let is_first = state.waiting.is_empty();
        state.waiting.extend_from_slice(line);
        drop(state);
        if is_first {
            self.0.changed.notify_all();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    impl<W> Writing<W> {
        fn end(mut self) -> W {
            self.lines.end();
            self.thread.take().unwrap().join().unwrap()
        }
    }

    #[test]
    fn every_line_is_written_in_its_order() {
        let (lines, writing) = to(Vec::new()).unwrap();
        for number in 0..10_000 {
            writeln!(&lines, "{number}").unwrap();
        }
        let expected: String = (0..10_000).map(|number| format!("{number}\n")).collect();
        assert_eq!(String::from_utf8(writing.end()).unwrap(), expected);
    }

    /// Waits, when it is written to, until it is told to go on.
    struct Stalled(mpsc::Sender<()>, mpsc::Receiver<()>, usize);

    impl Write for Stalled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(());
            let _ = self.1.recv();
            self.2 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stalled_reader_keeps_no_program_from_ending() {
        let (began, beginning) = mpsc::channel();
        let (go_on, going_on) = mpsc::channel();
        let (lines, mut writing) = to(Stalled(began, going_on, 0)).unwrap();
        (&lines).write_all(b"first\n").unwrap();
        beginning.recv().unwrap();
        writing.patience = Duration::ZERO;
        drop(writing);
        drop(go_on);
    }

    #[test]
    fn a_stalled_reader_stalls_nobody_and_memory_is_bounded() {
        let (began, beginning) = mpsc::channel();
        let (go_on, going_on) = mpsc::channel();
        let (lines, writing) = to(Stalled(began, going_on, 0)).unwrap();
        (&lines).write_all(b"first\n").unwrap();
        beginning.recv().unwrap();
        let line = [b'x'; 1 << 20];
        for _ in 0..20 {
            (&lines).write_all(&line).unwrap();
        }
        {
            let state = writing.lines.0.lock();
            assert_eq!((state.waiting.len(), state.dropped), (16 << 20, 4));
        }
        drop(go_on);
        assert_eq!(writing.end().2, 6 + (16 << 20));
    }
}
