/** docs/benchmarks.md from the figures of a run. */
import type { Times } from './measure.ts';
import type { Peer } from './peers.ts';

export interface SizeFigures {
  runs: number;
  build_s: number;
  retrieval: { searches: number; lancedb: Times; knowhow: Times; p50_ratio: number; p99_ratio: number };
  recording: { lancedb: Times; knowhow: Times; p50_ratio: number };
  start: { discover_ms: number; initialize_ms: number; idle_mb: number };
  scan: Times;
  vector_search: Times;
  peers: Peer[];
}

export interface Figures {
  machine: string;
  sizes: SizeFigures[];
  growth: number | null;
  import: Record<string, number> | null;
  singles: {
    rows: number;
    kept: number;
    writes_per_s: number;
    durability: { power_loss: Times; process_death: Times; p50_ratio: number };
    search: { p50_ratio: number };
    disk_mb: { single: number; one: number; ratio: number };
    memory_mb: number[];
  } | null;
}

const ms2 = (value: number) => value.toFixed(2);
const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const times = ({ p50, p99 }: Times) => `${ms(p50)} / ${ms(p99)}`;
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Milliseconds are p50 / p99. The ratios are of one run, the two sides taking turns. */
export function markdown({ machine, sizes, growth, import: imported, singles }: Figures): string {
  const count = (runs: number) => runs.toLocaleString('en-US');
  const parts = [
    '# Benchmarks',
    'Written by `npm run bench:memory -- --write`; do not edit. Every ratio is between two things that took turns in one run, so the machine matters little; the milliseconds are of this one:',
    machine,
    '## Retrieval and recording, through a real MCP client over stdio',
    'Retrieval: `retrieve_strategies` against LanceDB itself asked for the same searches (all at once) over the same tables and indices. Recording: `record_trajectory`, acknowledged and synced, against a plain LanceDB add, one vector query and a sync of what the add wrote. Milliseconds are p50 / p99.',
    table(
      [
        'runs stored',
        'searches',
        'LanceDB',
        'retrieve_strategies',
        'p50 ratio',
        'p99 ratio',
        'add + query + sync',
        'record_trajectory',
        'p50 ratio',
      ],
      sizes.map(({ runs, retrieval, recording }) => [
        count(runs),
        String(retrieval.searches),
        times(retrieval.lancedb),
        times(retrieval.knowhow),
        String(retrieval.p50_ratio),
        String(retrieval.p99_ratio),
        times(recording.lancedb),
        times(recording.knowhow),
        String(recording.p50_ratio),
      ]),
    ),
    growth === null
      ? ''
      : `From the smallest to the largest store the p50 of retrieval grows ${growth} times.`,
    '## Start',
    table(
      ['runs stored', 'first answer to server/discover', 'to initialize', 'memory when idle'],
      sizes.map(({ runs, start }) => [
        count(runs),
        `${ms(start.discover_ms)} ms`,
        `${ms(start.initialize_ms)} ms`,
        `${ms(start.idle_mb)} MB`,
      ]),
    ),
    '## One vector search',
    'The same vectors (512 floats) and questions. The scan is exact, over one array in memory, in plain JavaScript: a bound, not a store. Peers are measured with their own storage, given our vectors; agentdb and mem0 have no index of their own accord and compare every row.',
    table(
      ['runs stored', 'scan in memory', 'Knowhow’s table', 'peers'],
      sizes.map(({ runs, scan, vector_search, peers }) => [
        count(runs),
        times(scan),
        times(vector_search),
        peers.length > 0 ? peers.map(peerText).join('; ') : 'not measured at this size',
      ]),
    ),
    peersHow(sizes),
    '## Import',
    imported
      ? `InterCode (${count(imported.runs ?? 0)} runs, ${count(imported.steps ?? 0)} steps) by \`knowhow import\`: ${count(imported.runs_per_s ?? 0)} runs a second, start of the process included.`
      : 'Not measured: no InterCode in the folder given with `--data`.',
    '## Many single writes',
    singles
      ? `${count(singles.rows)} rows written one by one (8 in flight), each acknowledged and synced: ${count(singles.kept)} kept, ${count(singles.writes_per_s)} a second. After them, search (vector and keywords) takes ${singles.search.p50_ratio} times what it takes on a table built from the same rows in one go, the store ${singles.disk_mb.ratio} times the disk (${ms(singles.disk_mb.single)} against ${ms(singles.disk_mb.one)} MB). Memory of the writing process at every tenth: ${singles.memory_mb.join(', ')} MB.\n\nOne write alone, acknowledged: ${ms2(singles.durability.power_loss.p50)} ms (p50) when it survives power loss (the default), ${ms2(singles.durability.process_death.p50)} ms when it survives the death of the process only (\`durability: process-death\`): ${singles.durability.p50_ratio} times.`
      : 'Not measured in this run.',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const peerText = (peer: Peer): string =>
  'skipped' in peer
    ? `${peer.name}: ${peer.skipped}`
    : `${peer.name} ${peer.version}: ${ms(peer.p50_ms)} / ${ms(peer.p99_ms)} ms over ${peer.rows.toLocaleString('en-US')} rows, recall@10 ${peer.recall_at_k}`;

/** How each peer was asked, once. */
const peersHow = (sizes: SizeFigures[]): string =>
  [
    ...new Map(
      sizes.flatMap(({ peers }) => peers).flatMap((peer) => ('how' in peer ? [[peer.name, peer.how]] : [])),
    ),
  ]
    .map(([name, how]) => `- ${name}: ${how}`)
    .join('\n');
