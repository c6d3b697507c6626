/** How to add the server to an agent: the exact lines, with the paths of this machine. */
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface ClientSetup {
  client: string;
  where: string;
  text: string;
}

/** The full path of this Node too: an agent may be started where another, older one comes first. */
export function clientSetups(node = process.execPath, cli = CLI): ClientSetup[] {
  const command = `${shellWord(node)} ${shellWord(cli)} serve`;
  const stdio = { command: node, args: [cli, 'serve'] };
  const json = (value: unknown) =>
    JSON.stringify(value, null, 2).replace(/\[\s+("(?:[^"\\]|\\.)*"),\s+"serve"\s+\]/u, '[$1, "serve"]');
  return [
    {
      client: 'Claude Code',
      where: 'run once; --scope user: in all your projects',
      text: `claude mcp add --scope user knowhow -- ${command}`,
    },
    {
      client: 'Codex',
      where: 'into ~/.codex/config.toml (or run: codex mcp add knowhow -- …)',
      // TOML's basic strings escape as JSON's do.
      text: `[mcp_servers.knowhow]\ncommand = ${JSON.stringify(node)}\nargs = [${JSON.stringify(cli)}, "serve"]`,
    },
    {
      client: 'Cursor',
      where: 'into ~/.cursor/mcp.json, or .cursor/mcp.json of one project',
      text: json({ mcpServers: { knowhow: stdio } }),
    },
    {
      client: 'VS Code',
      where: 'into .vscode/mcp.json',
      text: json({ servers: { knowhow: { type: 'stdio', ...stdio } } }),
    },
    {
      client: 'Gemini CLI',
      where: 'into ~/.gemini/settings.json',
      text: json({ mcpServers: { knowhow: stdio } }),
    },
  ];
}

const shellWord = (word: string): string =>
  /^[\w./:@%+=,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
