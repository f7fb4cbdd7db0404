/** Takes the pages as they are drawn now for right: `npm run goldens`. Look at each of them before you commit them. */
import { drawnPages, writeGoldenPage, writePictureForDocs } from './golden-pages.ts';

for (const [name, picture] of await drawnPages()) {
  writeGoldenPage(name, picture);
  console.log(`test/golden/${name}.png`);
}
await writePictureForDocs();
console.log('docs/pictures/prescription.png');
