/** The evidence of one rotation: the name of its file, and its text piece by piece. */
export type Download = { readonly fileName: string; readonly pieces: AsyncIterable<string> };

/** Asks for the evidence that an address names; `pieces` reject when it is decided on anew meanwhile. Rejects as the function does. */
export const downloadOf = async (
  call: (functionName: string, event: unknown) => Promise<unknown>,
  fields: URLSearchParams,
): Promise<Download> => {
  // Loaded by who downloads: nobody else needs the command line's part.
  const [{ exportedEvidence }, { evidenceLines }] = await Promise.all([
    import('../../cli/evidence-export.ts'),
    import('../../cli/evidence-file.ts'),
  ]);
  const [rotationId = '', gatewayId = ''] = [fields.get('rotationId') ?? '', fields.get('gatewayId') ?? ''];
  const asked = { rotationId, ...(gatewayId === '' ? {} : { gatewayId }) };
  const { head, parts } = await exportedEvidence({ invoke: call, output: () => 'evidence' }, asked);
  const { record } = head;
  return {
    fileName: `evidence-${record.gatewayId}-${record.rotationId}.json`,
    pieces: evidenceLines(head, parts),
  };
};
