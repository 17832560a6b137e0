import { foldCharacters } from '../../platform/fold.ts';

/** A number read from a reply, or why none could be. */
export type NumberReading =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'out-of-range' }
  | { readonly kind: 'several' }
  | { readonly kind: 'none' };

/** What a question expects. */
export interface NumberQuestion {
  readonly max: number;
  /** Words that may follow the number and count what was asked ("3 days"). */
  readonly countedIn: ReadonlySet<string>;
  /** Whole messages that mean a number without naming it. */
  readonly meanings: ReadonlyMap<string, number>;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(','));

/** Numeric rating scale of pain, 0-10 (NRS-11): whole numbers only. */
export const PAIN_QUESTION: NumberQuestion = {
  max: 10,
  countedIn: set(''),
  meanings: new Map([
    ...[
      'no pain',
      'none',
      'nothing',
      'pain free',
      'no pain at all',
      'no pain today',
      'zero pain',
      'i have no pain',
      'im pain free',
      'sin dolor',
      'nada',
      'nada de dolor',
      'no tengo dolor',
      'no me duele',
      'no me duele nada',
      'ninguno',
      'ningun dolor',
      'no dolor',
      'no siento dolor',
    ].map((words): [string, number] => [words, 0]),
  ]),
};

/** Days of home exercise in the last week, 0-7. */
export const EXERCISE_QUESTION: NumberQuestion = {
  max: 7,
  countedIn: set('day,days,time,times,x,dia,dias,veces,vez,d'),
  meanings: new Map([
    ...[
      'every day',
      'everyday',
      'daily',
      'all',
      'all of them',
      'all week',
      'each day',
      'every single day',
      'all days',
      'the whole week',
      'todos',
      'todos los dias',
      'cada dia',
      'diario',
      'diariamente',
      'toda la semana',
      'a diario',
    ].map((words): [string, number] => [words, 7]),
    ...[
      'none',
      'nothing',
      'never',
      'not once',
      'not at all',
      'didnt do any',
      'i didnt',
      'didnt',
      'no days',
      'not any',
      'i didnt do any',
      'havent done any',
      'no exercise',
      'ninguno',
      'ningun dia',
      'nada',
      'nunca',
      'no hice',
      'ni un dia',
      'no los hice',
      'no hice nada',
      'ninguna vez',
    ].map((words): [string, number] => [words, 0]),
    ...['once', 'one time', 'una vez', 'una sola vez'].map((words): [string, number] => [words, 1]),
    ...[
      'twice',
      'dos veces',
      'couple',
      'a couple',
      'couple of days',
      'a couple of days',
      'a couple of times',
      'couple times',
    ].map((words): [string, number] => [words, 2]),
  ]),
};

const NUMBER_WORDS = new Map(
  'zero,one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve'
    .split(',')
    .map((word, value): [string, number] => [word, value])
    .concat(
      'cero,uno,dos,tres,cuatro,cinco,seis,siete,ocho,nueve,diez'
        .split(',')
        .map((word, value): [string, number] => [word, value]),
      [
        ['sevn', 7],
        ['seven', 7],
        ['fiv', 5],
        ['fve', 5],
        ['eigth', 8],
        ['fore', 4],
        ['thre', 3],
        ['siet', 7],
        ['sinco', 5],
        ['nuebe', 9],
        ['twenty', 20],
        ['fifteen', 15],
        ['hundred', 100],
        ['cien', 100],
        ['veinte', 20],
        ['once', 11],
      ],
    ),
);

/** Words that say nothing besides the number. Where all the rest is of these, the number is the answer. */
const FILLER = set(
  'a,an,about,around,almost,approximately,approx,roughly,like,maybe,probably,say,id,i,im,it,its,is,was,be,at,my,the,me,now,today,right,currently,this,that,morning,week,level,scale,number,score,rating,rate,rated,pain,ache,feel,feels,feeling,would,give,guess,think,still,just,only,of,on,in,to,for,one,out,or,so,about,ok,okay,well,hi,hello,hey,thanks,thank,you,please,pretty,much,ish,solid,average,overall,between,been,has,have,did,do,done,exercises,exercise,them,last,past,all,total,yes,doing,good,great,better,worse,bad,very,ty,thx,tx,lol,tbh,hm,hmm,um,oh,eh,ugh,ouch,prob,prolly,honestly,sorry,dear,dr,says,managed,mom,mother,dad,father,husband,wife,son,daughter,she,he,we,' +
    'un,una,el,la,los,las,mi,es,esta,este,hoy,ahora,como,de,del,unos,unas,mas,menos,o,casi,aproximadamente,diria,tengo,siento,creo,que,nivel,dolor,numero,escala,por,favor,gracias,hola,en,semana,hice,ejercicios,sobre,yo,lo,me,duele,si,bien,mal,poco,pues,ya,se,anda,ando,dice,mama,papa,esposo,esposa,hijo,hija,ella,nomas,solo,logre,pude',
);

/** Words after a leading number that begin a remark about it: "7 but better than yesterday". */
const REMARK_OPENERS = set(
  'but,and,with,when,because,since,after,today,now,still,worse,better,its,it,i,my,mostly,only,at,in,pain,this,same,as,so,thanks,y,pero,cuando,porque,hoy,ahora,con,mi,dolor,todavia,igual,mejor,peor,gracias,the,very,feeling,down,up,due',
);
/** The level's own words, and those that may stand between one of them and its number: "my pain is at a 4 now". */
const LEVEL_WORDS = set('pain,dolor,level,nivel,score,scale,escala,rating,puntuacion');
const CONNECTORS = set(
  'is,its,at,a,an,of,around,about,like,now,today,currently,still,just,only,es,esta,de,en,un,como,hoy,ahora',
);
const MAX_CONNECTORS = 4;
/** What makes a level another one than today's: "not as bad as 7", "less than 3 pain". */
const OTHER_LEVELS = set(
  'not,never,less,more,than,was,were,before,yesterday,until,unless,if,goal,no,nunca,menos,antes,ayer,era,estaba',
);

/** "Last week seven". */
const LEVELS_BEFORE = set('last,past,pasada,pasado');
/** Number words that are other words oftener. */
const PRONOUNS = set('one,uno,once');

/** A number followed by one of these counts something else: time, pills, money. */
const OTHER_UNITS = set(
  'day,days,week,weeks,hour,hours,hr,hrs,min,mins,minute,minutes,month,months,year,years,am,pm,a m,p m,oclock,mg,mgs,pills,pill,tablets,times,time,x,th,st,nd,rd,percent,miles,steps,pounds,lbs,questions,question,people,blocks,degrees,dia,dias,semana,semanas,hora,horas,minutos,mes,meses,ano,anos,pastillas,pastilla,veces,vez,preguntas,grados,kilos,appointments,visits,citas,sets,reps,exercise,exercises,ejercicio,ejercicios,more,of,st,dollars,things,other',
);

// A digit that a letter leads is a name: L4, S1.
const TOKEN = /[a-z]+\d[a-z\d]*|[+-]?\d+(?:[.,]\d+)?|[a-z]+|:(?=\d)|[/%$#]|[-–—~]/g;
const MAX_LENGTH = 320;
/** "I would call it a four". */
const CALL_IT = /\b(?:call|put|rate) it\b|\bnada mas\b/g;

interface NumberToken {
  readonly index: number;
  readonly value: number;
}

/** Reads one whole number from a reply to a question with a number for an answer. Several different numbers are never guessed at. */
export const readNumber = (text: string, question: NumberQuestion): NumberReading => {
  if (text.length > MAX_LENGTH) return { kind: 'none' };
  const folded = foldCharacters(text).replace(CALL_IT, 'it');
  const words = folded.replace(/[^a-z0-9]+/g, ' ').trim();
  const meaning = meaningOf(words, question) ?? meaningBefore(folded, question);
  if (meaning !== undefined) return { kind: 'number', value: meaning };

  const tokens = withoutDenominators(tokensOf(folded), question);
  const numbers = numbersIn(tokens, question);
  const [first] = numbers;
  if (first === undefined) return { kind: 'none' };
  if (!isAnAnswer(tokens, first, numbers, folded, question)) return { kind: 'none' };
  if (numbers.some((number) => number.value !== first.value)) return { kind: 'several' };
  return Number.isInteger(first.value) && first.value >= 0 && first.value <= question.max
    ? { kind: 'number', value: first.value }
    : { kind: 'out-of-range' };
};

const tokensOf = (folded: string): string[] => folded.match(TOKEN) ?? [];

const THANKS = /(?: (?:thanks|thank you|thank god|gracias a dios|gracias|ty|thx|please|por favor))+$/;
const meaningOf = (words: string, question: NumberQuestion): number | undefined =>
  question.meanings.get(
    words
      .replace(THANKS, '')
      .replace(/^(?:i did (?:it |them )?|los hice |did it |did them |i have |tengo )/, '')
      .replace(/^(?:just |only |solo |today |hoy |ahora |right now )+/, ''),
  );

const REMARK = /^([^.,;!\n(]+)[.,;!\n(]+\s*([^?]*)$/;
/** A remark that may take back what stands before it; "nothing, same as ever" is about what is new. */
const TAKES_BACK =
  /\d|\b(?:once|twice|couple|vez|veces|but|except|only|just|until|till|unless|when|if|other|maybe|well|actually|wait|almost|some|sometimes|mostly|not|yet|day|days|worse|hurts?|sore|aches?|pain|pero|excepto|menos|salvo|solo|hasta|cuando|si|otro|otra|casi|bueno|creo|quizas|dia|dias|peor|dolor|duel\w+)\b/;
/** "None, I was sick": what a meaning says before a remark that leaves it as it is. */
const meaningBefore = (folded: string, question: NumberQuestion): number | undefined => {
  const [, said = '', remark = ''] = REMARK.exec(folded) ?? [];
  const words = said.replace(/[^a-z0-9]+/g, ' ').trim();
  if (/^(?:nada|nothing)$/.test(words) || (question === PAIN_QUESTION && !/pain|dolor|duele/.test(words)))
    return undefined;
  if (TAKES_BACK.test(remark) || tokensOf(remark).some((token) => numberOf(token) !== undefined)) return undefined;
  return meaningOf(words, question);
};

const SCALE_ENDS = new Map(
  [PAIN_QUESTION, EXERCISE_QUESTION].map(({ max }) => [
    max,
    new Set([String(max), ...[...NUMBER_WORDS].filter(([, value]) => value === max).map(([word]) => word)]),
  ]),
);
const endsOf = (max: number): ReadonlySet<string> => SCALE_ENDS.get(max) ?? new Set([String(max)]);

/** "7/10", "7 out of 10", "7 de 10": the scale's end is not a second answer. */
const withoutDenominators = (tokens: readonly string[], question: NumberQuestion): string[] => {
  const kept: string[] = [];
  const ends = endsOf(question.max);
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const next = tokens[index + 1] ?? '';
    const isAfterNumber = kept.length > 0 && numberOf(kept.at(-1) ?? '') !== undefined;
    if (isAfterNumber && (token === '/' || token === 'de' || token === 'of' || token === 'sobre') && ends.has(next)) {
      index++;
    } else if (isAfterNumber && token === 'out' && next === 'of' && ends.has(tokens[index + 2] ?? '')) {
      index += 2;
    } else {
      kept.push(token);
    }
  }
  return kept;
};

const numberOf = (token: string): number | undefined => {
  if (/^[+-]?\d/.test(token)) return Number(token.replace(',', '.'));
  return NUMBER_WORDS.get(token);
};

const numbersIn = (tokens: readonly string[], question: NumberQuestion): NumberToken[] => {
  const numbers: NumberToken[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const value = numberOf(token);
    if (value === undefined) continue;
    // "5 or one of those": a lone "one" in a sentence with another number is a pronoun, yet never guess: it counts.
    numbers.push({ index, value });
    if (question.countedIn.has(tokens[index + 1] ?? '')) index++;
  }
  return numbers;
};

const isAnAnswer = (
  tokens: readonly string[],
  first: NumberToken,
  numbers: readonly NumberToken[],
  folded: string,
  question: NumberQuestion,
): boolean => {
  for (const { index } of numbers) {
    const next = tokens[index + 1] ?? '';
    if (['%', ':', '$', '#'].includes(next) || ['$', '#', ':'].includes(tokens[index - 1] ?? '')) return false;
    // "Exercise 3" is the third one.
    if (/^e(?:xercise|jercicio)$/.test(tokens[index - 1] ?? '') && !question.countedIn.has(next)) return false;
    if (OTHER_UNITS.has(next) && !question.countedIn.has(next)) return false;
  }
  const isQuestion = folded.includes('?');
  const rest = tokens.filter(
    (token, index) => !numbers.some((number) => number.index === index) && !question.countedIn.has(token),
  );
  const isOnlyFiller = rest.every((token) => FILLER.has(token) || /^[/~–—-]$/.test(token));
  const lead = tokens.slice(0, first.index);
  if (question === PAIN_QUESTION && lead.some((token) => LEVELS_BEFORE.has(token))) return false;
  if (isOnlyFiller) return !isQuestion || rest.length <= 1;
  if (isQuestion) return false;
  // A number word in a real sentence is more often a pronoun or an article than an answer: it has to be all of its clause.
  if (!/\d/.test(tokens[first.index] ?? ''))
    return (
      !PRONOUNS.has(tokens[first.index] ?? '') &&
      lead.every((token) => FILLER.has(token) && !OTHER_LEVELS.has(token) && !LEVELS_BEFORE.has(token)) &&
      endsClause(tokens, first.index, folded, question)
    );
  if (question === PAIN_QUESTION && numbers.length === 1 && endsInLevel(lead)) {
    const next = tokens[first.index + 1];
    return next === undefined || REMARK_OPENERS.has(next) || startsRemark(folded, tokens[first.index] ?? '');
  }
  if (!lead.every((token) => FILLER.has(token))) return false;
  let after = first.index + 1;
  while (question.countedIn.has(tokens[after] ?? '')) after++;
  return startsRemark(folded, tokens[first.index] ?? '') || REMARK_OPENERS.has(tokens[after] ?? '');
};

/** Nothing but what is counted stands between the number's word and the end of the clause. */
const endsClause = (tokens: readonly string[], index: number, folded: string, question: NumberQuestion): boolean => {
  const counted = question.countedIn.has(tokens[index + 1] ?? '') ? ` ${tokens[index + 1]}` : '';
  return new RegExp(`\\b${tokens[index]}${counted}(?: (?:today|now|right now|hoy|ahora))?\\s*[.,;!\\n(]`).test(folded);
};

/** The words before the number name the level, and today's: "took my pills, pain is at a". */
const endsInLevel = (lead: readonly string[]): boolean => {
  if (lead.some((token) => OTHER_LEVELS.has(token))) return false;
  const connectors = lead.length - 1 - lead.findLastIndex((token) => !CONNECTORS.has(token));
  return connectors <= MAX_CONNECTORS && LEVEL_WORDS.has(lead.at(-1 - connectors) ?? '');
};

/** The number is followed by punctuation: what comes after is a remark, not what is counted. */
const startsRemark = (folded: string, number: string): boolean => {
  const at = folded.indexOf(number);
  return /^\s*(?:days?|times|x|dias|veces)?\s*[.,;!\n()]/.test(folded.slice(at + number.length));
};
