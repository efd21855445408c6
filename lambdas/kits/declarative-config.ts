import { isMap, isScalar, parseDocument, visit } from 'yaml';

/**
 * A declarative configuration of Kong in which these `ping-auth` plugins have another `shared_secret`, and not a character is
 * changed elsewhere. `undefined` when it is no such configuration, or does not show each of them once, with a text.
 */
export const withSharedSecrets = (yaml: string, ids: readonly string[], value: string): string | undefined => {
  const document = parseDocument(yaml, { logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  const places = new Map<string, readonly [number, number]>();
  let isClear = true;
  visit(document, {
    Map: (_, plugin) => {
      const id = plugin.get('id');
      if (typeof id !== 'string' || !ids.includes(id) || plugin.get('name') !== 'ping-auth') return;
      const config = plugin.get('config');
      const secret = isMap(config) ? config.get('shared_secret', true) : undefined;
      const range = isScalar(secret) && typeof secret.value === 'string' ? secret.range : undefined;
      if (!range || places.has(id) || (isScalar(secret) && isBlock(secret.type))) isClear = false;
      else places.set(id, [range[0], range[1]]);
    },
  });
  if (!isClear || places.size !== new Set(ids).size) return undefined;
  return [...places.values()]
    .toSorted(([one], [other]) => other - one)
    .reduce((text, [from, to]) => text.slice(0, from) + JSON.stringify(value) + text.slice(to), yaml);
};

const isBlock = (type: unknown): boolean => type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL';
