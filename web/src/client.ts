/** The worker, as functions that give promises. */

import type { Kind, Progress, Reply, Requests } from './protocol.ts';

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
  progress: ((progress: Progress) => void) | undefined;
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'roleclass' });
const waiting = new Map<number, Waiting>();
let last = 0;

worker.onmessage = ({ data }: MessageEvent<Reply>) => {
  const one = waiting.get(data.id);
  if (!one) return;
  if ('progress' in data) {
    one.progress?.(data.progress);
    return;
  }
  waiting.delete(data.id);
  if ('error' in data) one.reject(new Error(data.error));
  else one.resolve(data.result as never);
};
worker.onerror = (event) => {
  event.preventDefault();
  for (const { reject } of waiting.values())
    reject(new Error(event.message || 'The worker could not be started.'));
  waiting.clear();
};

export function ask<K extends Kind>(
  kind: K,
  args: Requests[K][0],
  progress?: (progress: Progress) => void,
): Promise<Requests[K][1]> {
  last += 1;
  const id = last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, progress });
    worker.postMessage({ id, kind, args });
  });
}
