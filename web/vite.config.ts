import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';
import { parse } from 'smol-toml';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');

const EXAMPLES = ['ai_engineer', 'ai_platform_engineer', 'ml_engineer', 'payroll_accountant'];

/** The package's own data files as modules, so that nothing is kept twice: see src/data.d.ts. */
function packageData(): Plugin {
  const modules: Record<string, () => unknown> = {
    'data:lexicon': () => {
      const { concepts } = parse(read('src/roleclass/lexicon.toml')) as {
        concepts: Record<string, { name: string; phrases: string[] }>;
      };
      return Object.fromEntries(
        Object.entries(concepts).map(([key, { name, phrases }]) => [key, { name, phrases }]),
      );
    },
    'data:taxonomy': () => parse(read('src/roleclass/taxonomy/taxonomy.toml')).areas,
    'data:codebook': () => marked.parse(read('docs/codebook.md')),
    'data:examples': () => EXAMPLES.map((name) => read(`examples/${name}.txt`)),
  };
  return {
    name: 'package-data',
    resolveId: (id) => (id in modules ? `\0${id}` : null),
    load: (id) => {
      const make = modules[id.slice(1)];
      // A string to parse is read faster than an object to compile.
      return make ? `export default JSON.parse(${JSON.stringify(JSON.stringify(make()))})` : null;
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [packageData()],
  worker: { format: 'es', plugins: () => [packageData()] },
  assetsInclude: ['**/*.onnx'],
  server: { fs: { allow: ['..'] } },
  build: {
    outDir: '../src/roleclass/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
