r"""Line breaks that a scraper lost: "What you will doTrain modelsWe offerA pension" is four lines.

Where the elements of a page are joined with nothing between them, a line ends and the next begins within a run
of letters. Such a *seam* looks like a name in camel case ("JavaScript"), so three things have to hold:

- The text as a whole is glued: it has two clear seams or more, and no more than twice as many line breaks.
- The run of letters is no name: neither one of `NAMES` nor there twice.
- What stands before the seam can end a line, and what stands behind it can begin one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

NAMES: Final = """
    AbbVie AgentCore AirFlow AlphaFold AlphaSense AmeriCorps AppDynamics AppFolio AppStore AppleCare AstraZeneca
    AutoCad AutoGen AutoScout BetterHelp BetterUp BigQuery BigTable BitBucket BlackRock BuiltIn BusinessObjects
    CareFirst CareerBuilder CatBoost ClickHouse ClickUp CloudFlare CloudFormation CloudFront CloudWatch ConnectWise
    CoreWeave CourseHero CrossFit CrowdStrike CyberArk CyberCoders DataBricks DataDog DataFlow DataFrame DataHub
    DataMart DataOps DataProc DataRobot DataStage DeepEval DeepMind DeepSeek DeepSpeed DevEx DevExpress DevOps
    DevProd DevRel DevSecOps DevTech DevTools DialogFlow DigitalOcean DirectX DocuSign DoorDash DoubleClick DropBox
    DuckDuckGo EdTech ElasticSearch ElevenLabs EventBridge FactSet FanDuel FedEx FigJam FinOps FinTech FireBase
    FireHose FreshWorks FullStack FullStory GenAI GitHub GitLab GitOps GlobalFoundries GraphQL GreenHouse GuardDuty
    HackerNews HackerOne HackerRank HashiCorp HealthCare HealthTech HomePod HubSpot HuggingFace InfiniBand InfoSec
    InsurTech JavaScript JetBlue JetBrains KubeFlow LangChain LangFuse LangGraph LangSmith LaunchDarkly LeetCode
    LexisNexis LinkedIn LiveKit LiveRamp LlamaIndex LocalStack LogicMonitor MacBook MailChimp MapReduce MarTech
    MarketScape MassMutual MasterCard MatLab MatPlotLib McKinsey MedTech MetLife MicroService MicroStation
    MicroStrategy MixPanel MongoDB MuleSoft NerdWallet NetApp NetSuite NewRelic NextGen NumPy OneDrive OneLake
    OneNote OneTrust OpenAI OpenRouter OpenSearch OpenShift OpenStack OpenTelemetry OpenText OpenTofu PagerDuty
    PayPal PeopleSoft PepsiCo PivotTable PlayStation PostGIS PostHog PostgreSQL PowerApps PowerAutomate PowerBI
    PowerCenter PowerPivot PowerPoint PowerQuery PowerShell PropTech PubMed PubSub PyTorch QlikSense QlikView
    QuickBooks QuickSight RapidMiner RayServe RecSys RedHat RedShift ResearchGate RevOps RingCentral SageMaker
    SalesForce SanDisk ScikitLearn SecOps SentinelOne ServiceNow ServiceTitan SharePoint SingleStore SketchUp
    SmartSheet SnapChat SoftBank SolarWinds SolidWorks SonarQube SpringBoot StackOverflow StepStone SuccessFactors
    SwiftUI SystemVerilog TalkSpace TanStack TeamCity TechCrunch TensorBoard TensorFlow TensorRT TikTok TorchScript
    TorchServe TransUnion TripAdvisor TypeScript UberEats UnitedHealth UnitedHealthcare VueJS WayUp WebAssembly
    WebEx WebSocket WhatsApp WooCommerce WordPress YouTube ZenDesk ZipRecruiter ZoomInfo
    AIOps BizOps CXone DNAseq FFmpeg ITOps JPMorgan LLMOps MLflow MLlib MLOps NBCUniversal NVLink RESTful RNAseq
    SGLang SQLAlchemy SQLite SQLMesh TFLite XGBoost
    GmbH GxP IaC IaaS LaTeX LoRA OAuth OCaml PaaS PhD QLoRA RAGFlow SaaS VMware
    crewAI cloudHQ genAI macOS mySQL noSQL openAI pyTorch spaCy webRTC webGL
"""
"""Names in camel case that rules would cut: the commonest of ten thousand postings, and a few of their kind."""

_KNOWN: Final = frozenset(NAMES.lower().split())

_HEADINGS: Final = frozenset(
    """
    responsibilities requirements qualifications benefits skills overview description duties summary perks
    profile education experience tasks compensation us do
    """.split()
)
"""Last words of headings; any other capitalised word before a capital may be half of a name."""

_SHORT_ENDS: Final = frozenset("us do it in on up to go be me so".split())
"""Words of two letters that lines end in. Others begin names: ``reInvent``, ``myGov``."""

_UNITS: Final = frozenset("year years yrs month months week weeks day days hour hours".split())
"""What a number may be glued to without being the end of a line."""

_LINE: Final = 100
"""A text with a line break in so many characters is not glued."""

_LONGEST: Final = 100
"""A longer run of letters is not made of words."""

_LOWER: Final = "a-zß-öø-ÿ"
_UPPER: Final = "A-ZÀ-ÖØ-Þ"
_ANY: Final = f"{_LOWER}{_UPPER}"

_CHANGE: Final = re.compile(rf"[{_LOWER}0-9.!?:)+#][{_UPPER}]")

_TOKEN: Final = re.compile(
    # An address is passed over.
    r"(?:https?://|www\.)[^ \t\r\n]*"
    # A run of letters and digits with a change of case in it, or with a colon behind it.
    rf"|(?<![{_ANY}0-9#@_])"
    rf"(?P<run>[{_ANY}0-9]*(?:[{_LOWER}0-9][{_UPPER}]|[{_UPPER}]{{2}}[{_LOWER}])[{_ANY}0-9]*|[{_ANY}]+(?=:[{_UPPER}]))"
    rf"(?![{_ANY}0-9@])"
    # The end of a sentence, a bracket, C++ or C# right before a word with a capital.
    rf"|(?P<end>(?<=[{_LOWER}][{_LOWER}])(?:[!?]|\.(?!(?:Js|Net|Io|Ai|Com|Org)\b))|\)|(?<=\+)\+|(?<=C)#)"
    rf"(?=[{_UPPER}][{_LOWER}]|[AI] )"
)

_PIECE: Final = re.compile(
    rf"[{_UPPER}]+(?:s(?![{_LOWER}])|(?![{_LOWER}]))[0-9]*|[{_UPPER}]?[{_LOWER}]+[0-9]*|[0-9]+"
)
"""A word, an acronym or a number in a run."""

_BEGINS: Final = re.compile(rf"[{_UPPER}].")
_ONE_LETTER: Final = frozenset(["A ", "I ", "C+", "C#"])
_SMALL: Final = re.compile(rf"[{_LOWER}]{{3,}}")
_CAPITALS: Final = re.compile(rf"[{_UPPER}]{{2}}")


def unglue(text: str) -> str:
    r"""Put back the line breaks of a text whose lines were joined with nothing between them.

    Parameters
    ----------
    text : str
        A posting.

    Returns
    -------
    str
        The text with a line feed at each seam, or the same object where the text is not glued. Nothing else is
        changed, and doing it twice changes nothing more.

    Examples
    --------
    >>> unglue("Your tasksWrite services in TypeScriptReview code on GitHubYour profileTwo years of Go")
    'Your tasks\nWrite services in TypeScript\nReview code on GitHub\nYour profile\nTwo years of Go'
    >>> unglue("We write JavaScript at AcmeSoft.")
    'We write JavaScript at AcmeSoft.'
    """
    if text.count("\n") * _LINE > len(text) or len(_CHANGE.findall(text)) < 2:
        return text
    tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup]
    runs = Counter(token["run"] for token in tokens)
    names = _KNOWN.union(run.lower() for run, times in runs.items() if run and times > 1)
    clear, likely = [], []
    sentences = [token.end() for token in tokens if token["end"]]
    for token in tokens:
        if token["run"] and len(token["run"]) <= _LONGEST:
            for at, is_clear in _seams(token["run"], text[token.end() : token.end() + 1], names):
                (clear if is_clear else likely).append(token.start() + at)
    seams = len(sentences) + len(clear)
    if seams < 2 or text.count("\n") > 2 * seams:
        return text
    cuts = sorted(sentences + clear + (likely if len(clear) > 1 else []))
    return "\n".join(text[i:j] for i, j in pairwise([0, *cuts, len(text)]))


def _seams(run: str, after: str, names: frozenset[str]) -> Iterator[tuple[int, bool]]:
    """Give the places in a run of letters where lines end, each with whether that is clear."""
    pieces = _PIECE.findall(run)
    line, at = "", 0  # what stands between the last seam and here
    while pieces:
        # A name as a whole, or one piece.
        taken = next(
            (n for n in range(min(len(pieces), 4), 1, -1) if _is_name("".join(pieces[:n]), names)),
            1,
        )
        piece = "".join(pieces[:taken])
        del pieces[:taken]
        begins = _BEGINS.match(piece) or (not pieces and piece + after in _ONE_LETTER)
        clear = _ends_line(line, piece) if line and begins else None
        if clear is None:
            line += piece
        else:
            yield at, clear
            line = piece
        at += len(piece)
    if after == ":" and _ends_line(line, ""):
        yield at + 1, True


def _is_name(run: str, names: frozenset[str]) -> bool:
    return run.lower() in names or (run[-1] == "s" and run[:-1].lower() in names)


def _ends_line(line: str, following: str) -> bool | None:
    """Whether a line ends here: clearly, likely (false), or not (none)."""
    if line.lower() in _HEADINGS or line in _SHORT_ENDS or _SMALL.fullmatch(line):
        return True
    if _CAPITALS.match(following) or (line.isdecimal() and following.lower() in _UNITS):
        return None  # OpenAI, SparkSQL; 3Years
    return False if _CAPITALS.match(line) or (len(line) > 2 and line != "Mac") else None
