// node drive.mjs TASK URL IN OUT: drive the page at URL in Chromium and write what was seen to OUT as JSON.
//
// It only looks; tests/runtimes/ and tests/web/ judge, because Python's answers are there.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [task, url, input, output] = process.argv.slice(2);
const tasks = { axe, cold, drop, keyboard, postings, scriptless };
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
  ],
});
const requests = new Set();
const complaints = [];
try {
  const seen = await tasks[task](JSON.parse(await readFile(input, 'utf8')));
  await writeFile(output, JSON.stringify({ seen, requests: [...requests], complaints }));
} finally {
  await browser.close();
}

async function open(options = {}, path = '') {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  context.on('request', (request) => requests.add(request.url()));
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url + path);
  return page;
}

// Through JSON, because lone surrogates do not survive the way to the browser otherwise.
async function classify(page, { text, title }) {
  await page.evaluate((written) => {
    const posting = JSON.parse(written);
    document.querySelector('#title').value = posting.title ?? '';
    document.querySelector('#text').value = posting.text;
    document.querySelector('#status').textContent = '';
  }, JSON.stringify({ text, title }));
  await page.getByRole('button', { name: 'Classify' }).click();
  await answered(page);
}

function answered(page) {
  return page.waitForFunction(() => document.querySelector('#status').textContent !== '');
}

/** What the static page shows of each posting. */
async function postings({ postings }) {
  const page = await open();
  const seen = [];
  for (const posting of postings) {
    await classify(page, posting);
    seen.push(
      await page.evaluate(() => {
        const cells = (id) =>
          [...document.querySelectorAll(`#${id} tr`)].map((row) => [...row.cells].map((cell) => cell.textContent));
        return {
          heading: document.querySelector('#answer').textContent,
          told: document.querySelector('#told').textContent,
          probabilities: cells('probabilities'),
          lines: JSON.stringify(cells('lines')),
        };
      }),
    );
  }
  return seen;
}

/** Seconds to the first answer of the static page, from the request for it. */
async function cold({ posting, times }) {
  const seconds = [];
  for (let i = 0; i < times; i++) {
    const page = await open();
    await classify(page, posting);
    seconds.push(await page.evaluate(() => performance.now() / 1000));
    await page.context().close();
  }
  return seconds;
}

/** What axe finds on each page, by theme and width; with `example`, once more after that button. With `folder`, pictures. */
async function axe({ paths, example, folder }) {
  const seen = {};
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 375]) {
      for (const path of paths) {
        const page = await open({ colorScheme, viewport: { width, height: 800 } }, path);
        const look = async (state) => {
          await page.evaluate(axeSource);
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          seen[`${state}, ${colorScheme}, ${width}`] = {
            faults: violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0].html}`),
            overflow: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
          };
          if (folder) {
            const name = state.replace(/\W+/g, '-');
            await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
          }
        };
        await page.locator('details').evaluateAll((all) => {
          for (const one of all) one.open = true;
        });
        await look(`/${path}`);
        if (example) {
          await page.locator('#example').click();
          await answered(page);
          await look(`/${path} answered`);
        }
        await page.context().close();
      }
    }
  }
  return seen;
}

/** A posting and a table through the forms of `roleclass web`, without JavaScript. */
async function scriptless({ posting, path }) {
  const page = await open({ javaScriptEnabled: false });
  await page.getByLabel('Title (optional)').fill(posting.title ?? '');
  await page.getByLabel('Text', { exact: true }).fill(posting.text);
  await page.getByRole('button', { name: 'Classify' }).click();
  const heading = await page.locator('#answer').textContent();
  await page.getByLabel('File').setInputFiles(path);
  await page.getByRole('button', { name: 'Score the table' }).click();
  return { heading, ...(await saved(page)) };
}

/** A posting and a table that are dropped on the page of `roleclass web`. */
async function drop({ text, table }) {
  const page = await open();
  const dropFile = async ({ name, content }) => {
    const files = await page.evaluateHandle(
      ([file, inside]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([inside], file));
        return transfer;
      },
      [name, content],
    );
    await page.dispatchEvent('body', 'dragover', { dataTransfer: files });
    await page.dispatchEvent('body', 'drop', { dataTransfer: files });
  };
  await dropFile(text);
  const heading = await page.locator('#answer').textContent();
  await dropFile(table);
  return { heading, ...(await saved(page)) };
}

async function saved(page) {
  const counts = await page.locator('#scored').textContent();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Save/ }).click(),
  ]);
  return { counts, name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') };
}

/** From the top of either page to an answer without a mouse; what had the focus on the way. */
async function keyboard({ posting }) {
  const page = await open();
  const stops = [];
  while (stops.at(-1) !== 'text' && stops.length < 20) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim()));
  }
  await page.keyboard.insertText(posting.text);
  await page.keyboard.press('Control+Enter');
  await page.locator('.lines td').first().waitFor();
  return { stops, heading: await page.locator('#answer').textContent() };
}
