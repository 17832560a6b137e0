/**
 * The table of red flags in a patient's own words, English and Spanish.
 *
 * What is screened for: cauda equina syndrome, fracture, malignancy and infection after the IFOMPT framework for serious spinal
 * pathology (Finucane et al., JOSPT 2020;50:350-372); progressive neurological deficit, vascular, neck-specific,
 * cardiopulmonary and self-harm rows after general emergency guidance. The dispositions are the clinic's: **a US-licensed
 * clinician signs off this table before it is used for care, and again whenever {@link RED_FLAG_RULE_SET} rises.** It supports
 * a clinician's review and never replaces it; it diagnoses nothing.
 *
 * A rule holds where two concepts of red-flag-concepts.ts are said near each other, in either order (`combines`: what is lost and
 * where, however it is put), or where the text says one of its phrases (`says`: idioms, which do not combine).
 * Both read canonical text (red-flag-words.ts): lower case, no accents, no apostrophes, common misspellings repaired, `|` for a
 * pause, and every "can not / unable to / no puedo" written `cant` or `nopuedo`.
 */
import type { Concept, Deficit } from './red-flag-concepts.ts';

/** Version of table and matching together; stored with every screening. Rises with every change of either. */
export const RED_FLAG_RULE_SET = '2026-11-22.5';

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

/** One concept of the first list and one of the second, at most `within` words or pauses between; the first alone without a second. */
interface Combination {
  readonly one: ReadonlyArray<Concept | Deficit>;
  readonly other: ReadonlyArray<Concept | Deficit>;
  readonly within: number;
}

export interface RedFlagRule {
  /** Stable name of the rule: what is shown to staff and logged, never the patient's words. */
  readonly rule: string;
  readonly group: RedFlagGroup;
  readonly disposition: RedFlagDisposition;
  readonly combines: readonly Combination[];
  readonly says: RegExp | null;
  /** True where "no ..." right before it can clear it. Self-harm never clears: a human reads it. */
  readonly canBeNegated: boolean;
}

interface Holds {
  readonly combines?: readonly Combination[];
  readonly says?: string | readonly string[];
  readonly neverCleared?: true;
}

const row = (
  group: RedFlagGroup,
  disposition: RedFlagDisposition,
  rule: string,
  { combines = [], says = [], neverCleared }: Holds,
): RedFlagRule => {
  const source = [says].flat().join('|');
  return {
    rule,
    group,
    disposition,
    combines,
    says: source === '' ? null : new RegExp(`(?<![^ ])(?:${source})(?![^ ])`, 'y'),
    canBeNegated: neverCleared !== true,
  };
};

const near = (one: Combination['one'], other: Combination['other'], within = 5): Combination => ({
  one,
  other,
  within,
});
const NUMB = ['numb', 'numbness', 'unfelt', 'nothingFelt'] as const;
const WEAK = ['weak', 'weakness', 'failing', 'strengthless', 'unmoved'] as const;
const ORGANS = ['bladder', 'bowel'] as const;

const URINE = 'pee|peeing|urinate|urinating|wee|piss|urine|my water';
const EXCRETA = 'number (?:1|2|one|two)|pee|urine|piss|wee|poop|poo|shit|stool|stools|feces|bladder|bowels?';
const TOILET_ES =
  'hacer (?:del )?(?:uno|dos|1|2)|orinar|orino|orina|hacer (?:pis|pipi|chis|popo|caca|del (?:bano|cuerpo))|ir al bano|mear|miccionar|vaciar la vejiga|defecar|evacuar|obrar';
const HOLD_ES =
  '(?:aguantar(?:me)?|aguanto|contener(?:me)?|contengo|controlar|controlo|retener|retengo|sentir|siento|detener)(?: (?:la|el|las|los|mi|mis|ganas de))* (?:orina|orinar|pis|pipi|chis|vejiga|heces|popo|caca|esfinter|esfinteres|intestinos?|evacuacion(?:es)?|evacuar)';
const SUDDEN = '(?:out of nowhere|out of the blue|sudden|suddenly|all of a sudden|de repente|repentin[oa]|subit[oa])';
const SEVERE =
  '(?:severe|intense|terrible|horrible|excruciating|worst|unbearable|extreme|sharp|awful|ripping|tearing|insoportable|intens[oa]|fuerte)';
const VEHICLE = 'car|auto|truck|motorcycle|bike|bicycle|motor vehicle|traffic|vehicle|atv|scooter|bus|van|suv';

/** The rules. Order does not matter: every rule is asked, the most urgent disposition wins. */
export const RED_FLAG_RULES: readonly RedFlagRule[] = [
  // Cauda equina: any one, new or worsening, is an emergency and cannot be cleared by video.
  row('cauda-equina', 'EMERGENCY', 'saddle or genital numbness', {
    combines: [near([...NUMB, 'odd', 'burning'], ['saddle'], 6), near(['unfelt', 'numb'], ['seat'], 4)],
  }),
  row('cauda-equina', 'EMERGENCY', 'cannot pass or feel urine or stool', {
    combines: [
      near(['retained'], [], 0),
      near(['trouble', 'hard', 'numb', 'odd', 'failing', 'weak'], ORGANS, 4),
      near(['unfelt'], [...ORGANS, 'waste', 'passing'], 4),
      near(['trouble', 'hard'], ['passing'], 2),
      near(['drops'], ['passing'], 7),
      near(['nothingFelt'], ['passing'], 12),
    ],
    says: [
      `(?:bladder|bowels?|peeing|urination|pooping) (?:is |are |isnt |arent |wont |cant |has |have |just |still |been |not ){0,5}(?:work|working|empty|emptying|stopped|retention|shut down|full)`,
      `(?:havent|hasnt|hadnt|not|didnt|cant) (?:been able to |really |even |gone |go |went |had a |to |taken a |had ){0,4}(?:${URINE}|peed|urinated|pissed|pooped|poop|voided|gone to the bathroom|a pee|bm|bowel movements?)`,
      '(?:sat|sit|sitting|been|stood|was) (?:on|at) the (?:toilet|john|pot|commode|throne|can) (?:\\S+ ){0,7}(?:nothing|cant|no luck)|try(?:ing|ied)? to (?:pee|urinate|poop|make water|pass water|go number (?:1|2|one|two)) (?:\\S+ ){0,5}(?:cant|nothing|no luck)|(?:dont|doesnt|hasnt|havent|not|never|didnt)(?: \\S+){0,5} (?:peed|pooped|urinated|gone to the bathroom) (?:at all|since|in|for|today|all day|yet)|cant tell (?:when|if|that|whether) (?:\\S+ ){0,4}(?:gas|stool|pee|peeing|peed|urinate|go|going|full|bathroom|poop|pooped|wet|empty|emptied|wiped)|(?:bathroom|toilet|restroom|pee|peeing|urinate|poop|wipe|bladder)(?: \\S+){0,6} cant (?:tell|know)|lost the ability to (?:pee|urinate|feel|control|poop|go)|(?:no longer|dont|doesnt|cant|stopped|not|never) (?:feel|feels|feeling|sense|senses|notice|notices|know|knows)(?:ing)? (?:when|if|the need|the urge|that|like|it when|its|it is)(?: \\S+){0,5} (?:bowel movements?|bm|happening|pee|peeing|urinate|bladder|poop|pooping|going|wipe|bathroom|full|go)|(?:lost|no|any|without|dont have|never get) (?:the |an |any ){0,5}urge|urinary retention|urine retention|bladder retention',
      '(?:nothing|barely anything|hardly anything|not much|only drops|no (?:pee|urine)) (?:\\S+ ){0,2}(?:comes?|coming|came) out|(?:pee|urine|it|poop) (?:wont|doesnt|isnt|will not|not) (?:come|coming|flow|start)\\w*(?: out)?|(?:push|press|strain|squeeze)(?:ing)? (?:\\S+ ){0,4}to (?:pee|urinate|go|empty|(?:get|make) (?:\\S+ ){0,2}(?:pee|urine|it|bladder|anything))|(?:dont|never|doesnt|didnt) (?:get|have) (?:the |that |any )?(?:feeling|urge|sensation|signal|warning)(?: \\S+){0,5} (?:go|pee|poop|full|bathroom)|(?:bladder|pee|piss|urge|full|toilet)(?: \\S+){0,6} cant (?:\\S+ )?go(?! (?:to (?:my|the) (?:appointment|visit|appt|gym|work)))|(?:use|using|need|needed|needing|put in|with|have|got) (?:\\S+ )?catheter|(?:havent|hasnt|not) passed (?:urine|water|stool|gas|anything)|bowels? (?:\\S+ )?(?:not|havent|hasnt|wont|dont) (?:passed|moved|move|open|opened)|(?:only (?:way|know|tell)|can only (?:know|tell)) (?:\\S+ ){0,6}look\\w*|(?:pee|urine|stream) (?:\\S+ ){0,3}(?:trickles?|trickle|weak stream|drips|dribbles?)|weak stream',
      `nopuedo(?: \\S+){0,3} (?:${TOILET_ES})|no (?:me )?(?:sale|salia|salen) (?:\\S+ ){0,2}(?:orina|orinar|pipi|pis|chorro|nada)|(?:orina|pipi) no (?:me )?sale|nada me sale|quiero orinar y no`,
      `retencion (?:de orina|urinaria)|(?:no|sin) (?:tengo |siento |sentir )?(?:ganas|deseos) de (?:orinar|ir al bano|hacer pipi)|no (?:orino|he orinado|hago pipi|he hecho pipi|he podido orinar)|nosiento (?:\\S+ ){0,3}(?:orino|orinar|orina|evacuo|limpio|vejiga|me anda|ganas)|(?:dificultad|problemas?|me cuesta|batallo|trabajo) (?:para |al |con |de |mucho |la |el ){0,5}(?:${TOILET_ES})|me (?:arde|cuesta) orinar`,
    ],
  }),
  row('cauda-equina', 'EMERGENCY', 'lost control of bladder or bowel', {
    combines: [near(['uncontrolled'], [...ORGANS, 'waste', 'passing'], 5)],
    says: [
      'incontinen(?:t|ce|cia|te)|incontinece|incontinance|incontinencia|inconinent|incontinente',
      '(?:lost|losing|lose|loss of|no|without|less|cant|any|zero|poor|full|sin|lack of) (?:all |any |my |the |of |some |over |keep |full ){0,4}(?:bladder|bowels?|bladder and bowel|bowel and bladder|bladder or bowel|bowel or bladder|urine|stool|poop|pee) (?:or bowel |or bladder |and bowel |and bladder )?(?:control|function)',
      'cant (?:hold|stop) (?:it|it in|it anymore|gas)(?= \\||$| (?:no|not|sin|i|im)(?![^ ])| in| anymore| when| until)|toilet paper (?:\\S+ ){0,4}(?:someone|somebody|nothing|different|weird|strange|not there|numb)|(?:it|everything) (?:just |all )?(?:comes|came|coming|runs|ran|leaks|falls|slides|pours) out (?:on its own|by itself|without)|cant stop (?:peeing|pooping|leaking)',
      '(?:wet|wetting|peed|peeing|pissed|pissing|soiled|soiling|pooped|pooping|pood|shit|crapped|crapping|messed|messing|urinated|urinating|shat|sharted) (?:on |all over |in |up )?(?:myself|himself|herself|my ?self|(?:my|his|her) (?:pants|bed|underwear|clothes|pajamas|drawers)|the bed|in bed)',
      `(?:leaking|leak|leaked|dribbling|dripping|leaks|dribble) (?:\\S+ ){0,2}(?:${EXCRETA})|(?:${EXCRETA}) (?:\\S+ ){0,3}(?:leaking|leaks|leaked|leak|dribbling|dribbles?|drips|runs?|ran|running|pours?|pouring|falls?|fell|slips?|slipped|comes|came|coming|lets? go|letting go) ?(?:out|down|go|from|by itself)?`,
      '(?:bathroom|toilet|bladder|bowel|potty|pee|poop) accidents?|(?:having|had|have) accidents|an accident (?:in (?:my|the) (?:bed|pants)|in bed)|accidents? (?:\\S+ ){0,2}number (?:1|2|one|two)|accidents? (?:in|on|with) (?:my|the) (?:pants|bed|bladder|bowels?|underwear|bathroom)|didnt (?:make it|get) to the (?:bathroom|toilet)|without (?:me )?(?:knowing|realizing|feeling|noticing) (?:it|i (?:pee|peed))|(?:pee|poop|urine|it) (?:\\S+ ){0,2}without me (?:knowing|noticing|realizing)|(?:wears?|wearing|need|use|using|in|with) (?:an? |the |my |her )?(?:adult )?(?:diapers?|depends|pull ups)|(?:soaked|soaking|drenched|covered) in (?:my (?:own )?)?(?:pee|piss|urine|poop)|(?:because|cause|now|and|keep) (?:i |he |she )?(?:dribbl|leak)(?:e|es|ing|s)?(?= \\||$)|(?:leak|pee|wet|pee a little) (?:every time|whenever|when) i (?:stand|cough|sneeze|walk|laugh|move|sit)|(?:i|he|she) (?:\\S+ )?leaks?(?= \\||$| and| all| when| a| now| urine| pee)|(?:woke|wake|waking) (?:up )?(?:\\S+ ){0,2}wet (?:bed|sheets|pants|pajamas)|(?:bed|sheets|mattress|pants|underwear) (?:is|are|was|were) (?:all |soaking |soaked )?wet(?! from| with)|leaking (?:\\S+ )?(?:all|down|through|on)|(?:went|gone|going|lost it|pee|poop) in my (?:pants|underwear|bed|sleep)|(?:wears?|wearing) (?:my |her )?pads|pads (?:for|because of) (?:leak\\w*|pee|urine|bladder)|soak(?:ed|ing) (?:my (?:pants|bed|underwear)|the (?:bed|sheets))',
      `nopuedo ${HOLD_ES}|no ${HOLD_ES}|(?:perdi|pierdo|perdido|perdiendo|perdida de|sin|no tengo) (?:el |la |de |mi ){0,5}control(?: \\S+){0,4} (?:vejiga|esfinter|esfinteres|intestinos?|orina|heces|evacuacion)|uso panal(?:es)?|sin aguantar`,
      '(?:me|se) (?:orine|orino|orina|hice|hizo|hago|hace|he hecho|ha hecho|ando haciendo|estoy haciendo|esta haciendo|meo|mee|mea|cague|cago|caga|ensucie|ensucio|zurre|zurro) (?:\\S+ ){0,2}(?:encima|en la cama|pipi|popo|caca|pis|chis|del bano|en la ropa|en los pantalones|sin (?:querer|darme cuenta|sentir))|(?:me|se) (?:orino|orine|orina|cague|zurre)|se (?:me|le) (?:sale|salio|salen|sali|escapa|escapo|escapan) (?:\\S+ ){0,2}(?:orina|pipi|pis|popo|caca|heces|chis|orines)|relaje esfinteres|mojo la cama|moje la cama|mojo? (?:la cama|los pantalones)',
    ],
  }),
  row('cauda-equina', 'EMERGENCY', 'lost sexual sensation or function', {
    combines: [
      near(['unsexed'], [], 0),
      near(['numb', 'numbness', 'unfelt'], ['sex'], 4),
      near(['nothingFelt'], ['sex'], 10),
    ],
    says: '(?:cant|couldnt|unable to|trouble) (?:get|getting|keep|keeping|have|having|maintain) (?:it up|hard|an? erections?|erections?|an orgasm)|erectile|cant (?:even )?tell if (?:\\S+ ){1,3}(?:in|inside) me|impotent|(?:dick|penis|cock|junk|vagina) (?:\\S+ )?(?:dont|doesnt|wont|not|stopped) (?:work|working|respond|get hard|responding)|nosiento (?:\\S+ ){0,4}(?:sexo|relaciones)|(?:no|sin) (?:\\S+ ){0,3}(?:ereccion(?:es)?)|no se me para',
  }),
  row('cauda-equina', 'EMERGENCY', 'both legs weak or numb', {
    combines: [near([...NUMB, ...WEAK, 'heavy', 'unsteady'], ['legs'], 4)],
    says: [
      '(?:one|1|just the|right|left|a) (?:leg|foot|side|thigh|arm|hand) (?:\\S+ ){0,6}now (?:its |it is |its in )?(?:in )?(?:both|the other)|(?:una|1|la) (?:pierna|mano) (?:\\S+ ){0,4}(?:las dos|ambas|la otra tambien)(?! (?:citas|veces))',
      '(?:shooting|pain|pains|sciatica|hurts?|electric|burning|dolor|duelen)(?: \\S+){0,4} (?:both (?:of )?(?:my |the )?(?:legs|thighs)|down both (?:legs|feet|thighs|sides)|dos piernas|ambas piernas)|(?:both (?:of )?(?:my |the )?(?:legs|thighs)|dos piernas|ambas piernas)(?: \\S+){0,4} (?:shooting|pain|hurts?|electric|burning|dolor|duelen)',
      'cant (?:move|feel|lift|use|control) (?:\\S+ ){0,3}(?:below|waist down)|paraly[sz]ed|paralysis|paralizad[oa]|paralisis|nothing (?:from the waist down|below (?:my|the) waist)|(?:dead|limp) from the waist',
    ],
  }),
  // Progressive neurological deficit: hours to days is an emergency, stable weakness is the same day.
  row('neurological-deficit', 'EMERGENCY', 'cannot walk or stand', {
    says: [
      'cant (?:even |really |hardly |barely )?(?:walk(?! (?:the|my|her|him|over|there|in|to (?:the|your)))|stand up(?! for)|stand on|get up(?! (?:that|so|this|early|at|in time|for))|get out of bed(?! (?:early|before|so|that|in time))|bear weight|put (?:any )?weight)|lost the ability to (?:walk|stand|move)|(?:cant|hardly|barely) move(?= \\||$| at all| (?:im|i am) in| without| because| my (?:body|back|neck))|cant (?:walk|stand)(?: \\||$)|cant (?:sit |lay |lie |stand |walk |move |or |even |up |down )+(?:or |nor )(?:walk|stand|sit|lay|lie|move|anything)|cant (?:sit |lay |lie |stand |or |even )+(?:or )?(?:walk|stand)|stagger(?:ing)?|(?:hardly|barely) (?:walk|stand)|(?:hard|trouble|difficulty|difficult) (?:to )?(?:stand(?:ing)?(?! (?:the|this))|walk(?:ing)?(?! (?:the|my|in|over)))|legs? (?:collapsed|went out)',
      'cant get (?:off|up off|up from) (?:of )?(?:the|my) (?:floor|couch|bed|toilet|chair|ground)|walk(?:ing|s)? (?:\\S+ )?(?:like )?(?:\\S+ ){0,2}(?:drunk|drunken)|nopuedo (?:ni |casi |ya ){0,5}(?:caminar|andar|parar(?! (?:de|en|a|por))|pararme|levantarme|ponerme de pie|ponerme en pie|sostenerme|estar (?:de pie|parad[oa]))|apenas (?:puedo )?(?:caminar|camino)',
    ],
  }),
  row('neurological-deficit', 'EMERGENCY', 'weakness or numbness getting worse', {
    combines: [near(['numb', 'numbness', 'weak', 'weakness'], ['fast'], 5)],
    says: 'clumsy(?: \\S+){0,4} (?:worse|today|suddenly)|getting (?:weaker|number|clumsier)|becoming (?:weak|weaker|numb)|went (?:weak|numb|limp|dead)|goes (?:limp|dead)',
  }),
  row('neurological-deficit', 'SAME_DAY', 'weakness or numbness of a limb', {
    combines: [near([...NUMB, ...WEAK], ['limb', 'waist'], 4), near(['clumsy'], [], 0), near(['strengthless'], [], 0)],
    says: [
      'numb|numbness|foot ?drop|drop ?foot|dropped foot|dropping foot|pie caido|pie colgante|arrastr(?:o|a|ando|andome) (?:el|la|las|los|mi|su) (?:pie|pierna|pies|piernas|chancla|zapato)|(?:el|mi|su) pie (?:\\S+ )?se (?:me|le) cae',
      '(?:foot|feet|leg|toes?) (?:is |are |keeps |keep |just |always |has |been |started |starts |starting |kinda ){0,5}(?:drag|drags|dragging|dropping|drops|slap|slaps|slapping|flop|flops|flopp(?:y|ing)|catch|catches|catching)|(?:drag|dragging|dragged|dragg?s) (?:\\S+ )?(?:foot|feet|leg|toes?)|slapping foot',
      '(?:arm|hand|leg|foot) (?:feels?|felt|is so|got|went) (?:\\S+ )?heavy|cant (?:\\S+ )?(?:lift|raise|move|feel|grip|hold|push|use) (?:things|anything|a cup|a pen|a fork)',
      '(?:no|zero|any|lost|losing|loss of|lose|less|lack of|without) (?:\\S+ ){0,2}(?:strength|grip|sensation)|(?:no|zero|lost|losing|loss of|less) (?:\\S+ )?feeling(?! (?:score|better|good|well|great|ok|okay|fine|normal))|(?:loss|lack) of (?:balance|coordination)|(?:lost|lose|loses|losing) (?:my |his |her |the |all )?(?:balance|coordination)|(?:no|bad|poor) balance|balance is (?:\\S+ )?(?:off|bad|gone|terrible)|off balance|unsteady|(?:walk|walking|gait|my steps?) (?:is |are |has been |gets |getting |feels |looks |so |very |like |all ){0,4}(?:off(?= \\||$| im| i | and| since)|weird|funny|strange|wobbly|different|crooked|messed up|uncoordinated|sideways)|walk(?:ing|s)? like (?:a |an |im )\\S+(?! miles)|(?:hold|hang|grab|lean)(?:ing)? (?:on )?(?:to |onto |on )?(?:the )?(?:walls?|furniture|counters?|railings?)|(?:wobbl|sway|veer|bump|lurch|bounc|careen|drift)(?:e|es|ing|ed|y|s)? (?:\\S+ ){0,2}(?:into|side to side|to one side)(?! (?:you|an?|my|her|him) )|(?:wobbly|shaky|unstable) (?:on my feet|when i walk|walking|legs)|keeps? (?:falling(?! (?:asleep|behind))|tripping|stumbling|dropping)|handwriting (?:\\S+ ){0,4}(?:worse|bad|changed|gone|looks|messy|shaky|sloppy|terrible|illegible)|cant (?:get|make) (?:my|his|her) (?:\\S+ ){1,2}(?:move|work|lift|go|respond)|dropping (?:things|everything|stuff)|drop (?:everything|things)|(?:arms?|legs?|hands?|foot|feet|fingers|toes|brazos?|piernas?) (?:is |are |keeps? |feels? |have been |was |were |just ){0,3}(?:buzzing|buzzy|zinging|vibrating)|clumsy hands?|hands? (?:are |is |getting |gotten |feels? ){0,5}(?:so |very |really )?clumsy|stumbling|(?:get|need|want|getting) (?:the |my |some )?feeling back',
      'perdi(?:do|endo)? (?:\\S+ ){0,2}(?:fuerza|sensibilidad|equilibrio)|perdida de (?:fuerza|sensibilidad|equilibrio)|adormecid[oa]s?|adormecimiento|entumecid[oa]s?|entumecimiento|entumid[oa]s?|debilidad|se (?:me|le|les) (?:caen|cae) (?:las cosas|el pie|todo)|(?:camino|ando|camina|anda|caminar|caminando) (?:\\S+ )?(?:borrach[oa]|de lado)|me voy de lado|tambale(?:o|a|ando|andome)|pierdo (?:el )?equilibrio|sin equilibrio|tropiezo',
    ],
  }),
  row('neurological-deficit', 'EMERGENCY', 'electric shock or band of numbness', {
    combines: [near(['electric'], ['spine'], 6)],
  }),
  // Fracture
  row('fracture', 'EMERGENCY', 'major trauma', {
    combines: [near(['struck'], ['vehicle'], 8)],
    says: [
      `(?:${VEHICLE}|skiing|horse|riding|work|serious|bad) (?:accident(?! claim)|crash|wreck|collision)(?! (?:[^ |]+ ){0,3}(?:years|yrs) ago| (?:back )?in (?:19|20)\\d\\d)(?! (?:on|at|blocking|ahead|near|backed|so|traffic))|(?:had|in|been in|was in|got in|got into|after|since|had a|from) (?:an|my|the|that|this) accident(?! (?:[^ |]+ ){0,3}(?:years|yrs) ago| (?:back )?in (?:19|20)\\d\\d)(?! (?:on|at) (?:the )?(?:[^ |]+ )?(?:highway|freeway|road|interstate|i))|(?:in|had|into|been in|after|since) (?:a|the|my|this) (?:\\S+ )?(?:wreck|crash|collision|pile ?up)(?! (?:[^ |]+ ){0,3}(?:years|yrs) ago| (?:back )?in (?:19|20)\\d\\d)|rear ?ended|t ?boned|side ?swiped|(?:got|was|been) hit by(?! (?:the |a |this )?(?:flu|cold|bug|virus|covid|stomach))|(?:hit|struck|ran over|run over|knocked (?:down|over)) by(?! (?:the |a )?(?:flu|cold|bug|virus|covid|stomach))|ran (?:me|him|her) over|whiplash|rolled (?:my|the) (?:car|truck|atv)|totaled my|crashed (?:my|the|into)|wrecked my|(?:thrown|bucked|kicked) (?:off|from|by)|(?:horse|mule|pony|bull|bike|atv|quad|truck|wave) (?:\\S+ )?(?:threw|bucked|kicked|dumped|tossed|rolled) (?:me|him|her|on)|air ?bags?|(?:hit|into) (?:a|the) (?:deer|tree|pole|guard ?rail|car|truck)|flipped (?:my|the|over)|beat(?:en)? up|got jumped|(?:got|was|been) (?:tackled|trampled|body ?slammed|bucked)|took an? (?:\\S+ )?(?:hit|helmet|knee|elbow|kick|blow|punch|bat|ball) (?:to|in|on) (?:the|my|his|her) (?:head|spine|neck|back|ribs?)|hit (?:\\S+ ){1,3}with (?:my|his|her) (?:back|head|neck|hip)|wiped out on (?:the|my|some|a) (?:ice|bike|stairs|steps|board|scooter|slopes?|driveway|sidewalk|trail|motorcycle|skateboard|snow)|assaulted|(?:fell|falling) on (?:me|top of me)`,
      '(?:fell|fallen|came|flew|slid|rolled|tumbled|slipped|dropped|jumped|spill|tumble|falling|landed|took a (?:fall|spill|dive|header)) (?:\\S+ ){0,4}(?:off|from|down|out of) (?:\\S+ ){0,3}(?:ladder|roof|stairs|stairway|steps|staircase|horse|bike|bed|couch|scaffold\\S*|tree|deck|balcony|truck|attic|window|porch|truck bed)|(?:fell|tumbled) (?:\\S+ ){0,2}(?:down|downstairs)|(?:fell|fall) (?:\\S+ ){0,2}(?:feet|foot|stories|story|meters)',
      '(?:tuve|sufri|en|por|despues de|desde) (?:un|el|mi|ese|este) (?:accidente|choque)|accidente de (?:carro|coche|auto|moto|trafico|transito)|me (?:atropello|atropellaron|chocaron|pegaron|golpeo un)|cho(?:que|caron|camos|co) (?:\\S+ ){0,3}(?:carro|coche|auto|camioneta|troca|moto)|me volque|(?<=^|\\| )(?:choque|chocamos|chocaron|me chocaron|nos chocaron)|(?:tuvimos|hubo) un (?:choque|accidente)|me cai (?:\\S+ ){0,3}(?:escaleras?|escalones|techo|caballo|moto|bicicleta|bici|arbol|andamio)',
    ],
  }),
  row('fracture', 'SAME_DAY', 'fall or sudden injury', {
    says: [
      '(?:i|ive|and|just|also|then|i also|really|already|he|she|mom|dad|husband|wife|mother|father) (?:just |also |had |have |has |badly |almost |took |had ){0,5}(?:fell|fallen|slipped|tripped|a fall|a bad fall|a hard fall|a tumble|a spill)(?! (?:asleep|behind|through|in love|apart|out of touch|off (?:the|my) (?:schedule|list|wagon)))|(?:had|took|after|since) (?:a|my|the) (?:\\S+ )?(?:fall|tumble|spill)(?! (?:schedule|semester|break))|(?<=^|\\| )(?:fell|slipped|tripped)(?! (?:asleep|behind|through|in love|apart))|(?:fell|slipped|landed) (?:on|onto|hard|over|again|last night|yesterday|today|this morning|at home|in the (?:shower|bathroom|kitchen|tub))(?! (?:time|schedule|sleep))|went down hard|(?:landed|fell|slammed) (?:\\S+ ){0,2}(?:on|onto) my (?:head|neck|back|tailbone|hip|butt|face)|(?:hit|banged|smacked|cracked) (?:my|his|her) (?:head|back|neck|tailbone|hip|spine)|(?:i|he|she|and|mom|dad|just) went down (?:in the (?:shower|bathroom|kitchen|hall|hallway|yard|driveway|garage|tub)|on the (?:stairs|ice|floor|sidewalk)|twice)|concussion|knocked out',
      'something (?:\\S+ )?(?:popped|snapped|cracked|tore|ripped|gave)|(?:heard|felt|hear|feel|there was)(?: \\S+){0,3} (?:a |something |it |my back )(?:loud |just )?(?:pop|popped|crack|cracked|snap|snapped|crunch|rip|tear|give)|back (?:popped|snapped|cracked) and',
      '(?:broke|broken|fractured?|cracked) (?:\\S+ ){0,2}(?:back|spine|neck|vertebrae?|rib|ribs|hip|pelvis|bone|tailbone)|compression fracture(?! is healed)|new fracture',
      'me cai|se cayo(?! (?:la |el |su )?(?:pagina|portal|sistema|internet|senal|llamada|wifi|red|app|aplicacion|luz|sitio|conexion))|me he caido|me tropece|me resbale|tuve una caida|una caida|sufri una caida|me golpee|me pegue en|golpe en la cabeza|me empujaron|me fracture|fractura|se me quebro|hueso roto',
    ],
  }),
  // Malignancy: history of cancer and new spine pain; unexplained loss of weight.
  row('malignancy', 'SAME_DAY', 'cancer and pain', {
    says: '(?:spot|mass|lesion|growth|lump) (?:on|in|near) my (?:spine|back|lungs?|bones?|neck|liver|vertebra)|(?<!(?:mom|mother|dad|father|wife|husband|son|daughter|sister|brother|friend|aunt|uncle|grandma|grandpa|mama|papa|madre|padre|esposa|esposo|hermana|hermano|has|had to|to|her|his|their|zodiac|a|dog|cat) )(?:cancer|cancerous|canser|cancr|metasta\\S*|lymphoma|leukemia|melanoma|myeloma|sarcoma|tumors?|tumour|malignan\\S*|chemo|chemotherapy|quimioterapia|quimio|tumores|metastasis|leucemia|linfoma|cancer de \\S+)(?! (?:sign|season|horoscope|walk|fundraiser|awareness|screening (?:[^ |]+ ){0,3}(?:clear|negative|normal|fine|good))(?![^ ])| (?:my |the |mi |la |this |tomorrows |todays )?(?:appointment|appt|apt|visit|appointments|cita|session|reservation|monday|tuesday|wednesday|thursday|friday|tomorrow|today|please|pls))',
  }),
  row('malignancy', 'SAME_DAY', 'history of cancer with pain, anyone named', {
    combines: [near(['cancer'], ['spinal'], 10)],
  }),
  row('malignancy', 'SAME_DAY', 'unexplained loss of weight', {
    combines: [near(['thinner'], ['unexplained'], 8)],
    says: '(?:losing|lost|lose|loosing|dropping|dropped) (?:\\S+ ){0,4}(?:weight|pounds|lbs|kilos) (?:\\S+ ){0,3}(?:without|no reason|not trying|and i dont know|unexplained|for no|fast)|unexplained weight loss|weight loss (?:\\S+ ){0,3}(?:without|unexplained|no reason)|perdida de peso|(?:perdi|perdiendo|he perdido|bajando|bajado|baje) (?:\\S+ ){0,2}(?:peso|kilos|libras)(?: \\S+){0,3} (?:sin|razon)',
  }),
  // Infection
  row('infection', 'SAME_DAY', 'fever', {
    says: '(?<!(?:son|daughter|kid|kids|child|children|baby|toddler|wife|husband|mom|dad|hay|cabin|yellow|spring|dog|hijo|hija|nino|nina|bebe|esposo|esposa) (?:has |have |had |is |got |running |ran |tiene |tienen |con |a |an |high |spiked |mucha |una |alta |now ){0,5})(?:fevers?|feverish|fiebre|calentura|febril|temperatura (?:alta|de)|(?:high|running a) temp(?:erature)?|chills|shivers|shivering|rigors|escalofrios?|night sweats|sudores nocturnos|(?:got|have|had|has|with|having) the shakes|teeth (?:\\S+ ){0,2}(?:chatter|clack)\\w*|burning up(?! (?:my|the|some|all))|(?:sweating|sweats)(?: \\S+){0,4} (?:and|then) (?:shaking|shivering|freezing)|sweat(?:ing|ed|s)? (?:\\S+ )?(?:through|thru) (?:my|the|his|her) (?:sheets|shirt|clothes|pajamas|bed)|drenched in sweat)(?! (?:blister|reducer|dream))',
  }),
  row('infection', 'EMERGENCY', 'fever and unwell, or with neurological signs', {
    combines: [near(['fever'], ['unwell'], 12)],
  }),
  row('infection', 'SAME_DAY', 'wound or injection site looks infected', {
    combines: [near(['wound'], ['infected'], 6)],
    says: '(?:spine|spinal|back|disc|blood|bone) infection|sepsis|septic|infeccion (?:en|de) (?:la |mi )?(?:espalda|columna|sangre|herida)|(?:sale|saca|sacando|saliendo|tiene|echa|echando) (?:como )?pus|discitis|(?:inject|injecting|injected|shoot|shooting|shot|shooting up|use|using) (?:drugs|heroin|meth|fentanyl|dope)|shooting up|iv drugs?|osteomyelitis|abscess|absceso',
  }),
  // Vascular
  row('vascular', 'EMERGENCY', 'sudden severe back or abdominal pain', {
    says: [
      `${SUDDEN}(?: \\S+){0,6} ${SEVERE}(?: \\S+){0,3} (?:pain|pains|ache|dolor|duele)`,
      `${SUDDEN}(?: \\S+){0,6} (?:pain|pains|dolor|duele)(?: \\S+){0,3} ${SEVERE}`,
      `${SEVERE}(?: \\S+){0,3} (?:pain|pains|ache|dolor|duele)(?: \\S+){0,6} ${SUDDEN}`,
      '(?:tearing|ripping) (?:\\S+ ){0,2}(?:pain|sensation|feeling)|pain (?:\\S+ ){0,3}(?:tearing|ripping|(?:straight |right )?through to my back)|(?:pulsing|pulsating|pulsatile|throbbing|beating) (?:\\S+ ){0,4}(?:belly|stomach|abdomen|mass|lump)|(?:belly|stomach|abdomen) (?:is |keeps )?(?:pulsing|pulsating|throbbing)|like (?:\\S+ ){0,3}(?:knifed|stabbed|shot) in (?:the|my) (?:back|belly|stomach|side|flank)|aneurysm|aneurisma',
    ],
  }),
  // Neck-specific and stroke-like
  row('neck', 'EMERGENCY', 'thunderclap or new severe headache', {
    combines: [near(['worst'], ['head'], 6), near(['head'], ['tapped'], 6), near(['stiffNeck'], ['meningeal'], 8)],
    says: 'thunder ?clap|headaches?(?: \\S+){0,4} (?:stand|standing|sit up|sitting up|upright)|head (?:\\S+ ){0,4}split(?:ting|s)? (?:in|open|apart)|head (?:feels like (?:it |its )?|is (?:going to )?|might )explod\\w+|la cabeza(?: \\S+){0,4} (?:explota|va a explotar|insoportable)',
  }),
  row('neck', 'EMERGENCY', 'signs of a stroke or of the arteries of the neck', {
    combines: [near(['odd', 'gone', 'lost', 'trouble'], ['sight'], 3)],
    says: 'double vision|(?:vision|eyesight) (?:is |got |has gotten |went |gets |all ){0,5}(?:double|blurry|blurred|gone|dark|black)|blurr(?:y|ed) vision|seeing double|slurr(?:ed|ing|s|y)(?: \\S+)? ?(?:speech|words?)?|speech (?:is )?(?:slurr\\w*|garbled|messed up|off)|(?:words|speech) (?:\\S+ ){0,3}(?:come|coming|came) out (?:\\S+ )?(?:wrong|funny|slurred|weird|jumbled|garbled|mixed|backwards|scrambled)|(?:went|going|gone|everything|eyes?) (?:\\S+ )?(?:blurry|blurred)|(?:arm|eyelid|mouth|eye) (?:\\S+ )?(?:dropped|drifts|drifting|droop\\w*|sagg\\w*)|cant (?:speak|talk|swallow|see)(?= (?:\\||clearly|well|straight|right(?! now)|properly|normal|normally|out|anything|words?|and|or|my|since)|$)|(?:trouble|hard|hardly|barely) (?:to )?(?:speak(?:ing)?|talk(?:ing)?(?! to)|swallow(?:ing)?|see(?:ing)?)|(?:face|mouth|smile) (?:is |has |looks |side |started ){0,5}(?:droop(?:ing|s|ed|y)?|numb|sagging|crooked|fallen|twisted)|(?:side|half) of (?:my|his|her|the) face|droopy face|drop attacks?|having a stroke(?! of)|(?:its|is it|think|maybe|like) a stroke|had a stroke(?! of| (?:[^ |]+ ){0,2}in (?:the )?(?:19|20)?\\d0?s| (?:[^ |]+ ){0,2}in (?:19|20)\\d\\d| (?:[^ |]+ ){0,3}(?:years|yrs) ago)|stroke symptoms|mini stroke|lost (?:my )?(?:vision|sight|speech)|vision (?:loss|went)|sudden(?:ly)? (?:dizzy|blind|confused)|vision doble|veo (?:doble|borroso)|(?:cara|boca) (?:\\S+ )?(?:caida|torcida|chueca|dormida|paralizada)|se (?:me|le) (?:torcio|tuerce|chueco|enchueco|paralizo|durmio|duerme|cayo|cae) (?:\\S+ )?(?:lado de la )?(?:cara|boca)|se (?:me|le) traba la lengua|habla(?:ndo)? (?:raro|enredado|arrastrado)|(?:not|isnt|wasnt) making (?:any )?sense(?= \\||$| and)|cant (?:find|get) (?:my |the |his |her )?words|nopuedo (?:hablar(?! (?:ahora|ahorita|por))|tragar|ver(?! (?:el|la|mi|los|las) (?:link|mensaje|cita|enlace|video)))|derrame cerebral|embolia|dificultad para (?:hablar|tragar)|dizz(?:y|iness) (?:\\S+ ){0,4}(?:neck|headache)|(?:neck|headache) (?:\\S+ ){0,5}dizz(?:y|iness)',
  }),
  // Cardiopulmonary mimics
  row('cardiopulmonary', 'EMERGENCY', 'chest pain', {
    combines: [near(['chest'], ['pressing'], 4), near(['heart'], ['faint'], 6), near(['chest'], ['faint'], 5)],
    says: '(?<!(?:bill|price|cost|copay|invoice|kids|kid|dog|cat|you|yall|that|it|boss|traffic)(?: \\S+){0,3} (?:give|gave|giving|gives) (?:me|us|him|her) a )(?<!(?:about|almost|nearly|bout) had a (?=heart attack when i (?:saw|got|read|opened|heard)))heart attack(?! (?:[^ |]+ ){0,2}in (?:the )?(?:19|20)?\\d0?s| (?:[^ |]+ ){0,2}in (?:19|20)\\d\\d| (?:[^ |]+ ){0,3}(?:years|yrs) ago)|elephants? (?:is |are |was |just )?(?:sitting |standing |sat |sits |parked |stepping )?on (?:me|my|his|her)|cold sweats?|sudor(?:es)? frios?|heart (?:is |keeps |rate |beat |beating |really |so |feels |like |its |it |been |has |was ){0,6}(?:racing|races|pounding|fluttering|flutters|skipping|skips|fast|irregular)|racing heart|palpitations?|palpitaciones|corazon (?:\\S+ ){0,2}(?:acelerado|rapido|late muy)|cardiac arrest|ataque (?:al|de|cardiaco|al corazon)|infarto(?! (?:con|de ver|por|al ver) )',
  }),
  row('cardiopulmonary', 'EMERGENCY', 'breathlessness', {
    combines: [near(['breathless'], [], 0), near(['pain'], ['breathing'], 5)],
    says: 'short(?:ness)? of breath|shortness breath|breathless(?:ness)?|(?:hurts|painful) (?:to |when i )(?:breathing|breathe|breath)|out of breath|huffing and puffing|breath(?:in|ing|es)? like (?:i|he|she|ive) (?:just )?(?:ran|run|been running)|(?:(?<=^|\\| )|(?<=(?:im|am|having|getting|some|with|got) ))sob(?= since| when| on| at| with| even| today| this| doing| walking| climbing)|(?:shes|hes|she is|he is|looks|looking|turned|turning|gone) (?:so |all |kind of |kinda )?(?:gray|grey|ashen)(?! (?:area|hair))|gasping|breathing (?:is |has been |gets? |feels |so |getting ){0,3}(?:tight|noisy|raspy|off|hard|difficult|trouble|fast|heavy|heavily|problems?|shallow|labored|worse)|winded|wheez\\w+|(?:lips|turning|turned) (?:\\S+ )?blue|harder to (?:breathe|breath)|suffocating|cough(?:ing|ed)? (?:up )?blood|falta (?:de |el |mucho el )?aire|me falta (?:el |mucho el )?(?:aire|respiracion|aliento)|sin aliento|cuesta (?:mucho |trabajo )?respirar|me (?:estoy )?(?:ahogo|ahogando|asfixio|asfixiando)|ahogando|respiro mal|tos(?:o|iendo) (?:con )?sangre',
  }),
  row('cardiopulmonary', 'EMERGENCY', 'collapse', {
    says: '(?:passed|passing|pass|blacked|blacking|black) (?:clean |right |straight |completely |almost )?out(?! (?:the |some |my |our |your |a few |his |her )?(?:flyers?|papers?|candy|cards?|forms?|water|food|snacks|invitations?|gifts?|treats|copies|samples|pamphlets|brochures))|(?:everything|it all|world|vision|room) went (?:black|dark|white)|(?:came to|woke up) on the (?:floor|ground)|faint(?:ed|ing)|lost consciousness|collapsed|unconscious|unresponsive|(?:wont|cant) wake (?:him|her) up|seizures?|convulsion(?:es)?|me desmaye|se desmayo|desmayo|desmayando|perdi el conocimiento|inconsciente',
  }),
  row('cardiopulmonary', 'SAME_DAY', 'calf or leg swelling', {
    combines: [
      near(['calf'], ['swollen', 'swelling', 'hot'], 5),
      near(['leg'], ['swelling'], 4),
      near(['leg', 'calf'], ['enlarged', 'inflamed'], 7),
      near(['legBack'], ['swollen', 'swelling', 'inflamed'], 5),
    ],
    says: '(?:leg|ankle|pierna)(?: \\S+){0,4} (?:swollen|swelled up|swole|hinchad[oa]|se (?:me )?hincho)|(?:swollen|hinchad[oa]|se me hincho)(?: \\S+){0,3} (?:leg|ankle|pierna)|blood clots?|dvt|coagulos?|trombosis|embolism|pulmonary',
  }),
  // What a medicine or an injection can do within minutes.
  row('emergency', 'EMERGENCY', 'signs of a severe allergic reaction', {
    combines: [near(['closing'], ['throat'], 3)],
    says: 'anaphyla\\w+|anafila\\w+|(?:severe |bad |having an? |having a bad )?allergic reaction|(?:bad|severe) reaction|hives|epi ?pen|reaccion alergica|ronchas|se me (?:esta )?(?:cierra|cerrando|cerro) la garganta',
  }),
  row('emergency', 'EMERGENCY', 'too much of a medicine', {
    combines: [near(['overtaken', 'sedated'], ['medicine'], 6)],
  }),
  // Self-harm: a human reads it today, plan or intent at once. Never cleared by a negation.
  row('self-harm', 'EMERGENCY', 'intent or means of self-harm', {
    says: [
      'kill(?:ing)? (?:myself|himself|herself)|end(?:ing)? (?:my|this|his|her) (?:own )?life|(?:want|going|ready|wanna|gonna|about|plan|planning|time|just|might) (?:to )?end it(?! (?:early|at|by|the call))|end it all|ending it all|tak(?:e|ing) my (?:own )?life|commit(?:ting)? suicide|hang(?:ing)? myself|shoot(?:ing)? myself|cut(?:ting)? (?:myself on purpose|my wrists?)|slit(?:ting)? my wrists?|overdos(?:e|ed|ing)|od on|od(?:ed|d)? on|jump(?:ing)? off (?:a|the) (?:bridge|building|roof)|goodbye (?:note|letter)|suicide (?:note|plan)|(?:have|got|holding|bought|loaded) (?:a|the|my) gun|gun (?:to|in) my (?:head|mouth)|check(?:ing)? out for good|say(?:ing)? goodbye (?:to everyone|forever)|goodbye forever|counted out (?:all )?(?:my|the) (?:pills|tablets|meds)|(?:gave|giving|given) away (?:all )?my (?:things|stuff|dog|cat|belongings|possessions)|(?:saving|saved|stash\\w*|hoard\\w*|collect\\w*|stockpil\\w*) (?:up )?(?:all )?(?:my|the|enough) (?:\\S+ )?(?:pills|meds|medication)',
      '(?:took|taken|swallowed|downed|ate) (?:(?:way )?too many|(?:a|an|the) (?:whole|entire|full) bottle|a bunch of|a handful of|(?:about |like )?(?:[1-9]\\d|a hundred|twenty|thirty|fifty)) ?(?:of )?(?:\\S+ ){0,2}(?:pills?|tablets?|meds|medicines?|medications?|oxys?|oxycodone|percocets?|percs?|norcos?|vicodins?|tramadols?|bottle|tylenols?|xanax|gabapentins?)|(?:took|taken|swallowed|downed|tak(?:e|ing)) (?:all|the whole bottle|the entire bottle)(?: of)?(?: (?:my|the|his|her|them|those|of them))? ?(?:\\S+ )?(?:pills|meds|medication|medications|medicine|bottle|oxys?|norcos?|percocets?)(?! (?:every|each|daily|twice|regularly|correctly|today|this|as|with|like|on|yesterday|at|in the|for|already|ok|fine|before))|(?:took|swallowed|downed|drank) the (?:whole|entire|full) bottle',
      'matarme|suicidarme|me (?:quiero|voy a|pienso) (?:matar|suicidar)|quitarme la vida|(?:acabar|terminar) con (?:mi vida|todo|esto ya)|cortarme las venas|tomarme todas las pastillas|(?:me )?(?:tome|trague|he tomado) (?:demasiadas|muchas|un monton de|todas (?:las|mis)|todo el frasco|el frasco)(?: (?:de )?(?:\\S+ )?(?:pastillas|pildoras|tabletas|medicinas))?|se (?:tomo|trago|ha tomado) (?:todas (?:las|sus)|muchas|demasiadas|un monton de|el frasco|todo el frasco)|ahorcarme|colgarme|sobredosis|mejor me (?:muero|mato)|despedirme de todos|tengo una pistola',
    ],
    neverCleared: true,
  }),
  row('self-harm', 'SAME_DAY', 'thoughts of death or self-harm', {
    says: [
      '(?:think|thinking|thought|thoughts) (?:\\S+ ){0,2}(?:of|about) (?:just )?(?:ending (?:it|things|everything)(?! with)|death|dying|not being (?:here|around|alive)|disappearing|hurting myself)|(?:dont|not) care (?:if|whether) i (?:live|die|wake up|make it)|(?:done|finished|over it|through) with (?:life|living|this life)|tired of being (?:here|alive)(?= \\||$| and| on)|(?:cant|dont want to) (?:face|do) (?:another day|life|this life)(?= \\||$| and| of| like| anymore)|suicid\\w*|sucid\\w*|suiside\\w*|suicde|sucide|kms|unalive\\w*|(?:want|wanna|wish|ready|rather|going|like|hope|id rather|feel like) (?:to |i was |i were |i could |be |just |i would |id |i |it would |it ){0,5}(?:die|dead|dying|disappear forever|not wake up|never wake up|not be (?:here|alive)|never woke up|dont wake up|didnt wake up|wont wake up|all to end|to all end)|(?:sleep|fall asleep) (?:\\S+ ){0,2}(?:never|not|dont) wake up|(?:never|not) wak(?:e|ing) up(?: (?:again|tomorrow))|wish i (?:was|were|had) (?:dead|never born|never been born|not here|not alive)|(?:better off|rather be) dead|(?:dont|do not|no longer|not) (?:want|wanna|wish) (?:to )?(?:live|be alive|be here|exist|wake up|go on)(?! (?:at|for|on|in|until|before|too|so|early))|no (?:reason|point|will|sense) (?:to|in) (?:live|living|go on|going on|being alive)|(?:whats|what is|no|not|see the|see any|see a) (?:the )?(?:reason|point) (?:to|in|of) (?:live|living|going on|life|being alive|anything)|nothing (?:left )?to live for|(?:isnt|not|aint|wasnt) (?:even )?worth (?:living|it anymore|anything)|life (?:\\S+ ){0,2}(?:not|isnt|no) worth|tired of (?:living|being alive|life)|dont feel safe (?:with|around) myself|cant keep (?:myself|me) safe|(?:dont|cant) see (?:a |any |the |much ){0,5}(?:reason|point) (?:to|in|of) (?:live|living|go on|going on|life)|cant (?:go on|live like this|do this anymore(?= \\||$| (?:no|not|sin|i|im)(?![^ ]))|take (?:it|this|this pain|the pain) anymore|live with this)|self ?harm\\w*|(?<!(?:fallen|fell|fall|slipped|tripped) (?:or|and) )hurt(?:ing)? myself(?! (?:at|lifting|doing|playing|working|while|when|in|on|yesterday|again|today|running|moving|bending|last|this|during|by|trying))|harm(?:ing)? myself|cutting myself|worth (?:it )?(?:to )?(?:keep|keep on|carry on|carrying on|go on|going on|living)(?: living| going| on)?|(?:dont|cant) (?:think|know|see) (?:if |how |that )?i (?:can|could|will) (?:make it (?:another|through the|much longer)|go on|keep going|keep doing this|last|survive|live)(?! (?:to|on time|by|there|at|in|today|tomorrow|for|before|monday|tuesday|wednesday|thursday|friday))|cant (?:keep going|go on|keep living|keep doing this)|(?:do|doing|did) something (?:dumb|stupid|drastic|to myself)|(?:at any cost|including death)|end (?:the|my|this|all the) (?:suffering|misery)|(?:ending|end it to stop) the pain|burden (?:to|on) (?:everyone|everybody|my|them)|no hope(?= \\||$| (?:no|not|sin|i|im)(?![^ ])| left| for me| anymore)|lost all hope|(?:i|im|feel|feeling|so|life is) hopeless|(?:given|giving|gave) up on (?:life|living|everything|myself)|pray (?:\\S+ ){0,4}(?:take me|die|not wake)|(?:put|putting) (?:me|myself) out of (?:my|this) misery|(?:been|started|keep|am|im) cutting(?= \\||$| (?:no|not|sin|i|im)(?![^ ])| again| my (?:arms|legs|wrists))',
      '(?:everyone|everybody|they|family|kids|wife|husband|world|people) (?:\\S+ ){0,3}better (?:off )?(?:without me|if i (?:was|were|wasnt|werent|died|am|just))|better off if i|(?:nobody|no one|noone) (?:would|will|wd) (?:miss|care|notice)|(?:not|never) (?:being|be) (?:around|here|alive) (?:anymore|much longer)|(?:wont|not|wouldnt) be (?:alive|around|here) (?:much longer|anymore)|(?:wont|not|isnt|wouldnt|never) (?:going to |gonna |gunna )?be alive|(?:wont|not) be (?:around|here) (?:after (?:tonight|today)|by (?:tonight|morning))|tell (?:my|the) (?:kids|wife|husband|family|mom|dad|children|son|daughter|mother|father) (?:that )?i (?:love|loved)|if i (?:was|were|am) (?:gone|dead)|(?:wanna|want to) (?:be gone|disappear|give up)(?= \\||$| (?:no|not|sin|i|im)(?![^ ])| on life)|given up on life',
      'quiero morir(?:me)?|me quiero morir|querer morir|quisiera (?:morir(?:me)?|estar muert[oa])|deseo morir|(?:preferiria|prefiero) (?:morir(?:me)?|estar muert[oa])|mejor muert[oa]|estar muert[oa]|ganas de (?:morir(?:me)?|vivir)|no quiero (?:seguir )?(?:vivir|viviendo|despertar|estar viv[oa])|ya no quiero (?:vivir|seguir|estar aqui|estar viv[oa])|no (?:vale|tiene) (?:\\S+ ){0,2}(?:vivir|la vida)|(?:para|pa) que (?:vivir|seguir(?: viviendo)?|vivo)(?= \\||$| (?:no|not|sin|i|im)(?![^ ])| asi| viviendo| si)|(?:no|ya no) (?:le )?(?:encuentro|veo|hallo) (?:\\S+ )?(?:sentido|caso) (?:a|en) (?:la vida|vivir|nada|seguir)|mejor no (?:estar|despertar|vivir)|no (?:tengo|veo) (?:\\S+ )?(?:razon|motivo)s? para vivir|hacerme (?:dano|algo)|lastimarme|suicid[ai]\\w*|cansad[oa] de vivir|no aguanto (?:mas )?(?:esta vida|la vida|vivir)|estarian mejor sin mi',
    ],
    neverCleared: true,
  }),
  // What a person in danger writes, whatever the cause.
  row('emergency', 'EMERGENCY', 'asks for emergency help', {
    says: '(?:call|called|calling|need|dial|send|get)(?: \\S+){0,2} (?:911|an? ambulance|ambulance|paramedics)|(?<=^|\\| )911(?! (?:[^ |]+ ){0,2}(?:street|st|ave|avenue|road|rd|drive|dr|park|blvd|lane|main|way)(?![^ ]))|(?:ambulance|paramedics|ems|911) (?:\\S+ )?(?:here|coming|on the way|on its way|came|took|taking|is taking|picked|called|loading|working)|in (?:an|the) ambulance|medical emergency|this is an emergency|its an emergency|emergency help|life threatening|(?:im|i am|i think im|feel like im) dying(?! to)|help (?:me )?(?:\\| )?(?:im |i am )?dying|(?:llamen?|llame|llamar|manden|necesito|envien) (?:\\S+ ){0,2}(?:911|ambulancia)|es una emergencia|emergencia medica|me (?:estoy )?muriendo|me estoy muriendo',
  }),
  row('emergency', 'EMERGENCY', 'heavy bleeding', {
    says: '(?:black|tarry|bloody|maroon) (?:(?:and )?(?:tarry|sticky|black) )?(?:stools?|poops?|poo|bowel movements?|bm|bms|shit|diarrhea|vomit|pee|urine)|(?:stools?|poops?|poo|bowel movements?|bm|shit|pee|urine) (?:is |are |was |looks? |turned |came out |has |have |like ){1,3}(?:\\S+ )?(?:black|tarry|tar|bloody|blood|red)|blood in (?:my |the |his |her )?(?:stools?|poop|urine|pee|vomit|toilet)|coffee grounds?|(?:heces|popo|excremento) (?:\\S+ )?negr[oa]s?|sangre en (?:\\S+ )?(?:orina|heces|popo|vomito|bano)|bleeding (?:a lot|heavily|bad|badly|wont stop|nonstop|out|through)|wont stop bleeding|cant stop the bleeding|(?:vomit\\w*|throwing up|threw up|puking|peeing|pooping) (?:up )?blood|lots of blood|(?:gushing|pouring|spurting|squirting) (?:\\S+ )?blood|blood (?:\\S+ ){0,2}(?:pouring|gushing|gushed|squirting|spurting|everywhere|all over|soaked|soaking|through|thru|running)|no (?:para|deja|paran) de sangrar|(?:llen[oa]s?|empapad[oa]s?) de sangre|sangrando (?:mucho|demasiado|sin parar)|sangr(?:o|ando) mucho|vomit(?:o|ando|e) sangre|mucha sangre',
  }),
  row('emergency', 'SAME_DAY', 'is at or on the way to an emergency department', {
    says: '(?:(?<!(?:work|works|working|parked|job|interview) )(?:im|i am|am|going|go|went|in|at|headed|heading|driving|way|admitted|taken|rushed|be|should i go)(?: (?!parked|working|work)\\S+){0,3} (?:er(?! tech)|emergency room|ed(?! (?:dept|department|class))|urgent care|emergency dept|emergency department|emergency(?= with )|the emergency(?= \\||$)|the hospital(?! (?:visiting|seeing|garage|parking|cafeteria|lot|job)))|(?:taking|took|take|takes|bring|bringing|brought|drive|driving|drove|rushed|rushing) (?:me|him|her|us|my \\S+) (?:\\S+ ){0,2}(?:er|hospital|emergency)|waiting room (?:at|in|of) (?:\\S+ ){0,3}(?:er|emergency|hospital)|(?:hospitalized|in hospital))|(?:voy|vamos|van|estoy|estamos|fui|camino|ingresad[oa]|llevaron|llevo|llevamos|llevan|ir)(?: \\S+){0,3} (?:urgencias|emergencias?|hospital|sala de emergencias?)|hospitalizad[oa]',
  }),
];
