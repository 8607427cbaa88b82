// The screens in a real browser: the first visit, then every screen in both languages, light and
// dark, wide and narrow. Finds what is broken for eyes, for keyboards and for screen readers.
// Told by the environment: BASE, SETUP (the one-time link), PUBLISH (an address that publishes one
// more post when asked), WORDS (texts that must be found), SHOTS (a folder), CHROMIUM.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { BASE, SETUP, PUBLISH, SHOTS, CHROMIUM } = process.env;
const WORDS = JSON.parse(process.env.WORDS);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PERSON = { name: 'anna', password: 'a long pass phrase for anna' };
const SIZES = [[1280, 900], [390, 844]];
const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

const problems = [];
const problem = (where, what) => {
  problems.push(`${where}: ${what}`);
  console.log(`  ✕ ${where}: ${what}`);
};
const check = (good, where, what) => good || problem(where, what);

mkdirSync(SHOTS, { recursive: true });
const browser = await chromium.launch({
  executablePath: CHROMIUM, headless: true, chromiumSandbox: false, args: FLAGS,
});

/** A page whose every complaint is kept. */
async function open(options, state) {
  const context = await browser.newContext({
    locale: 'en-GB', reducedMotion: 'reduce', storageState: state, ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const where = () => new URL(page.url()).pathname;
  page.on('pageerror', (error) => problem(where(), `script error: ${error.message}`));
  page.on('console', (said) => {
    // Some refusals are asked for on purpose; the browser reports its status as an error.
    if (said.type() === 'error' && !page.expectsFailure) problem(where(), `console: ${said.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
}

/** Set-up by somebody who has never seen it; leaves the browser's state behind. */
async function firstVisit() {
  const page = await open({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  await page.goto(SETUP);
  await audit(page, 'setup-1');
  await page.check('input[name=lang][value=de]');
  await page.fill('input[name=name]', PERSON.name);
  await page.fill('input[name=password]', PERSON.password);
  await page.click('main form button');
  await page.waitForURL('**/set-up/words');
  check(await page.getAttribute('html', 'lang') === 'de', 'setup', 'German was chosen, not spoken');
  await page.fill('#query', 'fluxomat');
  await page.waitForFunction(
    () => document.querySelector('#preview').textContent.toLowerCase().includes('fluxomat'));
  await audit(page, 'setup-2');
  await page.click('main form button:not([name])');
  await page.waitForURL((url) => !url.pathname.startsWith('/set-up'));
  const state = await page.context().storageState();
  page.expectsFailure = true;
  const again = await page.goto(SETUP);
  check(!again.ok() && !(await page.$('input[name=password]')), 'setup', 'the one-time link works twice');
  await page.context().close();
  return state;
}

/** Rules of accessibility, and nothing that sticks out of the screen. */
async function audit(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of found.violations) {
    problem(name, `${id}: ${help} (${nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', ')})`);
  }
  const [wide, room] = await page.evaluate(
    () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  check(wide <= room, name, `${wide} pixels wide in a window of ${room}`);
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** One address for every kind of page that can be reached by links. */
async function discover(page) {
  const kinds = new Map();
  const waiting = [
    '/', '/mentions', '/search?q=fluxomat&hours=1', '/watches', '/watches/new', '/watches/import', '/saved',
    '/saved/list', '/saved/query', '/stories', '/calibration', '/channels', '/settings',
  ];
  const kind = (path) => path.replace(/\d+/g, 'n').replace(/\?.*/, '');
  while (waiting.length > 0) {
    const path = waiting.shift();
    if (kinds.has(kind(path))) continue;
    const answer = await page.goto(BASE + path);
    kinds.set(kind(path), path);
    check(answer.status() === 200, path, `answered ${answer.status()}`);
    // Dots in a drawing are links, too; their address is told otherwise.
    const links = await page.$$eval(
      'a[href]', (all) => all.map((a) => new URL(a.getAttribute('href'), document.baseURI).href));
    for (const link of links.map((href) => new URL(href))) {
      const inside = link.origin === new URL(BASE).origin;
      // Downloads are no pages.
      if (inside && !/\.(csv|jsonl|parquet|pdf)$/.test(link.pathname)) waiting.push(link.pathname + link.search);
    }
  }
  return [...kinds].map(([name, path]) => [name === '/' ? 'now' : name.slice(1).replaceAll('/', '-'), path]);
}

async function speak(page, lang) {
  await page.goto(`${BASE}/settings`);
  const form = page.locator('form[action="/settings/language"]');
  const choice = form.locator('select');
  if (await choice.count()) await choice.selectOption(lang);
  else await form.locator(`input[value=${lang}]`).check();
  await form.locator('button').click();
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, lang);
}

/** Everything that can be clicked can be reached with the Tab key, the skip link first. */
async function keyboard(page, name) {
  const wanted = await page.evaluate(() => {
    const all = document.querySelectorAll('a[href], button, input, select, textarea, summary');
    const shown = [...all].filter((e) => !e.disabled && e.type !== 'hidden' && e.checkVisibility());
    // Of radio buttons that belong together, Tab reaches one.
    const group = (e) => (e.type === 'radio' ? `radio ${e.name}` : null);
    const seen = new Set();
    const targets = shown.filter((e) => !group(e) || (!seen.has(group(e)) && seen.add(group(e))));
    targets.forEach((e, n) => { e.dataset.target = group(e) ?? String(n); });
    shown.filter((e) => group(e)).forEach((e) => { e.dataset.target = group(e); });
    document.activeElement?.blur();
    return targets.map((e) => [e.dataset.target, e.outerHTML.slice(0, 80)]);
  });
  const reached = new Set();
  for (let press = 0; press <= wanted.length + 20; press++) {
    await page.keyboard.press('Tab');
    const [target, skip, ring] = await page.evaluate(() => {
      const at = document.activeElement;
      const style = at ? getComputedStyle(at) : null;
      const ring = !!style && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
      return [at?.dataset?.target, at?.classList?.contains('skip'), ring];
    });
    if (press === 0) check(skip, name, 'the first Tab does not reach the skip link');
    if (target === undefined) continue;
    check(ring || reached.has(target), name, `focus cannot be seen on ${target}`);
    reached.add(target);
  }
  for (const [target, html] of wanted) check(reached.has(target), name, `Tab never reaches ${html}`);
}

/** A post that is published while the page is open appears on it, at once or behind a button that
 * says how many are waiting. */
async function live(page) {
  await page.goto(`${BASE}/mentions`);
  const before = page.url();
  const text = await (await fetch(PUBLISH, { method: 'POST' })).text();
  await page.waitForFunction((t) => {
    document.querySelector('[data-new]:not([hidden])')?.click();
    return document.querySelector('main').textContent.includes(t);
  }, text).catch(() => problem('live', 'a new post did not appear on the open page'));
  check(page.url() === before, 'live', 'the page was left');
}

/** A query is searched with, tested on the archive, asked why, and taken over from another tool. */
async function searching(page) {
  await page.goto(`${BASE}/search?q=fluxomat`);
  await page.waitForSelector('#hours svg').catch(() => problem('search', 'no count per hour'));
  await page.fill('#q', 'fluxomat AND (');
  await page.waitForSelector('#said .note.bad')
    .catch(() => problem('search', 'no error under the field while typing'));
  await page.goto(`${BASE}/watches/new`);
  await page.fill('#query', 'fluxomat AND nothinglikethis');
  await page.click('button[name=test]');
  await page.waitForSelector('#tested h2').catch(() => problem('watch', 'no test on the archive'));
  await audit(page, 'watch-tested');
  const near = page.locator('#tested button[name=why]').first();
  if (await near.count()) {
    await near.click();
    await page.waitForSelector('#whynot .tree').catch(() => problem('watch', 'nobody says why not'));
    await audit(page, 'watch-why');
  }
  await page.click('#foreign-help summary');
  await page.fill('#foreign', 'fluxomat NEAR/3 (fire OR burns)');
  await page.waitForSelector('#translated .sides')
    .catch(() => problem('watch', 'nothing is taken over from another tool'));
  await audit(page, 'watch-translated');
}

/** Without JavaScript every page still says its piece. */
async function plain(state, pages) {
  const page = await open({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false }, state);
  for (const [name, path] of pages) {
    const answer = await page.goto(BASE + path);
    const said = await page.textContent('main');
    check(answer.ok() && said.trim().length > 20, `${name} without script`, 'is empty');
  }
  await page.context().close();
}

/** The way in and the way out for somebody who is signed out. */
async function signIn() {
  const page = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await page.goto(`${BASE}/mentions`);
  check(new URL(page.url()).pathname === '/sign-in', 'sign-in', 'mentions are open to everybody');
  await audit(page, 'sign-in-390-dark');
  await keyboard(page, 'sign-in');
  await page.fill('input[name=name]', PERSON.name);
  await page.fill('input[name=password]', PERSON.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/mentions*');
  await page.context().close();
}

try {
  const state = await firstVisit();
  const page = await open({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' }, state);
  await page.goto(`${BASE}/mentions`);
  const text = await page.textContent('main');
  for (const words of WORDS) check(text.includes(words), 'mentions', `${words} is missing`);
  const pages = await discover(page);
  console.log(`  ${pages.length} kinds of pages: ${pages.map(([name]) => name).join(', ')}`);
  check(pages.some(([name]) => name === 'stories-n'), 'stories', 'no two posts became a story');
  for (const [name, path] of pages) {
    await page.goto(BASE + path);
    await keyboard(page, name);
  }
  for (const lang of ['de', 'en']) {
    await speak(page, lang);
    for (const colorScheme of ['light', 'dark']) {
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const [name, path] of pages) {
          await page.goto(BASE + path);
          check(await page.getAttribute('html', 'lang') === lang, name, `does not speak ${lang}`);
          await audit(page, `${name}-${width}-${colorScheme}-${lang}`);
        }
      }
    }
  }
  await searching(page);
  await live(page);
  page.expectsFailure = true;
  const lost = await page.goto(`${BASE}/no-such-page`);
  check(lost.status() === 404, 'no-such-page', `answered ${lost.status()}`);
  await audit(page, 'no-such-page');
  await plain(state, pages);
  await signIn();
} catch (error) {
  problem('pages', error.stack);
} finally {
  await browser.close();
}
console.log(problems.length ? `  ${problems.length} problems` : '  no problems');
process.exit(problems.length ? 1 : 0);
