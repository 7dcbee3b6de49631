// The console as an admin uses it: signed in by a one-time link.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { ready } from '../interop/support.js';

/** Where the console is. */
export const origin = new URL(ready.console_url).origin;

/** A one-time link, as `tenure admin link` prints it. */
export async function link(name = 'owner', role = 'owner') {
  const { stdout } = await promisify(execFile)(process.env.TENURE_BIN, [
    ...['--json', 'admin', 'link', '--data-dir', ready.data_dir],
    ...['--name', name, '--role', role],
  ]);
  return JSON.parse(stdout).url;
}

/** Signs the browser of `context` in, as the admin `name`. */
export async function signIn(context, name, role) {
  const page = await context.newPage();
  await page.goto(await link(name, role));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${origin}/`);
  await page.close();
}
