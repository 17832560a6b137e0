import { foldWords } from '../../platform/fold.ts';

// Frequent words of one language that are none of the other, as they are folded.
const SPANISH = new Set(
  (
    'si gracias hola buenas buenos dias tardes noches quiero quisiera necesito puedo podria cita dolor duele duelen por para que ' +
    'como cuando donde porque manana tarde hoy ayer ayuda parar pare dejen deje detener basta mensajes mensaje textos estoy esta ' +
    'tengo tiene mi mis el los las una del con muy pero mas mucho poco peor mejor igual siento favor usted ustedes llamar llamen ' +
    'confirmo confirmado cambiar cancelar iniciar otra otro hora cero uno dos tres cuatro cinco seis siete ocho nueve diez ninguno'
  ).split(' '),
);
const ENGLISH = new Set(
  (
    'the you is are am i my it this that please thanks thank yes yeah ok okay can cannot cant could would will what when where who ' +
    'not dont stop text texts texting messages message appointment pain better worse today tomorrow help call to of and for have ' +
    'has need want move cancel confirm time day days one two three four five six seven eight nine ten none on at in do did was be'
  ).split(' '),
);

/**
 * Whether a text was plainly written in Spanish: more words that only Spanish has than words that only English has. A bare C,
 * a number or STOP says nothing.
 */
export const isSpanish = (body: string): boolean => {
  let balance = 0;
  for (const word of foldWords(body).split(' ')) {
    if (SPANISH.has(word)) balance += 1;
    else if (ENGLISH.has(word)) balance -= 1;
  }
  return balance > 0;
};
