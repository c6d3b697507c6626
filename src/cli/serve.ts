/** `knowhow serve`: MCP over stdio, or over HTTP on loopback, with doors for traces and events beside it. */
import type { Command } from 'commander';
import { shareSaid } from '../config/glance.ts';
import { TOOLSETS, toolsetsSaid } from '../config/training.ts';
import type { Context } from '../context.ts';
import { callerError } from '../errors.ts';
import { serveOverStdio } from '../server.ts';
import { answer, type GlobalOptions, withContext } from './frame.ts';

const DEFAULT_PORT = 8642;

interface ServeOptions {
  http?: string | true;
  host: string;
  authToken?: string;
  holdout?: string;
  toolsets?: string;
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Serve MCP: over stdio (what agents start), or over HTTP')
    .option('--http [port]', `over HTTP on this port, 0 for any free one (default ${DEFAULT_PORT})`)
    .option('--host <host>', 'address to bind; others than loopback need --auth-token', '127.0.0.1')
    .option('--auth-token <token>', 'clients must send it as a bearer token')
    .option('--holdout <share>', 'share of tasks that are shown nothing, to compare with (0 to 1, default 0)')
    .option(
      '--toolsets <names>',
      `further tools to show, a comma between: ${TOOLSETS.join(', ')} (default none)`,
    )
    .action((options: ServeOptions, command: Command) => {
      const serve = async (ctx: Context, global: GlobalOptions) => {
        if (options.http === undefined) return serveOverStdio(ctx);
        const port = options.http === true ? DEFAULT_PORT : Number(options.http);
        if (!Number.isInteger(port) || port < 0 || port > 65_535)
          throw callerError('usage', `"${options.http}" is no port.`);
        const { serveOverHttp } = await import('../http.ts');
        const endpoint = await serveOverHttp(ctx, { port, host: options.host, authToken: options.authToken });
        answer(
          global,
          { url: endpoint.url, routes: endpoint.routes, data: ctx.config.data },
          () => `Knowhow serves MCP at ${endpoint.url}`,
        );
        process.stderr.write(
          `OTLP traces (http/json) go to ${endpoint.routes.traces}, CloudEvents to ${endpoint.routes.events}, feedback to ${endpoint.routes.feedback}.\n`,
        );
        process.stderr.write(`Store: ${ctx.config.data}. Stop with Ctrl+C.\n`);
        await new Promise<void>((resolve) => {
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
            process.once(signal, () => resolve());
        });
        await endpoint.close();
      };
      const { holdout, toolsets } = options;
      return withContext(command, serve, {
        holdout: shareSaid(holdout),
        toolsets: toolsetsSaid(toolsets),
      });
    });
}
