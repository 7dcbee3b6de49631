// As verify/examples/service.rs, with the verifier in JavaScript and Express.
import { createRequire } from 'node:module';

import { fromEnv } from '../../../sdk/js/dist/verify/node.js';
import { guard } from '../../../sdk/js/dist/verify/adapters/express.js';

const express = createRequire(new URL('../../../sdk/js/package.json', import.meta.url))('express');

const auth = guard(fromEnv());
const app = express();
const me = (request, response) => response.send(auth.claims(request).sub);
app.get('/me', auth.require(), me);
app.get('/sure', auth.require({ onStale: 'deny' }), me);
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
