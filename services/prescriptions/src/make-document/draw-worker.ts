/** The thread that draws; see draw-apart.ts. */
import { parentPort } from 'node:worker_threads';
import { drawDocument } from './page/draw-document.ts';
import type { PageContent } from './page/page-content.ts';

parentPort!.on('message', ({ number, content }: { number: number; content: PageContent }) => {
  drawDocument(content).then(
    (bytes) => parentPort!.postMessage({ number, bytes }, []),
    (error: unknown) => parentPort!.postMessage({ number, error }, []),
  );
});
