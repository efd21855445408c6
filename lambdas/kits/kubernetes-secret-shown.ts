import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { KitMisconfigured, KitRefused } from './kit-errors.ts';
import { annotation } from './kubernetes-annotation.ts';
import { type KubernetesApi, pathOfSecret } from './kubernetes-api.ts';
import type { KubernetesSecretSettings } from './kubernetes-secret-settings.ts';

/** A secret as the API shows it: its version, the text under the key, the mark of our last write, and whether a controller keeps it. */
export type Secret = {
  readonly version: string;
  readonly value: string | undefined;
  readonly mark: string | undefined;
  readonly isOwned: boolean;
};

const secretSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string().min(1),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.unknown()).nullish(),
  }),
  data: z.record(z.string(), z.string()).nullish(),
  immutable: z.boolean().nullish(),
  type: z.string().default('Opaque'),
});

/** The secret of the settings; throws KitMisconfigured or KitRefused for one that cannot be changed. */
export const readSecret = async (api: KubernetesApi, kit: Kit, settings: KubernetesSecretSettings): Promise<Secret> => {
  const { namespace, secretName, key, createsKey } = settings;
  const doing = `Reading secret ${secretName} in namespace ${namespace}`;
  const { metadata, data, immutable, type } = await api.get(doing, pathOfSecret(settings), secretSchema);
  if (immutable)
    throw new KitRefused('NOT_SUPPORTED', {
      doing,
      kit,
      answer: 'it is immutable, for good',
      todo: 'Let the kit read another secret, without immutable, and name that one in the settings.',
    });
  if (/^(bootstrap\.)?kubernetes\.io\//.test(type))
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing,
      kit,
      answer: 'it is of a type that Kubernetes itself gives a meaning',
      todo: 'Give the kit a secret of its own, of type Opaque.',
    });
  const held = data && Object.hasOwn(data, key) ? data[key] : undefined;
  if (held === undefined && !createsKey)
    throw new KitMisconfigured('NOTHING_TO_UPDATE', {
      doing,
      kit,
      answer: `its data has no key ${key}`,
      todo: 'Correct key, or set createsKey to true.',
    });
  return {
    version: metadata.resourceVersion,
    value: held === undefined ? undefined : Buffer.from(held, 'base64').toString(),
    mark: metadata.annotations?.[annotation],
    isOwned: (metadata.ownerReferences ?? []).length > 0,
  };
};
