/**
 * Commands that fetch software, without what differs from run to run: flags that only make them quiet, versions, the other
 * packages in the same line. So that `pip3 install -q numpy==1.26` and `python3 -m pip install pandas` are one act.
 */

export interface Install {
  /** The act with parameters: `pip install {package}`. */
  text: string;
  /** What is fetched; empty for what the project itself lists. */
  packages: string[];
}

interface Fetcher {
  name: string;
  pattern: RegExp;
  /** Flags that change what happens. */
  telling?: RegExp;
  /** Flags that take the next word. */
  taking?: RegExp;
}

const FETCHERS: Fetcher[] = [
  {
    name: 'pip install',
    pattern: /^(?:uv )?(?:python[\d.]* -m )?pip[\d.]* install(?= |$)/u,
    telling: /^--(?:break-system-packages|no-build-isolation|pre)$/u,
    taking:
      /^(?:-[cift]|--(?:index-url|extra-index-url|find-links|target|constraint|timeout|root-user-action))$/u,
  },
  { name: 'apt-get install -y', pattern: /^apt(?:-get)? (?:-\S+ )*install(?= |$)/u },
  { name: 'apk add', pattern: /^apk (?:-\S+ )*add(?= |$)/u },
  { name: 'dnf install -y', pattern: /^(?:dnf|yum|microdnf) (?:-\S+ )*install(?= |$)/u },
  { name: 'brew install', pattern: /^brew install(?= |$)/u },
  {
    name: 'npm install',
    pattern: /^npm (?:install|i|add)(?= |$)/u,
    telling: /^(?:-g|--global|--legacy-peer-deps|--force)$/u,
  },
  { name: 'pnpm add', pattern: /^pnpm add(?= |$)/u },
  { name: 'yarn add', pattern: /^yarn add(?= |$)/u },
  { name: 'uv add', pattern: /^uv add(?= |$)/u },
  {
    name: 'conda install -y',
    pattern: /^(?:conda|mamba) install(?= |$)/u,
    taking: /^(?:-[cn]|--channel|--name)$/u,
  },
  { name: 'cargo install', pattern: /^cargo install(?= |$)/u },
  { name: 'cargo add', pattern: /^cargo add(?= |$)/u },
  { name: 'gem install', pattern: /^gem install(?= |$)/u },
  { name: 'go get', pattern: /^go (?:get|install)(?= |$)/u },
];

/** Lists of packages are fetched anew before most installs; that alone mends nothing. */
export const isRefresh = (command: string): boolean =>
  /^(?:apt(?:-get)? (?:-\S+ )*update|apk update)\b/u.test(command);

/** The command as an act, or undefined when it fetches nothing. */
export function installOf(command: string): Install | undefined {
  // A program of a virtual environment is another one than that of the system.
  const own = /^\S*\/bin\/(?=pip|python)/u.exec(command)?.[0] ?? '';
  const line = command.slice(own.length);
  const fetcher = FETCHERS.find(({ pattern }) => pattern.test(line));
  if (!fetcher) return undefined;
  const name = own === '' ? fetcher.name : `venv/bin/${fetcher.name}`;
  const words = line.replace(fetcher.pattern, '').split(/\s+/u).filter(Boolean);
  const kept: string[] = [];
  const packages: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = (words[i] ?? '').replace(/^["']|["']$/gu, '');
    const next = words[i + 1] ?? '';
    if (/^(?:-e|--editable)$/u.test(word) || /^\.(?:\[.*\])?$/u.test(word)) {
      // What stands in the folder is installed, whatever it is called.
      return {
        text: `${name} ${word === '.' || next === '' ? word : `${word} ${/^\.(?:\[|$)/u.test(next) ? '.' : '{path}'}`}`,
        packages: [],
      };
    }
    if (/^(?:-r|--requirement)$/u.test(word)) return { text: `${name} -r ${next}`, packages: [] };
    if (fetcher.telling?.test(word)) kept.push(word);
    else if (fetcher.taking?.test(word)) i += 1;
    else if (!word.startsWith('-') && /^[@\w]/u.test(word)) packages.push(nameOf(word));
  }
  const what = packages.length > 0 ? '{package}' : '';
  return { text: [name, ...kept, what].filter(Boolean).join(' '), packages };
}

/** Without version and extras: `uvicorn[standard]>=0.2` → uvicorn; a scope stays. */
const nameOf = (word: string): string => word.replace(/(?<=.)(?:\[|[=<>~!]=?|@).*$/u, '');

/** True when a package is what an error names: `PIL.Image` is not Pillow, but `yaml.loader` is yaml. */
export const isNamed = (name: string, literal: string): boolean => {
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '-');
  return plain(name) === plain(literal) || plain(name) === plain(literal.split('.')[0] ?? literal);
};
