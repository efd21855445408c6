import type { Kit } from '../domain/kit.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { PingAuth } from './kong-entities.ts';
import { shownId } from './kong-entities.ts';

/** Whether Kong resolves the value itself, from a vault. */
export const isReference = (value: string | null | undefined): boolean => value?.startsWith('{vault://') ?? false;

/** What a vault reference names: `{vault://prefix/resource/key}`, where the resource may have slashes (kong/pdk/vault.lua). */
export type VaultReference = { readonly prefix: string; readonly resource: string; readonly key: string | undefined };

const form = /^\{vault:\/\/([A-Za-z0-9_-]{1,256})\/([^{}?#\s]{1,1024})(?:[?#][^{}\s]*)?\}$/;

/** The parts of a reference; `undefined` for a text that is none. */
export const parseReference = (text: string): VaultReference | undefined => {
  const [, prefix, path = ''] = form.exec(text) ?? [];
  const parts = path.split('/').map(decoded);
  if (prefix === undefined || parts.includes(undefined)) return undefined;
  const key = parts.length > 1 ? parts.pop() : undefined;
  return { prefix, resource: parts.join('/'), key: key === '' ? undefined : key };
};

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

/**
 * The one reference that all plugins of a kit hold; `undefined` when each holds a value itself. Some of both, or different
 * references, are refused: what is written at one place would leave the others behind. `toSet` says which setting is missing.
 */
export const referenceOf = (
  plugins: readonly PingAuth[],
  kit: Kit,
  hasTarget: boolean,
  setting: string,
): VaultReference | undefined => {
  const doing = 'Looking at what the ping-auth plugins hold';
  const refused = (answer: string, todo: string) =>
    new KitMisconfigured('VAULT_REFERENCE', { doing, kit, answer, todo });
  const isOne = ({ config }: PingAuth) => isReference(config.shared_secret);
  const [reference] = plugins.filter(isOne);
  if (!reference) {
    if (!hasTarget) return undefined;
    throw refused(
      `${setting} is set, but shared_secret is no vault reference`,
      `Set shared_secret of the plugin to the reference, or leave ${setting} out.`,
    );
  }
  if (!hasTarget)
    throw refused(
      'shared_secret is a vault reference, which is not overwritten',
      `Say in ${setting} where the value is that it names; then that is what is written.`,
    );
  const plain = plugins.find((plugin) => !isOne(plugin));
  if (plain)
    throw refused(
      `plugin ${shownId(plain.id)} holds a value and others a vault reference`,
      'Give all of them the reference, or make two kits of them: pluginIds, instanceNames, routes, services or tags select.',
    );
  if (plugins.some(({ config }) => config.shared_secret !== reference.config.shared_secret))
    throw refused(
      'the plugins hold different vault references',
      'Give all of them the same one, or make a kit for each: pluginIds, instanceNames, routes, services or tags select.',
    );
  const parsed = parseReference(reference.config.shared_secret ?? '');
  if (parsed) return parsed;
  throw refused(
    'shared_secret begins like a vault reference and is none',
    'Correct it in Kong: {vault://PREFIX/NAME} or {vault://PREFIX/NAME/KEY}.',
  );
};
