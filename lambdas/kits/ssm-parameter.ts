import * as z from 'zod';
import type { ParameterPlace, ParameterShown } from '../ports.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind, OnlyAsked } from './kit-kind.ts';
import { externalIdRule, hasItsRole, roleFieldsOf, roleIn } from './owners-role.ts';
import { propagationFrom } from './propagation.ts';
import { readerCaches } from './reader-caches.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { callForParameter } from './secret-call.ts';

const settings = z
  .strictObject({
    parameterName: z
      .string()
      .max(1011)
      .regex(
        /^(?!\/?(?:aws|ssm))(?:[\w.-]+|(?:\/[\w.-]+){1,15})$/i,
        'must be the name of a parameter, such as /kits/edge/credential: no ARN, and no name that begins with aws or ssm',
      )
      .describe('The name of the parameter that the kit reads, a SecureString that is there already.'),
    propagationSeconds: propagationFrom(0).describe(
      "How long until every reader uses a changed parameter, in seconds: what the slowest of their caches keeps it for (AWS's extension: 300).",
    ),
    ...roleFieldsOf('parameter'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the code of a region, such as eu-central-1')
      .optional()
      .describe('The region of the parameter, when it is used by a role.'),
  })
  .refine(hasItsRole, externalIdRule)
  .refine(({ roleArn, region }) => (roleArn === undefined) === (region === undefined), {
    path: ['region'],
    message: 'goes with roleArn, and has to be there with it',
  });
type ParameterSettings = z.infer<typeof settings>;

/**
 * A kit that reads its credential from a SecureString of Parameter Store. Reading back proves what the parameter holds, not what
 * its readers use. Parameter Store has no conditional write: that somebody wrote in between shows in the number of our version,
 * and then it is read again.
 */
export const ssmParameter: KitKind<ParameterSettings> & { readonly kind: 'ssm-parameter' } = {
  kind: 'ssm-parameter',
  settings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: (given) => ({ urls: [], secrets: [], parameters: [shownPlace(given)] }),
  install: (installation, given, access) =>
    retryWhileTime(access.signal, () => putIntoParameter(installation, given, access)),
  readBack: async (installation, given, access) => ({
    matches: (await read(installation, given, access))?.text === installation.value,
  }),
  check: async (asked, given, access) => {
    const { parameterName, propagationSeconds } = given;
    const { text } = await read(asked, given, access);
    const id = credentialIn(text)?.credentialId;
    return {
      seen: [`Parameter ${parameterName} is there for this kit, a SecureString, and holds ${heldWords(text)}.`],
      notShown: [
        `Whether parameter ${parameterName} may be written: that is seen when it is.`,
        readerCaches(propagationSeconds),
      ],
      would: [
        `Put a new version of parameter ${parameterName}: the credential as its whole text; its key, tier and description stay.`,
      ],
      holds: id === undefined ? [] : [id],
    };
  },
};

const putIntoParameter = async (
  installation: Installation,
  given: ParameterSettings,
  access: KitAccess,
): Promise<{ readonly state: 'INSTALLED' }> => {
  const { kit, value } = installation;
  const before = await read(installation, given, access);
  if (before.text === value) return { state: 'INSTALLED' };
  const write = access.parameters.write(placeOf(given), before.version, value, access.signal);
  await callForParameter(write, `Writing parameter ${given.parameterName}`, kit, roleIn(given));
  if ((await read(installation, given, access)).text === value) return { state: 'INSTALLED' };
  throw new KitUnreachable('NOT_STORED', {
    doing: `Reading parameter ${given.parameterName} back`,
    kit,
    answer: 'it does not show the new credential',
    todo: 'It is tried again; look for another writer of the parameter if this stays.',
  });
};

/** The parameter, which has to be there and to be secret: neither is made so by us. */
const read = async ({ kit }: OnlyAsked, given: ParameterSettings, access: KitAccess): Promise<ParameterShown> => {
  const doing = `Reading parameter ${given.parameterName}`;
  const asked = access.parameters.read(placeOf(given), access.signal);
  const found = await callForParameter(asked, doing, kit, roleIn(given));
  if (found?.isSecure) return found;
  throw new KitMisconfigured('SECRET_UNUSABLE', {
    doing,
    kit,
    answer: found ? 'it is no SecureString, and shows its value to whoever may read parameters' : 'it has no value',
    todo: 'Make a parameter of the type SecureString, with any first value and the tag of this kit; the type of one cannot be changed.',
  });
};

const placeOf = (given: ParameterSettings): ParameterPlace => {
  const { parameterName: name, region } = given;
  const role = roleIn(given);
  return { name, ...(role && region ? { by: { role, region } } : {}) };
};

/** As owners are told of it: where it is, when that is not here. */
const shownPlace = ({ parameterName, roleArn, region }: ParameterSettings): string =>
  roleArn === undefined ? parameterName : `${parameterName} of account ${roleArn.split(':')[4]} in ${region}`;
