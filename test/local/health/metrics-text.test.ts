import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventMetrics, gaugeMetrics, policyCheckMetrics } from '../../../lambdas/domain/metric.ts';
import { countMetric, recordGauges } from '../../../lambdas/runtime/log.ts';
import { openCounts } from '../../../lib/local/health/counts.ts';
import { diskUseOf } from '../../../lib/local/health/disk-use.ts';
import { metricsText } from '../../../lib/local/health/metrics-text.ts';

const nowMs = 1_767_225_600_000;
const open = (...gatewayIds: readonly string[]) => {
  const counts = openCounts(gatewayIds, () => nowMs);
  return { counts, log: counts.counting(() => undefined) };
};
const text = (counts: ReturnType<typeof openCounts>) => metricsText({ counts, diskUse: undefined, isReady: true });

it('says how often each thing happened, for each gateway and from zero, by the names of CloudWatch', async () => {
  const { counts, log } = open('orders', 'payments');
  countMetric(log, 'RevokedCredentialUsed', { gatewayId: 'orders' });
  countMetric(log, 'RevokedCredentialUsed', { gatewayId: 'orders' });
  const said = await text(counts);
  expect(said).toContain('# TYPE GatewayCredentialRotation_RevokedCredentialUsed counter\n');
  expect(said).toContain('GatewayCredentialRotation_RevokedCredentialUsed_total{gatewayId="orders"} 2\n');
  expect(said).toContain('GatewayCredentialRotation_RevokedCredentialUsed_total{gatewayId="payments"} 0\n');
  for (const name of [...policyCheckMetrics, ...eventMetrics])
    expect(said).toContain(`# TYPE GatewayCredentialRotation_${name} counter\n`);
  expect(said.endsWith('\n# EOF\n')).toBe(true); // OpenMetrics 1.0: it ends so, or it was cut off
});

it('says how many there are now, and since when it is known', async () => {
  const { counts, log } = open('orders');
  expect(await text(counts)).not.toContain('RotationsHeld'); // nobody has measured: that is not 0
  recordGauges(log, { RotationsHeld: 1, RotationsRunning: 2 });
  recordGauges(log, { RotationsHeld: 0, RotationsRunning: 2 });
  const said = await text(counts);
  expect(said).toContain('GatewayCredentialRotation_RotationsHeld 0\n');
  expect(said).toContain('GatewayCredentialRotation_RotationsRunning 2\n');
  expect(said).toContain('GatewayCredentialRotation_MeasuredAtSeconds 1767225600\n');
  expect(said).toContain('GatewayCredentialRotation_Ready 1\n');
});

it('says every gauge that there is', async () => {
  const { counts, log } = open();
  recordGauges(log, Object.fromEntries(gaugeMetrics.map((name) => [name, 3])));
  const said = await text(counts);
  for (const name of gaugeMetrics) expect(said).toContain(`\nGatewayCredentialRotation_${name} 3\n`);
});

it('tells a thousand gateways apart and counts the rest together: ids that nobody registered have no end', async () => {
  const { counts, log } = open('orders');
  for (let number = 0; number < 2_000; number++)
    countMetric(log, 'GatewayRecordUnreadable', { gatewayId: `unknown-${number}` });
  const lines = (await text(counts)).split('\n').filter((line) => line.includes('GatewayRecordUnreadable_total'));
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toBe('GatewayCredentialRotation_GatewayRecordUnreadable_total{gatewayId="other"} 1001');
});

it('says what each part of the data folder takes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'disk-use-'));
  mkdirSync(join(folder, 'tables'));
  writeFileSync(join(folder, 'tables', 'one.ldb'), 'x'.repeat(700));
  writeFileSync(join(folder, 'functions.log'), 'x'.repeat(20));
  writeFileSync(join(folder, 'functions.log.1'), 'x'.repeat(3));
  const said = await metricsText({ counts: open().counts, diskUse: await diskUseOf(folder), isReady: false });
  expect(said).toContain('GatewayCredentialRotation_DataFolderBytes{part="tables"} 700\n');
  expect(said).toContain('GatewayCredentialRotation_DataFolderBytes{part="functions.log"} 23\n');
  expect(said).toMatch(/GatewayCredentialRotation_DiskFreeBytes [1-9]\d+\n/);
  expect(said).toContain('GatewayCredentialRotation_Ready 0\n');
});
