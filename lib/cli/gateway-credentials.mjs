#!/usr/bin/env node
// The command line, see `lib/own-node.mjs`.
import { runOnOwnNode } from '../own-node.mjs';

await runOnOwnNode('lib/cli/main.ts', process.argv.slice(2));
