// Bundles the view into the Python package, or (--tests) the unit tests into build/test.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'lester_jupyter', 'static');
const wants = (flag) => process.argv.includes(flag);
// `charset: utf8` keeps the WebAssembly string in viz.js from growing by escapes.
const common = { absWorkingDir: here, bundle: true, format: 'esm', charset: 'utf8', legalComments: 'none' };

async function bundle(name, entry, define = {}) {
  const options = {
    ...common,
    target: ['es2022'],
    minify: true,
    define,
    entryPoints: [entry],
    outfile: join(out, name),
  };
  await esbuild.build(options);
  console.log(`${name}  ${(statSync(join(out, name)).size / 1024).toFixed(1)} KiB`);
}

/** A short name of what a page has loaded, so that an upgraded package never meets the former one's modules. */
function fingerprint(names) {
  const hash = createHash('sha256');
  for (const name of names) hash.update(readFileSync(join(out, name)));
  return hash.digest('hex').slice(0, 12);
}

async function buildView() {
  mkdirSync(out, { recursive: true });
  await bundle('viz.js', 'src/widgets/viz.ts');
  await bundle('rewrite-core.js', 'src/widgets/rewrite-core.ts');
  const build = JSON.stringify(fingerprint(['viz.js', 'rewrite-core.js']));
  await bundle('rewrite.js', 'src/widgets/rewrite.ts', { __BUILD__: build });
  await bundle('rewrite.css', 'style/rewrite.css');
}

async function buildTests() {
  rmSync(join(here, 'build', 'test'), { recursive: true, force: true });
  const entryPoints = readdirSync(join(here, 'test'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name));
  const outdir = join(here, 'build', 'test');
  await esbuild.build({ ...common, platform: 'node', entryPoints, outdir, outExtension: { '.js': '.mjs' } });
}

if (wants('--clean')) {
  const extension = join(here, '..', 'lester_jupyter', 'labextension');
  for (const dir of [out, extension, join(here, 'build'), join(here, 'lib')])
    rmSync(dir, { recursive: true, force: true });
} else if (wants('--tests')) await buildTests();
else await buildView();
