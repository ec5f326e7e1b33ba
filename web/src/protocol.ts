/** What the page and its worker say to each other. */

import type { Answer } from '../../examples/runtimes/node/roleclass.mjs';
import type { Guess } from './columns.ts';
import type { Explanation } from './evidence.ts';
import type { Problem } from './problems.ts';

export interface ModelInfo {
  roles: string[];
  thresholds: number[];
  version: string;
}

/** What is said of one posting; all places are in `why.document`. */
export interface Result {
  answer: Answer;
  why: Explanation;
  problems: Problem[];
}

export interface OpenTable {
  header: string[];
  rows: number;
  guess: Guess;
}

export interface ScoredRow {
  /** The title, or how the text begins. */
  label: string;
  role: string;
  confidence: number;
  reliable: boolean;
  reason: string | null;
}

export interface Progress {
  done: number;
  total: number;
  rows: ScoredRow[];
}

/** What can be asked for: arguments and answer of each request. */
export interface Requests {
  load: [Record<string, never>, ModelInfo];
  read: [{ text: string; title: string; role?: string; against?: string }, Result];
  open: [{ file: Blob; delimiter: string }, OpenTable];
  score: [{ text: string; title: string | null }, Blob | null];
  cancel: [Record<string, never>, null];
  row: [{ number: number }, { text: string; title: string }];
}
export type Kind = keyof Requests;

export type Request = { [K in Kind]: { id: number; kind: K; args: Requests[K][0] } }[Kind];
export type Reply =
  | { id: number; result: unknown }
  | { id: number; error: string }
  | { id: number; progress: Progress };
