import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { parseRecord } from '../../../lambdas/aws/gateway-item.ts';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import type { Kit } from '../../../lambdas/domain/kit.ts';
import type { SecretsState } from '../../emulator/secrets-manager/state.ts';
import { readEntries } from '../backup/entries.ts';
import { tablesFile } from '../backup/manifest.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** One version of a gateway's secret: its labels, and its value, which goes into the other secret and nowhere else. */
export type MovingVersion = { readonly versionId: string; readonly labels: readonly string[]; readonly value: string };

/** One gateway with everything that belongs to it. */
export type MovingGateway = {
  readonly gateway: Gateway;
  readonly kits: readonly Kit[];
  /** Its kits, its audit, and what was looked at for it; not its record. */
  readonly items: readonly Item[];
  readonly uses: readonly Item[];
  readonly versions: readonly MovingVersion[];
  /** Secrets Manager is rotating its secret: the record may not say so yet. */
  readonly isRotating: boolean;
};

/** Everything that is moved, as it was in one moment. */
export type WhatMoves = { readonly gateways: readonly MovingGateway[]; readonly evidencePublicKey: string };

/** Of whom an item is: its partition begins with what it is and the gateway. */
const ownerOf = (item: Item): readonly [string, string] => {
  const [what = '', gatewayId = ''] = item.pk?.S?.split('#') ?? [];
  return [what, gatewayId];
};

const isUse = (what: string): boolean => what === 'USE' || what === 'REFUSED';

const versionsOf = (state: SecretsState, secretArn: string): readonly MovingVersion[] => {
  const secret = state.secrets.find(({ arn }) => arn === secretArn);
  return (secret?.versions ?? []).flatMap(({ versionId, stages, value }) => {
    const labels = stages.filter((label) => label === 'AWSCURRENT' || label.startsWith('live-'));
    return labels.length > 0 && value && 'SecretString' in value
      ? [{ versionId, labels, value: value.SecretString }]
      : [];
  });
};

/** Reads what a backup holds of the gateways. */
export const whatMoves = async (backup: string): Promise<WhatMoves> => {
  const items: Item[] = [];
  for await (const [key, value] of readEntries(join(backup, tablesFile)))
    if (key.startsWith('item-')) items.push(value as Item);
  const state = JSON.parse(readFileSync(join(backup, 'secrets.json'), 'utf8')) as SecretsState;
  const records = items
    .filter((item) => ownerOf(item)[0] === 'GATEWAY')
    .map((item) => parseRecord(item.record?.S ?? ''));
  const gateways = records.map((gateway): MovingGateway => {
    const own = items.filter((item) => ownerOf(item)[1] === gateway.gatewayId && ownerOf(item)[0] !== 'GATEWAY');
    return {
      gateway,
      kits: own.flatMap((item) => (ownerOf(item)[0] === 'KITS' && item.kit?.S ? [JSON.parse(item.kit.S) as Kit] : [])),
      items: own.filter((item) => !isUse(ownerOf(item)[0])),
      uses: own.filter((item) => isUse(ownerOf(item)[0])),
      versions: versionsOf(state, gateway.secretArn),
      isRotating: state.secrets.some(({ arn, rotation }) => arn === gateway.secretArn && rotation?.underWay),
    };
  });
  return { gateways, evidencePublicKey: readFileSync(join(backup, 'evidence-public-key.pem'), 'utf8') };
};
