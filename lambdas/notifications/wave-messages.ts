import type { Gateway } from '../domain/gateway.ts';
import type { OwnerMessage } from '../domain/kit.ts';
import type { Waves } from '../domain/wave.ts';
import type { WaveLook } from '../domain/wave-look.ts';
import { waveSaid } from '../domain/waves.ts';

/** One to each owner of a kit that shows what is bad: what was seen, what is done about it, and what is left to do. */
export const badWave = (
  { gatewayId, rotation }: Gateway,
  waves: Waves,
  { named, failing }: WaveLook,
  { why, goesBack }: { readonly why: string; readonly goesBack: boolean },
): readonly OwnerMessage[] =>
  [...Map.groupBy(named.length > 0 ? named : failing, ({ owner }) => owner)].map(([owner, signs]) => {
    const kits = [...new Set(signs.map(({ kitId }) => kitId))];
    const [kitId] = kits;
    return {
      ...{ severity: 'escalation', owner, gatewayId },
      ...(kitId !== undefined && kits.length === 1 ? { kitId } : {}),
      ...(rotation?.targetId ? { credentialId: rotation.targetId } : {}),
      subject: `Rotation of gateway ${gatewayId}: ${waveSaid(waves)} is bad`,
      text: [
        `${why.replace(/^./, (first) => first.toUpperCase())}.`,
        goesBack
          ? 'The kits of this wave get the credential again that they had before, and then the rotation is held.'
          : 'It went back once before, so nothing is taken back now: the rotation is held, and its kits keep the new credential.',
        'Look at what the kit is configured with. When it is mended, have the rotation resumed, which tries the wave again; or have it rolled back.',
        '',
        `Rotation ${rotation?.rotationId}.`,
      ].join('\n'),
    };
  });
