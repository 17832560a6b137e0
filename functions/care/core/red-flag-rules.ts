/**
 * The table of red flags in a patient's own words, English and Spanish.
 *
 * What is screened for: cauda equina syndrome, fracture, malignancy and infection after the IFOMPT framework for serious spinal
 * pathology (Finucane et al., JOSPT 2020;50:350-372); progressive neurological deficit, vascular, neck-specific,
 * cardiopulmonary and self-harm rows after general emergency guidance. The dispositions are the clinic's: **a US-licensed
 * clinician signs off this table before it is used for care, and again whenever {@link RED_FLAG_RULE_SET} rises.** It supports
 * a clinician's review and never replaces it; it diagnoses nothing.
 *
 * Rules read canonical text (see red-flags.ts): lower case, no accents, no apostrophes, common misspellings repaired, `|` for a
 * pause, and every "can not / unable to / no puedo" written `cant` or `nopuedo`.
 */

/** Version of table and matching together; stored with every screening. Rises with every change of either. */
export const RED_FLAG_RULE_SET = '2026-11-22.2';

/** How soon a human must act. Ordered: the first wins. */
export const DISPOSITIONS = ['EMERGENCY', 'SAME_DAY'] as const;
export type RedFlagDisposition = (typeof DISPOSITIONS)[number];

export type RedFlagGroup =
  | 'cauda-equina'
  | 'neurological-deficit'
  | 'fracture'
  | 'malignancy'
  | 'infection'
  | 'vascular'
  | 'neck'
  | 'cardiopulmonary'
  | 'self-harm'
  | 'emergency';

export interface RedFlagRule {
  /** Stable name of the phrase rule: what is shown to staff and logged, never the patient's words. */
  readonly rule: string;
  readonly group: RedFlagGroup;
  readonly disposition: RedFlagDisposition;
  readonly pattern: RegExp;
  /** True where "no ..." right before it can clear it. Self-harm never clears: a human reads it. */
  readonly canBeNegated: boolean;
}

type RuleOptions = { readonly neverCleared?: true };

const row = (
  group: RedFlagGroup,
  disposition: RedFlagDisposition,
  rule: string,
  source: string,
  options: RuleOptions = {},
): RedFlagRule => ({
  rule,
  group,
  disposition,
  pattern: new RegExp(`(?<![^ ])(?:${source})(?![^ ])`, 'g'),
  canBeNegated: options.neverCleared !== true,
});

/** Both orders, at most `gap` words or pauses between. */
const near = (first: string, second: string, gap = 5): string =>
  `(?:${first})(?: \\S+){0,${gap}} (?:${second})|(?:${second})(?: \\S+){0,${gap}} (?:${first})`;
/** This order only. */
const then = (first: string, second: string, gap = 3): string => `(?:${first})(?: \\S+){0,${gap}} (?:${second})`;

const NUMB =
  'numb|numbness|numbing|numbed|no feeling|no sensation|lost (?:all )?(?:the )?(?:feeling|sensation)|loss of (?:feeling|sensation)|losing (?:feeling|sensation)|less (?:feeling|sensation)|cant feel|cant really feel|dont feel|barely feel|hardly feel|tingling|tingly|tingles|pins and needles|asleep|dead|novocaine|burning|' +
  'adormecid[oa]s?|adormecimiento|dormid[oa]s?|entumecid[oa]s?|entumecimiento|entumid[oa]s?|nosiento|sin sensibilidad|sin sensacion|perdi(?:do)? (?:la )?(?:sensibilidad|sensacion)|perdida de (?:la )?(?:sensibilidad|sensacion)|hormigueo|hormiguea|se me (?:duerme|duermen|durmio|durmieron)|acalambrad[oa]s?';
const SADDLE =
  'saddle|groin|genitals?|genitalia|privates?|private (?:parts?|area)|crotch|perineum|perineal|between (?:my |the )?(?:legs|thighs)|inner thighs?|buttocks?|butt|butt ?cheeks?|bum|bottom|backside|rear end|rectum|rectal|anus|anal|vagina|vaginal|vulva|labia|penis|dick|scrotum|balls|testicles?|down there|where i sit|when i (?:wipe|sit on the toilet)|i wipe|wiping|' +
  'ingle|ingles|genitales|entrepiernas?|(?:partes?|zona|area) (?:intimas?|privadas?|genital|intima)|nalgas?|trasero|gluteos?|pompis|ano|recto|entre (?:las|mis) piernas|(?:las|mis) partes(?= \\||$)|alla abajo|ahi abajo|vagina|pene|testiculos?|perine|silla de montar|al limpiarme|cuando me limpio';
const URINE_EN =
  'pee|peeing|pees|urinate|urinating|urination|pass(?:ing)? (?:water|urine)|wee|piss|pissing|void|voiding|urine|my water|tinkle';
const BOWEL_EN = 'poop|pooping|poo|poops|shit|stool|stools|bowels?|bowel movements?|my bm|feces|gas';
const TOILET_EN = `${URINE_EN}|${BOWEL_EN}|(?:go|went|gone|going) (?:to (?:the )?(?:bathroom|toilet|restroom)|pee|poop|number (?:one|two|1|2))|use (?:the )?(?:bathroom|toilet|restroom)|empty (?:my |the )?bladder|bladder|start (?:my |the )?stream`;
const DIFFICULTY =
  'cant|trouble|difficulty|difficulties|difficult|problems?|issues?|hard|hard time|struggl(?:e|ing)|havent been able to|strain(?:ing)? to|have to push to';
const TOILET_ES =
  'orinar|orino|orina|hacer (?:pis|pipi|chis|popo|caca|del (?:bano|cuerpo))|ir al bano|mear|miccionar|vaciar la vejiga|defecar|evacuar|obrar';
const HOLD_ES =
  '(?:aguantar(?:me)?|aguanto|contener(?:me)?|contengo|controlar|controlo|retener|retengo|sentir|siento|detener)(?: (?:la|el|las|los|mi|mis|ganas de))* (?:orina|orinar|pis|pipi|chis|vejiga|heces|popo|caca|esfinter|esfinteres|intestinos?|evacuacion(?:es)?|evacuar)';

const LEGS = 'legs|feet|thighs|both sides|piernas|pies';
const BOTH_LEGS =
  'both (?:of )?(?:my |the )?(?:legs|feet|thighs|calves|sides|lower legs)|each leg|my legs|the legs|legs|my feet|(?:las |mis )?dos (?:piernas|pies)|amb[ao]s (?:piernas|pies|muslos)|las piernas|mis piernas|los pies|mis pies';
const FAILING =
  'weak|weaker|weakness|heavy|give out|giving out|gave out|giving way|gave way|buckl(?:e|es|ed|ing)|paralyzed|paralysed|wont (?:work|move|hold)|dont work|not working|stopped working|jelly|collapsing|useless|' +
  'debil|debiles|debilidad|sin fuerzas?|no tengo fuerzas?|perdi(?:do|endo)? (?:la )?fuerza|no (?:me )?(?:responde|responden|sostienen?|funcionan?)|me fallan?|se me doblan?|paralizad[oa]s?|pesad[oa]s?|flaqueza';
const LIMB =
  'leg|foot|feet|legs|ankle|toes?|big toe|knee|arm|arms|hand|hands|wrist|grip|fingers|thigh|calf|pierna|piernas|pie|pies|brazos?|manos?|tobillo|dedos?|rodilla';
const FAST =
  'sudden|suddenly|all of a sudden|overnight|today|this (?:morning|afternoon|evening)|tonight|last night|since (?:yesterday|this morning|last night|today)|within hours|hours|getting worse|gets worse|got worse|worse|worsening|spreading|progress(?:ing|ive|ively)|rapidly|quickly|more and more|increasing(?:ly)?|every day|' +
  'de repente|de pronto|repentin[oa](?:mente)?|subit[oa](?:mente)?|hoy|anoche|esta manana|desde ayer|empeora|empeoro|empeorado|empeorando|peor|cada (?:vez|dia) mas|rapido|avanzando|aumentando';

const PAIN =
  'pain|pains|painful|hurts?|hurting|ache|aches|aching|sore|killing me|agony|dolor|dolores|duele|duelen|doliendo|adolorid[oa]|molestia';
const FEVER =
  'fever|fevers|feverish|running a temp(?:erature)?|high temp(?:erature)?|temp(?:erature)? (?:is |of |at |was )*(?:over |above )?(?:10[0-6]|3[89]|40)|(?:10[1-6]|39|40) (?:degrees?|fever)|fiebre|calentura|febril|temperatura (?:alta|de)|chills|shivers|shivering|shaking chills|rigors|escalofrios?|night sweats|sudores nocturnos';

const HURT_MYSELF =
  'kill(?:ing)? myself|(?:took|taken|swallowed) (?:(?:way )?too many|(?:a|an|the) (?:whole|entire|full) bottle of|a bunch of) (?:\\S+ )?(?:pills?|tablets?|meds|medicines?|medications?)|end(?:ing)? (?:my|this) (?:own )?life|end it all|ending it all|tak(?:e|ing) my (?:own )?life|commit(?:ting)? suicide|hang(?:ing)? myself|shoot(?:ing)? myself|cut(?:ting)? (?:myself on purpose|my wrists?)|slit(?:ting)? my wrists?|overdos(?:e|ed|ing)|tak(?:e|en|ing) (?:all|the whole bottle of) (?:of )?(?:my |the )?(?:pills|meds|medication)|jump(?:ing)? off (?:a|the) (?:bridge|building|roof)|goodbye (?:note|letter)|suicide (?:note|plan)|' +
  'matarme|suicidarme|me (?:quiero|voy a|pienso) (?:matar|suicidar)|quitarme la vida|(?:acabar|terminar) con (?:mi vida|todo)|cortarme las venas|tomarme todas las pastillas|(?:me )?tome (?:demasiadas|muchas|un monton de) (?:pastillas|pildoras|tabletas|medicinas)|ahorcarme|colgarme';

/** The rules. Order does not matter: every rule is asked, the most urgent disposition wins. */
export const RED_FLAG_RULES: readonly RedFlagRule[] = [
  // Cauda equina: any one, new or worsening, is an emergency and cannot be cleared by video.
  row('cauda-equina', 'EMERGENCY', 'saddle or genital numbness', near(NUMB, SADDLE, 6)),
  row(
    'cauda-equina',
    'EMERGENCY',
    'cannot pass or feel urine or stool',
    [
      then(DIFFICULTY, TOILET_EN, 4),
      `(?:bladder|bowels?|peeing|urination|pooping) (?:is |are |isnt |arent |wont |has |have |just |still |been )*(?:numb|not working|wont work|work|working|empty|emptying|stopped|stopped working|retention|problems?|trouble|issues?|shut down|wont empty|not emptying|dead|hard|difficult)`,
      `(?:havent|have not|hasnt|didnt|not) (?:been able to |really |even |gone |had a |to ){0,3}(?:${URINE_EN}|peed|urinated|pissed|pooped|voided|gone to the bathroom)`,
      'cant tell (?:when|if|that) (?:\\S+ ){0,4}(?:pee|peeing|urinate|go|going|full|bathroom|poop|wet)|lost the ability to (?:pee|urinate|feel|control|poop|go)|(?:no longer|dont|cant|stopped|not) (?:feel|feeling|sense|notice|know)(?:ing)? (?:when|if|the need|the urge|that|like|it when)(?: \\S+){0,5} (?:pee|peeing|urinate|bladder|poop|pooping|going|wipe|bathroom|full|go)|no urge to (?:go|pee|urinate|poop)|(?:lost|no) (?:the )?urge|urinary retention|urine retention|bladder (?:retention|is full)|pee wont come(?: out)?|nothing comes out when i (?:pee|try)',
      then('nopuedo', TOILET_ES, 3),
      `(?:dificultad|problemas?|me cuesta|batallo|trabajo) (?:para |al |con |de |mucho |la |el )*(?:${TOILET_ES}|vejiga|esfinteres|intestinos?)`,
      `retencion (?:de orina|urinaria)|(?:no|sin) (?:tengo |siento |sentir )?ganas de (?:orinar|ir al bano|hacer pipi)|no (?:orino|he orinado|hago pipi|he hecho pipi)|nosiento (?:\\S+ ){0,3}(?:orino|orinar|orina|evacuo|limpio)`,
    ].join('|'),
  ),
  row(
    'cauda-equina',
    'EMERGENCY',
    'lost control of bladder or bowel',
    [
      'incontinen(?:t|ce|cia|te)|incontinece|incontinance|incontinencia',
      `(?:lost|losing|lose|loss of|no|without|less|cant|dont have|have no) (?:all |any |my |the |of |some |over |keep |full )*(?:bladder|bowels?|bladder and bowel|bowel and bladder|bladder or bowel|bowel or bladder|urine|stool|poop|pee) (?:or bowel |or bladder |and bowel |and bladder )?(?:control|function)`,
      `(?:lost|losing|lose|loss of|no|cant|without|dont have|have no) (?:all |any |my |the |of |some )*control(?: \\S+){0,4} (?:bladder|bowels?|urine|pee|poop|peeing|pooping|stool|bathroom)`,
      `cant (?:hold|control|stop) (?:\\S+ ){0,2}(?:${URINE_EN}|${BOWEL_EN}|bladder|it in|it anymore)|cant hold it`,
      '(?:wet|wetting|peed|peeing|pissed|pissing|soiled|soiling|pooped|pooping|shit|crapped|messed|urinated|urinating) (?:on |all over |in )?(?:myself|my ?self|my (?:pants|bed|underwear|clothes)|the bed|in bed)',
      '(?:leaking|leak|leaked|dribbling|dripping|leaks) (?:\\S+ ){0,2}(?:urine|pee|stool|poop|bladder)|(?:urine|pee|bladder|stool|poop) (?:is |keeps |just )?(?:leaking|leaks|leaked|dribbling|comes out|coming out)',
      '(?:bathroom|toilet|bladder|bowel|potty|pee|poop) accidents?|accidents? (?:in|on|with) (?:my|the) (?:pants|bed|bladder|bowels?|underwear|bathroom)|didnt (?:make it|get) to the (?:bathroom|toilet)|without (?:knowing|realizing|feeling) (?:it|i (?:pee|peed))',
      `(?:nopuedo) ${HOLD_ES}|no ${HOLD_ES}|(?:perdi|pierdo|perdido|perdiendo|perdida de|sin|no tengo) (?:el |la |de |mi )*control(?: \\S+){0,4} (?:vejiga|esfinter|esfinteres|intestinos?|orina|heces|evacuacion)`,
      'me (?:orine|orino|hice|hago|he hecho|meo|mee|cague|cago|ensucie|zurre) (?:\\S+ )?(?:encima|en la cama|pipi|popo|caca|pis|chis|en la ropa|sin (?:querer|darme cuenta))|me orino|me orine|se me (?:sale|salio|salen|escapa|escapo|escapan) (?:\\S+ ){0,2}(?:orina|pipi|pis|popo|caca|heces|chis)|relaje esfinteres',
    ].join('|'),
  ),
  row(
    'cauda-equina',
    'EMERGENCY',
    'lost sexual sensation or function',
    `(?:cant|couldnt|unable to|trouble) (?:get|getting|keep|keeping|have|having|maintain) (?:it up|hard|an? erections?|erections?|an orgasm)|erectile|(?:${NUMB}) (?:\\S+ ){0,3}(?:sex|intercourse|erection)|(?:lost|no) (?:sexual|all sexual) (?:feeling|sensation|function)|(?:no|sin|nopuedo|perdi) (?:\\S+ ){0,3}ereccion(?:es)?|nosiento (?:\\S+ ){0,4}(?:sexo|relaciones)`,
  ),
  row(
    'cauda-equina',
    'EMERGENCY',
    'both legs weak or numb',
    [
      near(`${FAILING}`, BOTH_LEGS, 4),
      near(
        'numb|numbness|no feeling|lost feeling|cant feel|tingling|pins and needles|dead|se me (?:duermen|durmieron|adormecen|entumecen)|adormecid[oa]s|dormid[oa]s|entumecid[oa]s|nosiento|hormigueo|sin sensibilidad',
        `both (?:of )?(?:my |the )?(?:legs|feet|thighs|sides)|my legs|my feet|(?:las )?dos (?:piernas|pies)|amb[ao]s (?:piernas|pies)|las piernas|mis piernas|los pies|mis pies`,
        4,
      ),
      near(
        'shooting|pain|sciatica|hurts?|electric|burning|dolor|duelen',
        `both (?:of )?(?:my |the )?(?:legs|thighs)|down both (?:${LEGS})|(?:las )?dos piernas|ambas piernas`,
        4,
      ),
      'cant (?:move|feel|lift|use|control) (?:\\S+ )?(?:legs|feet|anything below (?:my |the )?waist)|paraly[sz]ed|paralysis|paralizad[oa]|paralisis|(?:numb|nothing|no feeling) from the waist down|nopuedo (?:mover|sentir|levantar|usar) (?:\\S+ )?(?:piernas|pies)|nosiento (?:\\S+ )?(?:piernas|pies)',
    ].join('|'),
  ),
  // Progressive neurological deficit: hours to days is an emergency, stable weakness is the same day.
  row(
    'neurological-deficit',
    'EMERGENCY',
    'cannot walk or stand',
    'cant (?:even |really |hardly |barely )?(?:walk(?! (?:the|my|her|him|over|there|in|to (?:the|your)))|stand up(?! for)|stand on|get up(?! (?:that|so|this|early|at|in time|for))|bear weight|put (?:any )?weight)|lost the ability to (?:walk|stand|move)|cant (?:walk|stand)(?: \\||$)|unable to walk|legs? (?:collapsed|went out)|nopuedo (?:ni )?(?:caminar|andar|pararme|levantarme|ponerme de pie|sostenerme)',
  ),
  row(
    'neurological-deficit',
    'EMERGENCY',
    'weakness or numbness getting worse',
    [
      near(
        `weakness|weak|weaker|numb|numbness|foot drop|drop foot|clumsy|adormecid[oa]s?|adormecimiento|entumecid[oa]s?|debil|debilidad|sin fuerza`,
        FAST,
        5,
      ),
      'getting (?:weaker|number|clumsier)|becoming (?:weak|weaker|numb)|went (?:weak|numb|limp|dead)|goes (?:limp|dead)',
    ].join('|'),
  ),
  row(
    'neurological-deficit',
    'SAME_DAY',
    'weakness or numbness of a limb',
    [
      near(NUMB, 'waist down|cintura (?:para|hacia|pa) abajo', 4),
      near(`${FAILING}|wont (?:lift|move|bend|work|go up|come up)`, LIMB, 4),
      'numb|numbness|foot ?drop|drop ?foot|dropped foot|dropping foot|pie caido|pie colgante|arrastr(?:o|ando) (?:el|la|los|mi) (?:pie|pierna|pies)',
      `(?:foot|feet|leg|toes?) (?:is |are |keeps |keep |just )*(?:drag|drags|dragging|dropping|drops|slap|slaps|slapping|flopp(?:y|ing)|catching)|(?:drag|dragging|dragged) (?:\\S+ )?(?:foot|feet|leg|toes?)|slapping foot`,
      `cant (?:\\S+ )?(?:lift|raise|move|feel|bend|flex|wiggle|grip|hold|push|control|use|point) (?:\\S+ ){0,2}(?:${LIMB}|things|anything|a cup)`,
      `(?:no|lost|losing|loss of|lose|less) (?:\\S+ ){0,2}(?:strength|grip|feeling|sensation|control|power)|(?:loss|lack) of (?:balance|coordination)|lost (?:my )?(?:balance|coordination)|off balance|unsteady|keep (?:falling|tripping|stumbling|dropping)|dropping things|clumsy hands?|hands? (?:are |is )?(?:so |very |really )?clumsy|stumbling`,
      `nopuedo (?:\\S+ )?(?:levantar|mover|doblar|sentir|cerrar|agarrar|controlar) (?:\\S+ ){0,2}(?:${LIMB})|nosiento (?:\\S+ ){0,3}(?:${LIMB})|adormecid[oa]s?|adormecimiento|entumecid[oa]s?|entumecimiento|entumid[oa]s?|perdi(?:do|endo)? (?:\\S+ ){0,2}(?:fuerza|sensibilidad|equilibrio)|perdida de (?:fuerza|sensibilidad|equilibrio)|debilidad|se me (?:caen|cae) (?:las cosas|el pie)|pierdo (?:el )?equilibrio|me tropiezo`,
    ].join('|'),
  ),
  row(
    'neurological-deficit',
    'EMERGENCY',
    'electric shock or band of numbness',
    near('electric (?:shocks?|zaps?)|band of numbness|tight band|lhermitte', 'spine|neck|arms|legs|chest|body', 6),
  ),
  // Fracture
  row(
    'fracture',
    'EMERGENCY',
    'major trauma',
    [
      '(?:car|auto|truck|motorcycle|bike|bicycle|motor vehicle|traffic|vehicle|atv|skiing|horse|riding|work|serious|bad) (?:accident|crash|wreck|collision)(?! (?:on|at|blocking|ahead|near|backed|so|traffic))|(?:had|in|been in|was in|got in|got into|after|since|had a|from) (?:an|my|the|that|this) accident(?! (?:on|at) (?:the )?(?:\\S+ )?(?:highway|freeway|road|interstate|i))|rear ?ended|t ?boned|(?:got|was|been) hit by|(?:hit|struck|ran over|run over) by|whiplash|rolled (?:my|the) (?:car|truck|atv)|totaled my|crashed (?:my|the|into)|wrecked my|thrown (?:off|from)',
      'fell (?:\\S+ ){0,3}(?:off|from|down|out of) (?:\\S+ ){0,3}(?:ladder|roof|stairs|steps|staircase|horse|bike|scaffold\\S*|tree|deck|balcony|truck|attic|window)|(?:fell|tumbled) (?:\\S+ ){0,2}(?:down|downstairs)|(?:fell|fall) (?:\\S+ ){0,2}(?:feet|foot|stories|story|meters)',
      '(?:tuve|sufri|en|por|despues de|desde) (?:un|el|mi|ese|este) (?:accidente|choque)|accidente de (?:carro|coche|auto|moto|trafico|transito)|me (?:atropello|atropellaron|chocaron|pegaron|golpeo un)|choque (?:de|con|en) (?:carro|coche|el carro|mi carro|auto)|me cai (?:\\S+ ){0,3}(?:escaleras?|techo|caballo|moto|bicicleta|arbol|andamio)',
    ].join('|'),
  ),
  row(
    'fracture',
    'SAME_DAY',
    'fall or sudden injury',
    [
      '(?:i|ive|and|just|also|then|i also|really|already) (?:just |also |had |have |badly |almost |took |had )*(?:fell|fallen|slipped|tripped|a fall|a bad fall|a hard fall|a tumble)(?! (?:asleep|behind|through|in love|apart|out of touch|off (?:the|my) (?:schedule|list|wagon)))|(?:had|took|after|since) (?:a|my|the) (?:\\S+ )?(?:fall|tumble)|(?<=^|\\| )(?:fell|slipped|tripped)(?! (?:asleep|behind|through|in love|apart))|fell (?:on|onto|hard|over|again|last night|yesterday|today|this morning|at home|in the (?:shower|bathroom|kitchen|tub))',
      near('heard|felt|hear|feel|there was', 'a (?:loud )?(?:pop|crack|snap|crunch)', 3),
      '(?:broke|broken|fractured?|cracked) (?:\\S+ ){0,2}(?:back|spine|neck|vertebrae?|rib|ribs|hip|pelvis|bone|tailbone)|compression fracture|new fracture',
      'me cai|me he caido|me tropece|me resbale|tuve una caida|una caida|sufri una caida|me golpee|me fracture|fractura|se me quebro|hueso roto',
    ].join('|'),
  ),
  // Malignancy: history of cancer and new spine pain; unexplained loss of weight.
  row(
    'malignancy',
    'SAME_DAY',
    'cancer and pain',
    '(?<!(?:mom|mother|dad|father|wife|husband|son|daughter|sister|brother|friend|aunt|uncle|grandma|grandpa|mama|papa|madre|padre|esposa|esposo|hermana|hermano|has|had to|to|her|his|their|zodiac|a) )(?:cancer|cancerous|canser|cancr|metasta\\S*|lymphoma|leukemia|melanoma|myeloma|sarcoma|tumors?|tumour|malignan\\S*|chemo|chemotherapy|quimioterapia|quimio|tumores|metastasis|leucemia|linfoma|cancer de \\S+)(?! (?:my |the |mi |la |this |tomorrows |todays )?(?:appointment|appt|apt|visit|appointments|cita|session|reservation|monday|tuesday|wednesday|thursday|friday|tomorrow|today|please|pls))',
  ),
  row(
    'malignancy',
    'SAME_DAY',
    'history of cancer with pain, anyone named',
    near('cancer|tumou?r', `${PAIN}|my (?:back|neck|spine)|mi (?:espalda|cuello)`, 10),
  ),
  row(
    'malignancy',
    'SAME_DAY',
    'unexplained loss of weight',
    '(?:losing|lost|lose|loosing|dropping|dropped) (?:\\S+ ){0,4}(?:weight|pounds|lbs|kilos) (?:\\S+ ){0,3}(?:without|no reason|not trying|and i dont know|unexplained|for no|fast)|unexplained weight loss|weight loss (?:\\S+ ){0,3}(?:without|unexplained|no reason)|perdida de peso|(?:perdi|perdiendo|he perdido|bajando|bajado|baje) (?:\\S+ ){0,2}(?:peso|kilos|libras)(?: \\S+){0,3} (?:sin|razon)',
  ),
  // Infection
  row(
    'infection',
    'SAME_DAY',
    'fever',
    `(?<!(?:son|daughter|kid|kids|child|children|baby|toddler|wife|husband|mom|dad|hay|cabin|yellow|spring|dog|hijo|hija|nino|nina|bebe|esposo|esposa) (?:has |have |had |is |got |running |ran |tiene |tienen |con |a |an |high |spiked |mucha |una |alta |now )*)(?:${FEVER})(?! (?:blister|reducer|dream))`,
  ),
  row(
    'infection',
    'EMERGENCY',
    'fever and unwell, or with neurological signs',
    near(
      FEVER,
      'confus(?:ed|ion)|stiff neck|rigid neck|weak|weakness|numb|numbness|vomiting|throwing up|shaking|faint|delirious|cant (?:pee|urinate|walk|move|think)|confundid[oa]|cuello rigido|debil|debilidad|vomit(?:o|ando|os)|entumecid[oa]s?',
      12,
    ),
  ),
  row(
    'infection',
    'SAME_DAY',
    'wound or injection site looks infected',
    `${near('incision|wound|stitches|scar|surgical site|injection site|surgery site|herida|incision|cicatriz|puntos', 'pus|oozing|draining|drainage|leaking|infected|infection|red|redness|hot|swollen|smells?|opened|open|bleeding|supura|supurando|infectad[oa]|roj[oa]|hinchad[oa]|caliente|sangra(?:ndo)?|abierta', 5)}|(?:spine|spinal|back|disc|blood|bone) infection|sepsis|septic|infeccion (?:en|de) (?:la |mi )?(?:espalda|columna|sangre|herida)|discitis|osteomyelitis|abscess|absceso`,
  ),
  // Vascular
  row(
    'vascular',
    'EMERGENCY',
    'sudden severe back or abdominal pain',
    [
      near(
        'sudden|suddenly|all of a sudden|de repente|repentin[oa]|subit[oa]',
        `(?:severe|intense|terrible|horrible|excruciating|worst|unbearable|extreme|sharp|awful|ripping|tearing|insoportable|intens[oa]|fuerte|terrible) (?:\\S+ ){0,3}(?:${PAIN})|(?:${PAIN}) (?:\\S+ ){0,3}(?:severe|intense|terrible|horrible|excruciating|unbearable|extreme|insoportable|intenso|fuerte|terrible)`,
        6,
      ),
      '(?:tearing|ripping) (?:\\S+ ){0,2}(?:pain|sensation|feeling)|(?:pulsing|pulsating|pulsatile|throbbing|beating) (?:\\S+ ){0,4}(?:belly|stomach|abdomen|mass|lump)|(?:belly|stomach|abdomen) (?:is |keeps )?(?:pulsing|pulsating|throbbing)|aneurysm|aneurisma',
    ].join('|'),
  ),
  // Neck-specific and stroke-like
  row(
    'neck',
    'EMERGENCY',
    'thunderclap or new severe headache',
    [
      'thunder ?clap',
      near(
        'worst|sudden|suddenly|severe|explosive|exploding|excruciating|blinding|out of nowhere|splitting|never had|unbearable|awful|horrible|insane|intense|massive',
        'headaches?|head pain|head ache|migraine|head hurts|pain in my head',
        6,
      ),
      'head (?:feels like (?:it |its )?|is (?:going to )?|might )explod\\w+',
      near(
        'peor|repentin[oa]|subit[oa]|de repente|insoportable|explosivo|terrible|muy fuerte|intens[oa]|horrible|fortisimo',
        'dolor de cabeza|me duele la cabeza|la cabeza|cefalea|jaqueca',
        6,
      ),
    ].join('|'),
  ),
  row(
    'neck',
    'EMERGENCY',
    'signs of a stroke or of the arteries of the neck',
    'double vision|(?:vision|eyesight) (?:is |got |has gotten |went )?(?:double|blurry|blurred|gone)|seeing double|slurr(?:ed|ing)(?: \\S+)? ?(?:speech|words)?|cant (?:speak|talk|swallow|see)(?= (?:\\||clearly|well|straight|right(?! now)|properly|normal|normally|out of|anything|words?|and|or|my|since)|$)|trouble (?:speaking|talking|swallowing|seeing)|(?:face|mouth) (?:is |has |looks )?(?:droop(?:ing|s|ed|y)?|numb)|droopy face|drop attacks?|having a stroke|think its a stroke|had a stroke|stroke symptoms|mini stroke|lost (?:my )?vision|vision (?:loss|went)|sudden(?:ly)? (?:dizzy|blind|confused)|vision doble|veo doble|cara (?:caida|torcida|dormida|paralizada)|nopuedo (?:hablar|tragar|ver)|derrame cerebral|embolia|dificultad para (?:hablar|tragar)|dizz(?:y|iness) (?:\\S+ ){0,4}(?:neck|headache)|(?:neck|headache) (?:\\S+ ){0,5}dizz(?:y|iness)',
  ),
  // Cardiopulmonary mimics
  row(
    'cardiopulmonary',
    'EMERGENCY',
    'chest pain',
    `${near('chest', `${PAIN}|pressure|tight|tightness|tightening|heavy|heaviness|squeezing|discomfort|crushing|burning|stabbing`, 4)}|heart attack|heart (?:is )?(?:racing|pounding)|cardiac arrest|${near('pecho', `${PAIN}|opresion|presion|apretad[oa]|punzadas?|ardor|aprieta`, 4)}|ataque (?:al|de|cardiaco|al corazon)|infarto`,
  ),
  row(
    'cardiopulmonary',
    'EMERGENCY',
    'breathlessness',
    'cant (?:\\S+ )?(?:breathe|breath|catch my breath|get (?:my |any |enough )?(?:air|breath))|short(?:ness)? of breath|shortness breath|breathless(?:ness)?|(?:trouble|difficulty|hard|hard time|struggling|problems?|labored|difficult|hurts|painful|issues?) (?:to |with |when i |my |in )*(?:breathing|breathe|breath)|out of breath|gasping|breathing (?:is )?(?:hard|difficult|trouble|fast|heavy|heavily|problems?)|winded|cough(?:ing|ed)? (?:up )?blood|nopuedo (?:\\S+ )?(?:respirar|tomar aire)|falta (?:de |el |mucho el )?aire|me falta (?:el |mucho el )?(?:aire|respiracion|aliento)|sin aliento|dificultad (?:para|al) respirar|cuesta (?:mucho )?respirar|me ahogo|ahogando|respiro mal|tos(?:o|iendo) (?:con )?sangre',
  ),
  row(
    'cardiopulmonary',
    'EMERGENCY',
    'collapse',
    '(?:passed|passing|blacked|blacking) out|faint(?:ed|ing)|lost consciousness|collapsed|unconscious|seizures?|convulsion(?:es)?|me desmaye|desmayo|desmayando|perdi el conocimiento|inconsciente',
  ),
  row(
    'cardiopulmonary',
    'SAME_DAY',
    'calf or leg swelling',
    `${near('calf|calves|calfs|pantorrillas?|chamorro', `swollen|swelling|swelled|swole|swells?|red|redness|hot|warm|tender|${PAIN}|hinchad[oa]s?|hinchazon|inflamad[oa]s?|roj[oa]s?|caliente|hinchan?|hincho|dura`, 5)}|${near('(?:one |my |left |right )?(?:leg|ankle|pierna)', 'swollen|swelling|swelled up|swole|hinchad[oa]|hinchazon|se (?:me )?hincho', 4)}|blood clots?|dvt|coagulos?|trombosis|embolism|pulmonary`,
  ),
  // Self-harm: a human reads it today, plan or intent at once. Never cleared by a negation.
  row('self-harm', 'EMERGENCY', 'intent or means of self-harm', HURT_MYSELF, { neverCleared: true }),
  row(
    'self-harm',
    'SAME_DAY',
    'thoughts of death or self-harm',
    [
      'suicid\\w*|sucid\\w*|suiside\\w*|suicde|sucide|kms|unalive\\w*|(?:want|wanna|wish|ready|rather|going|like|hope|id rather|feel like) (?:to |i was |i were |i could |be |just |i would |i )*(?:die|dead|dying|disappear forever|not wake up|never wake up|not be (?:here|alive))|wish i (?:was|were) (?:dead|never born|not here|not alive)|(?:better off|rather be) dead|(?:dont|do not|no longer|not) (?:want|wanna|wish) (?:to )?(?:live|be alive|be here|exist|wake up|go on)(?! (?:at|for|on|in|until|before|too|so|early))|no (?:reason|point|will) (?:to|in) (?:live|living|go on|going on)|nothing (?:left )?to live for|not worth (?:living|it anymore)|tired of (?:living|being alive|life)|dont feel safe (?:with|around) myself|cant keep myself safe|(?:dont|cant) see (?:a |any |the |much )*(?:reason|point) (?:to|in|of) (?:live|living|go on|going on|life)|cant (?:go on|live like this|do this anymore(?= \\||$)|take (?:it|this) anymore|live with this)|self ?harm\\w*|hurt(?:ing)? myself(?! (?:at|lifting|doing|playing|working|while|when|in|on|yesterday|again|today|running|moving|bending|last|this|during|by|trying))|harm(?:ing)? myself|everyone (?:would be|is) better off without me|cutting myself',
      'quiero morir(?:me)?|me quiero morir|querer morir|quisiera morir(?:me)?|deseo morir|preferiria (?:morir|estar muert[oa])|mejor muert[oa]|estar muert[oa]|ganas de (?:morir|vivir)|no quiero (?:seguir )?(?:vivir|viviendo|despertar)|ya no quiero (?:vivir|seguir|estar aqui)|no (?:vale|tiene) (?:\\S+ ){0,2}(?:vivir|la vida)|no (?:tengo|veo) (?:\\S+ )?(?:razon|motivo)s? para vivir|hacerme (?:dano|algo)|lastimarme|suicid[ai]\\w*|cansad[oa] de vivir|no aguanto (?:mas )?(?:esta vida|la vida|vivir)',
    ].join('|'),
    { neverCleared: true },
  ),
  // What a person in danger writes, whatever the cause.
  row(
    'emergency',
    'EMERGENCY',
    'asks for emergency help',
    '(?:call|called|calling|need|dial|send|get)(?: \\S+){0,2} (?:911|an? ambulance|ambulance|paramedics)|(?<=^|\\| )911(?= \\||$)|medical emergency|this is an emergency|its an emergency|emergency help|life threatening|(?:im|i am|i think im|feel like im) dying(?! to)|help (?:me )?(?:\\| )?(?:im |i am )?dying|(?:llamen?|llame|llamar|manden|necesito|envien) (?:\\S+ ){0,2}(?:911|ambulancia)|es una emergencia|emergencia medica|me (?:estoy )?muriendo|me estoy muriendo',
  ),
  row(
    'emergency',
    'SAME_DAY',
    'is at or on the way to an emergency department',
    '(?:(?:im|i am|am|going|go|went|in|at|headed|heading|driving|way|admitted|taken|rushed|be|should i go)(?: \\S+){0,3} (?:er|emergency room|ed|urgent care|emergency department|the hospital)|(?:hospitalized|in hospital))|(?:voy|estoy|fui|ingresad[oa]|llevaron|ir)(?: \\S+){0,3} (?:urgencias|emergencias?|hospital|sala de emergencias?)|hospitalizad[oa]',
  ),
];
