/** Tools onto an MCP server: the one error boundary, output checked before it leaves. */
import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { Context } from '../context.ts';
import { describeError, KnowhowError } from '../errors.ts';
import type { LearningPipeline } from '../learning/pipeline.ts';
import type { ToolDefinition } from './define.ts';
import { runBatchLearningTool } from './learn.ts';
import { quoted, readable } from './quoted.ts';
import { assessAbstractabilityTool, recordTrajectoryTool } from './record.ts';
import { prepareReflectionTool, submitReflectionTool } from './reflection.ts';
import { matchErrorTool, retrieveStrategiesTool } from './retrieve.ts';
import { forClients } from './schema.ts';

/** In the order that clients see. A tool's own types end here: what arrives was parsed with its input schema. */
export const TOOLS = [
  retrieveStrategiesTool,
  matchErrorTool,
  recordTrajectoryTool,
  assessAbstractabilityTool,
  runBatchLearningTool,
  prepareReflectionTool,
  submitReflectionTool,
] as unknown as readonly ToolDefinition[];

/** `running` holds each call until it is answered, so that a server can end without dropping one. */
export function registerTools(
  server: McpServer,
  ctx: Context,
  pipeline: LearningPipeline,
  running: Set<Promise<unknown>>,
): void {
  for (const tool of TOOLS) {
    const { name, title, description, input, output, annotations } = tool;
    server.registerTool(
      name,
      { title, description, inputSchema: forClients(input), outputSchema: forClients(output), annotations },
      (args, request) => {
        const call = answer(tool, args, ctx, pipeline, request);
        running.add(call);
        void call.catch(() => undefined).finally(() => running.delete(call));
        return call;
      },
    );
  }
}

async function answer(
  tool: ToolDefinition,
  args: unknown,
  ctx: Context,
  pipeline: LearningPipeline,
  request: ServerContext,
): Promise<CallToolResult> {
  const { signal } = request.mcpReq;
  try {
    const result = await tool.run(args, { ctx, pipeline, signal, progress: progressFor(request) });
    // Keys that the output schema does not name would make the client throw.
    const structuredContent = readable(tool.output.parse(result) as Record<string, unknown>);
    const json = JSON.stringify(structuredContent);
    const text = tool.quotes === false ? json : quoted(json, ctx.random);
    return { content: [{ type: 'text', text }], structuredContent };
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof KnowhowError))
      ctx.log.error('tool failed', { tool: tool.name, error: String(error) });
    const { code, message, hint } = describeError(error);
    return {
      isError: true,
      content: [{ type: 'text', text: [`${code}: ${message}`, hint].filter(Boolean).join(' ') }],
    };
  }
}

/** Progress only where the client gave a token, and strictly increasing, as the protocol wants. */
function progressFor({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  let last = -1;
  return (done: number, total: number, message: string) => {
    if (progressToken === undefined) return;
    last = Math.max(last + 0.001, done);
    mcpReq
      .notify({
        method: 'notifications/progress',
        params: { progressToken, progress: last, total: Math.max(total, last), message },
      })
      .catch(() => undefined);
  };
}
