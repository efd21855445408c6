#!/usr/bin/env node
// The command line, see `lib/own-node.mjs`. `start` is what `npm start` is in a checkout: a program of its own, which stays up.
import { runOnOwnNode } from '../own-node.mjs';

const [, , ...args] = process.argv;
if (args[0] === 'start') await runOnOwnNode('lib/local/start.ts', args.slice(1));
else await runOnOwnNode('lib/cli/main.ts', args);
