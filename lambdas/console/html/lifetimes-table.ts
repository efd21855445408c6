import { causeWords, stageWords } from '../view/labels.ts';
import type { CredentialLife, GatewayView } from '../view/views.ts';
import { html, type Markup } from './html.ts';
import { cell, row, table, when } from './parts.ts';

/** The same facts as the picture, for who cannot see it. */
export const lifetimes = ({ credentials, nowMs }: GatewayView): Markup => {
  const time = (atMs: number | undefined) => (atMs === undefined ? undefined : when(atMs, nowMs));
  const stateOf = (one: CredentialLife): string =>
    one.cause ? causeWords[one.cause] : one.stage ? `${stageWords[one.stage]}${one.isForeign ? ', not ours' : ''}` : '';
  return html`<details><summary>As a table</summary>${table(
    'The lifetimes of the credentials, oldest first',
    [
      'Credential',
      'State',
      'Created',
      'Accepted',
      'Current',
      'Retiring',
      'Quiet until',
      'Refused',
      'Revoked',
      'Seen refused',
    ],
    credentials.map((one) =>
      row(
        html`<span class="id">${one.credentialId}</span>`,
        cell('State', stateOf(one)),
        cell('Created', time(one.createdAtMs)),
        cell('Accepted', time(one.acceptedAtMs)),
        cell('Current', time(one.currentAtMs)),
        cell('Retiring', time(one.retiringAtMs)),
        cell('Quiet until', time(one.quietUntilAtMs)),
        cell('Refused', time(one.rejectAfterAtMs)),
        cell('Revoked', time(one.revokedAtMs)),
        cell('Seen refused', time(one.confirmedAtMs)),
      ),
    ),
  )}</details>`;
};
