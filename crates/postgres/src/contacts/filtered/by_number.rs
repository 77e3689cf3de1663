//! Who has a number, in whatever form it was written: `contacts_by_number` holds its E.164 form, or the text where it
//! has none, under the region of the row's client. So the text that is looked for means another entry in each client.
//!
//! Of a client whose contacts are being derived anew the index doesn't tell: its rows are read, and their numbers
//! derived on the spot.

use roster_domain::values::{E164, Region};
use roster_domain::{ContactFilter, ContactOrder, Number, NumberInfo, UserId};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::row::{COLUMNS, ListedRow};
use super::{Extent, Stretch, conditions};

/// Where the rows with a number are.
pub(super) enum NumberSource {
    /// Under these entries of `contacts_by_number`: one a client.
    Entries { clients: Vec<Vec<u8>>, keys: Vec<String> },
    /// They are these.
    Ids(Vec<Vec<u8>>),
}

impl NumberSource {
    /// Adds `FROM` and the condition that holds for all of them.
    pub(super) fn push_from(&self, query: &mut QueryBuilder<Postgres>, user: UserId, extent: Extent) {
        match self {
            Self::Entries { clients, keys } => {
                query.push(" FROM unnest(").push_bind(clients.clone()).push(", ").push_bind(keys.clone());
                query.push(") AS k (client_id, key) JOIN contacts c ON c.client_id = k.client_id AND ");
                query.push(KEY).push(" = k.key WHERE ");
                extent.push(query, user);
            }
            Self::Ids(ids) => {
                query.push(" FROM contacts c WHERE ");
                extent.push(query, user);
                query.push(" AND c.id = ANY(").push_bind(ids.clone()).push(")");
            }
        }
    }
}

/// As `contacts_by_number` has it.
const KEY: &str = "(COALESCE(c.e164, c.number) COLLATE \"C\")";

/// A client, as far as it says what a text means.
struct ClientRegion {
    id: Vec<u8>,
    region: Option<String>,
    deriving: bool,
}

impl ClientRegion {
    fn e164(&self, number: &Number) -> Option<E164> {
        let region = self.region.clone().map(Region::from_stored);
        NumberInfo::derive(number, region.as_ref()).e164
    }
}

pub(super) async fn source(
    connection: &mut PgConnection,
    user: UserId,
    extent: Extent,
    number: &Number,
) -> sqlx::Result<NumberSource> {
    let clients = clients(connection, user, extent).await?;
    let (deriving, settled): (Vec<_>, Vec<_>) = clients.into_iter().partition(|client| client.deriving);
    let keys = settled
        .iter()
        .map(|client| client.e164(number).map_or_else(|| number.as_str().to_owned(), |e164| e164.as_str().to_owned()))
        .collect();
    let entries = NumberSource::Entries { clients: settled.into_iter().map(|client| client.id).collect(), keys };
    if deriving.is_empty() {
        return Ok(entries);
    }
    let mut query = QueryBuilder::<Postgres>::new("SELECT c.id");
    entries.push_from(&mut query, user, Extent::User);
    let mut ids: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(&mut *connection).await?;
    for client in &deriving {
        ids.extend(derived_on_the_spot(connection, user, client, number).await?);
    }
    Ok(NumberSource::Ids(ids))
}

async fn clients(connection: &mut PgConnection, user: UserId, extent: Extent) -> sqlx::Result<Vec<ClientRegion>> {
    let user = user.as_bytes().as_slice();
    match extent {
        Extent::User => sqlx::query_as!(
            ClientRegion,
            "SELECT id, region, derive_after IS NOT NULL AS \"deriving!\" FROM clients WHERE user_id = $1 ORDER BY id",
            user,
        )
        .fetch_all(connection)
        .await,
        Extent::Client(client) | Extent::Group(client, _) => {
            sqlx::query_as!(
                ClientRegion,
                "SELECT id, region, derive_after IS NOT NULL AS \"deriving!\" FROM clients \
                 WHERE user_id = $1 AND id = $2",
                user,
                client.as_bytes().as_slice(),
            )
            .fetch_all(connection)
            .await
        }
    }
}

/// Which of the client's contacts have the number. Different forms of a phone number end in the same digits, so only
/// those rows are derived of which that is true.
async fn derived_on_the_spot(
    connection: &mut PgConnection,
    user: UserId,
    client: &ClientRegion,
    number: &Number,
) -> sqlx::Result<Vec<Vec<u8>>> {
    let e164 = client.e164(number);
    let rows = sqlx::query!(
        "SELECT id, number FROM contacts \
         WHERE user_id = $1 AND client_id = $2 \
           AND (number = $3 OR right(regexp_replace(number, '[^0-9]', '', 'g'), 2) = right($4, 2))",
        user.as_bytes().as_slice(),
        client.id,
        number.as_str(),
        e164.as_ref().map(E164::as_str),
    )
    .fetch_all(connection)
    .await?;
    let has = |text: String| {
        let other = Number::from_stored(text);
        other == *number || (e164.is_some() && client.e164(&other) == e164)
    };
    Ok(rows.into_iter().filter_map(|row| has(row.number).then_some(row.id)).collect())
}

/// The next rows with the number.
pub(super) async fn page(
    connection: &mut PgConnection,
    stretch: &Stretch,
    source: &NumberSource,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ListedRow>> {
    let mut query = match source {
        NumberSource::Entries { clients, keys } if stretch.order != ContactOrder::Name => {
            merged(stretch, filter, clients, keys, wanted)
        }
        _ => sorted(stretch, filter, source),
    };
    query.push(format_args!(" ORDER BY {} LIMIT ", stretch.order_of("m"))).push_bind(wanted as i64);
    query.build_query_as().fetch_all(connection).await
}

/// Each entry's first rows, which come along the index.
fn merged(
    stretch: &Stretch,
    filter: &ContactFilter,
    clients: &[Vec<u8>],
    keys: &[String],
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("SELECT m.* FROM unnest(");
    query.push_bind(clients.to_vec()).push(", ").push_bind(keys.to_vec());
    query.push(format_args!(") AS k (client_id, key) CROSS JOIN LATERAL (SELECT {COLUMNS} FROM contacts c WHERE "));
    stretch.extent.push(&mut query, stretch.user);
    query.push(" AND c.client_id = k.client_id AND ").push(KEY).push(" = k.key");
    stretch.push_beyond(&mut query);
    conditions::push(&mut query, filter);
    stretch.push_end(&mut query, wanted);
    query.push(") m");
    query
}

/// All of them: no index holds them in this order. They are read by themselves, lest a plan walk the whole client by
/// name to spare the sorting.
fn sorted(stretch: &Stretch, filter: &ContactFilter, source: &NumberSource) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(format!("WITH m AS MATERIALIZED (SELECT {COLUMNS}"));
    source.push_from(&mut query, stretch.user, stretch.extent);
    stretch.push_beyond(&mut query);
    conditions::push(&mut query, filter);
    query.push(") SELECT * FROM m");
    query
}
