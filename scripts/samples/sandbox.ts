/** A throw-away workspace in which acts are really carried out: own PATH, HOME and environment, bounded output. */
import { spawn } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { TrajectoryDraft } from '../../src/types.ts';
import type { Act, Problem } from './problem.ts';

export type SampleStep = TrajectoryDraft['steps'][number];

const TIMEOUT_MS = 10_000;
const OUTPUT_CHARS = 3_000;
const ERROR_CHARS = 1_500;
const ROOT = '/workspace';

/** The whole PATH of a sandbox: a small image without jq, rg, ps, tree, dos2unix, npm or pip. */
const TOOLS = [
  ...[
    'bash',
    'sh',
    'env',
    'ls',
    'cat',
    'cp',
    'mv',
    'rm',
    'mkdir',
    'rmdir',
    'touch',
    'chmod',
    'ln',
    'head',
    'tail',
  ],
  ...[
    'sort',
    'uniq',
    'wc',
    'cut',
    'tr',
    'join',
    'comm',
    'paste',
    'tee',
    'xargs',
    'find',
    'grep',
    'sed',
    'awk',
  ],
  ...[
    'diff',
    'cmp',
    'date',
    'printf',
    'echo',
    'test',
    'true',
    'false',
    'sleep',
    'seq',
    'od',
    'basename',
    'dirname',
  ],
  ...[
    'git',
    'make',
    'gcc',
    'cc',
    'as',
    'ld',
    'ar',
    'nm',
    'kill',
    'stat',
    'readlink',
    'realpath',
    'mktemp',
    'expr',
  ],
];

/** Links the tools into `bin`; answers the names that this machine lacks. */
export function linkTools(bin: string, own: Record<string, string | undefined>): string[] {
  const missing: string[] = [];
  const folders = ['/usr/bin', '/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const find = (name: string) => folders.map((f) => join(f, name)).find(existsSync);
  for (const name of [...TOOLS, ...Object.keys(own)]) {
    const target = name in own ? own[name] : find(name);
    if (target && existsSync(target)) symlinkSync(target, join(bin, name));
    else missing.push(name);
  }
  return missing;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Sandbox {
  /** Runs a shell command without recording it. */
  quietly(command: string): Promise<Ran>;
  /** Carries an act out and answers it as a step of a trajectory. */
  act(act: Act, thought: string): Promise<SampleStep>;
  put(files: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

export async function openSandbox(
  base: string,
  bin: string,
  problem: Problem,
  neutral: (text: string) => string,
): Promise<Sandbox> {
  const root = join(base, 'workspace');
  const home = join(base, 'home');
  const scratch = join(base, 'scratch');
  for (const folder of [root, home, scratch]) await mkdir(folder, { recursive: true });
  const environment = {
    PATH: bin,
    HOME: home,
    TMPDIR: scratch,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: '2025-01-15T09:30:00Z',
    GIT_COMMITTER_DATE: '2025-01-15T09:30:00Z',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: '0',
  };
  const show = (text: string) =>
    neutral(text.replaceAll(root, ROOT).replaceAll(home, '/home/dev').replaceAll(scratch, '/var/tmp'));
  const run = (command: string) => runShell(command, root, environment);

  const put = async (files: Record<string, string>) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      if (content.startsWith('#!')) await chmod(path, 0o755);
    }
  };
  await put(problem.files);
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = Dev\n\temail = dev@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n',
  );
  if (problem.setup) {
    const ready = await run(problem.setup);
    if (ready.code !== 0) throw new Error(`${problem.id}: setup failed: ${ready.stderr || ready.stdout}`);
  }

  return {
    quietly: async (command) => {
      const ran = await run(command);
      return { code: ran.code, stdout: show(ran.stdout), stderr: show(ran.stderr) };
    },
    act: async (act, thought) => {
      if (act.tool === 'Bash') return bashStep(thought, act.command, await run(act.command), show);
      return fileStep(root, act, thought);
    },
    put,
    close: () => rm(base, { recursive: true, force: true }),
  };
}

function bashStep(thought: string, command: string, ran: Ran, show: (text: string) => string): SampleStep {
  const said = show([ran.stdout, ran.stderr].filter(Boolean).join('')).trimEnd();
  const complaint = show(ran.stderr).trim() || said || `Exit code ${ran.code}`;
  return {
    thought,
    action: command,
    tool: 'Bash',
    args: { command },
    observation: bounded(said, OUTPUT_CHARS),
    exit_code: ran.code,
    ...(ran.code === 0 ? {} : { error: bounded(complaint, ERROR_CHARS) }),
  };
}

async function fileStep(
  root: string,
  act: Exclude<Act, { tool: 'Bash' }>,
  thought: string,
): Promise<SampleStep> {
  const path = join(root, act.file);
  const file_path = `${ROOT}/${act.file}`;
  const common = { thought, tool: act.tool, action: `${act.tool} ${act.file}` };
  const failed = (args: Record<string, string>, error: string): SampleStep => ({
    ...common,
    args,
    observation: error,
    error,
  });
  if (act.tool === 'Write') {
    await mkdir(dirname(path), { recursive: true });
    const fresh = !existsSync(path);
    await writeFile(path, act.content);
    const observation = fresh
      ? `File created successfully at: ${file_path}`
      : `The file ${file_path} has been updated.`;
    return { ...common, args: { file_path, content: act.content }, observation };
  }
  if (!existsSync(path)) return failed({ file_path }, 'File does not exist.');
  const content = await readFile(path, 'utf8');
  if (act.tool === 'Read')
    return { ...common, args: { file_path }, observation: bounded(content, OUTPUT_CHARS) };
  const args = { file_path, old_string: act.from, new_string: act.to };
  const found = content.split(act.from).length - 1;
  if (found === 0) return failed(args, 'String to replace not found in file.');
  if (found > 1) return failed(args, `Found ${found} matches of the string to replace, expected 1.`);
  await writeFile(
    path,
    content.replace(act.from, () => act.to),
  );
  return { ...common, args, observation: `The file ${file_path} has been updated.` };
}

function runShell(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', command], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        if (texts[name].length < 200_000) texts[name] += chunk;
      });
    }
    const stop = () => {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(stop, TIMEOUT_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 137, ...texts });
    });
  });
}

/** Keeps head and tail of a long text and says how much went. */
function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.4);
  const tail = most - head;
  return `${text.slice(0, head)}\n[... ${text.length - most} characters left out ...]\n${text.slice(-tail)}`;
}
