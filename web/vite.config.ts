import { defineConfig } from 'vite';

export default defineConfig({
  base: './', // any host, any folder
  assetsInclude: ['**/*.onnx'],
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
