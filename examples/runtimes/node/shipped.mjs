// The model of this checkout on onnxruntime-web; onnxruntime-node takes its place without another change.
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { RoleClassifier } from './roleclass.mjs';

const MODEL = new URL('../../../models/model.onnx', import.meta.url);

export async function classifier() {
  return RoleClassifier.load(ort, await readFile(process.env.ROLECLASS_MODEL ?? MODEL));
}
