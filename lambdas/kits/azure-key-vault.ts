import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { ask, type Question } from './http-request.ts';
import { type KitError, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

const apiVersion = '7.4';

const shown = z.object({
  value: z.string(),
  contentType: z.string().nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  attributes: z.object({ updated: z.number().int() }),
});

/** The newest version of a secret; `updatedAtSeconds` is when it was made or changed, in whole epoch seconds. */
export type VaultedSecret = {
  readonly value: string;
  readonly updatedAtSeconds: number;
  /** What a new version has to be given to keep it; the dates of a version are its own. */
  readonly kept: { readonly contentType?: string; readonly tags?: Readonly<Record<string, string>> };
};

/** What a token for a vault is for: each cloud has a resource of its own, which the host of the vault names. */
export const vaultScope = (vaultUrl: string): string => {
  const [, cloud = 'azure.net'] = /^[^.]+\.vault\.(.+)$/.exec(new URL(vaultUrl).hostname) ?? [];
  return `https://vault.${cloud}/.default`;
};

/** A secret of Azure Key Vault, at its URL: Get Secret and Set Secret of its REST API, which has no conditional write. */
export const azureVaultSecret = (kit: Kit, url: string, authorization: string, access: KitAccess) => {
  const send = (doing: string, method: Question['method'], json?: object) =>
    ask(access, {
      doing,
      kit,
      method,
      url: `${url}?api-version=${apiVersion}`,
      headers: { authorization },
      json,
      meaningOf: (status) => meaningOf(doing, kit, status),
    });

  return {
    read: async (): Promise<VaultedSecret> => {
      const doing = 'Reading the secret in Key Vault';
      const read = shown.safeParse((await send(doing, 'GET')).json);
      if (!read.success)
        throw new KitUnreachable('UNREADABLE_ANSWER', {
          doing,
          kit,
          answer: 'HTTP 200, but not what Key Vault answers',
          todo: 'Check keyVault.vaultUrl.',
        });
      const { value, contentType, tags, attributes } = read.data;
      const kept = { ...(contentType ? { contentType } : {}), ...(tags ? { tags } : {}) };
      return { value, updatedAtSeconds: attributes.updated, kept };
    },
    /** Makes a new version with this value. */
    set: async (value: string, kept: VaultedSecret['kept']): Promise<void> => {
      await send('Setting the secret in Key Vault', 'PUT', { value, ...kept });
    },
  };
};

const meaningOf = (doing: string, kit: Kit, status: number): KitError | undefined => {
  if (status !== 401 && status !== 403) return undefined;
  return new KitRefused('ACCESS_DENIED', {
    doing,
    kit,
    answer: `HTTP ${status}`,
    todo: 'Give the application in accessSecret the permissions get and set for secrets of the vault (role Key Vault Secrets Officer), and check its firewall and that an Azure Policy does not deny this.',
  });
};
