import { command, text } from '../command.ts';

/** The signed record of a rotation, and its check offline. */
export const evidenceCommand = command({
  usage: 'evidence [rotationId]',
  about: 'Exports the signed record of a rotation, for auditors; or checks one offline with --verify.',
  examples: [
    'evidence 3d1f6f0e-5d3f-8a3e-9a63-0c5f6a1b2c3d --out rotation.json',
    'evidence --verify rotation.json --public-key evidence-public-key.pem --chain',
  ],
  options: [
    ['--gateway <gatewayId>', 'its gateway, for a rotation that is older than the last five'],
    ['--out <file>', 'write the document there'],
    ['--verify <file>', 'check this document; nothing is asked of any deployment'],
    [
      '--public-key <file>',
      'the key that must have signed it, from the account and not from the document: see evidence-key',
    ],
    ['--chain', 'with --verify: also prove that no step is missing'],
  ],
  input: {
    rotationId: text.optional(),
    gateway: text.optional(),
    out: text.optional(),
  },
  offline: ({ verify, publicKey, chain }) =>
    typeof verify === 'string'
      ? import('../show-evidence.ts').then(({ verified }) => verified(verify, publicKey, chain === true))
      : undefined,
  run: async (at, asked) => (await import('../show-evidence.ts')).exportedResult(at, asked),
});

/** The public half of the key that signs evidence, for whoever compares. */
export const evidenceKeyCommand = command({
  usage: 'evidence-key',
  about: 'Prints the public key that evidence is signed with, as the deployment says; give it to auditors.',
  examples: ['evidence-key > evidence-public-key.pem'],
  input: {},
  run: async ({ connection }) => (await import('../deployed-key.ts')).publicKeyResult(connection),
});
