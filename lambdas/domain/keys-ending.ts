import { type By, by, type Decision, record, unchanged } from './decision.ts';
import type { Gateway } from './gateway.ts';

/** So many own keys end before a rotation could: recorded when the number changes. */
export type KeysEnding = By & { readonly kind: 'keys-ending'; readonly keys: number };
export const keysEnding = (gateway: Gateway, command: KeysEnding, nowMs: number): Decision => {
  const { keysEnding: before = 0, ...rest } = gateway;
  if (command.keys === before) return unchanged;
  return record(rest, command.keys > 0 ? { keysEnding: command.keys } : {}, nowMs, {
    kind: 'keys-ending',
    ...by(command),
    detail: { keys: command.keys },
  });
};
