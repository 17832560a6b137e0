import { foldWords } from '../../platform/fold.ts';

/** Of what somebody is treated for, and how; most by their stems. The whole clinic may be "Physical Therapy": its name is a token and not read. */
const CARE = [
  'diagnos\\w*|stenosis|estenosis|ciatic\\w*|sciat\\w*|herni\\w*|scoliosis|escoliosis|spondyl\\w*|radiculopat\\w*|arthriti\\w*|artritis|osteopor\\w*|fractur\\w*|whiplash|latigazo|cervic\\w*|lumb[ao]\\w*|spinal|spine|columna|espalda|incontinen\\w*|numbness|entumecimiento',
  '(?:slipped|bulging|ruptured) dis[ck]s?|dis[ck] (?:replacement|bulge|disease)|discos? (?:abultado|desgastado)s?|degenerat\\w*',
  '(?:back|neck|leg|chronic) pain|dolor (?:cronico|de (?:cuello|pierna))',
  'cancer|tumou?rs?|tumores|\\w*oncolog\\w*|hiv|vih|hepatitis|depression|depresion|anxiety|ansiedad|psychiatr\\w*|psiquiatr\\w*|pregnan\\w*|embaraz\\w*',
  'opioi\\w*|oxycodone|oxicodona|hydrocodone|hidrocodona|gabapentin\\w*|nalox\\w*|narcan',
  'mri|ct scan|x rays?|resonancia|radiografias?|biops\\w*|lab results?|resultados de(?:l)? laboratorio',
  'surg\\w+|cirugias?|cirujan\\w*|fusion(?:es)?|laminectom\\w*|dis[ck]ectom\\w*|injections?|inyeccion(?:es)?|infiltracion(?:es)?|epidural\\w*|nerve block|\\w*therap\\w*|\\w*terap\\w*|physio\\w*|rehab\\w*',
];
const TELLS_OF_CARE = new RegExp(` (?:${CARE.join('|')}) `);

/** Whether it tells what somebody is treated for: anybody who holds the phone can read a text (HHS FAQ 198). */
export const tellsOfCare = (words: string): boolean => TELLS_OF_CARE.test(` ${foldWords(words)} `);
