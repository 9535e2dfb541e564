import type { StoryContext } from '../context.ts';
import { byHand, instanceByHand } from './by-hand.ts';

/** The command creates an instance of infusionsoftrest beside the old one, and a person consents. */
export async function moveToRest(context: StoryContext): Promise<void> {
  const { screen, hands, plugin, applications } = context;
  screen.step('Migrate to infusionsoftrest');
  screen.say(
    'Keap ends XML-RPC, which infusionsoftcrm uses. The command changes the connector and waits for the consent:',
  );
  await plugin.runWhile(['migrate', byHand, '--yes'], /waits for consent.*\n/, () =>
    hands.consentOnPage(byHand),
  );
  const { id, token } = instanceByHand(context);
  await applications.untilItCallsWith('billing', token);
  await applications.untilItCallsWith('newsletter', token);
  screen.say(
    `Both instances work, and the applications still call instance ${id}.`,
    `Secret ${byHand}-connection-next has the connection of the new one, to test the applications with it.`,
  );
}
