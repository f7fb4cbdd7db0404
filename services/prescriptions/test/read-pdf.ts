import { PDFiumLibrary } from '@hyzyla/pdfium';
import { PNG } from 'pngjs';

type Library = Awaited<ReturnType<typeof PDFiumLibrary.init>>;
let library: Promise<Library> | undefined;

/** The document opened for as long as `read` runs. A page is read or rendered, not both. */
async function opened<Result>(
  file: Uint8Array,
  read: (document: Awaited<ReturnType<Library['loadDocument']>>) => Promise<Result> | Result,
): Promise<Result> {
  const document = await (await (library ??= PDFiumLibrary.init())).loadDocument(file);
  try {
    return await read(document);
  } finally {
    document.destroy();
  }
}

/** The text of all pages, in the order in which it was written. */
export const textOf = (file: Uint8Array): Promise<string> =>
  opened(file, (document) =>
    Array.from(document.pages(), (page) => page.getText().replaceAll('\r\n', '\n')).join('\n'),
  );

/** Each page as a picture, at `scale` times 72 dots an inch. */
export const picturesOf = (file: Uint8Array, scale: number): Promise<PNG[]> =>
  opened(file, async (document) => {
    const pictures: PNG[] = [];
    for (const page of document.pages()) {
      const { data, width, height } = await page.render({ scale, render: 'bitmap' });
      const picture = new PNG({ width, height });
      picture.data.set(data);
      pictures.push(picture);
    }
    return pictures;
  });

/** An element of the structure tree, which is what a screen reader reads. */
export interface Element {
  type: string;
  alt?: string;
  children: Element[];
}

/** What the renderer's own types do not show: PDFium's functions for structure trees (fpdf_structtree.h). */
interface StructureApi {
  _FPDF_StructTree_GetForPage(page: number): number;
  _FPDF_StructTree_CountChildren(tree: number): number;
  _FPDF_StructTree_GetChildAtIndex(tree: number, index: number): number;
  _FPDF_StructElement_GetType(element: number, buffer: number, length: number): number;
  _FPDF_StructElement_GetAltText(element: number, buffer: number, length: number): number;
  _FPDF_StructElement_CountChildren(element: number): number;
  _FPDF_StructElement_GetChildAtIndex(element: number, index: number): number;
  wasmExports: { malloc(bytes: number): number; free(pointer: number): void };
  HEAPU8: Uint8Array;
}

/** The structure tree of one page (0 is the first). */
export const structureOf = (file: Uint8Array, page = 0): Promise<Element[]> =>
  opened(file, (document) => {
    const { module: api, pageIdx } = document.getPage(page) as unknown as {
      module: StructureApi;
      pageIdx: number;
    };
    const text = (read: (buffer: number, length: number) => number): string => {
      const length = read(0, 0);
      if (length <= 2) return '';
      const buffer = api.wasmExports.malloc(length);
      read(buffer, length);
      const bytes = api.HEAPU8.slice(buffer, buffer + length - 2);
      api.wasmExports.free(buffer);
      return new TextDecoder('utf-16le').decode(bytes);
    };
    const children = (count: number, child: (index: number) => number): Element[] =>
      Array.from({ length: Math.max(0, count) }, (_, index) => child(index))
        .filter((pointer) => pointer !== 0)
        .map(element);
    const element = (pointer: number): Element => {
      const alt = text((buffer, length) => api._FPDF_StructElement_GetAltText(pointer, buffer, length));
      return {
        type: text((buffer, length) => api._FPDF_StructElement_GetType(pointer, buffer, length)),
        ...(alt !== '' && { alt }),
        children: children(api._FPDF_StructElement_CountChildren(pointer), (index) =>
          api._FPDF_StructElement_GetChildAtIndex(pointer, index),
        ),
      };
    };
    const tree = api._FPDF_StructTree_GetForPage(pageIdx);
    return children(api._FPDF_StructTree_CountChildren(tree), (index) =>
      api._FPDF_StructTree_GetChildAtIndex(tree, index),
    );
  });
