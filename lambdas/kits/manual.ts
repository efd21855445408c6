import * as z from 'zod';
import type { Installation, KitKind } from './kit-kind.ts';

const settings = z
  .strictObject({
    instructions: z
      .string()
      .max(4_000)
      .optional()
      .describe('How this kit is given a credential, in your words; sent to its owner. Never put a secret here.'),
  })
  .prefault({});
type Settings = z.infer<typeof settings>;

/** A kit that only its owner can update: tells the owner exactly what to do, by when. The message never holds the value. */
export const manual: KitKind<Settings> & { readonly kind: 'manual' } = {
  kind: 'manual',
  settings,
  traits: { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 0 },
  destinations: () => ({ urls: [], secrets: [] }), // a person fetches it
  install: async (installation, settings, access) => {
    const { kit, credentialId, rotationId } = installation;
    const { work } = kit;
    const told = work?.state === 'WITH_OWNER' && work.credentialId === credentialId && work.rotationId === rotationId;
    if (!told)
      await access.notifyOwner({
        owner: kit.owner,
        subject: `Install the new credential in kit ${kit.kitId} of gateway ${kit.gatewayId}`,
        text: textOf(installation, settings),
        kitId: kit.kitId,
        gatewayId: kit.gatewayId,
        credentialId,
      });
    return { state: 'WITH_OWNER' };
  },
  check: async ({ kit }) => ({
    seen: [],
    notShown: ['Whether its owner can change it: a person is told, and nothing is asked.'],
    would: [`Send a message to ${kit.owner}, who installs the credential by hand and acknowledges it.`],
    holds: [],
  }),
};

const textOf = ({ kit, credentialId, secretArn, deadlineAtMs }: Installation, { instructions }: Settings): string => {
  const deadline = new Date(deadlineAtMs).toISOString();
  return [
    `Gateway ${kit.gatewayId} has a new credential, ${credentialId}. Kit ${kit.kitId} needs it before ${deadline}.`,
    'Until then the one it uses now is accepted as well, so no request fails while you change it.',
    '',
    '1. Fetch the credential into a file that only you can read:',
    `   (umask 077; aws secretsmanager get-secret-value --secret-id '${secretArn}' --version-stage AWSCURRENT --query SecretString --output text > credential.json)`,
    `   It is JSON. Its "credentialId" must be ${credentialId}; if it is another one, stop: a newer message is on its way.`,
    `2. Put the text under "credential" into kit ${kit.kitId} as the shared secret (the CLIENT-TOKEN it presents).`,
    ...(instructions ? [`   How: ${instructions}`] : []),
    '3. Delete the file, and do not paste the credential anywhere else.',
    `4. Acknowledge kit ${kit.kitId} of gateway ${kit.gatewayId} with credential ${credentialId} before ${deadline}.`,
    '',
    'Who acts for the owner in gateways.json does all of it by one command, which puts the value into a new file, or with --exec into the standard input of a command:',
    `   npx gateway-credentials kits fetch ${kit.gatewayId} ${kit.kitId} --out FILE --reason '…'`,
    '',
    'If the kit is used, its first request with the new credential is seen and nothing is asked of you again.',
  ].join('\n');
};
