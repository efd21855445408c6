import type { MintAnswer, MintFor } from '../../authorities/authority.ts';
import { authorityOf } from '../../authorities/authority-of.ts';
import type { Gateway } from '../../domain/gateway.ts';
import { leftBehind } from '../../domain/mint-commands.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import type { Run } from './own-rotation.ts';
import { withRoom } from './with-room.ts';

/**
 * Has the authority make the credential of a rotation. What is asked of it is written into the record before, so that
 * whoever goes on after a crash knows what may have come of it.
 */
export const mint = (
  needs: Pick<Dependencies, 'gateways' | 'secretVersions' | 'pingOne'> & ClockAndLog,
  run: Run,
  gateway: Gateway,
  version: Pick<MintFor, 'versionId' | 'rotation'>,
): Promise<MintAnswer> => {
  const { rotationId } = run;
  const journal: MintFor['journal'] = {
    write: async (intent) => {
      await applyCommand(needs.gateways, run, { kind: 'note-mint', rotationId, mint: intent });
    },
    discard: async (credentialId) => {
      const as = run.as(leftBehind);
      await applyCommand(needs.gateways, run, { kind: 'discard-credential', rotationId, credentialId, ...as });
    },
  };
  return withRoom(needs, gateway, () => authorityOf(gateway).mint(needs, gateway, { rotationId, ...version, journal }));
};
