// node drive.mjs TASK URL IN OUT: drive the page at URL in Chromium and write what was seen to OUT as JSON.
//
// It only looks; tests/web/ judges, because Python's answers are there.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [task, url, input, output] = process.argv.slice(2);
const tasks = { cold, postings, table, cancel, axe, keyboard, screens };
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

async function open(options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  context.on('request', (request) => requests.add(request.url()));
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return page;
}

function loaded(page) {
  return page.waitForFunction(() => document.querySelector('#model b'));
}

// Through JSON, because lone surrogates do not survive the way to the browser otherwise.
async function enter(page, { text, title }) {
  await page.evaluate((written) => {
    const posting = JSON.parse(written);
    document.querySelector('#title').value = posting.title ?? '';
    document.querySelector('#posting').value = posting.text;
  }, JSON.stringify({ text, title }));
}

async function downloaded(page, button) {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return { name: file.suggestedFilename(), path: await file.path() };
}

async function classify(page, posting) {
  await enter(page, posting);
  await page.evaluate(() => {
    document.querySelector('#status').textContent = '';
  });
  await page.getByRole('button', { name: 'Classify' }).click();
  await page.waitForFunction(() => document.querySelector('#status').textContent !== '');
}

/** Seconds to the first answer, for someone who is ready at once: from the request for the page, and from its load. */
async function cold({ posting, times }) {
  const seconds = [];
  for (let i = 0; i < times; i++) {
    const page = await open();
    await classify(page, posting);
    seconds.push(
      await page.evaluate(() => {
        const [{ loadEventEnd }] = performance.getEntriesByType('navigation');
        return { request: performance.now() / 1000, load: (performance.now() - loadEventEnd) / 1000 };
      }),
    );
    await page.context().close();
  }
  return seconds;
}

async function postings({ postings }) {
  const page = await open();
  const seen = [];
  for (const posting of postings) {
    await classify(page, posting);
    const { path } = await downloaded(page, 'Download as JSON');
    seen.push({
      json: JSON.parse(await readFile(path, 'utf8')),
      heading: await page.locator('#answer-heading').textContent(),
      status: await page.locator('#status').textContent(),
      definition: await page.locator('.definition').textContent(),
      marked: await page.locator('.document').textContent(),
    });
  }
  return seen;
}

async function openFile(page, path) {
  await page.locator('#file').setInputFiles(path);
  await page.locator('#table-heading').waitFor();
}

async function table({ path, text, title, count }) {
  const page = await open();
  await loaded(page);
  // The longest time without a frame and the longest task of the page's own thread: so long nothing could
  // have been clicked or drawn.
  await page.evaluate(() => {
    globalThis.longest = { frame: 0, task: 0 };
    let last = performance.now();
    const frame = (now) => {
      globalThis.longest.frame = Math.max(globalThis.longest.frame, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        globalThis.longest.task = Math.max(globalThis.longest.task, duration);
      }
    }).observe({ type: 'longtask' });
  });
  await openFile(page, path);
  const guessed = {
    text: await page.locator('#text-column').inputValue(),
    title: await page.locator('#title-column').inputValue(),
  };
  if (text) await page.locator('#text-column').selectOption(text);
  if (title) await page.locator('#title-column').selectOption(title);
  await page.getByRole('button', { name: 'Score the table' }).click();
  await page.locator('.chart').waitFor({ timeout: 120_000 });
  const longest = await page.evaluate(() => globalThis.longest);
  const file = await downloaded(page, 'Download the scored table');
  const counts = await page
    .locator('.chart button')
    .evaluateAll((buttons) =>
      Object.fromEntries(
        buttons.map((button) => [
          button.dataset.role,
          Number(button.querySelector('.number').firstChild.textContent.replaceAll(',', '')),
        ]),
      ),
    );
  await page.locator('.chart button[data-role="ai-first"]').click();
  const filtered = await page.locator('#scores table .role').allTextContents();
  let opened = null;
  if (count) {
    await page.locator('#scores table button').first().click();
    await page.locator('#answer-heading').waitFor();
    opened = await page.locator('#answer-heading').textContent();
  }
  return {
    guessed,
    longest,
    counts,
    filtered,
    opened,
    name: file.name,
    said: await page.locator('#scores .actions .hint').first().textContent(),
    content: await readFile(file.path, 'utf8'),
  };
}

async function cancel({ path, posting }) {
  const page = await open();
  await loaded(page);
  await openFile(page, path);
  await page.getByRole('button', { name: 'Score the table' }).click();
  await page.waitForFunction(() => document.querySelector('progress')?.value > 0);
  await classify(page, posting); // the worker answers in between
  const between = await page.locator('#answer-heading').textContent();
  const running = await page.locator('progress').count();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled; nothing was kept.').waitFor({ timeout: 10_000 });
  await classify(page, posting);
  return { between, running, after: await page.locator('#answer-heading').textContent() };
}

/** What axe finds in each state of the page, by theme and width. */
async function axe({ posting, path }) {
  const seen = {};
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 375]) {
      const page = await open({ colorScheme, viewport: { width, height: 800 } });
      await loaded(page);
      await page.evaluate(axeSource);
      const look = async (state) => {
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        seen[`${state}, ${colorScheme}, ${width}`] = {
          faults: violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0].html}`),
          overflow: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        };
      };
      await look('empty');
      await classify(page, posting);
      await page.locator('details').evaluateAll((all) => {
        for (const one of all) one.open = true;
      });
      await look('answer');
      await openFile(page, path);
      await look('columns');
      await page.getByRole('button', { name: 'Score the table' }).click();
      await page.locator('.chart').waitFor();
      await look('table');
      await page.getByRole('button', { name: 'Codebook' }).click();
      await look('codebook');
      await page.context().close();
    }
  }
  return seen;
}

/** From the top of the page to an answer, its reasons and the codebook without a mouse. */
async function keyboard({ posting }) {
  const page = await open();
  const stops = [];
  const focused = () =>
    page.evaluate(() => {
      const { id, textContent, tagName } = document.activeElement;
      return id || textContent.trim() || tagName;
    });
  const tabTo = async (wanted) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
      if (stops.at(-1) === wanted) return;
    }
    throw new Error(`Tab never came to ${wanted}: ${stops.join(' > ')}`);
  };
  await tabTo('open-codebook');
  await page.keyboard.press('Enter');
  const codebook = await page.locator('#codebook h1').textContent();
  await page.keyboard.press('Escape');
  const closed = !(await page.locator('#codebook').isVisible());
  const back = await focused();
  await tabTo('posting');
  await page.keyboard.insertText(posting.text);
  await page.keyboard.press('Control+Enter');
  await page.locator('#answer-heading').waitFor();
  const heading = await page.locator('#answer-heading').textContent();
  await tabTo('against-role');
  const pair = async () => page.locator('.why select').evaluateAll((all) => all.map((one) => one.value));
  const before = await pair();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((was) => document.querySelector('#against-role').value !== was, before[1]);
  await page.waitForTimeout(300);
  const after = await pair();
  const kept = await focused();
  await page.evaluate(() => document.querySelector('#theme').focus());
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const first = await theme();
  await page.keyboard.press('Space');
  return { codebook, closed, back, heading, before, after, kept, themes: [first, await theme()] };
}

/** Pictures, to look at. */
async function screens({ posting, doubtful, path, folder }) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 375]) {
      const page = await open({ colorScheme, viewport: { width, height: 800 } });
      await loaded(page);
      const shoot = (name) =>
        page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      await shoot('empty');
      await classify(page, posting);
      await page.waitForTimeout(400);
      await page
        .locator('details')
        .first()
        .evaluate((one) => {
          one.open = true;
        });
      await shoot('answer');
      await classify(page, doubtful);
      await page.waitForTimeout(400);
      await shoot('doubt');
      await page.reload();
      await loaded(page);
      await openFile(page, path);
      await shoot('columns');
      await page.getByRole('button', { name: 'Score the table' }).click();
      await page.locator('.chart').waitFor();
      await shoot('table');
      await page.getByRole('button', { name: 'Codebook' }).click();
      await page.screenshot({ path: `${folder}/codebook-${colorScheme}-${width}.png` });
      await page.context().close();
    }
  }
}
