/**
 * What patients call things, English and Spanish: the vocabulary in which red flags are combined (red-flag-rules.ts).
 *
 * Lists of phrases never end; what a spine emergency takes away and where does: feeling, control, strength, movement, passing
 * water; saddle, bladder, bowel, legs (the framework's core findings, domain source as in red-flag-rules.ts). So a word stands
 * for a concept here once, and the rules say which concepts together are a flag, however far apart and in whatever order.
 * Words are canonical (red-flag-words.ts). `{a,b}` is either; commas outside braces part the entries.
 */

/**
 * What a concept does in a sentence, which is what a denial needs to know ("no leg weakness", "no control"):
 * - `finding`: a thing one can have or not have; "no numbness" denies it;
 * - `quality`: a finding said of something ("numb", "swollen"): it denies only right after the "no" ("not numb"), for
 *   "no legs numb" is an answer and then a finding;
 * - `event`: something that happened ("gave out"): as a quality;
 * - `function`: a thing one should have; "no feeling" is a deficit and clears nothing;
 * - `place`: a part of the body or what leaves it;
 * - `loss`: says that a function is gone or hard;
 * - `detail`: how much, how fast; never inside a denial.
 */
export type Kind = 'finding' | 'quality' | 'event' | 'function' | 'place' | 'loss' | 'detail';

const CONCEPTS = [
  // Losses
  ['cannot', 'loss', 'cant, wont, nopuedo, unable, incapable of, incapaz de, dejo de, deje de, stopped being able to'],
  [
    'scarcely',
    'loss',
    'impaired, poor, weak, very little, disminucion de, disminuid{o,a}, weaker, hardly, barely, scarcely, less, little, reduced, decreased, diminished, apenas, casi no, poc{o,a}, menos, {no longer,stopped,quit} {having,feeling}, no longer, ya no',
  ],
  [
    'lost',
    'loss',
    'lost, lose, loses, losing, loosing, loss of, loss in, lack of, lacking, absent, perdi, perdido, pierdo, perdio, perdiendo, perdida de, perdida en, falta de',
  ],
  [
    'gone',
    'loss',
    'gone, lost, missing, disappeared, vanished, absent, shot, se fue, se me fue, perdid{o,a}, desaparecio',
  ],
  [
    'trouble',
    'finding',
    'change in, changed, changes in, cambios en, trouble, troubles, difficulty, difficulties, problem, problems, issue, issues, changes, dysfunction, hard time, difficult, struggling, struggle, struggles, strain{,ing} to, dificultad{,es}, problema{,s}, me cuesta, batallo, batallando, trabajo para',
  ],
  [
    'hard',
    'quality',
    'takes forever to, takes a long time to, takes a while to, tarda en, tardo en, have to force, hard to, hard, harder to, tough to, dificil, impossible to, imposible',
  ],
  [
    'declining',
    'loss',
    'deteriorat{e,ed,ing}, declining, fading, faded, failing, slipping, slipped, bad, worse, worsening, terrible, peor, mal',
  ],

  // Functions
  [
    'feeling',
    'function',
    'feeling, feelings, sensation, sensations, sense, sensitivity, sensibilidad, sensacion, sentido en',
  ],
  ['feel', 'function', 'feel, feels, felt, sentir, siento, sienta, siente, sintiendo'],
  [
    'control',
    'function',
    'control, controls, controlling, controled, controlar, controlo, bladder function, bowel function',
  ],
  [
    'holding',
    'function',
    'make it to the {bathroom,toilet}, hold back, hold, holding, keep in, stop, stopping, aguantar, aguantarme, aguanto, aguantando, contener, contenerme, contengo, retener, retengo, detener',
  ],
  ['strength', 'function', 'strength, power, grip, fuerza, fuerzas, agarre'],
  ['movement', 'function', 'movement, motion, use of, movimiento, movilidad'],
  [
    'moving',
    'function',
    'curl, comb my hair, brush my {hair,teeth}, hold up, reach up, step {up,down,onto,over}, climb, get up on, go up on, press down, push down, get my {leg,legs,foot,feet,arm,hand} to, make my {leg,legs,foot,feet,arm,hand}, kick, subir, move, moving, lift, lifting, raise, raising, bend, bending, flex, wiggle, pick up, open, close, zip, use, using, push, point, straighten, mover, levantar, alzar, doblar, usar, cerrar, agarrar, estirar',
  ],
  [
    'gripping',
    'function',
    'abrochar, abrocharme, abrocharse, abotonarse, pick up {coins,change,a coin,small things,anything}, zip, unzip, thread, turn {a,the,my} {key,knob,doorknob}, hold a cup, hold things, do buttons, do my buttons, tie my {shoes,laces,shoelaces}, use {keys,my keys,a fork,my fork,chopsticks}, text properly, open a jar, hold a pen, open anything, sostener, amarrarme, grip, grab, button, write, hold a, hold my, hold onto, hold things, open jars, type, abotonar, escribir, agarrar',
  ],
  [
    'standing',
    'function',
    'weight bear, put my weight, stand, standing, walk, walking, bear weight, put weight, put any weight, caminar, andar, pararme, parar, levantarme, ponerme de pie, ponerme en pie, sostenerme',
  ],
  [
    'passing',
    'function',
    '{make,making,made} water, go potty, pee, peeing, urinate, urinating, urination, pass water, passing water, pass urine, passing urine, wee, piss, pissing, void, voiding, tinkle, poop, pooping, poo, shit, bowel movement{,s}, bm, pass gas, pass stool, {go,went,going} to the {bathroom,toilet,restroom}, go to {bathroom,toilet}, {go,going} {pee,poop,number 1,number 2,number one,number two}, use the {bathroom,toilet,restroom}, empty my bladder, empty the bladder, start {my,the,a} stream, {my,the} stream, ' +
      'go number {1,2,one,two}, start peeing, start to pee, start urinating, get a stream, have a bowel movement, orinar, orinando, hacer {pis,pipi,chis,popo,caca,del bano,del cuerpo,bano}, ir al bano, mear, miccionar, vaciar la vejiga, defecar, evacuar, obrar',
  ],
  [
    'sex',
    'function',
    'intimate, intimacy, making love, make love, intim{o,a,os}, erection{,s}, it up, an orgasm, orgasm{,s}, climax, sex, sexual{,ly}, intercourse, ereccion{,es}, orgasmo{,s}, relaciones',
  ],
  [
    'breathing',
    'function',
    'a breath, deep breath, my breath, breathe in, respirar hondo, breathe, breath, breathing, breaths, catch my breath, catch my breathe, get air, get any air, get enough air, respirar, respiro, respiracion, tomar aire, jalar aire',
  ],

  // Findings of feeling and strength
  [
    'numb',
    'quality',
    'deadened, desensitized, senseless, insensible, insensibles, anesthetized, anestesiad{o,a,os,as}, sin sentir nada, numb, numbed, numbing, tingly, tingles, tingling in, asleep, dead, novocaine, went to sleep, goes to sleep, go to sleep, gone to sleep, falling asleep, going to sleep, nosiento, adormecid{o,a,os,as}, dormid{o,a,os,as}, entumecid{o,a,os,as}, entumid{o,a,os,as}, hormiguea, hormiguean, acalambrad{o,a,os,as}, se me {duerme,duermen,durmio,durmieron,adormece,adormecen,adormecio,adormecieron,entume,entumio,entumece,entumecen,entumecio}',
  ],
  [
    'numbness',
    'finding',
    'pins n needles, prickling, prickly, pinprick{s,}, anesthesia, anestesia, insensibilidad, crawling sensation, numbness, tingling, pins and needles, loss of feeling, loss of sensation, adormecimiento, entumecimiento, hormigueo, hormigueos',
  ],
  ['burning', 'quality', 'burning, arde, ardor, quemazon'],
  [
    'nothingFelt',
    'quality',
    'felt nothing, didnt feel anything, feel nothing, feels nothing, felt nothing, cant feel anything, siento nada, nosiento nada',
  ],
  [
    'odd',
    'quality',
    'altered, frozen, like {cardboard,plastic,wood,leather,a cushion,a pillow}, dentist, not mine, someone elses, odd, cold, coldness, icy, buzzing, humming, vibrating, tickling, fuzzy, foreign, padded, isnt mine, swollen feeling, frio, fria, cosquilleo, zumbido, weird, strange, funny, different, cotton, isnt there, not there, isnt right, not right, off, wrong, gone, rar{o,a,as,os}, extran{o,a,as,os}, diferente, como algodon',
  ],
  [
    'weak',
    'quality',
    'jello, like {jello,jelly,noodles}, shrinking, shrunk, wasting, wasted, withered, withering, atrophied, atrophy, dead weight, like {cement,concrete,lead,bricks,mush,mashed potatoes,wood}, mushy, rubbery, lifeless, unresponsive, weak, weaker, paralyzed, paralysed, jelly, noodle{,s}, rubber, rubbery, spaghetti, wobbly, floppy, limp, useless, dead, debil, debiles, sin fuerza{,s}, paralizad{o,a,os,as}, aguad{o,a,os,as}, floj{o,a,os,as}, como trapo',
  ],
  ['weakness', 'finding', 'weakness, paralysis, foot drop, drop foot, debilidad, flaqueza, paralisis, pie caido'],
  ['heavy', 'quality', 'heavy, pesad{o,a,os,as}, like lead'],
  [
    'failing',
    'event',
    '{wont,dont,doesnt} do what {i,he,she}, just {wasnt,isnt,not} there, {give,gives,giving,gave,given,giv} {out,way}, {went,going,goes} out, gone out, buckle, buckles, buckled, buckling, collapse, collapsed, collapses, collapsing, {dont,doesnt,didnt,not,isnt,arent,stopped,wont,quit} {work,working,respond,responding}, wont {hold,move,lift,bend,go up,come up,wake up,support}, ' +
      '{hangs,hanging} {there,down,limp}, just hangs, dangles, dangling, {folded,folds,folding} {under,up}, crumples, crumpled, went from under, clumsy, {wont,doesnt,dont,not} {listen,listening,obey,cooperate,cooperating}, {refuses,refusing}, {curled,curling} {up,in}, {shuts,shut,shutting} down, no {me ,}{obedece,obedecen,aguantan,aguanta}, no {me ,}{responde,responden,sostiene,sostienen,funciona,funcionan}, me falla, me fallan, me fallo, me fallaron, se me {dobla,doblan,doblo,doblaron,va,van}',
  ],

  // Places
  [
    'saddle',
    'place',
    'seat area, {bike,bicycle} seat, where {you,u} sit, undercarriage, saddle, groin, genital, genitals, genitalia, private, privates, private {part,parts,area}, crotch, perineum, perineal, taint, between {my,the,his,her} {legs,thighs}, between legs, inner {thigh,thighs}, buttock, buttocks, butt, butt cheek{,s}, but cheek{,s}, bum, bottom, backside, behind area, rear end, rear, ass, tush, rectum, rectal, anus, anal, vagina, vaginal, vulva, labia, lady part{,s}, hoo ha, hooha, coochie, cooch, cooter, pussy, clit, clitoris, penis, dick, cock, junk, scrotum, balls, testicle, testicles, nuts, nether region{,s}, down there, down below, where i sit, when i {wipe,sit}, i wipe, wipe, wiping, ' +
      'pubic, pubic bone, pubes, back passage, loins, muslos internos, muslo interno, cara interna, ingle, ingles, genitales, genital, entrepierna{,s}, {partes,parte,zona,area} {intima,intimas,privada,privadas,noble,nobles,genital,genitales}, parte de abajo, partes de abajo, mis partes, las partes, nalga{,s}, trasero, gluteo{,s}, pompi{,s}, pompas, ano, recto, cola, colita, entre {las,mis} piernas, alla abajo, ahi abajo, aqui abajo, pene, testiculo{,s}, vagina, perine, silla de montar, limpiarme, me limpio',
  ],
  ['seat', 'place', 'the chair, the seat, my seat, toilet seat, toilet paper, la silla, el asiento'],
  ['waist', 'place', 'waist down, below {my,the} waist, below waist, cintura {para,hacia,pa} abajo'],
  [
    'legs',
    'place',
    '{both ,each ,my ,the ,his ,her ,two ,}legs, both sides, both my {legs,feet}, each leg, {both ,my ,the ,his ,her }feet, {both ,my ,his ,her }thighs, lower legs, {bottom,lower} half, lower body, both calves, piernas, {los,mis,dos,ambos,sus} pies, ambos muslos',
  ],
  [
    'limb',
    'place',
    'leg, legs, foot, feet, ankle, ankles, toe, toes, knee, knees, thigh, thighs, calf, calves, arm, arms, hand, hands, wrist, fingers, finger, grip, pierna, piernas, pie, pies, brazo, brazos, mano, manos, tobillo, tobillos, dedo, dedos, rodilla, rodillas',
  ],
  ['bladder', 'place', 'bladder, vejiga, urethra, catheter, sonda'],
  ['bowel', 'place', 'bowel, bowels, sphincter, sphincters, esfinter, esfinteres, intestino, intestinos, rectum'],
  [
    'waste',
    'place',
    'pee, peeing, wee, piss, urine, urinate, my water, poop, pooping, poo, shit, stool, stools, feces, gas, bathroom, it in, it anymore, orina, orinar, pis, pipi, chis, popo, caca, heces, excremento, bano, ganas de ir, ganas de orinar',
  ],
  [
    'chest',
    'place',
    '{middle,center,side} of {my,the,his,her} chest, breastbone, sternum, ribcage, rib cage, my heart, mi corazon, chest, pecho',
  ],
  ['calf', 'place', 'calf, calves, calfs, pantorrilla{,s}, chamorro{,s}'],
  ['leg', 'place', 'leg, ankle, pierna, tobillo'],
  ['spine', 'place', 'spine, neck, chin, my head, arms, legs, chest, body, espalda, columna, cuello'],
  [
    'head',
    'finding',
    'head hurt, skull {hurts,hurt}, headache, headaches, head pain, head ache, migraine, head {hurts,pounds,pounding,throbs,throbbing,splitting,killing}, head is {pounding,throbbing,splitting,killing}, pain in my head, dolor de cabeza, duele la cabeza, cefalea, jaqueca',
  ],
  [
    'wound',
    'place',
    'where {they,you,u,yall,he,she,doc,the doctor,the nurse,the surgeon} {gave,did,put,stuck,poked,injected,cut,operated,opened,went in}, donde me {inyectaron,operaron,picaron,pusieron,abrieron,cortaron,hicieron}, epidural site, injection, {surgery,surgical,epidural} {site,area}, site of the injection, staples, sutures, surgical cut, surgery {cut,spot}, {shot,needle,puncture} site, where they {cut,operated,injected,did,opened,poked}, where i {had,got} the, post op, the cut, my cut, bandage, dressing, cirugia, incision, incisions, wound, stitches, scar, surgical site, injection site, surgery site, herida, cicatriz, puntos',
  ],
  [
    'body',
    'place',
    'back, neck, hip, shoulder, body, side, belly, stomach, shoulders, hips, espalda, cuello, cadera, hombro, cuerpo, garganta, throat, spine, joint, muscle, rest, night',
  ],

  // Other findings
  [
    'pain',
    'finding',
    'pain, pains, painful, hurt, hurts, hurting, ache, aches, aching, sore, soreness, agony, dolor, dolores, duele, duelen, doliendo, adolorid{o,a}, molestia, molestias',
  ],
  ['shooting', 'finding', 'shooting, pain, pains, sciatica, hurt, hurts, electric, burning, dolor, duelen'],
  [
    'electric',
    'finding',
    'jolt{,s}, shockwave{,s}, shock waves, zaps, lightning bolt{,s}, electric{,al} {shock,shocks,zap,zaps,shooting}, electric, band of numbness, tight band, lhermitte, toque{,s} electrico{,s}, descarga{,s}',
  ],
  [
    'pressing',
    'finding',
    'piedra, pesad{o,a}, {someones,somebodys,someone,somebody,something} sitting, sitting on it, stabbing, on fire, squeezes, squished, tightened, hurting, crushed, weight, like a ton, knife, punal, aplasta, apachurra, pain, pains, hurt, hurts, hurting, ache, aches, aching, sore, pressure, tight, tightness, tightening, heavy, heaviness, squeezing, squeezed, discomfort, crushing, burning, stabbing, elephant, brick, dolor, dolores, duele, opresion, presion, apretad{o,a}, punzada{,s}, ardor, aprieta',
  ],
  [
    'swollen',
    'quality',
    'swollen, swelled, swelled up, swole, swells, puffy, red, redness, warm, tender, hinchad{o,a,os,as}, inflamad{o,a,os,as}, roj{o,a,os,as}, caliente, hincha, hinchan, hincho, dura',
  ],
  ['swelling', 'finding', 'tenderness, warmth, redness, inflamacion, swelling, hinchazon'],
  ['hot', 'quality', 'hot, pain, painful, hurts, hurt, sore, aching, duele, dolor'],
  [
    'infected',
    'quality',
    'puffed up, hinchando, oozing, puffy, caliente, tenderness, weepy, hinchazon, redness, heat, swelling, sore and red, yellow, green, foul, odor, odour, reeks, discharge, oozes, drips, weeping, soaked, pussy, busted, infectada, pus, split, fluid, liquid, seeping, wet, gaping, reopened, apart, streaks, liquido, oozing, draining, drainage, leaking, infected, infection, red, redness, hot, swollen, puffy, smell, smells, stinks, opened, open, split, bleeding, supura, supurando, infectad{o,a}, roj{o,a}, hinchad{o,a}, caliente, sangra, sangrando, abierta, abrio, huele',
  ],
  [
    'fever',
    'finding',
    'fever, fevers, feverish, chills, shivers, shivering, rigors, night sweats, fiebre, calentura, febril, temperatura alta, escalofrio{,s}, sudores nocturnos',
  ],
  [
    'unwell',
    'finding',
    'confused, confusion, stiff neck, rigid neck, light {bothers,hurts}, bright light{,s}, weak, weakness, numb, numbness, vomiting, throwing up, vomit, shaking, faint, delirious, cant {pee,urinate,walk,move,think}, confundid{o,a}, cuello rigido, debil, debilidad, vomito, vomitando, vomitos, entumecid{o,a,os,as}',
  ],
  ['cancer', 'finding', 'cancer, tumor, tumour, mets, metastases'],
  // A leak of spinal fluid after a needle: the head hurts upright, or since then.
  [
    'tapped',
    'detail',
    'epidural, spinal tap, lumbar puncture, spinal, injection, shot, myelogram, nerve block, upright, lay down, laying down, laying flat, lie down, lying down, lying flat, stand up, sit up, epidural, inyeccion, acostarme, pararme, sentarme',
  ],
  [
    'thinner',
    'event',
    '{pants,clothes,jeans} {hanging off,r hanging off,are hanging off,hang off,are hanging,hanging on}, {pants,clothes,jeans,trousers,ring,rings,belt} {falling off,are falling off,fall off,keep falling off,hang off,hang on}, {losing,lost,lose,loosing,dropping,dropped,shedding,melting off} {weight,so much weight,a lot of weight,some weight}, weight loss, weight is {dropping,falling}, {5,6,7,8,9,10,12,14,15,16,18,20,22,25,30,35,40} {lbs,pounds,kilos} {gone,lighter,less,down}, {lost,dropped,down} {5,6,7,8,9,10,12,14,15,16,18,20,22,25,30,35,40} {lbs,pounds,kilos,kg}, clothes {falling off,hang,are falling off,dont fit}, {perdi,perdido,perdiendo,bajado,baje,bajando} {de peso,peso}, perdida de peso, bajado kilos',
  ],
  [
    'unexplained',
    'detail',
    'dont eat any different, dont eat {different,less}, {eat,eating} {like always,as usual}, without trying, without dieting, not trying, not even trying, not on a diet, not dieting, no reason, dont know why, no idea why, dont understand why, unexplained, unintentional, unintentionally, havent changed, eat{ing,} {normal,normally,the same,fine}, in a month, in {2,3,4,5,6,two,three,four,six} {weeks,months}, no appetite, not hungry, cant eat, night sweats, at night, night pain, fast, sin {querer,razon,dieta,motivo,hacer dieta}, no se por que',
  ],
  ['legBack', 'place', '{behind,back of} {my,the,his,her} {knee,leg,calf}, detras de la rodilla'],
  // One leg against the other.
  [
    'enlarged',
    'event',
    'twice as {fat,thick,large,swollen}, double the size, twice the size, twice as big, bigger than, bigger than the other, larger than, fatter than, ballooned, ballooning, blew up, blown up, blowing up, swelling up, huge, mas grande que, el doble',
  ],
  [
    'inflamed',
    'quality',
    'red, redness, purple, blue, discolored, blotchy, {feels,is,and,its,very,really,so} {hot,warm}, red hot, {hot,warm} {to the touch,to touch,spot}, hot and, warm and, roja, rojo, morada, caliente',
  ],
  // Medicines that harm when too many are taken, and what too many do.
  [
    'medicine',
    'place',
    'pill, pills, tablet, tablets, capsule, capsules, meds, med, medicine, medicines, medication, medications, dose, doses, dosed, muscle {relaxer,relaxers,relaxant}, pain {killer,killers,meds}, painkillers, opioid, opioids, narcotic, narcotics, oxy, oxys, oxycodone, oxycontin, percocet, percocets, percs, norco, norcos, vicodin, hydrocodone, tramadol, tramadols, morphine, fentanyl, patch, patches, gabapentin, gabapentins, gabas, lyrica, flexeril, cyclobenzaprine, baclofen, tizanidine, soma, xanax, valium, ativan, ambien, tylenol, tylenols, acetaminophen, ibuprofen, naproxen, pastilla, pastillas, pildoras, medicina, medicinas, medicamento, dosis',
  ],
  [
    'overtaken',
    'event',
    '{took,taken,takes,had,swallowed} {too many,too much,too much of,way too many,way too much,double,triple,twice,extra,an extra,a lot of}, {accidentally,mistakenly} {took,taken,doubled,tripled,overdid}, doubled up, {double,tripled,triple,doubled} {dosed,dose,the dose,my,her,his}, mixed, mixing, more than {prescribed,i should,im supposed to,i was supposed to}, by mistake, {tome,tomo,trague} {demasiad{a,as,o,os},el doble,doble,de mas,muchas,dos veces}',
  ],
  [
    'sedated',
    'event',
    '{wont,cant,doesnt,not} {stay awake,wake up,waking up,keep my eyes open}, nodding {off,out}, hard to wake, barely {awake,stay awake,keep my eyes open}, so {drowsy,out of it}, really sleepy, out of it, no {despierta,se despierta}',
  ],
  [
    'spinal',
    'finding',
    'pain, pains, painful, hurt, hurts, hurting, ache, aches, sore, agony, my {back,neck,spine}, back pain, dolor, dolores, duele, duelen, mi {espalda,cuello}',
  ],

  // How fast, how bad
  [
    'fast',
    'detail',
    'moved up, crept up, reached, subio, sube, subiendo, subido, extendio, extendido, sudden, suddenly, all of a sudden, overnight, today, this {morning,afternoon,evening}, tonight, last night, since {yesterday,this morning,last night,today}, within hours, hours, worse, worsening, spread, spreading, progressing, progressive, progressively, rapidly, quickly, more and more, increasing, increasingly, every day, climbing, climbs, creeping, creeps, moving up, going up, moves up, traveling, travels, higher, ' +
      'de repente, de pronto, repentin{o,a}, repentinamente, subit{o,a}, subitamente, hoy, anoche, esta manana, desde ayer, empeora, empeoro, empeorado, empeorando, peor, cada {vez,dia} mas, rapido, avanzando, aumentando',
  ],
  [
    'worst',
    'detail',
    'never one like, all at once, worst, sudden, suddenly, severe, explosive, exploding, excruciating, blinding, out of nowhere, splitting, never had, unbearable, awful, horrible, insane, intense, massive, peor, repentin{o,a}, subit{o,a}, de repente, insoportable, explosiv{o,a}, terrible, muy fuerte, intens{o,a}, fortisimo',
  ],

  // Danger
  [
    'struck',
    'event',
    'hit me, struck me, ran into me, ran me over, hit us, plowed into me, slammed into me, me pego, me choco, me golpeo, me atropello',
  ],
  [
    'vehicle',
    'detail',
    'car, truck, van, bus, suv, bike, motorcycle, scooter, vehicle, driver, carro, coche, auto, camion, moto, troca, camioneta',
  ],
  ['stiffNeck', 'finding', 'stiff neck, rigid neck, neck is {stiff,rigid}, neck so stiff, cuello {rigido,tieso}'],
  [
    'meningeal',
    'finding',
    'light {bothers,hurts}, bright light{,s}, lights hurt, nausea, nauseous, vomiting, throwing up, vomit, vomito, nauseas, headache, fever, confused',
  ],
  [
    'drops',
    'detail',
    '{only,just,few,some,barely} drops, few drops, drop or two, drip{,s}, dribble{,s}, trickle{,s}, nothing {happens,comes,comes out,came}, gotas, gotitas',
  ],
  ['sight', 'place', 'vision, eyesight, eye sight, my sight, vista, mi vision'],
  ['heart', 'place', 'heart, heart rate, heartbeat, his heart, her heart, corazon, pulse, pulso'],
  [
    'faint',
    'quality',
    'faint, lightheaded, dizzy, sweaty, clammy, palpitating, stopped, 1{20,30,40,50,60,70,80}, jumping, irregular, weird, mareado, mareada, mareo, acelerado',
  ],
  ['throat', 'place', 'throat, tongue, lips, face, garganta, lengua, labios, cara'],
  [
    'closing',
    'event',
    'huge, puffed up, hincharon, hinchan, swelling, swollen, swelled, closing, closed up, closing up, tightening, hinchad{o,a,os}, hinchando, hincha, hincho, cierra, cerrando, cerro',
  ],
] as const satisfies ReadonlyArray<readonly [string, Kind, string]>;

export type Concept = (typeof CONCEPTS)[number][0];

/** Concepts that stand in the table, or are made of two that do: "no" and "feeling" are `unfelt`. */
export type Deficit =
  | 'unfelt'
  | 'uncontrolled'
  | 'unmoved'
  | 'strengthless'
  | 'unsteady'
  | 'retained'
  | 'unsexed'
  | 'breathless'
  | 'clumsy';

/** A function, what it is called when lost, and the losses that take it. A bare "not" takes only what one has, not what one does. */
export const DEFICITS: ReadonlyArray<{
  readonly deficit: Deficit;
  readonly of: Concept;
  /** Before it: "cannot feel". */
  readonly losses: readonly Concept[];
  /** After it: "the feeling is gone". */
  readonly ends: readonly Concept[];
  readonly isLostByNo: boolean;
}> = [
  {
    deficit: 'unfelt',
    of: 'feeling',
    losses: ['cannot', 'scarcely', 'lost', 'trouble'],
    ends: ['gone'],
    isLostByNo: true,
  },
  { deficit: 'unfelt', of: 'feel', losses: ['cannot', 'scarcely', 'lost'], ends: [], isLostByNo: true },
  {
    deficit: 'uncontrolled',
    of: 'control',
    losses: ['cannot', 'scarcely', 'lost', 'trouble', 'hard'],
    ends: ['gone', 'declining'],
    isLostByNo: true,
  },
  {
    deficit: 'uncontrolled',
    of: 'holding',
    losses: ['cannot', 'scarcely', 'trouble', 'hard'],
    ends: [],
    isLostByNo: true,
  },
  {
    deficit: 'strengthless',
    of: 'strength',
    losses: ['cannot', 'scarcely', 'lost'],
    ends: ['gone', 'declining'],
    isLostByNo: true,
  },
  { deficit: 'strengthless', of: 'movement', losses: ['cannot', 'scarcely', 'lost'], ends: ['gone'], isLostByNo: true },
  { deficit: 'unmoved', of: 'moving', losses: ['cannot', 'scarcely', 'trouble', 'hard'], ends: [], isLostByNo: false },
  { deficit: 'unsteady', of: 'standing', losses: ['scarcely'], ends: [], isLostByNo: false },
  {
    deficit: 'retained',
    of: 'passing',
    losses: ['cannot', 'scarcely', 'trouble', 'hard'],
    ends: [],
    isLostByNo: false,
  },
  { deficit: 'unsexed', of: 'sex', losses: ['cannot', 'lost', 'trouble'], ends: ['gone'], isLostByNo: true },
  {
    deficit: 'breathless',
    of: 'breathing',
    losses: ['cannot', 'scarcely', 'trouble', 'hard'],
    ends: [],
    isLostByNo: false,
  },
  { deficit: 'clumsy', of: 'gripping', losses: ['cannot'], ends: [], isLostByNo: false },
];

/** One entry of the lexicon: the words that follow its first one, what they mean, and how. */
export interface Entry {
  readonly rest: readonly string[];
  readonly concept: Concept;
  readonly kind: Kind;
}

const spelledOut = (words: string): readonly string[] => {
  const brace = /\{([^{}]*)\}/.exec(words);
  if (brace === null) return [words];
  const [whole, inner = ''] = brace;
  return inner.split(',').flatMap((each) => spelledOut(words.replace(whole, each)));
};

const lexicon = new Map<string, Entry[]>();
for (const [concept, kind, words] of CONCEPTS) {
  for (const entry of words.split(/,(?![^{}]*\})/).flatMap((one) => spelledOut(one.trim()))) {
    const [first = '', ...rest] = entry.split(' ').filter((word) => word !== '');
    const entries = lexicon.get(first);
    if (entries === undefined) lexicon.set(first, [{ rest, concept, kind }]);
    else entries.push({ rest, concept, kind });
  }
}

/** Every phrase by its first word. */
export const LEXICON: ReadonlyMap<string, readonly Entry[]> = lexicon;
