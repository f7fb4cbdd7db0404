import { beforeAll } from '@jest/globals';
import { releasedTicket } from '../src/released-ticket.ts';
import { forgedTokens } from './attack/forged-tokens.ts';
import { guessedIds } from './attack/guessed-ids.ts';
import { hostileTextsEverywhere } from './attack/hostile-texts.ts';
import { innerDoors } from './attack/inner-doors.ts';
import { ownClients } from './attack/own-clients.ts';
import { requests } from './attack/requests.ts';
import { scanners } from './attack/scanners.ts';
import { signInTiming } from './attack/sign-in-timing.ts';
import { ownPlatform } from './running-platform.ts';

Object.assign(process.env, {
  // Everything that is ever logged.
  LOG_LEVEL: 'debug',
  // An attacker's budget would be spent long before the end; that it ends is tested by itself.
  RATE_APP: '1000000000',
  RATE_TRIES_ACCOUNT: '1000000',
  RATE_TRIES_NETWORK: '1000000',
});

const own = ownPlatform();
beforeAll(() => releasedTicket(own.stage), 60_000);

forgedTokens(own);
innerDoors(own);
scanners(own);
guessedIds(own);
hostileTextsEverywhere(own);
signInTiming(own);
requests(own);
ownClients(own);
