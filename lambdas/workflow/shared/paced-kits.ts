import type { Kit } from '../../domain/kit.ts';
import { secretWritesASecond, turnIn } from '../../domain/pace.ts';
import type { SecretUser } from '../../domain/secret-tag.ts';
import { callsAtOnce } from '../../domain/shards.ts';
import { pause } from '../../kits/pause.ts';
import type { ClockAndLog, Dependencies, KitSecrets } from '../../ports.ts';

/** The share of one call, so that all that run at once keep to what a rotation may take. */
const perSecond = secretWritesASecond.ofRotation / callsAtOnce;

/**
 * The same needs, with which the kits of one call write to Secrets Manager no faster than its share of the quota; and whether
 * a kit waits for its turn just now.
 */
export const pacedKits = <Needs extends Pick<Dependencies, 'kitSecrets'> & Pick<ClockAndLog, 'now'>>(
  needs: Needs,
): { readonly paced: Needs; readonly isWaiting: (kit: Pick<Kit, 'kitId'>) => boolean } => {
  let nextFromMs = 0;
  const waiting = new Set<string>();
  const paced = {
    ...needs,
    kitSecrets: (user: SecretUser) => {
      const secrets = needs.kitSecrets(user);
      return {
        ...secrets,
        write: async (secretId, versionId, text, signal) => {
          const nowMs = needs.now();
          const turn = turnIn(nextFromMs, nowMs, perSecond);
          nextFromMs = turn.nextFromMs;
          if (turn.fromMs > nowMs) {
            waiting.add(user.kitId ?? '');
            await pause(turn.fromMs - nowMs, signal);
            waiting.delete(user.kitId ?? '');
          }
          await secrets.write(secretId, versionId, text, signal);
        },
      } satisfies KitSecrets;
    },
  };
  return { paced, isWaiting: ({ kitId }) => waiting.has(kitId) };
};
