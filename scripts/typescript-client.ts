// The main calls, as a program makes them that has types of the OpenAPI document. BASE is the server.

import createClient from "openapi-fetch";
import type { components, paths } from "./roster.js";

declare const process: { env: Record<string, string | undefined> };

const baseUrl = process.env["BASE"] ?? "";

/// The data of a success; whatever else came fails.
function data<T>({ data, error }: { data?: { data: T } | undefined; error?: unknown }): T {
    if (data === undefined) throw new Error(JSON.stringify(error));
    return data.data;
}

function same<T>(actual: T, expected: T): void {
    const [there, wanted] = [actual, expected].map((value) => JSON.stringify(value));
    if (there !== wanted) throw new Error(`${there} is not ${wanted}`);
}

const account = { email: "grace@example.org", password: "tide pool at dusk" };
const stranger = createClient<paths, "application/json">({ baseUrl });
const { client } = data(await stranger.POST("/users", { body: account }));
const { accessToken, refreshToken } = data(await stranger.POST("/sessions", { body: account }));
const grace = createClient<paths, "application/json">({ baseUrl, headers: { authorization: `Bearer ${accessToken}`, "x-refresh": refreshToken } });

// A group, and contacts in it.
const group = data(await grace.POST("/contact_groups", { body: { title: "Book club" } }));
const made = await grace.POST("/contact", { body: { number: "2348000000001", name: "Amina Bello", group_id: group._id } });
const amina: components["schemas"]["Contact"] = data(made);
data(await grace.POST("/contact", { body: { number: 120363045767, transaction: { survey_sort_id: 7 } } }));
const params = { path: { id: amina._id } };
const full = data(await grace.GET("/contact/{id}", { params: { ...params, query: { view: "full" } } }));
same(full.number_info, { kind: "phone", e164: "+2348000000001" });

// Changed in the state that is known, and not again in it.
const etag = made.response.headers.get("etag") ?? "";
const conditional = { params: { ...params, header: { "If-Match": etag } }, body: { name: "Amina B." } };
same(data(await grace.PUT("/contact/{id}", conditional)).name, "Amina B.");
const stale = await grace.PUT("/contact/{id}", conditional);
same(stale.response.status, 412);
same(stale.error?.error.code, "precondition_failed");

// A page, and the one behind it.
const first = await grace.GET("/contact", { params: { query: { limit: 1 } } });
same(data(first).length, 1);
const cursor = first.data?.page?.next_cursor ?? "";
const second = await grace.GET("/contact", { params: { query: { limit: 1, cursor } } });
same(data(second).map((contact) => contact._id), [amina._id]);
same(second.data?.page?.has_more, false);

// What is refused says which field, and why.
const refused = await grace.POST("/contact", { body: { number: "" } });
same(refused.error?.error.fields?.map(({ path, code }) => [path, code]), [["number", "required"]]);

// Many at once.
const batch = await grace.POST("/contact/batch", {
    body: { operations: [{ op: "upsert", contact: { number: "+234 800 000 0001", name: "Amina" } }, { op: "delete", number: "1" }] },
});
same(data(batch).counts.updated, 1);
same(data(batch).counts.refused, 1);

// As the client itself.
const shop = createClient<paths, "application/json">({
    baseUrl,
    headers: { "x-client-session": client.session_id, "x-client-token": client.access_token },
});
same(data(await shop.GET("/contact/count")).count, 2);
same((await shop.GET("/users/me")).error?.error.code, "client_scope");

// Gone, with the group.
const gone = data(await grace.DELETE("/contact_groups/{id}", { params: { path: { id: group._id }, query: { contacts: "delete" } } }));
same(gone.contacts, 1);
data(await grace.DELETE("/sessions"));
same((await grace.GET("/users/me", { params: { header: { "x-refresh": "" } } })).response.status, 401);

console.log("The client compiles, and its calls are answered.");
