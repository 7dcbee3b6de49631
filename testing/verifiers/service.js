// The three services, each a process of its own that knows nothing but its environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const COMMANDS = {
  Rust: [process.env.TENURE_BIN.replace(/tenure$/, 'examples/service')],
  JavaScript: ['node', here('services/service.js')],
  Python: [here('../../sdk/python/.venv/bin/python'), here('services/service.py')],
};

/** Starts all three; they end with `stop()`. */
export function services(environment) {
  return Promise.all(Object.entries(COMMANDS).map(([name, command]) => start(name, command, environment)));
}

async function start(name, [program, ...words], environment) {
  const service = spawn(program, words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface(service.stdout), 'line');
  return {
    name,
    stop: () => service.kill('SIGKILL'),
    ask: (path, token) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } }),
  };
}
