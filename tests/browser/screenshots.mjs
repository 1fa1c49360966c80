// Pictures of the wall for people to look at: `npm run screenshots` writes them to build/screenshots/ and says what sticks out,
// overlaps or is too small in them.
//   node tests/browser/screenshots.mjs [--docs] [--lang=es] [SCENE]...      --docs: also those that the README shows, to docs/images/

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { badLayout, badTexts, SCREENS } from './support/legibility.mjs';
import { openStage, SCENES } from './support/scenes.mjs';

const OUT = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const DOCS = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const IN_DOCS = ['wall', 'offline', 'add'];
/** Below 200 KB each. */
const DOCS_QUALITY = 70;

await mkdir(OUT, { recursive: true });
const wanted = process.argv.slice(2).filter((x) => !x.startsWith('--'));
const forDocs = process.argv.includes('--docs');
const language = process.argv.find((x) => x.startsWith('--lang='))?.slice('--lang='.length) ?? '';
const stage = await openStage();
if (language !== '') await stage.speak(language);
let bad = 0;
try {
  for (const { name, prepare } of SCENES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const [screen, { width, height, sizeMin }] of Object.entries(SCREENS)) {
      await stage.page.setViewportSize({ width, height });
      await prepare(stage);
      const faults = [...(await badLayout(stage.page, sizeMin)), ...(await badTexts(stage.page, { sizeMin, contrastMin: 4.5 }))];
      for (const fault of faults) console.error(`${name}, ${screen}: ${fault}`);
      bad += faults.length;
      await stage.page.screenshot({ path: `${OUT}${screen}-${name}${language === '' ? '' : `-${language}`}.png` });
      if (forDocs && screen === 'desktop' && IN_DOCS.includes(name))
        await stage.page.screenshot({ path: `${DOCS}${name}.jpg`, type: 'jpeg', quality: DOCS_QUALITY });
    }
  }
  for (const problem of stage.problems) console.error(problem);
  console.log(`screenshots are in ${OUT}`);
} finally {
  await stage.close();
}
process.exitCode = bad + stage.problems.length > 0 ? 1 : 0;
