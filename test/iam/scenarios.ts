import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { gatewayId, type System } from '../support/system.ts';
import { ownedByOperator, toldByChannel } from './paths-of-news.ts';
import { forwardedToPingOne, rotatedAtPingOne } from './paths-of-pingone.ts';
import { asked, consoleActs, pressedByEvent, servedKits, setBack, withoutBus } from './paths-of-requests.ts';
import {
  appliedAgain,
  compromisedAtFive,
  failedOnce,
  notHandedOver,
  recoveredTwice,
  registeredMeanwhile,
  rotatedAfterAdoption,
  secretsManagerRotates,
  strandedBySecretsManager,
} from './paths-of-secrets.ts';
import { begin, distributed, ended, operate, press, reconciled, rotated, type Scenario } from './playing.ts';

const forced = async (system: System): Promise<void> => {
  await begin(system);
  await distributed(system);
  await operate(system, 'force', { kits: 1, kitsHash: '7692c3ad3540bb80' }); // sha256("one"), by sha256sum
  await ended(system);
};

const escalation = { remindAfterSeconds: 60, escalateAfterSeconds: 120, deadlineSeconds: 180 };
const late = async (system: System): Promise<void> => {
  await begin(system);
  await system.until(({ rotation }) => rotation?.held !== undefined);
  await operate(system, 'extend', { deadlineAt: new Date(system.timers.now() + 86_400_000).toISOString() });
  await operate(system, 'resume');
};

const stopped = async (system: System): Promise<void> => {
  const executionArn = await begin(system);
  await distributed(system);
  await system.deployment.stepFunctions.send(new StopExecutionCommand({ executionArn }));
  await reconciled(system, 60_000);
  await operate(system, 'resume');
};

/** The rule of the template runs the reconciler. */
const everyMinute = async (system: System): Promise<void> => {
  await system.deployment.cloud.startSchedules();
  await system.timers.advance(61_000);
};

/** Every path that there is, those of a quiet day first. */
export const scenarios: readonly Scenario[] = [
  { name: 'the first credential, and a rotation by hand', play: rotated(begin) },
  { name: 'a plan', play: rotated((system) => system.start({ gatewayId, reason: 'look', plan: true })) },
  { name: 'a rotation by Secrets Manager, its schedule set and taken away', play: rotated(secretsManagerRotates) },
  { name: 'a label that Secrets Manager left, repaired', play: rotated(strandedBySecretsManager) },
  { name: 'kits that programs serve', play: servedKits },
  { name: 'a compromise', play: rotated((system) => press(system)) },
  {
    name: 'a compromise that is refused at once',
    play: rotated((system) => press(system, { rejectWithinSeconds: 0 })),
  },
  {
    name: 'a compromise while a rotation runs',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      await press(system);
    }),
  },
  { name: 'a compromise by an event', play: rotated(pressedByEvent) },
  { name: 'a secret that was deleted', play: rotated(recoveredTwice) },
  { name: 'an adopted credential', play: rotated(rotatedAfterAdoption) },
  { name: 'a compromise of five credentials', play: rotated(compromisedAtFive) },
  {
    name: 'hold, resume, extend, and a kit tried again',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      await operate(system, 'hold');
      await operate(system, 'resume');
      const deadlineAt = new Date(system.timers.now() + 14 * 86_400_000).toISOString();
      await operate(system, 'extend', { deadlineAt });
      await operate(system, 'retry-kit', { kitId: 'one' });
      await system.timers.advance(5_000);
    }),
  },
  {
    name: 'roll back',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      await operate(system, 'roll-back');
      await distributed(system);
    }),
  },
  { name: 'force', play: rotated(forced) },
  { name: 'owners reminded, escalated to, and held at the deadline', play: rotated(late, { policy: escalation }) },
  { name: 'an execution that somebody stopped, and one that is lost', play: rotated(stopped) },
  { name: 'a version that Secrets Manager did not hand over', play: rotated(notHandedOver) },
  { name: 'gateways.json applied again: a kit more, a secret taken back', play: rotated(appliedAgain) },
  { name: 'a kit registered while a rotation runs', play: rotated(registeredMeanwhile) },
  { name: 'an attempt that fails, and the next one', play: rotated(failedOnce) },
  { name: 'a lost event bus', play: rotated(withoutBus) },
  { name: 'requests of kits, on every route', play: rotated(asked) },
  { name: 'a kit that is set back to a revoked credential', play: rotated(setBack) },
  { name: 'the reconciler by its rule', play: rotated(everyMinute) },
  {
    name: 'the signed record of a rotation',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      const rotationId = (await system.gateway()).rotation?.rotationId;
      await system.call('evidence', { rotationId });
      await system.call('evidence', { gatewayId, rotationId });
    }),
  },
  { name: 'owners and operators told by a channel', play: toldByChannel },
  { name: 'an owner who looks at his kit and acknowledges it', play: ownedByOperator },
  { name: 'the console', play: rotated(consoleActs) },
  {
    name: 'a gateway at PingOne: adoption, rotations by hand and by Secrets Manager, a compromise',
    play: rotatedAtPingOne,
  },
  { name: 'a gateway that forwards to one at PingOne', play: forwardedToPingOne },
];
