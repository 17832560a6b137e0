import { describe, expect, it } from 'vitest';
import { isSpanish } from '../../../../functions/messaging/core/reply-language.ts';

describe('isSpanish', () => {
  it.each([
    ['Sí, gracias', true],
    ['quiero cambiar mi cita', true],
    ['No puedo ir mañana', true],
    ['me duele mucho hoy, un 7', true],
    ['AYUDA', true],
    ['no más mensajes por favor', true],
    ['C', false],
    ['STOP', false],
    ['7', false],
    ['no', false],
    ['', false],
    ['👍', false],
    ['can we move it to 3pm', false],
    ['no one called me', false],
    ['me too', false],
    ['See you at La Jolla', false],
    ['I told my doctor: por favor', false],
  ])('%j: %s', (body, expected) => {
    expect(isSpanish(body)).toBe(expected);
  });
});
