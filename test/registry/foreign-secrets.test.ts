import { describe, expect, it } from 'vitest';
import { refuseForeignSecrets } from '../../lambdas/registry/foreign-secrets.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';

const home = { accountId: '111122223333', region: 'eu-central-1' };
const withSecret = (secretId: string) =>
  readRegistry(
    JSON.stringify({
      gateways: [
        {
          gatewayId: 'orders',
          authority: { kind: 'builtin' },
          decision: { kind: 'allow-all' },
          kits: [
            { kitId: 'reader', kind: 'secrets-manager', owner: 'team', settings: { secretId, propagationSeconds: 60 } },
            {
              kitId: 'kong',
              kind: 'kong',
              owner: 'team',
              settings: { adminUrl: 'https://k', adminTokenSecret: secretId },
            },
          ],
        },
      ],
    }),
  );

describe('The secret of a kit', () => {
  it.each(['kits/reader', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:kits/reader-AbCdEf'])(
    'may be where the deployment is: %s',
    (secretId) => {
      expect(() => refuseForeignSecrets(withSecret(secretId), home)).not.toThrow();
    },
  );

  it.each([
    ['another account', 'arn:aws:secretsmanager:eu-central-1:444455556666:secret:kits/reader-AbCdEf'],
    ['another region', 'arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:kits/reader-AbCdEf'],
  ])('refuses one of %s, and names every kit that has it', (_, secretId) => {
    const [, , , region, account] = secretId.split(':');
    expect(() => refuseForeignSecrets(withSecret(secretId), home)).toThrow(
      expect.objectContaining({
        name: 'RegistryRefused',
        problems: [
          expect.stringContaining(
            `kit orders/reader, settings.secretId: given a secret of account ${account} in ${region}; allowed is one of account 111122223333 in eu-central-1`,
          ),
          expect.stringContaining('kit orders/kong, settings.adminTokenSecret: given'),
        ],
      }),
    );
  });

  it('is found within a setting too', () => {
    const secretId = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:kits/reader-AbCdEf';
    const settings = { functionName: 'authorizer', secret: { secretId, cacheSeconds: 300 } };
    const kit = { kitId: 'reader', kind: 'aws-lambda', owner: 'team', settings };
    const gateway = { gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
    const registry = readRegistry(JSON.stringify({ gateways: [{ ...gateway, kits: [kit] }] }));
    expect(() => refuseForeignSecrets(registry, home)).toThrow('kit orders/reader, settings.secret.secretId: given');
  });

  it('may be anywhere when a role of its owner is used', () => {
    const settings = {
      secretId: 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:kits/reader-AbCdEf',
      roleArn: 'arn:aws:iam::444455556666:role/rotation',
      propagationSeconds: 300,
    };
    const kit = { kitId: 'reader', kind: 'secrets-manager', owner: 'team', settings };
    const gateway = { gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
    const registry = readRegistry(JSON.stringify({ gateways: [{ ...gateway, kits: [kit] }] }));
    expect(() => refuseForeignSecrets(registry, home)).not.toThrow();
  });

  it('is looked at wherever a kind names one', () => {
    const foreign = (name: string) => `arn:aws:secretsmanager:eu-central-1:444455556666:secret:${name}-AbCdEf`;
    const kit = (kitId: string, kind: string, settings: object) => ({ kitId, kind, owner: 'team', settings });
    const kits = [
      kit('kong', 'kong', {
        adminUrl: 'https://kong.example.com',
        adminTokenSecret: foreign('token'),
        adminHeadersSecret: foreign('headers'),
        caCertificateSecret: foreign('ca'),
      }),
      kit('hook', 'webhook', {
        url: 'https://hook.example.com',
        readBackUrl: 'https://hook.example.com/read',
        signingSecret: foreign('signing'),
        propagationSeconds: 60,
      }),
    ];
    const registry = readRegistry(
      JSON.stringify({
        gateways: [{ gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits }],
      }),
    );
    expect(() => refuseForeignSecrets(registry, home)).toThrow(
      expect.objectContaining({
        problems: [
          'kong, settings.adminTokenSecret',
          'kong, settings.adminHeadersSecret',
          'kong, settings.caCertificateSecret',
          'hook, settings.signingSecret',
        ].map((where) => expect.stringContaining(`kit orders/${where}: given a secret of account 444455556666`)),
      }),
    );
  });
});
