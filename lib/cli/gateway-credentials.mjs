#!/usr/bin/env node
// The command line, see `lib/own-node.mjs`. `start` is what `npm start` is in a checkout: a program of its own, which stays up.
import { runOnOwnNode } from '../own-node.mjs';

const [, , ...args] = process.argv;
const start = args[0] === '--data' ? 2 : args[0]?.startsWith('--data=') ? 1 : 0; // the one option that both have
if (args[start] === 'start') {
  const [first, ...others] = args.slice(start + 1);
  const before = args.slice(0, start); // backup, restore and move stand first
  const isWord = first !== undefined && !first.startsWith('-');
  await runOnOwnNode(
    'lib/local/start.ts',
    isWord ? [first, ...before, ...others] : [...before, ...args.slice(start + 1)],
  );
} else await runOnOwnNode('lib/cli/main.ts', args);
