import { describe, expect, it } from 'vitest';
import { laggardCodes } from '../../lambdas/domain/kit-verdict.ts';
import {
  cutOff,
  cutOffSoon,
  deadlinePassed,
  escalation,
  type LateKit,
  reminder,
} from '../../lambdas/notifications/messages.ts';

const kit: LateKit = {
  gatewayId: 'orders',
  kitId: 'warehouse',
  owner: 'warehouse-team@example.com',
  code: 'WAITS_FOR_OWNER',
  addresses: [],
  credentialId: 'NEWnew0002',
  rotationId: '3d1f6f0e-5d3f-8a3e-9a63-0c5f6a1b2c3d',
  deadlineAtMs: Date.UTC(2026, 2, 8, 12),
};
const ids = { owner: kit.owner, gatewayId: 'orders', kitId: 'warehouse', credentialId: 'NEWnew0002' };
const end = '\n\nRotation 3d1f6f0e-5d3f-8a3e-9a63-0c5f6a1b2c3d.';
const late = 'Kit warehouse of gateway orders does not use the new credential NEWnew0002 yet.';
const install =
  'It waits for its owner. Install the credential as the instructions said, then acknowledge the kit. To acknowledge: kit warehouse of gateway orders, credential NEWnew0002.';

describe('a message to an owner', () => {
  it('reminds', () =>
    expect(reminder(kit, 'hold')).toEqual({
      ...ids,
      severity: 'reminder',
      subject: 'Reminder: kit warehouse is late',
      text: `${late}\n${install}\nDo it before 2026-03-08T12:00:00.000Z: then the rotation stops until a person decides, and both credentials stay accepted.${end}`,
    }));

  it('escalates, and says that the kit will fail when the policy forces', () =>
    expect(escalation(kit, 'force')).toEqual({
      ...ids,
      severity: 'escalation',
      subject: 'Escalation: kit warehouse is still late',
      text: `${late}\nIts owner was reminded before.\n${install}\nDo it before 2026-03-08T12:00:00.000Z: then the old credential is revoked, and requests of kits that still use it fail from then on.${end}`,
    }));

  it('says that the deadline has passed, and asks nothing when everything goes back', () => {
    expect(deadlinePassed(kit, 'roll-back')).toEqual({
      ...ids,
      severity: 'deadline',
      subject: 'Deadline passed: kit warehouse',
      text: `${late}\nThe deadline 2026-03-08T12:00:00.000Z has passed: the rotation goes back to the old credential.${end}`,
    });
    expect(deadlinePassed(kit, 'hold').text).toContain(install);
  });

  it('pages before and after a kit is cut off by a compromise', () => {
    const atMs = Date.UTC(2026, 2, 1, 12, 1);
    expect(cutOffSoon(kit, atMs)).toEqual({
      ...ids,
      severity: 'page',
      subject: 'PAGE: kit warehouse is about to be cut off',
      text: `A credential of gateway orders is compromised and refused from 2026-03-01T12:01:00.000Z on.\n${late}\nRequests through it fail from that time on, until it does.\n${install}${end}`,
    });
    expect(cutOff(kit, atMs)).toEqual({
      ...ids,
      severity: 'page',
      subject: 'PAGE: kit warehouse is cut off',
      text: `A compromised credential of gateway orders has been refused since 2026-03-01T12:01:00.000Z.\n${late}\nRequests through it fail now, until it does.\n${install}${end}`,
    });
  });

  it.each([
    ['NOT_DISTRIBUTED', 'It was not given the credential yet. See whether its management API can be reached.'],
    ['DISTRIBUTION_FAILED', 'and lets us in, then retry the kit.'],
    [
      'STILL_ON_PREDECESSOR',
      'still presents another one. The other one comes from 192.0.2.1, 192.0.2.2. Reload or restart the nodes that do.',
    ],
    ['READ_BACK_DIFFERS', 'Look for another tool that writes its configuration (decK, Terraform, an operator).'],
    [
      'NOT_SEEN_YET',
      'Send one client request through it, or acknowledge the kit. To acknowledge: kit warehouse of gateway orders',
    ],
  ] as const)('says what to do about %s', (code, text) =>
    expect(reminder({ ...kit, code, addresses: ['192.0.2.1', '192.0.2.2'] }, 'hold').text).toContain(text),
  );

  it('says why it could not be given the credential, how often that was tried, and what is next', () => {
    const failure =
      'TIMEOUT: It did not answer in time. Tried 3 times; the next try is due at 2026-03-01T12:00:00.000Z.';
    expect(reminder({ ...kit, code: 'DISTRIBUTION_FAILED', failure }, 'hold').text).toContain(
      `Giving it the credential failed. ${failure} See whether its management API answers`,
    );
  });

  it('has a subject that SNS takes, however long the kit is called', () => {
    for (const code of laggardCodes)
      for (const { subject } of [reminder, escalation, deadlinePassed].map((make) =>
        make({ ...kit, code, kitId: 'k'.repeat(63) }, 'hold'),
      ))
        expect(subject.length).toBeLessThan(100);
  });
});
