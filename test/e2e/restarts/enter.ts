import { inject } from 'vitest';

// `npm start` and the tests find the clinic by the environment, as commands do.
Object.assign(process.env, inject('restarts'));
