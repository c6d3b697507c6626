/**
 * What text that talks to a model looks like: orders to drop its orders, borrowed roles, requests for secrecy or secrets.
 * Two tables, as they are looked for in two readings of a text (see instructions.ts). All patterns are bounded: no text
 * makes them slow.
 */

export interface Sign {
  kind: 'override' | 'role' | 'secrecy' | 'reveal' | 'address' | 'command' | 'exfiltration' | 'call';
  pattern: RegExp;
}

const signs = (kind: Sign['kind'], ...patterns: RegExp[]): Sign[] =>
  patterns.map((pattern) => ({ kind, pattern }));

const DROP =
  '(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?|neglect|discard|overlook|abandon|dismiss|set aside|pay no attention to|(?:do not|don t|never|stop) (?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)? to|heed(?:ing)?|comply(?:ing)? with))';
const ORDERS =
  '(?:instructions?|prompts?|directions?|directives?|guidelines?|guidance|rules|orders|commands|messages|context|programming|training|constraints|restrictions|safeguards|guardrails|polic(?:y|ies)|conversation|text|task)';
const STRICT =
  '(?:instructions?|prompts?|directives?|guidelines|programming|training|guardrails|safeguards|safety|alignment)';
const MODEL =
  '(?:ai|a i|llms?|language models?|assistants?|ai agents?|chatbots?|claude|chatgpt|gpt(?: ?\\d)?|copilot|gemini|codex)';

const within = (source: string) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, 'u');

/** Looked for in the words alone: lower case, accents off, whatever stands between words turned into one blank. */
export const IN_WORDS: readonly Sign[] = [
  ...signs(
    'override',
    within(
      `${DROP} (?:(?:all|any|every|each|of|the|these|those|this|that|your|my|our|its|and|or|other) ){0,4}(?:previous|prior|above|earlier|preceding|former|foregoing|past|existing|original|initial|old|system)(?:ly given)? (?:[\\p{L}]+ ){0,2}${ORDERS}`,
    ),
    within(
      `${DROP} (?:(?:all|any|of|the|and|or) ){0,3}(?:your|system|safety|security) (?:[\\p{L}]+ ){0,2}${STRICT}`,
    ),
    within(`${DROP} all (?:of )?(?:the |these |those |other )?(?:instructions|directives|prompts)`),
    within(
      `${DROP} (?:everything|anything|all|what|whatever)(?: that)? (?:is |was |has been |you (?:were|have been|ve been|have|know|learned)|i (?:said|told)|we (?:said|told)|above|before|prior|came before|said|told|written)(?: \\p{L}+){0,3}`,
    ),
    within(
      `(?:previous|prior|above|earlier|original|system) (?:instructions?|prompts?|directives?|rules) (?:\\p{L}+ ){0,3}(?:void|cancell?ed|superseded|revoked|outdated|obsolete|invalid|suspended|no longer)`,
    ),
    within(
      `(?:your|the) (?:new|real|actual|true|only|updated) (?:task|instructions?|goal|objective|role|orders?|mission|prompt|directive|purpose)s? (?:is|are|now)`,
    ),
    within(
      `(?:here are|these are|follow|obey|receive|execute) (?:\\p{L}+ ){0,2}new (?:instructions|orders|directives)`,
    ),
    within(`new (?:system )?(?:instructions?|prompt|directive)s? (?:follow|begin|start|from (?:the|your))`),
    within(
      `you are (?:now|henceforth|from now on) (?:a|an|my|dan|free|unrestricted|unfiltered|no longer|acting|operating as|called|going to)`,
    ),
    within(
      `(?:you are|now|enter(?:ing)?|enable|activate|switch to) (?:\\p{L}+ ){0,2}(?:developer|god|admin|dan|jailbreak|unrestricted|sudo|opposite) mode`,
    ),
    within(
      `(?:developer|god|dan|jailbreak|unrestricted) mode (?:is )?(?:now )?(?:enabled|activated|on|engaged)`,
    ),
    within(
      `from now on (?:\\p{L}+ ){0,2}(?:you (?:will|must|should|are|shall)|always|never|ignore|respond|answer|act|obey|every)`,
    ),
    within(
      `pretend (?:to be|that you|you are|you re)|role ?play as|do anything now|act as (?:if you|an? (?:unrestricted|unfiltered|evil|different))`,
    ),
    within(
      `you (?:must|will|shall|should|have to|are to|need to) (?:\\p{L}+ ){0,2}(?:obey|disregard|ignore (?:all|any|your|every)|comply with (?:this|these|my|the following))`,
    ),
    within(
      `(?:system|admin(?:istrator)?|security|safety) override|override (?:code|protocol|accepted|authorized)`,
    ),
    within(`(?:end|start|begin(?:ning)?) of (?:the )?(?:system |user |new )?(?:prompt|instructions)`),
    /(?:ignore|disregard|forget|override)(?:all|any)?(?:of)?(?:the|your|my|these)?(?:previous|prior|above|earlier|system)(?:instructions?|prompts?|rules|directives?)/u,
  ),
  // The same family in other languages; the reading has taken the accents off Latin letters.
  ...signs(
    'override',
    within(
      '(?:ignorier(?:e|en|t)?|vergiss|vergesst|vergessen|missachte[nt]?|ubergehe?n?) (?:[\\p{L}]+ ){0,5}(?:anweisung(?:en)?|instruktionen|vorgaben|regeln|befehle?|anordnungen|prompts?|bisherige|vorherige)',
    ),
    within('du bist (?:jetzt|nun|ab (?:jetzt|sofort)) (?:ein|eine|kein|keine|nicht|frei)'),
    within(
      '(?:ignore[zr]?|oublie[zr]?|neglige[zr]?|outrepasse[zr]?|ne (?:tiens|tenez|suis|suivez) (?:pas|plus|aucun)(?: compte)?) (?:[\\p{L}]+ ){0,4}(?:instructions?|consignes?|directives?|regles|ordres|precede|precedentes?)',
    ),
    within('(?:tu es|vous etes) (?:maintenant|desormais) (?:une?|mon|ma|libre)'),
    within(
      '(?:ignor(?:a|ar|ad|e|en)|olvid(?:a|ar|ad|e|en)|descart(?:a|e)|desestim(?:a|e)|haz caso omiso|no hagas caso) (?:[\\p{L}]+ ){0,4}(?:instruccion(?:es)?|indicaciones|ordenes|reglas|directrices|anterior(?:es)?)',
    ),
    within('(?:ahora eres|eres ahora|a partir de ahora (?:eres|seras)) (?:un|una|mi|libre)'),
    within(
      '(?:ignor(?:e|a|em)|esquec(?:a|e|am)|desconsider(?:e|a)) (?:[\\p{L}]+ ){0,4}(?:instruc(?:ao|oes)|regras|ordens|orientacoes|anterior(?:es)?)',
    ),
    within(
      '(?:ignora(?:re|te)?|dimentica(?:re|te)?|trascura(?:re|te)?) (?:[\\p{L}]+ ){0,4}(?:istruzion[ei]|regole|ordini|indicazioni|precedent[ei])',
    ),
    within('(?:negeer|vergeet) (?:[\\p{L}]+ ){0,4}(?:instructies?|aanwijzingen|opdrachten|regels)'),
    within(
      '(?:z?ignoruj(?:cie)?|zapomnij(?:cie)?) (?:[\\p{L}]+ ){0,4}(?:instrukcj\\p{L}+|polece\\p{L}+|zasad\\p{L}*)',
    ),
    within(
      '(?:onceki|yukaridaki|tum) (?:[\\p{L}]+ ){0,3}(?:talimat|komut|yonerge|kural)\\p{L}* (?:[\\p{L}]+ ){0,3}(?:yok say|unut|gormezden gel|dikkate alma)\\p{L}*',
    ),
    /(?:(?:про)?игнориру|забудь|забудьте|не следуй|не обращай внимания|отмени)[\p{L}]*(?: [\p{L}]+){0,5} (?:инструкци|указани|правил|команд|приказ)/u,
    /(?:ты теперь|теперь ты|вы теперь) (?!в )\p{L}+/u,
    /(?:про)?(?:ігноруй|ігноруйте|забудь|забудьте)(?: [\p{L}]+){0,5} (?:інструкці|вказівк|правил|наказ)/u,
    /(?:忽略|无视|忽視|無視|忘记|忘掉|忘記|不要理会|不用理会|不要遵守|不要遵循|抛开).{0,14}(?:指令|指示|提示|说明|說明|规则|規則|命令|要求|设定)/u,
    /你现在是|你現在是|从现在开始.{0,3}你|從現在開始.{0,3}你/u,
    /(?:以前|前|上記|上|これまで|先|すべて|全て)の?.{0,8}(?:指示|命令|プロンプト|指令|ルール).{0,8}(?:無視|忘れ|従わな)/u,
    /(?:이전|위|앞|지금까지|모든)의?.{0,8}(?:지시|명령|프롬프트|지침|규칙).{0,10}(?:무시|잊)/u,
    /(?:تجاهل|انس|تجاهلي|تجاهلوا).{0,24}(?:التعليمات|الاوامر|الأوامر|الإرشادات|القواعد)/u,
    /(?:पिछले|पिछली|पूर्व|सभी|उपरोक्त).{0,24}(?:निर्देश|आदेश|नियम).{0,16}(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|उपेक्षा|भूल)/u,
  ),
  ...signs(
    'secrecy',
    within(
      `(?:do not|don t|never|must not|should not|without) (?:ever )?(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|alert(?:ing)?|notify(?:ing)?|disclos(?:e|ing)|let(?:ting)?) (?:[\\p{L}]+ ){0,4}(?:the |your |to )?(?:user|human|operator|developer|supervisor|anyone|anybody)s?`,
    ),
    within(
      `(?:hide|conceal|keep) (?:[\\p{L}]+ ){0,4}(?:secret |hidden )?from (?:the |your )?(?:user|human|operator|developer)s?`,
    ),
    within(
      '(?:sag|sage|sagen sie|erzahle?) (?:dem|den|der) (?:benutzer|nutzer|anwender)(?:in|n)? (?:[\\p{L}]+ )?(?:nichts|nicht)',
    ),
    within('ne (?:dis|dites|dire|le dis|revele[zr]?) (?:[\\p{L}]+ ){0,3}(?:a )?(?:l )?utilisateur'),
    within(
      'no (?:se )?(?:lo |le |les )?(?:digas?|diga|informes|menciones|reveles) (?:[\\p{L}]+ ){0,3}(?:al |a la |el )?usuari[oa]',
    ),
    /не (?:говори|сообщай|рассказывай)(?:те)?(?: [\p{L}]+){0,3} пользовател/u,
    /(?:不要|别|不得|勿)(?:告诉|告訴|通知|让)(?:用户|用戶|使用者|任何人)/u,
  ),
  ...signs(
    'reveal',
    within(
      `(?:reveal|print|show|output|repeat|display|leak|dump|disclose|recite|tell me|give me|send|paste|what (?:is|are)) (?:me |us )?(?:your|the) (?:[\\p{L}]+ ){0,3}(?:system (?:prompt|message|instructions?)|hidden (?:prompt|instructions?)|initial (?:prompt|instructions?)|prompt above|instructions above|secret instructions?)`,
    ),
    within('repeat (?:everything|the words|all the text|the text) above'),
  ),
  ...signs(
    'address',
    within(
      `(?:attention|attn|note to|message (?:to|for)|notice to|important for|dear|hey|hello|hi|urgent) (?:the |all |any |every )?${MODEL}`,
    ),
    within(
      `(?:instructions?|orders?|directives?) (?:to|for) (?:the |all |any )?${MODEL} (?:reading|that|who|processing|which)`,
    ),
    within(`if you are (?:an? |the )?${MODEL}`),
    within(`${MODEL} (?:agents? )?(?:reading|processing|parsing|viewing|seeing|executing) this`),
    within(
      `(?:ai|llms?|language models?|assistants?|ai agents?|claude|chatgpt|copilot) (?:must|shall|is (?:required|instructed|ordered) to|are (?:required|instructed|ordered) to) (?:\\p{L}+ ){0,2}(?!be )\\p{L}+`,
    ),
    within(
      `this is (?:an? )?(?:\\p{L}+ ){0,2}(?:message|instruction|order|command|notice) from (?:the |your )?(?:system|developers?|admin(?:istrator)?s?|openai|anthropic|google|creators?|owner)`,
    ),
    within(
      `(?:remember|memori[sz]e|store|save|keep) (?:this|that|the following) (?:\\p{L}+ ){0,3}(?:in|to|as|into) (?:\\p{L}+ ){0,3}(?:memory|strategy|strategies|standing rule|lesson)`,
    ),
    within(
      `(?:in|for|to) (?:all|every|any) future (?:task|session|conversation|run|interaction|request|agent)s?`,
    ),
    within(
      `(?:whenever|every time|each time) you (?:see|are asked|are given|meet|encounter|receive|answer|respond|read)`,
    ),
  ),
  ...signs(
    'command',
    within(
      `(?:always|automatically|silently|blindly) (?:approve|accept|allow|grant|trust) (?:all|any|every|each)`,
    ),
    within(
      `(?:always|simply|just|please|must) (?:report|claim|return|declare|say|answer|mark) (?:\\p{L}+ ){0,4}(?:success(?:ful)?|passed|approved|safe)(?: (?:regardless|whatever|no matter|without|even))`,
    ),
    within(
      `(?:disable|turn off|deactivate|switch off) (?:\\p{L}+ ){0,3}(?:safety|safeguards|guardrails|redaction|sandbox(?:ing)?|permission (?:checks?|prompts?)|content filters?|moderation)`,
    ),
  ),
];

const SECRETS =
  '(?:secrets?|tokens?|api[ _-]?keys?|passwords?|credentials?|env(?:ironment)? (?:variables?|vars?)|\\.env\\b|ssh[ _-]keys?|private[ _-]keys?|id_rsa|/etc/(?:passwd|shadow)|conversation|chat (?:history|log)|system prompt|cookies?|wallet|seed phrase)';
const FOREIGN =
  '(?:(?:https?|ftp|wss?)://(?!(?:localhost|127\\.|0\\.0\\.0\\.0|\\[?::1|10\\.|192\\.168\\.|host\\.docker))|[\\w.+-]{1,60}@[\\w-]{1,60}\\.\\w|(?:attacker|evil|webhook|pastebin|ngrok|requestbin|burp)|(?<![\\w.@-])[\\w-]{1,60}\\.(?:com|net|io|org|ru|xyz|site|dev|app|sh)(?![\\w]))';
const FETCH = '(?:curl|wget|iwr|irm|invoke-webrequest|fetch)';
const INTO_SHELL =
  '(?:\\|\\s{0,3}(?:sudo\\s+)?(?:(?:ba|z|da|k)?sh|python3?|perl|ruby|node|iex|invoke-expression)(?![\\w-])|\\)\\s?"?\\s?\\|?\\s?(?:ba)?sh)';
const COMPEL =
  '(?:always|please|immediately|must|should|need to|have to|remember to|be sure to|make sure (?:to|you)|before (?:doing )?anything(?: else)?|first thing|it is (?:required|mandatory|essential) (?:to|that you)|you (?:can|may|will|are to)|every time)';
const PRIVATE_FILE =
  '(?:\\.ssh/|id_rsa|id_ed25519|(?:^|[\\s/@"\'`=])\\.env(?![\\w.])|/etc/(?:passwd|shadow)|\\.aws/|\\.netrc|\\.npmrc|\\.kube/config|printenv(?![.\\w])|\\$\\(env\\)|`env`)';

/** Looked for in the text as it stands, in lower case. */
export const IN_TEXT: readonly Sign[] = [
  ...signs(
    'role',
    /<\|[a-z][a-z0-9_ ]{1,30}\|>|<(?:start|end)_of_turn>|\[\/?inst\]|<<\/?sys>>|\[\/?(?:system|assistant|system (?:message|prompt|note|override))\]/u,
    /<\/?(?:system|assistant|instructions|important|admin|developer)\s{0,3}>|<\/?(?:system|hidden|secret|important|new|assistant|developer)[ _-](?:prompt|message|reminder|instructions?|note|override)s?(?:\s[^<>]{0,60})?>/u,
    /(?<![\w-])(?<!(?:operating|file|build|type|the|an?|your|our|this|that|root|of|other|which) )(?:system|assistant|developer)(?:[ _](?:prompt|message|note|notice|update|instructions?))?\**\s?[:：]\**\s{0,3}(?:you(?:r|'re)?\b|ignore\b|disregard\b|forget\b|from now on\b|always\b|never\b|override\b|obey\b|the (?:user|assistant)\b|new (?:instructions?|task|rules?|directives?)|execute\b|respond\b|reply\b)/u,
    /#{2,6}\s?(?:system|instructions?|assistant)(?: prompt)?\s?:/u,
    /(?:^|[\n:.!?"])\s{0,3}(?:human|user)\s?:[\s\S]{1,400}(?:\n|[.!?"] )\s{0,3}assistant\s?:/u,
  ),
  ...signs(
    'call',
    /<\/?(?:tool_calls?|tool_use|tool_results?|tool_response|function_calls?|function_results?|invoke|antml:\w{1,20}|tool_code)(?:\s[^<>]{0,120})?>|<function=\w/u,
    /"(?:tool_calls?|function_call|tool_use)"\s{0,3}:\s{0,3}[[{]|"type"\s{0,3}:\s{0,3}"(?:tool_use|function_call|tool_call)"/u,
    /\{\s{0,3}"(?:name|tool|function|action)"\s{0,3}:\s{0,3}"[\w.-]{1,60}"\s{0,3},\s{0,3}"(?:arguments|parameters|action_input|tool_input)"\s{0,3}:/u,
  ),
  ...signs(
    'command',
    new RegExp(`(?<![\\w-])${COMPEL}[^\\n]{0,80}(?<![\\w-])${FETCH}\\s[^\\n]{0,200}${INTO_SHELL}`, 'u'),
    new RegExp(
      `(?<![\\w-])(?:run|execute|paste|type|invoke|eval(?:uate)?|pipe)\\b[^\`\\n]{0,40}(?<![\\w-])${FETCH}\\s[^\\n]{0,200}${INTO_SHELL}`,
      'u',
    ),
    new RegExp(
      `(?<![\\w-])${COMPEL}[^\\n]{0,60}(?<![\\w-])(?:rm\\s+-[rf]{2}\\s+(?:--no-preserve-root\\s+)?[/~*"'$]|mkfs|dd\\s+if=[^\\n]{1,60}of=/dev/|:\\(\\)\\s?\\{)`,
      'u',
    ),
  ),
  ...signs(
    'exfiltration',
    new RegExp(
      `(?<![\\w-])(?:send|upload|forward|e-?mail|exfiltrate|leak|transmit|post|deliver|submit)(?:s|ed|ing)?\\s[^\\n]{0,80}${SECRETS}[^\\n]{0,80}(?<![\\w])(?:to|at|via|into|on)\\s[^\\n]{0,24}${FOREIGN}`,
      'u',
    ),
    /exfiltrat(?:e|ion of) (?:the |all |any |your )?\w/u,
    new RegExp(
      `(?<![\\w-])(?:curl|wget|nc|ncat|iwr|invoke-webrequest)\\s[^\\n]{0,160}(?:-d|-f|-t|--data\\S{0,12}|--form|--upload-file|--post-file|--post-data|<|\\?\\w{1,12}=)[\\s=]?[^\\n]{0,40}${PRIVATE_FILE}`,
      'u',
    ),
    new RegExp(`${PRIVATE_FILE}[^\\n]{0,80}\\|[^\\n]{0,60}(?<![\\w-])(?:curl|wget|nc|ncat)\\s`, 'u'),
    /!\[[^\]\n]{0,80}\]\(\s?https?:\/\/[^)\s]{1,200}[?&][\w-]{1,30}=(?:[{[<$]|%7b|[^)&\s]{40,})/u,
    /\[[^\]\n]{0,80}\]\(\s?https?:\/\/[^)\s]{1,200}[?&](?:data|d|token|secret|key|leak|exfil|payload|content|ctx|context|prompt|history)=[^)\s]{0,200}\)/u,
  ),
];
