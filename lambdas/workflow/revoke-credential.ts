import { authorityOf } from '../authorities/authority-of.ts';
import { leftToConfirm, leftToRevoke } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId } from '../domain/ids.ts';
import { judgeRevocation } from '../domain/may-revoke.ts';
import { overdue, sideDuty } from '../domain/next-stage.ts';
import { provenSaid } from '../domain/said.ts';
import { lastUseIn } from '../domain/shown-use.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { applyCommand, asWorkflow, failureOf } from './shared/apply-command.ts';
import { collectEvidence, passMs } from './shared/collect-evidence.ts';
import { readCurrentVersion } from './shared/current-version.ts';
import { dropForce, uncoveredByForce } from './shared/drop-force.ts';
import { readOwnRotation, targetOf } from './shared/own-rotation.ts';
import { readBackAll, readBackUntil } from './shared/recheck.ts';
import { withUseNow } from './shared/seen-use.ts';
import { cursorOf, type StepInput, type StepOutput, stepOutput } from './shared/step.ts';

type Needs = Pick<
  Dependencies,
  'gateways' | 'kits' | 'uses' | 'proofs' | 'secretVersions' | 'kitSecrets' | 'kitReach' | 'notifyOwner' | 'pingOne'
> &
  ClockAndLog;

/**
 * Revokes what is compromised and past its time without further proof; everything else only after reading kits and use
 * once more, and kits back, since the last transition (invariant 2): first all of it, which may take a while, then in a
 * short pass the use of what is to be revoked. When the proof does not hold any more, back to the kits; and when a force
 * does not cover everybody who would be cut off, it is dropped.
 */
export const revokeCredential = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateways, now } = needs;
  const { gateway, rotation } = await readOwnRotation(gateways, input);
  const { rotationId } = rotation;
  await revokeAtAuthority(needs, gateway, leftToConfirm(gateway)); // again: the authority may not have answered before
  const dead = overdue(gateway, now());
  if (dead.length > 0) {
    const by = asWorkflow('compromised, and its time has passed');
    const revoked = await applyCommand(gateways, input, {
      kind: 'revoke',
      rotationId,
      credentialIds: dead,
      readAt: gateway.transitionRevision,
      ...by,
    });
    await revokeAtAuthority(needs, revoked, dead);
    return stepOutput(revoked, input, now(), sideDuty(revoked, now()));
  }
  const credentialIds = leftToRevoke(gateway, rotation);
  if (credentialIds.length === 0 || (rotation.stage !== 'VERIFIED' && !rotation.forced))
    return stepOutput(gateway, input, now());
  const stored = await needs.secretVersions.readVersion(gateway.secretArn, targetOf(gateway).versionId);
  const seen = await withUseNow(needs, gateway);
  const cutOff: string[] = [];
  const from = cursorOf(input, 'revoke', gateway);
  const sinceMs = from?.sinceMs ?? now();
  const untilMs = now() + passMs;
  const limits = rotation.forced
    ? stored && { refresh: readBackUntil(needs, gateway, rotation, stored, untilMs) } // who cannot be asked just now is not known to be cut off
    : {
        ...(stored ? { refresh: readBackAll(needs, gateway, rotation, stored) } : {}),
        ...{ readBackSinceMs: sinceMs, endsAtLaggard: true, from, untilMs },
      };
  const collected = await collectEvidence(needs, seen, rotation, {
    onCutOff: (list) => {
      for (const one of list) cutOff.push(one);
    },
    keep: (proof) => needs.proofs.keep(gateway.gatewayId, rotationId, proof),
    ...limits,
  });
  if (!collected.done) {
    const { nextShard: shard, summary } = collected;
    const cursor = { pass: 'revoke', shard, summary, revision: gateway.transitionRevision, sinceMs } as const;
    return stepOutput(gateway, input, now(), { next: 'RevokeCredential', cursor });
  }
  const uncovered = await uncoveredByForce(needs, gateway, rotation, cutOff);
  if (uncovered.length > 0) return stepOutput(await dropForce(needs, input, rotation, uncovered), input, now());
  const { gateway: fresh } = await readOwnRotation(gateways, input); // the watching went on meanwhile
  const readAtMs = now();
  const used = await authorityOf(gateway).list(needs, gateway);
  const lastUseMs = lastUseIn(used, credentialIds);
  const summary = {
    ...collected.summary,
    ...(lastUseMs === undefined ? {} : { lastUseMs }),
    ...(await readCurrentVersion(needs, gateway)),
  };
  const verdict = judgeRevocation(fresh, summary, readAtMs);
  const invalidateEvidence = async (why: string): Promise<StepOutput> =>
    stepOutput(
      await applyCommand(gateways, input, { kind: 'invalidate-evidence', rotationId, ...asWorkflow(why) }),
      input,
      now(),
    );
  if (!verdict.mayRevoke && !rotation.forced)
    return invalidateEvidence(`the proof does not hold: ${verdict.blockers.map((one) => one.code).join(', ')}`);
  const by = rotation.forced
    ? { actor: rotation.forced.actor, reason: rotation.forced.reason }
    : asWorkflow(provenSaid(gateway, summary));
  const revoke = {
    kind: 'revoke',
    rotationId,
    credentialIds,
    readAt: gateway.transitionRevision,
    verdict,
    ...(rotation.forced?.kitsHash === undefined ? {} : { coveredBy: rotation.forced.kitsHash }),
    ...by,
  } as const;
  const result = await gateways.apply(input.gatewayId, revoke);
  if (result.kind === 'applied') {
    await revokeAtAuthority(needs, result.gateway, credentialIds);
    return stepOutput(result.gateway, input, now(), sideDuty(result.gateway, now()));
  }
  if (result.code === 'HELD' || result.code === 'NOT_QUIET')
    return invalidateEvidence(`the record says ${result.code}`);
  throw failureOf(revoke, result);
};

/** The record has said so; the authority is told at once. What fails here is done again before the refusal is looked for. */
const revokeAtAuthority = async (
  needs: Pick<Needs, 'pingOne'>,
  gateway: Gateway,
  credentialIds: readonly CredentialId[],
): Promise<void> => {
  for (const credentialId of credentialIds) await authorityOf(gateway).revoke(needs, gateway, credentialId);
};
