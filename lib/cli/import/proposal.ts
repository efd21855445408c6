import type { ListedCredential } from '../../../lambdas/domain/pingone-mint.ts';
import type { KitEntry } from '../registry-edit.ts';
import { type EntryRow, proposeEntries } from './entries-proposal.ts';
import { type Found, namesBeside } from './found.ts';
import { type PluginRow, proposePlugins } from './plugins-proposal.ts';

/** The kits to add, what was found, and what a person has to know beside it. */
export type Proposal = {
  readonly rows: readonly PluginRow[];
  readonly entries: readonly EntryRow[];
  readonly kits: readonly KitEntry[];
  readonly unheld: readonly ListedCredential[];
  readonly notes: readonly string[];
};

/**
 * Proposes one kit for each plugin and each entry that holds a credential of the gateway and is nobody's yet. It belongs to
 * the gateway when its value names it; that the value is the one PingOne made shows only in that all with the same id have
 * the same digest.
 */
export const proposeKits = (found: Found): Proposal => {
  const nameOf = namesBeside(found.kits);
  const plugins = proposePlugins(found, nameOf);
  const entries = proposeEntries(found, nameOf);
  const held = new Set([...plugins.rows, ...entries.rows].map(({ credentialId }) => credentialId));
  const unheld = found.listed.filter(({ credentialId }) => !held.has(credentialId));
  return {
    rows: plugins.rows,
    entries: entries.rows,
    kits: [...plugins.kits, ...entries.kits],
    unheld,
    notes: [...unheldNote(unheld), ...plugins.notes, ...entries.notes, ...different(found)],
  };
};

const iso = (atMs: number): string => new Date(atMs).toISOString();
/** Since when or that never, in words. */
export const lastUsedText = ({ lastUsedAtMs }: ListedCredential): string =>
  lastUsedAtMs === undefined ? 'never used' : `last used ${iso(lastUsedAtMs)}`;

const unheldNote = (unheld: readonly ListedCredential[]): readonly string[] =>
  unheld.length === 0
    ? []
    : [
        `Nothing that was found holds ${unheld.map((one) => `${one.credentialId} (${lastUsedText(one)})`).join(', ')}. Whoever uses it is a kit that is missing here: add it, or a rotation waits for it.`,
      ];

/** The same id in two values: one of them is not what PingOne made, and is refused there. */
const different = ({ kongs, maps }: Found): readonly string[] => {
  const digests = new Map<string, Set<string>>();
  for (const { holds } of [...kongs.flatMap(({ plugins }) => plugins), ...maps.flatMap(({ map }) => map.entries)]) {
    if (holds.kind !== 'pingone') continue;
    digests.set(holds.credentialId, (digests.get(holds.credentialId) ?? new Set()).add(holds.digest));
  }
  return [...digests].flatMap(([id, values]) =>
    values.size > 1
      ? [`Found were ${values.size} different values that all name credential ${id}: at most one of them is good.`]
      : [],
  );
};
