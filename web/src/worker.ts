/** The model, beside the page, so that the page never waits. */

import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { type Answer, RoleClassifier, TOO_LARGE } from '../../examples/runtimes/node/roleclass.mjs';
import type { Reading } from '../../examples/runtimes/node/reading.mjs';
import modelUrl from '../../models/model.onnx?url';

export interface Request {
  id: number;
  text: string;
  title: string;
}
export type Reply = { id: number } & ({ answer: Answer; reading: Reading } | { error: string });

ort.env.wasm.numThreads = 1; // more would need headers that not every host sends
ort.env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };

const loading = load();
loading.catch(() => {}); // it is told with the first answer

async function load(): Promise<RoleClassifier> {
  const response = await fetch(new URL(modelUrl, import.meta.url));
  if (!response.ok) throw new Error(`The model could not be loaded: ${response.status} ${response.statusText}`);
  return RoleClassifier.load(ort, new Uint8Array(await response.arrayBuffer()));
}

async function read({ text, title }: Request): Promise<{ answer: Answer; reading: Reading }> {
  const classifier = await loading;
  const answer = await classifier.predict(text, title);
  const reading =
    answer.reason === TOO_LARGE ? { text: '', lines: [] } : await classifier.read(text, title);
  return { answer, reading };
}

// One after the other: ONNX Runtime runs one thing at a time in WebAssembly.
let last: Promise<unknown> = loading.catch(() => {});
self.onmessage = ({ data }: MessageEvent<Request>) => {
  last = last
    .then(() => read(data))
    .then((found) => ({ id: data.id, ...found }))
    .catch((error) => ({ id: data.id, error: error instanceof Error ? error.message : String(error) }))
    .then((reply: Reply) => self.postMessage(reply));
};
