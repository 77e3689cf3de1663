// What scripts/docs-page has a browser do: BASE is the server, TOKEN an access token, CHROMIUM the browser's program,
// and PICTURE where the page is to be pictured, if at all.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");

const { BASE, TOKEN, CHROMIUM, PICTURE } = process.env;

// Opens a call, makes it as it stands there, and returns the answer's status and text.
async function tried(page, id) {
    const call = page.locator(`#operations-${id}`);
    await call.locator(".opblock-summary-control").click();
    await call.getByRole("button", { name: "Execute" }).click();
    const answer = call.locator(".live-responses-table tr.response");
    await answer.waitFor();
    return {
        status: (await answer.locator(".response-col_status").innerText()).trim().slice(0, 3),
        text: await answer.locator(".response-col_description").innerText(),
    };
}

async function signIn(page) {
    await page.getByRole("button", { name: "Authorize" }).first().click();
    const dialog = page.locator(".modal-ux");
    const user = dialog.locator(".auth-container", { hasText: "http, Bearer" });
    await user.locator("input").first().fill(TOKEN);
    await user.locator("button.authorize").click();
    await dialog.locator(".close-modal").click();
}

async function main() {
    const browser = await chromium.launch({ executablePath: CHROMIUM });
    try {
        const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
        const wrong = [];
        page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
        page.on("pageerror", (error) => wrong.push(String(error)));
        page.on("request", (request) => {
            const url = request.url();
            if (!url.startsWith(`${BASE}/`) && !url.startsWith("data:")) wrong.push(`a request to ${url}`);
        });
        for (const path of ["/docs/", "/api/v1/docs", "/docs"]) {
            await page.goto(BASE + path);
            await page.locator("#operations-Contacts-createContact").waitFor();
        }
        assert.deepEqual(wrong, [], "nothing is wrong with the page itself");

        const stranger = await tried(page, "Contacts-countContacts");
        assert.equal(stranger.status, "401", stranger.text);
        assert.match(wrong.pop(), /401/, "the browser tells of it too");

        await page.goto(`${BASE}/docs/`);
        await signIn(page);
        // Before any call is shown, with the token that it carries.
        if (PICTURE) {
            await page.locator("#operations-tag-Contacts").evaluate((heading) => heading.scrollIntoView());
            await page.screenshot({ path: PICTURE });
        }
        const made = await tried(page, "Contacts-createContact");
        assert.equal(made.status, "201", made.text);
        assert.match(made.text, /Contact created successfully!/);
        const counted = await tried(page, "Contacts-countContacts");
        assert.equal(counted.status, "200", counted.text);
        assert.match(counted.text, /"count": 1\b/);
        assert.deepEqual(wrong, []);
    } finally {
        await browser.close();
    }
    console.log("The page opens, signs in, and makes calls.");
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
