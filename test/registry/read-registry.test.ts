import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RegistryRefused, readRegistry, withoutDemo } from '../../lambdas/registry/read-registry.ts';
import { schemaFile, schemaText } from '../../lib/schemas/generate.ts';
import { atPingOne } from '../domain/gateways.ts';

const problemsOf = (file: unknown): readonly string[] => {
  try {
    readRegistry(typeof file === 'string' ? file : JSON.stringify(file));
  } catch (error) {
    if (error instanceof RegistryRefused) return error.problems;
    throw error;
  }
  return [];
};

const kit = { kitId: 'warehouse', kind: 'manual', owner: 'team' };
const gateway = { gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [kit] };
const oneGateway = (changes: object) => ({ gateways: [{ ...gateway, ...changes }] });

describe('waves', () => {
  const kong = { ...kit, kind: 'secrets-manager', settings: { secretId: 'kits/a', propagationSeconds: 1 } };
  const withWaves = (waves: unknown, kits: object[] = [kong]) => problemsOf(oneGateway({ policy: { waves }, kits }));
  const good = [{ kits: 1, bakeSeconds: 600 }, { percent: 100 }];

  it('are read as they are written, with the canary of a kit', () => {
    const [read] = readRegistry(
      JSON.stringify(oneGateway({ policy: { waves: good }, kits: [{ ...kong, canary: true }] })),
    ).gateways;
    expect(read?.policy.waves).toEqual(good);
    expect(read?.kits).toMatchObject([{ canary: true }]);
    expect(readRegistry(JSON.stringify(oneGateway({}))).gateways[0]?.policy).not.toHaveProperty('waves');
  });

  it.each([
    ['neither kits nor percent', [{ bakeSeconds: 600 }, good[1]], /waves\[0\].*either kits or percent/],
    ['both', [{ kits: 1, percent: 1, bakeSeconds: 600 }, good[1]], /waves\[0\].*either kits or percent/],
    ['a field that is not known', [{ kits: 1, bake: 600 }, good[1]], /waves\[0\].*"bake" is not known/],
    ['a percentage beyond all', [good[0], { percent: 101 }], /waves\[1\]\.percent: given 101.*1 to 100/],
    ['a bake that is too long', [{ kits: 1, bakeSeconds: 604_801 }, good[1]], /bakeSeconds: given 604801.*604800/],
    ['one wave', [{ percent: 100 }], /waves: given a list/],
    ['a contradiction', [good[0], { percent: 50 }], /policy: the last wave is 50 percent/],
  ])('refuses %s', (_, waves, said) => expect(withWaves(waves).join()).toMatch(said));

  it('refuses a canary that its owner installs', () =>
    expect(withWaves(good, [{ ...kit, canary: true }]).join()).toMatch(/"warehouse" is a canary, but its owner/));
});

describe('gateways.json of this project', () => {
  const text = readFileSync(new URL('../../gateways.json', import.meta.url), 'utf8');

  it('has a demo gateway of 5 kits over the 4 kinds, one of them on two nodes, and one of two kits at PingOne', () => {
    const { gateways } = readRegistry(text);
    expect(gateways.map(({ gatewayId, demo }) => [gatewayId, demo])).toEqual([
      ['orders', true],
      ['payments', true],
    ]);
    expect(gateways.map(({ authority }) => authority?.kind)).toEqual([undefined, 'pingone']);
    expect(gateways[1]?.kits.map(({ kind, nodes }) => [kind, nodes])).toEqual([
      ['kong', 2],
      ['kong', 1],
    ]);
    expect(gateways[0]?.kits.map(({ kind, nodes }) => [kind, nodes])).toEqual([
      ['kong', 2],
      ['kong', 1],
      ['webhook', 1],
      ['secrets-manager', 1],
      ['manual', 1],
    ]);
  });

  it('leaves nothing for a deployment to AWS once the demo is passed over', () => {
    expect(withoutDemo(readRegistry(text))).toEqual({ gateways: [], news: { channels: {}, news: [], owners: {} } });
  });

  it('names a JSON Schema that is current: run `npm run schema` when this fails', () => {
    expect(JSON.parse(text).$schema).toBe('./lib/schemas/gateways.schema.json');
    expect(JSON.parse(readFileSync(schemaFile, 'utf8'))).toEqual(JSON.parse(schemaText()));
  });
});

describe('Reading gateways.json', () => {
  it('fills in the safe defaults', () => {
    expect(readRegistry(JSON.stringify({ gateways: [gateway] }))).toEqual({
      news: { channels: {}, news: [], owners: {} },
      gateways: [
        {
          gatewayId: 'orders',
          demo: false,
          decision: { kind: 'allow-all' },
          policy: {
            quietWindowSeconds: 900,
            useRecordingSeconds: 60,
            longestRequestSeconds: 60,
            serveStaleSeconds: 0,
            longestWaitSeconds: 900,
            remindAfterSeconds: 86_400,
            escalateAfterSeconds: 259_200,
            deadlineSeconds: 604_800,
            atDeadline: { kind: 'hold' },
            rejectWithinSeconds: 60,
          },
          kits: [
            {
              kitId: 'warehouse',
              kind: 'manual',
              owner: 'team',
              settings: {},
              lookBackSeconds: 86_400,
              traits: { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 0 },
              nodes: 1,
            },
          ],
        },
      ],
    });
  });

  it('refuses a gateway that does not say what a good credential may do', () => {
    expect(problemsOf(oneGateway({ decision: undefined }))).toEqual([
      'gateways[0].decision: given nothing; it must be an object whose "kind" is "allow-all" or "forward".',
    ]);
  });

  it('refuses a gateway that does not say who is its authority, unless it is a demo', () => {
    expect(problemsOf(oneGateway({ authority: undefined }))).toEqual([
      'gateways[0].authority: given nothing; it must say {"kind": "builtin"}, or {"kind": "pingone", …} with the gateway in PingOne.',
    ]);
    expect(problemsOf(oneGateway({ authority: undefined, demo: true }))).toEqual([]);
  });

  it('hands on PingOne with its settings, and refuses a decision beside it: the kits call PingOne, which decides', () => {
    const { lastUsedLagSeconds: _, lateCommitSeconds: __, ...authority } = atPingOne;
    const { decision: ___, ...undecided } = gateway;
    const [read] = readRegistry(JSON.stringify({ gateways: [{ ...undecided, authority }] })).gateways;
    expect(read?.authority).toEqual({ ...authority, lastUsedLagSeconds: 900, lateCommitSeconds: 900 });
    expect(read).not.toHaveProperty('decision');
    expect(problemsOf(oneGateway({ authority }))).toEqual([
      'gateways[0].decision: given an object; it must be left out: the kits of this gateway call PingOne, which decides.',
    ]);
  });

  it('refuses two gateways that are the same one in PingOne, however its ids are written', () => {
    const { decision: _, ...undecided } = gateway;
    const named = (gatewayId: string, more: object) => ({
      ...undecided,
      gatewayId,
      authority: { ...atPingOne, ...more },
    });
    const sameAgain = named('billing', { gatewayId: atPingOne.gatewayId.toUpperCase() });
    const other = named('refunds', { environmentId: '99999999-1111-4222-8333-444455556666' });
    expect(problemsOf({ gateways: [named('orders', {}), other, sameAgain] })).toEqual([
      `gateways[2].authority.gatewayId: given "${atPingOne.gatewayId.toUpperCase()}", which is the gateway in PingOne of "orders" too; allowed is one that no other gateway of the file has. List all kits of one gateway in PingOne under one gateway here.`,
    ]);
  });

  it('names what a gateway does not state together with what is wrong elsewhere in it', () => {
    const given = oneGateway({ authority: undefined, decision: undefined, kits: [{ ...kit, owner: 1 }] });
    expect(problemsOf(given).map((one) => one.split(':')[0])).toEqual([
      'gateways[0].kits[0].owner',
      'gateways[0].authority',
      'gateways[0].decision',
    ]);
  });

  it('refuses keys it does not know and says which it knows', () => {
    expect(
      problemsOf(
        oneGateway({ kits: [{ ...kit, kind: 'secrets-manager', settings: { secretId: 's', propogationSeconds: 1 } }] }),
      ),
    ).toEqual([
      'gateways[0].kits[0].settings.propagationSeconds: given nothing; allowed is a whole number from 0 to 86400.',
      'gateways[0].kits[0].settings: "propogationSeconds" is not known; allowed are secretId, jsonKey, previousKey, propagationSeconds, roleArn, externalId.',
    ]);
  });

  it('refuses a word that it does not know and names those it does', () => {
    expect(problemsOf(oneGateway({ schedules: [] }))).toEqual([
      'gateways[0]: "schedules" is not known; allowed are gatewayId, labels, demo, authority, decision, schedule, policy, kits.',
    ]);
  });

  it('refuses an unknown kind of kit and names the known ones', () => {
    expect(problemsOf(oneGateway({ kits: [{ ...kit, kind: 'tyk' }] }))).toEqual([
      'gateways[0].kits[0].kind: given "tyk"; allowed is "kong" or "konnect" or "apigee" or "azure-apim" or "mulesoft" or "aws-lambda" or "aws-lambda-edge" or "kubernetes-secret" or "pinggateway" or "secrets-manager" or "ssm-parameter" or "webhook" or "manual" or "forward".',
    ]);
  });

  it('refuses ids given twice, numbers out of range and bad names, all at once', () => {
    expect(
      problemsOf({
        gateways: [
          { ...gateway, policy: { quietWindowSeconds: 0, atDeadline: { kind: 'force' } } },
          { ...gateway, kits: [kit, { ...kit, owner: 7 }, { ...kit, kitId: 'No_Good' }] },
        ],
      }),
    ).toEqual([
      'gateways[0].policy.quietWindowSeconds: given 0; allowed is a whole number from 1 to 2592000.',
      'gateways[0].policy.atDeadline.author: given nothing; allowed is a text: the person who decided so beforehand.',
      'gateways[1].kits[1].owner: given 7; allowed is a text: who is told when this kit lags, such as an e-mail address or a team.',
      'gateways[1].kits[2].kitId: given "No_Good"; allowed is a text: 1 to 63 of a-z, 0-9 and "-", not starting or ending with "-".',
      'gateways[1].gatewayId: "orders" is the id of gateways[0] too; allowed is one that no other gateway has.',
      'gateways[1].kits[1].kitId: "warehouse" is the id of gateways[1].kits[0] too; allowed is one that no other kit of the gateway has.',
    ]);
  });

  it('refuses a policy that contradicts its kits, with the numbers', () => {
    const slow = {
      kitId: 'slow',
      kind: 'secrets-manager',
      owner: 'team',
      settings: { secretId: 's', propagationSeconds: 360 },
    };
    expect(problemsOf(oneGateway({ policy: { quietWindowSeconds: 100, deadlineSeconds: 600 }, kits: [slow] }))).toEqual(
      [
        'gateways[0].policy: quietWindowSeconds is 100, but kit "slow" may take 360 s to use a new credential.',
        'gateways[0].policy: quietWindowSeconds is 100, but use is recorded every 60 s: at least 120 is needed.',
        'gateways[0].policy: The times of the escalation must not go down: remindAfterSeconds 86400, escalateAfterSeconds 259200, deadlineSeconds 600.',
      ],
    );
  });

  it('refuses URLs with a user name or password, and never repeats them', () => {
    const kong = { kitId: 'kong', kind: 'kong', owner: 'team' };
    const problems = problemsOf(
      oneGateway({
        kits: [
          {
            ...kong,
            settings: { adminUrl: 'https://admin:hunter2@kong.example' },
            probeUrl: 'https://u:hunter2@api.example/',
          },
        ],
      }),
    );
    expect(problems).toEqual([
      'gateways[0].kits[0].settings.adminUrl: given a text; it must not hold a user name or password.',
      'gateways[0].kits[0].probeUrl: given a URL with a user name or password; allowed is one without, and a secret named beside it.',
    ]);
  });

  it('refuses settings of the wrong shape without repeating them', () => {
    const kong = {
      kitId: 'kong',
      kind: 'kong',
      owner: 'team',
      settings: { adminUrl: 'hunter2', adminTokenSecret: ['hunter2'] },
    };
    const problems = problemsOf(oneGateway({ kits: [kong] }));
    expect(problems).toEqual([
      'gateways[0].kits[0].settings.adminUrl: given a text; allowed is a URL: The URL of the Kong Admin API, for example https://kong.internal:8444.',
      'gateways[0].kits[0].settings.adminTokenSecret: given a list; allowed is a text: The name or ARN of the secret that holds the Kong-Admin-Token; leave it out when RBAC is off.',
    ]);
  });

  it('refuses stand-ins in a real gateway', () => {
    expect(problemsOf(oneGateway({ kits: [{ ...kit, demo: { nodes: 2 } }] }))).toEqual([
      'gateways[0].kits[0].demo: given for a kit of a real gateway; allowed in a gateway with "demo": true.',
    ]);
  });

  it('refuses what is not JSON and says where, without repeating it', () => {
    expect(problemsOf('{"gateways": [hunter2]}')).toEqual([
      'the file: given a text that is not JSON; allowed is JSON.',
    ]);
    expect(problemsOf('{"gateways": [],}')).toEqual([
      'the file: given a text that is not JSON (line 1 column 17); allowed is JSON.',
    ]);
    expect(problemsOf([])).toEqual([
      'the file: given a list; allowed is an object with $schema, channels, news, owners, gateways.',
    ]);
  });
});
