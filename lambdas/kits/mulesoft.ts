import type { Kit } from '../domain/kit.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess, KitKind } from './kit-kind.ts';
import { mulesoftPolicy, type Policy, type PolicyField } from './mulesoft-policy.ts';
import { anypointUrlsOf, type MulesoftSettings, mulesoftSettings } from './mulesoft-settings.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * MuleSoft: one field of a policy in API Manager. The whole configuration is read and at once written back with another value
 * in it, never when another field is held back. Reading back proves what API Manager stores, if it shows the field.
 */
export const mulesoft: KitKind<MulesoftSettings> & { readonly kind: 'mulesoft' } = {
  kind: 'mulesoft',
  settings: mulesoftSettings,
  traits: ({ masksValues, propagationSeconds }) => ({
    installedBy: 'us',
    readBackProves: masksValues ? 'nothing' : 'store',
    propagationSeconds,
  }),
  destinations: (settings) => {
    const { policy, token } = anypointUrlsOf(settings);
    return { urls: [policy, token], secrets: [settings.accessSecret] };
  },
  install: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const { look, write } = await openPolicy(kit, settings, access);
      const before = await look();
      if (before.value === value) return { state: 'INSTALLED' };
      const written = await write({ ...before.policy.configuration, [settings.field]: value });
      const after = await look();
      const isStored = after.isHidden ? after.policy.changedAt === written.changedAt : after.value === value;
      if (isStored) return { state: 'INSTALLED' };
      throw new KitUnreachable('NOT_STORED', {
        doing: 'Reading the policy back',
        kit,
        answer: after.isHidden ? 'somebody else has changed it since' : 'it does not show the new credential',
        todo: 'It is tried again; look for another tool that writes the same policy if this stays.',
      });
    }),
  readBack: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const found = await (await openPolicy(kit, settings, access)).look();
      return found.isHidden ? undefined : { matches: found.value === value };
    }),
  check: ({ kit }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const { value, isHidden } = await (await openPolicy(kit, settings, access)).look();
      const { field, policyId, apiId } = settings;
      const id = credentialIn(value)?.credentialId;
      const held = isHidden ? 'is not shown' : `holds ${heldWords(value)}`;
      return {
        seen: [`Field ${field} of policy ${policyId} of API ${apiId} is there, and ${held}.`],
        notShown: [
          'Whether the connected app may change it: that is seen when it does.',
          'Whether somebody else changes the policy in the same moment: that change would be lost.',
        ],
        would: [`PATCH policy ${policyId}: its whole configuration as it is, with another ${field}.`],
        holds: id === undefined ? [] : [id],
      };
    }),
};

/** What the field holds; `value` is also absent while it holds no text, `isHidden` when that is not shown. */
type Found = { readonly policy: Policy; readonly value: string | undefined; readonly isHidden: boolean };

/** Opens the policy with a token, knowing which of its fields may be held back. */
const openPolicy = async (kit: Kit, settings: MulesoftSettings, access: KitAccess) => {
  const { clientAuthorization } = await import('./client-credentials.ts'); // other kits do not pay for its libraries
  const urls = anypointUrlsOf(settings);
  const client = { name: 'connected app', accessSecret: settings.accessSecret, tokenUrl: urls.token };
  const api = mulesoftPolicy(kit, urls, await clientAuthorization(kit, client, access), access);
  const first = await api.read();
  const fields = await api.fields(first);
  return {
    write: api.write,
    look: async (): Promise<Found> => {
      const policy = await api.read(); // just before it is written
      if (policy.asset === first.asset) return foundIn(kit, settings, policy, fields);
      throw new KitUnreachable('CHANGED_MEANWHILE', {
        doing: 'Reading the policy',
        kit,
        answer: 'it has got another version meanwhile',
        todo: 'It is read and tried again.',
      });
    },
  };
};

/** Refuses a policy that cannot be written whole, or that does not hold what the settings say. */
const foundIn = (
  kit: Kit,
  { field, policyId, masksValues }: MulesoftSettings,
  policy: Policy,
  fields: readonly PolicyField[],
): Found => {
  const doing = `Looking at policy ${policyId}`;
  const own = fields.find(({ name }) => name === field);
  const given = policy.configuration[field];
  if (!own || (typeof given !== 'string' && given !== undefined && given !== null))
    throw new KitMisconfigured('NOT_FOUND', {
      doing,
      kit,
      answer: `it has no text field ${field}`,
      todo: 'Correct field and policyId; field is the name in configurationData, and not the label on the page.',
    });
  const hidden = hiddenFields(policy, fields);
  const others = hidden.filter((name) => name !== field);
  if (others.length > 0)
    throw new KitRefused('NOT_SUPPORTED', {
      doing,
      kit,
      answer: `${others.map(shownName).join(', ')} of it ${others.length === 1 ? 'is' : 'are'} not shown, and would be lost when the whole is written`,
      todo: 'Register the kit as webhook or manual.',
    });
  const isHidden = hidden.includes(field);
  if (isHidden && !masksValues)
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing,
      kit,
      answer: `API Manager does not show what ${field} holds`,
      todo: 'Set masksValues to true: then the kit needs a use or a probeUrl for proof.',
    });
  return { policy, value: isHidden || typeof given !== 'string' ? undefined : given, isHidden };
};

const hiddenFields = ({ configuration }: Policy, fields: readonly PolicyField[]): readonly string[] => {
  const sensitive = new Set(fields.filter(({ isSensitive }) => isSensitive).map(({ name }) => name));
  const names = new Set([...Object.keys(configuration), ...sensitive]);
  return [...names].filter((name) => isHeldBack(configuration[name], sensitive.has(name)));
};

/** A sensitive field without a value may have none or be held back: nobody knows. Elsewhere one asterisk has a meaning. */
const isHeldBack = (value: unknown, isSensitive: boolean): boolean => {
  if (typeof value === 'string') return (isSensitive ? /^\**$/ : /^\*{3,}$/).test(value);
  if (typeof value !== 'object' || value === null) return isSensitive && (value === null || value === undefined);
  const inner = Object.values(value);
  return (isSensitive && inner.length === 0) || inner.some((one) => isHeldBack(one, isSensitive));
};

/** A name that came from the API, if it is no more than a name. */
const shownName = (name: string): string => (/^[A-Za-z_][\w.-]{0,63}$/.test(name) ? `field ${name}` : 'a field');
