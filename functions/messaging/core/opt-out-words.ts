import { foldClauses, wordsOf } from '../../platform/fold.ts';
import { phraseReplacer } from '../../platform/phrase-index.ts';

/**
 * "No more texts", however it is put: 47 CFR 64.1200(a)(10) wants any reasonable means understood. Nobody can list the
 * sentences, so a text is reduced to what its words stand for, one letter a word (`stop these` is `SD`), and the rules below
 * combine those: a verb of ending with texts, a refusal with a wish to get them, a removal with a number or a list.
 */

const words = (...texts: readonly string[]): readonly string[] => texts.join(' ').split(' ');
const anyOf = (text: string): string => `(?:${text.split(' ').join('|')})`;
const CLAUSE_END = '(?=(?: (?:please|pls|thanks|thank you|por favor|gracias))?(?:$| \\|))';
/** Any of these as whole words; `<end>` is where a clause ends. */
const whole = (...sources: readonly string[]): RegExp =>
  new RegExp(`(?<![^ ])(?:${sources.join('|').replaceAll('<end>', CLAUSE_END)})(?![^ ])`, 'g');

/** What a word can stand for; a word of none of these is an `x`. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  // To end something, in English and in Spanish; `a` and `p` are also "to let" and "for", `K` and `E` need to say what ends.
  S: words('stop stopp stopt stpo stip stp sotp tsop stopit quit qiut quitt cease halt desist stahp refrain avoid'),
  A: words('pare paren parale parele parenle paralen parar alto basta detener detenga detengan detenganse enough'),
  a: words('deje dejen deja dejar dejeme dejenme dejame'),
  p: words('para'),
  K: words(
    'cancel cancle cansel cancell terminate mute disable discontinue suspend deactivate block unfollow kill cancelar cancelen',
    'cancele cancela cancelo anular anulen anule suspender suspendan suspenda desactivar desactiven desactive terminar terminen termine',
  ),
  E: words('end ending finish'),
  // To take a person or a number off: by itself, with "off", and with "me" in the verb.
  R: words(
    'kiten kite remove delete erase lose scrub purge wipe quita quite quiten quitar quiteis saca saque saquen sacar borra borre borren borrar elimina',
    'elimine eliminen eliminar remueva remuevan remover',
  ),
  k: words('take'),
  y: words('drop scratch cut pull strike'),
  r: words(
    'quitame quiteme quitenme quitarme sacame saqueme saquenme sacarme borrame borreme borrenme borrarme eliminame elimineme',
    'eliminenme eliminarme kitame kiteme kitenme quitenmen saquenmen',
  ),
  // Texts; `t` is one, or the verb; then to send and to call, and who is not to be written to.
  T: words(
    'texts txts messages msgs mesages messeges messags sms mensajes mensages textos recordatorios notificaciones avisos msj msjs',
    'mensajitos reminders notifications alerts emails updates subscription suscripcion subscripcion communications communication',
    'mesajes mensjes service services',
  ),
  t: words('text txt tx message msg reminder notification alert email update mensaje texto recordatorio aviso txting'),
  V: words(
    'texting txtng txing textin messaging mesaging msging contact contacting bothering spamming harassing',
    'annoying pestering remind reminding notify notifying bugging texteing',
  ),
  F: words('bother spam harass pester annoy bug'),
  Y: words('removed taken deleted'),
  P: words('texted txted messaged contacted reminded notified bothered'),
  s: words('send sending snd'),
  c: words('call calling calls'),
  v: words(
    'lleguen llegue manden mande mandes envien envie envies escriban escriba escribas texteen textee textees contacten contacte contactes',
    'molesten moleste molestes llamen notifiquen notifique mandenme envienme escribanme',
  ),
  i: ['envi', 'mand', 'escrib', 'texte', 'contact', 'molest', 'llam', 'notific'].flatMap((stem) =>
    ['ar', 'ir', 'ando', 'iendo', 'arme', 'irme', 'andome', 'iendome', 'arnos'].map((ending) => stem + ending),
  ),
  G: words('get getting receive receiving recieve recieving have having see seeing recibir recibiendo'),
  // Refusals: of a wish, "no", of a fact; "no longer".
  N: words('dont never not nunca jamas aint neither nor doesnt'),
  o: words('no ni nah nope zero'),
  n: words('didnt wont cant cannot wasnt couldnt wouldnt isnt shouldnt without havent sin'),
  w: words('nolonger yano'),
  W: words(
    'want wants wnt wanna wish need like care prefer rather desire accept quiero quiere queremos desea deseas deseo necesito kiero autorizo quisiera acepto',
  ),
  C: words('consent permission authorization authorize consentimiento permiso autorizacion'),
  U: words(
    'optout optedout unsubscribe unsubscribed unsubscribing unsubscibe unsubcribe unsuscribe unsub unsubscrbe unenroll',
    'desuscribir desuscribirme desuscribeme desuscribanme desuscribame desuscribete',
  ),
  X: words('wrongnumber'),
  // What is to end, or to be left.
  D: words('these those estos esos'),
  d: words('this that esto eso este esta nonsense crap shit'),
  h: words('it them lo'),
  L: words(
    'number numbers phone cell cellphone name info information contacts data numero telefono celular nombre datos',
  ),
  l: words(
    'list lists lista listas database system records file contactos registro directorio directory thing things computer',
  ),
  O: words('off from out'),
  M: words('me us my mi mis nos our him her le les'),
  u: words('you u yall they ustedes usted people guys'),
  I: words('i we id im'),
  // "Should I", "I will": who asks whether to stop something, or will, asks for nothing to be stopped.
  H: words('shouldi ill when why cuando if puedo until hasta'),
  Q: words('please pls plz pleas plese kindly just favor porfavor howdoi must'),
  q: words(
    'thanks thank thx ty now immediately asap ok okay hi hello hey sorry already sir maam team good day por gracias ahora hola',
    'inmediatamente disculpe perdon right alright yes yeah si c r nice y but so well lol dude bro man',
  ),
  m: words('can could would will puede pueden podria podrian gonna may cud wud'),
  j: words('make made'),
  b: words('be being been estar'),
  z: words('to'),
  e: words('more anymore again ever any anything stuff everything all nada mas ya todo here else further'),
  f: words(
    'the your ur w such damn stupid dumb silly automated auto daily constant with of los las el la sus su tu tus tantos todos todas con de',
    'del a que future keep start many for al a an on',
  ),
  g: words('mean say ask asking trying tell going'),
  Z: words(
    'waiting wait waitlist standby mri video xray surgery injection pt session class program appointment appointments appt visit cita citas espera',
  ),
  B: words(
    'pain pains hurt hurts hurting bleeding spasms tingling burning cramps exercises exercise meds medication medicine pills',
    'brace ibuprofen dolor duele ejercicios pastillas medicina numbness therapy',
  ),
};

const MEANING_OF = new Map(Object.entries(MEANINGS).flatMap(([letter, list]) => list.map((word) => [word, letter])));

const TEXTS = `(?:${anyOf('texts? txts? messages? msgs? sms reminders? mensajes? textos? recordatorios?')}|text messages?|texting|messaging)`;

/** Says that the number, or the person, is somebody else. */
const WRONG_NUMBER = whole(
  '(?:(?:you|u) )?(?:(?:have|got|reached|texted|texting) )?(?:the )?(?:wrong|incorrect) (?:phone |cell )?(?:number|phone|person|guy|girl|lady|man|woman|patient|cell|contact|one|num)',
  '(?:you|u) (?:have|got) the wrong(?= \\||$)|^wrong(?: \\|)?$|(?<=not me (?:\\| )?)wrong$|not the right (?:number|person|phone)',
  '(?:isnt|is not|not) (?!for |at |by |near |on |with )(?:\\S+|my \\S+) (?:phone|number|cell)(?: any ?more)?<end>|(?:not|isnt) (?:his|her|their|my) (?:number|phone)|not my appointment',
  '(?:phone|number|cell|line)(?: \\S+){0,3} belongs to (?:someone|somebody|another|a different|me now)(?: \\S+)?|(?:number|phone|cell) (?:has |was |got |is )*(?:reassigned|changed hands|recycled)|(?:just|recently) got (?:this|a new) (?:phone )?number|(?:someone|somebody) else (?:now )?(?:has|owns|got) (?:this|that) (?:number|phone)|(?:este|el) (?:numero|telefono|celular)(?: \\S+){0,2} (?:es|pertenece a) (?:de )?(?:otra|alguien)(?: (?:persona|mas))?',
  '(?:^|(?<=^(?:hi|hello|sorry|no|hey) (?:\\| )?))(?:this|it) (?:isnt|is not) (?!me|my|the|a|an|to|for|in|on)(?!\\S*(?:ing|ed|ful|ent|ght|able|ible)$)(?!(?:good|fair|true|right|new|bad|fun|easy|ok|okay|clear|correct|funny|mine|it|enough|normal|better|over|real|true|safe|spam|me|him|her|cool|nice|great|done|fine)$)[a-z]{3,}$',
  'nolonger \\S+ (?:number|phone|cell)|(?<=\\S )nolonger (?:has|uses|owns) (?:this|that|the) (?:number|phone)|(?:doesnt|does not) (?:have|use|own) this (?:number|phone)(?: any ?more)?|(?:no one|noone|nobody)(?: here| lives here)? (?:by|with|named) (?:that|this) name|dont know (?:a|any|anyone named|anybody named|no) [a-z]+$',
  'no es (?:el |mi |su )?(?:numero|telefono|celular) de \\S+|(?:numero|telefono|persona) (?:equivocad[oa]|incorrect[oa])|se equivoc\\w+(?: de (?:numero|persona|telefono))?<end>',
  'nolonger (?:tiene|es dueno de|usa|es) (?:este|su|el) (?:numero|telefono|celular)|(?:numero|telefono|celular) (?:no|nolonger) es (?:el )?de \\S+|no conozco a (?:ningun[oa]? )?\\S+|no (?:es|son) para mi|no vive(?: aqui)? ningun[oa]? \\S+|no soy la persona|^(?:esta|estan) equivocad[oa]s?$',
);

/** What people say who have had enough, in words that combine with nothing. */
const HAD_ENOUGH = whole(
  `(?<=^|\\| )(?:(?:no|sorry|thanks|thank you|hi|im|i am|were|we are) )*(?:not|nolonger) interested(?= stop| please|$| \\|)|(?:not|nolonger) interested in (?:your |these |the |getting |receiving )*${TEXTS}|leave me (?:the \\S+ )?(?:alone|be)(?! (?:able|late|the))|(?:get lost|(?:knock|cut|lay) (?:it )?(?:off|out)|go away|buzz off|back off|i want out)(?= of (?:this|these|your|the) (?:\\S+ )?(?:text|texts|texting|messages?|list|thing|program)|$| \\|| please| (?:with )?(?:the|these|your|all))|cease and desist|^(?:please )?count me out|fuck (?:off|you)|piss off|f off|do not disturb|dont (?:want|wish|need|care) to hear from (?:you|u|yall|you guys)`,
  `too many ${TEXTS}|(?:so |really )?(?:done|sick|tired|fed up|over)(?: (?:with|of|all))* (?:these |your |the |all |this |getting |receiving )*${TEXTS}|i hate (?:these|your|the) ${TEXTS}|why (?:do|are) (?:you|u|yall) (?:keep|still|always) (?:texting|messaging|sending|contacting|bothering)(?: me)?(?=$| \\|| these| this)|(?:you|u) keep (?:texting|messaging)`,
  '(?:(?:i|we) |(?<=^|\\| ))(?:never|didnt) (?:sign(?:ed)? up|subscribed?|ask(?:ed)?|agreed?|consent(?:ed)?|opt(?:ed)? in) (?:for|to) (?:this|these|any of this|your|get|receive|be|texts?|messages?)(?: texts?| messages?)?',
  'reported? (?:this |you |it )?(?:as|for) spam|reporting (?:this|you)|(?:this|it|esto) (?:is|es) spam|^its spam|^spam(?! (?:folder|filter))|(?:im |am |i will be |ill be )(?:blocking|reporting) (?:you|this)|^block(?:ed|ing you)?$',
  '^(?:please )?stop and (?:also |please |just )*(?:call|cancel|remove|delete|email)|i (?:already |have |just |clearly |even )*(?:said|replied|texted|typed|sent|wrote|answered) (?:to |you |yall |back |with )*(?:stop|quit|unsubscribe)(?= it| already| please| now| this| these| twice| again| before| yesterday| last| (?:two|three|\\d) times| and|$| \\|)(?! and (?:then )?(?:call|see|start|cancel))|(?:told|asked|telling|asking) (?:you|u|yall|them|you guys|you all|you people)(?: \\S+){0,2} to (?:stop|quit)(?= it| already| please| now| this| these|$| \\|)|how many times (?:\\S+ ){1,8}stop<end>',
  '(?:revoke|revoking|withdraw|withdrawing|retiro|revoco|rescind|take back) (?:my |all |any |mi |el )*(?:consent|permission|authorization|consentimiento|permiso|autorizacion)|(?:consent|permission|authorization) (?:is |has been |hereby )*(?:revoked|withdrawn)',
  '(?:dar|darme|deme|denme|dame|dense|doy|darse|date) de baja|en paz|optar por no (?:participar|recibir)|no doy (?:mi )?(?:consentimiento|permiso)|no molestar|dont (?:do|use) texts?|(?:deje?n?me|dejame) tranquil[oa]|(?:no|nolonger) (?:quiero|deseo) (?:recibir )?(?:nada|mas|esto|mas de esto|nada mas)(?: de (?:ustedes|usted|uds?|la clinica))?<end>',
);

/** Several words that stand for one. */
const ONE_WORD: ReadonlyArray<readonly [RegExp, string]> = [
  [whole('(?:do not|don t|does not|dnt|do no)(?: ever)?|dont ever|no need(?= to| for)'), 'dont'],
  [whole('did not|didn t|never said|(?:did|am|are|was|were) (?:i|we)(?: not)?|why did'), 'didnt'],
  [whole('no longer|ya no'), 'nolonger'],
  [HAD_ENOUGH, 'optout'],
  [WRONG_NUMBER, 'wrongnumber'],
  [
    whole(
      'why (?:wont|dont|cant|do|are) (?:you|u)(?: not)?|if (?:you|u) (?:dont|would|could)|(?:want|need) (?:you|u) to',
    ),
    'please',
  ],
  [whole('if (?:you|u|they) (?:stopped|quit)|put an end to'), 'stop'],
  [whole('(?:cant|wont|couldnt) (?:you|u)'), 'can you'],
  [whole('can not|can t|will not|won t'), 'cant'],
  [whole('i would|i d'), 'id'],
  [whole('(?<=(?:please|pls|plz|favor) )no (?:more|mas)<end>'), 'optout'],
  [whole('(?<=\\S \\S+ )no more<end>|any longer'), 'anymore'],
  [whole('(?<=(?:stop|quit) )using (?:this|my|that|our) (?:phone|number|cell)'), 'texting'],
  [whole('(?:please|pls|thanks|thank you) and (?:please|thanks|thank you)'), 'please'],
  [
    whole(
      '(?<=(?:stop|quit|cancel|end|with|send|sending|more)(?: (?!i |have )\\S+){0,2} )(?:(?:pain|health|follow ?up|daily|weekly) )*(?:surveys?|questions|questionnaires?|check ?ins?|checkins?|quizzes|encuestas|preguntas)(?<!(?:no|any|some|have|more) (?:more )?questions)',
    ),
    'texts',
  ],
  [whole('(?:check ?in|follow ?up|survey)(?= (?:texts|messages|reminders))'), 'automated'],
  [whole('(?:stop|quit|dejen? de) (?:asking (?:me|us|my \\S+)|preguntarme)'), 'stop texting'],
  [whole('opt(?:ed|ing)? (?:(?:me|us|this number) )?out'), 'optout'],
  [whole('unsubscribe from what'), 'what'],
  [whole('(?:turn|turning|shut|switch) (?:(?:this|these|those|them) )?off'), 'mute these'],
  [whole('blow(?:ing)? up'), 'bothering'],
  [whole('how (?:do|can|would|could) (?:i|we|you)|how to|como puedo'), 'please'],
  [whole('no (?:me )?(?:vuelvan?|vuelvas) a'), 'no'],
  [whole('no (?:cancelen?|cancele|quiten?|saquen?|borren?|eliminen?)'), 'dont remove'],
  [whole('(?:should|do|can|may|could|must|will|shall|if|when) i(?: (?:have|need) to)?'), 'shouldi'],
  [whole('i (?:will|can|may|might|have to|had to|should|am going to|must)|i ll|im going to|ill'), 'ill'],
];

const withOneWord = phraseReplacer(ONE_WORD);

const LETTERS = '[QqmuMIWzDdfeTtGob0A]';
/** From the start of a clause, over words that add nothing. */
const CLAUSE = `(?<=^|\\||Q)(?:(?!md)${LETTERS}){0,12}`;
const ENDS = '(?=[QqeufG0]{0,8}(?:$|\\|))';
const rules = (...sources: readonly string[]): RegExp => new RegExp(sources.join('|'), 'g');

/** What turns the sense round, or asks about it: "don't stop texting me", "I did not say stop". Taken out first. */
const TURNED_ROUND = rules(
  '(?:[Nn]|oW)(?:[WzuIQbgG]|[MdDh](?=z)){0,4}(?:[SUK]|R(?=[fMDdOe]{0,3}[MLlO])|[kyG](?=[Mfd]{1,2}x?L?O))[VTtMfDdsGieOLl]{0,8}',
  'U[OfMDd]{0,4}x?[ZB](?![Tt])',
  'H(?:[WzuIQbgGm]|x(?=S)){0,3}[SKEA](?![fMDdeQ]{0,4}[TtVcsG])',
  'oW?[Aa][fi]{0,3}[TtM]?|NA',
);

/** The combinations that ask for no more texts. */
const RULES: readonly RegExp[] = [
  rules(
    // Stop the texts; stop sending me these; stop calling; stop getting them.
    'S[fMDdeQhO]{0,5}(?:[xZ]?T|[tVcFP]|s(?!Mz)|G[fMe]{0,4}[TtDd])',
    // Can you stop; she died please stop; work phone stop; STOP 12345.
    `${CLAUSE}S${ENDS}`,
    'j[dDMf]{0,2}TS|[LXU]S(?=[Qqe]{0,4}(?:$|\\|))|T[^|#]{0,3}[xV]S(?=[Qqe]{0,4}(?:$|\\|))',
    // Cancel my reminders; turn off all texts.
    `[KE][fMDdeO]{0,5}(?:[txZ]?[fMDd]{0,2}T|t${ENDS})`,
    // Paren de enviarme mensajes; alto a los mensajes; ya párenle; enough with these texts.
    `[Aa](?:e?[fb]{0,4})(?:[Tti]|D[Tt]|Gf?T)|(?<=^|\\|)[qQ]{0,3}pf{1,2}[Tti]|${CLAUSE}A${ENDS}`,
  ),
  rules(
    // I don't want (to get) any more texts; no quiero que me manden recordatorios; I'd rather not get texts.
    '[Nwo][beGzq]{0,2}W[WzbufeGMDdsvVtqO]{0,8}x?(?:[TtVPv])|W(?:N[GbzefuDdM]{0,5}|G?[Ttx]N)[TtVP]',
    // I don't want to be on this list.
    '[Nwo]Wz?b[OfdDM]{0,3}l|WOf?[dD]?x?l',
    // Do not text me; never contact this number again; could you not message me; don't send me any more.
    '(?<!(?<![mW])uQ?)[Nw](?:[ez]{0,2}G?[Vt]|Wz?[Vt]|zb?P|[ez]{0,2}F(?=M))(?=$|\\||[MDdLeqQF]|h(?:e|$|\\|))',
    '(?<!(?<!m)u)[Nw][ezW]{0,3}s[MeO]{0,4}(?:z[fMDd]{0,3}L|[fe]{0,4}[TtDde]|[fd]xT|$|\\|)',
    // No texts; no more messages; no texting please; no more of these.
    `(?<=^|\\|)[qQIW]{0,4}[oNw][feDdM]{0,5}[TtV]{1,2}${ENDS}|oe{1,2}[fDdM]{0,3}[TtV]|oe{1,2}f?D${ENDS}`,
    // No me manden más mensajes; no vuelvan a escribirme; no manden más; favor de no enviar.
    '[owN]Mv(?!f{1,2}x)|[ow]v(?=[QqefMdD]{0,5}(?:$|\\||T|L(?:$|\\|)))|[ow]M?[iG](?=[feM]{0,3}T|[eqQ]{0,2}(?:$|\\|))',
    // I do not (give) consent to these.
    '[Nwo][WfMxuGh]{0,3}C(?=$|\\||[qQ]|z[bfDdMG]{0,4}[TtVPDdG])',
  ),
  rules(
    // Remove me; remove my number; remove from list; borra mi número; quítenme de la lista.
    `RM(?:${ENDS}|O[fDdM]{0,3}(?:[xZ]?(?:l|T)|[LtV]|[Dd]${ENDS}))|R[fMDdOe]{0,4}(?:[xVL]?L|[xVtT]?l)|r(?:${ENDS}|[fO]{0,3}[dM]?[lL])`,
    // Take me off (your list); take my mom's number off; take off my number; get me off this; drop me from the list.
    `[kG][fMDd]{0,2}x?[ML]O(?:${ENDS}|[fDdM]{0,3}(?:[xtTV]{0,2}l|T|[Dd]${ENDS}))|kO[fMDd]{1,3}L|GO[fMDd]{1,3}l|[ky][Mfd]{1,2}x?L?O[fDd]{0,2}(?:[xtTV]{0,2}l|t?T)`,
    // To be removed (from a list).
    `[IW]zbY${ENDS}|bYO[fDdM]{0,3}(?:[xZ]?l|T|[Dd]${ENDS})`,
    'U|X',
  ),
];

/** Those that point at something: where a pain or a pill is named, "stop these" may mean them. */
const POINTING = rules(
  // Stop these; please end this; make this stop; cancel these; I no longer need these.
  `${CLAUSE}(?:j[dDM]S|S[efq]{0,3}[Ddh]{1,2}|E[efq]{0,3}[Dd])${ENDS}|K[fe]{0,2}D${ENDS}|WN[Gb]{0,2}D${ENDS}|[Nwo]W[WzufeGM]{0,4}(?:D${ENDS}|de${ENDS})`,
);

/** The sign for a number, by itself: "wrong # stop". */
const NUMBER_SIGN = /(?<=\s)#(?=[\s.,!?]|$)/g;
const QUOTES = /["“”«»()*_]/g;
const STRETCHED = /(\p{L})\1{2,}/gu;
const DIGITS = /^\d+$/;

/** A STOP in capitals at one end of a text that is not all in capitals, where no other word joins it to the rest. */
const STOP_FIRST = /^\P{L}*STOP\s+(?!(?:by|at|in|over|on|off|the|my|a|and|to|taking|doing|using|wearing)\s)/u;
const STOP_LAST =
  /(?<!(?:^|\s)(?:says?|said|saying|reply|replied|texts?|texted|word|typed?|sent|wrote|bus|train|next|last|a|the|to|not|dont|don['’]t|wont|won['’]t|cant|can['’]t|never|and)\W{1,3})(?<=\s)STOP\P{L}*$/iu;
const apart = (body: string): string =>
  body.includes('STOP') && body !== body.toUpperCase()
    ? body.replace(STOP_FIRST, 'stop | ').replace(STOP_LAST, (last) => (last.startsWith('STOP') ? `| ${last}` : last))
    : body;

/** "I'm not Susan": a name is what has a capital. */
const NOT_NAMED =
  /^\W*(?:[A-Za-z]{2,5}\W+)?(?:[Ii](?:['’]?m| am) not|[Tt]his is(?:n['’]?t| not)|[Ii]t['’]?s not|[Nn]o soy) \p{Lu}\p{Ll}{2,}\P{L}*$/u;

interface Gloss {
  readonly words: readonly string[];
  /** A letter a word; `|` for a pause. */
  readonly meanings: string;
}

const glossOf = (body: string): Gloss => {
  if (NOT_NAMED.test(body)) return { words: ['wrongnumber'], meanings: 'X' };
  const plain = apart(body).replace(QUOTES, ' ').replace(NUMBER_SIGN, 'number');
  const words = withOneWord(wordsOf(foldClauses(plain).replace(STRETCHED, '$1')));
  const meanings = words.map((word) =>
    word === '|' ? '|' : (MEANING_OF.get(word) ?? (DIGITS.test(word) ? '0' : 'x')),
  );
  return { words, meanings: meanings.join('') };
};

const asMany = (sign: string) => (span: string) => sign.repeat(span.length);

const MAX_LENGTH = 2_000;
/** The text with `!` for each word that asks for an end of texts, and `#` for each that turns such words round. */
const readOptOut = (body: string): Gloss => {
  const { words, meanings } = glossOf(body.slice(-MAX_LENGTH));
  let left = meanings.replace(TURNED_ROUND, asMany('#'));
  for (const rule of RULES) left = left.replace(rule, asMany('!'));
  return { words, meanings: left.includes('B') ? left : left.replace(POINTING, asMany('!')) };
};

/** Whether a text's words combine to a request for no more texts. */
export const asksForNoMoreTexts = (body: string): boolean => readOptOut(body).meanings.includes('!');

/** Whether a statement denies it, or asks about it: "I did not say stop". */
export const turnsItRound = (statement: string): boolean => glossOf(statement).meanings.search(TURNED_ROUND) >= 0;

/** Whether a text asks for nothing but that, politeness and what belongs to it aside. */
export const asksForNothingElse = (body: string): boolean =>
  /^(?=.*!)[!|QqefMDdhTtzumIbOLlSAKERG]*$/.test(readOptOut(body).meanings);

/** A text's words without those that ask for no more texts. */
export const withoutOptOut = (body: string): string => {
  const { words, meanings } = readOptOut(body);
  return words.filter((_, index) => meanings[index] !== '!').join(' ');
};

/** Whether a text says that the number is not the patient's, or no longer. */
export const saysWrongNumber = (body: string): boolean => glossOf(body).meanings.includes('X');
