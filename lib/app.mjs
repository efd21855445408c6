// What `npx cdk` runs, in a fresh clone too, see `lib/own-node.mjs`.
import { runOnOwnNode } from './own-node.mjs';

await runOnOwnNode('lib/app.ts', []);
