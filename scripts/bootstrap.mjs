// Runs before `npm start` and `npm test`: installs the packages when they are missing or the lock file changed.
// Plain JavaScript for Node 20, because Node 24 itself comes with the packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(
    `Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org), then try again.`,
  );
  process.exit(1);
}
if (!isInstalled()) install();

/** npm writes what it installed into a lock file of its own, at the very end; an interrupted install has none. */
function isInstalled() {
  const installed = readLock('node_modules/.package-lock.json');
  if (!installed || !existsSync(join(root, 'node_modules/.bin/node'))) return false;
  return Object.entries(readLock('package-lock.json'))
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
    .every(([path, entry]) => {
      // Absent where they are for other machines.
      if (!installed[path]) return entry.optional || entry.devOptional || entry.peer;
      // Those inside a workspace vanish when its folder is cleaned, which npm's own file does not show.
      const isThere = path.startsWith('node_modules/') || existsSync(join(root, path));
      return installed[path].version === entry.version && isThere;
    });
}

function readLock(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : null;
}

function install() {
  const startedAt = Date.now();
  console.log('Installing packages (npm ci); the first time takes about half a minute …');
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm
    ? [process.execPath, npm]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  const { status } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(
      'npm ci failed (see above). It needs the npm registry: check the network or the proxy, then try again.',
    );
    process.exit(1);
  }
  console.log(`✓ packages ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
