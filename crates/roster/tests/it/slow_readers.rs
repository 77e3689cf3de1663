//! Readers that take their time: as many whole lists at once as a server on small hardware may have to send.
//!
//! Nobody waits here for time to pass. Each reader takes a little in its turn, so all of them are half-way at once, and
//! stay there while others call.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use roster_domain::{
    Caller, Channel, ClientId, ContactName, IdSource, NewContact, Number, Timestamp, Transaction, UserId,
};
use roster_testkit::SeededEntropy;
use rstest::rstest;
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::api::{Api, text};
use crate::place::{Kind, Place};

/// A user may read so many lists at once.
const READERS_OF_ONE_USER: usize = 16;
const USERS: usize = 4;
const CONTACTS: usize = 20_000;

/// What a reader takes in its turn.
const SIP: usize = 8 * 1024;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn slow_readers_hold_nobody_up(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let address = running.address().parse().unwrap();
    let people: Vec<Person> = (0..USERS).map(|at| Person::sign_up(&Api::of(&running), at)).collect();
    place.fill(&people);
    // What everybody must get in the end. Whoever reads it first finds that each contact is there once.
    let lists: Vec<Vec<u8>> = people.iter().map(|person| person.whole_list(address)).collect();

    let before = memory(running.id());
    let everybody = (0..READERS_OF_ONE_USER).flat_map(|_| people.iter().zip(&lists));
    let mut readers: Vec<(Reader, &[u8])> = Vec::new();
    for (person, list) in everybody {
        readers.push((Reader::begin(address, person.api.token()), list.as_slice()));
        // Whoever takes nothing is cut after a while, and on a busy machine it takes one until all have begun.
        sip(&mut readers);
    }
    let half = lists.iter().map(Vec::len).min().unwrap() / 2;
    while readers.iter().any(|(_, left)| left.len() > half) {
        sip(&mut readers);
    }
    let at_half = memory(running.id());

    for person in &people {
        let (status, answer) = person.api.get("/contact");
        assert_eq!(status, 503, "all lists of this user are still being sent: {answer}");
        let new = person.api.contact("Amina Bello", "2348000000001");
        let (status, answer) = person.api.get(&format!("/contact/{new}"));
        assert_eq!((status, text(&answer["data"]["number"]).as_str()), (200, "2348000000001"), "{answer}");
        let (status, answer) = person.api.get("/contact?limit=10");
        assert_eq!((status, answer["data"].as_array().map(Vec::len)), (200, Some(10)), "{answer}");
        assert_eq!(answer["data"][0]["_id"], json!(new), "the newest comes first");
    }
    if let (Some(before), Some(at_half)) = (before, at_half) {
        // A piece and the rows of the next one for each reader, not what their lists have yet to send.
        let unread: usize = readers.iter().map(|(_, left)| left.len()).sum();
        let grown = at_half.saturating_sub(before);
        assert!(grown < unread / 2, "{grown} bytes more, of {unread} to be sent");
    }

    assert!(readers.iter().all(|(_, left)| !left.is_empty()), "they were half-way together");
    while !readers.is_empty() {
        readers.retain_mut(|(reader, left)| reader.take_of(left) > 0);
    }
}

/// Each takes a little.
fn sip(readers: &mut [(Reader, &[u8])]) {
    for (reader, left) in readers {
        reader.take_of(left);
    }
}

/// Somebody with an account.
struct Person {
    api: Api,
    user: UserId,
    client: ClientId,
    contacts: Vec<NewContact>,
}

impl Person {
    fn sign_up(stranger: &Api, at: usize) -> Self {
        let who = json!({"email": format!("reader{at}@example.org"), "password": crate::api::PASSWORD});
        let (status, user) = stranger.post("/users", &who);
        assert_eq!(status, 201, "{user}");
        let (status, session) = stranger.post("/sessions", &who);
        assert_eq!(status, 201, "{session}");
        let (ids, now) = (IdSource::new(&SeededEntropy::new(at as u64)), Timestamp::from_millis(1_714_979_289_123));
        let contact = |number: usize| NewContact {
            id: ids.next(now),
            group_id: None,
            name: ContactName::parse(&format!("Contact {number}")).unwrap(),
            number: Number::parse(&format!("23480{number:08}")).unwrap(),
            channel: Channel::default(),
            transaction: Transaction::default(),
            created_at: now,
            updated_at: now,
            legacy_version: 0,
        };
        Self {
            api: stranger.with_token(&text(&session["data"]["accessToken"])),
            user: UserId::parse(&text(&user["data"]["_id"])).unwrap(),
            client: ClientId::parse(&text(&user["data"]["client"]["_id"])).unwrap(),
            contacts: (0..CONTACTS).map(contact).collect(),
        }
    }

    /// The bytes of their list, which holds all their contacts and each once.
    fn whole_list(&self, address: SocketAddr) -> Vec<u8> {
        let (mut reader, mut list) = (Reader::begin(address, self.api.token()), Vec::new());
        while reader.take(usize::MAX, |bytes| list.extend_from_slice(bytes)) > 0 {}
        let answer: Value = serde_json::from_slice(&list).unwrap();
        let rows = answer["data"].as_array().unwrap();
        let ids: HashSet<&str> = rows.iter().map(|row| row["_id"].as_str().unwrap()).collect();
        assert_eq!((rows.len(), ids.len()), (CONTACTS, CONTACTS));
        assert!(self.contacts.iter().all(|contact| ids.contains(contact.id.to_string().as_str())));
        list
    }
}

impl Place {
    /// Makes their contacts, past the server: it takes a while one by one.
    fn fill(&self, people: &[Person]) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = self.store().await;
            for person in people {
                let scope = Caller::Client { user: person.user, client: person.client }.scope();
                // At once, so that they share their commits.
                for some in person.contacts.chunks(500) {
                    let mut made = tokio::task::JoinSet::new();
                    for contact in some.iter().cloned() {
                        let contacts = store.contacts.clone();
                        made.spawn(async move { contacts.create(&scope, contact).await.unwrap() });
                    }
                    made.join_all().await;
                }
            }
        });
    }
}

/// Reads the list of all contacts in small pieces.
struct Reader {
    socket: BufReader<TcpStream>,
    left_of_chunk: usize,
}

impl Reader {
    /// Asks for the list. What waits on the way is little, as on a slow line: else it would hold a list as a whole.
    fn begin(address: SocketAddr, token: &str) -> Self {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(2 * SIP).unwrap();
        socket.set_tcp_mss(1_460).unwrap();
        socket.connect(&address.into()).unwrap();
        // Long after any deadline of the server's.
        socket.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let mut socket = BufReader::with_capacity(SIP, TcpStream::from(socket));
        let request = format!("GET /contact HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\r\n");
        socket.get_mut().write_all(request.as_bytes()).unwrap();
        let mut reader = Self { socket, left_of_chunk: 0 };
        let status = reader.line();
        assert_eq!(status, "HTTP/1.1 200 OK");
        let mut is_streamed = false;
        loop {
            match reader.line().to_ascii_lowercase().as_str() {
                "" => break,
                header => is_streamed |= header == "transfer-encoding: chunked",
            }
        }
        assert!(is_streamed);
        reader
    }

    /// Takes at most so many bytes of the list; how many, none at its end.
    fn take(&mut self, most: usize, taken: impl FnOnce(&[u8])) -> usize {
        if self.left_of_chunk == 0 {
            self.left_of_chunk = usize::from_str_radix(&self.line(), 16).unwrap();
            if self.left_of_chunk == 0 {
                assert_eq!(self.line(), "");
                return 0;
            }
        }
        let mut bytes = vec![0; most.min(self.left_of_chunk)];
        self.socket.read_exact(&mut bytes).unwrap();
        self.left_of_chunk -= bytes.len();
        if self.left_of_chunk == 0 {
            assert_eq!(self.line(), "");
        }
        taken(&bytes);
        bytes.len()
    }

    /// Takes a little, which must be what comes next of this; how much it was.
    fn take_of(&mut self, left: &mut &[u8]) -> usize {
        let taken = self.take(SIP, |bytes| match left.strip_prefix(bytes) {
            Some(rest) => *left = rest,
            None => panic!("another list, {} bytes before its end", left.len()),
        });
        assert!(taken > 0 || left.is_empty(), "{} bytes are missing", left.len());
        taken
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.socket.read_line(&mut line).unwrap();
        line.strip_suffix("\r\n").unwrap().to_owned()
    }
}

/// How many bytes a process has in memory, where the system tells it.
fn memory(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix("kB")?;
    Some(kilobytes.trim().parse::<usize>().ok()? * 1024)
}
