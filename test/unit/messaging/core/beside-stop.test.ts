import { describe, expect, it } from 'vitest';
import {
  saysNothingElse,
  saysWrongNumber,
  speaksOfVisitToo,
} from '../../../../functions/messaging/core/beside-stop.ts';

describe('what stands beside an opt-out', () => {
  it.each([
    'STOP',
    'Stop please!',
    'stop texting me',
    'please stop texting me, thank you',
    'Stop. Stop texting.',
    '🛑',
    'CANCEL',
    'wrong number',
    'no me manden mensajes',
    'START',
    'Yes please',
    'STOP\n\nSent from my iPhone',
  ])('%j says nothing else', (body) => expect(saysNothingElse(body)).toBe(true));

  it.each([
    'STOP. Please cancel my visit Sunday, I moved to Texas',
    'Stop texting and call me, my meds ran out',
    'Cancel my appointment and stop texting me',
    'My husband passed away, please stop texting',
    'Stop. I want my records',
    'stop the texts, but keep my appointment',
    'Please, when is my visit?',
    '',
  ])('%j says more', (body) => expect(saysNothingElse(body)).toBe(false));

  it.each([
    'STOP. Please cancel my visit Sunday, I moved to Texas',
    'Cancel my appointment and stop texting me',
    "stop texting me, I can't make it",
    'ya no me manden mensajes y cancelen mi cita',
  ])('%j speaks of the visit too', (body) => expect(speaksOfVisitToo(body)).toBe(true));

  it.each(['STOP', 'cancel these texts', 'no longer wish to receive texts', "stop texting, don't cancel my visit"])(
    '%j does not speak of the visit',
    (body) => expect(speaksOfVisitToo(body)).toBe(false),
  );

  it.each([
    'wrong number',
    'You have the wrong person, stop',
    "This isn't Maria's phone anymore",
    'número equivocado',
    'se equivocó de número',
    'este no es el numero de Juan',
  ])('%j says that the number is wrong', (body) => expect(saysWrongNumber(body)).toBe(true));

  it.each([
    'STOP',
    'stop texting me',
    'not interested',
    "I'm not interested",
    'My number is 303 555 0101',
    'no quiero mensajes',
  ])('%j does not say that the number is wrong', (body) => expect(saysWrongNumber(body)).toBe(false));
});
