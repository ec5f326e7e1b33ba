// Line breaks that a scraper lost, put back: src/roleclass/text/glue.py in JavaScript, where it is explained.

export const NAMES = `
  AbbVie AddThis AgentCore AIOps AirFlow AirTable AlphaFold AlphaSense AmeriCorps AppDynamics AppFolio
  AppleCare AppSec AppStore AppSync ArcServer AstraZeneca AutoCad AutoGen BetterHelp BetterUp BigQuery
  BigTable bioRxiv BitBucket BizOps BizTech BlackBerry BlackLine BlackRock BlueCross BlueShield BuiltIn
  BusinessObjects CapitalOne CareerBuilder CareFirst CatBoost ClassPass ClickHouse ClojureScript
  CloudFlare CloudFormation CloudFront CloudTrail CloudWatch CommBank ConnectWise CoreWeave CourseHero
  crewAI CrowdStrike CyberArk CyberCoders CyberOps DailyPay DataBricks DataCamp DataDog DataFlow
  DataFrame DataHub DataMart DataOps DataProc DataRobot DataStage DealCloud DeepEval DeepLearning
  DeepMind DeepSeek DeepSpeed DevEx DevExpress DevOps DevProd DevRel DevSecOps DevTech DevTools
  DialogFlow DigitalOcean DocuSign DoorDash DoubleClick DreamWorks DropBox DuckDuckGo ElasticSearch
  ElevenLabs EnergyHub EquipmentShare EventBridge FactSet FanDuel FedEx FigJam FinOps FinTech FireBase
  FireHose FirstMark FlowJo ForeScout FullStack genAI GeoPandas GitHub GitLab GitOps GlobalFoundries
  GovCloud GreenHouse GrubHub GuardDuty HackerNews HackerOne HackerRank HAProxy HashiCorp HDInsight
  HealthCare HealthStream HealthTech HighLevel HomePod HubSpot HuggingFace InfiniBand InfoSec InsurTech
  ITOps javaScript JetBlue JetBrains JPMorgan JupyterHub JupyterLab KeyBank KubeFlow LangChain LangFuse
  LangGraph LangSmith LaunchDarkly LeetCode LexisNexis LifeTime LinkedIn LiveKit LiveRamp LlamaIndex
  LLMOps LocalStack LogicMonitor LogMeIn MacBook macOS MailChimp MapReduce MarketScape MarkLogic MarTech
  MassMutual MasterCard MasterClass MatLab MatPlotLib MedTech MetLife MicroService MicroStation
  MicroStrategy MixPanel MLFlow MLOps ModernLoop MuleSoft MXNet NBCUniversal NerdWallet NetApp NetSuite
  NewRelic NextEra NextGen NumPy NVLink OneDrive OneLake OneLogin OneMedical OneNote OneTravel OneTrust
  OpenEvidence OpenRouter OpenSearch OpenShift OpenStack OpenTelemetry OpenTofu OutSystems PagerDuty
  PayPal PeopleSoft PepsiCo PivotTable PlantingSpace PlayStation PlayWright PocketCasts PostHog
  PowerApps PowerAutomate PowerCenter PowerPivot PowerPlatform PowerPoint PowerQuery PowerShell PropTech
  PubMed PubSub QlikSense QlikView QuickBase QuickBooks QuickSight RapidMiner RayServe ReactNative
  RecSys RedHat RedShift RESTful RevOps RingCentral RippleMatch RNAseq RoadRunner SAFe SafeGraph
  SageMaker SalesForce SanDisk SciKit ScikitLearn SciPy SecOps SentinelOne ServiceNow ServiceTitan
  ServSafe SGLang SharePoint SingleStore SketchUp SmartNews SmartSheet SmartThings snapLogic SoftBank
  SolarWinds SolidWorks SonarQube spaCy SpringBoot SQLAlchemy SQLite SQLMesh SQLServer StackOverflow
  StatsModels StepStone StreamSets SuccessFactors SvelteKit SwingVision SysOps SystemVerilog TalkSpace
  TanStack TeamCity TeamViewer TechCrunch TensorBoard TensorFlow TFLite ThoughtSpot ThoughtWorks
  TigerGraph TikTok TorchScript TorchServe TransUnion TripAdvisor TwitchCon TypeScript UberEats
  UnitedHealth UnitedHealthcare VBScript VersaFeed VirtualBox VisualStudio VMWare VSCode WayUp
  WebAssembly WebEx webGL WebLogic webRTC WebSocket WebSphere WellCare WhatsApp WooCommerce WordPress
  WorkKeys WorldQuant XGBoost YouTube ZenDesk ZipRecruiter ZoomInfo
`;
const KNOWN = new Set(NAMES.toLowerCase().trim().split(/\s+/));

const HEADINGS = new Set([
  ...['responsibilities', 'requirements', 'qualifications', 'benefits', 'skills', 'overview', 'duties'],
  ...['description', 'summary', 'perks', 'profile', 'education', 'experience', 'tasks', 'compensation'],
  ...['us', 'do'],
]);
const SHORT_ENDS = new Set(['us', 'do', 'it', 'in', 'on', 'up', 'to', 'go', 'be', 'me', 'so']);
const UNITS = /^(?:(?:year|month|week|day|hour)s?|yrs)$/i;
const LINE = 100;
const FREE = 10;
const SPARSE = 300;
const LONGEST_RUN = 100;
const LONGEST_TEXT = 2 ** 20;

const LOWER = 'a-zß-öø-ÿ';
const UPPER = 'A-ZÀ-ÖØ-Þ';
const QUOTE = "'\u2019";
const WORD = `${LOWER}${UPPER}0-9${QUOTE}`;

const PERHAPS = new RegExp(`[${UPPER}](?<=[${LOWER}${QUOTE}.!?:)+#].)`, 'g');

const ADDRESS = String.raw`(?:https?://|www\.)[^ \t\r\n]*`;
const RUN =
  `(?<![${WORD}#@_])(?:` +
  `(?<run>[${WORD}]*(?:[${LOWER}0-9${QUOTE}][${UPPER}]|[${UPPER}]{2}[${LOWER}])[${WORD}]*)` +
  `|(?<word>[${WORD}]+)(?=:[${UPPER}]))(?![${WORD}@])`;
const DOMAIN = `(?:J[sS]|N(?:et|ET)|I[oO]|A[iI]|C(?:om|OM))(?![${WORD}])`;
const SENTENCE = String.raw`(?<=[${LOWER}]{2})(?:[!?]|\.(?!${DOMAIN}))`;
const CAPITAL = `(?=[${UPPER}][${LOWER}${UPPER}]|[AI] )`;
const YEARS = String.raw`(?<=[${LOWER}]{2})(?=[0-9]{1,2}(?:\+|-[0-9]{1,2}\+?)? ?(?:years|yrs)(?![${WORD}]))`;
const TOKEN = new RegExp(
  String.raw`${ADDRESS}|${RUN}|(?<end>(?:${SENTENCE}|\)|(?<=\+)\+|(?<=C)#)${CAPITAL}|${YEARS})`,
  'g',
);

const PIECE = new RegExp(
  `[${UPPER}]+(?:s(?![${LOWER}])|(?![${LOWER}]))[0-9]*` +
    `|[${UPPER}]?[${LOWER}]+(?:[${QUOTE}][${LOWER}]+)*[0-9]*|[0-9]+|[${QUOTE}]`,
  'g',
);
const BEGINS = new RegExp(`^[${UPPER}].`);
const ONE_LETTER = new Set(['A ', 'I ', 'C+', 'C#']);
const SMALL = new RegExp(`^[${LOWER}${QUOTE}]{3,}$`);
const ACRONYM = new RegExp(`^[${UPPER}]{2,}s?$`);
const INFLECTED = new RegExp(`[${QUOTE}]?s$`);
const SMALL_FIRST = new RegExp(`^[${LOWER}]`);

/**
 * Put back the line breaks of a text whose lines were joined with nothing between them.
 * @param {string} text
 * @returns {string}
 */
export function unglue(text) {
  const breaks = count(text, /\n/g);
  const least = Math.max(2, Math.ceil(breaks / 2));
  const characters = text.length - count(text, /[\ud800-\udbff][\udc00-\udfff]/g);
  if ((breaks - FREE) * LINE > characters || characters > LONGEST_TEXT) return text;
  if (count(text, PERHAPS) < Math.max(least, Math.ceil(characters / SPARSE))) return text;
  const tokens = [...text.matchAll(TOKEN)].flatMap(({ 0: whole, index, groups }) => {
    const { run, word, end } = groups ?? {};
    const passed = run === undefined && word === undefined && end === undefined;
    return passed ? [] : [{ run, word, index, end: index + whole.length }];
  });
  const seen = new Set();
  const names = new Set(KNOWN);
  for (const { run } of tokens) {
    if (run && seen.has(run) && !SMALL_FIRST.test(run)) names.add(run.toLowerCase());
    seen.add(run);
  }
  /** @type {number[]} */
  const sentences = [];
  /** @type {number[]} */
  const clear = [];
  /** @type {number[]} */
  const likely = [];
  const kinds = new Set();
  for (const token of tokens) {
    const run = token.run ?? token.word;
    if (!run) sentences.push(token.end);
    else if (run.length <= LONGEST_RUN && !names.has(run.toLowerCase())) {
      for (const [at, isClear] of seams(run, text.slice(token.end, token.end + 1), names)) {
        (isClear ? clear : likely).push(token.index + at);
        if (isClear) kinds.add(run);
      }
    }
  }
  if (sentences.length + kinds.size < least) return text;
  const cuts = [...sentences, ...clear, ...(kinds.size > 1 ? likely : [])].sort((a, b) => a - b);
  return [0, ...cuts].map((cut, i) => text.slice(cut, cuts[i])).join('\n');
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function count(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}

/**
 * The places in a run of letters where lines end, each with whether that is clear.
 * @param {string} run
 * @param {string} after
 * @param {Set<string>} names
 * @returns {Generator<[number, boolean]>}
 */
function* seams(run, after, names) {
  const pieces = run.match(PIECE) ?? [];
  let line = '';
  let at = 0;
  for (let i = 0; i < pieces.length; ) {
    const taken = [4, 3, 2].find(
      (n) => i + n <= pieces.length && isName(pieces.slice(i, i + n).join(''), names),
    );
    const next = i + (taken ?? 1);
    const piece = pieces.slice(i, next).join('');
    const begins = BEGINS.test(piece) || (next === pieces.length && ONE_LETTER.has(piece + after));
    let clear = line && begins ? endsLine(line, piece) : null;
    if (!clear && next === pieces.length && (after === ',' || after === ')')) clear = null;
    if (clear === null) line += piece;
    else {
      yield [at, clear];
      line = piece;
    }
    at += piece.length;
    i = next;
  }
  if (after === ':' && endsLine(line, '')) yield [at + 1, true];
}

/**
 * @param {string} run
 * @param {Set<string>} names
 */
function isName(run, names) {
  return names.has(run.toLowerCase()) || names.has(run.toLowerCase().replace(INFLECTED, ''));
}

/**
 * Whether a line ends here: clearly, likely (false), or not (null).
 * @param {string} line
 * @param {string} following
 * @returns {boolean | null}
 */
function endsLine(line, following) {
  if (HEADINGS.has(line.toLowerCase()) || SHORT_ENDS.has(line) || SMALL.test(line)) return true;
  if (ACRONYM.test(following) || (/^[0-9]+$/.test(line) && UNITS.test(following))) return null;
  return line.length > 2 || ACRONYM.test(line) ? false : null;
}
