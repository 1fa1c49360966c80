// The page for people who read Spanish or Chinese: the scenes of support/scenes.mjs as their browsers ask for it, on a phone and on a
// desktop: nothing is cut or covered, and no word of another language is left over.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { badLayout, badTexts, SCREENS } from './support/legibility.mjs';
import { openStage, SCENES } from './support/scenes.mjs';
import { saidBy, speakerOf } from './support/spoken.mjs';

/** What `wall` and `save` show is seen in others, too. */
const SPANISH = SCENES.map((x) => x.name).filter((x) => !['wall', 'save'].includes(x));
/** Chinese is short: where its words stand beside those of others. */
const CHINESE = ['view', 'details', 'add', 'history', 'login'];
const PEOPLE = [
  { name: 'Spanish', locale: 'es-ES', lang: 'es', table: 'es', scenes: SPANISH },
  { name: 'Chinese', locale: 'zh-CN', lang: 'zh-Hans', table: 'zh', scenes: CHINESE },
];
/** The page follows another size of the window within this. */
const SOON_MS = 5_000;

/** @type {import('./support/scenes.mjs').Stage} */
let stage;

before(async () => {
  stage = await openStage();
});

after(async () => {
  await stage?.close();
});

/** Names and what else the server tells as it is: of cameras, groups, views and brands, and the causes of faults for those who look for them. */
async function toldByServer() {
  const get = async (/** @type {string} */ path) => {
    const answer = await stage.page.request.get(new URL(path, stage.url).href);
    return answer.ok() ? answer.json() : {};
  };
  const [{ cameras = [] }, { views = [] }, { templates = [] }, { events = [] }] = await Promise.all(
    ['/api/v1/cameras', '/api/v1/views', '/api/v1/templates', '/api/v1/cameras/cam03/events'].map(get));
  const texts = [
    ...cameras.flatMap((/** @type {any} */ x) => [x.id, x.label, x.group, x.detail]),
    ...views.flatMap((/** @type {any} */ x) => [x.title, x.source]),
    ...templates.map((/** @type {any} */ x) => x.title),
    ...events.flatMap((/** @type {any} */ x) => (x.phase === 'live' ? [] : [x.detail])),
  ];
  return new Set([...texts.filter((x) => typeof x === 'string'), 'admin', '3 × 3']);
}

/** @type {Record<string, (text: string, data: ReadonlySet<string>) => boolean>} */
const speakers = {};

/** One person after the other, so that scenes of one page share it; first on a wall that is whole. */
const HURT_FROM = SCENES.findIndex((x) => x.hurts);
const VISITS = [SCENES.slice(0, HURT_FROM), SCENES.slice(HURT_FROM)].flatMap((part) =>
  PEOPLE.flatMap((person) => part.filter((x) => person.scenes.includes(x.name)).map((scene) => ({ person, scene }))));

for (const { person: { name, locale, lang, table }, scene: { name: scene, prepare } } of VISITS)
  test(`${scene} in ${name}: nothing is cut or covered, and every word is ${name}`, async () => {
    await stage.speak(locale);
    const { page } = stage;
    await page.setViewportSize(SCREENS.desktop);
    await prepare(stage);
    assert.equal(await page.getAttribute('html', 'lang'), lang);
    const knows = (speakers[locale] ??= await speakerOf(table, locale));
    const before = await toldByServer();
    for (const { width, height, sizeMin } of [SCREENS.desktop, SCREENS.phone]) {
      await page.setViewportSize({ width, height });
      const bad = async () => [...(await badLayout(page, sizeMin)), ...(await badTexts(page, { sizeMin, contrastMin: 4.5 }))];
      let faults = await bad();
      for (const end = performance.now() + SOON_MS; faults.length > 0 && performance.now() < end; faults = await bad()) await page.waitForTimeout(100);
      assert.deepEqual(faults, []);
      const said = await saidBy(page);
      // A camera may have got another fault meanwhile.
      const told = new Set([...before, ...(await toldByServer())]);
      assert.deepEqual(said.filter((x) => !knows(x, told)), []);
    }
    assert.deepEqual(stage.problems, []);
  });
