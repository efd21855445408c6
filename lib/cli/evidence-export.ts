import type { EvidencePart } from '../../lambdas/evidence-export/evidence-kits.ts';
import type { EvidenceHead, EvidenceKit } from '../../lambdas/evidence-export/evidence-schema.ts';
import { digestOf } from '../../lambdas/evidence-export/evidence-signature.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';

/** A document as it arrives: the signed record, then its parts one after the other, each compared with its digest. */
export type Exported = {
  readonly head: EvidenceHead;
  readonly parts: AsyncIterable<readonly EvidenceKit[]>;
};

/** Asks the deployment for the evidence of a rotation. Throws {@link CommandFailed} when it is decided on anew meanwhile. */
export const exportedEvidence = async (
  connection: Pick<Connection, 'invoke' | 'output'>,
  asked: { readonly rotationId: string; readonly gatewayId?: string },
): Promise<Exported> => {
  const name = connection.output('EvidenceFunction');
  const head = (await connection.invoke(name, asked)) as EvidenceHead;
  const { gatewayId, rotationId, kits } = head.record;
  const parts = async function* (): AsyncGenerator<readonly EvidenceKit[]> {
    for (const { fromShard, toShard, digest } of kits?.parts ?? []) {
      const part = { fromShard, toShard };
      const answer = (await connection.invoke(name, { rotationId, gatewayId, part })) as EvidencePart;
      if (digestOf(answer.kits) !== digest)
        throw new CommandFailed('refused', 'The kits were read for another decision meanwhile: export it again.');
      yield answer.kits;
    }
  };
  return { head, parts: parts() };
};
