import type { ChannelAccess, Message } from './channel-kind.ts';
import type { Channel } from './channel-schema.ts';
import { sendToPagerDuty } from './pagerduty.ts';
import { sendToSlack } from './slack.ts';
import { sendToWebhook } from './standard-webhook.ts';
import { sendToTeams } from './teams.ts';

/** Sends one message by a channel. Throws NotSent. */
export const send = async (channel: Channel, message: Message, access: ChannelAccess): Promise<void> => {
  switch (channel.kind) {
    case 'slack':
      return sendToSlack(channel, message, access);
    case 'teams':
      return sendToTeams(channel, message, access);
    case 'pagerduty':
      return sendToPagerDuty(channel, message, access);
    case 'webhook':
      return sendToWebhook(channel, message, access);
    case 'email': {
      const { sendByEmail } = await import('./email.ts'); // nobody else loads its library
      return sendByEmail(channel, message, access);
    }
  }
};
